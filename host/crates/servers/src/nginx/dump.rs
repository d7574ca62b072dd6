//! Splits the output of `nginx -T` into the configuration files that it shows. The includes between them are resolved
//! later, as in any other tree.

use std::ops::Range;

const MARKER: &[u8] = b"# configuration file ";

/// Whether the text is such an output: its first line is a marker, apart from messages that nginx may write before it.
pub(super) fn is_dump(bytes: &[u8]) -> bool {
    first_marker(bytes).is_some()
}

/// The configuration files in a text, with the paths that are stated for them. A text that is not a dump is one file
/// without a path. A byte order mark belongs to no file.
pub(super) fn files(bytes: &[u8]) -> Vec<(Option<String>, Range<usize>)> {
    let Some(first) = first_marker(bytes) else {
        let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        return vec![(None, start..bytes.len())];
    };
    let mut files: Vec<(Option<String>, Range<usize>)> = Vec::new();
    for line in lines(bytes, first) {
        if let Some(path) = path(&bytes[line.clone()]) {
            if let Some((_, range)) = files.last_mut() {
                range.end = line.start;
            }
            files.push((Some(path), line.end..bytes.len()));
        }
    }
    files
}

fn first_marker(bytes: &[u8]) -> Option<usize> {
    let line = lines(bytes, 0).find(|line| {
        let text = bytes[line.clone()].trim_ascii();
        !text.is_empty() && !text.starts_with(b"nginx: ")
    })?;
    path(&bytes[line.clone()]).map(|_| line.start)
}

/// The path in a marker line.
fn path(line: &[u8]) -> Option<String> {
    let path = line.strip_prefix(MARKER)?.trim_ascii_end().strip_suffix(b":")?;
    Some(String::from_utf8_lossy(path).into_owned())
}

/// The lines from an offset on, each with its line break.
fn lines(bytes: &[u8], start: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = start;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let line = at..at + memchr::memchr(b'\n', rest).map_or(rest.len(), |length| length + 1);
        at = line.end;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_dump_is_split_at_its_markers_and_messages_before_it_are_skipped() {
        let text = b"nginx: [warn] odd\n\n# configuration file /etc/nginx/nginx.conf:\nhttp {}\n\n# configuration file /a/b c.conf:\nx;\n";
        let found = files(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0.as_deref(), Some("/etc/nginx/nginx.conf"));
        assert_eq!(&text[found[0].1.clone()], b"http {}\n\n");
        assert_eq!(found[1].0.as_deref(), Some("/a/b c.conf"));
        assert_eq!(&text[found[1].1.clone()], b"x;\n");
    }

    #[test]
    fn a_marker_further_down_makes_no_dump() {
        let text = b"user nginx;\n# configuration file /etc/nginx/nginx.conf:\n";
        assert_eq!(files(text), [(None, 0..text.len())]);
    }
}
