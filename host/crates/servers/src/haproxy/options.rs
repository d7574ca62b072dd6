//! What the words after `bind`, `server` and the like state about TLS, and how later or inner statements override
//! earlier or outer ones. What results from them is not here but in `tls`.

use std::rc::Rc;

use keyreeve_algorithms::openssl;
use keyreeve_source::Location;

use crate::tls::{Argument, Stated, Values, is_placeholder, quoted};

use super::keywords::arity;

/// Every version that HAProxy can name, oldest first.
pub(super) const VERSIONS: [u16; 5] = [openssl::SSL3, openssl::TLS1, openssl::TLS1_1, openssl::TLS1_2, openssl::TLS1_3];

/// What is stated about TLS.
#[derive(Clone, Default)]
pub(super) struct Options<'a> {
    /// Whether TLS is used at all.
    pub(super) ssl: Switch,
    /// `ssl-min-ver`, or `force-…`.
    pub(super) min: Bound,
    /// `ssl-max-ver`, or `force-…`.
    pub(super) max: Bound,
    /// Where `no-sslv3` to `no-tlsv13` are stated. HAProxy accumulates them and never takes one back.
    pub(super) without: [Option<Location>; 5],
    /// Why it is unknown which of these are stated.
    pub(super) without_unknown: Option<Rc<str>>,
    pub(super) ciphers: Rc<Stated<'a>>,
    pub(super) ciphersuites: Rc<Stated<'a>>,
    pub(super) curves: Rc<Stated<'a>>,
    pub(super) ecdhe: Rc<Stated<'a>>,
    pub(super) verify: Rc<Stated<'a>>,
}

/// Whether TLS is used.
#[derive(Clone, Default)]
pub(super) enum Switch {
    /// Nothing states it.
    #[default]
    Unstated,
    /// `ssl`.
    On(Location),
    /// `no-ssl`.
    Off,
    /// Unknown, for this reason.
    Unknown(Rc<str>),
}

/// The lowest or highest version.
#[derive(Clone, Default)]
pub(super) enum Bound {
    #[default]
    Unstated,
    Version(u16, Location),
    Unknown(Rc<str>),
}

/// What the words after an address, or in a list of options, state.
#[derive(Default)]
pub(super) struct Parameters<'a> {
    pub(super) options: Options<'a>,
    /// The last file of `crt`.
    pub(super) certificate: Option<Argument<'a>>,
    /// Files of `crt-list`.
    pub(super) crt_lists: Vec<Argument<'a>>,
    /// `sni str(www.example.org)` and `verifyhost www.example.org`: names that a client requests.
    pub(super) peers: Vec<String>,
}

impl<'a> Options<'a> {
    /// Options of which nothing is known.
    pub(super) fn unknown(reason: &Rc<str>) -> Self {
        let stated = Rc::new(Stated::Unknown(reason.to_string()));
        Self {
            ssl: Switch::Unknown(Rc::clone(reason)),
            min: Bound::Unknown(Rc::clone(reason)),
            max: Bound::Unknown(Rc::clone(reason)),
            without: [None; 5],
            without_unknown: Some(Rc::clone(reason)),
            ciphers: Rc::clone(&stated),
            ciphersuites: Rc::clone(&stated),
            curves: Rc::clone(&stated),
            ecdhe: Rc::clone(&stated),
            verify: stated,
        }
    }

    /// These options if it is uncertain whether they are in force: everything that they state becomes unknown, for this
    /// reason.
    pub(super) fn perhaps(self, reason: &Rc<str>) -> Self {
        let bound = |bound| if matches!(bound, Bound::Unstated) { bound } else { Bound::Unknown(Rc::clone(reason)) };
        let stated = |stated: Rc<Stated<'a>>| match *stated {
            Stated::Default => stated,
            _ => Rc::new(Stated::Unknown(reason.to_string())),
        };
        let is_without = self.without_unknown.is_some() || self.without.iter().any(Option::is_some);
        Self {
            ssl: if matches!(self.ssl, Switch::Unstated) { self.ssl } else { Switch::Unknown(Rc::clone(reason)) },
            min: bound(self.min),
            max: bound(self.max),
            without: [None; 5],
            without_unknown: is_without.then(|| Rc::clone(reason)),
            ciphers: stated(self.ciphers),
            ciphersuites: stated(self.ciphersuites),
            curves: stated(self.curves),
            ecdhe: stated(self.ecdhe),
            verify: stated(self.verify),
        }
    }

    /// These options over others that stand before or around them: the others apply wherever these state nothing.
    pub(super) fn over(&self, other: &Self) -> Self {
        let bound = |ours: &Bound, theirs: &Bound| if matches!(ours, Bound::Unstated) { theirs } else { ours }.clone();
        let stated = |ours: &Rc<Stated<'a>>, theirs: &Rc<Stated<'a>>| {
            Rc::clone(if matches!(**ours, Stated::Default) { theirs } else { ours })
        };
        let mut without = self.without;
        without.iter_mut().zip(other.without).for_each(|(ours, theirs)| *ours = ours.or(theirs));
        Self {
            ssl: if matches!(self.ssl, Switch::Unstated) { &other.ssl } else { &self.ssl }.clone(),
            min: bound(&self.min, &other.min),
            max: bound(&self.max, &other.max),
            without,
            without_unknown: self.without_unknown.clone().or_else(|| other.without_unknown.clone()),
            ciphers: stated(&self.ciphers, &other.ciphers),
            ciphersuites: stated(&self.ciphersuites, &other.ciphersuites),
            curves: stated(&self.curves, &other.curves),
            ecdhe: stated(&self.ecdhe, &other.ecdhe),
            verify: stated(&self.verify, &other.verify),
        }
    }

    /// Whether nothing is stated except that TLS is used.
    pub(super) fn is_empty(&self) -> bool {
        let all = [&self.ciphers, &self.ciphersuites, &self.curves, &self.ecdhe, &self.verify];
        let is_without = self.without_unknown.is_some() || self.without.iter().any(Option::is_some);
        matches!((&self.min, &self.max), (Bound::Unstated, Bound::Unstated))
            && !is_without
            && all.iter().all(|stated| matches!(***stated, Stated::Default))
    }

    /// How many bytes the stated texts have.
    pub(super) fn stated(&self) -> usize {
        let all = [&self.ciphers, &self.ciphersuites, &self.curves, &self.ecdhe, &self.verify];
        let length = |stated: &&Rc<Stated<'a>>| match &***stated {
            Stated::Default => 0,
            Stated::Value(_, argument) => argument.text.len(),
            Stated::Unknown(reason) => reason.len(),
        };
        all.iter().map(length).sum()
    }
}

