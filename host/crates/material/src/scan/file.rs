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
        let kind = if keystore::recognises(bytes) {
            Kind::Keystore
        } else if is_der(bytes) {
            Kind::Der
        } else if openpgp::is_file(bytes) {
            Kind::OpenPgp
        } else {
            forms::of_file(bytes).map_or(Kind::Text, Kind::Form)
        };
        Self { bytes, kind }
    }

    /// Whether it can hold any key material: cheap, and never no where something would be found, but for binary files that are none
    /// as a whole.
    pub(super) fn may_hold(&self) -> bool {
        match &self.kind {
            Kind::Text => is_text(self.bytes) && is_announced(self.bytes),
            Kind::Keystore | Kind::Der | Kind::OpenPgp | Kind::Form(_) => true,
        }
    }
}

/// Whether a file begins with DER of a known structure.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && (Shape::of(bytes).is_some() || is_cut_off(bytes))
}
