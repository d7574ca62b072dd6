//! The words of a cipher string and the suites that they select. Not the string's operators, nor the order of what
//! they select.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::absent::ABSENT;
use super::available::AVAILABLE;
use super::suites::{Authentication as A, Cipher as C, KeyExchange as K, Mac as M, Strength, Suite};
use super::versions::{SSL3, TLS1, TLS1_2};

/// What a suite must have: for each attribute one of a set of bits. An empty set accepts everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selector {
    id: Option<u16>,
    key_exchange: u32,
    authentication: u32,
    cipher: u32,
    mac: u32,
    since: u16,
    strength: Strength,
}

/// The classes that are alternatives to each other.
const CLASSES: Strength = Strength::NONE
    .and(Strength::LOW)
    .and(Strength::MEDIUM)
    .and(Strength::HIGH)
    .and(Strength::FIPS)
    .and(Strength::EXPORT40)
    .and(Strength::EXPORT56);

impl Selector {
    /// Selects every suite.
    pub(super) const ANY: Self =
        Self { id: None, key_exchange: 0, authentication: 0, cipher: 0, mac: 0, since: 0, strength: Strength::EMPTY };

    /// The selector that OpenSSL derives from a suite's own name: its id, and the attributes for a conjunction with the
    /// words that follow.
    pub(super) fn suite(suite: &Suite) -> Self {
        Self {
            id: Some(suite.id),
            key_exchange: suite.key_exchange.bit(),
            authentication: suite.authentication.bit(),
            cipher: suite.cipher.bit(),
            mac: suite.mac.bit(),
            since: 0,
            strength: suite.strength,
        }
    }

    /// Whether it selects the suite.
    pub(super) fn selects(&self, suite: &Suite) -> bool {
        let any_of = |wanted: u32, bit: u32| wanted == 0 || wanted & bit != 0;
        let classes = |mask: Strength| {
            let wanted = self.strength.common(mask);
            wanted.is_empty() || !wanted.common(suite.strength).is_empty()
        };
        self.id.is_none_or(|id| id == suite.id)
            && any_of(self.key_exchange, suite.key_exchange.bit())
            && any_of(self.authentication, suite.authentication.bit())
            && any_of(self.cipher, suite.cipher.bit())
            && any_of(self.mac, suite.mac.bit())
            && (self.since == 0 || self.since == suite.since)
            && classes(CLASSES)
            && classes(Strength::NOT_DEFAULT)
    }

    /// The conjunction `self+next` as OpenSSL computes it. Returns `None` if the two have nothing in common. Two
    /// oddities are OpenSSL's: only the id of the last word counts, and a class of strength cancels a
    /// `COMPLEMENTOFDEFAULT` before it.
    pub(super) fn meet(self, next: Self) -> Option<Self> {
        Some(Self {
            id: next.id,
            key_exchange: meet_bits(self.key_exchange, next.key_exchange)?,
            authentication: meet_bits(self.authentication, next.authentication)?,
            cipher: meet_bits(self.cipher, next.cipher)?,
            mac: meet_bits(self.mac, next.mac)?,
            since: match (self.since, next.since) {
                (0, version) | (version, 0) => version,
                (one, other) if one == other => one,
                _ => return None,
            },
            strength: meet_strength(self.strength, next.strength)?,
        })
    }

    const fn key_exchange(bits: u32) -> Self {
        Self { key_exchange: bits, ..Self::ANY }
    }

    const fn authentication(bits: u32) -> Self {
        Self { authentication: bits, ..Self::ANY }
    }

    const fn cipher(bits: u32) -> Self {
        Self { cipher: bits, ..Self::ANY }
    }

    const fn mac(bits: u32) -> Self {
        Self { mac: bits, ..Self::ANY }
    }

    const fn since(version: u16) -> Self {
        Self { since: version, ..Self::ANY }
    }

    const fn strength(strength: Strength) -> Self {
        Self { strength, ..Self::ANY }
    }
}

