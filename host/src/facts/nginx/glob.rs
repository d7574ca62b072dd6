//! Patterns of include directives: `*`, `?` and `[…]` as glob(3) takes them, which is what nginx calls.
//! Not gitignore's globs: no `**`, no braces, and a leading dot must be written out.

/// Whether a path matches. The work is at most the product of both lengths within a path's component.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let mut patterns = pattern.split('/');
    let mut parts = path.split('/');
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if component(pattern.as_bytes(), part.as_bytes()) => {}
            _ => return false,
        }
    }
}

/// The pattern up to its first wildcard.
pub(super) fn literal_prefix(pattern: &str) -> &str {
    &pattern[..pattern.find(is_wildcard).unwrap_or(pattern.len())]
}

/// Whether the pattern has a wildcard, so that it may match nothing without being an error.
pub(super) fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(is_wildcard)
}

fn is_wildcard(character: char) -> bool {
    matches!(character, '*' | '?' | '[')
}

/// One folder or file name. After a mismatch only the last `*` is tried again: that is enough.
fn component(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at, seen));
            at += 1;
        } else if let Some(length) = one(&pattern[at..], name[seen]) {
            at += length;
            seen += 1;
        } else if let Some((star_at, star_seen)) = star {
            at = star_at + 1;
            seen = star_seen + 1;
            star = Some((star_at, seen));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// How much of the pattern stands for this byte, if it does.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern.first()? {
        b'?' => Some(1),
        b'[' => match set(pattern, byte) {
            Some((true, length)) => Some(length),
            Some((false, _)) => None,
            None => (byte == b'[').then_some(1),
        },
        &literal => (literal == byte).then_some(1),
    }
}

/// Whether the set that opens the pattern has the byte, and how long the set is; none if nothing closes it.
fn set(pattern: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let first = if negated { 2 } else { 1 };
    // A `]` right at the start is a member.
    let close = first + 1 + memchr::memchr(b']', pattern.get(first + 1..)?)?;
    let members = &pattern[first..close];
    let mut found = false;
    let mut at = 0;
    while let Some(&low) = members.get(at) {
        match (members.get(at + 1), members.get(at + 2)) {
            (Some(b'-'), Some(&high)) => {
                found |= (low..=high).contains(&byte);
                at += 3;
            }
            _ => {
                found |= low == byte;
                at += 1;
            }
        }
    }
    Some((found != negated, close + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stay_within_a_folder_and_pass_over_hidden_files() {
        assert!(matches("conf.d/*.conf", "conf.d/a.conf"));
        assert!(matches("sites-enabled/*", "sites-enabled/example.org"));
        assert!(matches("a/*b*c", "a/xbxbxc"));
        assert!(matches("a/?[a-c][!x]", "a/zby"));
        assert!(matches("a/[]x]", "a/]"));
        assert!(matches("a[b", "a[b"));
        assert!(!matches("conf.d/*.conf", "conf.d/.default.conf"));
        assert!(!matches("conf.d/*.conf", "conf.d/deep/a.conf"));
        assert!(!matches("*", "a/b"));
        assert!(!matches("a/?[a-c][!x]", "a/zbx"));
    }
}
