//! What the name of a cipher suite says: key exchange, authentication, cipher, mode and MAC. Rules judge whether that
//! is any good.

use super::registry::NAMES;

/// A cipher suite of the IANA registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suite {
    /// The code point.
    pub code: u16,
    /// The name in the registry.
    pub name: &'static str,
    /// How the keys of the connection are agreed on.
    pub key_exchange: KeyExchange,
    /// How the server proves who it is.
    pub authentication: Authentication,
    /// Whether its keys were shortened to satisfy the export law of the 1990s.
    pub export: bool,
    /// The cipher.
    pub cipher: Cipher,
    /// The mode of the cipher.
    pub mode: Mode,
    /// What protects the integrity of records.
    pub mac: Mac,
}

/// How the keys of the connection are agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum KeyExchange {
    Null,
    /// The client encrypts the secret to the server's RSA key: no forward secrecy.
    Rsa,
    /// Finite-field Diffie-Hellman with a static key.
    Dh,
    /// Ephemeral finite-field Diffie-Hellman; of an anonymous suite too.
    Dhe,
    /// Elliptic-curve Diffie-Hellman with a static key.
    Ecdh,
    /// Ephemeral elliptic-curve Diffie-Hellman; of an anonymous suite too.
    Ecdhe,
    Psk,
    Kerberos,
    Srp,
    Eccpwd,
    Gost,
    /// TLS 1.3 negotiates it separately from the suite.
    Tls13,
}

/// How the server proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Authentication {
    /// Not at all.
    Anonymous,
    Rsa,
    Dss,
    Ecdsa,
    Psk,
    Kerberos,
    Srp,
    Eccpwd,
    Gost,
    /// TLS 1.3 negotiates it separately from the suite.
    Tls13,
}

/// A cipher, with its key length where the name states one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Cipher {
    Null,
    Rc2,
    Rc4,
    Des,
    TripleDes,
    Idea,
    Seed,
    Aes128,
    Aes256,
    Camellia128,
    Camellia256,
    Aria128,
    Aria256,
    ChaCha20,
    Aegis,
    Sm4,
    /// GOST 28147-89, Magma or Kuznyechik.
    Gost,
}

/// The mode of a cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Mode {
    /// A stream cipher, or no cipher.
    None,
    Cbc,
    Gcm,
    Ccm,
    /// CCM with a tag of eight bytes.
    Ccm8,
    Poly1305,
    Aegis,
    /// CNT, CTR-ACPKM or MGM of the GOST suites.
    Gost,
}

/// What protects the integrity of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Mac {
    Null,
    Md5,
    Sha1,
    Sha256,
    Sha384,
    /// The cipher's own mode.
    Aead,
    /// IMIT or OMAC of the GOST suites.
    Gost,
}

/// The suite of a code point. Returns `None` if the registry does not have it, or it is only a signalling value.
pub fn suite(code: u16) -> Option<&'static Suite> {
    let page = PAGES.iter().position(|page| *page == code >> 8)?;
    let position = INDEX[page][usize::from(code & 0xff)];
    SUITES.get(usize::from(position).checked_sub(1)?)
}

/// Every suite of the registry, in ascending order of the code points.
pub fn suites() -> &'static [Suite] {
    &SUITES
}

impl Suite {
    /// Whether TLS 1.3 negotiates it; all others are for TLS 1.2 and older.
    pub const fn is_tls13(&self) -> bool {
        matches!(self.key_exchange, KeyExchange::Tls13)
    }

    const fn parse(code: u16, name: &'static str) -> Self {
        let (key_exchange, authentication) = exchange(name);
        let cipher = cipher(name);
        let mode = mode(name, cipher);
        let export = has(name, "_EXPORT");
        Self { code, name, key_exchange, authentication, export, cipher, mode, mac: mac(name, mode) }
    }
}

static SUITES: [Suite; NAMES.len()] = {
    let mut suites = [Suite::parse(0, NAMES[0].1); NAMES.len()];
    let mut position = 0;
    while position < NAMES.len() {
        suites[position] = Suite::parse(NAMES[position].0, NAMES[position].1);
        position += 1;
    }
    suites
};

/// The upper bytes of all code points.
const PAGES: [u16; 6] = [0x00, 0x13, 0xc0, 0xc1, 0xcc, 0xd0];

/// For each page and lower byte the position in the list of suites, counted from 1; 0 if there is no suite. An endpoint
/// has dozens of suites, and every rule looks up each of them.
static INDEX: [[u16; 256]; PAGES.len()] = {
    let mut index = [[0; 256]; PAGES.len()];
    let mut position = 0;
    while position < NAMES.len() {
        let code = NAMES[position].0;
        let mut page = 0;
        while PAGES[page] != code >> 8 {
            page += 1;
        }
        index[page][(code & 0xff) as usize] = position as u16 + 1;
        position += 1;
    }
    index
};

