//! Digests and their hexadecimal digits: SHA-256, and SHA-1 and MD5, by which older inventories name keys. Not for
//! security: nothing here relies on the strength of SHA-1 or MD5.

use std::io::{self, ErrorKind, Read};

use sha2::{Digest, Sha256};

/// Bytes that are read in one piece: as many as fit into a processor's cache.
const PIECE: usize = 128 * 1024;

/// Reads everything, passes it to a function in pieces, and returns the number of bytes.
pub fn pieces(mut reader: impl Read, mut take: impl FnMut(&[u8])) -> io::Result<u64> {
    let (mut buffer, mut length) = (vec![0; PIECE], 0);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(length),
            Ok(bytes) => {
                take(&buffer[..bytes]);
                length += bytes as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// SHA-256 (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

/// The bytes that hexadecimal digits of either case stand for. Returns `None` if their number is odd or another
/// character is among them.
pub fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}

/// SHA-1 (FIPS 180-4).
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    sha1::Sha1::digest(bytes).into()
}

/// MD5 (RFC 1321).
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    md5::Md5::digest(bytes).into()
}

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