fn meet_bits(one: u32, other: u32) -> Option<u32> {
    match (one, other) {
        (0, bits) | (bits, 0) => Some(bits),
        _ => Some(one & other).filter(|bits| *bits != 0),
    }
}

fn meet_strength(one: Strength, other: Strength) -> Option<Strength> {
    let (mine, classes) = (one.common(CLASSES), other.common(CLASSES));
    let met = match (mine.is_empty(), classes.is_empty()) {
        (_, true) => one,
        (true, false) => classes,
        (false, false) if mine.common(classes).is_empty() => return None,
        (false, false) => mine.common(classes).and(one.common(Strength::NOT_DEFAULT)),
    };
    Some(met.and(other.common(Strength::NOT_DEFAULT)))
}

/// A word that some version of OpenSSL knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// What it selects.
    pub(super) selector: Selector,
    /// Whether the modelled build knows it; otherwise only other builds and versions do.
    pub(super) available: bool,
}

/// Looks a word up; case matters.
pub(super) fn word(word: &str) -> Option<Word> {
    WORDS.get(word).copied()
}

/// Every known word.
#[cfg(test)]
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.keys().copied()
}

static WORDS: LazyLock<HashMap<&'static str, Word>> = LazyLock::new(|| {
    let absent = ABSENT.iter().map(|suite| (suite.openssl, Selector::suite(suite)));
    let available = AVAILABLE.iter().map(|suite| (suite.openssl, Selector::suite(suite)));
    let elsewhere = absent.chain(ABSENT_ALIASES.iter().copied());
    let here = ALIASES.iter().copied().chain(available);
    let words = |(name, selector), available| (name, Word { selector, available });
    elsewhere.map(|entry| words(entry, false)).chain(here.map(|entry| words(entry, true))).collect()
});

const AES128: u32 = C::Aes128.bit() | C::Aes128Gcm.bit() | C::Aes128Ccm.bit() | C::Aes128Ccm8.bit();
const AES256: u32 = C::Aes256.bit() | C::Aes256Gcm.bit() | C::Aes256Ccm.bit() | C::Aes256Ccm8.bit();
const AESGCM: u32 = C::Aes128Gcm.bit() | C::Aes256Gcm.bit();
const AESCCM8: u32 = C::Aes128Ccm8.bit() | C::Aes256Ccm8.bit();
const AESCCM: u32 = C::Aes128Ccm.bit() | C::Aes256Ccm.bit() | AESCCM8;
const ARIA: u32 = C::Aria128Gcm.bit() | C::Aria256Gcm.bit();
const CAMELLIA: u32 = C::Camellia128.bit() | C::Camellia256.bit();
const OLD_CBC: u32 = C::Des.bit() | C::TripleDes.bit() | C::Rc2.bit() | C::Idea.bit() | C::Seed.bit();
const CBC: u32 = C::Aes128.bit() | C::Aes256.bit() | CAMELLIA | OLD_CBC;
const PSK: u32 = K::Psk.bit() | K::RsaPsk.bit() | K::DhePsk.bit() | K::EcdhePsk.bit();
const NAMED: u32 = !A::Anonymous.bit();

/// An old spelling of a suite with 3DES. The build still knows it although it no longer has the suite.
const fn edh_3des(authentication: A) -> Selector {
    Selector {
        key_exchange: K::Dhe.bit(),
        authentication: authentication.bit(),
        cipher: C::TripleDes.bit(),
        mac: M::Sha1.bit(),
        strength: Strength::HIGH.and(Strength::FIPS),
        ..Selector::ANY
    }
}

const fn kex_and_auth(key_exchange: u32, authentication: u32) -> Selector {
    Selector { key_exchange, authentication, ..Selector::ANY }
}

