//! Finds values that the name beside them calls private: `password: …`, `DB_PASS=…`, `Authorization: …`, `-u name:…`.
//! What the value itself looks like is not examined here.

use std::ops::Range;

use super::looks::Ends;
use super::words;

/// Names whose value is private whatever it is, in lower case without separators.
const VALUES: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "clientsecret",
    "secretkey",
    "privatekey",
    "credential",
    "credentials",
    "psk",
    "requirepass",
    "masterauth",
];
/// Names whose value is private unless it consists of words or names a file: names of tokens and keys are written the
/// same way.
const VALUES_OR_WORDS: [&str; 6] = ["token", "accesstoken", "authtoken", "apikey", "accesskey", "secretaccesskey"];
/// The same, for long values only, since these names have many other meanings.
const LONG_VALUES: [&str; 3] = ["key", "bearer", "basic"];
const LONG: usize = 12;
/// Names of headers. Their value reaches to the end of the text that it stands in.
const HEADERS: [&str; 2] = ["authorization", "proxyauthorization"];
/// Directives of nginx that pass requests on; their values are not passwords.
const PASSES: [&str; 6] = ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"];
/// How comment lines begin, in which one word follows another.
const COMMENTS: [&[u8]; 4] = [b"#", b"//", b";", b"*"];
/// All of these names.
const NAMES: [&[&str]; 4] = [&HEADERS, &VALUES, &VALUES_OR_WORDS, &LONG_VALUES];
/// Options that take a user's name and password.
const USERS: [&str; 3] = ["-u", "--user", "--proxy-user"];
/// Placeholders for a value that stands elsewhere or is missing.
const NO_VALUES: [&str; 14] =
    ["null", "none", "true", "false", "~", "|", "|-", ">", ">-", "!vault", "!secret", "!ref", "!sub", "!include"];

/// Finds such values in a line.
pub(super) fn spans(line: &[u8], found: &mut Vec<Range<usize>>) {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'<');
    let closes = |byte: &u8| byte.is_ascii_whitespace() || is_quote(byte) || matches!(byte, b';' | b',' | b'}' | b')');
    // A header's value ends at a quote or the end of the line; other values also end at a blank or a closing bracket.
    let (mut texts, mut words) = (Ends::of(line, is_quote), Ends::of(line, closes));
    let mut at = 0;
    while let Some(start) = line[at..].iter().position(is_name).map(|skipped| at + skipped) {
        let end = line[start..].iter().position(|byte| !is_name(byte)).map_or(line.len(), |length| start + length);
        at = end;
        let is_variable = line[..start].last() == Some(&b'$');
        let Some(calls) = Calls::of(&line[start..end]).filter(|_| !is_variable) else { continue };
        let start = value_start(line, end, calls == Calls::User);
        let value = match calls {
            _ if start == end => continue,
            Calls::Header => start..texts.behind(start),
            _ => start..words.behind(start),
        };
        let is_said = calls != Calls::User && is_prose(line, end, &value);
        if !value.is_empty() && !is_said && calls.is_private(&line[value.clone()]) {
            at = value.end;
            found.push(value);
        }
    }
}

/// What a name says about the value that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Calls {
    Private,
    /// The value is private unless it consists of words.
    NoWords,
    /// The same, but only if the value is long.
    Long,
    Header,
    /// A user's name, with the password after a colon.
    User,
}

impl Calls {
    /// What `DB_PASSWORD`, `dbPassword1` or `webhook-secret` says. Returns `None` for most names.
    fn of(name: &[u8]) -> Option<Self> {
        let is = |names: &[&str]| names.iter().any(|one| one.as_bytes() == name);
        if is(&PASSES) {
            return None;
        }
        if is(&USERS) {
            return Some(Self::User);
        }
        let stem = without_digits(name);
        if !ends_like_a_name(stem) {
            return None;
        }
        let words = Words::of(stem);
        let calls = [
            (Self::Header, words.end_with(&HEADERS)),
            (Self::Private, words.end_with(&VALUES)),
            (Self::NoWords, words.end_with(&VALUES_OR_WORDS)),
            (Self::Long, words.end_with(&LONG_VALUES)),
        ];
        calls.into_iter().find(|(_, is)| *is).map(|(calls, _)| calls)
    }

