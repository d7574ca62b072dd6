//! Texts inside texts: a configuration in a value of YAML or JSON, in a here-document, in Base64, or in UTF-16. They are found by the
//! marks of the formats and cut out, with a map of their places back to the file; not read, which the driver has the formats do.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use keyreeve_source::Span;
use keyreeve_syntax::tree::{Kept, Member, Node, Value};

use crate::Text;

/// Longest text that is cut up, and all texts inside one file together, in bytes.
const LONGEST: usize = 16 << 20;
/// Texts inside one file.
const MOST: usize = 1000;
/// A shorter text inside another is no configuration.
const SHORTEST: usize = 12;

/// How the places of a text are places of the one around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Map {
    /// So many bytes further on.
    Shifted(u32),
    /// Stretches, each from an offset here to an offset there; what lies behind one's start lies as far behind it there.
    Stretches(Vec<(u32, u32)>),
    /// All of it is this stretch.
    Whole(Span),
}

impl Map {
    /// Where a span lies in the text around.
    pub(crate) fn span(&self, span: Span) -> Span {
        match self {
            Self::Shifted(by) => Span { start: span.start + by, end: span.end + by },
            Self::Whole(whole) => *whole,
            Self::Stretches(stretches) => {
                let at = |offset: u32| {
                    let index = stretches.partition_point(|(here, _)| *here <= offset).saturating_sub(1);
                    let (here, there) = stretches.get(index).copied().unwrap_or_default();
                    // No further than where the next stretch begins.
                    let limit = stretches.get(index + 1).map_or(u32::MAX, |(_, there)| *there);
                    (there + offset.saturating_sub(here)).min(limit)
                };
                let (start, end) = (at(span.start), at(span.end));
                Span { start, end: end.max(start) }
            }
        }
    }
}

/// A text inside another one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inner {
    /// What the text around calls it: the path or the name beside it; empty where there is neither.
    pub(crate) name: String,
    /// What it says.
    pub(crate) bytes: Vec<u8>,
    /// Where it stands.
    pub(crate) map: Map,
}

/// The marks that a text inside another one is found by, as they are and in Base64.
#[derive(Debug)]
pub(crate) struct Marks {
    plain: AhoCorasick,
    encoded: AhoCorasick,
}

impl Marks {
    /// Those of some formats.
    pub(crate) fn new(marks: &[&str]) -> Self {
        let build = |patterns: &[String]| AhoCorasick::new(patterns).expect("a few short marks");
        let plain: Vec<String> = marks.iter().map(|mark| (*mark).to_owned()).collect();
        let encoded: Vec<String> = marks.iter().flat_map(|mark| encodings(mark.as_bytes())).collect();
        Self { plain: build(&plain), encoded: build(&encoded) }
    }

    /// Whether a mark stands in a file so that it may be in a text inside.
    pub(crate) fn announce(&self, name: &str, bytes: &[u8]) -> bool {
        if bytes.len() > LONGEST {
            return false;
        }
        match utf16(bytes) {
            Some(wide) => self.plain.is_match(&wide.bytes),
            None => Carrier::of(name, bytes).is_some() && (self.plain.is_match(bytes) || self.encoded.is_match(bytes)),
        }
    }

    /// The texts inside a text in which a mark stands.
    pub(crate) fn texts(&self, text: &Text<'_>) -> Vec<Inner> {
        let (name, bytes) = (text.name(), text.bytes());
        if !self.announce(name, bytes) {
            return Vec::new();
        }
        if let Some(wide) = utf16(bytes) {
            return vec![wide];
        }
        let mut found = Vec::new();
        if self.plain.is_match(bytes) {
            match Carrier::of(name, bytes) {
                Some(Carrier::Yaml) => self.in_trees(bytes, &text.yaml(Kept::All).documents, &mut found),
                Some(Carrier::Json) => self.in_trees(bytes, &text.json(Kept::All).documents, &mut found),
                Some(Carrier::Script) => self.in_scripts(bytes, &mut found),
                None => {}
            }
        }
        self.in_base64(bytes, &mut found);
        let mut left = LONGEST;
        found.retain(|inner| {
            let fits = inner.bytes.len() <= left;
            left = left.saturating_sub(inner.bytes.len());
            fits
        });
        found.truncate(MOST);
        found
    }

