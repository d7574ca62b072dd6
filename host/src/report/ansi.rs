//! Colours and hyperlinks of a terminal, or nothing where they are not wanted.
//! Not an encoder: what is painted has been made visible before.

use anstyle::{AnsiColor, Effects, Style as Sgr};
use keyreeve_contract::Severity;

use super::{Style, escape};

/// What matters most: critical and high findings, problems.
pub(super) const RED: Sgr = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
/// Medium findings.
pub(super) const YELLOW: Sgr = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
/// Low findings.
pub(super) const CYAN: Sgr = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);
/// What is as it should be.
pub(super) const GREEN: Sgr = AnsiColor::Green.on_default();
/// Gutters and arrows.
pub(super) const BLUE: Sgr = AnsiColor::BrightBlue.on_default().effects(Effects::BOLD);
/// Headings and messages.
pub(super) const BOLD: Sgr = Sgr::new().effects(Effects::BOLD);
/// What few read.
pub(super) const DIM: Sgr = Sgr::new().effects(Effects::DIMMED);

/// The colour of a severity.
pub(super) fn severity(severity: Severity) -> Sgr {
    match severity {
        Severity::Critical | Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low => CYAN,
    }
}

impl Style {
    /// Visible text in a colour.
    pub(super) fn paint(self, sgr: Sgr, text: &str) -> String {
        if self.color { format!("{sgr}{text}{sgr:#}") } else { text.to_owned() }
    }

    /// Visible text as a link to a file (OSC 8).
    pub(super) fn link(self, file: Option<&std::path::Path>, text: &str) -> String {
        match file.filter(|_| self.hyperlinks) {
            Some(file) => format!("\x1b]8;;{}\x1b\\{text}\x1b]8;;\x1b\\", escape::file_uri(file)),
            None => text.to_owned(),
        }
    }
}

/// A number and its noun: `1 violation`, `2 violations`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
