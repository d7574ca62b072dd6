//! What a file is to the reader of key material, told by how it begins. Not what is in it, and of a text only whether anything can be.

use keyreeve_source::is_text;

use super::{is_announced, is_cut_off, keystore, openpgp};
use crate::forms;
use crate::forms::Sink;
use crate::key::Shape;

/// A file.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) kind: Kind,
}

/// What it is.
#[derive(Debug)]
pub(super) enum Kind {
    /// UTF-16 behind its byte order mark, here as one byte for each unit; what is not ASCII has become a question mark.
    Utf16(Vec<u8>),
    Keystore,
    Der,
    OpenPgp,
    /// A key of a form that is neither PEM nor DER, as a whole.
    Form(fn(&[u8], &mut dyn Sink)),
    /// Anything else.
    Text,
}

impl<'a> File<'a> {
    /// What these bytes are.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let kind = match bytes {
            [0xff, 0xfe, units @ ..] => Kind::Utf16(narrowed(units, u16::from_le_bytes)),
            [0xfe, 0xff, units @ ..] => Kind::Utf16(narrowed(units, u16::from_be_bytes)),
            _ if keystore::recognises(bytes) => Kind::Keystore,
            _ if is_der(bytes) => Kind::Der,
            _ if openpgp::is_file(bytes) => Kind::OpenPgp,
            _ => forms::of_file(bytes).map_or(Kind::Text, Kind::Form),
        };
        Self { bytes, kind }
    }

    /// Whether it can hold any key material, as [`may_hold`](super::may_hold) says.
    pub(super) fn may_hold(&self) -> bool {
        match &self.kind {
            Kind::Utf16(text) => is_announced(text),
            Kind::Text => is_text(self.bytes) && is_announced(self.bytes),
            Kind::Keystore | Kind::Der | Kind::OpenPgp | Kind::Form(_) => true,
        }
    }
}

/// Whether a file begins with DER of a known structure.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && (Shape::of(bytes).is_some() || is_cut_off(bytes))
}

fn narrowed(units: &[u8], of_bytes: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = units.as_chunks::<2>().0.iter().map(|&unit| of_bytes(unit));
    units.map(|unit| u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect()
}