/// Names of groups that the modelled build knows (openssl-ciphers(1), and older spellings that are still accepted).
#[rustfmt::skip]
const ALIASES: &[(&str, Selector)] = &[
    ("ALL", Selector::cipher(!C::Null.bit())),
    ("COMPLEMENTOFALL", Selector::cipher(C::Null.bit())),
    ("COMPLEMENTOFDEFAULT", Selector::strength(Strength::NOT_DEFAULT)),
    ("kRSA", Selector::key_exchange(K::Rsa.bit())),
    ("kEDH", Selector::key_exchange(K::Dhe.bit())),
    ("kDHE", Selector::key_exchange(K::Dhe.bit())),
    ("DH", Selector::key_exchange(K::Dhe.bit())),
    ("kEECDH", Selector::key_exchange(K::Ecdhe.bit())),
    ("kECDHE", Selector::key_exchange(K::Ecdhe.bit())),
    ("ECDH", Selector::key_exchange(K::Ecdhe.bit())),
    ("kPSK", Selector::key_exchange(K::Psk.bit())),
    ("kRSAPSK", Selector::key_exchange(K::RsaPsk.bit())),
    ("kECDHEPSK", Selector::key_exchange(K::EcdhePsk.bit())),
    ("kDHEPSK", Selector::key_exchange(K::DhePsk.bit())),
    ("kSRP", Selector::key_exchange(K::Srp.bit())),
    ("aRSA", Selector::authentication(A::Rsa.bit())),
    ("aDSS", Selector::authentication(A::Dss.bit())),
    ("DSS", Selector::authentication(A::Dss.bit())),
    ("aNULL", Selector::authentication(A::Anonymous.bit())),
    ("aECDSA", Selector::authentication(A::Ecdsa.bit())),
    ("ECDSA", Selector::authentication(A::Ecdsa.bit())),
    ("aPSK", Selector::authentication(A::Psk.bit())),
    ("aSRP", Selector::authentication(A::Srp.bit())),
    ("EDH", kex_and_auth(K::Dhe.bit(), NAMED)),
    ("DHE", kex_and_auth(K::Dhe.bit(), NAMED)),
    ("EECDH", kex_and_auth(K::Ecdhe.bit(), NAMED)),
    ("ECDHE", kex_and_auth(K::Ecdhe.bit(), NAMED)),
    ("NULL", Selector::cipher(C::Null.bit())),
    ("RSA", kex_and_auth(K::Rsa.bit(), A::Rsa.bit())),
    ("ADH", kex_and_auth(K::Dhe.bit(), A::Anonymous.bit())),
    ("AECDH", kex_and_auth(K::Ecdhe.bit(), A::Anonymous.bit())),
    ("PSK", Selector::key_exchange(PSK)),
    ("SRP", Selector::key_exchange(K::Srp.bit())),
    ("3DES", Selector::cipher(C::TripleDes.bit())),
    ("eNULL", Selector::cipher(C::Null.bit())),
    ("AES128", Selector::cipher(AES128)),
    ("AES256", Selector::cipher(AES256)),
    ("AES", Selector::cipher(AES128 | AES256)),
    ("AESGCM", Selector::cipher(AESGCM)),
    ("AESCCM", Selector::cipher(AESCCM)),
    ("AESCCM8", Selector::cipher(AESCCM8)),
    ("CAMELLIA128", Selector::cipher(C::Camellia128.bit())),
    ("CAMELLIA256", Selector::cipher(C::Camellia256.bit())),
    ("CAMELLIA", Selector::cipher(CAMELLIA)),
    ("CHACHA20", Selector::cipher(C::ChaCha20Poly1305.bit())),
    ("ARIA", Selector::cipher(ARIA)),
    ("ARIAGCM", Selector::cipher(ARIA)),
    ("ARIA128", Selector::cipher(C::Aria128Gcm.bit())),
    ("ARIA256", Selector::cipher(C::Aria256Gcm.bit())),
    ("CBC", Selector::cipher(CBC)),
    ("MD5", Selector::mac(M::Md5.bit())),
    ("SHA1", Selector::mac(M::Sha1.bit())),
    ("SHA", Selector::mac(M::Sha1.bit())),
    ("SHA256", Selector::mac(M::Sha256.bit())),
    ("SHA384", Selector::mac(M::Sha384.bit())),
    ("SSLv3", Selector::since(SSL3)),
    ("TLSv1", Selector::since(TLS1)),
    ("TLSv1.0", Selector::since(TLS1)),
    ("TLSv1.2", Selector::since(TLS1_2)),
    ("LOW", Selector::strength(Strength::LOW)),
    ("MEDIUM", Selector::strength(Strength::MEDIUM)),
    ("HIGH", Selector::strength(Strength::HIGH)),
    ("FIPS", Selector { cipher: !C::Null.bit(), ..Selector::strength(Strength::FIPS) }),
    ("EDH-DSS-DES-CBC3-SHA", edh_3des(A::Dss)),
    ("EDH-RSA-DES-CBC3-SHA", edh_3des(A::Rsa)),
];

