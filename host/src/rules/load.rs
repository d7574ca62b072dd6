//! Loads a custom rule from its component file: digest, contract, native code from the cache or the compiler, and the
//! rule's description of itself. Which rules are loaded is decided in `set`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use keyreeve_source::digest::{hex, pieces, sha256};
use keyreeve_source::regular;
use semver::VersionReq;
use sha2::{Digest as _, Sha256};
use wasmtime::component::Component as Native;

use super::cache::{Cache, Key};
use super::compile::{CompileError, Compiler};
use super::component::{Declared, Refusal, SIZE_LIMIT, declared};
use super::engine::Engine;
use super::limits::Fault;
use super::rule::Rule;
use super::signature;
use super::signature::SignatureError;
use crate::policy::{Component, OwnRule};
use crate::report::Origin;

/// The beginning of every WebAssembly file.
const WASM: &[u8] = b"\0asm";

/// Why a custom rule is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {cause}")]
    Read {
        /// The file.
        path: String,
        /// The system's reason.
        cause: io::Error,
    },
    /// A folder, a device, a pipe.
    #[error("{0} is not a regular file: name the component itself")]
    NotAFile(String),
    /// It is another file than the one that was approved, and not a component.
    #[error("{0} is not the component that keyreeve.toml names by its SHA-256, and no WebAssembly at all")]
    Other(String),
    /// It is another component than the one that was approved.
    #[error(
        "{path} has the SHA-256 {actual}, and keyreeve.toml names {expected}: if the new file is the one you mean, put its digest there"
    )]
    Digest {
        /// The file.
        path: String,
        /// What it has, hex.
        actual: String,
        /// What it should have, hex.
        expected: String,
    },
    /// The copy of a rule in a registry is not what was pulled.
    #[error("{path} is not what {} holds, which was changed or damaged: remove that file, and run `keyreeve rule pull`", file.display())]
    Damaged {
        /// The address.
        path: String,
        /// The copy.
        file: PathBuf,
    },
    /// It is not a rule of a contract that this host speaks.
    #[error("{path} is not a rule that can be loaded: {refusal}")]
    Refused {
        /// The file.
        path: String,
        /// Why not.
        refusal: Refusal,
    },
    /// It cannot be compiled.
    #[error("{path} cannot be compiled: {error}")]
    Compile {
        /// The file.
        path: String,
        /// Why not.
        error: CompileError,
    },
    /// The native code was not made by this engine; a component cannot cause this.
    #[error("the native code of {path} is not for this engine: {reason}")]
    Native {
        /// The file.
        path: String,
        /// wasmtime's reason.
        reason: String,
    },
    /// It was compiled but does not run, or describes itself wrongly.
    #[error("{path} cannot be used as a rule: {fault}")]
    Fault {
        /// The file.
        path: String,
        /// What ended it.
        fault: Fault,
    },
    /// It is not signed as the policy requires.
    #[error("{path} is not accepted: {reason}")]
    Signature {
        /// The file.
        path: String,
        /// What is wrong with the signature.
        reason: SignatureError,
    },
    /// It is a version that the policy does not accept.
    #[error(
        "{path} is version {actual} of the rule, and keyreeve.toml accepts {expected}: get a version in that range, or change the range"
    )]
    Version {
        /// The file.
        path: String,
        /// What it says it is.
        actual: String,
        /// The range that keyreeve.toml names.
        expected: VersionReq,
    },
    /// It is another rule.
    #[error("{path} is the rule {actual}, and keyreeve.toml names it {expected}: write [rules.{actual}] there")]
    Id {
        /// The file.
        path: String,
        /// What it calls itself.
        actual: String,
        /// What keyreeve.toml calls it.
        expected: String,
    },
}

