//! What all parts of the human format write with: hostile texts made visible, and headings with what is under them.
//! Not what any of them says.

use super::escape::visible;
use super::{Style, ansi};

/// Characters of a hostile text that are shown.
const LONGEST_TEXT: usize = 1000;

/// Hostile text, visible on one line, and not endless.
pub(super) fn text(text: &str) -> String {
    let mut shown = visible(text).into_owned();
    if let Some((end, _)) = shown.char_indices().nth(LONGEST_TEXT) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// A heading with a number, and lines under it; nothing where there is none.
pub(super) fn group(style: Style, heading: &str, number: usize, lines: &str) -> String {
    if number == 0 {
        return String::new();
    }
    format!("{}\n{lines}\n", style.paint(ansi::BOLD, &format!("{heading} ({number})")))
}
