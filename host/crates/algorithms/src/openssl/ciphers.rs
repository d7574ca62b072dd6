//! Cipher strings (openssl-ciphers(1)) and the suites up to TLS 1.2 that they select, as Debian's build of OpenSSL 3.0
//! expands them. Not the suites of TLS 1.3, which have a list of their own.

use super::absent::ABSENT;
use super::available::AVAILABLE;
use super::preference::{Operator, Preference};
use super::selector::{Selector, word};
use super::suites::Suite;

/// The result of expanding a cipher string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The suites that the build selects, in order of preference; at least one. `@SECLEVEL` removes nothing from this
    /// list: see [`Expansion::permitted`].
    pub suites: Vec<&'static Suite>,
    /// Suites that the string selects by a name or group that the build lacks, and does not exclude again: `RC4-SHA`,
    /// `EXPORT`, `MEDIUM`, `kECDHe`, or a suite by its IANA name (OpenSSL 3.2 and newer). They may be enabled on
    /// another machine. A group that the build has (`ALL`, `HIGH`) adds nothing here.
    pub absent: Vec<&'static Suite>,
    /// The level of the last `@SECLEVEL`, 0 to 5.
    pub security_level: Option<u8>,
    /// Items without effect, as written, with their operators. They contain a word that means nothing to this build,
    /// nor to any other build with TLS 1.0 to 1.2: `TLS_AES_128_GCM_SHA256`, `!SSLv2`, `PROFILE=SYSTEM`, a `DEFAULT`
    /// that is not the first item.
    pub unrecognised: Vec<String>,
}

impl Expansion {
    /// The suites that a connection may use at the string's own security level, or otherwise at the given one (the
    /// build's is 2, OpenSSL's own is 1, and 2 since version 3.2), provided that the program supports pre-shared keys
    /// and SRP.
    pub fn permitted(&self, default_level: u8) -> impl Iterator<Item = &'static Suite> {
        let level = self.security_level.unwrap_or(default_level);
        self.suites.iter().copied().filter(move |suite| suite.permitted_at(level))
    }
}

/// Why OpenSSL refuses a cipher string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CipherStringError {
    /// A character that is not allowed at its place, an unknown `@` command, or a level above 5.
    #[error("invalid command at `{at}` in the cipher string")]
    InvalidCommand {
        /// The string from the fault on, at most 40 characters.
        at: String,
    },
    /// The string is well formed, but selects nothing that the build has.
    #[error("no cipher match: the cipher string selects no suite")]
    NoCipherMatch {
        /// As in [`Expansion`]: the only suites that the string asks for.
        absent: Vec<&'static Suite>,
        /// As in [`Expansion`].
        unrecognised: Vec<String>,
    },
}

/// Expands a cipher string as `openssl ciphers` does; it ignores everything after a NUL. The work is proportional to
/// the length of the string.
pub fn expand(expression: &str) -> Result<Expansion, CipherStringError> {
    let expression = expression.split('\0').next().unwrap_or_default();
    let rules = suite_b(expression).unwrap_or(expression);
    let mut state = State {
        build: Preference::new(AVAILABLE.iter()),
        any: Preference::new(AVAILABLE.iter().chain(ABSENT)),
        security_level: None,
        unrecognised: Vec::new(),
    };
    match rules.strip_prefix("DEFAULT") {
        Some(rest) => {
            state.run(DEFAULT)?;
            state.run(rest)?;
        }
        None => state.run(rules)?,
    }
    state.finish()
}

/// What `DEFAULT` at the beginning stands for.
const DEFAULT: &str = "ALL:!COMPLEMENTOFDEFAULT:!eNULL";

/// The suites that a string stands for if it begins with a keyword of Suite B (RFC 6460), whatever follows.
fn suite_b(expression: &str) -> Option<&'static str> {
    const AES128: &str = "ECDHE-ECDSA-AES128-GCM-SHA256";
    const AES256: &str = "ECDHE-ECDSA-AES256-GCM-SHA384";
    const BOTH: &str = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
    let keywords = [("SUITEB128ONLY", AES128), ("SUITEB128C2", AES256), ("SUITEB128", BOTH), ("SUITEB192", AES256)];
    keywords.iter().find(|(keyword, _)| expression.starts_with(keyword)).map(|(_, suites)| *suites)
}

struct State {
    /// The list that this build makes.
    build: Preference,
    /// The list of a build that has everything. Only rules that this build cannot follow add to it.
    any: Preference,
    security_level: Option<u8>,
    unrecognised: Vec<String>,
}

impl State {
    fn run(&mut self, rules: &str) -> Result<(), CipherStringError> {
        let mut rest = rules;
        while let Some(first) = rest.chars().next() {
            let operator = match first {
                _ if is_separator(first) => {
                    rest = &rest[first.len_utf8()..];
                    continue;
                }
                '@' => {
                    rest = self.command(rest)?;
                    continue;
                }
                '-' => Operator::Disable,
                '+' => Operator::Order,
                '!' => Operator::Kill,
                _ => Operator::Add,
            };
            rest = self.rule(operator, rest)?;
        }
        Ok(())
    }

