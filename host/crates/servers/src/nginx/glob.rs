//! Patterns of include directives: `*`, `?` and `[…]` as in glob(3), which nginx calls. They are not the patterns of
//! gitignore: they have no `**` and no braces, and a leading dot must be written out.

/// A pattern that is read once and compared with many paths.
pub(super) struct Glob {
    /// The pieces for each folder, and for the file.
    components: Vec<Vec<Piece>>,
}

/// A piece of a pattern, which stands for part of a name.
enum Piece {
    /// This byte.
    Byte(u8),
    /// Any one byte: `?`.
    Any,
    /// One of these bytes, with one bit for each: `[…]`.
    Set(Box<[u64; 4]>),
    /// Any number of bytes, even zero: `*`.
    Star,
}

impl Glob {
    /// Reads a pattern. Any text is a valid one.
    pub(super) fn new(pattern: &str) -> Self {
        Self { components: pattern.split('/').map(|component| pieces(component.as_bytes())).collect() }
    }

    /// Whether a path matches, and how many comparisons of a piece with a byte that took.
    pub(super) fn matches(&self, path: &str) -> (bool, u64) {
        let mut steps = 1;
        let mut parts = path.split('/');
        for component in &self.components {
            match parts.next() {
                Some(part) if is_match(component, part.as_bytes(), &mut steps) => {}
                _ => return (false, steps),
            }
        }
        (parts.next().is_none(), steps)
    }
}

fn pieces(component: &[u8]) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), component);
    while let Some(&byte) = rest.first() {
        let (piece, length) = match byte {
            b'*' => (Piece::Star, 1),
            b'?' => (Piece::Any, 1),
            b'[' => set(rest).unwrap_or((Piece::Byte(byte), 1)),
            _ => (Piece::Byte(byte), 1),
        };
        pieces.push(piece);
        rest = &rest[length..];
    }
    pieces
}

/// Compares one name of a folder or file. After a mismatch it is enough to retry from the last `*`.
fn is_match(pattern: &[Piece], name: &[u8], steps: &mut u64) -> bool {
    if name.first() == Some(&b'.') && !matches!(pattern.first(), Some(Piece::Byte(b'.'))) {
        return false;
    }
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        *steps += 1;
        if let Some(Piece::Star) = pattern.get(at) {
            star = Some((at, seen));
            at += 1;
        } else if pattern.get(at).is_some_and(|piece| piece.is(name[seen])) {
            at += 1;
            seen += 1;
        } else if let Some((star_at, star_seen)) = star {
            at = star_at + 1;
            seen = star_seen + 1;
            star = Some((star_at, seen));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|piece| matches!(piece, Piece::Star))
}

impl Piece {
    /// Whether the piece stands for this byte.
    fn is(&self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => *own == byte,
            Self::Any => true,
            Self::Set(members) => has(members, byte),
            Self::Star => false,
        }
    }
}

/// The set at the beginning of the pattern, and its length. Returns `None` if nothing closes it.
fn set(pattern: &[u8]) -> Option<(Piece, usize)> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let first = if negated { 2 } else { 1 };
    // A `]` at the very start is a member.
    let close = first + 1 + memchr::memchr(b']', pattern.get(first + 1..)?)?;
    let mut rest = &pattern[first..close];
    let mut members = Box::new([0; 4]);
    while let [low, behind @ ..] = rest {
        let high = if let [b'-', high, ..] = behind { high } else { low };
        (*low..=*high).for_each(|byte| add(&mut members, byte));
        rest = if let [b'-', _, behind @ ..] = behind { behind } else { behind };
    }
    if negated {
        members.iter_mut().for_each(|bits| *bits = !*bits);
    }
    Some((Piece::Set(members), close + 1))
}

fn add(members: &mut [u64; 4], byte: u8) {
    members[usize::from(byte) / 64] |= 1 << (byte % 64);
}

fn has(members: &[u64; 4], byte: u8) -> bool {
    members[usize::from(byte) / 64] & 1 << (byte % 64) != 0
}

/// The pattern up to its first wildcard.
pub(super) fn literal_prefix(pattern: &str) -> &str {
    &pattern[..pattern.find(is_wildcard).unwrap_or(pattern.len())]
}

/// Whether the pattern has a wildcard, so that it is no error if it matches nothing.
pub(super) fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(is_wildcard)
}

fn is_wildcard(character: char) -> bool {
    matches!(character, '*' | '?' | '[')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Glob::new(pattern).matches(path).0
    }

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

    #[test]
    fn a_set_costs_as_much_as_a_letter() {
        let name = format!("a/{}", "a".repeat(200));
        let set = format!("a/*[{}]x", "b".repeat(3_000));
        assert_eq!(Glob::new(&set).matches(&name), Glob::new("a/*bx").matches(&name));
        assert!(Glob::new(&set).matches(&name).1 < 4 * name.len() as u64);
    }
}
