//! Cipher suites with the attributes by which OpenSSL's cipher strings select them. The suites themselves are not here
//! but in the tables of `available` and `absent`.

use super::versions::TLS1_3;

/// How the two ends agree on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyExchange {
    /// RSA key transport.
    Rsa,
    /// Ephemeral Diffie-Hellman over a finite field; with anonymous authentication `DH_anon`.
    Dhe,
    /// Ephemeral Diffie-Hellman over an elliptic curve; with anonymous authentication `ECDH_anon`.
    Ecdhe,
    /// A pre-shared key alone.
    Psk,
    /// A pre-shared key and RSA key transport.
    RsaPsk,
    /// A pre-shared key and ephemeral Diffie-Hellman.
    DhePsk,
    /// A pre-shared key and ephemeral elliptic-curve Diffie-Hellman.
    EcdhePsk,
    /// Secure Remote Password (RFC 5054).
    Srp,
    /// VKO GOST R 34.10 of the suites from 2001 and 2012.
    Gost,
    /// VKO GOST R 34.10-2012 of RFC 9189.
    Gost18,
    /// Static Diffie-Hellman with a certificate signed by RSA.
    DhRsa,
    /// Static Diffie-Hellman with a certificate signed by DSA.
    DhDss,
    /// Static elliptic-curve Diffie-Hellman with a certificate signed by RSA.
    EcdhRsa,
    /// Static elliptic-curve Diffie-Hellman with a certificate signed by ECDSA.
    EcdhEcdsa,
    /// Kerberos 5 (RFC 2712).
    Kerberos,
    /// Negotiated separately from the suite, in TLS 1.3.
    Any,
}

/// How the server proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authentication {
    /// An RSA signature, or RSA key transport itself.
    Rsa,
    /// A DSA signature.
    Dss,
    /// An ECDSA (or EdDSA) signature.
    Ecdsa,
    /// None: anybody in the middle can answer.
    Anonymous,
    /// The pre-shared key.
    Psk,
    /// The password of SRP.
    Srp,
    /// GOST R 34.10-94.
    Gost94,
    /// GOST R 34.10-2001.
    Gost01,
    /// GOST R 34.10-2012.
    Gost12,
    /// A static Diffie-Hellman key in the certificate.
    Dh,
    /// A static elliptic-curve Diffie-Hellman key in the certificate.
    Ecdh,
    /// Kerberos 5.
    Kerberos,
    /// Negotiated separately from the suite, in TLS 1.3.
    Any,
}

/// What encrypts the records. A block cipher without a mode in its name is in CBC mode.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cipher {
    Null,
    Des,
    TripleDes,
    Rc4,
    Rc2,
    Idea,
    Seed,
    Aes128,
    Aes256,
    Aes128Gcm,
    Aes256Gcm,
    Aes128Ccm,
    Aes256Ccm,
    Aes128Ccm8,
    Aes256Ccm8,
    Camellia128,
    Camellia256,
    Aria128Gcm,
    Aria256Gcm,
    ChaCha20Poly1305,
    Gost89,
    Gost89Tc26,
    Magma,
    Kuznyechik,
    Sm4Gcm,
    Sm4Ccm,
}

/// What protects the integrity of the records.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mac {
    /// The cipher itself.
    Aead,
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Gost94,
    Gost89,
    Gost12,
    Magma,
    Kuznyechik,
}

macro_rules! bit {
    ($($type:ty),*) => {$(
        impl $type {
            /// The set that contains this one alone.
            pub(super) const fn bit(self) -> u32 {
                1 << self as u32
            }
        }
    )*};
}

bit!(KeyExchange, Authentication, Cipher, Mac);

/// A set of OpenSSL's classes of strength: `HIGH` and the like, and whether a suite is outside of `DEFAULT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Strength(u16);

impl Strength {
    /// No class at all.
    pub const EMPTY: Self = Self(0);
    /// No encryption.
    pub const NONE: Self = Self(0x01);
    /// `LOW`: 56 or 64 bits, not for export.
    pub const LOW: Self = Self(0x02);
    /// `MEDIUM`: 112 to 128 bits, of a kind that is not `HIGH`.
    pub const MEDIUM: Self = Self(0x04);
    /// `HIGH`: 128 bits and more.
    pub const HIGH: Self = Self(0x08);
    /// `FIPS`: approved by FIPS 140-2.
    pub const FIPS: Self = Self(0x10);
    /// `EXPORT40`: 40 bits, for the export rules of the 1990s.
    pub const EXPORT40: Self = Self(0x20);
    /// `EXPORT56`: 56 bits, for the same rules.
    pub const EXPORT56: Self = Self(0x40);
    /// `COMPLEMENTOFDEFAULT`: in `ALL`, but not in `DEFAULT`.
    pub const NOT_DEFAULT: Self = Self(0x100);

