//! The strings and numbers of the SSH wire format (RFC 4251, section 5) and the public keys made of them (RFC 4253,
//! 5656, 8709; OpenSSH PROTOCOL.u2f). The files that contain them are read elsewhere.

use der::asn1::ObjectIdentifier;

use crate::asn1::{Malformed, encode_oid, significant};
use crate::fields::Fields;
use crate::oid;
use crate::oid::curves;

use super::public::PublicHalf;

/// The curves of RFC 5656 and OpenSSL's names for them.
pub(crate) const CURVES: [(&str, &str); 3] =
    [("nistp256", "prime256v1"), ("nistp384", "secp384r1"), ("nistp521", "secp521r1")];

/// What the type of a certificate ends with (OpenSSH PROTOCOL.certkeys).
const CERTIFICATE: &[u8] = b"-cert-v01@openssh.com";

/// A public key as SSH writes it.
#[derive(Debug, Clone)]
pub(crate) struct SshKey<'a> {
    /// Its public half; `None` for an unknown key type.
    pub(crate) public: Option<PublicHalf<'a>>,
    /// The key type: `ssh-ed25519`.
    pub(crate) name: &'a [u8],
    /// When the validity of a certificate begins and ends, in seconds since 1970; `None` for an open end.
    pub(crate) validity: Option<[Option<i64>; 2]>,
}

impl<'a> SshKey<'a> {
    /// From the blob of a public key.
    pub(crate) fn read(blob: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Fields(blob);
        let name = fields.long()?;
        let Some(plain) = name.strip_suffix(CERTIFICATE) else {
            let public = Self::half(name, &mut fields)?.map(|half| half.found_as_ssh(blob.into()));
            return Ok(Self { public, name, validity: None });
        };
        let _nonce = fields.long()?;
        let key = fields;
        let plain = plain_name(plain);
        let public = Self::half(&plain, &mut fields)?;
        // What follows the key in a certificate is serial number, type, key id, principals, validity.
        let blob = [&string(&plain), &key.0[..key.0.len() - fields.0.len()]].concat();
        let validity = match public {
            Some(_) => Some(validity(fields)?),
            None => None,
        };
        Ok(Self { public: public.map(|half| half.found_as_ssh(blob.into())), name, validity })
    }

    /// The public half in the fields after a key type. Returns `None` for an unknown type.
    fn half(name: &[u8], fields: &mut Fields<'a>) -> Result<Option<PublicHalf<'a>>, Malformed> {
        Ok(match name {
            b"ssh-rsa" => {
                let exponent = fields.long()?;
                Some(PublicHalf::of_rsa(fields.long()?, exponent))
            }
            b"ssh-dss" => {
                let parameters = [fields.long()?, fields.long()?, fields.long()?].map(significant);
                Some(PublicHalf::of_dsa(parameters, Some(fields.long()?)))
            }
            b"ssh-ed25519" => Some(PublicHalf::of_fixed(&oid::ED25519, fields.long()?)),
            b"sk-ssh-ed25519@openssh.com" => {
                let half = PublicHalf::of_fixed(&oid::ED25519, fields.long()?);
                let _application = fields.long()?;
                Some(half)
            }
            b"ssh-ed448" => Some(PublicHalf::of_fixed(&oid::ED448, fields.long()?)),
            _ if (name.starts_with(b"ecdsa-sha2-") && name.len() == 19)
                || name == b"sk-ecdsa-sha2-nistp256@openssh.com" =>
            {
                let curve = curve(fields.long()?)?;
                let half = PublicHalf::of_ec(&encode_oid(&curve), Some(fields.long()?.into()));
                if name.starts_with(b"sk-") {
                    let _application = fields.long()?;
                }
                Some(half)
            }
            _ => None,
        })
    }

    /// Whether the private half never leaves a FIDO authenticator.
    pub(crate) fn in_hardware(&self) -> bool {
        self.name.starts_with(b"sk-")
    }
}

/// The blob of a public key of that type.
pub(crate) fn blob(name: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut blob = Vec::new();
    for field in std::iter::once(name.as_bytes()).chain(fields.iter().copied()) {
        blob.extend_from_slice(&string(field));
    }
    blob
}

/// A string with its length.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// The type of the key in a certificate: OpenSSH's own types end with its domain.
fn plain_name(name: &[u8]) -> Vec<u8> {
    let domain: &[u8] = if name.starts_with(b"sk-") { b"@openssh.com" } else { b"" };
    [name, domain].concat()
}

/// The validity in the fields after the key of a certificate.
fn validity(mut fields: Fields<'_>) -> Result<[Option<i64>; 2], Malformed> {
    let (_serial, _type) = (fields.u64()?, fields.u32()?);
    let (_key_id, _principals) = (fields.long()?, fields.long()?);
    let from = Some(fields.u64()?).filter(|&from| from != 0);
    let until = Some(fields.u64()?).filter(|&until| until != u64::MAX);
    Ok([from, until].map(|time| time.and_then(|time| i64::try_from(time).ok())))
}

/// The bytes of an mpint, without its length, for a magnitude without leading zeros.
pub(crate) fn mpint(magnitude: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if magnitude.first().is_some_and(|&first| first >= 0x80) { &[0] } else { &[] };
    [sign, magnitude].concat()
}

fn curve(name: &[u8]) -> Result<ObjectIdentifier, Malformed> {
    let openssl = CURVES.iter().find(|(ssh, _)| ssh.as_bytes() == name).map(|(_, openssl)| *openssl);
    let curve = openssl.and_then(curves::by_name);
    curve.map(|curve| curve.oid).ok_or(Malformed("its curve is not one of SSH"))
}