    /// Carries out the rule at the beginning of `text` and returns the rest.
    fn rule<'a>(&mut self, operator: Operator, text: &'a str) -> Result<&'a str, CipherStringError> {
        let body = if operator == Operator::Add { text } else { &text[1..] };
        let (meaning, rest) = conjunction(body)?;
        match meaning {
            Meaning::Here(selector) => {
                self.build.apply(operator, &selector);
                let lost = !AVAILABLE.iter().any(|suite| selector.selects(suite));
                self.apply_elsewhere(operator, &selector, lost);
            }
            Meaning::Elsewhere(selector) => self.apply_elsewhere(operator, &selector, true),
            Meaning::Nothing => {}
            Meaning::Unknown => self.unrecognised.push(item(text).to_owned()),
        }
        Ok(rest)
    }

    fn apply_elsewhere(&mut self, operator: Operator, selector: &Selector, adds: bool) {
        if adds || operator != Operator::Add {
            self.any.apply(operator, selector);
        }
    }

    /// Carries out `@STRENGTH` or `@SECLEVEL=n`.
    fn command<'a>(&mut self, text: &'a str) -> Result<&'a str, CipherStringError> {
        let command = leading_word(&text[1..]);
        match (command, command.strip_prefix("SECLEVEL=").map(str::as_bytes)) {
            ("STRENGTH", _) => self.build.sort_by_strength(),
            (_, Some([digit @ b'0'..=b'5'])) => self.security_level = Some(digit - b'0'),
            _ => return Err(invalid(text)),
        }
        Ok(&text[item(text).len()..])
    }

    fn finish(self) -> Result<Expansion, CipherStringError> {
        let suites: Vec<_> = self.build.enabled().collect();
        let absent = self.any.enabled().filter(|suite| !suites.contains(suite)).collect();
        let Self { security_level, unrecognised, .. } = self;
        if suites.is_empty() {
            return Err(CipherStringError::NoCipherMatch { absent, unrecognised });
        }
        Ok(Expansion { suites, absent, security_level, unrecognised })
    }
}

enum Meaning {
    /// The build knows every word.
    Here(Selector),
    /// At least one word is known only to other builds.
    Elsewhere(Selector),
    /// The words exclude each other.
    Nothing,
    /// At least one word is unknown to every build.
    Unknown,
}

/// Reads words joined by `+`. The rest begins directly after a conjunction that the build understands (a separator need
/// not follow), and otherwise after the item, as in OpenSSL.
fn conjunction(text: &str) -> Result<(Meaning, &str), CipherStringError> {
    // The end of the item is searched only when the item is skipped, so that a string without separators takes linear
    // time.
    let behind = || &text[item(text).len()..];
    let (mut rest, mut met, mut available) = (text, Selector::ANY, true);
    loop {
        let name = leading_word(rest);
        if name.is_empty() && available {
            return Err(invalid(rest));
        }
        let Some(known) = word(name) else {
            let suite = by_iana_name(item(text)).map(Selector::suite);
            return Ok((suite.map_or(Meaning::Unknown, Meaning::Elsewhere), behind()));
        };
        let Some(next) = met.meet(known.selector) else { return Ok((Meaning::Nothing, behind())) };
        met = next;
        available &= known.available;
        rest = &rest[name.len()..];
        match rest.strip_prefix('+') {
            Some(more) => rest = more,
            None if available => return Ok((Meaning::Here(met), rest)),
            None => return Ok((Meaning::Elsewhere(met), behind())),
        }
    }
}

fn by_iana_name(name: &str) -> Option<&'static Suite> {
    AVAILABLE.iter().chain(ABSENT).find(|suite| suite.iana == name && !name.is_empty())
}

fn is_separator(character: char) -> bool {
    matches!(character, ':' | ' ' | ';' | ',')
}

/// `text` up to the next separator.
fn item(text: &str) -> &str {
    text.split(is_separator).next().unwrap_or_default()
}

/// The characters at the beginning of `text` that are allowed in a name.
fn leading_word(text: &str) -> &str {
    let outside = |character: char| !(character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '='));
    text.split(outside).next().unwrap_or_default()
}

