//! The encryption of Bouncy Castle's FIPS keystores: PBES2 with the key's purpose appended to the password, and AES in
//! CCM mode or as a key wrap (org.bouncycastle.jcajce.provider.keystore.bcfks.BcFKSKeyStoreSpi). The keystore itself is
//! read elsewhere.

use aes::Aes256;
use ccm::aead::{Aead, KeyInit};
use ccm::consts::{U8, U12, U16};
use der::Tag;
use pbkdf2::hmac::SimpleHmac;
use sha2::Sha512;
use sha3::Sha3_512;

use crate::asn1::{Algorithm, Element, Malformed};
use crate::key::encryption::{PBES2, PBKDF2, SCRYPT, fields};
use crate::oid::{Oid, oid};

use super::cost;
use super::decrypt::{Failure, UNSUPPORTED, bmp_string};

const HMAC_SHA512: Oid = oid("1.2.840.113549.2.11");
const HMAC_SHA3_512: Oid = oid("2.16.840.1.101.3.4.2.16");
const AES_256_CCM: Oid = oid("2.16.840.1.101.3.4.1.47");
const AES_256_WRAP_PAD: Oid = oid("2.16.840.1.101.3.4.1.48");
/// Bytes of a nonce, which the program never varies; tags can have three lengths.
const NONCE: usize = 12;
/// Bytes of a tag if the parameters do not state it (RFC 5084, section 3.1).
const DEFAULT_TAG: u64 = 12;

/// How a part of a store is encrypted.
pub(super) struct Bcfks {
    /// The purpose of its key.
    purpose: &'static str,
    derivation: Derivation,
    cipher: Cipher,
}

enum Derivation {
    Pbkdf2 { salt: Vec<u8>, iterations: u32, is_sha3: bool },
    Scrypt { salt: Vec<u8>, cost: u64, block_size: u32 },
}

enum Cipher {
    Ccm { nonce: [u8; NONCE], tag: u64 },
    KeyWrap,
}

impl Bcfks {
    /// From the AlgorithmIdentifier of a part whose key has that purpose.
    pub(super) fn of(algorithm: Element<'_>, purpose: &'static str) -> Result<Self, Malformed> {
        let algorithm = algorithm.algorithm()?;
        if algorithm.oid != PBES2 {
            return Err(UNSUPPORTED);
        }
        let mut fields = fields(algorithm)?;
        let (derivation, cipher) = (fields.any()?.algorithm()?, fields.any()?.algorithm()?);
        Ok(Self { purpose, derivation: Derivation::of(derivation)?, cipher: Cipher::of(cipher)? })
    }

    /// The price of trying a password on so many bytes.
    pub(super) fn cost(&self, password: &str, ciphertext: usize) -> u64 {
        let each_block = match self.cipher {
            Cipher::Ccm { .. } => 4,
            Cipher::KeyWrap => 8,
        };
        let password = 2 * (password.len() + self.purpose.len() + 2);
        self.derivation.cost(password).saturating_add(cost::blocks(ciphertext) * each_block)
    }

    /// The content. A wrong password is a failure.
    pub(super) fn decrypt(&self, password: &str, ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
        let password = if password.is_empty() { Vec::new() } else { bmp_string(password) };
        let key = self.derivation.key(&[password, bmp_string(self.purpose)].concat())?;
        self.cipher.decrypt(&key, ciphertext)
    }
}

impl Derivation {
    /// With a password of so many bytes.
    fn cost(&self, password: usize) -> u64 {
        match self {
            Self::Pbkdf2 { salt, iterations, is_sha3 } => {
                let weight = if *is_sha3 { cost::SHA3 } else { cost::SHA512 };
                cost::pbkdf2((*iterations).into(), 1, weight, salt.len(), password)
            }
            Self::Scrypt { salt, cost, block_size } => {
                let lanes = u64::from(*block_size);
                cost::scrypt(*cost, lanes, lanes, salt.len(), password)
            }
        }
    }

