//! Bech32 (BIP 173) without its limit of length, as age uses it. Bech32m is not supported.

use std::iter::once;

const SYMBOLS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

/// Whether the byte is one of the data part, in lower or upper case.
pub(crate) fn is_symbol(byte: u8) -> bool {
    SYMBOLS.contains(&byte.to_ascii_lowercase())
}

/// Decodes the data after a prefix in lower case. Returns `None` if the case is mixed, a symbol is invalid, or the
/// checksum is wrong.
pub(crate) fn decode(prefix: &str, text: &[u8]) -> Option<Vec<u8>> {
    let is_mixed = text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase);
    let data = text.get(prefix.len() + 1..).filter(|_| !is_mixed)?;
    let value = |byte: &u8| SYMBOLS.iter().position(|symbol| *symbol == byte.to_ascii_lowercase());
    let values: Vec<u8> = data.iter().map(|byte| value(byte).map(|value| value as u8)).collect::<Option<_>>()?;
    let (payload, _checksum) = values.split_at_checked(values.len().checked_sub(6)?)?;
    if polymod(expanded(prefix).chain(values.iter().copied())) != 1 {
        return None;
    }
    regrouped(payload)
}

/// Encodes these bytes after the prefix, in lower case.
pub(crate) fn encode(prefix: &str, bytes: &[u8]) -> String {
    let mut values: Vec<u8> = Vec::new();
    let (mut buffer, mut held) = (0_u32, 0);
    for byte in bytes {
        (buffer, held) = ((buffer << 8 | u32::from(*byte)) & 0xffff, held + 8);
        while held >= 5 {
            held -= 5;
            values.push((buffer >> held & 31) as u8);
        }
    }
    if held > 0 {
        values.push((buffer << (5 - held) & 31) as u8);
    }
    let checksum = polymod(expanded(prefix).chain(values.iter().copied()).chain([0; 6])) ^ 1;
    values.extend((0..6).map(|index| (checksum >> (5 * (5 - index)) & 31) as u8));
    let data = values.iter().map(|value| char::from(SYMBOLS[usize::from(*value)]));
    prefix.chars().chain(once('1')).chain(data).collect()
}

/// Converts five bits per symbol to eight per byte; the remainder must be less than a symbol, and zero.
fn regrouped(values: &[u8]) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut held) = (Vec::with_capacity(values.len() * 5 / 8), 0_u32, 0);
    for value in values {
        (buffer, held) = ((buffer << 5 | u32::from(*value)) & 0xfff, held + 5);
        if held >= 8 {
            held -= 8;
            bytes.push((buffer >> held) as u8);
        }
    }
    (held < 5 && buffer & ((1 << held) - 1) == 0).then_some(bytes)
}

fn expanded(prefix: &str) -> impl Iterator<Item = u8> {
    prefix.bytes().map(|byte| byte >> 5).chain(once(0)).chain(prefix.bytes().map(|byte| byte & 31))
}

fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    values.fold(1, |checksum, value| {
        let top = checksum >> 25;
        let next = (checksum & 0x01ff_ffff) << 5 ^ u32::from(value);
        GENERATOR
            .iter()
            .enumerate()
            .fold(next, |next, (bit, with)| if top >> bit & 1 == 1 { next ^ with } else { next })
    })
}