const fn exchange(name: &str) -> (KeyExchange, Authentication) {
    use Authentication as A;
    use KeyExchange as K;
    // If two begin in the same way, the longer one comes first.
    const EXCHANGES: [(&str, K, A); 21] = [
        ("TLS_NULL_WITH_", K::Null, A::Anonymous),
        ("TLS_RSA_PSK_WITH_", K::Rsa, A::Psk),
        ("TLS_RSA_EXPORT", K::Rsa, A::Rsa),
        ("TLS_RSA_WITH_", K::Rsa, A::Rsa),
        ("TLS_DHE_DSS_", K::Dhe, A::Dss),
        ("TLS_DHE_RSA_", K::Dhe, A::Rsa),
        ("TLS_DHE_PSK_", K::Dhe, A::Psk),
        ("TLS_PSK_DHE_", K::Dhe, A::Psk),
        ("TLS_DH_anon_", K::Dhe, A::Anonymous),
        ("TLS_DH_DSS_", K::Dh, A::Dss),
        ("TLS_DH_RSA_", K::Dh, A::Rsa),
        ("TLS_ECDHE_ECDSA_", K::Ecdhe, A::Ecdsa),
        ("TLS_ECDHE_RSA_", K::Ecdhe, A::Rsa),
        ("TLS_ECDHE_PSK_", K::Ecdhe, A::Psk),
        ("TLS_ECDH_anon_", K::Ecdhe, A::Anonymous),
        ("TLS_ECDH_ECDSA_", K::Ecdh, A::Ecdsa),
        ("TLS_ECDH_RSA_", K::Ecdh, A::Rsa),
        ("TLS_PSK_WITH_", K::Psk, A::Psk),
        ("TLS_KRB5_", K::Kerberos, A::Kerberos),
        ("TLS_SRP_", K::Srp, A::Srp),
        ("TLS_ECCPWD_", K::Eccpwd, A::Eccpwd),
    ];
    let mut position = 0;
    while position < EXCHANGES.len() {
        let (prefix, key_exchange, authentication) = EXCHANGES[position];
        if matches_at(name, prefix, 0) {
            return (key_exchange, authentication);
        }
        position += 1;
    }
    if has(name, "_GOST") { (K::Gost, A::Gost) } else { (K::Tls13, A::Tls13) }
}

const fn cipher(name: &str) -> Cipher {
    const CIPHERS: [(&str, Cipher); 19] = [
        ("_AES_128", Cipher::Aes128),
        ("_AES_256", Cipher::Aes256),
        ("_CAMELLIA_128", Cipher::Camellia128),
        ("_CAMELLIA_256", Cipher::Camellia256),
        ("_ARIA_128", Cipher::Aria128),
        ("_ARIA_256", Cipher::Aria256),
        ("_CHACHA20", Cipher::ChaCha20),
        ("_3DES", Cipher::TripleDes),
        ("_DES", Cipher::Des),
        ("_RC4", Cipher::Rc4),
        ("_RC2", Cipher::Rc2),
        ("_IDEA", Cipher::Idea),
        ("_SEED", Cipher::Seed),
        ("_AEGIS", Cipher::Aegis),
        ("_SM4", Cipher::Sm4),
        ("_28147", Cipher::Gost),
        ("_MAGMA", Cipher::Gost),
        ("_KUZNYECHIK", Cipher::Gost),
        // With NULL in the name, and TLS_SHA256_SHA256 and TLS_SHA384_SHA384 (RFC 9150): no encryption.
        ("", Cipher::Null),
    ];
    let mut position = 0;
    while !has(name, CIPHERS[position].0) {
        position += 1;
    }
    CIPHERS[position].1
}

const fn mode(name: &str, cipher: Cipher) -> Mode {
    match cipher {
        Cipher::Gost => Mode::Gost,
        Cipher::Aegis => Mode::Aegis,
        Cipher::ChaCha20 => Mode::Poly1305,
        _ if has(name, "_CBC_") => Mode::Cbc,
        _ if has(name, "_GCM_") => Mode::Gcm,
        _ if has(name, "_CCM_8") => Mode::Ccm8,
        _ if has(name, "_CCM") => Mode::Ccm,
        _ => Mode::None,
    }
}

const fn mac(name: &str, mode: Mode) -> Mac {
    match mode {
        Mode::Gcm | Mode::Ccm | Mode::Ccm8 | Mode::Poly1305 | Mode::Aegis => Mac::Aead,
        Mode::Gost if has(name, "_MGM_") => Mac::Aead,
        Mode::Gost => Mac::Gost,
        _ if ends(name, "_MD5") => Mac::Md5,
        _ if ends(name, "_SHA") => Mac::Sha1,
        _ if ends(name, "_SHA256") => Mac::Sha256,
        _ if ends(name, "_SHA384") => Mac::Sha384,
        _ => Mac::Null,
    }
}

const fn has(text: &str, part: &str) -> bool {
    let mut position = 0;
    while position + part.len() <= text.len() {
        if matches_at(text, part, position) {
            return true;
        }
        position += 1;
    }
    false
}

const fn ends(text: &str, part: &str) -> bool {
    part.len() <= text.len() && matches_at(text, part, text.len() - part.len())
}

const fn matches_at(text: &str, part: &str, start: usize) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    if start + part.len() > text.len() {
        return false;
    }
    let mut position = 0;
    while position < part.len() {
        if text[start + position] != part[position] {
            return false;
        }
        position += 1;
    }
    true
}
