//! What OpenSSL's cipher strings and lists of TLS 1.3 suites enable, as code points with the names they are listed by.
//! Not where they are stated or which are in force: that is `tls`.

use std::collections::HashMap;
use std::rc::Rc;

use keyreeve_algorithms::openssl;
use keyreeve_algorithms::openssl::{CipherStringError, KeyExchange, Suite};
use keyreeve_source::Location;
use keyreeve_source::budget::Work;

use crate::ledger::{CutShort, Ledger};

/// Code points of suites, each with the item of the list that names it, if one does by OpenSSL's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SuiteList {
    /// In the order of preference.
    pub(crate) suites: Vec<NamedSuite>,
}

/// A suite, and how OpenSSL calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamedSuite {
    /// IANA code point.
    pub(crate) id: u16,
    /// OpenSSL's name.
    pub(crate) name: &'static str,
}

/// As many cipher strings are remembered: few configurations have more.
const KNOWN: usize = 512;

/// Looking through all suites, which every item of a cipher string asks for, and making the list that it starts with.
const ITEM: usize = 2_000;
const LIST: usize = 40_000;

/// Expands cipher strings, each once if there are not too many.
#[derive(Default)]
pub(crate) struct Expansions {
    known: HashMap<String, Expanded>,
    defaults: HashMap<&'static str, Expanded>,
}

/// The suites of a cipher string, or why OpenSSL refuses it.
type Expanded = Rc<Result<SuiteList, String>>;

impl Expansions {
    /// As [`Self::stated`], of one of the few strings that hold where none is stated.
    pub(crate) fn unstated(&mut self, expression: &'static str) -> Expanded {
        Rc::clone(self.defaults.entry(expression).or_insert_with(|| Rc::new(expand(expression))))
    }

    /// The suites up to TLS 1.2 that a cipher string enables, stated at a place; the error says why OpenSSL refuses it.
    ///
    /// Suites that only older builds of OpenSSL have count, if the string asks for them: what the machine has is not
    /// known. Those of pre-shared keys and SRP do not: servers give OpenSSL no key or password for them, so that none
    /// is ever negotiated.
    ///
    /// # Errors
    /// [`CutShort`] if the budget is not enough for it.
    pub(crate) fn stated(&mut self, expression: &str, ledger: &Ledger<'_>, at: Location) -> Result<Expanded, CutShort> {
        if let Some(list) = self.known.get(expression) {
            return Ok(Rc::clone(list));
        }
        let items = expression.bytes().filter(|byte| !byte.is_ascii_alphanumeric()).count() + 1;
        ledger.pay(Work::Configuration, LIST + items * ITEM, at)?;
        let list = Rc::new(expand(expression));
        if self.known.len() == KNOWN {
            self.known.clear();
        }
        self.known.insert(expression.to_owned(), Rc::clone(&list));
        Ok(list)
    }
}

fn expand(expression: &str) -> Result<SuiteList, String> {
    match openssl::expand(expression) {
        Ok(expansion) => Ok(listed(expansion.permitted(0).chain(expansion.absent.iter().copied()))),
        Err(CipherStringError::NoCipherMatch { absent, .. }) if !absent.is_empty() => Ok(listed(absent)),
        Err(error) => Err(error.to_string()),
    }
}

/// The suites of TLS 1.3 that a list enables (`Ciphersuites` of SSL_CONF_cmd(3)), or OpenSSL's own without one.
pub(crate) fn tls13(list: Option<&str>) -> Result<SuiteList, String> {
    let Some(list) = list else { return Ok(listed(openssl::tls13_default())) };
    let found = openssl::tls13(list).map_err(|error| error.to_string())?;
    Ok(listed(found.suites.into_iter().chain(found.absent)))
}

fn listed(suites: impl IntoIterator<Item = &'static Suite>) -> SuiteList {
    let usable = suites.into_iter().filter(|suite| !is_keyless(suite));
    SuiteList { suites: usable.map(|suite| NamedSuite { id: suite.id, name: suite.openssl }).collect() }
}

fn is_keyless(suite: &Suite) -> bool {
    use KeyExchange::{DhePsk, EcdhePsk, Psk, RsaPsk, Srp};
    matches!(suite.key_exchange, Psk | RsaPsk | DhePsk | EcdhePsk | Srp)
}