    /// Both sets together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The classes that are in both sets.
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A cipher suite.
#[derive(Debug, PartialEq, Eq)]
pub struct Suite {
    /// Code point in the IANA registry TLS Cipher Suites; a few GOST suites have a private one.
    pub id: u16,
    /// Name in that registry; empty if the suite is not registered.
    pub iana: &'static str,
    /// OpenSSL's name.
    pub openssl: &'static str,
    /// Key exchange.
    pub key_exchange: KeyExchange,
    /// Authentication of the server.
    pub authentication: Authentication,
    /// Encryption.
    pub cipher: Cipher,
    /// Integrity.
    pub mac: Mac,
    /// The lowest protocol version that has the suite, as a code point.
    pub since: u16,
    /// OpenSSL's classes of strength.
    pub strength: Strength,
}

/// A table of suites, one per line; `available` explains the columns.
macro_rules! suites {
    ($($id:literal $iana:literal $openssl:literal $kex:ident $auth:ident $cipher:ident $mac:ident $since:ident
       $($class:ident)+;)*) => {
        &[$(Suite {
            id: $id,
            iana: $iana,
            openssl: $openssl,
            key_exchange: $crate::openssl::suites::KeyExchange::$kex,
            authentication: $crate::openssl::suites::Authentication::$auth,
            cipher: $crate::openssl::suites::Cipher::$cipher,
            mac: $crate::openssl::suites::Mac::$mac,
            since: $crate::openssl::versions::$since,
            strength: $crate::openssl::suites::Strength::EMPTY
                $(.and($crate::openssl::suites::Strength::$class))+,
        }),*]
    };
}
pub(super) use suites;

impl Suite {
    /// Bits of security of the cipher as OpenSSL 3.0 counts them; `@STRENGTH` sorts by this number.
    pub fn strength_bits(&self) -> u16 {
        if !self.strength.common(Strength::EXPORT40).is_empty() {
            40
        } else if !self.strength.common(Strength::EXPORT56).is_empty() {
            56
        } else if self.cipher == Cipher::TripleDes {
            112
        } else {
            self.key_bits()
        }
    }

    /// Bits of the cipher's key.
    pub fn key_bits(&self) -> u16 {
        use Cipher as C;
        match self.cipher {
            C::Null => 0,
            C::Des => 56,
            C::TripleDes => 168,
            C::Rc4 | C::Rc2 | C::Idea | C::Seed | C::Sm4Gcm | C::Sm4Ccm => 128,
            C::Aes128 | C::Aes128Gcm | C::Aes128Ccm | C::Aes128Ccm8 | C::Camellia128 | C::Aria128Gcm => 128,
            C::Aes256 | C::Aes256Gcm | C::Aes256Ccm | C::Aes256Ccm8 | C::Camellia256 | C::Aria256Gcm => 256,
            C::ChaCha20Poly1305 | C::Gost89 | C::Gost89Tc26 | C::Magma | C::Kuznyechik => 256,
        }
    }

    /// Whether a connection may use the suite at a security level (SSL_CTX_set_security_level(3)); levels above 5 count
    /// as 5.
    pub fn permitted_at(&self, level: u8) -> bool {
        use KeyExchange as K;
        let bits = match level {
            0 => return true,
            1 => 80,
            2 => 112,
            3 => 128,
            4 => 192,
            _ => 256,
        };
        let forward_secret =
            self.since == TLS1_3 || matches!(self.key_exchange, K::Dhe | K::Ecdhe | K::DhePsk | K::EcdhePsk);
        self.strength_bits() >= bits
            && self.authentication != Authentication::Anonymous
            && self.mac != Mac::Md5
            && (bits <= 160 || self.mac != Mac::Sha1)
            && (level < 2 || self.cipher != Cipher::Rc4)
            && (level < 3 || forward_secret)
    }
}