fn invalid(text: &str) -> CipherStringError {
    CipherStringError::InvalidCommand { at: text.chars().take(40).collect() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn names(suites: &[&Suite]) -> Vec<&'static str> {
        suites.iter().map(|suite| suite.openssl).collect()
    }

    fn absent(expression: &str) -> Vec<&'static str> {
        match expand(expression) {
            Ok(Expansion { absent, .. }) | Err(CipherStringError::NoCipherMatch { absent, .. }) => names(&absent),
            Err(error) => panic!("{expression}: {error}"),
        }
    }

    #[test]
    fn a_suite_that_the_build_lacks_is_not_lost() {
        let expansion = expand("ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA:DES-CBC3-SHA").unwrap();
        assert_eq!(names(&expansion.suites), ["ECDHE-RSA-AES128-GCM-SHA256"]);
        assert_eq!(names(&expansion.absent), ["RC4-SHA", "DES-CBC3-SHA"]);
        assert_eq!(absent("EXP-RC4-MD5"), ["EXP-RC4-MD5"]);
    }

    #[test]
    fn a_group_that_the_build_lacks_stands_for_its_suites() {
        assert_eq!(absent("HIGH:RC4+RSA:!EXPORT"), ["RC4-SHA", "RC4-MD5"]);
        assert_eq!(absent("EECDH+3DES"), ["ECDHE-ECDSA-DES-CBC3-SHA", "ECDHE-RSA-DES-CBC3-SHA"]);
        assert_eq!(absent("AES:EDH-RSA-DES-CBC3-SHA"), ["DHE-RSA-DES-CBC3-SHA"]);
        for (group, suite) in
            [("MEDIUM", "RC4-SHA"), ("EXPORT", "EXP-RC4-MD5"), ("LOW", "DES-CBC-SHA"), ("SEED", "SEED-SHA")]
        {
            assert!(absent(group).contains(&suite), "{group}");
        }
    }

    #[test]
    fn a_group_that_the_build_has_adds_nothing_absent() {
        for expression in ["ALL", "HIGH", "SSLv3", "kRSA", "eNULL", "DEFAULT", "ECDH+AESGCM:DH+AES", "AES+RC4:AES"] {
            assert_eq!(absent(expression), [""; 0], "{expression}");
        }
    }

    #[test]
    fn what_is_excluded_again_is_not_absent() {
        assert_eq!(absent("HIGH:MEDIUM:!MD5:!RC4:!3DES:!SEED:!IDEA"), [""; 0]);
        assert_eq!(absent("RC4:-MD5:!aNULL:!PSK:!ECDHE:!kRSA:!DSS:!kECDH:!KRB5"), [""; 0]);
        assert_eq!(absent("HIGH:!EXPORT:+RC4:!LOW"), [""; 0]);
        assert_eq!(absent("!RC4:RC4-SHA"), [""; 0]);
    }

    #[test]
    fn an_iana_name_is_understood_as_newer_versions_do() {
        assert_eq!(absent("AES256-SHA:TLS_RSA_WITH_AES_128_CBC_SHA"), ["AES128-SHA"]);
        assert_eq!(absent("AES128-SHA:TLS_RSA_WITH_AES_128_CBC_SHA"), [""; 0]);
    }

    #[test]
    fn what_nobody_knows_is_told_as_written() {
        let expansion = expand("HIGH:TLS_AES_128_GCM_SHA256:!SSLv2:RSA+FOO,DEFAULT @SECLEVEL=1:!EXPORT").unwrap();
        assert_eq!(expansion.unrecognised, ["TLS_AES_128_GCM_SHA256", "!SSLv2", "RSA+FOO", "DEFAULT"]);
        assert_eq!(expansion.security_level, Some(1));
    }

    #[test]
    fn an_error_tells_what_was_asked_for() {
        let CipherStringError::NoCipherMatch { absent, unrecognised } = expand("RC4-SHA:FOO").unwrap_err() else {
            panic!("not a command");
        };
        assert_eq!((names(&absent), unrecognised), (vec!["RC4-SHA"], vec!["FOO".to_owned()]));
        let error = expand("HIGH:[AES|RSA]").unwrap_err();
        assert_eq!(error.to_string(), "invalid command at `[AES|RSA]` in the cipher string");
    }

    #[test]
    fn what_follows_a_nul_does_not_count() {
        assert_eq!(expand("AES128-SHA\0:["), expand("AES128-SHA"));
    }

    #[test]
    fn a_long_string_is_read_in_linear_time() {
        let started = Instant::now();
        for unit in
            ["DH:", "AES!AES", "RC4+", "FOO:", "FOO", ":", "+", "@STRENGTH:", "AES+", "é", "AES-", "!", "SHA!RC4 "]
        {
            let text = unit.repeat(100_000 / unit.len());
            let _ = expand(&text);
            let _ = super::super::tls13(&text);
            let _ = super::super::groups(&text);
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_is_expanded_or_refused(text in "\\PC*|[-+!@:AESHRC4DFULT=_0-9 ]{0,40}") {
            if let Ok(expansion) = expand(&text) {
                prop_assert!(!expansion.suites.is_empty());
                prop_assert!(expansion.absent.iter().all(|suite| !expansion.suites.contains(suite)));
            }
        }
    }
}
