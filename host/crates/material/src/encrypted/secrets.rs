//! Secret files that open encrypted data and have no mark in them: a Rails master key, the keys of dotenvx, the
//! password of ansible-vault, a key of git-crypt, a key file of KeePass. They are recognised by name and form. Other
//! keys are read by `material`.

use std::ops::Range;

use keyreeve_contract::{Context, Key, Protection, PublicKey, Role, Unknown};
use keyreeve_facts::Place;
use keyreeve_source::{Location, SourceId, Span};

/// The longest file that can be a password or a master key.
const LONGEST: usize = 1024;

/// The beginning of a key that git-crypt has exported.
const GIT_CRYPT: &[u8] = b"\0GITCRYPTKEY";

/// What such a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rails,
    Dotenvx,
    Ansible,
    GitCrypt,
    KeePass,
}

/// The kind of secret file. A password file that is a script contains no password, and an encrypted one is not secret.
pub(super) fn kind(name: &str, bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(GIT_CRYPT) {
        return Some(Kind::GitCrypt);
    }
    let file = name.rsplit('/').next().unwrap_or_default();
    let line = || bytes.trim_ascii();
    let is_credentials = file.ends_with(".key") && name.contains("config/credentials/");
    if (file == "master.key" || is_credentials) && bytes.len() <= LONGEST {
        let digits = line();
        let is_key = matches!(digits.len(), 32 | 64) && digits.iter().all(u8::is_ascii_hexdigit);
        return is_key.then_some(Kind::Rails);
    }
    if file.starts_with(".env.keys") {
        return (!dotenvx_values(bytes).is_empty()).then_some(Kind::Dotenvx);
    }
    if file.ends_with(".keyx") && memchr::memmem::find(bytes, b"<KeyFile>").is_some() {
        return Some(Kind::KeePass);
    }
    let is_password = is_vault_password(file) && bytes.len() <= LONGEST && !line().is_empty();
    // A script, an encrypted file, a placeholder.
    let is_other = [&b"#!"[..], b"$", b"<", b"{"].iter().any(|start| line().starts_with(start));
    let is_text = !is_other && memchr::memchr(b'\n', line()).is_none();
    (is_password && is_text && std::str::from_utf8(bytes).is_ok()).then_some(Kind::Ansible)
}

/// Whether a name is one that the documentation of ansible and its users give to such a file: `.vault_pass`,
/// `vault-password.txt`, `.vault_pass_prod`.
fn is_vault_password(file: &str) -> bool {
    let name = file.to_ascii_lowercase().replace('-', "_");
    let name = name.trim_start_matches('.');
    let name = name.strip_prefix("ansible_").unwrap_or(name);
    let stem = [".txt", ".pass", ".secret"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let starts = ["vault_password", "vaultpassword", "vault_passwd", "vault_pass", "vaultpass"];
    let rest = starts.iter().find_map(|start| stem.strip_prefix(start));
    rest.is_some_and(|rest| (rest.is_empty() || rest.starts_with('_')) && !rest.contains('.'))
}

/// The values of `DOTENV_PRIVATE_KEY…=`: 64 hexadecimal digits.
fn dotenvx_values(bytes: &[u8]) -> Vec<Range<usize>> {
    let names = memchr::memmem::find_iter(bytes, b"DOTENV_PRIVATE_KEY");
    let value = |at: usize| {
        let line = &bytes[at..];
        let name = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let rest = line[name..].strip_prefix(b"=")?;
        let quotes = rest.iter().take_while(|byte| matches!(byte, b'"' | b'\'')).count();
        let digits = rest[quotes..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let start = at + name + 1 + quotes;
        (digits == 64).then_some(start..start + digits)
    };
    names.filter_map(value).collect()
}

/// The keys in such a file, and the places of their secrets. A key is identified by its place in the file, never by its
/// value.
pub(super) fn read(kind: Kind, id: SourceId, bytes: &[u8]) -> Vec<(Key, Place)> {
    let whole = 0..bytes.len();
    let spans = match kind {
        Kind::Dotenvx => dotenvx_values(bytes),
        _ => vec![whole],
    };
    let location = |range: &Range<usize>| Location { source: id, span: Span::new(range.start, range.end) };
    let named = |(position, range): (usize, &Range<usize>)| {
        let (key, label) = key(kind, bytes);
        let mut place = Place::new(location(range), label, format!("{label} {}", position + 1));
        place.parts.insert(("protection", None), location(range));
        (key, place)
    };
    spans.iter().enumerate().map(named).collect()
}

fn key(kind: Kind, bytes: &[u8]) -> (Key, &'static str) {
    let (format, label, bits) = match kind {
        Kind::Rails => ("Rails", "Rails master key", Some(4 * bytes.trim_ascii().len() as u32)),
        Kind::Dotenvx => ("dotenvx", "dotenvx private key", Some(256)),
        Kind::Ansible => ("ansible-vault", "password of ansible-vault", None),
        Kind::GitCrypt => ("git-crypt", "git-crypt key", Some(256)),
        Kind::KeePass => ("KeePass", "KeePass key file", Some(256)),
    };
    let mut public = PublicKey {
        algorithm: "symmetric".to_owned(),
        bits: bits.unwrap_or_default(),
        curve: String::new(),
        exponent: Vec::new(),
        attributes: Vec::new(),
    };
    if kind == Kind::Dotenvx {
        (public.algorithm, public.curve) = ("EC".to_owned(), "secp256k1".to_owned());
    }
    let reason = "a passphrase has no length in bits".to_owned();
    let unknown = match bits {
        Some(_) => Vec::new(),
        None => vec![Unknown { field: "public.bits".to_owned(), reason }],
    };
    let key = Key {
        context: Context::UNSPECIFIED,
        unknown,
        role: Role::Private,
        format: format.to_owned(),
        public,
        protection: Protection::Plaintext,
        encryption: None,
        last_rotated: None,
        inventoried: false,
        attributes: Vec::new(),
    };
    (key, label)
}
