//! Verifies the minisign signature of a rule's component, which lies beside it as FILE.minisig. Whom to trust is
//! decided by the policy's `[trust]`.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use keyreeve_source::regular;
use minisign_verify::{Error, Signature};

use crate::policy::{OwnRule, Signer};

/// The most bytes of a signature file. minisign writes some 300, but a comment may have any length.
const SIZE_LIMIT: u64 = 64 * 1024;

/// Why a component does not count as signed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// There is no readable signature.
    #[error(
        "{signer} must have signed it, and {} cannot be read: {cause}; `minisign -S -m` makes it, with their secret key", path.display()
    )]
    Unreadable {
        /// Who must have signed.
        signer: String,
        /// Where the signature should be.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// The file is no signature.
    #[error("{} is not a minisign signature", .0.display())]
    Malformed(PathBuf),
    /// Another key signed.
    #[error("{} was not made with the key that [trust] has for {signer}", path.display())]
    OtherKey {
        /// Who must have signed.
        signer: String,
        /// The signature.
        path: PathBuf,
    },
    /// Other bytes were signed, or the signature was changed.
    #[error("{} is not a signature of these bytes by {signer}: the component or its signature has been changed", path.display())]
    False {
        /// Who must have signed.
        signer: String,
        /// The signature.
        path: PathBuf,
    },
}

/// Verifies that a signer has signed these bytes of a rule. The signature lies beside the rule's file.
///
/// # Errors
/// A [`SignatureError`] if that is not so.
pub(super) fn verify(signer: &Signer, component: &[u8], wanted: &OwnRule<'_>) -> Result<(), SignatureError> {
    let path = beside(&wanted.file);
    let name = || signer.name.clone();
    let text = wanted.open(&path).and_then(read).map_err(|cause| SignatureError::Unreadable {
        signer: name(),
        path: path.clone(),
        cause,
    })?;
    let signature = Signature::decode(&text).map_err(|_| SignatureError::Malformed(path.clone()))?;
    signer.key.verify(component, &signature, false).map_err(|error| match error {
        Error::UnexpectedKeyId => SignatureError::OtherKey { signer: name(), path },
        Error::InvalidSignature => SignatureError::False { signer: name(), path },
        _ => SignatureError::Malformed(path),
    })
}

/// Where the signature of a file lies: beside it, as minisign writes it.
pub fn beside(file: &Path) -> PathBuf {
    let mut path = OsString::from(file);
    path.push(".minisig");
    path.into()
}

/// The text of the signature beside a file, to be published with it. Returns `None` if there is no signature.
///
/// # Errors
/// The system's reason.
pub fn published(file: &Path) -> io::Result<Option<String>> {
    match regular::open(&beside(file)).and_then(read) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some),
    }
}

fn read(file: File) -> io::Result<String> {
    let mut text = String::new();
    file.take(SIZE_LIMIT).read_to_string(&mut text)?;
    Ok(text)
}
