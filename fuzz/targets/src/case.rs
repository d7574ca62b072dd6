//! Several files in one input: each stands behind a line `==> name <==`, as head and tail print files. Not what is
//! read of them.

use keyreeve_source::{Source, Sources};

/// Before a name, at the beginning of the input or of a line.
const BEFORE: &[u8] = b"==> ";
/// Behind it.
const BEHIND: &[u8] = b" <==\n";

/// The files of an input, in the order of their names; what stands before the first name is called `file`.
pub(crate) fn sources(input: &[u8]) -> Sources {
    let mut list = Vec::new();
    let (mut name, mut start, mut at) = ("file".to_owned(), 0, 0);
    while at < input.len() {
        let line = input[at..].iter().position(|&byte| byte == b'\n').map_or(input.len(), |end| at + end + 1);
        if let Some(other) = input[at..line].strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(BEHIND)) {
            if at > 0 {
                list.push(Source::new(name, None, &input[start..at]));
            }
            (name, start) = (String::from_utf8_lossy(other).into_owned(), line);
        }
        at = line;
    }
    list.push(Source::new(name, None, &input[start..]));
    list.sort_by(|one, other| one.name.cmp(&other.name));
    // A scan has no two files of one name.
    list.dedup_by(|one, other| one.name == other.name);
    Sources::new(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(input: &str) -> Vec<(String, String)> {
        let sources = sources(input.as_bytes());
        let text = |source: &Source| String::from_utf8_lossy(source.bytes()).into_owned();
        sources.iter().map(|(_, source)| (source.name.clone(), text(source))).collect()
    }

    #[test]
    fn an_input_is_as_many_files_as_it_names() {
        let of = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(files("==> b <==\n1\n==> a/c <==\n2"), [of("a/c", "2"), of("b", "1\n")]);
        assert_eq!(files("a ==> b <==\nc"), [of("file", "a ==> b <==\nc")]);
        assert_eq!(files(""), [of("file", "")]);
        assert_eq!(files("==> a <==\n"), [of("a", "")]);
        assert_eq!(files("0\n==> a <==\n1\n==> a <==\n2"), [of("a", "1\n"), of("file", "0\n")]);
    }
}