    fn in_trees(&self, bytes: &[u8], roots: &[Node], found: &mut Vec<Inner>) {
        let mut open: Vec<(&Node, &str)> = roots.iter().map(|root| (root, "")).collect();
        while let Some((node, name)) = open.pop() {
            match &node.value {
                Value::Scalar(scalar) if scalar.len() >= SHORTEST && self.plain.is_match(scalar.as_bytes()) => {
                    let map = scalar_map(bytes, node.span, scalar);
                    found.push(Inner { name: name.to_owned(), bytes: scalar.as_bytes().to_vec(), map });
                }
                Value::List(items) => open.extend(items.iter().rev().map(|item| (item, name))),
                Value::Map(members) => {
                    let path = path_beside(members);
                    open.extend(members.iter().rev().map(|member| (&member.value, path.unwrap_or(&member.key.text))));
                }
                _ => {}
            }
        }
    }

    /// Here-documents of shells and of HCL: `<<EOF`, `<<-'EOF'`, `<<~EOT`, to a line of that word alone.
    fn in_scripts(&self, bytes: &[u8], found: &mut Vec<Inner>) {
        let mut at = 0;
        while let Some(here) = memchr::memmem::find(&bytes[at..], b"<<").map(|offset| at + offset) {
            at = here + 2;
            let line_start = memchr::memrchr(b'\n', &bytes[..here]).map_or(0, |position| position + 1);
            let Some(line_end) = memchr::memchr(b'\n', &bytes[here..]).map(|offset| here + offset) else { return };
            let rest = bytes[here + 2..line_end].trim_ascii_start();
            let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"~")).unwrap_or(rest).trim_ascii_start();
            let quotes = |byte: &u8| matches!(byte, b'\'' | b'"' | b'\\');
            let rest = &rest[rest.iter().take_while(|byte| quotes(byte)).count()..];
            let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let word = &rest[..length];
            if word.is_empty() || word[0].is_ascii_digit() {
                continue;
            }
            let Some(end) = line_of(bytes, line_end + 1, word) else { continue };
            let body = line_end + 1..end;
            if self.plain.is_match(&bytes[body.clone()]) {
                let name = path_in(&bytes[line_start..line_end]);
                found.push(Inner { name, bytes: bytes[body.clone()].to_vec(), map: Map::Shifted(body.start as u32) });
            }
            at = end;
        }
    }

    fn in_base64(&self, bytes: &[u8], found: &mut Vec<Inner>) {
        let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let mut floor = 0;
        for hit in self.encoded.find_iter(bytes) {
            if hit.start() < floor {
                continue;
            }
            let before = bytes[floor..hit.start()].iter().rev().take_while(|byte| is_digit(**byte)).count();
            let after = bytes[hit.end()..].iter().take_while(|byte| is_digit(**byte)).count();
            let (start, end) = (hit.start() - before, hit.end() + after);
            floor = end;
            // Four digits are three bytes; what is left over may be two or three.
            let whole = (end - start) - usize::from((end - start) % 4 == 1);
            let Ok(decoded) = STANDARD_NO_PAD.decode(&bytes[start..start + whole]) else { continue };
            if self.plain.is_match(&decoded) {
                let name = key_before(bytes, start);
                found.push(Inner { name, bytes: decoded, map: Map::Whole(Span::new(start, end)) });
            }
        }
    }
}

/// What a text is that others stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Yaml,
    Json,
    Script,
}

impl Carrier {
    /// By the ending of its name, and of JSON by how it begins.
    fn of(name: &str, bytes: &[u8]) -> Option<Self> {
        let extension = name.rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension);
        match extension {
            Some("yaml" | "yml") => Some(Self::Yaml),
            Some("tf" | "hcl" | "sh" | "bash" | "tfvars" | "nomad") => Some(Self::Script),
            Some("json") => Some(Self::Json),
            _ if bytes.first() == Some(&b'{') => Some(Self::Json),
            _ => None,
        }
    }
}

/// A text behind a byte order mark of two bytes.
fn utf16(bytes: &[u8]) -> Option<Inner> {
    let is_little = match bytes {
        [0xff, 0xfe, ..] => true,
        [0xfe, 0xff, ..] => false,
        _ => return None,
    };
    let unit = |unit: &[u8; 2]| if is_little { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) };
    let units = bytes[2..].as_chunks::<2>().0.iter().map(unit);
    let (mut text, mut stretches, mut there) = (String::new(), Vec::new(), 2_u32);
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        stretches.push((text.len() as u32, there));
        there += 2 * character.len_utf16() as u32;
        text.push(character);
    }
    stretches.push((text.len() as u32, there));
    Some(Inner { name: String::new(), bytes: text.into_bytes(), map: Map::Stretches(stretches) })
}

