//! Keyboxes of GnuPG: the public keys and certificates in the blobs of a `.kbx` file (GnuPG kbx/keybox-blob.c). Other
//! fields of a blob are not read, nor the digest at its end: GnuPG changes flags in place, and then neither renews nor
//! checks the digest.

use crate::asn1::Malformed;
use crate::container::{Item, Sink};
use crate::fields::Fields;
use crate::key::openpgp;

/// The magic number after length, kind, version and flags of the first blob.
const MAGIC: &[u8] = b"KBXf";
/// Length, kind, version, flags, and the offset and length of the key.
const HEADER: u32 = 16;

// Kinds of blobs.
const EMPTY: u8 = 0;
const FIRST: u8 = 1;
const OPENPGP: u8 = 2;
const X509: u8 = 3;

/// Whether a file is such a keybox.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    bytes.get(4) == Some(&FIRST) && bytes.get(8..12) == Some(MAGIC)
}

/// Passes on the content of the blobs. A blob that cannot be read is a problem of its own.
pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let mut rest = Fields(bytes);
    while !rest.0.is_empty() {
        let length = Fields(rest.0).u32()?;
        if length < HEADER {
            return Err(Malformed("a blob of it is shorter than its own header"));
        }
        let blob = rest.take(usize::try_from(length).unwrap_or(usize::MAX));
        let blob = blob.map_err(|_| Malformed("a blob of it is longer than what is there"))?;
        if let Err(reason) = self::blob(blob, sink) {
            sink(Item::Problem(format!("a blob of the keybox cannot be read: {reason}")));
        }
    }
    Ok(())
}

fn blob(blob: &[u8], sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let mut fields = Fields(blob);
    let (_length, kind, _version, _flags) = (fields.u32()?, fields.u8()?, fields.u8()?, fields.u16()?);
    if kind == EMPTY || kind == FIRST {
        return Ok(());
    }
    let (start, length) = (fields.u32()? as usize, fields.u32()? as usize);
    let body = start.checked_add(length).and_then(|end| blob.get(start..end));
    let body = body.ok_or(Malformed("its key lies outside of it"))?;
    match kind {
        OPENPGP => keys(body, sink),
        X509 => sink(Item::Certificate(body)),
        _ => return Err(Malformed("it is of a kind that is not known")),
    }
    Ok(())
}

fn keys(packets: &[u8], sink: &mut Sink<'_>) {
    let keys = openpgp::read(packets);
    if keys.found.is_empty() && keys.problems.is_empty() {
        sink(Item::Problem("a blob of the keybox cannot be read: there is no packet of a key in it".to_owned()));
    }
    keys.found.into_iter().for_each(|found| sink(Item::Key(found, packets)));
    for reason in keys.problems {
        sink(Item::Problem(format!("the OpenPGP key cannot be read: {reason}")));
    }
}
