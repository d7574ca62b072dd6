//! What lines look like before anything is parsed: whether a text can be one of directives. Not which program's
//! directives they are.

/// Whether a line is one that no configuration of directives has, so that the text is of another syntax: XML's and
/// Apache's `<`, the sections of INI files and TOML, shebangs, fences of Markdown, comments of C, YAML's documents,
/// tags of template engines, and `name = value`. `first` is the first line that is no comment.
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
