//! Splits text into runs of the characters that keys and tokens are written with, and decides which runs are random. It
//! ignores where they stand and what a name beside them says.

use std::ops::Range;

use super::kinds;

/// The least number of characters in a random run.
const RANDOM: usize = 16;
/// Base64 of so many characters is random, whatever stands between its slashes.
const LONG: usize = 40;
/// The least number of characters in an uneven run: a key of 128 bits has 22.
const UNEVEN: usize = 20;
/// A number with so many digits is not a serial number.
const NUMBER: usize = 50;
/// A run with so many different characters is not a name of that length.
const MANY_KINDS: u32 = 24;

/// How the tokens of well-known services begin; in lower case only where the service ignores case.
pub const PREFIXES: [&str; 34] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "glptt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxs-",
    "xoxe-",
    "xapp-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "whsec_",
    "AGE-SECRET-KEY-",
    "eyJ",
    "hvs.",
    "hvb.",
    "npm_",
    "pypi-",
    "dop_v1_",
    "shpat_",
    "shpss_",
    "AIza",
    "ya29.",
    "sk-ant-",
    "sk-proj-",
];

/// Whether a byte can belong to a key or token: whether it belongs to either alphabet of Base64.
fn joins(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-')
}

/// The runs of joined characters in a text, each with the padding after it.
pub fn runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.iter().position(|byte| joins(*byte))?;
        let end = text[start..].iter().position(|byte| !joins(*byte)).map_or(text.len(), |length| start + length);
        let padding = text[end..].iter().take_while(|byte| **byte == b'=').count();
        // An equals sign in the middle separates a name from its value.
        let is_padding = padding <= 2 && !text.get(end + padding).is_some_and(|byte| joins(*byte));
        at = if is_padding { end + padding } else { end };
        Some(start..at)
    })
}

/// Whether a run looks like key material: it contains 16 or more mixed letters and digits of many kinds in one piece,
/// or so many characters of Base64 that it cannot be a path. A UUID does not look like key material.
pub fn is_random(run: &[u8]) -> bool {
    pieces(run).any(|piece| is_long_and_mixed(piece) && is_mixed_within_words(piece) || is_long_number(piece))
        || run.len() >= LONG && is_base64(run)
        || run.len() >= UNEVEN && is_uneven(run)
}

/// Whether the class of characters changes more often than in words, even in words that all begin with a capital. This
/// finds Base64 that slashes happen to cut into short pieces.
fn is_uneven(run: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| run.iter().any(is);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && humps(run) * 4 >= run.len()
}

/// How often a capital follows a small letter, a digit a letter, or a letter a digit.
fn humps(run: &[u8]) -> usize {
    let is_hump = |pair: &&[u8]| {
        let [one, next] = [pair[0], pair[1]];
        one.is_ascii_lowercase() && next.is_ascii_uppercase()
            || one.is_ascii_alphabetic() && next.is_ascii_digit()
            || one.is_ascii_digit() && next.is_ascii_alphabetic()
    };
    run.windows(2).filter(is_hump).count()
}

/// Whether a run that is known to be private is not a name: a single digit shows that, and so do the mixed letters of a
/// key without digits.
pub(super) fn is_no_name(run: &[u8]) -> bool {
    let changes = |pair: &&[u8]| {
        pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()
            || pair[0].is_ascii_uppercase() && pair[1].is_ascii_lowercase()
    };
    pieces(run).any(is_long_and_mixed)
        || is_random(run)
        || run.len() >= UNEVEN && run.windows(2).filter(changes).count() * 10 >= run.len() * 3
}

/// Whether a piece is a number with more digits than any serial number (20 bytes, RFC 5280, section 4.1.2.2).
fn is_long_number(piece: &[u8]) -> bool {
    piece.len() >= NUMBER && piece.iter().all(u8::is_ascii_digit)
}

/// The pieces of a run between the signs that join words.
fn pieces(run: &[u8]) -> impl Iterator<Item = &[u8]> {
    run.split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'=')))
}

/// Whether a piece has letters and digits of as many kinds as a key has.
fn is_long_and_mixed(piece: &[u8]) -> bool {
    let digits = piece.iter().filter(|byte| byte.is_ascii_digit()).count();
    piece.len() >= RANDOM && kinds(piece) >= 8 && digits > 0 && digits < piece.len()
}

/// Whether some digits stand within words, not only at their ends.
fn is_mixed_within_words(piece: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| piece.iter().any(is);
    let is_of_both_cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let apart = if is_of_both_cases { 5 } else { 8 };
    humps(piece) * apart > piece.len()
}

