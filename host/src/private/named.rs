//! Values that a name beside them calls private: `password: …`, `DB_PASS=…`, `Authorization: …`, `-u name:…`. Not what the value itself looks like.

use std::ops::Range;

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
/// Names whose value is private unless it is made of words, or names a file: names of tokens and keys are called so, too.
const VALUES_OR_WORDS: [&str; 9] =
    ["token", "accesstoken", "authtoken", "apikey", "accesskey", "secretaccesskey", "key", "bearer", "basic"];
/// Names of headers whose value ends with the text that it stands in, whatever is between.
const HEADERS: [&str; 2] = ["authorization", "proxyauthorization"];
/// Directives of nginx that pass requests on, and no password.
const PASSES: [&str; 6] = ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"];
/// Options of programs that are followed by a user's name and password.
const USERS: [&str; 3] = ["-u", "--user", "--proxy-user"];
/// What stands in the place of a value that is elsewhere, or of none.
const NO_VALUES: [&str; 14] =
    ["null", "none", "true", "false", "~", "|", "|-", ">", ">-", "!vault", "!secret", "!ref", "!sub", "!include"];

/// Where such values stand.
pub(super) fn spans(line: &[u8], found: &mut Vec<Range<usize>>) {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let (mut at, mut header_end) = (0, 0);
    while let Some(start) = line[at..].iter().position(is_name).map(|skipped| at + skipped) {
        let end = line[start..].iter().position(|byte| !is_name(byte)).map_or(line.len(), |length| start + length);
        at = end;
        let name = Name::of(&line[start..end]);
        let value = if name.ends_with(&HEADERS) {
            let value = value_start(line, end)..header_end.max(end);
            header_end = if value.end > end { value.end } else { text_end(line, value.start) };
            value.start..header_end
        } else if name.is_user {
            after_option(line, end)
        } else {
            let start = value_start(line, end);
            start..if start == end { start } else { value_end(line, start) }
        };
        if value.is_empty() || value.start == end || !name.calls_private(&line[value.clone()]) {
            continue;
        }
        at = value.end;
        found.push(value);
    }
}

/// A name, as its words in lower case.
struct Name {
    joined: Vec<u8>,
    /// Where words begin in it.
    words: Vec<usize>,
    is_user: bool,
    is_pass: bool,
}

impl Name {
    /// `DB_PASSWORD`, `dbPassword1`, `webhook-secret`.
    fn of(name: &[u8]) -> Self {
        let numbers = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (mut joined, mut words) = (Vec::with_capacity(name.len()), Vec::new());
        let stem = &name[..name.len() - numbers];
        for (at, byte) in stem.iter().enumerate() {
            if !byte.is_ascii_alphanumeric() {
                continue;
            }
            let before = at.checked_sub(1).map(|before| stem[before]);
            let is_capital = byte.is_ascii_uppercase()
                && (before.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                    || stem.get(at + 1).is_some_and(u8::is_ascii_lowercase));
            if is_capital || before.is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
                words.push(joined.len());
            }
            joined.push(byte.to_ascii_lowercase());
        }
        let is = |names: &[&str]| names.iter().any(|one| one.as_bytes() == name);
        Self { joined, words, is_user: is(&USERS), is_pass: is(&PASSES) }
    }

    /// Whether its last words are one of these names.
    fn ends_with(&self, names: &[&str]) -> bool {
        let is_last = |name: &&str| {
            self.joined.ends_with(name.as_bytes()) && self.words.contains(&(self.joined.len() - name.len()))
        };
        names.iter().any(|name| is_last(&name))
    }

    fn calls_private(&self, value: &[u8]) -> bool {
        if self.is_user {
            return value.iter().position(|byte| *byte == b':').is_some_and(|at| !is_reference(&value[at + 1..]));
        }
        if self.is_pass || is_reference(value) {
            return false;
        }
        let is_words = || std::str::from_utf8(value).is_ok_and(words::is_words) || is_file_name(value);
        self.ends_with(&HEADERS) || self.ends_with(&VALUES) || self.ends_with(&VALUES_OR_WORDS) && !is_words()
    }
}

/// Behind a name: after blanks, quotes and signs such as `=` and `:`.
fn value_start(line: &[u8], name_end: usize) -> usize {
    let is_between =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'=' | b':' | b'>' | b'`' | b',');
    line[name_end..].iter().position(|byte| !is_between(byte)).map_or(line.len(), |skipped| name_end + skipped)
}

/// Up to a quote, a blank, or what closes.
fn value_end(line: &[u8], start: usize) -> usize {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b';' | b',' | b'}' | b')')
    };
    line[start..].iter().position(ends).map_or(line.len(), |length| start + length)
}

/// Up to a quote or the end.
fn text_end(line: &[u8], start: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'<');
    line[start..].iter().position(ends).map_or(line.len(), |length| start + length)
}

/// The word behind an option.
fn after_option(line: &[u8], end: usize) -> Range<usize> {
    let blanks =
        line[end..].iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'=')).count();
    end + blanks..value_end(line, end + blanks)
}

/// Whether a value only says where the value is: a path, a variable, what a template puts in; or is no value.
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
        [b'(', rest @ ..] => rest.iter().all(u8::is_ascii_alphabetic),
        _ => NO_VALUES.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes())),
    }
}

/// Whether a value is the name of a file: it ends as such names do.
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