/// Everything that is needed to load a rule.
pub struct Loader<'a> {
    /// The engine that it will run in.
    pub engine: &'a Engine,
    /// What compiles, within the limits of a run.
    pub compiler: Compiler,
    /// Where native code is kept; `None` if there is no place for it.
    pub cache: Option<Cache>,
    /// Called with the file of each rule before it is compiled, since that can take a while.
    pub compiling: fn(&str),
}

impl Loader<'_> {
    /// Loads a rule from its file, and checks the policy's requirements: digest, signature, id and version.
    ///
    /// # Errors
    /// A [`LoadError`] that says why it cannot be loaded, and what to do.
    pub fn load(&self, wanted: &OwnRule<'_>) -> Result<Rule, LoadError> {
        let path = wanted.name();
        let Component { sha256, version, .. } = wanted.component;
        // The cached code was made from a component with the required digest. Whether the file is still the approved
        // one is checked at the same time.
        let (digest, kept) = rayon::join(|| examined(wanted), || sha256.as_ref().and_then(|sha256| self.kept(sha256)));
        let digest = digest?;
        let native = match kept {
            Some(native) => native,
            None => self.compiled(&path, &approved_bytes(wanted)?.0, &digest)?,
        };
        let rule = self.described(&path, &native, &digest)?;
        if rule.info.id != wanted.id {
            return Err(LoadError::Id { path, actual: rule.info.id, expected: wanted.id.to_owned() });
        }
        let actual = semver::Version::parse(&rule.info.version).expect("a rule that is loaded has a semantic version");
        match version.as_ref().filter(|version| !version.matches(&actual)) {
            Some(expected) => Err(LoadError::Version { path, actual: rule.info.version, expected: expected.clone() }),
            None => Ok(rule),
        }
    }

    /// The rule in the bytes of a file with this SHA-256. Whether it is the approved one is not checked here but in
    /// [`Self::load`].
    ///
    /// # Errors
    /// Those of [`Self::load`], except for digest and id.
    pub fn rule(&self, path: &str, bytes: &[u8], digest: &[u8; 32]) -> Result<Rule, LoadError> {
        let native = match self.kept(digest) {
            Some(native) => native,
            None => self.compiled(path, bytes, digest)?,
        };
        self.described(path, &native, digest)
    }

    /// The cached code of a component with this digest.
    pub fn kept(&self, digest: &[u8; 32]) -> Option<Native> {
        let entry = self.cache.as_ref()?.find(&Key::new(self.engine, digest))?;
        // SAFETY: this very file is what our own compiler process wrote to this user, on this machine, under this key:
        // the cache has verified its code. Only this user can write to it, and keyreeve changes no entry. wasmtime
        // itself checks version and configuration.
        #[allow(unsafe_code)]
        unsafe {
            Native::deserialize_file(self.engine.wasmtime(), entry.path()).ok()
        }
    }

    /// Compiles a component that is a rule, and stores the code in the cache.
    fn compiled(&self, path: &str, bytes: &[u8], digest: &[u8; 32]) -> Result<Native, LoadError> {
        declared(bytes).map_err(|refusal| LoadError::Refused { path: path.to_owned(), refusal })?;
        (self.compiling)(path);
        let native = self.compiler.compile(bytes);
        let native = native.map_err(|error| LoadError::Compile { path: path.to_owned(), error })?;
        // SAFETY: the bytes are what our own compiler process wrote to us; wasmtime itself checks version and
        // configuration.
        #[allow(unsafe_code)]
        let component = unsafe { Native::deserialize(self.engine.wasmtime(), &native) };
        let component =
            component.map_err(|error| LoadError::Native { path: path.to_owned(), reason: format!("{error:#}") })?;
        if let Some(cache) = &self.cache {
            // If this fails, the next run compiles again.
            let _ = cache.write(&Key::new(self.engine, digest), &native);
        }
        Ok(component)
    }

    /// Makes the rule, once it has described itself.
    fn described(&self, path: &str, native: &Native, digest: &[u8; 32]) -> Result<Rule, LoadError> {
        let declared = Declared::of_native(self.engine, native)
            .map_err(|refusal| LoadError::Refused { path: path.to_owned(), refusal })?;
        Rule::load(self.engine, native, &declared, hex(digest), Origin::File(path.to_owned()))
            .map_err(|fault| LoadError::Fault { path: path.to_owned(), fault })
    }
}

