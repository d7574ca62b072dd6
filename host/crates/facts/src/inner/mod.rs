//! Texts inside texts: a configuration in a value of YAML or JSON or in a here-document, and whatever stands encoded: in Base64, in
//! UTF-16, percent-encoded. They are found by the marks of the formats and cut out, with a map of their places back to the file; they
//! are not read, which the driver has the formats do.

mod encoded;
mod found;
mod literal;
mod places;
mod run;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{Row, Text};
use encoded::Encodings;
pub(crate) use found::{Inner, Map, Reached};
use literal::Carrier;

/// The longest text whose values and here-documents are looked at, in bytes.
const LONGEST: usize = 16 << 20;
/// The most bytes and texts that stand in one text as they are. What is encoded is never more than what it is encoded in.
const MOST: (usize, usize) = (16 << 20, 1000);

/// A search for short texts. That for the leftmost first one is several times faster than the other kinds.
pub(crate) fn searcher(patterns: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst).build(patterns).expect("a few short patterns")
}

/// The texts inside a text.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    /// What is read.
    pub(crate) texts: Vec<Inner>,
    /// How many there are beside that, which are too many or too long to be read.
    pub(crate) left_out: usize,
}

/// What texts inside others are found by.
#[derive(Debug)]
pub(crate) struct Marks {
    /// Of those that stand there as they are.
    literal: AhoCorasick,
    encoded: Encodings,
}

impl Marks {
    /// Those of some formats.
    pub(crate) fn new<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Self {
        // What is looked for within any file is found there wherever it stands as it is.
        let literal = rows.clone().filter(|row| row.exclusive).flat_map(|row| row.marks);
        let marks: Vec<&str> = rows.clone().flat_map(|row| row.marks).copied().collect();
        Self {
            literal: searcher(literal),
            encoded: Encodings::new(&marks, rows.flat_map(|row| row.beginnings).copied().collect()),
        }
    }

    /// Whether a text that is read may stand inside a file.
    pub(crate) fn announce(&self, name: &str, bytes: &[u8]) -> bool {
        self.encoded.announce(bytes) || self.carries(name, bytes)
    }

    /// Whether a text is encoded as a whole, in UTF-16.
    pub(crate) fn is_whole(bytes: &[u8]) -> bool {
        encoded::is_utf16(bytes)
    }

    /// What such a text says.
    pub(crate) fn whole(bytes: &[u8]) -> Option<Inner> {
        encoded::utf16(bytes)
    }

    /// Whether texts that are read may stand in a text as they are.
    pub(crate) fn carries(&self, name: &str, bytes: &[u8]) -> bool {
        self.carrier(name, bytes).is_some()
    }

    /// The texts inside a text: those that are encoded, those that stand there as they are, or both.
    pub(crate) fn inside(&self, text: &Text<'_>, encoded: bool, literal: bool) -> Inside {
        let bytes = text.bytes();
        if let Some(whole) = Self::whole(bytes) {
            return Inside { texts: vec![whole], left_out: 0 };
        }
        let mut inside = Inside { texts: if encoded { self.encoded.texts(bytes) } else { Vec::new() }, left_out: 0 };
        let carrier = self.carrier(text.name(), bytes).filter(|_| literal);
        let literal = carrier.map(|carrier| literal::texts(&self.literal, carrier, text));
        let mut left = MOST;
        for inner in literal.into_iter().flatten() {
            match (left.0.checked_sub(inner.bytes.len()), left.1.checked_sub(1)) {
                (Some(bytes), Some(texts)) => {
                    left = (bytes, texts);
                    inside.texts.push(inner);
                }
                _ => inside.left_out += 1,
            }
        }
        inside
    }

    /// What a text is that others stand in, if a mark stands in it.
    fn carrier(&self, name: &str, bytes: &[u8]) -> Option<Carrier> {
        let carrier = Carrier::of(name, bytes).filter(|_| bytes.len() <= LONGEST);
        carrier.filter(|_| self.literal.is_match(bytes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base64::Engine as _;
    use keyreeve_source::{Source, SourceId, Span};

    use super::*;

    fn marks() -> Marks {
        static ROW: Row = Row {
            id: "x",
            title: "x",
            makes: &[],
            exclusive: true,
            names: &[],
            marks: &["ssl_protocols"],
            templates: false,
            beginnings: &[&[0x30, 0x82]],
        };
        Marks::new(std::iter::once(&ROW))
    }

    /// The texts inside a file: name, content, and what of the file the mark is.
    fn inside(name: &str, bytes: &[u8]) -> Vec<(String, String, String)> {
        let source = Source::new(name, None, bytes);
        let texts = marks().inside(&Text::new(SourceId(0), &source), true, true).texts;
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
            let expected = ("tls.conf".to_owned(), text, encoded);
            assert_eq!(inside("secret.yaml", yaml.as_bytes()), [expected]);
        }
    }

    #[test]
    fn base64_behind_a_block_of_pem_is_not_passed_over_with_it() {
        let mark = base64::engine::general_purpose::STANDARD.encode("ssl_protocols TLSv1.3; # and more");
        let body = "MIIB".repeat(16);
        for between in ["", "-----END A-----\n", "\n"] {
            let text = format!("-----BEGIN A-----\n{body}\n{body}\n{between}tls.conf: {mark}\n-----END A-----\n");
            let found = inside("a.txt", text.as_bytes());
            assert_eq!(found.len(), 1, "{text}");
        }
    }

    #[test]
    fn der_is_told_in_both_alphabets() {
        let der = [&[0x30, 0x82, 0x00, 0xfb, 0xef, 0xff][..], &[0xfb; 249]].concat();
        let encoded = base64::engine::general_purpose::STANDARD.encode(&der);
        for encoded in [encoded.clone(), encoded.replace('+', "-").replace('/', "_")] {
            let source = Source::new("a.env", None, format!("KEY={encoded}\n").into_bytes());
            let texts = marks().inside(&Text::new(SourceId(0), &source), true, true).texts;
            assert_eq!(texts.into_iter().map(|inner| inner.bytes).collect::<Vec<_>>(), std::slice::from_ref(&der));
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
