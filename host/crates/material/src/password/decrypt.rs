//! Decrypts with a password: PBES2 and PBES1 (RFC 8018), and the schemes of PKCS#12 (RFC 7292, appendix B), which old
//! files have; other schemes have modules of their own. This only serves to read data for which the user has the
//! password; rules judge whether a scheme is any good.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit, StreamCipher};
use der::{Decode, Tag};
use keyreeve_source::digest::{md5, sha1};
use sha2::Digest;

use super::bcfks::Bcfks;
use super::cost;
use super::dek_info::DekInfo;
use crate::asn1::{Element, Malformed};
use crate::oid::{Oid, oid};

/// Bytes of a SHA-1.
const SHA1: usize = 20;

/// Why something was not decrypted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The password is wrong or the content is damaged; these cannot be distinguished.
    Password,
    /// The scheme or cipher is not supported.
    Unsupported,
}

/// An encryption scheme with its parameters.
pub(super) enum Scheme {
    Pbes2(pkcs5::pbes2::Parameters),
    Pbe(Pbe),
    DekInfo(DekInfo),
    Bcfks(Bcfks),
}

/// The older schemes: hash and cipher are fixed, the parameters are salt and iterations.
pub(super) struct Pbe {
    derivation: Derivation,
    cipher: Cipher,
    salt: Vec<u8>,
    iterations: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Derivation {
    /// PBKDF1 (RFC 8018, section 5.1) over MD5.
    Md5,
    /// The same over SHA-1.
    Sha1,
    /// RFC 7292, appendix B.2, over SHA-1.
    Pkcs12,
}

/// A cipher: RC4, or one in CBC mode with the padding of PKCS#7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    Des,
    /// Triple DES with keys of that many bytes.
    TripleDes(usize),
    /// RC2 with a key of that many bytes, all of them effective.
    Rc2(usize),
    /// RC4 with a key of that many bytes.
    Rc4(usize),
    /// AES with a key of that many bytes.
    Aes(usize),
}

/// The message for a scheme or cipher that is not supported.
pub(super) const UNSUPPORTED: Malformed = Malformed("its encryption is none that can be undone here");

/// RFC 8018, appendix A.3; RFC 7292, appendix C. MD2 is left out: no program writes it any more.
static SCHEMES: [(Oid, Derivation, Cipher); 10] = [
    (oid("1.2.840.113549.1.5.3"), Derivation::Md5, Cipher::Des),
    (oid("1.2.840.113549.1.5.6"), Derivation::Md5, Cipher::Rc2(8)),
    (oid("1.2.840.113549.1.5.10"), Derivation::Sha1, Cipher::Des),
    (oid("1.2.840.113549.1.5.11"), Derivation::Sha1, Cipher::Rc2(8)),
    (oid("1.2.840.113549.1.12.1.1"), Derivation::Pkcs12, Cipher::Rc4(16)),
    (oid("1.2.840.113549.1.12.1.2"), Derivation::Pkcs12, Cipher::Rc4(5)),
    (oid("1.2.840.113549.1.12.1.3"), Derivation::Pkcs12, Cipher::TripleDes(24)),
    (oid("1.2.840.113549.1.12.1.4"), Derivation::Pkcs12, Cipher::TripleDes(16)),
    (oid("1.2.840.113549.1.12.1.5"), Derivation::Pkcs12, Cipher::Rc2(16)),
    (oid("1.2.840.113549.1.12.1.6"), Derivation::Pkcs12, Cipher::Rc2(5)),
];

impl Scheme {
    /// The scheme of an AlgorithmIdentifier.
    pub(super) fn of(algorithm: Element<'_>) -> Result<Self, Malformed> {
        let identifier = algorithm.algorithm()?;
        let known = SCHEMES.iter().find(|(known, ..)| *known == identifier.oid);
        let Some(&(_, derivation, cipher)) = known else {
            return match pkcs5::EncryptionScheme::from_der(algorithm.raw) {
                Ok(pkcs5::EncryptionScheme::Pbes2(parameters)) => Ok(Self::Pbes2(parameters)),
                _ => Err(UNSUPPORTED),
            };
        };
        let mut fields = identifier.parameters.ok_or(Malformed("its encryption has no parameters"))?.elements()?;
        let salt = fields.next(Tag::OctetString)?.value.to_vec();
        Ok(Self::Pbe(Pbe { derivation, cipher, salt, iterations: fields.any()?.small()? }))
    }

    /// The price of trying a password on so many bytes of ciphertext, in the unit of
    /// [`Work::Derivation`](keyreeve_source::budget::Work).
    pub(super) fn cost(&self, password: &str, ciphertext: usize) -> u64 {
        match self {
            Self::Pbe(pbe) => pbe.cost(password).saturating_add(pbe.cipher.cost(ciphertext)),
            Self::Pbes2(parameters) => cost::pbes2(parameters, password, ciphertext),
            Self::DekInfo(dek_info) => dek_info.cost(password, ciphertext),
            Self::Bcfks(bcfks) => bcfks.cost(password, ciphertext),
        }
    }

    /// The content. A wrong password is mostly a failure, and sometimes gives noise.
    pub(super) fn decrypt(&self, password: &str, ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Pbes2(parameters) => parameters.decrypt(password, ciphertext).map_err(|error| match error {
                pkcs5::Error::DecryptFailed => Failure::Password,
                _ => Failure::Unsupported,
            }),
            Self::Pbe(pbe) => {
                let (key, iv) = pbe.key(password);
                pbe.cipher.decrypt(&key, &iv, ciphertext)
            }
            Self::DekInfo(dek_info) => dek_info.decrypt(password, ciphertext),
            Self::Bcfks(bcfks) => bcfks.decrypt(password, ciphertext),
        }
    }
}

