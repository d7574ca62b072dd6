//! BitLocker volumes: the encryption method in the metadata that the volume's header points to (libyal, BDE format).
//! The protectors of the key are not read.

use super::found::Found;
use crate::asn1::Malformed;
use crate::fields::Fields;

/// The bytes at offset 3 of a volume and at the beginning of its metadata.
pub(super) const MAGIC: &[u8] = b"-FVE-FS-";
/// Where the magic stands in a volume.
pub(super) const MAGIC_OFFSET: usize = 3;
/// Where a volume's header has the offsets of the three copies of its metadata, and where that of Windows Vista has the
/// offset of the first copy.
const METADATA: usize = 176;
/// From the beginning of the metadata past their header to the method.
const METHOD: usize = 64 + 36;
/// Seconds from 1601 to 1970, and units of FILETIME in a second.
const EPOCH: i64 = 11_644_473_600;
const UNITS: u64 = 10_000_000;

/// Reads a volume, or the part of it with its metadata.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let offsets =
        Fields::at(bytes, METADATA).and_then(|mut fields| Ok([fields.le64()?, fields.le64()?, fields.le64()?]))?;
    let metadata = offsets.iter().find_map(|&offset| {
        let rest = bytes.get(usize::try_from(offset).ok()?..)?;
        rest.starts_with(MAGIC).then_some(rest)
    });
    let metadata = metadata.ok_or(Malformed("its metadata are not in this file"))?;
    let mut fields = Fields::at(metadata, METHOD)?;
    let method = fields.le16()?;
    fields.le16()?;
    let created = fields.le64()?;
    let found = Found::new("BitLocker", "BitLocker volume");
    let found = match method {
        0x8000 | 0x8002 => found.cipher("aes-128-cbc", 128),
        0x8001 | 0x8003 => found.cipher("aes-256-cbc", 256),
        0x8004 => found.cipher("aes-128-xts", 256),
        0x8005 => found.cipher("aes-256-xts", 512),
        _ => found.without_cipher("the number of its encryption method is not known"),
    };
    Ok(vec![match i64::try_from(created / UNITS) {
        Ok(seconds) if created != 0 => found.encrypted_at(seconds - EPOCH),
        _ => found,
    }])
}
