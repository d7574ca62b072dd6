//! Works out which TLS settings are in force on a `bind`, an entry of its crt-list, or a `server`, with HAProxy's own
//! defaults. What the words state is not here but in `options`.

use std::rc::Rc;

use keyreeve_algorithms::openssl;
use keyreeve_contract::{Side, Verification};
use keyreeve_source::Location;
use keyreeve_source::budget::Work;

use crate::ledger::{CUT_SHORT, Ledger};
use crate::tls::{Stated, Tls, Values};

use super::options::{Bound, Options, VERSIONS};

/// The lowest version of a `bind` that states none: HAProxy's default since 2.2 (July 2020; `default_min_ver` in
/// src/ssl_sock.c), and all releases in support are newer. For a `server` that states none HAProxy sets no minimum, so
/// OpenSSL's applies: in the releases in support this is nominally 1.0 and effectively 1.2, since older versions need a
/// signature that only security level 0 permits ([`LEVEL_0`]).
const LOWEST: u16 = openssl::TLS1_2;

/// The part of a cipher string that asks for that level.
const LEVEL_0: &str = "@SECLEVEL=0";

/// OpenSSL's cipher string if none is stated. HAProxy has one of its own only if it is built with one, and no
/// distribution does that.
const CIPHERS: &str = "DEFAULT";

/// A range of versions. HAProxy allows no gaps in it.
#[derive(Clone, Copy)]
struct Range {
    low: u16,
    high: u16,
    /// Where the lowest version, the highest version, and either of them is stated.
    low_at: Option<Location>,
    high_at: Option<Location>,
    stated: Option<Location>,
}

/// Works out what is in force.
pub(super) struct Reader<'l> {
    ledger: &'l Ledger<'l>,
    /// Reads the values of single settings.
    pub(super) values: Values<'l>,
}

impl<'l> Reader<'l> {
    /// A reader without any results yet.
    pub(super) fn new(ledger: &'l Ledger<'l>) -> Self {
        Self { ledger, values: Values::new(ledger) }
    }

    /// The TLS settings of a `bind` with these options.
    pub(super) fn bind(&mut self, options: &Options<'_>, home: Location) -> Tls {
        let versions = versions(options, Side::Server).map_err(|reason| self.refused(reason, home));
        self.tls(versions, options, &Stated::Default, home)
    }

    /// The TLS settings of a `bind` for clients that request a name of an entry in its crt-list. Where the entry states
    /// nothing, the bind's settings apply; its `no-tlsv1x` have become a range by then.
    pub(super) fn entry(&mut self, bind: &Options<'_>, entry: &Options<'_>, home: Location) -> Tls {
        let versions = versions(bind, Side::Server).map_err(|reason| self.refused(reason, home));
        let versions = narrowed(versions, entry).map_err(|reason| self.refused(reason, home));
        self.tls(versions, &entry.over(bind), &Stated::Default, home)
    }

    /// The TLS settings of the connection to a `server`. `verify` is the value of `ssl-server-verify`.
    pub(super) fn server(&mut self, options: &Options<'_>, verify: &Stated<'_>, home: Location) -> Tls {
        let versions = versions(options, Side::Client).map_err(|reason| self.refused(reason, home));
        let mut tls = self.tls(versions, options, verify, home);
        if matches!((&*options.verify, verify), (Stated::Default, Stated::Default)) {
            tls.verification = Some(Verification::Required);
        }
        tls
    }

    fn tls(
        &mut self,
        versions: Result<Range, Rc<str>>,
        options: &Options<'_>,
        verify: &Stated<'_>,
        home: Location,
    ) -> Tls {
        if self.ledger.pay(Work::Configuration, options.stated(), home).is_err() {
            return unread(CUT_SHORT);
        }
        let mut tls = Tls::default();
        match versions {
            Ok(range) => range.add(&mut tls),
            Err(reason) => tls.unknown("versions", &reason),
        }
        self.values.suites(&mut tls, &options.ciphers, &options.ciphersuites, CIPHERS);
        let curves = if matches!(*options.curves, Stated::Default) { &options.ecdhe } else { &options.curves };
        self.values.groups(&mut tls, curves);
        let verify = if matches!(*options.verify, Stated::Default) { verify } else { &options.verify };
        self.verification(&mut tls, verify);
        tls
    }

    fn verification(&self, tls: &mut Tls, stated: &Stated<'_>) {
        let (name, value) = match stated {
            Stated::Default => return,
            Stated::Unknown(reason) => return tls.unknown("verification", reason),
            Stated::Value(name, value) => (name, value),
        };
        tls.parts.insert(("verification", None), value.location);
        match &*value.text {
            "none" => {}
            "optional" => tls.verification = Some(Verification::Optional),
            "required" => tls.verification = Some(Verification::Required),
            _ => tls.unknown("verification", &self.values.not_understood(name, value)),
        }
    }

