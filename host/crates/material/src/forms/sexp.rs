//! S-expressions as libgcrypt writes them: canonical ones (`3:rsa`) and advanced ones (`rsa`, `#00AA#`, `"a b"`), read
//! with limits on depth and number. Not what they mean.

use std::iter::Peekable;

use keyreeve_source::digest::unhex;

use crate::asn1::Malformed;
use crate::pem::{Symbol, Unescaped, decode};

/// How deeply lists may be nested; those of GnuPG need five levels.
const DEPTH: u32 = 16;
/// How far before a list its line may begin.
const LINE: usize = 256;
/// The most characters of a value's length, including the colon.
const LONGEST_LENGTH: usize = 10;
/// How many lists and values one expression may have.
const MOST: usize = 1000;

/// Why something is not a key but a text about one, or a template for one.
pub(super) const ELIDED: Malformed = Malformed("something of it is left out");

/// A value or a list.
pub(super) enum Sexp {
    Atom(Vec<u8>),
    List(Vec<Sexp>),
    /// A placeholder, which a person or a program replaces by a value.
    Elided,
}

impl Sexp {
    /// The elements after the name in the first list with that name that is directly in this one.
    pub(super) fn list(&self, name: &str) -> Option<&[Self]> {
        let Self::List(elements) = self else { return None };
        elements.iter().find_map(|element| match element {
            Self::List(inner) => inner.split_first().filter(|(first, _)| first.is(name)).map(|(_, rest)| rest),
            Self::Atom(_) | Self::Elided => None,
        })
    }

    /// The one value in the list of that name.
    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        self.list(name)?.first()?.atom()
    }

    /// The bytes of a value.
    pub(super) fn atom(&self) -> Option<&[u8]> {
        match self {
            Self::Atom(bytes) => Some(bytes),
            Self::List(_) | Self::Elided => None,
        }
    }

    /// Whether anything in it is a placeholder.
    pub(super) fn is_elided(&self) -> bool {
        match self {
            Self::Elided => true,
            Self::List(elements) => elements.iter().any(Self::is_elided),
            Self::Atom(_) => false,
        }
    }

    /// A value as text.
    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.atom()?).ok()
    }

    fn is(&self, name: &str) -> bool {
        self.atom() == Some(name.as_bytes())
    }
}

/// Reads one list.
pub(super) struct Parser<I: Iterator<Item = Symbol>> {
    symbols: Peekable<I>,
    left: usize,
    /// The offset after the last symbol that was read.
    end: usize,
}

impl<I: Iterator<Item = Symbol>> Parser<I> {
    pub(super) fn new(symbols: I) -> Self {
        Self { symbols: symbols.peekable(), left: MOST, end: 0 }
    }

    /// Where the list ended, or where its fault was found.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The list that begins here.
    pub(super) fn list(&mut self) -> Result<Sexp, Malformed> {
        match self.next()?.byte {
            b'(' => self.elements(DEPTH),
            _ => Err(Malformed("it does not begin with a list")),
        }
    }

    fn next(&mut self) -> Result<Symbol, Malformed> {
        let symbol = self.symbols.next().ok_or(Malformed("it ends within a list"))?;
        self.end = symbol.at + 1;
        Ok(symbol)
    }

