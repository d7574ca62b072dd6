//! The lines between BEGIN and END, freed from what the surrounding file puts around them: indentation, quotes,
//! string concatenation, comment signs; and the headers of RFC 1421. Not decoded yet.

use std::ops::Range;

use memchr::{memmem, memrchr2};

use super::escape::{Symbol, Unescaped};

/// A line of base64 in full is 64 characters; 40 in a row are no word.
pub(super) const LINE: usize = 40;
/// The least that can be the beginning of a body, if it begins as one does.
const STUB: usize = 16;

/// The least that names a curve.
const CURVE: usize = 12;

/// What stands around a block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Setting<'a> {
    /// The quote that was opened directly before BEGIN, and how many backslashes stand before it.
    quote: Option<(u8, usize)>,
    /// Signs of base64 that begin the line for another reason: `+` of a patch, `//` of a comment.
    prefix: &'a [u8],
}

/// A body without its surroundings.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Base64, perhaps with white space.
    pub(super) base64: Vec<u8>,
    /// The value of the header DEK-Info.
    pub(super) dek_info: Option<String>,
}

impl<'a> Setting<'a> {
    /// What stands before a BEGIN line at `at`.
    pub(crate) fn before(text: &'a [u8], at: usize) -> Self {
        let near = &text[at.saturating_sub(LINE)..at];
        let line = match memrchr2(b'\n', b'\r', near) {
            Some(end) => near[end + 1..].trim_ascii(),
            None if at <= LINE => near.trim_ascii(),
            None => &[],
        };
        let (prefix, rest) = line.split_at(line.iter().take_while(|byte| b"+/".contains(byte)).count());
        let prefix = if rest.iter().any(|byte| byte.is_ascii_alphanumeric()) { &[] } else { prefix };
        let quote = near.last().filter(|byte| is_quote(**byte)).map(|&quote| {
            let before = &near[..near.len() - 1];
            (quote, before.iter().rev().take_while(|&&byte| byte == b'\\').count())
        });
        Self { quote, prefix }
    }

    /// Of a block that follows closely on another one: the same as that one's, unless a new string begins between them.
    pub(crate) fn or_inherited(self, last: Self, between: &[u8]) -> Self {
        if self.quote.is_none() && between.len() < LINE && !between.iter().any(|&byte| is_quote(byte)) {
            Self { quote: last.quote, ..self }
        } else {
            self
        }
    }
}

/// Whether a closed block has anything like a body: a line of base64, or the beginning of one.
pub(super) fn is_evident(raw: &[u8], line: usize) -> bool {
    if is_folded_stub(Vec::new(), Unescaped::new(raw, 0..raw.len())) {
        return true;
    }
    let (mut run, mut is_first) = (Vec::with_capacity(line), true);
    for symbol in Unescaped::new(raw, 0..raw.len()) {
        if is_base64(symbol.byte) {
            run.push(symbol.byte);
            if run.len() == line {
                return true;
            }
        } else if !run.is_empty() {
            if is_first && is_stub(&run) {
                return true;
            }
            is_first = false;
            run.clear();
        }
    }
    is_first && is_stub(&run)
}

/// Whether a body follows directly on a BEGIN line, or headers and then a body. `line` is what is no word any more.
pub(super) fn begins(raw: &[u8], line: usize) -> bool {
    let mut symbols = Unescaped::new(raw, 0..raw.len()).peekable();
    loop {
        while symbols.next_if(|symbol| !symbol.byte.is_ascii_alphanumeric() && symbol.byte.is_ascii()).is_some() {}
        let mut run = Vec::with_capacity(line);
        while run.len() < line
            && let Some(symbol) = symbols.next_if(|symbol| is_base64(symbol.byte) || symbol.byte == b'-')
        {
            run.push(symbol.byte);
        }
        if symbols.peek().is_none_or(|symbol| symbol.byte != b':') {
            return run.len() == line || is_stub(&run) || is_folded_stub(run, symbols);
        }
        while symbols.next_if(|symbol| symbol.byte != b'\n' && symbol.byte != b'\r').is_some() {}
    }
}

/// Whether what stands between BEGIN and END is nobody's: a note in brackets, or stars.
pub(super) fn is_placeholder(raw: &[u8]) -> bool {
    let noted = |open: u8, close: u8| {
        memchr::memchr_iter(open, raw).any(|at| {
            let length =
                raw[at + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b" _-,.".contains(byte)).count();
            length > 0 && raw.get(at + 1 + length) == Some(&close)
        })
    };
    memmem::find(raw, b"*****").is_some() || noted(b'[', b']') || noted(b'<', b'>')
}

/// Whether one letter stands there again and again. A sound body may have that, too: of equal bytes.
pub(super) fn is_monotonous(raw: &[u8]) -> bool {
    const MANY: usize = 16;
    raw.chunk_by(|one, next| one == next).any(|run| run.len() >= MANY && run[0].is_ascii_alphanumeric())
}

