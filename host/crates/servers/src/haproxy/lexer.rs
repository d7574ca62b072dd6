//! Cuts a line into words as HAProxy does (section 2.2 of its configuration manual): quotes, backslashes, comments. Not
//! what the words mean; environment variables stay in the words as they are written.

use std::borrow::Cow;

use keyreeve_source::{Location, SourceId, Span};

use crate::tls::Argument;

/// The words of one line.
pub(super) struct Words<'a> {
    bytes: &'a [u8],
    source: SourceId,
    at: usize,
    end: usize,
    /// Whether no further placeholder of a template engine ends in this line.
    without_placeholder: bool,
    /// The quote that is never closed, known once the words are read.
    pub(super) unclosed: Option<Span>,
}

impl<'a> Words<'a> {
    /// Of a line in the bytes of a source.
    pub(super) fn new(bytes: &'a [u8], source: SourceId, line: Span) -> Self {
        Self {
            bytes,
            source,
            at: line.start as usize,
            end: line.end as usize,
            without_placeholder: false,
            unclosed: None,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        (at < self.end).then(|| self.bytes[at])
    }

    /// The byte that a backslash and the following characters stand for, with their length; the backslash itself if it
    /// escapes nothing.
    fn escape(&self, in_quotes: bool) -> (u8, usize) {
        let hexadecimal = |at| self.byte(at).and_then(|byte| char::from(byte).to_digit(16));
        match self.byte(self.at + 1) {
            Some(byte @ (b' ' | b'\\' | b'#' | b'\'' | b'"')) => (byte, 2),
            Some(b'$') if in_quotes => (b'$', 2),
            Some(b't') => (b'\t', 2),
            Some(b'n') => (b'\n', 2),
            Some(b'r') => (b'\r', 2),
            Some(b'x') => match (hexadecimal(self.at + 2), hexadecimal(self.at + 3)) {
                (Some(high), Some(low)) => ((high * 16 + low) as u8, 4),
                _ => (b'\\', 1),
            },
            _ => (b'\\', 1),
        }
    }

    /// The length of a placeholder such as `{{ address }}`, which is one word whatever is in it.
    fn placeholder(&mut self) -> Option<usize> {
        let rest = &self.bytes[self.at..self.end];
        if self.without_placeholder || !rest.starts_with(b"{{") {
            return None;
        }
        let end = memchr::memmem::find(rest, b"}}");
        self.without_placeholder = end.is_none();
        end.map(|end| end + 2)
    }

    /// Skips one word and returns it without quotes and escapes. Returns `None` if it is exactly what is written.
    fn word(&mut self) -> Option<Vec<u8>> {
        let start = self.at;
        let mut changed: Option<Vec<u8>> = None;
        let mut quote: Option<(u8, usize)> = None;
        while let Some(byte) = self.byte(self.at) {
            if let Some(length) = self.placeholder() {
                changed.iter_mut().for_each(|changed| changed.extend(&self.bytes[self.at..self.at + length]));
                self.at += length;
                continue;
            }
            let (kept, length) = match (byte, quote) {
                (b'"' | b'\'', None) => {
                    quote = Some((byte, self.at));
                    (None, 1)
                }
                (byte, Some((open, _))) if byte == open => {
                    quote = None;
                    (None, 1)
                }
                (b'\\', quote) if quote.is_none_or(|(open, _)| open == b'"') => {
                    let (byte, length) = self.escape(quote.is_some());
                    (Some(byte), length)
                }
                (b'#', None) => break,
                (byte, None) if is_blank(byte) => break,
                (byte, _) => (Some(byte), 1),
            };
            if length != 1 || kept.is_none() {
                changed.get_or_insert_with(|| self.bytes[start..self.at].to_vec());
            }
            if let Some(changed) = &mut changed {
                changed.extend(kept);
            }
            self.at += length;
        }
        self.unclosed = self.unclosed.or(quote.map(|(_, at)| Span::new(at, at + 1)));
        changed
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Argument<'a>;

    fn next(&mut self) -> Option<Argument<'a>> {
        while self.byte(self.at).is_some_and(is_blank) {
            self.at += 1;
        }
        if self.byte(self.at).is_none_or(|byte| byte == b'#') {
            self.at = self.end;
            return None;
        }
        let start = self.at;
        let text = match self.word() {
            Some(changed) => Cow::Owned(String::from_utf8_lossy(&changed).into_owned()),
            None => String::from_utf8_lossy(&self.bytes[start..self.at]),
        };
        Some(Argument { text, location: Location { source: self.source, span: Span::new(start, self.at) } })
    }
}

/// Like isspace(3).
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        let words = Words::new(line.as_bytes(), SourceId(0), Span::new(0, line.len()));
        words.map(|word| word.text.into_owned()).collect()
    }

    #[test]
    fn quotes_and_backslashes_are_taken_away() {
        for (line, expected) in [
            ("  bind *:443 ssl # comment", &["bind", "*:443", "ssl"][..]),
            (r#"ciphers "A B":C 'D "E"'"#, &["ciphers", "A B:C", "D \"E\""]),
            (r"a\ b \#c d\x2De \q f\\", &["a b", "#c", "d-e", r"\q", r"f\"]),
            (r#""a\$b" '\n' "" x"#, &["a$b", r"\n", "", "x"]),
            (r#"bind ":${PORT}""#, &["bind", ":${PORT}"]),
            ("bind {{ ip | default('*') }}:443 {{x", &["bind", "{{ ip | default('*') }}:443", "{{x"]),
            ("a#b", &["a"]),
            ("\t\r", &[]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn a_quote_that_nothing_closes_is_found() {
        let line = "a 'b c";
        let mut words = Words::new(line.as_bytes(), SourceId(0), Span::new(0, line.len()));
        assert_eq!(words.by_ref().count(), 2);
        assert_eq!(words.unclosed, Some(Span::new(2, 3)));
    }
}
