//! A list of suites in order of preference, some of them enabled, and how the rules of a cipher string rearrange it. It
//! does not parse the rules.

use super::selector::Selector;
use super::suites::{Authentication, Cipher, KeyExchange, Mac, Suite};
use super::versions::TLS1_2;

/// What a rule does with the suites that it selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// Enables the disabled ones and puts them at the end.
    Add,
    /// `+`: moves the enabled ones to the end.
    Order,
    /// `-`: disables the enabled ones and moves them to the front, so that they come first if they are added again.
    Disable,
    /// `!`: removes them for good.
    Kill,
    /// Moves the enabled ones to the front. No cipher string can ask for this.
    Bump,
}

/// A list of suites that can be enabled.
#[derive(Debug, Clone)]
pub(super) struct Preference {
    entries: Vec<(&'static Suite, bool)>,
}

impl Preference {
    /// All suites, disabled, in the order in which OpenSSL's ssl_create_cipher_list arranges them before it reads a
    /// cipher string: forward secrecy and AEAD first, then by strength, then AES first; if nothing else decides, the
    /// newest code point comes first.
    pub(super) fn new(suites: impl Iterator<Item = &'static Suite>) -> Self {
        let mut entries: Vec<_> = suites.map(|suite| (suite, false)).collect();
        entries.sort_by_key(|(suite, _)| std::cmp::Reverse(suite.id));
        let mut list = Self { entries };
        let ecdhe = |suite: &Suite| suite.key_exchange == KeyExchange::Ecdhe;
        let ephemeral = |suite: &Suite| matches!(suite.key_exchange, KeyExchange::Dhe | KeyExchange::Ecdhe);
        let aead = |suite: &Suite| suite.mac == Mac::Aead;
        list.rearrange(Operator::Add, |suite| ecdhe(suite) && suite.authentication == Authentication::Ecdsa);
        list.rearrange(Operator::Add, ecdhe);
        list.rearrange(Operator::Disable, ecdhe);
        list.rearrange(Operator::Add, |suite| matches!(suite.cipher, Cipher::Aes128Gcm | Cipher::Aes256Gcm));
        list.rearrange(Operator::Add, |suite| suite.cipher == Cipher::ChaCha20Poly1305);
        list.rearrange(Operator::Add, |suite| is_aes_without_gcm(suite.cipher));
        list.rearrange(Operator::Add, |_| true);
        list.rearrange(Operator::Order, |suite| suite.mac == Mac::Md5);
        list.rearrange(Operator::Order, |suite| suite.authentication == Authentication::Anonymous);
        list.rearrange(Operator::Order, |suite| suite.key_exchange == KeyExchange::Rsa);
        list.rearrange(Operator::Order, |suite| suite.key_exchange == KeyExchange::Psk);
        list.rearrange(Operator::Order, |suite| suite.cipher == Cipher::Rc4);
        list.sort_by_strength();
        list.rearrange(Operator::Bump, |suite| suite.since == TLS1_2);
        list.rearrange(Operator::Bump, aead);
        list.rearrange(Operator::Bump, ephemeral);
        list.rearrange(Operator::Bump, |suite| ephemeral(suite) && aead(suite));
        list.rearrange(Operator::Disable, |_| true);
        list
    }

    /// Applies a rule.
    pub(super) fn apply(&mut self, operator: Operator, selector: &Selector) {
        self.rearrange(operator, |suite| selector.selects(suite));
    }

    /// `@STRENGTH`: sorts the enabled suites by decreasing strength; suites of equal strength keep their order.
    pub(super) fn sort_by_strength(&mut self) {
        let (mut enabled, disabled): (Vec<_>, Vec<_>) = self.entries.drain(..).partition(|(_, enabled)| *enabled);
        enabled.sort_by_key(|(suite, _)| std::cmp::Reverse(suite.strength_bits()));
        self.entries = disabled;
        self.entries.append(&mut enabled);
    }

    /// The enabled suites.
    pub(super) fn enabled(&self) -> impl Iterator<Item = &'static Suite> {
        self.entries.iter().filter(|(_, enabled)| *enabled).map(|(suite, _)| *suite)
    }

    fn rearrange(&mut self, operator: Operator, selects: impl Fn(&Suite) -> bool) {
        let concerned = |(suite, enabled): &(&'static Suite, bool)| match operator {
            Operator::Add => !enabled && selects(suite),
            Operator::Order | Operator::Disable | Operator::Bump => *enabled && selects(suite),
            Operator::Kill => selects(suite),
        };
        if !self.entries.iter().any(concerned) {
            return;
        }
        let (mut taken, mut rest): (Vec<_>, Vec<_>) = self.entries.drain(..).partition(concerned);
        for (_, enabled) in &mut taken {
            *enabled = operator != Operator::Disable;
        }
        match operator {
            Operator::Add | Operator::Order => rest.append(&mut taken),
            Operator::Disable | Operator::Bump => {
                taken.append(&mut rest);
                rest = taken;
            }
            Operator::Kill => {}
        }
        self.entries = rest;
    }
}

fn is_aes_without_gcm(cipher: Cipher) -> bool {
    use Cipher as C;
    matches!(cipher, C::Aes128 | C::Aes256 | C::Aes128Ccm | C::Aes256Ccm | C::Aes128Ccm8 | C::Aes256Ccm8)
}
