//! Private keys in OpenSSH's own format (OpenSSH PROTOCOL.key). Only the plaintext parts are read: the public halves,
//! and how the private ones are encrypted.

use keyreeve_contract::{Protection, Role};

use super::wire::SshKey;
use super::{Found, encryption};
use crate::asn1::Malformed;
use crate::fields::Fields;

/// The beginning of the format.
pub(crate) const MAGIC: &[u8] = b"openssh-key-v1\0";

/// The keys in the body of a block. A key that cannot be read ends the list with an error.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Found<'_>>, Malformed> {
    let rest = body.strip_prefix(MAGIC).ok_or(Malformed("it does not begin with openssh-key-v1"))?;
    let mut fields = Fields(rest);
    let (cipher, kdf, options) = (fields.long()?, fields.long()?, fields.long()?);
    let count = fields.u32()?;
    let encryption = match (cipher, kdf) {
        (b"none", b"none") => None,
        _ => {
            let mut options = Fields(options);
            let rounds = options.long().and_then(|_salt| options.u32()).unwrap_or(0);
            Some(encryption::of_openssh(&String::from_utf8_lossy(cipher), &String::from_utf8_lossy(kdf), rounds))
        }
    };
    let mut found = Vec::new();
    for _ in 0..count {
        let key = SshKey::read(fields.long()?)?;
        let protection = match (&encryption, key.in_hardware()) {
            (_, true) => Protection::Hardware,
            (Some(_), false) => Protection::Passphrase,
            (None, false) => Protection::Plaintext,
        };
        let encryption = encryption.clone().filter(|_| protection == Protection::Passphrase);
        let mut one = Found::new(Role::Private, "OpenSSH", protection, key.public);
        one.encryption = encryption;
        found.push(one);
    }
    if fields.long()?.is_empty() || found.is_empty() {
        return Err(Malformed("it has no private key in it"));
    }
    Ok(found)
}
