//! The PEM encryption that OpenSSL had before PKCS#8: the header DEK-Info of RFC 1421 and one round of MD5
//! (EVP_BytesToKey(3)). How rules see the header is decided elsewhere.

use keyreeve_source::digest::{md5, unhex};

use super::cost;
use super::decrypt::{Cipher, Failure, UNSUPPORTED};
use crate::asn1::Malformed;

/// The first bytes of the initialisation vector are the salt.
const SALT: usize = 8;
/// Bytes of an MD5.
const MD5: usize = 16;

/// OpenSSL's names of the ciphers, and the bytes of their blocks.
static CIPHERS: [(&str, Cipher, usize); 9] = [
    ("AES-128-CBC", Cipher::Aes(16), 16),
    ("AES-192-CBC", Cipher::Aes(24), 16),
    ("AES-256-CBC", Cipher::Aes(32), 16),
    ("DES-CBC", Cipher::Des, 8),
    ("DES-EDE-CBC", Cipher::TripleDes(16), 8),
    ("DES-EDE3-CBC", Cipher::TripleDes(24), 8),
    ("RC2-CBC", Cipher::Rc2(16), 8),
    ("RC2-64-CBC", Cipher::Rc2(8), 8),
    ("RC2-40-CBC", Cipher::Rc2(5), 8),
];

/// The content of the header.
pub(super) struct DekInfo {
    cipher: Cipher,
    iv: Vec<u8>,
}

impl DekInfo {
    /// From `AES-256-CBC,` and the hexadecimal digits of the initialisation vector.
    pub(super) fn of(header: &str) -> Result<Self, Malformed> {
        let (name, digits) = header.split_once(',').ok_or(Malformed("its DEK-Info has no initialisation vector"))?;
        let is_named = |(known, ..): &&(&str, Cipher, usize)| known.eq_ignore_ascii_case(name.trim());
        let &(_, cipher, block) = CIPHERS.iter().find(is_named).ok_or(UNSUPPORTED)?;
        let iv = unhex(digits.trim().as_bytes()).filter(|iv| iv.len() == block);
        Ok(Self {
            cipher,
            iv: iv.ok_or(Malformed("the initialisation vector in its DEK-Info does not fit the cipher"))?,
        })
    }

    /// The price of trying a password on so many bytes.
    pub(super) fn cost(&self, password: &str, ciphertext: usize) -> u64 {
        let rounds = self.cipher.key_length().div_ceil(MD5) as u64;
        cost::blocks(password.len() + MD5 + SALT) * rounds + self.cipher.cost(ciphertext)
    }

    /// The content. A wrong password is mostly a failure, and sometimes gives noise.
    pub(super) fn decrypt(&self, password: &str, ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
        let (mut key, mut last) = (Vec::new(), Vec::new());
        while key.len() < self.cipher.key_length() {
            last = md5(&[&last, password.as_bytes(), &self.iv[..SALT]].concat()).to_vec();
            key.extend_from_slice(&last);
        }
        key.truncate(self.cipher.key_length());
        self.cipher.decrypt(&key, &self.iv, ciphertext)
    }
}