/// Whether a run is Base64: it has letters of both cases, it has digits or signs that only Base64 has, and either its
/// slashes are no closer to each other than chance puts them, or it has very many kinds of characters.
fn is_base64(run: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| run.iter().any(is);
    let parts = run.iter().filter(|byte| matches!(byte, b'/' | b'-' | b'_')).count();
    let is_no_name = has(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'='));
    let is_by_chance = parts * 7 <= run.len() || kinds(run) >= MANY_KINDS;
    is_no_name
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && is_by_chance
        && (parts == 0 || humps(run) * 8 >= run.len())
}

/// Whether a value cannot stand in a text by chance: it contains digits, or signs that words and paths do not have.
pub fn is_no_word(value: &[u8]) -> bool {
    let is_sign = |byte: &u8| byte.is_ascii_punctuation() && !b"-_./:,".contains(byte);
    value.iter().any(|byte| byte.is_ascii_digit() || is_sign(byte))
}

/// Whether a text consists of words, as names do: `ci deploy token`, `github/actions`.
pub fn is_words(text: &str) -> bool {
    const WORD_LIMIT: usize = 20;
    let allowed = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '/' | '.' | ':');
    text.len() <= 80
        && text.chars().all(allowed)
        && text.split(|c: char| !c.is_alphabetic()).all(|word| word.chars().count() <= WORD_LIMIT)
}

/// Whether a whole text looks like key material: it has no blanks, and has random characters.
pub fn looks_random(text: &str) -> bool {
    let text = text.trim();
    text.contains("PRIVATE KEY")
        || text.len() >= 20 && !text.contains(char::is_whitespace) && pieces(text.as_bytes()).any(is_long_and_mixed)
}

/// Whether a text begins like the tokens of a well-known service.
pub fn begins_like_token(text: &str) -> bool {
    let text = text.trim_start();
    PREFIXES.iter().any(|prefix| text.strip_prefix(prefix).is_some_and(|rest| token_length(rest.as_bytes()) >= 12))
}

/// The part of a run after a well-known prefix, which every value of that form shares.
pub(super) fn behind_prefix(run: &[u8]) -> &[u8] {
    PREFIXES.iter().find_map(|prefix| run.strip_prefix(prefix.as_bytes())).unwrap_or(run)
}

/// How many bytes at the beginning can belong to a token.
fn token_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| joins(**byte) || matches!(byte, b'.' | b'=')).count()
}

/// Finds tokens of well-known services by their prefixes, anywhere in a text, even in comments.
pub fn tokens(bytes: &[u8]) -> Vec<Range<usize>> {
    static SEARCH: std::sync::LazyLock<Option<aho_corasick::AhoCorasick>> =
        std::sync::LazyLock::new(|| aho_corasick::AhoCorasick::new(PREFIXES).ok());
    let (mut tokens, mut done) = (Vec::new(), 0);
    for found in SEARCH.iter().flat_map(|search| search.find_iter(bytes)) {
        let is_inside_word = found.start() > 0 && bytes[found.start() - 1].is_ascii_alphanumeric();
        if found.start() < done || is_inside_word {
            continue;
        }
        let length = token_length(&bytes[found.end()..]);
        if length >= 12 {
            done = found.end() + length;
            tokens.push(found.start()..done);
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_keys_are_not() {
        for text in ["ci deploy token", "github/actions", "Stripe"] {
            assert!(is_words(text), "{text}");
        }
        for text in ["hunter2", "correcthorsebatterystaple", "s3cr3t value"] {
            assert!(!is_words(text), "{text}");
        }
        for text in ["9f86d081884c7d659a2feaa0c55ad015", "k/3bX9+vQ2mZ8rT1yU6wP4sD7fG0hJ5l=", "a-Zx81Kq90LmWv72TbRcYeQ"]
        {
            assert!(looks_random(text) && is_random(text.as_bytes()), "{text}");
        }
        // A value may be a secret that could as well be a name; that is no reason to hide names in a line.
        for text in ["resourcetestsnapshot1234", "AmazonEC2ContainerServiceRole"] {
            assert!(looks_random(text) && !is_random(text.as_bytes()), "{text}");
        }
        for text in [
            "payments-api-production-2026",
            "https://vault.example.org/v1/secret/data/payments",
            "123e4567-e89b-12d3-a456-426614174000",
            "firstname.lastname@example.org",
            "deploy/production/tls/www.example.org.pem",
            "a key that opens the database of 2026",
            "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305",
        ] {
            assert!(
                !looks_random(text) && !runs(text.as_bytes()).any(|run| is_random(&text.as_bytes()[run])),
                "{text}"
            );
        }
    }

    #[test]
    fn a_token_is_told_by_its_prefix() {
        let text = b"# ghp_abcdefghijklmnop, and xghp_abcdefghijklmnop; eyJhbGciOi.eyJzdWIiOi.sig";
        let tokens: Vec<_> = tokens(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(tokens, [&b"ghp_abcdefghijklmnop"[..], b"eyJhbGciOi.eyJzdWIiOi.sig"]);
    }
}