/// Whether part of a body was left out for the reader.
pub(super) fn is_elided(raw: &[u8]) -> bool {
    memmem::find(raw, b"...").is_some() || memmem::find(raw, "…".as_bytes()).is_some()
}

/// The base64 and headers in that range; the error is the offset of what is neither.
pub(super) fn collect(text: &[u8], range: Range<usize>, setting: &Setting<'_>) -> Result<Collected, usize> {
    let raw = &text[range.clone()];
    if setting.prefix.is_empty() && raw.iter().all(|&byte| is_base64(byte) || byte.is_ascii_whitespace()) {
        return Ok(Collected { base64: raw.to_vec(), dek_info: None });
    }
    let mut collector = Collector { prefix: setting.prefix, collected: Collected::default(), in_headers: true };
    let mut line = Vec::new();
    let (mut outside, mut last) = (false, 0);
    for symbol in Unescaped::new(text, range) {
        if setting.quote == Some((symbol.byte, symbol.slashes)) {
            outside = !outside;
        } else if symbol.byte == b'\n' || symbol.byte == b'\r' {
            // The end of a line in the file is none of the string's, and CR LF is one.
            let second_of_crlf = symbol.byte == b'\n' && last == b'\r';
            if !second_of_crlf && !outside {
                collector.line(&line)?;
                line.clear();
            }
        } else if !outside {
            line.push(symbol);
        }
        last = symbol.byte;
    }
    collector.line(&line)?;
    Ok(collector.collected)
}

struct Collector<'a> {
    prefix: &'a [u8],
    collected: Collected,
    in_headers: bool,
}

impl Collector<'_> {
    fn line(&mut self, line: &[Symbol]) -> Result<(), usize> {
        let line = trim(line, |byte| byte.is_ascii_whitespace());
        let is_prefix = |(symbol, byte): (&Symbol, &u8)| symbol.byte == *byte;
        let has_prefix = line.len() >= self.prefix.len() && line.iter().zip(self.prefix).all(is_prefix);
        let line = trim(if has_prefix { &line[self.prefix.len()..] } else { line }, is_decoration);
        if self.in_headers && self.header(line) {
            return Ok(());
        }
        for symbol in line {
            if is_base64(symbol.byte) {
                self.collected.base64.push(symbol.byte);
            } else if !symbol.byte.is_ascii_whitespace() {
                return Err(symbol.at);
            }
        }
        self.in_headers &= self.collected.base64.is_empty();
        Ok(())
    }

    /// Takes the line if it is a header: `DEK-Info: AES-256-CBC,…`.
    fn header(&mut self, line: &[Symbol]) -> bool {
        let Some(colon) = line.iter().position(|symbol| symbol.byte == b':') else { return false };
        let text = |symbols: &[Symbol]| symbols.iter().map(|symbol| char::from(symbol.byte)).collect::<String>();
        if text(&line[..colon]).eq_ignore_ascii_case("DEK-Info") {
            self.collected.dek_info = Some(text(&line[colon + 1..]));
        }
        true
    }
}

fn trim(line: &[Symbol], remove: impl Fn(u8) -> bool) -> &[Symbol] {
    let start = line.iter().take_while(|symbol| remove(symbol.byte)).count();
    let end = line.iter().rev().take_while(|symbol| remove(symbol.byte)).count();
    &line[start..line.len().saturating_sub(end).max(start)]
}

fn is_stub(run: &[u8]) -> bool {
    let der = run.first() == Some(&b'M') && run.get(1).is_some_and(|byte| (b'A'..=b'P').contains(byte));
    // The object identifier of a curve, by which EC PARAMETERS are all that there is.
    let curve = run.starts_with(b"Bg") && run.len() >= CURVE && run.len().is_multiple_of(4);
    run.len() >= STUB && (der || run.starts_with(b"b3Bl")) || curve
}

/// The beginning of a body in lines, or groups, that are shorter than it: OpenSSL reads these, too.
fn is_folded_stub(mut run: Vec<u8>, symbols: impl Iterator<Item = Symbol>) -> bool {
    let body = symbols.map(|symbol| symbol.byte).skip_while(u8::is_ascii_whitespace);
    let letters = body.take_while(|byte| is_base64(*byte) || byte.is_ascii_whitespace());
    run.extend(letters.filter(|byte| !byte.is_ascii_whitespace()).take(STUB.saturating_sub(run.len())));
    let has = |is: fn(&u8) -> bool| run.iter().any(is);
    run.first() != Some(&b'B') && is_stub(&run) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_decoration(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_punctuation() && !is_base64(byte)
}

/// Whether the byte belongs to base64 (RFC 4648, section 4), padding included.
pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}