    /// Whether such a name makes this value private.
    fn is_private(self, value: &[u8]) -> bool {
        let is_words = || std::str::from_utf8(value).is_ok_and(words::is_words) || is_file_name(value);
        match self {
            Self::User => {
                let password = value.iter().position(|byte| *byte == b':').map(|at| &value[at + 1..]);
                password.is_some_and(|password| !is_reference(password) && !password.iter().all(u8::is_ascii_digit))
            }
            Self::Header => !is_reference(value),
            Self::Private => !is_reference(value) && !is_count(value),
            Self::NoWords => !is_reference(value) && !is_words(),
            Self::Long => value.len() >= LONG && !is_reference(value) && !is_words(),
        }
    }
}

/// A name without the digits at its end.
fn without_digits(name: &[u8]) -> &[u8] {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    &name[..name.len() - digits]
}

/// Whether a text ends with the last letters of one of the names, which most words of a line do not.
fn ends_like_a_name(stem: &[u8]) -> bool {
    const LETTERS: usize = 3;
    let end = |text: &[u8]| text.last_chunk::<LETTERS>().map(|end| end.map(|byte| byte.to_ascii_lowercase()));
    end(stem).is_some_and(|last| NAMES.iter().copied().flatten().any(|name| end(name.as_bytes()) == Some(last)))
}

/// The words of a name in lower case.
struct Words {
    joined: Vec<u8>,
    /// Where the words begin.
    starts: Vec<usize>,
}

impl Words {
    /// A word begins after a hyphen or the like, and at a capital.
    fn of(stem: &[u8]) -> Self {
        let (mut joined, mut starts) = (Vec::with_capacity(stem.len()), Vec::new());
        for (at, byte) in stem.iter().enumerate() {
            if !byte.is_ascii_alphanumeric() {
                continue;
            }
            let before = at.checked_sub(1).map(|before| stem[before]);
            let is_capital = byte.is_ascii_uppercase()
                && (before.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                    || stem.get(at + 1).is_some_and(u8::is_ascii_lowercase));
            if is_capital || before.is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
                starts.push(joined.len());
            }
            joined.push(byte.to_ascii_lowercase());
        }
        Self { joined, starts }
    }

    /// Whether the last words are one of these names.
    fn end_with(&self, names: &[&str]) -> bool {
        let is_last = |name: &str| {
            let start = self.joined.len().checked_sub(name.len());
            self.joined.ends_with(name.as_bytes())
                && start.is_some_and(|start| self.starts.binary_search(&start).is_ok())
        };
        names.iter().any(|name| is_last(name))
    }
}

/// Whether a name and the next word are merely words of a sentence. If no sign separates them, the second is a value
/// only if it does not look like a word, or if nothing follows it.
fn is_prose(line: &[u8], name_end: usize, value: &Range<usize>) -> bool {
    let is_between_blanks = line[name_end..value.start].iter().all(u8::is_ascii_whitespace);
    let is_last = line[value.end..].iter().all(|byte| byte.is_ascii_whitespace() || *byte == b';');
    let is_comment = || COMMENTS.iter().any(|mark| line.trim_ascii_start().starts_with(mark));
    is_between_blanks && !words::is_no_word(&line[value.clone()]) && (!is_last || is_comment())
}

/// Where the value after a name begins: after blanks, quotes and signs such as `=` and `:`; after an option, only after
/// the separators that programs accept there.
fn value_start(line: &[u8], name_end: usize, is_option: bool) -> usize {
    let is_between = |byte: &u8| match byte {
        b':' | b'>' | b'`' | b',' => !is_option,
        b'"' | b'\'' | b'=' => true,
        _ => byte.is_ascii_whitespace(),
    };
    line[name_end..].iter().position(|byte| !is_between(byte)).map_or(line.len(), |skipped| name_end + skipped)
}

/// Whether a value only says where the real value is (a path, a variable, a placeholder of a template), or is not a
/// value at all.
fn is_reference(text: &[u8]) -> bool {
    let is_word = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let is_path = |text: &[u8]| {
        text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+$@{}*".contains(byte)) && !words::is_random(text)
    };
    match text {
        [] | [b'{' | b'<', ..] | [b'$' | b'%', b'{' | b'(', ..] | [b'@', b'@', ..] | [b'[' | b'-' | b'('] => true,
        [b'$', name @ ..] | [b'%', name @ .., b'%'] | [b'@', name @ .., b'@'] if is_word(name) => true,
        [b'/', ..] | [b'.', b'/', ..] | [b'~', b'/', ..] | [b'.', b'.', b'/', ..] => is_path(text),
        [b'.', ..] | [b'-', b'-', ..] => true,
        [b'[', rest @ ..] => matches!(rest, [b']' | b'0'..=b'9', ..]) || rest.starts_with(b"hidden"),
        [b'(', b'(', ..] => true,
        [b'(', rest @ ..] => rest.iter().all(u8::is_ascii_alphabetic),
        _ if is_path_of_names(text) => true,
        _ => NO_VALUES.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes())),
    }
}

