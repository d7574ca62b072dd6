//! Reads CSV (RFC 4180, and its dialects with `;`, tabs or `|`) as a list of maps with the byte span of every cell. Not
//! what the columns mean; the csv crate reads the values, and only the spans are found here.

use keyreeve_source::Span;
use keyreeve_source::text::quoted;

use crate::tree::{Member, Node, Text, Tree, Value, decode};

/// The delimiters between cells, most likely first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// How many bytes of a file are searched for its header.
const HEADER_LIMIT: usize = 64 * 1024;

/// The most columns of a table: no spreadsheet program has more.
const COLUMN_LIMIT: usize = 16_384;

/// What a reader of tables knows about their first record.
pub struct Header {
    /// Normalises the name of a column for comparison with others.
    pub normal: fn(&str) -> String,
    /// Why a first record with these normalised names is not the header of a table that is read; `None` if it is one.
    pub refused: fn(&[String]) -> Option<&'static str>,
}

/// Reads records under the names in the first one. A record that is longer or shorter is a fault, and is read all the
/// same.
pub fn parse(bytes: &[u8], known: &Header) -> Tree {
    let mut tree = Tree::of(bytes.len());
    let text = decode(bytes, &mut tree);
    let delimiter = Rows::new(text.as_bytes()).delimiter;
    let mut rows = Rows::new(within_columns(text.as_bytes(), delimiter, &mut tree));
    let Some(header) = rows.next_row(&mut tree) else { return tree };
    if let Some(reason) = (known.refused)(&header.names(known.normal)) {
        tree.fault(header.span, reason);
        return tree;
    }
    report_duplicates(&header.cells, known.normal, &mut tree);
    let mut entries = Vec::new();
    while let Some(row) = rows.next_row(&mut tree) {
        if !tree.take(1 + row.cells.len(), row.span) {
            break;
        }
        if row.columns != header.columns {
            let (cells, names) = (row.columns, header.columns);
            tree.fault(row.span, format!("has {cells} fields where the first line names {names}"));
        }
        // Programs write rows of separators alone below a table.
        if !row.cells.is_empty() {
            entries.push(entry(row, &header));
        }
    }
    let span = Span::new(0, bytes.len());
    tree.documents.push(Node { value: Value::List(entries.into()), span });
    tree
}

/// The text before the first record with more columns than any table has. Quotes are understood as the csv crate
/// understands them.
fn within_columns<'a>(text: &'a [u8], delimiter: u8, tree: &mut Tree) -> &'a [u8] {
    let (mut start, mut columns, mut at) = (0, 0, 0);
    while at < text.len() {
        // A cell begins here.
        if text[at] == b'"' {
            at = closing_quote(text, at + 1).unwrap_or(text.len());
        }
        let rest = &text[at..];
        at += memchr::memchr3(delimiter, b'\n', b'\r', rest).map_or(rest.len(), |length| length + 1);
        columns += 1;
        if columns > COLUMN_LIMIT {
            let message = format!("has more than {COLUMN_LIMIT} columns; from here on it is not read");
            tree.fault(Span::new(start, text.len()), message);
            return &text[..start];
        }
        if text[at - 1] != delimiter {
            (start, columns) = (at, 0);
        }
    }
    text
}

/// The names in the first record, normalised.
pub fn header(bytes: &[u8], normal: fn(&str) -> String) -> Option<Vec<String>> {
    let head = &bytes[..bytes.len().min(HEADER_LIMIT)];
    let mut ignored = Tree::of(head.len());
    let text = decode(head, &mut ignored);
    Some(Rows::new(text.as_bytes()).next_row(&mut ignored)?.names(normal))
}

/// A row as a map, under the names of the header.
fn entry(row: Row, header: &Row) -> Node {
    let members = row.cells.into_iter().map(|(column, cell)| {
        // A cell beyond the last name has no name. It may still be a secret, so it is kept.
        let key = header.cell(column).cloned().unwrap_or(Text { text: "".into(), span: cell.span });
        let value = if cell.text.is_empty() { Value::Null } else { Value::Scalar((*cell.text).into()) };
        Member { key, value: Node { value, span: cell.span } }
    });
    Node { value: Value::Map(members.collect()), span: row.span }
}

fn report_duplicates(header: &[(usize, Text)], normal: fn(&str) -> String, tree: &mut Tree) {
    let mut seen = std::collections::HashSet::new();
    for (_, cell) in header {
        let name = normal(&cell.text);
        if !name.is_empty() && !seen.insert(name) {
            tree.fault(cell.span, format!("the column `{}` stands twice", quoted(&cell.text)));
        }
    }
}

/// One record. Empty cells say nothing and are very common in tables, so they are not kept.
struct Row {
    /// Position and content of each cell that is not empty.
    cells: Vec<(usize, Text)>,
    columns: usize,
    span: Span,
}

impl Row {
    fn names(&self, normal: fn(&str) -> String) -> Vec<String> {
        self.cells.iter().map(|(_, cell)| normal(&cell.text)).collect()
    }

