//! Values that are written as a list: numbers, pairs of digits, escaped characters, and texts that were cut into
//! pieces, whatever separates them. A value in one piece is not here but in `words`.

use std::ops::Range;

use super::{kinds, split};

/// So many bytes in a row are no coincidence.
const BYTES: usize = 8;
/// The pieces of one text have at least so many characters, and among them as many different ones as no list of names
/// has.
const PIECES: usize = 24;
const KINDS: u32 = 16;
/// The least number of hexadecimal digits in pieces: half of the shortest key.
const DIGITS: usize = 32;
/// The least number of pieces of equal length.
const EQUALS: usize = 4;
/// The most characters between two numbers, or between two escaped characters: characters that need no escape can stand
/// there.
const GAP: usize = 4;
const OTHERS: usize = 12;
/// The most characters between two elements if the same separator repeats: `), Chr(`.
const SAME_GAP: usize = 12;

/// Finds where bytes or pieces stand in a row.
pub(super) fn spans(line: &[u8], found: &mut Vec<Range<usize>>) {
    numbers(line, found);
    pieces(line, found);
}

/// One or more bytes, written as a number or as an escape.
#[derive(Clone)]
struct Element {
    range: Range<usize>,
    bytes: usize,
    /// How many other characters may stand between this escaped character and the next one; `None` if this is not an
    /// escaped character.
    others: Option<usize>,
}

/// Elements in a row, separated by punctuation alone or always by the same text.
struct Row {
    start: usize,
    last: Element,
    bytes: usize,
    /// How many elements have more digits than small numbers have: a list with commas needs one of them, any other row
    /// needs two. Tables, sizes and dates are rows of numbers, too.
    long: usize,
    elements: usize,
    gap: Range<usize>,
    /// Whether any punctuation may follow.
    is_plain: bool,
    /// Whether all of them are pairs of digits between colons.
    is_colons: bool,
}

fn numbers(line: &[u8], found: &mut Vec<Range<usize>>) {
    let (mut at, mut row): (usize, Option<Row>) = (0, None);
    while at < line.len() {
        let after_escape = row.as_ref().and_then(|row| next_escape(line, &row.last));
        let Some(element) = after_escape.or_else(|| element(line, at)) else {
            at += 1;
            continue;
        };
        at = element.range.end;
        row = Some(match row.take() {
            Some(row) => row.and(line, element, found),
            None => Row::of(element),
        });
    }
    if let Some(row) = row {
        row.close(line, found);
    }
}

impl Row {
    fn of(last: Element) -> Self {
        let Element { range: Range { start, end }, bytes, .. } = last;
        let long = usize::from(end - start > 2);
        Self { start, last, bytes, long, elements: 1, gap: end..end, is_plain: true, is_colons: true }
    }

    /// Adds an element, or starts a new row with it.
    fn and(self, line: &[u8], next: Element, found: &mut Vec<Range<usize>>) -> Self {
        let last = self.last.clone();
        match self.extended(line, next.clone()) {
            Ok(longer) => longer,
            Err(row) => {
                row.close(line, found);
                Self::of(last).extended(line, next.clone()).unwrap_or_else(|_| Self::of(next))
            }
        }
    }

    fn extended(self, line: &[u8], next: Element) -> Result<Self, Self> {
        let gap = self.last.range.end..next.range.start;
        let text = &line[gap.clone()];
        let is_alone = self.last.range.start == self.start;
        let is_mark = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
        let is_between_escapes =
            self.last.others.zip(next.others).is_some_and(|(one, other)| text.len() <= one.min(other));
        let is_plain = self.is_plain && (text.len() <= GAP && text.iter().all(is_mark) || is_between_escapes);
        let is_same = text.len() <= SAME_GAP && (is_alone || *text == line[self.gap.clone()]);
        let is_apart = !text.is_empty() && !text.contains(&b'.');
        if !(is_between_escapes || is_apart) || !is_plain && !is_same {
            return Err(self);
        }
        let is_colons = self.is_colons && text == b":" && next.range.len() == 2;
        let is_digit = |byte: &&u8| byte.is_ascii_digit();
        let digits = line[next.range.clone()].iter().filter(is_digit).count();
        let is_number = digits == next.range.len();
        let is_long = !is_number || digits > if text.contains(&b',') { 1 } else { 2 };
        let (long, elements) = (self.long + usize::from(is_long), self.elements + 1);
        let bytes = self.bytes + next.bytes;
        Ok(Self { start: self.start, bytes, long, elements, last: next, gap, is_plain, is_colons })
    }

