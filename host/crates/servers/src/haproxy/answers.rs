//! Decides whether a proxy in mode http serves plaintext clients, or only redirects or rejects them. It does not
//! emulate HAProxy: if it cannot decide, the proxy counts as serving.

use std::collections::HashMap;

use crate::tls::Argument;

use super::file::File;
use super::parse::Section;

/// What is known about each named condition.
type Acls = HashMap<String, Harmless>;

/// What a condition tests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Harmless {
    /// Whether the connection uses TLS.
    Tls,
    /// Whether the request is a challenge of ACME (RFC 8555), which must be served in plaintext.
    Challenge,
    /// Anything else.
    No,
}

/// Whether any plaintext request is served.
pub(super) fn serves(file: File<'_>, section: &Section) -> bool {
    let lines = || section.lines.iter().map(|line| (line, file.words(line).collect::<Vec<_>>()));
    let acls: Acls = lines()
        .filter(|(_, words)| words.first().is_some_and(|word| word.text == "acl"))
        .filter_map(|(_, words)| Some((words.get(1)?.text.clone().into_owned(), asks_for(&words[2..]))))
        .collect();
    !lines().any(|(line, words)| line.branch == section.head.branch && sends_away(&words, &acls))
}

/// Whether the section has a directive that exists only in mode http.
pub(super) fn speaks_http(file: File<'_>, section: &Section) -> bool {
    section.lines.iter().any(|line| {
        let mut words = file.words(line);
        let (Some(first), second) = (words.next(), words.next()) else { return false };
        let is_http = |word: &Argument<'_>| word.text.starts_with("http") || word.text == "forwardfor";
        first.text.starts_with("http-re")
            || first.text == "redirect"
            || first.text == "option" && second.is_some_and(|word| is_http(&word))
    })
}

/// `redirect scheme https`, `http-request redirect location https://…`, `http-request deny`, under a condition that
/// holds for plaintext.
fn sends_away(words: &[Argument<'_>], acls: &Acls) -> bool {
    let text: Vec<&str> = words.iter().map(|word| &*word.text).collect();
    let (is_away, rest) = match &text[..] {
        ["redirect", kind, to, rest @ ..] | ["http-request", "redirect", kind, to, rest @ ..] => {
            (is_https(kind, to), rest)
        }
        ["http-request", "deny" | "reject" | "silent-drop" | "tarpit", rest @ ..] => (true, rest),
        _ => return false,
    };
    let at = rest.iter().position(|word| matches!(*word, "if" | "unless"));
    is_away
        && at.is_none_or(|at| {
            let is_unless = rest[at] == "unless";
            let mut alternatives = rest[at + 1..].split(|word| matches!(*word, "or" | "||"));
            let holds = |terms: &[&str]| holds_in_clear(terms, is_unless, acls);
            // `unless a or b` applies only if neither holds.
            if is_unless { alternatives.all(holds) } else { alternatives.any(holds) }
        })
}

fn is_https(kind: &str, to: &str) -> bool {
    match kind {
        "scheme" => to == "https",
        "location" | "prefix" => to.starts_with("https://"),
        _ => false,
    }
}

/// Whether all terms hold for plaintext requests, challenges aside: `!{ ssl_fc }`, `!acme`.
fn holds_in_clear(terms: &[&str], is_unless: bool, acls: &Acls) -> bool {
    let mut terms = terms.iter().copied();
    let mut any = false;
    while let Some(term) = terms.next() {
        let (is_negated, term) = match term.strip_prefix('!') {
            Some("") => (true, terms.next().unwrap_or_default()),
            Some(term) => (true, term),
            None => (false, term),
        };
        let asked = match term {
            "{" => asks_for_text(&terms.by_ref().take_while(|term| *term != "}").collect::<Vec<_>>()),
            "HTTP" | "TRUE" => continue,
            name => acls.get(name).copied().unwrap_or(Harmless::No),
        };
        if asked == Harmless::No || is_negated == is_unless {
            return false;
        }
        any = true;
    }
    any
}

fn asks_for(words: &[Argument<'_>]) -> Harmless {
    asks_for_text(&words.iter().map(|word| &*word.text).collect::<Vec<_>>())
}

fn asks_for_text(words: &[&str]) -> Harmless {
    match words {
        ["ssl_fc"] | ["ssl_fc", "true" | "1"] | ["dst_port" | "dst_port,", "443"] => Harmless::Tls,
        [fetch, rest @ ..]
            if fetch.starts_with("path") && rest.iter().any(|word| word.starts_with("/.well-known/")) =>
        {
            Harmless::Challenge
        }
        _ => Harmless::No,
    }
}
