//! Something encrypted in a text, and the text around it, for the readers of single forms. The marks that forms are
//! found by are in `text`.

use std::ops::Range;

use super::found::Found;
use crate::asn1::Malformed;
use crate::pem;

/// Why a block has no body.
pub(super) const BROKEN: Malformed = Malformed("its base64 is damaged, or it has no END line");

/// A text in which encrypted values stand.
pub(super) struct Text<'a> {
    pub(super) bytes: &'a [u8],
}

/// Something encrypted at a place, or why it cannot be read.
pub(super) struct Hit {
    pub(super) span: Range<usize>,
    pub(super) read: Result<Found, Malformed>,
}

/// A block between BEGIN and END.
pub(super) struct Armor {
    pub(super) whole: Range<usize>,
    /// Where the body begins, whether it is sound or not.
    pub(super) start: usize,
    pub(super) body: Result<Vec<u8>, String>,
}

impl Hit {
    pub(super) fn new(span: Range<usize>, read: Result<Found, Malformed>) -> Self {
        Self { read: read.map(|found| found.spanning(span.clone())), span }
    }
}

/// What is behind the last full stop of a name: `yaml`, also of `.env` and `.env.production`.
pub(super) fn extension(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or_default();
    if file.starts_with(".env") { "env" } else { file.rsplit('.').next().unwrap_or_default() }
}

impl<'a> Text<'a> {
    /// The block at `at`; none where somebody only writes about one.
    pub(super) fn armor(&self, at: usize) -> Option<Armor> {
        let setting = pem::Setting::before(self.bytes, at);
        let block = pem::Block::whichever(self.bytes, at, &setting)?;
        let body = match block.content {
            pem::Content::Body { bytes, .. } => Ok(bytes),
            pem::Content::Broken { reason, .. } => Err(reason),
            pem::Content::Mention | pem::Content::Passed => return None,
        };
        Some(Armor { whole: block.whole, start: block.inner.start, body })
    }
}