impl<'a> Parameters<'a> {
    /// Reads the words after a directive.
    pub(super) fn read(mut words: impl Iterator<Item = Argument<'a>>, directive: &str, values: &Values<'_>) -> Self {
        let mut read = Self::default();
        let mut has_stranger = false;
        while let Some(keyword) = words.next() {
            match arity(&keyword.text) {
                Some(0) => read.alone(&keyword),
                Some(_) => match words.next() {
                    Some(value) => read.with_value(keyword, value, values),
                    None => drop(values.without_value(&keyword.text, keyword.location)),
                },
                None if is_placeholder(&keyword.text) => {
                    let reason = Rc::from(values.not_understood(directive, &keyword));
                    let is_on = matches!(read.options.ssl, Switch::On(_)).then(|| read.options.ssl.clone());
                    read.options = Options::unknown(&reason);
                    read.options.ssl = is_on.unwrap_or(Switch::Unknown(reason));
                }
                // The word after an unknown keyword may be its value, so one problem is enough.
                None if has_stranger => {}
                None => {
                    has_stranger = true;
                    values.fault(keyword.location, format!("{} is no keyword of {directive}", quoted(&keyword.text)));
                }
            }
        }
        read
    }

    fn alone(&mut self, keyword: &Argument<'a>) {
        let (text, at) = (&*keyword.text, keyword.location);
        match text {
            "ssl" => self.options.ssl = Switch::On(at),
            "no-ssl" => self.options.ssl = Switch::Off,
            _ => {
                if let Some(version) = text.strip_prefix("force-").and_then(of_option) {
                    self.options.min = Bound::Version(VERSIONS[version], at);
                    self.options.max = self.options.min.clone();
                } else if let Some(version) = text.strip_prefix("no-").and_then(of_option) {
                    self.options.without[version] = Some(at);
                }
            }
        }
    }

    fn with_value(&mut self, keyword: Argument<'a>, value: Argument<'a>, values: &Values<'_>) {
        let options = &mut self.options;
        let field = match &*keyword.text {
            "ssl-min-ver" => return options.min = bound(&keyword, &value, values),
            "ssl-max-ver" => return options.max = bound(&keyword, &value, values),
            "crt" => return self.certificate = Some(value),
            "crt-list" => return self.crt_lists.push(value),
            "sni" => return self.peers.extend(literal(&value.text)),
            "verifyhost" => return self.peers.push(value.text.into_owned()),
            "ciphers" => &mut options.ciphers,
            "ciphersuites" => &mut options.ciphersuites,
            "curves" => &mut options.curves,
            "ecdhe" => &mut options.ecdhe,
            "verify" => &mut options.verify,
            _ => return,
        };
        *field = Rc::new(Stated::Value(keyword.text, value));
    }
}

/// The position of `sslv3` to `tlsv13` among the versions.
fn of_option(name: &str) -> Option<usize> {
    ["sslv3", "tlsv10", "tlsv11", "tlsv12", "tlsv13"].iter().position(|known| *known == name)
}

/// Reads the value of `ssl-min-ver` or `ssl-max-ver`; case matters.
fn bound(keyword: &Argument<'_>, value: &Argument<'_>, values: &Values<'_>) -> Bound {
    match ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"].iter().position(|known| *known == value.text) {
        Some(version) => Bound::Version(VERSIONS[version], value.location),
        None => Bound::Unknown(values.not_understood(&keyword.text, value).into()),
    }
}

/// The text of the expression `str(text)`.
fn literal(expression: &str) -> Option<String> {
    Some(expression.strip_prefix("str(")?.strip_suffix(')')?.to_owned())
}
