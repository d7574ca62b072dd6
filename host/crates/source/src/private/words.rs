//! Words and what is none: runs of the characters that keys and tokens are written with, and whether one is random. Not
//! where they stand, nor what a name beside them says.

use std::ops::Range;

use super::kinds;

/// Characters of a run that is random, at least.
const RANDOM: usize = 16;
/// Characters of Base64 that is random whatever is between its slashes.
const LONG: usize = 40;
/// Characters of what is uneven, at least: a key of 128 bits has 22.
const UNEVEN: usize = 20;
/// Digits of a number that is no serial number.
const NUMBER: usize = 50;
/// Different characters that no name of that length has.
const MANY_KINDS: u32 = 24;

/// How the tokens of well-known services begin; in lower case only where the service is indifferent.
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

/// Whether a byte can belong to a key or token: those of Base64 in both alphabets.
fn joins(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-')
}

/// The runs of joined characters of a text, each with the padding behind it.
pub fn runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.iter().position(|byte| joins(*byte))?;
        let end = text[start..].iter().position(|byte| !joins(*byte)).map_or(text.len(), |length| start + length);
        let padding = text[end..].iter().take_while(|byte| **byte == b'=').count();
        // What an equals sign parts is a name and its value.
        let is_padding = padding <= 2 && !text.get(end + padding).is_some_and(|byte| joins(*byte));
        at = if is_padding { end + padding } else { end };
        Some(start..at)
    })
}

/// Whether joined characters look like key material: in it 16 or more letters and digits in one piece, mixed, of many
/// kinds; or so many characters of Base64 that no path has them. A UUID does not.
pub fn is_random(run: &[u8]) -> bool {
    pieces(run).any(|piece| is_long_and_mixed(piece) && is_mixed_within_words(piece) || is_long_number(piece))
        || run.len() >= LONG && is_base64(run)
        || run.len() >= UNEVEN && is_uneven(run)
}

/// So often another class of characters than before as words never have it, also where each begins with a capital:
/// Base64 in pieces that are short by chance.
fn is_uneven(run: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| run.iter().any(is);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && humps(run) * 4 >= run.len()
}

/// How often a capital follows on a small letter, a digit on a letter, or a letter on a digit.
fn humps(run: &[u8]) -> usize {
    let is_hump = |pair: &&[u8]| {
        let [one, next] = [pair[0], pair[1]];
        one.is_ascii_lowercase() && next.is_ascii_uppercase()
            || one.is_ascii_alphabetic() && next.is_ascii_digit()
            || one.is_ascii_digit() && next.is_ascii_alphabetic()
    };
    run.windows(2).filter(is_hump).count()
}

/// Whether a run is no name, if it is known to be private: a single digit shows that, or letters of a key that has
/// none.
pub(super) fn is_no_name(run: &[u8]) -> bool {
    let changes = |pair: &&[u8]| {
        pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()
            || pair[0].is_ascii_uppercase() && pair[1].is_ascii_lowercase()
    };
    pieces(run).any(is_long_and_mixed)
        || is_random(run)
        || run.len() >= UNEVEN && run.windows(2).filter(changes).count() * 10 >= run.len() * 3
}

/// A number of more digits than any serial number has (20 bytes, RFC 5280, section 4.1.2.2).
fn is_long_number(piece: &[u8]) -> bool {
    piece.len() >= NUMBER && piece.iter().all(u8::is_ascii_digit)
}

/// What is between the signs that words are joined with.
fn pieces(run: &[u8]) -> impl Iterator<Item = &[u8]> {
    run.split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'=')))
}

/// Letters and digits of many kinds, as many as a key has.
fn is_long_and_mixed(piece: &[u8]) -> bool {
    let digits = piece.iter().filter(|byte| byte.is_ascii_digit()).count();
    piece.len() >= RANDOM && kinds(piece) >= 8 && digits > 0 && digits < piece.len()
}

/// Whether its digits are not all at the end of words.
fn is_mixed_within_words(piece: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| piece.iter().any(is);
    let is_of_both_cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let apart = if is_of_both_cases { 5 } else { 8 };
    humps(piece) * apart > piece.len()
}

/// Letters of both cases, and digits or what only Base64 has, and either slashes no closer to each other than chance
/// puts them or very many kinds of characters.
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

/// Whether a value is none that a text has by chance: digits are in it, or signs that words and paths do not have.
pub fn is_no_word(value: &[u8]) -> bool {
    let is_sign = |byte: &u8| byte.is_ascii_punctuation() && !b"-_./:,".contains(byte);
    value.iter().any(|byte| byte.is_ascii_digit() || is_sign(byte))
}

/// Whether a text is made of words as names are: `ci deploy token`, `github/actions`.
pub fn is_words(text: &str) -> bool {
    const WORD_LIMIT: usize = 20;
    let allowed = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '/' | '.' | ':');
    text.len() <= 80
        && text.chars().all(allowed)
        && text.split(|c: char| !c.is_alphabetic()).all(|word| word.chars().count() <= WORD_LIMIT)
}

/// Whether a whole text looks like key material: no blanks, and random characters in it.
pub fn looks_random(text: &str) -> bool {
    let text = text.trim();
    text.contains("PRIVATE KEY")
        || text.len() >= 20 && !text.contains(char::is_whitespace) && pieces(text.as_bytes()).any(is_long_and_mixed)
}

/// Whether a text begins as the tokens of a well-known service do.
pub fn begins_like_token(text: &str) -> bool {
    let text = text.trim_start();
    PREFIXES.iter().any(|prefix| text.strip_prefix(prefix).is_some_and(|rest| token_length(rest.as_bytes()) >= 12))
}

/// What is behind the prefix of a well-known form, which is in every value of it.
pub(super) fn behind_prefix(run: &[u8]) -> &[u8] {
    PREFIXES.iter().find_map(|prefix| run.strip_prefix(prefix.as_bytes())).unwrap_or(run)
}

/// How many bytes at the beginning can belong to a token.
fn token_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| joins(**byte) || matches!(byte, b'.' | b'=')).count()
}

/// Tokens of well-known services by their prefixes, wherever they stand: also in a comment.
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
        // A value may be a secret that could as well be a name; a line does not hide names for that.
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
