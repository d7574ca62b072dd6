//! Limits on the length of the texts that facts, reasons, labels and messages take from a source, so that they stay
//! readable and can be stored several times, whatever the file holds. How an output encodes them is not decided here.

/// The most characters of a short quotation.
const QUOTE: usize = 40;
/// The most characters of a label: a domain name (RFC 1035: 253) and the text before it.
const LABEL: usize = 280;
/// The most bytes of a reason or a message.
const REASON: usize = 1024;
/// The most bytes of a text in a fact or a detail. No name that a rule knows is as long, so cutting a text cannot make
/// it known.
const STATED: usize = 4096;
/// Quotes text of the source in a message: on one line, without control characters, at most 40 characters.
pub fn quoted(text: &str) -> String {
    quoted_to(text, QUOTE)
}

/// Like [`quoted`], with a given limit in characters.
pub fn quoted_to(text: &str, limit: usize) -> String {
    let mut short = one_line(text, limit);
    if text.chars().nth(limit).is_some() {
        short.push('…');
    }
    short
}

/// A label on one line, short enough to read.
pub fn label(text: &str) -> Box<str> {
    if text.len() <= LABEL && !text.contains(char::is_control) { text.into() } else { one_line(text, LABEL).into() }
}

/// Cuts a reason or a message to its length.
pub fn cut_reason(reason: &mut String) {
    cut(reason, REASON);
}

/// Cuts a text of a fact, or a detail, to its length.
pub fn cut_stated(text: &mut String) {
    cut(text, STATED);
}

/// The part of a text that a fact or a detail keeps.
pub fn stated(text: &str) -> String {
    let mut stated = text[..text.floor_char_boundary(STATED + 1)].to_owned();
    cut_stated(&mut stated);
    stated
}

fn one_line(text: &str, limit: usize) -> String {
    text.chars().take(limit).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
        text.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_stays_as_it_is_and_what_is_long_has_a_length() {
        let long = "é\n".repeat(100_000);
        assert_eq!((quoted("a\tb"), quoted(&long).chars().count()), ("a b".into(), QUOTE + 1));
        assert_eq!((&*label("server a"), label(&long).chars().count()), ("server a", LABEL));
        for (cut, limit) in [(cut_reason as fn(&mut String), REASON), (cut_stated, STATED)] {
            let (mut short, mut long) = ("é\n".to_owned(), long.clone());
            cut(&mut short);
            cut(&mut long);
            assert_eq!(short, "é\n");
            assert!((limit..limit + 4).contains(&long.len()) && long.ends_with('…'), "{}", long.len());
        }
    }
}