/// How the places of a scalar are places of the text that it is written in: line by line for a block, character by character for a text
/// in quotes; all of it where neither can be followed.
fn scalar_map(bytes: &[u8], span: Span, scalar: &str) -> Map {
    let raw = &bytes[span.range()];
    let quoted = raw.first() == Some(&b'"');
    let stretches = if quoted { of_quoted(raw, scalar) } else { of_lines(raw, scalar) };
    match stretches {
        Some(mut stretches) => {
            stretches.iter_mut().for_each(|(_, there)| *there += span.start);
            stretches.push((scalar.len() as u32, span.end));
            Map::Stretches(stretches)
        }
        None => Map::Whole(span),
    }
}

/// Each line of the scalar stands at the end of a line there, behind its indentation.
fn of_lines(raw: &[u8], scalar: &str) -> Option<Vec<(u32, u32)>> {
    let (mut stretches, mut here, mut there) = (Vec::new(), 0, 0);
    for line in scalar.split_inclusive('\n') {
        let content = line.trim_end_matches('\n').as_bytes();
        loop {
            let rest = raw.get(there..).filter(|rest| !rest.is_empty())?;
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let whole = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
            let next = there + length + 1;
            let found = whole.ends_with(content) && whole[..whole.len() - content.len()].trim_ascii().is_empty();
            let position = there + whole.len().saturating_sub(content.len());
            there = next;
            if found {
                stretches.push((here, position as u32));
                break;
            }
            // Only the header of a block stands before its lines.
            if !stretches.is_empty() {
                return None;
            }
        }
        here += line.len() as u32;
    }
    Some(stretches)
}

/// Each character stands there as it is, or behind a backslash.
fn of_quoted(raw: &[u8], scalar: &str) -> Option<Vec<(u32, u32)>> {
    let mut stretches = vec![(0, 1)];
    let (mut here, mut there) = (0, 1);
    let scalar = scalar.as_bytes();
    while here < scalar.len() {
        match raw.get(there)? {
            b'\\' => {
                let (taken, length) = escape(&raw[there..])?;
                if !scalar[here..].starts_with(taken.encode_utf8(&mut [0; 4]).as_bytes()) {
                    return None;
                }
                here += taken.len_utf8();
                there += length;
                stretches.push((here as u32, there as u32));
            }
            byte if *byte == scalar[here] => (here, there) = (here + 1, there + 1),
            _ => return None,
        }
    }
    Some(stretches)
}

/// The character that an escape of JSON stands for, and its length there.
fn escape(raw: &[u8]) -> Option<(char, usize)> {
    let simple = match raw.get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        b'u' => {
            let unit = |at: usize| u32::from_str_radix(std::str::from_utf8(raw.get(at..at + 4)?).ok()?, 16).ok();
            let first = unit(2)?;
            return match char::from_u32(first) {
                Some(character) => Some((character, 6)),
                None if raw.get(6..8) == Some(b"\\u") => {
                    let second = unit(8)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    Some((char::from_u32(0x1_0000 + ((first.checked_sub(0xd800)?) << 10) + second)?, 12))
                }
                None => None,
            };
        }
        _ => return None,
    };
    Some((simple, 2))
}

/// The path that members beside each other state for the one that is the content.
fn path_beside(members: &[Member]) -> Option<&str> {
    const NAMES: [&str; 6] = ["path", "dest", "destination", "target", "filename", "file"];
    members.iter().find(|member| NAMES.contains(&&*member.key.text)).and_then(|member| match &member.value.value {
        Value::Scalar(path) if !path.contains('\n') => Some(&**path),
        _ => None,
    })
}

/// The last word of a line that is a path.
fn path_in(line: &[u8]) -> String {
    let mut words = line.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'\'' | b'"' | b'>' | b'='));
    let path = words.rfind(|word| word.starts_with(b"/") || word.contains(&b'.'));
    String::from_utf8_lossy(path.unwrap_or_default()).into_owned()
}

/// The name before a value: `nginx.conf: ` or `"nginx.conf": "`.
fn key_before(bytes: &[u8], at: usize) -> String {
    let line = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |position| position + 1);
    let before = bytes[line..at].trim_ascii_end();
    let before = before.strip_suffix(b"\"").unwrap_or(before).trim_ascii_end();
    let Some(before) = before.strip_suffix(b":") else { return String::new() };
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'{' | b',');
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    let start = before.iter().rposition(ends).map_or(0, |position| position + 1);
    String::from_utf8_lossy(&before[start..]).into_owned()
}

