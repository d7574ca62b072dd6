//! Tells by its lines whether a text can consist of directives, before anything is parsed. It does not tell which
//! program's directives they are.

/// Whether no configuration of directives has such a line, so that the text is of another syntax: `<` of XML and
/// Apache, the sections of INI files and TOML, shebangs, fences of Markdown, comments of C, YAML's document markers,
/// tags of template engines, and `name = value`. `first` is whether this is the first line that is not a comment.
pub fn is_no_directive(line: &[u8], first: bool) -> bool {
    let assigned =
        line.split(|byte| byte.is_ascii_whitespace()).nth(1).is_some_and(|word| matches!(word, b"=" | b":="));
    line[0] == b'<'
        || (line[0] == b'[' && line.ends_with(b"]"))
        || (first && (line.starts_with(b"#!") || line.starts_with(b"---") || line[0] == b'{'))
        || line.starts_with(b"```")
        || line.starts_with(b"//")
        || line.starts_with(b"/*")
        || line.starts_with(b"{%")
        || line.starts_with(b"{{")
        || (assigned && !line.starts_with(b"if") && !line.starts_with(b"location"))
}
