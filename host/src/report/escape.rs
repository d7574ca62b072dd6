//! Encoders: hostile text in the clothes of each format, so that it stays text.
//! Not a filter: nothing is dropped, and what is hidden becomes visible.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Whether a terminal or viewer would obey a character, or not show it, instead of showing it: control characters,
/// bidirectional and other format characters (Unicode's Bidi_Control and Default_Ignorable_Code_Point, but for variation selectors), separators.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Appends a character so that it is seen: `\n`, `\x1b`, `\u{202e}`.
pub(super) fn push_visible(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if !is_hidden(character) => out.push(character),
        _ if character.is_ascii() => push_byte(out, character as u8),
        _ => out.extend(character.escape_unicode()),
    }
}

/// Appends a byte that is no text: `\xff`.
pub(super) fn push_byte(out: &mut String, byte: u8) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\x{byte:02x}");
}

/// Text on one line, with everything in it to be seen.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|character| push_visible(&mut out, character));
    Cow::Owned(out)
}

/// Text of several lines, with everything in it to be seen but the line breaks.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A path as the path of a URI (RFC 3986, section 3.3): all but unreserved characters and `/` percent-encoded.
/// `\xNN`, by which a source's name shows a byte that is not UTF-8, becomes that byte.
pub(super) fn uri_path(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match raw_byte(byte, behind) {
            Some(raw) => {
                rest = &behind[3..];
                push_percent(&mut out, raw);
            }
            None => push_percent(&mut out, byte),
        }
    }
    out
}

/// The byte that `\xNN` stands for, if it is one that UTF-8 text could not hold.
fn raw_byte(byte: u8, behind: &[u8]) -> Option<u8> {
    let digits = behind.strip_prefix(b"x").filter(|_| byte == b'\\')?.get(..2)?;
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text, 16).ok().filter(|&raw| raw >= 0x80 && !text.starts_with('+'))
}

fn push_percent(out: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
        out.push(byte as char);
    } else {
        let _ = write!(out, "%{byte:02X}");
    }
}

/// A file on this machine as a `file:` URI (RFC 8089).
pub(super) fn file_uri(path: &std::path::Path) -> String {
    let mut uri = String::from("file://");
    let bytes = path.as_os_str().as_encoded_bytes();
    if !bytes.starts_with(b"/") {
        uri.push('/');
    }
    for &byte in bytes {
        push_percent(&mut uri, if byte == b'\\' && cfg!(windows) { b'/' } else { byte });
    }
    uri
}

/// The message of a workflow command of GitHub Actions, as its toolkit escapes it: no line can end in it.
pub(super) fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of such a command: no property can end in it either.
pub(super) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text as GitHub Flavored Markdown that shows just this text: every ASCII punctuation character that could mean
/// something has a backslash (GFM, section 6.1), and `<` and `&` are entities, since some viewers pass HTML through. A line break
/// becomes a blank, so that no list or heading begins.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for character in visible(&text.replace(['\r', '\n'], " ")).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '-' | '.' | '!' | '|' | '~'
            | ':' | '@' => {
                out.extend(['\\', character]);
            }
            _ => out.push(character),
        }
    }
    out
}

/// Text as a plain text message of SARIF: braces are doubled, since `{0}` is a placeholder (SARIF 2.1.0, section 3.11.5),
/// and a bracket is set apart from a parenthesis, since `[text](target)` is a link (section 3.11.6).
pub(super) fn sarif_message(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

/// Writes JSON, indented by two blanks, in which every hidden character is a `\u` escape: it parses back to the same text, and
/// shows all of it in a terminal.
///
/// # Errors
/// What `out` answers, or a value that is no JSON.
pub fn write_json(value: &impl serde::Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Visible::default()))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// serde_json's pretty formatter, but for strings.
#[derive(Default)]
struct Visible(serde_json::ser::PrettyFormatter<'static>);

impl serde_json::ser::Formatter for Visible {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hidden) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let hidden = rest[at..].chars().next().unwrap_or_default();
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hidden_characters_are_shown_and_others_left() {
        assert_eq!(visible("grün 漢字 🔑"), "grün 漢字 🔑");
        assert_eq!(visible("a\x1b[31m\n\t\u{9b}\u{202e}\u{e0041}"), "a\\x1b[31m\\n\\t\\u{9b}\\u{202e}\\u{e0041}");
    }

    #[test]
    fn a_path_becomes_a_uri_reference_that_starts_no_scheme() {
        assert_eq!(uri_path("javascript:a b/ä#?.pem"), "javascript%3Aa%20b/%C3%A4%23%3F.pem");
        assert_eq!(uri_path("k\\xff\\x41\\x+f\\x"), "k%FF%5Cx41%5Cx%2Bf%5Cx");
        assert_eq!(file_uri(std::path::Path::new("/a b/c")), "file:///a%20b/c");
    }

    #[test]
    fn a_workflow_command_ends_only_where_it_should() {
        assert_eq!(command_data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(command_property("a,line=1::b%0A"), "a%2Cline=1%3A%3Ab%250A");
    }

    #[test]
    fn markdown_and_sarif_messages_hold_no_markup() {
        assert_eq!(markdown("[a](b) <script> `c` &amp;"), "\\[a\\]\\(b\\) &lt;script&gt; \\`c\\` &amp;amp;");
        assert_eq!(markdown("one\n1. two\x1b"), "one 1\\. two\\\\x1b");
        assert_eq!(sarif_message("see [a](b) ${0}"), "see [a] (b) ${{0}}");
    }

    #[test]
    fn json_shows_hidden_characters_and_parses_back() {
        let text = "a\u{9b}\u{202e}\u{e0041}\n\"\\ü";
        let mut out = Vec::new();
        write_json(&serde_json::json!({ text: [text] }), &mut out).unwrap();
        let written = String::from_utf8(out.clone()).unwrap();
        assert!(!written.replace('\n', "").contains(is_hidden));
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&out).unwrap(), serde_json::json!({ text: [text] }));
    }
}
