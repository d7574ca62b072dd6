//! The commands of `ssl_conf_command` and the like, which nginx passes to OpenSSL after all other directives
//! (SSL_CONF_cmd(3), in the notation for files). The many commands that change nothing in a fact are ignored.

use keyreeve_algorithms::openssl;
use keyreeve_algorithms::openssl::Bound;
use keyreeve_source::Location;
use keyreeve_source::text::quoted_to;

use crate::ledger::Ledger;
use crate::tls::Argument;

use super::expand::Statement;
use super::line::Line;

/// The relevant commands in force. A later one overrides an earlier one.
#[derive(Default)]
pub(super) struct Commands<'f> {
    /// `CipherString`.
    pub(super) ciphers: Option<(Line<'f>, Argument<'f>)>,
    /// `Ciphersuites`.
    pub(super) ciphersuites: Option<(Line<'f>, Argument<'f>)>,
    /// `Groups`, by its older name `Curves`.
    pub(super) groups: Option<(Line<'f>, Argument<'f>)>,
    /// `MinProtocol`, `MaxProtocol` and `Protocol`, in order.
    versions: Vec<(Line<'f>, Change)>,
}

/// How a command changes the enabled versions.
enum Change {
    /// Disables older versions.
    From(u16),
    /// Disables newer versions.
    UpTo(u16),
    /// Enables (true) or disables these versions, in order.
    Switch(Vec<(bool, u16)>),
}

impl<'f> Commands<'f> {
    /// Reads the commands of these directives.
    pub(super) fn read(stated: &[Statement<'f>], ledger: &Ledger<'_>) -> Self {
        let mut commands = Self::default();
        for line in stated.iter().map(|stated| stated.line) {
            let (Some(name), Some(value)) = (line.argument(0), line.argument(1)) else {
                let message = format!("{} needs a command and a value", String::from_utf8_lossy(&line.name()));
                ledger.fault(line.head(), message);
                continue;
            };
            match name.text.to_ascii_lowercase().as_str() {
                "cipherstring" => commands.ciphers = Some((line, value)),
                "ciphersuites" => commands.ciphersuites = Some((line, value)),
                "groups" | "curves" => commands.groups = Some((line, value)),
                command @ ("minprotocol" | "maxprotocol" | "protocol") => match change(command, &value.text) {
                    Some(change) => commands.versions.push((line, change)),
                    None => {
                        let message = format!("\"{}\" is no value of {}", quoted_to(&value.text, 80), name.text);
                        ledger.fault(value.location, message);
                    }
                },
                _ => {}
            }
        }
        commands
    }

    /// The last directive that changes the enabled versions.
    pub(super) fn versions_line(&self) -> Option<Line<'f>> {
        self.versions.last().map(|(line, _)| *line)
    }

    /// Changes the enabled versions. Bounds apply last, because OpenSSL applies them to whatever is enabled.
    pub(super) fn restrict(&self, versions: &mut Vec<(u16, Option<Location>)>) {
        for (line, change) in &self.versions {
            let Change::Switch(switches) = change else { continue };
            for &(on, version) in switches {
                match (on, versions.iter().position(|(known, _)| *known == version)) {
                    (true, None) if version <= openssl::TLS1_3 => versions.push((version, Some(line.head()))),
                    (false, Some(position)) => drop(versions.remove(position)),
                    _ => {}
                }
            }
        }
        let mut bounds = (0, u16::MAX);
        for (_, change) in &self.versions {
            match change {
                Change::From(lowest) => bounds.0 = *lowest,
                Change::UpTo(highest) => bounds.1 = *highest,
                Change::Switch(_) => {}
            }
        }
        versions.retain(|(version, _)| (bounds.0..=bounds.1).contains(version));
    }
}

fn change(command: &str, value: &str) -> Option<Change> {
    match (command, openssl::bound(value)) {
        ("protocol", _) => switches(value).map(Change::Switch),
        ("minprotocol", Some(Bound::Version(version))) => Some(Change::From(version)),
        ("minprotocol", Some(Bound::Unlimited)) => Some(Change::From(0)),
        (_, Some(Bound::Version(version))) => Some(Change::UpTo(version)),
        (_, Some(Bound::Unlimited)) => Some(Change::UpTo(u16::MAX)),
        (_, None) => None,
    }
}

/// Reads `Protocol`: names separated by commas, with `-` before those to disable; `ALL` means all versions from SSL 3.0
/// on.
fn switches(value: &str) -> Option<Vec<(bool, u16)>> {
    const ALL: [u16; 5] = [openssl::SSL3, openssl::TLS1, openssl::TLS1_1, openssl::TLS1_2, openssl::TLS1_3];
    let mut switches = Vec::new();
    for item in value.split(',').map(str::trim) {
        let (on, name) = match item.as_bytes().first()? {
            b'-' => (false, &item[1..]),
            b'+' => (true, &item[1..]),
            _ => (true, item),
        };
        if name.eq_ignore_ascii_case("ALL") {
            switches.extend(ALL.map(|version| (on, version)));
        } else {
            switches.push((on, openssl::version(name)?));
        }
    }
    Some(switches)
}
