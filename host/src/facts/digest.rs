//! Digests under which keys and certificates are known: SHA-256, and the SHA-1 and MD5 of older inventories.
//! Not for security: nothing here rests on the strength of SHA-1 or MD5.

use sha2::{Digest, Sha256};

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

/// SHA-1 (FIPS 180-4).
pub(crate) fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for_each_block(bytes, u64::to_be_bytes, |block| sha1_block(&mut state, block));
    let mut digest = [0; 20];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

/// MD5 (RFC 1321).
pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for_each_block(bytes, u64::to_le_bytes, |block| md5_block(&mut state, block));
    let mut digest = [0; 16];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    digest
}

/// The blocks of a message with the padding that SHA-1 and MD5 share but for the order of the length's bytes.
fn for_each_block(bytes: &[u8], length: fn(u64) -> [u8; 8], mut each: impl FnMut(&[u8; 64])) {
    let (blocks, rest) = bytes.as_chunks::<64>();
    blocks.iter().for_each(&mut each);
    let mut tail = [0; 128];
    tail[..rest.len()].copy_from_slice(rest);
    tail[rest.len()] = 0x80;
    let end = if rest.len() < 56 { 64 } else { 128 };
    tail[end - 8..end].copy_from_slice(&length(bytes.len() as u64 * 8));
    tail[..end].as_chunks::<64>().0.iter().for_each(each);
}

fn words(block: &[u8; 64], word: fn([u8; 4]) -> u32) -> [u32; 16] {
    let mut words = [0; 16];
    for (to, from) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *to = word(*from);
    }
    words
}

fn sha1_block(state: &mut [u32; 5], block: &[u8; 64]) {
    let mut schedule = [0; 80];
    schedule[..16].copy_from_slice(&words(block, u32::from_be_bytes));
    for t in 16..80 {
        schedule[t] = (schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16]).rotate_left(1);
    }
    let (rounds, _) = schedule.as_chunks::<20>();
    let mut mixed = *state;
    sha1_rounds(&mut mixed, &rounds[0], 0x5a82_7999, |b, c, d| (b & c) | (!b & d));
    sha1_rounds(&mut mixed, &rounds[1], 0x6ed9_eba1, |b, c, d| b ^ c ^ d);
    sha1_rounds(&mut mixed, &rounds[2], 0x8f1b_bcdc, |b, c, d| (b & c) | (b & d) | (c & d));
    sha1_rounds(&mut mixed, &rounds[3], 0xca62_c1d6, |b, c, d| b ^ c ^ d);
    for (to, add) in state.iter_mut().zip(mixed) {
        *to = to.wrapping_add(add);
    }
}

fn sha1_rounds(state: &mut [u32; 5], words: &[u32; 20], k: u32, f: impl Fn(u32, u32, u32) -> u32) {
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for word in words {
        let next = a.rotate_left(5).wrapping_add(f(b, c, d)).wrapping_add(e).wrapping_add(*word).wrapping_add(k);
        (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
    }
    *state = [a, b, c, d, e];
}

fn md5_block(state: &mut [u32; 4], block: &[u8; 64]) {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let words = words(block, u32::from_le_bytes);
    let [mut a, mut b, mut c, mut d] = *state;
    for i in 0..64 {
        let (f, word) = match i / 16 {
            0 => ((b & c) | (!b & d), i),
            1 => ((d & b) | (!d & c), 5 * i + 1),
            2 => (b ^ c ^ d, 3 * i + 5),
            _ => (c ^ (b | !d), 7 * i),
        };
        let sum = a.wrapping_add(f).wrapping_add(SINES[i]).wrapping_add(words[word % 16]);
        (a, b, c, d) = (d, b.wrapping_add(sum.rotate_left(SHIFTS[i / 16][i % 4])), b, c);
    }
    for (to, add) in state.iter_mut().zip([a, b, c, d]) {
        *to = to.wrapping_add(add);
    }
}

/// The first 32 bits of the fractions of |sin(i)|, i from 1 (RFC 1321, section 3.4).
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    fn by_openssl(name: &str, message: &[u8]) -> String {
        let mut command = Command::new("openssl");
        command.args(["dgst", &format!("-{name}"), "-r"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(message).unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        output.split(' ').next().unwrap().to_owned()
    }

    #[test]
    fn digests_are_those_of_openssl_at_every_border_of_a_block() {
        for length in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
            let message: Vec<u8> = (0..length).map(|i| (i * 7 % 251) as u8).collect();
            assert_eq!(hex(&sha256(&message)), by_openssl("sha256", &message));
            assert_eq!(hex(&sha1(&message)), by_openssl("sha1", &message));
            assert_eq!(hex(&md5(&message)), by_openssl("md5", &message));
        }
    }
}