    /// Why nothing is known about the versions. It is also a problem if HAProxy would refuse them.
    fn refused(&self, reason: Reason, home: Location) -> Rc<str> {
        match reason {
            Reason::Unknown(reason) => reason,
            Reason::Disabled => {
                let reason = "all versions of TLS are disabled, which HAProxy refuses";
                self.ledger.fault(home, reason);
                reason.into()
            }
        }
    }
}

/// Why there is no range.
enum Reason {
    Unknown(Rc<str>),
    Disabled,
}

impl From<Rc<str>> for Reason {
    fn from(reason: Rc<str>) -> Self {
        Self::Unknown(reason)
    }
}

/// An endpoint that uses TLS, and of which nothing else is known.
pub(super) fn unread(reason: &str) -> Tls {
    let mut tls = Tls::unread(reason);
    tls.unknown.retain(|unknown| unknown.field != "transport");
    tls
}

impl Bound {
    fn version(&self) -> Result<Option<(u16, Location)>, Reason> {
        match self {
            Self::Unstated => Ok(None),
            Self::Version(version, at) => Ok(Some((*version, *at))),
            Self::Unknown(reason) => Err(Reason::Unknown(Rc::clone(reason))),
        }
    }
}

impl Range {
    fn add(&self, tls: &mut Tls) {
        tls.parts.extend(self.stated.map(|at| (("versions", None), at)));
        tls.versions = VERSIONS.into_iter().filter(|version| (self.low..=self.high).contains(version)).collect();
        for (position, version) in tls.versions.iter().enumerate() {
            let highest = self.high_at.filter(|_| *version == self.high);
            let at = self.low_at.or(highest);
            tls.parts.extend(at.map(|at| (("versions", Some(position as u32)), at)));
        }
    }
}

/// The versions of a `bind` or a `server` (ssl_sock_prepare_all_ctx and ssl_sock_prepare_srv_ssl_ctx in
/// src/ssl_sock.c): `no-tlsv1x` counts only if no bound is stated, and all versions between two enabled ones are
/// enabled.
fn versions(options: &Options<'_>, side: Side) -> Result<Range, Reason> {
    let (min, max) = (options.min.version()?, options.max.version()?);
    let is_bounded = min.is_some() || max.is_some();
    if let (false, Some(reason)) = (is_bounded, &options.without_unknown) {
        return Err(Rc::clone(reason).into());
    }
    let highest = max.map_or(openssl::TLS1_3, |(version, _)| version);
    let lowest = match (min, side) {
        (Some((version, _)), _) => version,
        (None, Side::Server) => LOWEST.min(highest),
        (None, Side::Client) => openssl::SSL3,
    };
    let enabled = || {
        let all = VERSIONS.into_iter().zip(options.without);
        all.filter(|(version, without)| (lowest..=highest).contains(version) && (is_bounded || without.is_none()))
            .map(|(version, _)| version)
    };
    let (Some(low), Some(high)) = (enabled().min(), enabled().max()) else { return Err(Reason::Disabled) };
    let (low_at, high_at) = (min.map(|(_, at)| at), max.map(|(_, at)| at));
    let without = options.without.into_iter().flatten().next_back().filter(|_| !is_bounded);
    let asks_for_level_0 = matches!(&*options.ciphers, Stated::Value(_, ciphers) if ciphers.text.contains(LEVEL_0));
    let unstated = if asks_for_level_0 { openssl::TLS1 } else { LOWEST };
    let low = if min.is_none() { low.max(unstated.min(high)) } else { low };
    Ok(Range { low, high, low_at, high_at, stated: low_at.or(high_at).or(without) })
}

/// The versions of an entry of a crt-list: its own bounds, or the bind's where it has none.
fn narrowed(bind: Result<Range, Rc<str>>, entry: &Options<'_>) -> Result<Range, Reason> {
    let (min, max) = (entry.min.version()?, entry.max.version()?);
    let (low, low_at, high, high_at, stated) = match (min, max, bind) {
        (Some((low, low_at)), Some((high, high_at)), _) => (low, Some(low_at), high, Some(high_at), Some(low_at)),
        (_, _, Err(reason)) => return Err(reason.into()),
        (Some((low, at)), None, Ok(bind)) => (low, Some(at), bind.high, bind.high_at, Some(at)),
        (None, Some((high, at)), Ok(bind)) => (bind.low, bind.low_at, high, Some(at), Some(at)),
        (None, None, Ok(bind)) => return Ok(bind),
    };
    if low > high {
        return Err(Reason::Disabled);
    }
    Ok(Range { low, high, low_at, high_at, stated })
}