impl Cipher {
    /// Bytes of a key.
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::Des => 8,
            Self::TripleDes(bytes) | Self::Rc2(bytes) | Self::Rc4(bytes) | Self::Aes(bytes) => bytes,
        }
    }

    /// The price of decrypting so many bytes.
    pub(super) fn cost(self, ciphertext: usize) -> u64 {
        let each_block = match self {
            Self::Des => cost::DES,
            Self::TripleDes(_) => cost::TRIPLE_DES,
            Self::Rc2(_) => 5,
            Self::Rc4(_) | Self::Aes(_) => 1,
        };
        cost::blocks(ciphertext) * each_block
    }

    /// Decrypts with that key and initialisation vector.
    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Des => unpadded(des::Des::new_from_slice(key).ok(), iv, ciphertext),
            Self::TripleDes(16) => unpadded(des::TdesEde2::new_from_slice(key).ok(), iv, ciphertext),
            Self::TripleDes(_) => unpadded(des::TdesEde3::new_from_slice(key).ok(), iv, ciphertext),
            Self::Rc2(bytes) => unpadded(Some(rc2::Rc2::new_with_eff_key_len(key, bytes * 8)), iv, ciphertext),
            Self::Rc4(_) => {
                let mut plain = ciphertext.to_vec();
                rc4::Rc4::new_from_slice(key).map_err(|_| Failure::Unsupported)?.apply_keystream(&mut plain);
                Ok(plain)
            }
            Self::Aes(16) => unpadded(aes::Aes128::new_from_slice(key).ok(), iv, ciphertext),
            Self::Aes(24) => unpadded(aes::Aes192::new_from_slice(key).ok(), iv, ciphertext),
            Self::Aes(_) => unpadded(aes::Aes256::new_from_slice(key).ok(), iv, ciphertext),
        }
    }
}

impl Pbe {
    /// The price of deriving its key and initialisation vector.
    fn cost(&self, password: &str) -> u64 {
        match self.derivation {
            // At most twice two bytes for each letter; each block of derived bytes hashes all of it and adds to all of
            // it.
            Derivation::Pkcs12 => {
                let input = 2 * (cost::blocks(self.salt.len()) + cost::blocks(2 * password.len() + 2));
                let derived = self.cipher.key_length().div_ceil(SHA1) as u64 + 1;
                self.iterations.saturating_add(input).saturating_mul(derived)
            }
            Derivation::Md5 | Derivation::Sha1 => {
                self.iterations.saturating_add(cost::blocks(password.len() + self.salt.len()))
            }
        }
    }

    /// Key and initialisation vector.
    fn key(&self, password: &str) -> (Vec<u8>, Vec<u8>) {
        match self.derivation {
            Derivation::Pkcs12 => {
                let password = bmp_string(password);
                let derive = |id, length| pkcs12(id, &password, &self.salt, self.iterations, length);
                (derive(1, self.cipher.key_length()), derive(2, 8))
            }
            Derivation::Md5 => split(pbkdf1(password, &self.salt, self.iterations, |bytes| md5(bytes).to_vec())),
            Derivation::Sha1 => split(pbkdf1(password, &self.salt, self.iterations, |bytes| sha1(bytes).to_vec())),
        }
    }
}

/// A text in UTF-16, with a zero at its end (RFC 7292, appendix B.1).
pub(super) fn bmp_string(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect()
}

/// The first eight bytes are the key, the next eight the initialisation vector (RFC 8018, section 6.1.1).
fn split(mut derived: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    derived.truncate(16);
    let iv = derived.split_off(8);
    (derived, iv)
}

fn pbkdf1(password: &str, salt: &[u8], iterations: u64, hash: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let first = hash(&[password.as_bytes(), salt].concat());
    (1..iterations).fold(first, |derived, _| hash(&derived))
}

/// The key derivation of RFC 7292, appendix B.2, over SHA-1, whose blocks have 64 bytes. `id` is the purpose of the
/// bytes.
fn pkcs12(id: u8, password: &[u8], salt: &[u8], iterations: u64, length: usize) -> Vec<u8> {
    const BLOCK: usize = 64;
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes.iter().copied().cycle().take(if bytes.is_empty() { 0 } else { length }).collect()
    };
    let mut input = [filled(salt), filled(password)].concat();
    let mut derived = Vec::new();
    loop {
        let first: [u8; SHA1] = sha1::Sha1::new().chain_update([id; BLOCK]).chain_update(&input).finalize().into();
        let block = (1..iterations).fold(first, |block, _| sha1(&block));
        derived.extend_from_slice(&block);
        if derived.len() >= length {
            derived.truncate(length);
            return derived;
        }
        // Each block of the input becomes itself plus the derived bytes, repeated, plus one.
        for piece in input.chunks_mut(BLOCK) {
            let mut carry = 1;
            for (at, byte) in piece.iter_mut().enumerate().rev() {
                let sum = u16::from(*byte) + u16::from(block[at % block.len()]) + carry;
                (*byte, carry) = (sum as u8, sum >> 8);
            }
        }
    }
}

/// CBC with the padding of PKCS#7.
fn unpadded<C: BlockCipherDecrypt>(cipher: Option<C>, iv: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
    let cipher = cipher.ok_or(Failure::Unsupported)?;
    let decryptor = Decryptor::inner_iv_slice_init(cipher, iv).map_err(|_| Failure::Unsupported)?;
    decryptor.decrypt_padded_vec::<Pkcs7>(ciphertext).map_err(|_| Failure::Password)
}