    fn cell(&self, column: usize) -> Option<&Text> {
        let at = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        Some(&self.cells[at].1)
    }
}

/// The records of a file, with the spans of their cells.
struct Rows<'a> {
    bytes: &'a [u8],
    /// Where the reader's first byte stands: after a byte order mark and a line `sep=;`.
    base: usize,
    delimiter: u8,
    reader: csv::Reader<&'a [u8]>,
    record: csv::StringRecord,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut base = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let mut delimiter = None;
        // Excel's way to name the delimiter.
        if let Some([mark, rest @ ..]) = bytes[base..].strip_prefix(b"sep=")
            && let Some(end) = rest.iter().position(|&byte| byte == b'\n').filter(|&end| end <= 1)
        {
            delimiter = Some(*mark);
            base += b"sep=;".len() + end + 1;
        }
        let delimiter = delimiter.unwrap_or_else(|| guess_delimiter(&bytes[base..]));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(&bytes[base..]);
        Self { bytes, base, delimiter, reader, record: csv::StringRecord::new() }
    }

    fn next_row(&mut self, tree: &mut Tree) -> Option<Row> {
        let from = self.offset();
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                tree.fault(Span::new(from, self.bytes.len()), format!("is not read further: {error}"));
                return None;
            }
        }
        let (span, spans, closed) = cells(self.bytes, from, self.offset(), self.delimiter);
        if !closed {
            tree.fault(spans.last().copied().unwrap_or(span), "a quoted field is not closed");
        }
        let place = |index: usize| if spans.len() == self.record.len() { spans[index] } else { span };
        let cells = self.record.iter().enumerate().map(|(column, text)| (column, text, place(column)));
        let kept = cells.filter(|(_, _, span)| span.start < span.end);
        let cells = kept.map(|(column, text, span)| (column, Text { text: text.into(), span })).collect();
        Some(Row { cells, columns: self.record.len(), span })
    }

    fn offset(&self) -> usize {
        (self.base + self.reader.position().byte() as usize).min(self.bytes.len())
    }
}

/// The most frequent delimiter in the first line, outside of quotes.
fn guess_delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.iter().skip_while(|byte| byte.is_ascii_whitespace()).take(HEADER_LIMIT);
    let mut counts = DELIMITERS.map(|delimiter| (delimiter, 0usize));
    let mut in_quotes = false;
    for &byte in line.take_while(|&&byte| byte != b'\n' && byte != b'\r') {
        in_quotes ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte && !in_quotes) {
            *count += 1;
        }
    }
    // If counts are equal, the first delimiter wins: a comma.
    counts.into_iter().rev().max_by_key(|&(_, count)| count).map_or(b',', |(delimiter, _)| delimiter)
}

/// The spans of a record and of its cells, and whether its quotes are closed.
fn cells(bytes: &[u8], from: usize, to: usize, delimiter: u8) -> (Span, Vec<Span>, bool) {
    let record = &bytes[..to];
    let start = from + record[from..].iter().take_while(|byte| is_break(byte)).count();
    let mut cells = Vec::new();
    let mut at = start;
    let mut closed = true;
    loop {
        let behind_quotes = match record.get(at) {
            Some(b'"') => closing_quote(record, at + 1),
            _ => Some(at),
        };
        closed &= behind_quotes.is_some();
        let rest = behind_quotes.unwrap_or(to);
        let end = rest + record[rest..].iter().take_while(|byte| **byte != delimiter && !is_break(byte)).count();
        cells.push(Span::new(at, end));
        if record.get(end) != Some(&delimiter) {
            return (Span::new(start, end), cells, closed);
        }
        at = end + 1;
    }
}

fn is_break(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The position after the closing quote; inside, two quotes stand for one.
fn closing_quote(record: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(b'"', &record[at..])? + 1;
        if record.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The csv crate is the oracle: each cell's span, unquoted, is the value that the crate reads there.
        #[test]
        fn every_cell_has_its_own_bytes(bytes in "[ab\",; \n\r]{0,40}") {
            let mut rows = Rows::new(bytes.as_bytes());
            let delimiter = rows.delimiter;
            loop {
                let from = rows.offset();
                if !rows.reader.read_record(&mut rows.record).unwrap() {
                    break;
                }
                let (_, spans, _) = cells(bytes.as_bytes(), from, rows.offset(), delimiter);
                prop_assert_eq!(spans.len(), rows.record.len(), "{:?} {:?}", bytes, rows.record);
                for (span, value) in spans.iter().zip(&rows.record) {
                    let raw = &bytes[span.range()];
                    let unquoted = raw.strip_prefix('"').map_or(raw.to_owned(), unquote);
                    prop_assert_eq!(&unquoted, value, "{:?}", bytes);
                }
            }
        }
    }

    /// Reads the text after an opening quote, character by character.
    fn unquote(inner: &str) -> String {
        let mut text = String::new();
        let mut chars = inner.chars().peekable();
        let mut quoted = true;
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    text.push('"');
                }
                '"' if quoted => quoted = false,
                c => text.push(c),
            }
        }
        text
    }
}
