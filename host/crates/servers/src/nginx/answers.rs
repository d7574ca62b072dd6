//! Decides whether an http server serves content, or only redirects or rejects its clients. It does not emulate nginx:
//! if it cannot decide, the server counts as serving.

use std::rc::Rc;

use keyreeve_facts::template;

use super::expand::Level;
use super::line::Line;

/// What a server does with plain requests.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// It answers them.
    Serves,
    /// It redirects them to https, answers with an error or closes the connection, except for challenges of ACME (RFC
    /// 8555), which must be served in plaintext.
    Refuses,
    /// Unknown, because something that belongs to it is not read; this is the reason.
    Unknown(Rc<str>),
}

/// Why nothing is known of a server that sends its clients there.
const ELSEWHERE: &str = "where it redirects to is in a variable that is not resolved";

/// What happens to a request in one block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Content,
    Away,
    /// It is sent to where a variable or a tag of a template says.
    Elsewhere,
    Undecided,
}

/// What a server does.
pub(super) fn service(server: &Level<'_>) -> Service {
    let answer = match decide(server) {
        Answer::Undecided => of_locations(server),
        Answer::Content => return Service::Serves,
        answer => answer,
    };
    match (answer, &server.missing) {
        (Answer::Away, _) => Service::Refuses,
        (Answer::Elsewhere, _) => Service::Unknown(ELSEWHERE.into()),
        (_, Some(reason)) if !shows_content(server) => Service::Unknown(Rc::clone(reason)),
        _ => Service::Serves,
    }
}

/// What becomes of requests that all end in locations: `Undecided` if one of these serves them, or not all do.
fn of_locations(server: &Level<'_>) -> Answer {
    let (mut everything, mut answer) = (false, Answer::Away);
    for (line, location) in server.blocks("location") {
        if is_challenge(line) || location.named("internal").next().is_some() {
            continue;
        }
        match decide(location) {
            Answer::Away => {}
            Answer::Elsewhere => answer = Answer::Elsewhere,
            Answer::Content | Answer::Undecided => return Answer::Undecided,
        }
        everything |= catches_all(line);
    }
    if everything { answer } else { Answer::Undecided }
}

/// Whether the server states content that it serves.
fn shows_content(server: &Level<'_>) -> bool {
    ["location", "root", "index", "try_files"].iter().any(|name| server.named(name).next().is_some())
}

/// Walks through the rewrite directives of a block in order, as nginx does before anything else.
fn decide(level: &Level<'_>) -> Answer {
    for item in &level.items {
        let name = item.line.name();
        let answer = match (&*name, item.block.as_deref()) {
            (b"return", _) => returned(item.line),
            (b"rewrite", _) => rewritten(item.line),
            (b"if", Some(block)) => match decide(block) {
                Answer::Away if !asks_for_plain(item.line) => Answer::Undecided,
                answer => answer,
            },
            (b"break", _) => break,
            _ => Answer::Undecided,
        };
        if answer != Answer::Undecided {
            return answer;
        }
    }
    let denied = level.named("deny").any(|item| item.line.text(0) == "all") && level.named("allow").next().is_none();
    if denied { Answer::Away } else { Answer::Undecided }
}

/// `return code [text]`, `return code URL`, `return URL`.
fn returned(line: Line<'_>) -> Answer {
    let (code, text) = (line.text(0), line.text(1));
    let is_redirect = matches!(code.parse(), Ok(301_u16 | 302 | 303 | 307 | 308));
    if is_elsewhere(if is_redirect { &text } else { &code }) {
        return Answer::Elsewhere;
    }
    let away = match code.parse::<u16>() {
        Ok(301 | 302 | 303 | 307 | 308) => is_https(&text),
        Ok(code) => (400..600).contains(&code),
        Err(_) => is_https(&code),
    };
    if away { Answer::Away } else { Answer::Content }
}

/// `rewrite regex replacement [flag]`. A replacement with a scheme is a redirect, whatever the flag.
fn rewritten(line: Line<'_>) -> Answer {
    let replacement = line.text(1);
    let redirects = is_https(&replacement) || replacement.starts_with("http://") || replacement.starts_with("$scheme");
    match (redirects && is_catch_all(&line.text(0)), is_https(&replacement)) {
        (true, true) => Answer::Away,
        (true, false) => Answer::Content,
        (false, _) => Answer::Undecided,
    }
}

/// Whether nothing of where a URL leads is known: its scheme is in a variable, or a tag of a template stands for it.
fn is_elsewhere(url: &str) -> bool {
    url.starts_with('$') && !url.starts_with("$scheme") || url.starts_with(template::VALUE)
}

fn is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

/// Whether a regular expression matches every path: it contains only anchors, groups, `/` and repeated dots.
fn is_catch_all(regex: &str) -> bool {
    regex.bytes().all(|byte| b"^$()/.*+?".contains(&byte)) && regex.matches('/').count() <= 1
}

/// Whether the condition holds for requests without TLS: `($scheme = http)`, `($https = "")`, `($server_port = 80)`.
fn asks_for_plain(line: Line<'_>) -> bool {
    let condition: String = line.arguments().map(|argument| argument.text.into_owned()).collect::<Vec<_>>().join(" ");
    let condition = condition.trim_matches(['(', ')', ' ']).replace(['"', '\''], "");
    let mut words = condition.split_ascii_whitespace();
    let parts = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next().unwrap_or(""));
    matches!(
        parts,
        ("$scheme", "=", "http")
            | ("$scheme", "!=", "https")
            | ("$https", "=", "")
            | ("$https", "!=", "on")
            | ("$ssl_protocol", "=", "")
            | ("$server_port", "=", "80")
            | ("$server_port", "!=", "443")
    )
}

/// Whether a location is for the challenges of a certificate authority, `/.well-known/acme-challenge` or above it.
fn is_challenge(line: Line<'_>) -> bool {
    line.arguments().any(|argument| argument.text.contains("/.well-known") || argument.text.contains("/\\.well-known"))
}

/// Whether a location takes all requests that no other location takes.
fn catches_all(line: Line<'_>) -> bool {
    let words: Vec<_> = line.arguments().map(|argument| argument.text).collect();
    match words.iter().map(AsRef::as_ref).collect::<Vec<&str>>()[..] {
        ["/"] | ["^~", "/"] => true,
        ["~" | "~*", regex] => is_catch_all(regex),
        _ => false,
    }
}