    /// What follows up to the end of a list.
    fn elements(&mut self, depth: u32) -> Result<Sexp, Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("its lists are nested too deeply"))?;
        let mut elements = Vec::new();
        loop {
            let symbol = self.next()?;
            if symbol.byte == b')' {
                return Ok(Sexp::List(elements));
            }
            if symbol.byte.is_ascii_whitespace() {
                continue;
            }
            self.left = self.left.checked_sub(1).ok_or(Malformed("it has too many parts"))?;
            elements.push(match symbol.byte {
                b'(' => self.elements(depth)?,
                b'#' => hexadecimal(self.until(symbol)?)?,
                b'|' => {
                    let bytes = decode::base64(&self.until(symbol)?);
                    Sexp::Atom(bytes.ok_or(Malformed("a value of it is not base64"))?)
                }
                b'"' => Sexp::Atom(self.until(symbol)?),
                first => self.word(first)?,
            });
        }
    }

    /// The bytes between this symbol and the next equal one. Backslashes before that one may themselves be escaped.
    fn until(&mut self, begin: Symbol) -> Result<Vec<u8>, Malformed> {
        let is_end = |slashes| slashes % (2 * (begin.slashes + 1)) == begin.slashes;
        let mut bytes = Vec::new();
        loop {
            let symbol = self.next()?;
            if symbol.byte == begin.byte && is_end(symbol.slashes) {
                return Ok(bytes);
            }
            bytes.push(symbol.byte);
        }
    }

    /// A word; or a length in digits, a colon, and so many bytes.
    fn word(&mut self, first: u8) -> Result<Sexp, Malformed> {
        let mut word = vec![first];
        while let Some(symbol) = self.symbols.next_if(|symbol| is_of_word(symbol.byte)) {
            self.end = symbol.at + 1;
            word.push(symbol.byte);
            if symbol.byte == b':'
                && word.len() <= LONGEST_LENGTH
                && let Some(length) =
                    std::str::from_utf8(&word[..word.len() - 1]).ok().and_then(|text| text.parse().ok())
            {
                return (0_usize..length).map(|_| Ok(self.next()?.byte)).collect::<Result<_, _>>().map(Sexp::Atom);
            }
        }
        let is_left_out = word.iter().all(|&byte| byte == b'.') || word.iter().any(|byte| b"%<>{}$".contains(byte));
        Ok(if is_left_out { Sexp::Elided } else { Sexp::Atom(word) })
    }
}

fn hexadecimal(mut digits: Vec<u8>) -> Result<Sexp, Malformed> {
    digits.retain(|byte| !byte.is_ascii_whitespace());
    if let Some(bytes) = unhex(&digits) {
        return Ok(Sexp::Atom(bytes));
    }
    let is_left_out = ["..", "…"].iter().any(|dots| memchr::memmem::find(&digits, dots.as_bytes()).is_some());
    if is_left_out { Ok(Sexp::Elided) } else { Err(Malformed("a value of it is not of hexadecimal digits")) }
}

fn is_of_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"()#|\"".contains(&byte)
}

/// The symbols of a text from some place on, as the target program reads them: a line is joined with the next one if
/// that begins with one more blank; in a source file, the symbols inside of strings.
#[derive(Clone)]
pub(super) struct Folded<'a> {
    symbols: Unescaped<'a>,
    /// The quote that was opened before it on its line, and how many backslashes precede the quote.
    quote: Option<(u8, usize)>,
    is_outside: bool,
    indentation: usize,
}

impl<'a> Folded<'a> {
    /// From `at`, no further than `reach`.
    pub(super) fn new(text: &'a [u8], at: usize, reach: usize) -> Self {
        let before = &text[at.saturating_sub(LINE)..at];
        let line = &before[memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..];
        let is_quote = |byte: &u8| b"\"'`".contains(byte);
        let slashes = |before: &[u8]| before.iter().rev().take_while(|&&byte| byte == b'\\').count();
        let directly =
            line.split_last().filter(|(last, _)| is_quote(last)).map(|(&quote, rest)| (quote, slashes(rest)));
        let quote = directly.or_else(|| Some((*line.trim_ascii_start().first().filter(|first| is_quote(first))?, 0)));
        let blanks = line.iter().take_while(|byte| b" \t".contains(byte)).count();
        Self {
            symbols: Unescaped::new(text, at..text.len().min(at + reach)),
            quote,
            is_outside: false,
            // The blanks before a string do not belong to it.
            indentation: if quote.is_some() { 0 } else { blanks },
        }
    }

    /// The next symbol inside a string, or in a text that is not in strings.
    fn inside(&mut self) -> Option<Symbol> {
        loop {
            let symbol = self.symbols.next()?;
            if self.quote == Some((symbol.byte, symbol.slashes)) {
                self.is_outside = !self.is_outside;
            } else if !self.is_outside && symbol.byte != b'\r' {
                return Some(symbol);
            }
        }
    }

    /// Skips the blanks at the beginning of a continuation line; returns whether there were any.
    fn unfold(&mut self) -> bool {
        let mut blanks = 0;
        while blanks <= self.indentation {
            let mut ahead = self.clone();
            if !ahead.inside().is_some_and(|symbol| b" \t".contains(&symbol.byte)) {
                break;
            }
            *self = ahead;
            blanks += 1;
        }
        blanks > 0
    }
}

impl Iterator for Folded<'_> {
    type Item = Symbol;

    fn next(&mut self) -> Option<Symbol> {
        loop {
            let symbol = self.inside()?;
            if symbol.byte != b'\n' || !self.unfold() {
                return Some(symbol);
            }
        }
    }
}
