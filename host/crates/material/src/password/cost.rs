//! What trying a password costs, in iterations of PBKDF2 with SHA-256: everything that a file decides is counted, not
//! only its iterations. The weights of hashes and ciphers were measured, and are only as exact as machines are alike.

use pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, Pbkdf2Prf};

/// The most memory that scrypt may take, in bytes.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;
/// The price of one round of scrypt's mixing, which processes 128 bytes twice.
const MIXING: u64 = 3;
/// The price of SHA-512 and its variants, for which processors have no instructions, and of SHA-3.
pub(super) const SHA512: u64 = 4;
pub(super) const SHA3: u64 = 10;
/// The price of a block of 64 bytes for the slowest ciphers.
pub(super) const DES: u64 = 16;
pub(super) const TRIPLE_DES: u64 = 48;

/// The number of 64-byte blocks, the last of which may be empty, since a hash needs room for its padding.
pub(super) fn blocks(bytes: usize) -> u64 {
    bytes as u64 / 64 + 1
}

/// The price of PBKDF2: each run makes the output of one hash, with so many iterations, and begins with the salt.
pub(super) fn pbkdf2(iterations: u64, runs: u64, weight: u64, salt: usize, password: usize) -> u64 {
    let run = iterations.saturating_add(blocks(salt));
    run.saturating_mul(runs).saturating_add(blocks(password)).saturating_mul(weight)
}

/// The price of scrypt: its mixing, and two PBKDF2 of one iteration. It is above any limit if scrypt takes too much
/// memory.
pub(super) fn scrypt(cost: u64, block_size: u64, parallelization: u64, salt: usize, password: usize) -> u64 {
    let memory = cost.max(parallelization).saturating_mul(block_size).saturating_mul(128);
    if memory > MOST_MEMORY {
        return u64::MAX;
    }
    let lanes = block_size.saturating_mul(parallelization);
    let mixed = cost.saturating_mul(lanes).saturating_mul(MIXING);
    // 128 bytes per lane go in, and come out as a salt.
    let filled = pbkdf2(1, lanes.saturating_mul(4), 1, salt, password);
    mixed.saturating_add(filled).saturating_add(lanes.saturating_mul(2))
}

/// The price of PBES2, including the decryption.
pub(super) fn pbes2(parameters: &Parameters, password: &str, ciphertext: usize) -> u64 {
    let derivation = match &parameters.kdf {
        Kdf::Pbkdf2(kdf) => of_pbkdf2(kdf, parameters.encryption.key_size(), password.len()),
        Kdf::Scrypt(kdf) => {
            let [block_size, parallelization] = [kdf.block_size, kdf.parallelization].map(u64::from);
            scrypt(kdf.cost_parameter, block_size, parallelization, kdf.salt.as_bytes().len(), password.len())
        }
        _ => u64::MAX,
    };
    let each_block = match parameters.encryption {
        EncryptionScheme::DesEde3Cbc { .. } => TRIPLE_DES,
        EncryptionScheme::DesCbc { .. } => DES,
        EncryptionScheme::Aes128Gcm { .. } | EncryptionScheme::Aes256Gcm { .. } => 4,
        _ => 1,
    };
    derivation.saturating_add(blocks(ciphertext) * each_block)
}

fn of_pbkdf2(kdf: &Pbkdf2Params, key: usize, password: usize) -> u64 {
    let (hash, weight) = match kdf.prf {
        Pbkdf2Prf::HmacWithSha1 => (20, 1),
        Pbkdf2Prf::HmacWithSha224 => (28, 1),
        Pbkdf2Prf::HmacWithSha256 => (32, 1),
        Pbkdf2Prf::HmacWithSha384 => (48, SHA512),
        Pbkdf2Prf::HmacWithSha512 => (64, SHA512),
        _ => return u64::MAX,
    };
    pbkdf2(kdf.iteration_count.into(), key.div_ceil(hash) as u64, weight, kdf.salt.as_bytes().len(), password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_scrypt_takes_for_its_cost_or_its_parallelization_is_bounded() {
        assert!((393_216..400_000).contains(&scrypt(16_384, 8, 1, 16, 8)));
        for (cost, block_size, parallelization) in
            [(16_384, 127, 1), (2, 2000, 2000), (u64::MAX, 8, 1), (2, u64::MAX, 2)]
        {
            assert_eq!(scrypt(cost, block_size, parallelization, 16, 8), u64::MAX);
        }
    }

    #[test]
    fn salts_passwords_and_every_run_count() {
        assert_eq!(pbkdf2(1000, 1, 1, 8, 8), 1002);
        assert_eq!(pbkdf2(1000, 2, 1, 8, 8), 2003);
        assert!(pbkdf2(1, 1, 1, 1 << 20, 8) > 1 << 14);
        assert!(pbkdf2(1, 1, 1, 8, 1 << 20) > 1 << 14);
        assert!(scrypt(2, 8, 8, 1 << 20, 8) > 1 << 20, "the salt is hashed for each 32 bytes that go in");
        assert_eq!(pbkdf2(u64::MAX, 2, SHA3, 0, 0), u64::MAX);
    }
}