/// Where the line begins that has this word alone, from an offset on.
fn line_of(bytes: &[u8], from: usize, word: &[u8]) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        let length = memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
        if bytes[at..at + length].trim_ascii() == word {
            return Some(at);
        }
        at += length + 1;
    }
    None
}

/// The digits that a text has in Base64 in all three positions that it can stand in, without those that its neighbours share.
fn encodings(text: &[u8]) -> Vec<String> {
    let encoded = |before: usize| {
        let padded = [&vec![0; before][..], text].concat();
        let digits = STANDARD_NO_PAD.encode(&padded);
        let (first, last) = ((before * 4).div_ceil(3), padded.len() * 4 / 3);
        digits[first..last].to_owned()
    };
    (0..3).map(encoded).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use keyreeve_source::{Source, SourceId};

    use super::*;

    fn marks() -> Marks {
        Marks::new(&["ssl_protocols"])
    }

    /// The texts inside a file: name, content, and what of the file the mark is.
    fn inside(name: &str, bytes: &[u8]) -> Vec<(String, String, String)> {
        let source = Source::new(name, None, bytes);
        let texts = marks().texts(&Text::new(SourceId(0), &source));
        let shown = texts.into_iter().map(|inner| {
            let text = String::from_utf8(inner.bytes).unwrap();
            let at = text.find("TLSv1.3").unwrap();
            let there = inner.map.span(Span::new(at, at + 7));
            (inner.name, text, String::from_utf8_lossy(&bytes[there.range()]).into_owned())
        });
        shown.collect()
    }

    #[test]
    fn a_block_of_yaml_is_cut_out_with_its_places() {
        let yaml = "data:\n  nginx.conf: |\n    server {\n      ssl_protocols TLSv1.3;\n    }\n";
        let text = "server {\n  ssl_protocols TLSv1.3;\n}\n";
        assert_eq!(inside("a.yaml", yaml.as_bytes()), [("nginx.conf".into(), text.into(), "TLSv1.3".into())]);
    }

    #[test]
    fn a_path_beside_the_content_is_its_name() {
        let yaml = "write_files:\n- path: /etc/nginx/nginx.conf\n  content: |\n    ssl_protocols TLSv1.3;\n";
        assert_eq!(inside("a.yml", yaml.as_bytes())[0].0, "/etc/nginx/nginx.conf");
    }

    #[test]
    fn a_text_of_json_is_unescaped_with_its_places() {
        let json = r##"{"a": {"x.conf": "# \u00e4 \ud83d\ude00\n\tssl_protocols TLSv1.3;\n"}}"##;
        let text = "# ä 😀\n\tssl_protocols TLSv1.3;\n";
        assert_eq!(inside("a.json", json.as_bytes()), [("x.conf".into(), text.into(), "TLSv1.3".into())]);
    }

    #[test]
    fn a_here_document_is_called_by_the_path_it_is_written_to() {
        let script = "cat <<'EOF' > /etc/nginx/conf.d/tls.conf\nssl_protocols TLSv1.3;\nEOF\necho\n";
        let expected = ("/etc/nginx/conf.d/tls.conf".into(), "ssl_protocols TLSv1.3;\n".into(), "TLSv1.3".into());
        assert_eq!(inside("setup.sh", script.as_bytes()), [expected]);
    }

    #[test]
    fn base64_is_decoded_wherever_the_mark_stands_in_it() {
        for before in ["", "#", "##", "###"] {
            let text = format!("{before}ssl_protocols TLSv1.3;\n");
            let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
            let yaml = format!("data:\n  tls.conf: {encoded}\n");
            let expected = ("tls.conf".to_owned(), text, encoded.trim_end_matches('=').to_owned());
            assert_eq!(inside("secret.yaml", yaml.as_bytes()), [expected]);
        }
    }

    #[test]
    fn utf_16_is_decoded_with_its_places() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let bytes = [&[0xff, 0xfe][..], &wide("ä ssl_protocols TLSv1.3;")].concat();
        let found = inside("x.conf", &bytes);
        assert_eq!((found[0].1.as_str(), found[0].2.as_bytes()), ("ä ssl_protocols TLSv1.3;", &wide("TLSv1.3")[..]));
    }
}
