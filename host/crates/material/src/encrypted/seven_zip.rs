//! Encrypted 7z archives (7zFormat.txt of the LZMA SDK): whether a folder of the archive, or its header, is encrypted
//! with AES, and how the key is derived. The content of the archive is not read; only a compressed header is unpacked,
//! up to a limit.

use std::io::Read;

use keyreeve_source::budget::Work;
use lzma_rust2::LzmaReader;

use super::found::Found;
use crate::asn1::Malformed;
use crate::fields::{CUT_OFF, Fields};

/// What every archive begins with.
pub(super) const MAGIC: &[u8] = b"7z\xbc\xaf\x27\x1c";
/// Length of the start header, after which offsets count.
const START: usize = 32;
/// How much of a header is unpacked; folders stand at its beginning.
const HEADER_LIMIT: u64 = 16 * 1024 * 1024;
/// How often a header can be packed in another one.
const DEPTH: usize = 4;
/// The most folders and coders of one archive that are examined.
const COUNT_LIMIT: u64 = 1 << 20;

const END: u64 = 0x00;
const HEADER: u64 = 0x01;
const ARCHIVE_PROPERTIES: u64 = 0x02;
const MAIN_STREAMS: u64 = 0x04;
const PACK_INFO: u64 = 0x06;
const UNPACK_INFO: u64 = 0x07;
const SIZE: u64 = 0x09;
const CRC: u64 = 0x0a;
const FOLDER: u64 = 0x0b;
const UNPACK_SIZE: u64 = 0x0c;
const ENCODED_HEADER: u64 = 0x17;

const LZMA: &[u8] = &[3, 1, 1];
const AES: &[u8] = &[6, 0xf1, 7, 1];
const COPY: &[u8] = &[0];

/// Reads a whole archive: one fact, or no fact if nothing is encrypted.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let mut start = Fields::at(bytes, MAGIC.len() + 2 + 4)?;
    let (offset, length) = (start.le64()?, start.le64()?);
    let mut header = slice(bytes, offset, length)?.to_vec();
    if header.is_empty() {
        return Ok(Vec::new());
    }
    for _ in 0..DEPTH {
        let mut fields = Fields(&header);
        match number(&mut fields)? {
            HEADER => return Ok(encrypted(&main_folders(&mut fields)?).into_iter().collect()),
            ENCODED_HEADER => {
                let streams = streams(&mut fields)?;
                if let Some(found) = encrypted(&streams.folders) {
                    return Ok(vec![found]);
                }
                header = unpacked(bytes, &streams)?;
            }
            _ => return Err(Malformed("its header is none of 7z")),
        }
    }
    Err(Malformed("its header is packed in too many others"))
}

/// A step of packing or encryption.
struct Coder {
    id: Vec<u8>,
    properties: Vec<u8>,
}

#[derive(Default)]
struct Streams {
    pack_position: u64,
    pack_sizes: Vec<u64>,
    folders: Vec<Vec<Coder>>,
    unpack_sizes: Vec<u64>,
}

/// AES-256 in CBC mode without a MAC; the key is the SHA-256 of so many repetitions of the passphrase.
fn encrypted(folders: &[Vec<Coder>]) -> Option<Found> {
    let coder = folders.iter().flatten().find(|coder| coder.id == AES)?;
    let found = Found::new("7z", "7z archive").cipher("aes-256-cbc", 256).passphrase();
    Some(match coder.properties.first().map(|first| first & 63) {
        Some(power @ ..63) => found.derived("SHA256", "", 1 << power),
        // The passphrase itself is the key.
        Some(_) => found.derived("none", "", 0),
        None => found.unknown("iterations", "the archive does not state how its key is made"),
    })
}

/// The folders of the header that describes the archive.
fn main_folders(fields: &mut Fields<'_>) -> Result<Vec<Vec<Coder>>, Malformed> {
    loop {
        match number(fields)? {
            ARCHIVE_PROPERTIES => {
                while number(fields)? != END {
                    skip(fields)?;
                }
            }
            MAIN_STREAMS => return Ok(streams(fields)?.folders),
            _ => return Ok(Vec::new()),
        }
    }
}

/// StreamsInfo, up to the unpacked sizes.
fn streams(fields: &mut Fields<'_>) -> Result<Streams, Malformed> {
    let mut streams = Streams::default();
    loop {
        match number(fields)? {
            PACK_INFO => pack_info(fields, &mut streams)?,
            UNPACK_INFO => {
                unpack_info(fields, &mut streams)?;
                return Ok(streams);
            }
            _ => return Ok(streams),
        }
    }
}

fn pack_info(fields: &mut Fields<'_>, streams: &mut Streams) -> Result<(), Malformed> {
    streams.pack_position = number(fields)?;
    let count = count(fields)?;
    loop {
        match number(fields)? {
            END => return Ok(()),
            SIZE => streams.pack_sizes = (0..count).map(|_| number(fields)).collect::<Result<_, _>>()?,
            CRC => digests(fields, count)?,
            _ => return Err(Malformed("the sizes in its header are damaged")),
        }
    }
}