    /// Ends the row. A line of nothing but pairs of digits between colons may be the end of a number that OpenSSL has
    /// printed.
    fn close(self, line: &[u8], found: &mut Vec<Range<usize>>) {
        let range = self.start..self.last.range.end;
        let is_nothing = |byte: &u8| byte.is_ascii_whitespace() || *byte == b':';
        let alone = || line[..range.start].iter().chain(&line[range.end..]).all(is_nothing);
        if self.bytes >= BYTES && self.long * 4 >= self.elements || self.is_colons && self.bytes >= 2 && alone() {
            found.push(range);
        }
    }
}

/// The element that begins at a position: `7`, `-128`, `255`, `0x1f`, `0x1f2e3d4c`, `0377`, `1f`, `11010011`, `\x1f`,
/// `\037`, `\u001f`, `\u{1f}`, `%1F`, `=1F`, `&#31;`, `&#x1f;`.
fn element(line: &[u8], at: usize) -> Option<Element> {
    escape(line, at).or_else(|| number(line, at))
}

/// The next escaped character of the same kind; the characters in between may look like a number.
fn next_escape(line: &[u8], last: &Element) -> Option<Element> {
    let (from, others) = (last.range.end, last.others?);
    let mut next = (from..line.len().min(from + others + 1)).filter_map(|at| escape(line, at));
    next.find(|next| next.others == last.others)
}

