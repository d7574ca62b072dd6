//! Cuts the text of an nginx configuration into words and punctuation, by the rules of nginx's own reader. The nesting
//! of blocks is left to `parse`.

use std::ops::Range;

use keyreeve_facts::template;
use keyreeve_source::Span;

use super::tree::Word;

/// A word, or punctuation between words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or argument.
    Word(Word),
    /// `;`
    Semicolon(Span),
    /// `{`
    Open(Span),
    /// `}` at the start of a word; elsewhere it is part of one.
    Close(Span),
    /// A quote that is never closed: the span reaches from it to the end of the text.
    Unclosed(Span),
    /// A character that must not follow a closing quote. The next word starts with it.
    Glued(Span),
    /// The end of the text.
    End,
}

/// The words of the directive that begins in a range. Faults between them were reported when it was first read.
pub(super) fn words(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = Word> + use<'_> {
    let mut lexer = Lexer::new(bytes, range.start, range.end);
    std::iter::from_fn(move || {
        loop {
            match lexer.token() {
                Token::Word(word) => return Some(word),
                Token::Unclosed(span) => return Some(Word { span }),
                Token::Glued(_) => {}
                Token::Semicolon(_) | Token::Open(_) | Token::Close(_) | Token::End => return None,
            }
        }
    })
}

/// From the first word of that directive to the punctuation that ends it, or to its last word if there is none.
pub(super) fn head(bytes: &[u8], range: Range<usize>) -> Span {
    let mut head = Span::new(range.start, range.start);
    let mut lexer = Lexer::new(bytes, range.start, range.end);
    loop {
        match lexer.token() {
            Token::Word(Word { span }) | Token::Unclosed(span) => head = head.cover(span),
            Token::Semicolon(span) | Token::Open(span) => return head.cover(span),
            Token::Glued(_) => {}
            Token::Close(_) | Token::End => return head,
        }
    }
}

/// Reads one range of a source.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    after_quote: bool,
}

impl<'a> Lexer<'a> {
    /// A lexer over `bytes[start..end]`; spans are offsets in `bytes`.
    pub(super) fn new(bytes: &'a [u8], start: usize, end: usize) -> Self {
        Self { bytes, at: start, end, after_quote: false }
    }

    /// The current position.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The end of its text.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Continues elsewhere, after a block with a syntax of its own.
    pub(super) fn jump(&mut self, at: usize) {
        self.at = at.min(self.end);
    }

    /// The next token.
    pub(super) fn token(&mut self) -> Token {
        if std::mem::take(&mut self.after_quote)
            && let Some(byte) = self.peek()
            && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' | b')')
        {
            return Token::Glued(Span::new(self.at, self.at + 1));
        }
        self.skip_blanks();
        let start = self.at;
        let Some(byte) = self.peek() else { return Token::End };
        match byte {
            b';' | b'{' | b'}' => {
                self.at += 1;
                let span = Span::new(start, self.at);
                match byte {
                    b';' => Token::Semicolon(span),
                    b'{' => Token::Open(span),
                    _ => Token::Close(span),
                }
            }
            b'"' | b'\'' => self.quoted(byte),
            _ => self.plain(),
        }
    }

    fn is_control(&self) -> bool {
        template::is_control(&self.bytes[self.at..self.end])
    }

    fn peek(&self) -> Option<u8> {
        if self.at < self.end { self.bytes.get(self.at).copied() } else { None }
    }

    /// Skips blanks, and comments: from a `#` where a word could start to the end of the line.
    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                // What a tag of a template was that controls, where it did not stand on a line of its own.
                _ if self.is_control() => self.at += 3,
                b'#' => {
                    let rest = &self.bytes[self.at..self.end];
                    self.at = memchr::memchr(b'\n', rest).map_or(self.end, |length| self.at + length);
                }
                _ => break,
            }
        }
    }

    fn quoted(&mut self, quote: u8) -> Token {
        let start = self.at;
        let mut at = start + 1;
        loop {
            let rest = self.bytes.get(at..self.end).unwrap_or_default();
            match memchr::memchr2(quote, b'\\', rest) {
                Some(length) if rest[length] == b'\\' => at += length + 2,
                Some(length) => {
                    self.at = at + length + 1;
                    self.after_quote = true;
                    return Token::Word(Word { span: Span::new(start, self.at) });
                }
                None => {
                    self.at = self.end;
                    return Token::Unclosed(Span::new(start, self.end));
                }
            }
        }
    }

    /// A word without quotes. A `{` directly after `$` belongs to it, as in `${name}`.
    fn plain(&mut self) -> Token {
        let start = self.at;
        let mut variable = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'{' if variable => {}
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' if self.at > start => break,
                _ if self.is_control() => break,
                b'\\' => {
                    variable = false;
                    self.at += 1;
                }
                _ => variable = byte == b'$',
            }
            self.at += 1;
        }
        self.at = self.at.min(self.end);
        Token::Word(Word { span: Span::new(start, self.at) })
    }
}