fn unpack_info(fields: &mut Fields<'_>, streams: &mut Streams) -> Result<(), Malformed> {
    if number(fields)? != FOLDER {
        return Err(Malformed("its header has no folders where they should be"));
    }
    let count = count(fields)?;
    if fields.u8()? != 0 {
        return Err(Malformed("its folders stand in another stream"));
    }
    let mut outputs = 0;
    for _ in 0..count {
        let (coders, out) = folder(fields)?;
        streams.folders.push(coders);
        outputs += out;
    }
    if number(fields)? == UNPACK_SIZE {
        streams.unpack_sizes = (0..outputs).map(|_| number(fields)).collect::<Result<_, _>>()?;
    }
    Ok(())
}

/// The coders of a folder, and how many output streams it has.
fn folder(fields: &mut Fields<'_>) -> Result<(Vec<Coder>, u64), Malformed> {
    let coders = count(fields)?;
    let (mut list, mut inputs, mut outputs) = (Vec::new(), 0u64, 0u64);
    for _ in 0..coders {
        let flags = fields.u8()?;
        let id = fields.take(usize::from(flags & 15))?.to_vec();
        let (into, out) = if flags & 0x10 == 0 { (1, 1) } else { (count(fields)?, count(fields)?) };
        (inputs, outputs) = (inputs + into, outputs + out);
        let properties = if flags & 0x20 == 0 { Vec::new() } else { skip(fields)?.to_vec() };
        list.push(Coder { id, properties });
    }
    let pairs = outputs.saturating_sub(1);
    for _ in 0..2 * pairs {
        number(fields)?;
    }
    let packed = inputs.saturating_sub(pairs);
    for _ in 0..if packed > 1 { packed } else { 0 } {
        number(fields)?;
    }
    Ok((list, outputs))
}

/// The header that is packed in these streams: stored as it is, or by LZMA.
fn unpacked(bytes: &[u8], streams: &Streams) -> Result<Vec<u8>, Malformed> {
    let (Some([coder]), Some(&packed), Some(&length)) =
        (streams.folders.first().map(Vec::as_slice), streams.pack_sizes.first(), streams.unpack_sizes.first())
    else {
        return Err(Malformed("its header is packed in a way that is not read"));
    };
    let packed = slice(bytes, streams.pack_position, packed)?;
    if coder.id == COPY {
        return Ok(packed.to_vec());
    }
    let mut properties = Fields(&coder.properties);
    if coder.id != LZMA {
        return Err(Malformed("its header is packed in a way that is not read"));
    }
    let (first, dictionary) = (properties.u8()?, properties.le32()?);
    // No reference reaches further back than the beginning.
    let dictionary = u64::from(dictionary).min(length).min(HEADER_LIMIT) as u32;
    let damaged = |_| Malformed("its header cannot be unpacked");
    let reader = LzmaReader::new_with_props(packed, length, first, dictionary, None).map_err(damaged)?;
    let mut header = Vec::new();
    let most = Work::Unpacking.allowance(packed.len() as u64).min(HEADER_LIMIT);
    reader.take(most + 1).read_to_end(&mut header).map_err(damaged)?;
    if header.len() as u64 > most {
        return Err(Malformed("its header unpacks to far more than a header of that size holds"));
    }
    Ok(header)
}

/// A run of bytes by its offset from the end of the start header.
fn slice(bytes: &[u8], offset: u64, length: u64) -> Result<&[u8], Malformed> {
    let start = usize::try_from(offset).ok().and_then(|offset| START.checked_add(offset)).ok_or(CUT_OFF)?;
    Fields::at(bytes, start)?.take(usize::try_from(length).map_err(|_| CUT_OFF)?)
}

/// A run of bytes, preceded by its length.
fn skip<'a>(fields: &mut Fields<'a>) -> Result<&'a [u8], Malformed> {
    let length = number(fields)?;
    fields.take(usize::try_from(length).map_err(|_| CUT_OFF)?)
}

fn digests(fields: &mut Fields<'_>, count: u64) -> Result<(), Malformed> {
    let mut defined = count;
    if fields.u8()? == 0 {
        let bits = fields.take(count.div_ceil(8) as usize)?;
        defined = bits.iter().map(|byte| u64::from(byte.count_ones())).sum();
    }
    fields.take(4 * defined as usize).map(drop)
}

fn count(fields: &mut Fields<'_>) -> Result<u64, Malformed> {
    let count = number(fields)?;
    if count > COUNT_LIMIT { Err(Malformed("a count in its header is out of range")) } else { Ok(count) }
}

/// A number of one to nine bytes: the leading ones of the first byte say how many follow, little-endian.
fn number(fields: &mut Fields<'_>) -> Result<u64, Malformed> {
    let first = fields.u8()?;
    let more = first.leading_ones();
    let low = fields.take(more as usize)?.iter().rev().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
    if more >= 7 {
        return Ok(low);
    }
    let high = u64::from(first) & ((1 << (7 - more)) - 1);
    Ok(low | high << (8 * more))
}

#[cfg(test)]
mod tests;