/// Names of groups that only other builds (engines, the legacy provider) or older versions know.
#[rustfmt::skip]
const ABSENT_ALIASES: &[(&str, Selector)] = &[
    ("RC4", Selector::cipher(C::Rc4.bit())),
    ("RC2", Selector::cipher(C::Rc2.bit())),
    ("IDEA", Selector::cipher(C::Idea.bit())),
    ("SEED", Selector::cipher(C::Seed.bit())),
    ("DES", Selector::cipher(C::Des.bit())),
    ("EXPORT", Selector::strength(Strength::EXPORT40.and(Strength::EXPORT56))),
    ("EXP", Selector::strength(Strength::EXPORT40.and(Strength::EXPORT56))),
    ("EXPORT40", Selector::strength(Strength::EXPORT40)),
    ("EXPORT56", Selector::strength(Strength::EXPORT56)),
    ("kDHr", Selector::key_exchange(K::DhRsa.bit())),
    ("kDHd", Selector::key_exchange(K::DhDss.bit())),
    ("kDH", Selector::key_exchange(K::DhRsa.bit() | K::DhDss.bit())),
    ("aDH", Selector::authentication(A::Dh.bit())),
    ("kECDHr", Selector::key_exchange(K::EcdhRsa.bit())),
    ("kECDHe", Selector::key_exchange(K::EcdhEcdsa.bit())),
    ("kECDH", Selector::key_exchange(K::EcdhRsa.bit() | K::EcdhEcdsa.bit())),
    ("aECDH", Selector::authentication(A::Ecdh.bit())),
    ("kKRB5", Selector::key_exchange(K::Kerberos.bit())),
    ("aKRB5", Selector::authentication(A::Kerberos.bit())),
    ("KRB5", kex_and_auth(K::Kerberos.bit(), A::Kerberos.bit())),
    ("kGOST", Selector::key_exchange(K::Gost.bit())),
    ("kGOST18", Selector::key_exchange(K::Gost18.bit())),
    ("aGOST94", Selector::authentication(A::Gost94.bit())),
    ("aGOST01", Selector::authentication(A::Gost01.bit() | A::Gost12.bit())),
    ("aGOST12", Selector::authentication(A::Gost12.bit())),
    ("aGOST", Selector::authentication(A::Gost94.bit() | A::Gost01.bit() | A::Gost12.bit())),
    ("GOST89", Selector::cipher(C::Gost89.bit() | C::Gost89Tc26.bit() | C::Magma.bit() | C::Kuznyechik.bit())),
    ("GOST94", Selector::mac(M::Gost94.bit())),
    ("GOST89MAC", Selector::mac(M::Gost89.bit())),
    ("GOST12", Selector::mac(M::Gost12.bit())),
    ("GOST2012-GOST8912-GOST8912", Selector::cipher(C::Gost89Tc26.bit())),
];