/// Whether a value is a small number, such as the number of tests that passed or of letters in a password.
fn is_count(value: &[u8]) -> bool {
    value.len() <= 2 && value.iter().all(u8::is_ascii_digit)
}

/// Whether a value is the name that programs and Terraform use for it: `var.db_password`, `process.env.DB_PASSWORD`.
fn is_path_of_names(text: &[u8]) -> bool {
    const ROOTS: [&[u8]; 12] = [
        b"var",
        b"local",
        b"data",
        b"module",
        b"each",
        b"self",
        b"process",
        b"env",
        b"os",
        b"config",
        b"settings",
        b"secrets",
    ];
    let mut names = text.split(|byte| *byte == b'.');
    let is_name = |name: &[u8]| name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_[]".contains(byte));
    names.next().is_some_and(|root| ROOTS.contains(&root))
        && text.contains(&b'.')
        && names.all(is_name)
        && !words::is_random(text)
}

/// Whether a value is the name of a file, judging by how it ends.
fn is_file_name(text: &[u8]) -> bool {
    let Some(dot) = text.iter().rposition(|byte| *byte == b'.') else { return false };
    let (stem, ending) = (&text[..dot], &text[dot + 1..]);
    (2..=4).contains(&ending.len())
        && ending.iter().all(u8::is_ascii_lowercase)
        && stem.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
        && !words::is_random(stem)
}

#[cfg(test)]
mod tests {
    use crate::private::looks::hide;

    #[test]
    fn what_a_name_calls_private_is_hidden() {
        for (line, shown) in [
            ("dbPassword=hunter2Pw", "dbPassword=[hidden]"),
            ("PASSWORD1: x", "PASSWORD1: [hidden]"),
            ("requirepass foobared", "requirepass [hidden]"),
            ("password = !hunter2Pw", "password = [hidden]"),
            ("password = $ecret!1", "password = [hidden]"),
            ("password: -x7y", "password: [hidden]"),
            ("pwd: [x7y", "pwd: [hidden]"),
            ("curl -u ada:pw https://example.org", "curl -u [hidden] https://example.org"),
            ("SMTPPassword: \"two words\"", "SMTPPassword: \"[hidden] words\""),
            ("Authorization: Basic $user secret", "Authorization: [hidden]"),
            ("machine example.org login ada password correct", "machine example.org login ada password [hidden]"),
            ("the password s3cret is a bad one", "the password [hidden] is a bad one"),
        ] {
            assert_eq!(hide(line), shown);
        }
    }

    #[test]
    fn what_passes_requests_on_or_names_a_file_is_shown() {
        for line in [
            "proxy_pass http://10.1.2.3:8080;",
            "fastcgi_pass 10.1.2.3:9000;",
            "auth_basic \"Area 51\";",
            "# Basic Settings",
            "# Include the basic h5bp config set",
            "# Note that no password is obtained from the user, pass the PHP scripts on",
            "#   Pass Phrase Dialog:",
            "- Key: Key1",
            "sort_key: created2",
            "Pass: 12 of 14",
            "docker run -u 1000:1000 image",
            "curl -u $USER:$PASS https://www.example.org",
            "password = var.db_password1",
            "password: process.env.DB_PASSWORD",
            "password: ((db_password1))",
            "description = \"KMS key 1\"",
            "resource \"aws_kms_key\" \"positive1\" {",
            "\"commit\": \"663057006870d0a9802d6dd02f3e09c98b11b04a\"",
            "Options +ExecCGI -MultiViews +SymLinksIfOwnerMatch",
            "\"HealthCheckGracePeriodSeconds\": \"ServerSideEncryptionByDefault\"",
            "role: arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceRole",
            "- ReplaceWithSubnetId2",
            "snapshot = \"resourcetestsnapshot1234\"",
            "SSLCipherSuite EECDH+ECDSA+AESGCM:EECDH+ECDSA+SHA384:EECDH+aRSA+SHA256",
            "ssl_certificate_key certs/www1.key;",
            "password: $DB_PASSWORD",
            "password: \"{{ vault_db_password }}\"",
            "password: !vault |",
            "password: |",
            "password: /run/secrets/db1",
            "password: %DB_PASSWORD%",
            "password: @DB_PASSWORD@",
            "docker login --password --stdin",
            "docker run -u 1000:$GID image",
            "tokens: 17",
            "a compass 17 is no password",
        ] {
            assert_eq!(hide(line), line);
        }
    }
}
