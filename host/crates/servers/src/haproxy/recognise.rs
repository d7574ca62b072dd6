//! Decides whether a file is an HAProxy configuration, from its name and the look of its lines. Whether it is a valid
//! one is left to `parse`, which reports what is wrong with it.

use keyreeve_facts::{Claim, Look};
use keyreeve_syntax::lines::is_no_directive;

/// How many bytes of a file are examined.
const LOOK: usize = 64 * 1024;

/// Extensions that such a file may have, including those of templates of deployment tools.
const EXTENSIONS: [&str; 10] = ["cfg", "conf", "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "erb", "ctmpl"];

/// A file with HAProxy in its name needs a section. Any other `*.cfg` or `*.conf`, or a file without an extension,
/// needs a section with a keyword of HAProxy's in it.
pub(super) fn claims(look: &Look<'_>) -> Claim {
    if look.is_no_configuration() {
        return Claim::No;
    }
    let (file, folder) = (look.file(), look.folder());
    if look.extension().is_some_and(|extension| !EXTENSIONS.contains(&extension)) {
        return Claim::No;
    }
    let is_named = file.contains("haproxy");
    let text = &look.bytes[..look.bytes.len().min(LOOK)];
    let signs = Signs::of(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text), is_named);
    match signs {
        Signs { section: true, .. } if is_named => Claim::Certain,
        Signs { keyword: true, .. } if folder.contains("haproxy") => Claim::Certain,
        Signs { keyword: true, .. } => Claim::Likely,
        _ => Claim::No,
    }
}

/// The evidence for HAProxy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Signs {
    /// A line that opens a section.
    section: bool,
    /// A keyword of HAProxy's after such a line.
    keyword: bool,
}

impl Signs {
    fn of(text: &[u8], is_named: bool) -> Self {
        let mut signs = Self::default();
        let mut first = true;
        for line in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
            if line.is_empty() || (line[0] == b'#' && !(first && line.starts_with(b"#!"))) {
                continue;
            }
            let is_tag = line.starts_with(b"{%") || line.starts_with(b"{{") || line.starts_with(b"<%");
            if is_tag && is_named {
                continue;
            }
            // No line of HAProxy's ends like this, but nearly all lines of other programs with the same words do.
            if is_no_directive(line, first) || line.ends_with(b";") || line.ends_with(b"{") {
                return Self::default();
            }
            first = false;
            signs.section |= opens(line);
            signs.keyword |= signs.section && is_keyword(line);
        }
        signs
    }
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take_while(|word| word[0] != b'#')
}

/// Whether a line opens a section: `global`, `defaults` and those with a name.
fn opens(line: &[u8]) -> bool {
    let mut words = words(line);
    let (first, second, third) = (words.next(), words.next(), words.next());
    let is_name = |name: &[u8]| !name.iter().any(|byte| matches!(byte, b'=' | b';' | b'(' | b'"' | b','));
    match first {
        Some(b"global") => second.is_none(),
        Some(b"defaults") => second.is_none_or(is_name),
        Some(b"frontend" | b"backend" | b"listen") => {
            second.is_some_and(is_name) && third.is_none_or(|word| word == b"from" || word.contains(&b':'))
        }
        _ => false,
    }
}

/// Whether a line begins as hardly any program's lines do except HAProxy's.
fn is_keyword(line: &[u8]) -> bool {
    let mut words = words(line);
    let Some(first) = words.next() else { return false };
    let second = words.next().unwrap_or_default();
    match first {
        b"bind" => second.contains(&b':') || second.contains(&b'@') || second.starts_with(b"/"),
        b"mode" => matches!(second, b"http" | b"tcp" | b"health"),
        b"timeout" => matches!(second, b"connect" | b"client" | b"server" | b"http-request" | b"check" | b"queue"),
        b"option" => {
            second.starts_with(b"http")
                || second.starts_with(b"tcp")
                || second == b"forwardfor"
                || second == b"dontlognull"
        }
        b"stats" => matches!(second, b"socket" | b"enable" | b"uri" | b"auth" | b"timeout"),
        b"server" => words.next().is_some_and(|address| address.contains(&b':') || address.contains(&b'.')),
        b"balance" | b"default_backend" | b"use_backend" | b"http-request" | b"http-response" | b"default-server" => {
            true
        }
        b"tcp-request" | b"server-template" | b"errorfile" | b"maxconn" | b"nbthread" => !second.is_empty(),
        first => first.starts_with(b"ssl-default-") || first.starts_with(b"tune.ssl."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(name: &str, text: &str) -> Claim {
        claims(&Look { name, bytes: text.as_bytes() })
    }

    #[test]
    fn configurations_are_recognised() {
        for (name, text, expected) in [
            ("haproxy.cfg", "global\n\tdaemon\n", Claim::Certain),
            ("etc/haproxy/conf.d/10-web.cfg", "frontend web\n  bind :443 ssl crt /x\n", Claim::Certain),
            ("haproxy-prod.cfg", "defaults\n  mode http\n", Claim::Certain),
            ("lb/proxy.cfg", "# LB\nglobal # all\n  maxconn 100\n", Claim::Likely),
            ("lb/proxy.conf", "listen stats\r\n  bind *:8404\r\n", Claim::Likely),
            (
                "haproxy.cfg.j2",
                "{% if x %}\nglobal\n{% endif %}\n  ssl-default-bind-options no-sslv3\n",
                Claim::Certain,
            ),
            ("haproxy.cfg", "listen stats :8080\n mode http", Claim::Certain),
            ("config", "defaults\n timeout connect 5s\n", Claim::Likely),
        ] {
            assert_eq!(claim(name, text), expected, "{name}");
        }
    }

    #[test]
    fn other_formats_are_not_haproxy() {
        for (name, text) in [
            ("nginx.conf", "events {\n}\nhttp {\n  server {\n    listen 443 ssl;\n  }\n}\n"),
            ("site.conf", "listen 443 ssl;\nserver_name x;\n"),
            ("httpd.conf", "Listen 443\n<VirtualHost *:443>\n  SSLEngine on\n</VirtualHost>\n"),
            ("my.cfg", "[global]\nmode http\nbind *:443\n"),
            ("multipath.conf", "defaults {\n  user_friendly_names yes\n}\n"),
            ("keepalived.conf", "global_defs {\n  router_id x\n}\n"),
            ("default.vcl", "backend default {\n  .host = \"x\";\n}\n"),
            ("setup.cfg", "[metadata]\nname = x\n"),
            ("haproxy.yaml", "global:\n  daemon: true\n"),
            ("haproxy.md", "global\n  daemon\n"),
            ("haproxy.cfg", "just words\n"),
            ("stunnel.conf", "[https]\naccept = 443\n"),
            ("postfix.cf", "smtpd_tls_security_level = may\n"),
            ("traffic.conf", "frontend and backend are words of prose\n"),
            ("README", "global\n  see the section on frontends\n"),
            ("empty.cfg", ""),
        ] {
            assert_eq!(claim(name, text), Claim::No, "{name}");
        }
    }
}