    fn of(algorithm: Algorithm<'_>) -> Result<Self, Malformed> {
        let mut fields = fields(algorithm)?;
        let salt = fields.next(Tag::OctetString)?.value.to_vec();
        if algorithm.oid == SCRYPT {
            let (cost, block_size) = (fields.any()?.small()?, u32_of(fields.any()?)?);
            return if cost.is_power_of_two() { Ok(Self::Scrypt { salt, cost, block_size }) } else { Err(UNSUPPORTED) };
        }
        if algorithm.oid != PBKDF2 {
            return Err(UNSUPPORTED);
        }
        let iterations = u32_of(fields.any()?)?;
        let _key_length = fields.optional(Tag::Integer)?;
        let is_sha3 = match fields.next(Tag::Sequence)?.algorithm()?.oid {
            HMAC_SHA512 => false,
            HMAC_SHA3_512 => true,
            _ => return Err(UNSUPPORTED),
        };
        Ok(Self::Pbkdf2 { salt, iterations, is_sha3 })
    }

    /// A key of AES-256.
    fn key(&self, password: &[u8]) -> Result<[u8; 32], Failure> {
        let mut key = [0; 32];
        match self {
            Self::Pbkdf2 { salt, iterations, is_sha3: false } => {
                pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, *iterations, &mut key);
            }
            Self::Pbkdf2 { salt, iterations, is_sha3: true } => {
                let derived = pbkdf2::pbkdf2::<SimpleHmac<Sha3_512>>(password, salt, *iterations, &mut key);
                derived.map_err(|_| Failure::Unsupported)?;
            }
            Self::Scrypt { salt, cost, block_size } => {
                // Bouncy Castle uses the block size as the parallelization as well, whatever the parameters state.
                let parameters = scrypt::Params::new(cost.trailing_zeros() as u8, *block_size, *block_size);
                let parameters = parameters.map_err(|_| Failure::Unsupported)?;
                scrypt::scrypt(password, salt, &parameters, &mut key).map_err(|_| Failure::Unsupported)?;
            }
        }
        Ok(key)
    }
}

impl Cipher {
    fn of(algorithm: Algorithm<'_>) -> Result<Self, Malformed> {
        if algorithm.oid == AES_256_WRAP_PAD {
            return Ok(Self::KeyWrap);
        }
        if algorithm.oid != AES_256_CCM {
            return Err(UNSUPPORTED);
        }
        let mut fields = fields(algorithm)?;
        let nonce = fields.next(Tag::OctetString)?.value.try_into().map_err(|_| UNSUPPORTED)?;
        let tag = fields.optional(Tag::Integer)?.map_or(Ok(DEFAULT_TAG), Element::small)?;
        Ok(Self::Ccm { nonce, tag })
    }

    fn decrypt(&self, key: &[u8; 32], ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
        macro_rules! ccm {
            ($tag:ty, $nonce:expr) => {
                ccm::Ccm::<Aes256, $tag, U12>::new(key.into())
                    .decrypt($nonce.into(), ciphertext)
                    .map_err(|_| Failure::Password)
            };
        }
        match self {
            Self::Ccm { nonce, tag: 8 } => ccm!(U8, nonce),
            Self::Ccm { nonce, tag: 12 } => ccm!(U12, nonce),
            Self::Ccm { nonce, tag: 16 } => ccm!(U16, nonce),
            Self::Ccm { .. } => Err(Failure::Unsupported),
            Self::KeyWrap => {
                let mut plain = vec![0; ciphertext.len()];
                let unwrapped = aes_kw::KwpAes256::new(key.into()).unwrap_key(ciphertext, &mut plain);
                let length = unwrapped.map_err(|_| Failure::Password)?.len();
                plain.truncate(length);
                Ok(plain)
            }
        }
    }
}

fn u32_of(number: Element<'_>) -> Result<u32, Malformed> {
    u32::try_from(number.small()?).map_err(|_| Malformed("its key derivation has a number that is far too large"))
}