fn escape(line: &[u8], at: usize) -> Option<Element> {
    /// How it begins, how many digits there are, whether they are hexadecimal, and how it ends.
    type Form = (&'static [u8], Range<usize>, bool, &'static [u8]);
    const FORMS: [Form; 9] = [
        (b"\\x", 2..3, true, b""),
        (b"\\X", 2..3, true, b""),
        (b"\\u{", 1..7, true, b"}"),
        (b"\\u", 4..5, true, b""),
        (b"&#x", 1..6, true, b";"),
        (b"&#", 1..7, false, b";"),
        (b"\\", 3..4, false, b""),
        (b"%", 2..3, true, b""),
        (b"=", 2..3, true, b""),
    ];
    if !matches!(line[at], b'\\' | b'&' | b'%' | b'=') {
        return None;
    }
    FORMS.iter().find_map(|(prefix, lengths, is_hex, suffix)| {
        let digits = line[at..].strip_prefix(*prefix)?;
        let is_digit = |byte: &&u8| if *is_hex { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
        let length = digits.iter().take(lengths.end - 1).take_while(is_digit).count();
        let ends = lengths.contains(&length) && digits[length..].starts_with(suffix);
        // What follows an equals sign is a value more often than not.
        let others = Some(if *prefix == b"=" { 0 } else { OTHERS });
        ends.then(|| Element { range: at..at + prefix.len() + length + suffix.len(), bytes: 1, others })
    })
}

fn number(line: &[u8], at: usize) -> Option<Element> {
    if at > 0 && line[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let sign = usize::from(matches!(line[at], b'-' | b'+') && line.get(at + 1).is_some_and(u8::is_ascii_digit));
    let length = line[at + sign..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let text = &line[at + sign..at + sign + length];
    let digits = text.iter().rposition(|byte| !matches!(byte, b'u' | b'U' | b'l' | b'L')).map_or(0, |last| last + 1);
    let are = |digits: &[u8], is: fn(&u8) -> bool| digits.iter().all(is);
    let bytes = match &text[..digits] {
        [b'0', b'x' | b'X', digits @ ..] if (1..=16).contains(&digits.len()) && are(digits, u8::is_ascii_hexdigit) => {
            digits.len().div_ceil(2)
        }
        [_, _] if are(text, u8::is_ascii_hexdigit) => 1,
        digits @ ([_] | [_, _] | [_, _, _]) if are(digits, u8::is_ascii_digit) => 1,
        digits @ [b'0', b'0'..=b'3', _, _] if are(digits, |byte| matches!(byte, b'0'..=b'7')) => 1,
        digits if digits.len() == 8 && are(digits, |byte| matches!(byte, b'0' | b'1')) => 1,
        _ => return None,
    };
    Some(Element { range: at..at + sign + length, bytes, others: None })
}

/// Finds pieces of equal length with equal separators; the last piece may be shorter.
fn pieces(line: &[u8], found: &mut Vec<Range<usize>>) {
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let is_piece = |run: &Range<usize>| line[run.clone()].iter().any(u8::is_ascii_alphanumeric);
    let runs = split(line, |byte| !joins(byte)).filter(is_piece);
    let mut row: Vec<Range<usize>> = Vec::new();
    for piece in runs {
        if let (Some(first), Some(last)) = (row.first().cloned(), row.last().cloned()) {
            let gap = &line[last.end..piece.start];
            let is_same = row.get(1).is_none_or(|second| *gap == line[first.end..second.start]);
            if gap.len() <= SAME_GAP && is_same && last.len() == first.len() && piece.len() <= first.len() {
                row.push(piece);
                continue;
            }
            close_pieces(line, &row, found);
            row.clear();
        }
        row.push(piece);
    }
    close_pieces(line, &row, found);
}

fn close_pieces(line: &[u8], row: &[Range<usize>], found: &mut Vec<Range<usize>>) {
    let has = |text: &[u8], is: fn(&u8) -> bool| text.iter().any(is);
    let whole =
        |row: &[Range<usize>]| -> Vec<u8> { row.iter().flat_map(|piece| &line[piece.clone()]).copied().collect() };
    let [first, second, .., last] = row else { return };
    let text = whole(row);
    let cases = has(&text, u8::is_ascii_lowercase) && has(&text, u8::is_ascii_uppercase);
    if row.len() >= EQUALS && text.len() >= PIECES && kinds(&text) >= KINDS && cases && has(&text, u8::is_ascii_digit) {
        found.push(first.start..last.end);
        return;
    }
    // Groups of four digits between colons are an IPv6 address.
    if first.len() == 4 && &line[first.end..second.start] == b":" {
        return;
    }
    // A word of the same length can stand before the pieces.
    for digits in row.split(|piece| !line[piece.clone()].iter().all(u8::is_ascii_hexdigit)) {
        let text = whole(digits);
        let is_hex = text.len() >= DIGITS && has(&text, u8::is_ascii_digit) && has(&text, u8::is_ascii_alphabetic);
        if let ([first, .., last], true) = (digits, is_hex && digits.len() >= EQUALS) {
            found.push(first.start..last.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::private::looks::hide;

    #[test]
    fn what_is_no_list_of_bytes_is_shown() {
        for line in [
            "ssl_protocols SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;",
            "set_real_ip_from 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4;",
            "allow 2001:0db8:0000:0000:0000:ff00:0042:8329;",
            "# 1.3.6.1.4.1.311.21.8.1 and 2020 2021 2022 2023 2024 2025 2026 2027 2028",
            "| 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |",
            "margin: 0 1 2 3 4 5 6 7 8 16 24",
            "permissions: 0755 0644 0700 0600 0755 0644 0700 0600 0755",
            "SHA-256 fingerprint: 9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15",
            "ports: [80, 443, 8080, 8443, 9090, 9443]",
            "created: 2026-11-23T12:00:00Z, rotated: 2026-11-24T12:00:00Z",
            "DHE-RSA-AES128-SHA:DHE-RSA-AES256-SHA:DHE-DSS-AES128-SHA",
            "https://www.example.org/?a=10&b=20&c=30&d=40&e=50&f=60&g=70&h=80&i=90",
            "location ~ ^/a%20b/\\d+\\.html$ {",
            "rewrite ^/([0-9])([0-9])([0-9])([0-9])([0-9])/.+\\.jpg$ /img/p/$1/$2/$3/$4/$5/$1$2$3$4$5$6.jpg last;",
            "ids: 123e4567-e89b-12d3-a456-426614174000, 123e4567-e89b-12d3-a456-426614174001",
        ] {
            assert_eq!(hide(line), line);
        }
    }

    type Spelling = fn(&[u8]) -> String;

    fn joined(bytes: &[u8], separator: &str, spell: impl Fn(u8) -> String) -> String {
        bytes.iter().map(|&byte| spell(byte)).collect::<Vec<_>>().join(separator)
    }

    fn chunks(text: &str, length: usize, separator: &str) -> String {
        let chunks = text.as_bytes().chunks(length).map(String::from_utf8_lossy);
        chunks.collect::<Vec<_>>().join(separator)
    }

    fn hex(bytes: &[u8]) -> String {
        crate::digest::hex(bytes)
    }

    fn base64(bytes: &[u8]) -> String {
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
    }

    const SPELLINGS: [Spelling; 26] = [
        |key| joined(key, "", |byte| format!("\\x{byte:02x}")),
        |key| joined(key, "", |byte| format!("\\{byte:03o}")),
        |key| joined(key, "", |byte| format!("\\u{byte:04x}")),
        |key| joined(key, "", |byte| format!("\\u{{{byte:x}}}")),
        |key| joined(key, "", |byte| format!("%{byte:02X}")),
        |key| joined(key, "", |byte| format!("={byte:02X}")),
        |key| joined(key, "", |byte| format!("&#{byte};")),
        |key| joined(key, "", |byte| format!("&#x{byte:x};")),
        |key| joined(base64(key).as_bytes(), "", |byte| format!("%{byte:02X}")),
        |key| joined(key, ", ", |byte| (byte as i8).to_string()),
        |key| joined(key, ", ", |byte| format!("0{byte:03o}")),
        |key| joined(key, " ", |byte| format!("{byte:08b}")),
        |key| joined(key, "", |byte| format!("{byte:08b}")),
        |key| joined(key, "-", |byte| format!("{byte:02X}")),
        |key| joined(key, "), Chr(", |byte| byte.to_string()),
        |key| joined(key, " & ", |byte| format!("0x{byte:02x}u")),
        |key| chunks(&hex(key), 4, " "),
        |key| format!("seed {}", chunks(&hex(key), 4, " ")),
        |key| chunks(&hex(key), 8, "-"),
        |key| chunks(&hex(key), 1, " "),
        |key| {
            joined(&key.chunks(4).map(|word| word[0]).collect::<Vec<_>>(), ", ", |byte| format!("0x{byte:02x}a4f9c1"))
        },
        |key| chunks(&base64(key), 4, " "),
        |key| chunks(&base64(key), 8, "\", \""),
        |key| chunks(&base64(key), 10, "\" + \""),
        |key| chunks(&base64(key), 12, "."),
        |key| chunks(&base64(key), 10, "\\"),
    ];

    proptest! {
        #[test]
        fn no_key_is_shown_in_pieces(seed: [u8; 8]) {
            let key = crate::digest::sha256(&seed);
            // One key in a thousand has no digit in Base64, and then nothing distinguishes its pieces from words.
            prop_assume!(base64(&key).contains(|c: char| c.is_ascii_digit()));
            for spelling in SPELLINGS {
                let text = spelling(&key);
                let line = format!("a = {text} # b");
                let shown = hide(&line);
                prop_assert!(shown.contains("[hidden]") && shown.len() < 32, "{} became {}", line, shown);
            }
            // Python writes bytes like this and does not escape printable characters, so a long printable stretch is
            // not hidden in full.
            let escaped: String = key.iter().flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from).collect();
            prop_assume!(escaped.split("\\x").all(|between| between.len() <= 14));
            let shown = hide(&escaped);
            prop_assert!(shown.contains("[hidden]") && shown.len() < 36, "{} became {}", escaped, shown);
        }
    }
}
