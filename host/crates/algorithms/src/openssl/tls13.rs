//! Lists of TLS 1.3 cipher suites (`Ciphersuites` of SSL_CONF_cmd(3)), as OpenSSL 3.0 reads them. They are not cipher
//! strings: they have no groups and no operators.

use super::absent::{ABSENT, ABSENT_TLS13};
use super::available::AVAILABLE;
use super::ciphers::CipherStringError;
use super::suites::{Suite, suites};

/// The suites of RFC 8446, section B.4.
static TLS13: &[Suite] = suites![
    0x1301 "TLS_AES_128_GCM_SHA256" "TLS_AES_128_GCM_SHA256" Any Any Aes128Gcm Aead TLS1_3 HIGH;
    0x1302 "TLS_AES_256_GCM_SHA384" "TLS_AES_256_GCM_SHA384" Any Any Aes256Gcm Aead TLS1_3 HIGH;
    0x1303 "TLS_CHACHA20_POLY1305_SHA256" "TLS_CHACHA20_POLY1305_SHA256" Any Any ChaCha20Poly1305 Aead TLS1_3 HIGH;
    0x1304 "TLS_AES_128_CCM_SHA256" "TLS_AES_128_CCM_SHA256" Any Any Aes128Ccm Aead TLS1_3 NOT_DEFAULT HIGH;
    0x1305 "TLS_AES_128_CCM_8_SHA256" "TLS_AES_128_CCM_8_SHA256" Any Any Aes128Ccm8 Aead TLS1_3 NOT_DEFAULT HIGH;
];

/// The result of reading a list of TLS 1.3 suites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls13 {
    /// The suites, in the order given. OpenSSL 3.0 also accepts the IANA names of older suites here, and then offers
    /// them; see [`Suite::since`].
    pub suites: Vec<&'static Suite>,
    /// Suites that the build lacks but others have, such as those without encryption (RFC 9150).
    pub absent: Vec<&'static Suite>,
    /// Names without effect, as written: those that no OpenSSL knows, and signalling values (`TLS_FALLBACK_SCSV`),
    /// which OpenSSL 3.0 accepts although they are not suites.
    pub unrecognised: Vec<String>,
}

/// Reads a list of IANA names separated by colons; case matters, blanks around a name do not. An empty list disables
/// TLS 1.3 suites; a list without any known name is refused as a whole ([`CipherStringError::NoCipherMatch`]).
pub fn tls13(names: &str) -> Result<Tls13, CipherStringError> {
    let names = names.split('\0').next().unwrap_or_default();
    let mut list = Tls13 { suites: Vec::new(), absent: Vec::new(), unrecognised: Vec::new() };
    let named = |table: &'static [Suite], name: &str| table.iter().find(|suite| suite.iana == name);
    for name in names.split(':').map(str::trim_ascii).filter(|name| !name.is_empty()) {
        if let Some(suite) = named(TLS13, name).or_else(|| named(AVAILABLE, name)) {
            list.suites.push(suite);
        } else if let Some(suite) = named(ABSENT_TLS13, name).or_else(|| named(ABSENT, name)) {
            list.absent.push(suite);
        } else {
            list.unrecognised.push(name.to_owned());
        }
    }
    if list.suites.is_empty() && !names.is_empty() {
        let Tls13 { absent, unrecognised, .. } = list;
        return Err(CipherStringError::NoCipherMatch { absent, unrecognised });
    }
    Ok(list)
}

/// The suites that OpenSSL offers by default:
/// `TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256`.
pub fn tls13_default() -> [&'static Suite; 3] {
    [&TLS13[1], &TLS13[2], &TLS13[0]]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn suites_without_encryption_are_not_lost() {
        let list = tls13("TLS_AES_256_GCM_SHA384:TLS_SHA256_SHA256:TLS_FOO").unwrap();
        assert_eq!(list.absent.iter().map(|suite| suite.id).collect::<Vec<_>>(), [0xC0B4]);
        assert_eq!(list.unrecognised, ["TLS_FOO"]);
        let refused = CipherStringError::NoCipherMatch { absent: list.absent, unrecognised: Vec::new() };
        assert_eq!(tls13("TLS_SHA256_SHA256"), Err(refused));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*|((TLS_AES_128_GCM_SHA256|TLS_RSA_WITH_RC4_128_SHA|TLS|é)[: ]{0,2}){0,5}") {
            if let Ok(list) = tls13(&text) {
                let names = text.split(':').filter(|name| !name.trim_ascii().is_empty());
                prop_assert_eq!(list.suites.len() + list.absent.len() + list.unrecognised.len(), names.count());
            }
        }
    }
}
