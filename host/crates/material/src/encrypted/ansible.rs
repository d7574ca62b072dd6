//! Values and files of ansible-vault: the line before the hexadecimal digits states the version and the cipher. The
//! passphrases are found in [`secrets`](super::secrets), by the names of their files.

use super::found::Found;
use super::hit::{Hit, Text};
use crate::asn1::Malformed;

/// What every header begins with.
pub(super) const MARK: &str = "$ANSIBLE_VAULT;";

/// Reads the value whose header is at `at`. Returns `None` if the text only mentions the format.
pub(super) fn read(text: &Text<'_>, at: usize) -> Option<Hit> {
    let rest = &text.bytes[at..];
    let end = memchr::memchr2(b'\n', b'\r', &rest[..rest.len().min(256)]).unwrap_or(rest.len().min(256));
    let header = std::str::from_utf8(&rest[MARK.len()..end]).ok()?.trim_end();
    let mut fields = header.split(';');
    let (version, cipher) = (fields.next()?, fields.next().unwrap_or_default());
    if !cipher.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    version.strip_prefix("1.").filter(|minor| minor.len() == 1 && minor.as_bytes()[0].is_ascii_digit())?;
    let body = digits(&rest[end..]);
    if body.count == 0 && rest[end..].iter().any(|byte| !byte.is_ascii_whitespace()) {
        return None;
    }
    let least = 2 * if cipher == "AES" { OLD_MINIMUM } else { MINIMUM };
    let is_whole = body.count >= least && body.count.is_multiple_of(2);
    let read = found(version, cipher, fields.next());
    let read =
        read.and_then(|found| if is_whole { Ok(found) } else { Err(Malformed("its hexadecimal digits are cut off")) });
    Some(Hit::new(at..at + end + body.length, read))
}

/// The least number of digits: salt, MAC and block in hexadecimal, each on its own line, encoded in hexadecimal again.
const MINIMUM: usize = 64 + 1 + 64 + 1 + 32;
/// The least number of bytes for the old cipher: `Salted__`, a salt and a block.
const OLD_MINIMUM: usize = 8 + 8 + 16;

/// Describes the two ciphers: ansible's VaultAES256, and VaultAES from before 1.5.1 (lib/ansible/parsing/vault).
fn found(version: &str, cipher: &str, id: Option<&str>) -> Result<Found, Malformed> {
    let found = Found::new("ansible-vault", "vault value");
    let found = match (version, cipher) {
        ("1.1" | "1.2", "AES256") => {
            found.cipher("aes-256-ctr", 256).authenticated().derived("PBKDF2", "hmacWithSHA256", 10_000)
        }
        ("1.0" | "1.1", "AES") => found.cipher("aes-256-cbc", 256).derived("EVP_BytesToKey", "MD5", 1),
        _ => return Err(Malformed("its version or cipher is not known")),
    };
    Ok(match id {
        Some(id) if version == "1.2" => found.recipient(format!("passphrase {id}"), None),
        _ => found.passphrase(),
    })
}

struct Digits {
    count: usize,
    length: usize,
}

/// The lines of hexadecimal digits that follow, indented or not, even if a string has `\n` between them.
fn digits(text: &[u8]) -> Digits {
    let (mut at, mut digits) = (0, Digits { count: 0, length: 0 });
    loop {
        let blank = text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let line = text[at + blank..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let end = at + blank + line;
        if line == 0 || blank == 0 || text.get(end).is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'"') {
            return digits;
        }
        digits = Digits { count: digits.count + line, length: end };
        at = end;
    }
}