/// The digest of a component, if it is the one that the policy names. The digest of a file that is not a component is
/// not revealed: the file could be anybody's.
fn approved(wanted: &OwnRule<'_>, digest: [u8; 32], is_wasm: bool) -> Result<[u8; 32], LoadError> {
    let Component { address, sha256, .. } = wanted.component;
    if Some(digest) == *sha256 {
        return Ok(digest);
    }
    let path = wanted.name();
    Err(match (address, sha256) {
        (None, Some(expected)) if is_wasm => LoadError::Digest { path, actual: hex(&digest), expected: hex(expected) },
        (None, _) => LoadError::Other(path),
        (Some(_), _) => LoadError::Damaged { path, file: wanted.file.clone() },
    })
}

/// The digest of a component's file, if the file has the digest and the signature that the policy requires.
fn examined(wanted: &OwnRule<'_>) -> Result<[u8; 32], LoadError> {
    let Some(signer) = &wanted.component.signer else {
        let (digest, is_wasm) = digest(wanted)?;
        return approved(wanted, digest, is_wasm);
    };
    let (bytes, digest) = approved_bytes(wanted)?;
    let verified = signature::verify(signer, &bytes, wanted);
    verified.map(|()| digest).map_err(|reason| LoadError::Signature { path: wanted.name(), reason })
}

/// The approved bytes and their digest. The digest is computed from these very bytes, since the file may have changed
/// since an earlier check.
fn approved_bytes(wanted: &OwnRule<'_>) -> Result<(Vec<u8>, [u8; 32]), LoadError> {
    let bytes = whole(&wanted.file, opened(wanted)?)?;
    let digest = approved(wanted, sha256(&bytes), bytes.starts_with(WASM))?;
    Ok((bytes, digest))
}

/// The SHA-256 of a component's file, computed without keeping the content, and whether the file begins like
/// WebAssembly.
fn digest(wanted: &OwnRule<'_>) -> Result<([u8; 32], bool), LoadError> {
    let (mut digest, mut head) = (Sha256::new(), Vec::new());
    let length = pieces(opened(wanted)?.take(SIZE_LIMIT as u64 + 1), |piece| {
        head.extend_from_slice(&piece[..piece.len().min(WASM.len() - head.len())]);
        digest.update(piece);
    })
    .map_err(|cause| unreadable(&wanted.file, cause))?;
    if length > SIZE_LIMIT as u64 { Err(too_large(&wanted.file)) } else { Ok((digest.finalize().into(), head == WASM)) }
}

fn opened(wanted: &OwnRule<'_>) -> Result<File, LoadError> {
    wanted.open(&wanted.file).map_err(|cause| unreadable(&wanted.file, cause))
}

/// Reads a regular file.
///
/// # Errors
/// A [`LoadError`] if it is not a regular file, cannot be read, or is too large for a component.
pub fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    whole(path, regular::open(path).map_err(|cause| unreadable(path, cause))?)
}

fn whole(path: &Path, file: File) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    file.take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(|cause| unreadable(path, cause))?;
    if bytes.len() > SIZE_LIMIT { Err(too_large(path)) } else { Ok(bytes) }
}

fn unreadable(path: &Path, cause: io::Error) -> LoadError {
    let path = path.to_string_lossy().into_owned();
    match cause.kind() {
        io::ErrorKind::InvalidInput => LoadError::NotAFile(path),
        _ => LoadError::Read { path, cause },
    }
}

fn too_large(path: &Path) -> LoadError {
    LoadError::Refused { path: path.to_string_lossy().into_owned(), refusal: Refusal::TooLarge }
}
