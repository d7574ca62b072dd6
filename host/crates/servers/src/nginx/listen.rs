//! The addresses that a server listens on. Whether it uses TLS there in the end is not decided here: servers that share
//! an address decide that together.

use keyreeve_facts::template;
use keyreeve_source::Location;

use crate::address::{is_local, split_port};

use super::expand::Level;
use super::line::Line;
use super::settings::CONDITION;

/// One `listen` directive.
pub(super) struct Listen<'f> {
    /// The directive; `None` for the address that nginx uses if there is no directive.
    pub(super) line: Option<Line<'f>>,
    /// Address and port, normalised so that equal ones compare equal: `*:443`, `[::]:443`, `unix:/run/x`.
    pub(super) address: String,
    /// Whether only the local machine can reach it: loopback or a unix socket.
    pub(super) local: bool,
    /// Whether it has the parameter `ssl` or `quic`.
    pub(super) tls: bool,
    /// Whether the address is what a tag of a template stands for, which is not the same in two places.
    pub(super) is_tag: bool,
    /// Why it is not known whether it is there without `ssl`, if that is so: it stands in a template.
    pub(super) open: Option<&'static str>,
    /// Whether it has the parameter `quic`: then it speaks TLS 1.3 and nothing else.
    pub(super) quic: bool,
}

impl<'f> Listen<'f> {
    /// All addresses of a server. Without a `listen`, http listens on port 80.
    pub(super) fn all(server: &Level<'f>) -> Vec<Self> {
        server.named("listen").map(|item| Self::new(item.line, item.conditional)).collect()
    }

    /// The address of http without a `listen` (nginx, ngx_http_core_module: `*:80` for the superuser).
    pub(super) fn implied() -> Self {
        Self {
            line: None,
            address: "*:80".to_owned(),
            local: false,
            tls: false,
            is_tag: false,
            open: None,
            quic: false,
        }
    }

    fn new(line: Line<'f>, conditional: bool) -> Self {
        let address = normal(&template::shown(&line.text(0)));
        let is_tag = line.arguments().any(|argument| template::is_value(&argument.text));
        let open = is_tag.then_some("a tag of the template may put `ssl` there").or(conditional.then_some(CONDITION));
        let has = |wanted: &str| line.arguments().skip(1).any(|argument| argument.text == wanted);
        let quic = has("quic");
        Self { line: Some(line), local: is_local(&address), tls: quic || has("ssl"), is_tag, open, quic, address }
    }

    /// Where it is stated.
    pub(super) fn place(&self) -> Option<Location> {
        self.line.map(|line| line.head())
    }

    /// The address as a report shows it: without the wildcard.
    pub(super) fn shown(&self) -> &str {
        self.address.strip_prefix("*:").unwrap_or(&self.address)
    }

    /// Whether the port is the standard one for HTTPS.
    pub(super) fn is_https_port(&self) -> bool {
        self.address.ends_with(":443")
    }
}

/// Normalises an address: the result always has address and port.
fn normal(written: &str) -> String {
    if written.starts_with("unix:") {
        return written.to_owned();
    }
    if !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return format!("*:{written}");
    }
    let (host, port) = split_port(written);
    let host = if host == "0.0.0.0" { "*" } else { host };
    format!("{}:{}", host.to_ascii_lowercase(), port.unwrap_or("80"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_are_spelt_equally() {
        for (written, expected) in [
            ("443", "*:443"),
            ("*:443", "*:443"),
            ("0.0.0.0:443", "*:443"),
            ("[::]:443", "[::]:443"),
            ("[::1]", "[::1]:80"),
            ("example.org", "example.org:80"),
            ("8000-8010", "*:8000-8010"),
            ("unix:/a", "unix:/a"),
        ] {
            assert_eq!(normal(written), expected, "{written}");
        }
    }
}
