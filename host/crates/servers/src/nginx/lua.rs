//! Finds the end of a `*_by_lua_block { … }`, whose content is Lua and does not follow nginx's grammar. It does not
//! parse Lua: it only knows strings, long brackets and comments, because braces in those do not count.

/// Offset of the `}` that closes a block whose content starts at `start`. Returns `None` if nothing closes it.
pub(super) fn block_end(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let mut depth = 1_u32;
    let mut at = start;
    while at < end {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            quote @ (b'"' | b'\'') => {
                at = string_end(bytes, at + 1, end, quote);
                continue;
            }
            b'-' if bytes[at..end].starts_with(b"--") => {
                at = comment_end(bytes, at + 2, end)?;
                continue;
            }
            b'[' if let Some(level) = long_bracket(bytes, at, end) => {
                at = long_bracket_end(bytes, at, end, level)?;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The position after the closing quote. A line break ends a broken string, so that one stray quote does not swallow
/// the file.
fn string_end(bytes: &[u8], mut at: usize, end: usize, quote: u8) -> usize {
    while at < end {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    end
}

/// The position after a comment whose `--` has been read. Returns `None` if it is a long comment that nothing closes.
fn comment_end(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    match long_bracket(bytes, at, end) {
        Some(level) => long_bracket_end(bytes, at, end, level),
        None => Some(memchr::memchr(b'\n', &bytes[at..end]).map_or(end, |length| at + length)),
    }
}

/// The level of a long bracket that opens at `at`: 0 for `[[`, 1 for `[=[`.
fn long_bracket(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let rest = bytes[at..end].strip_prefix(b"[")?;
    let level = rest.iter().take_while(|&&byte| byte == b'=').count();
    (rest.get(level) == Some(&b'[')).then_some(level)
}

/// The position after that long bracket. If nothing closes the bracket, the whole block counts as unclosed, which also
/// keeps the search linear.
fn long_bracket_end(bytes: &[u8], at: usize, end: usize, level: usize) -> Option<usize> {
    let closing = [&b"]"[..], &vec![b'='; level], b"]"].concat();
    let body = at + level + 2;
    memchr::memmem::find(&bytes[body..end], &closing).map(|length| body + length + closing.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(lua: &str) -> Option<usize> {
        block_end(lua.as_bytes(), 0, lua.len())
    }

    #[test]
    fn braces_in_strings_comments_and_long_brackets_do_not_count() {
        for lua in [
            "local a = {1, {2}}",
            "x = '}'",
            "x = \"\\\"}\"",
            "-- }\n",
            "--[[ } ]]",
            "x = [==[ } ]] ]==]",
            "t[a[1]] = {}",
        ] {
            assert_eq!(end_of(&format!("{lua}}}")), Some(lua.len()), "{lua}");
        }
    }

    #[test]
    fn a_block_that_nothing_closes_has_no_end() {
        assert_eq!(end_of("if a then {"), None);
        assert_eq!(end_of("x = '}"), None);
        assert_eq!(end_of(""), None);
    }
}
