//! The directives that set something about TLS, and which of them is in force where, by nginx's inheritance. Not what
//! their values mean.

use std::rc::Rc;

use keyreeve_source::Location;

use super::expand::{Level, Statement, Switch};

/// Why nothing is known of a directive that may be there or not.
pub(super) const CONDITION: &str = "a condition of the template decides about it";

/// Names of directives for one side of TLS.
pub(super) struct Directives {
    /// Enabled versions.
    pub(super) protocols: &'static str,
    /// OpenSSL's cipher string.
    pub(super) ciphers: &'static str,
    /// Groups; nginx has such a directive only for servers.
    pub(super) curves: Option<&'static str>,
    /// Commands of SSL_CONF_cmd(3).
    pub(super) commands: &'static str,
    /// Whether the peer's certificate is verified.
    pub(super) verify: &'static str,
    /// The cipher string if none is set.
    pub(super) default_ciphers: &'static str,
}

/// Servers of http, stream and mail.
pub(super) const SERVER: Directives = Directives {
    protocols: "ssl_protocols",
    ciphers: "ssl_ciphers",
    curves: Some("ssl_ecdh_curve"),
    commands: "ssl_conf_command",
    verify: "ssl_verify_client",
    default_ciphers: "HIGH:!aNULL:!MD5",
};

/// Connections of `proxy_pass`, in http and stream.
pub(super) const PROXY: Directives = Directives {
    protocols: "proxy_ssl_protocols",
    ciphers: "proxy_ssl_ciphers",
    curves: None,
    commands: "proxy_ssl_conf_command",
    verify: "proxy_ssl_verify",
    default_ciphers: "DEFAULT",
};

/// Connections of `grpc_pass`.
pub(super) const GRPC: Directives = Directives {
    protocols: "grpc_ssl_protocols",
    ciphers: "grpc_ssl_ciphers",
    curves: None,
    commands: "grpc_ssl_conf_command",
    verify: "grpc_ssl_verify",
    default_ciphers: "DEFAULT",
};

/// Connections of `uwsgi_pass`.
pub(super) const UWSGI: Directives = Directives {
    protocols: "uwsgi_ssl_protocols",
    ciphers: "uwsgi_ssl_ciphers",
    curves: None,
    commands: "uwsgi_ssl_conf_command",
    verify: "uwsgi_ssl_verify",
    default_ciphers: "DEFAULT",
};

impl Directives {
    /// Whether they apply to the side that accepts connections.
    pub(super) fn is_server(&self) -> bool {
        self.curves.is_some()
    }

    /// The common beginning of all names: `proxy_ssl_`.
    pub(super) fn prefix(&self) -> &'static str {
        self.protocols.trim_end_matches("protocols")
    }

    /// Every name.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.protocols, self.ciphers, self.commands, self.verify].into_iter().chain(self.curves)
    }
}

/// The canonical spelling of a directive, if it sets something about TLS.
pub(super) fn known(name: &[u8]) -> Option<&'static str> {
    const OTHERS: [&str; 4] = ["ssl", "ssl_reject_handshake", "starttls", "proxy_ssl"];
    if memchr::memmem::find(name, b"ssl").is_none() && name != b"starttls" {
        return None;
    }
    let all = [&SERVER, &PROXY, &GRPC, &UWSGI].into_iter().flat_map(Directives::names).chain(OTHERS);
    all.into_iter().find(|known| known.as_bytes() == name)
}

/// Whether nginx accepts the directive several times in a block and combines the values.
pub(super) fn repeats(name: &str) -> bool {
    name.ends_with("_protocols") || name.ends_with("_conf_command")
}

/// A block and its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'f> {
    /// The directives of the block.
    pub(super) level: &'s Level<'f>,
    /// What it inherits from.
    pub(super) outer: Outer<'s, 'f>,
}

/// What a block inherits from.
#[derive(Clone, Copy)]
pub(super) enum Outer<'s, 'f> {
    /// Nothing that could set TLS.
    Complete,
    /// Something that is not in the tree, for this reason.
    Unread(&'s Rc<str>),
    /// Another block.
    Inside(&'s Scope<'s, 'f>),
}

/// What is in force for a setting.
pub(super) enum Setting<'s, 'f> {
    /// These directives.
    Stated(&'s [Statement<'f>]),
    /// nginx's default, since nothing states the setting.
    Default,
    /// Unknown, for this reason.
    Unknown(Rc<str>),
}

/// Where a setting comes from: equal origins mean equal values.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// Directives at these places.
    Stated(Vec<Location>),
    /// nginx's default.
    Default,
    /// Unknown, for this reason.
    Unknown(Rc<str>),
}

impl Origin {
    /// How many bytes the directives have.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Stated(places) => places.iter().map(|place| (place.span.end - place.span.start) as usize).sum(),
            Self::Default | Self::Unknown(_) => 0,
        }
    }
}

impl Setting<'_, '_> {
    /// Where it comes from.
    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::Stated(lines) => Origin::Stated(lines.iter().map(|stated| stated.head).collect()),
            Self::Default => Origin::Default,
            Self::Unknown(reason) => Origin::Unknown(reason.clone()),
        }
    }
}

impl<'s, 'f> Scope<'s, 'f> {
    /// The setting in force in this block: the innermost block that states it decides.
    pub(super) fn find(&self, name: &str) -> Setting<'s, 'f> {
        let mut scope = *self;
        loop {
            if let Some(lines) = scope.level.stated(name) {
                return match lines.iter().any(|stated| stated.conditional) {
                    true => Setting::Unknown(CONDITION.into()),
                    false => Setting::Stated(lines),
                };
            }
            if let Some(reason) = &scope.level.missing {
                return Setting::Unknown(Rc::clone(reason));
            }
            match scope.outer {
                Outer::Complete => return Setting::Default,
                Outer::Unread(reason) => return Setting::Unknown(Rc::clone(reason)),
                Outer::Inside(outer) => scope = *outer,
            }
        }
    }

    /// The place of the directive, if it is in force with this value.
    pub(super) fn is(&self, name: &str, value: Switch) -> Option<Location> {
        match self.find(name) {
            Setting::Stated(lines) => {
                lines.first().filter(|stated| stated.switch == Some(value)).map(|stated| stated.head)
            }
            _ => None,
        }
    }

    /// Why the surroundings of the block are not fully known; `None` if they are.
    pub(super) fn unread(&self) -> Option<&'s Rc<str>> {
        match self.outer {
            Outer::Complete => None,
            Outer::Unread(reason) => Some(reason),
            Outer::Inside(outer) => outer.unread(),
        }
    }
}
