//! Readers that take one file, called without what chooses them in a scan. Where a file is told by how it begins,
//! every input begins so: nothing is spent on finding that out. Not a whole format, nor names of files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyreeve_algorithms::openssl;
use keyreeve_facts::{Passwords, Reading, Text};
use keyreeve_material::{encrypted, scan};
use keyreeve_source::private::looks;
use keyreeve_source::{Source, SourceId, Sources, Span};
use keyreeve_syntax::tree::{Kept, Node, Tree, Value};
use keyreeve_syntax::{csv, json, toml, yaml};

use crate::files::check;

const KEPT: [Kept; 2] = [Kept::All, Kept::Named];

/// The reader of that name.
pub(crate) fn of(name: &str) -> Option<fn(&[u8])> {
    Some(match name {
        "yaml" => |bytes| KEPT.iter().for_each(|kept| tree(&yaml::parse_kept(bytes, *kept), bytes)),
        "json" => |bytes| KEPT.iter().for_each(|kept| tree(&json::parse_kept(bytes, *kept), bytes)),
        "toml" => |bytes| tree(&toml::parse(bytes), bytes),
        "csv" => table,
        "cipher-strings" => cipher_strings,
        "hiding" => hiding,
        "der" => |bytes| material(&[0x30], bytes),
        "pem" => pem,
        "passwords" => |bytes| passwords(bytes.to_vec()),
        "dek-info" => dek_info,
        "java-keystore" => |bytes| material(&[0xfe, 0xed, 0xfe, 0xed], bytes),
        "jceks-keystore" => |bytes| material(&[0xce, 0xce, 0xce, 0xce], bytes),
        "bouncy-castle-keystore" => |bytes| material(&[0, 0, 0], bytes),
        "keybox" => |bytes| material(b"\0\0\0\x20\x01\x01\0\x02KBXf\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", bytes),
        "gnupg-key" => |bytes| material(b"Key: (protected-private-key (ecc", bytes),
        "gnupg-file" => |bytes| material(b"(21:protected-private-key(3:ecc", bytes),
        "openpgp-keys" => |bytes| material(&[0xc6], bytes),
        "ssh-line" => |bytes| material(b"ssh-ed25519 AAAA", bytes),
        "putty" => |bytes| material(b"PuTTY-User-Key-File-3: ", bytes),
        "ssh2" => |bytes| material(b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", bytes),
        "age-identity" => |bytes| material(b"AGE-SECRET-KEY-1", bytes),
        "minisign" => |bytes| material(b"untrusted comment: ", bytes),
        "wireguard" => |bytes| material(b"PrivateKey = ", bytes),
        "jwk" => |bytes| material(b"{\"kty\":", bytes),
        "tink" => |bytes| material(b"{\"primaryKeyId\":1,\"key\":[{\"keyData\":{\"keyMaterialType\":", bytes),
        "dnssec" => |bytes| material(b"Private-key-format: v1.", bytes),
        "encrypted-text" => |bytes| encrypted_as("file", &[], bytes),
        "encrypted-file" => encrypted_file,
        "age-file" => |bytes| encrypted_as("file", b"age-encryption.org/v1\n", bytes),
        "openpgp-message" => |bytes| encrypted_as("file", &[0xc1], bytes),
        "luks" => |bytes| encrypted_as("file", b"LUKS\xba\xbe\0", bytes),
        "keepass" => |bytes| encrypted_as("file", &[0x03, 0xd9, 0xa2, 0x9a], bytes),
        "zip" => |bytes| encrypted_as("file", b"PK\x03\x04", bytes),
        "7z" => |bytes| encrypted_as("file", b"7z\xbc\xaf\x27\x1c", bytes),
        "sops" => |bytes| encrypted_as("secrets.yaml", b"sops:\n    ", bytes),
        _ => return None,
    })
}

/// What begins so: as it is if it does, else behind that beginning.
fn begun(begin: &[u8], bytes: &[u8]) -> Vec<u8> {
    if bytes.starts_with(begin) { bytes.to_vec() } else { [begin, bytes].concat() }
}

fn one(name: &str, bytes: Vec<u8>, read: impl Fn(SourceId, &Source) -> Reading) {
    let sources = Sources::new(vec![Source::new(name, None, bytes)]);
    let id = SourceId(0);
    check(&read(id, &sources[id]), &sources);
}

fn material(begin: &[u8], bytes: &[u8]) {
    one("file", begun(begin, bytes), scan::read_detailed);
}

fn encrypted_as(name: &str, begin: &[u8], bytes: &[u8]) {
    one(name, begun(begin, bytes), |id, source| encrypted::read(&Text::new(id, source)));
}

/// A file that is told by its name: the first byte chooses one.
fn encrypted_file(bytes: &[u8]) {
    const NAMES: [&str; 11] = [
        "file",
        "gocryptfs.conf",
        ".gocryptfs.reverse.conf",
        "masterkey.cryptomator",
        "vault.cryptomator",
        ".encfs6.xml",
        "config/credentials.yml.enc",
        "config/master.key",
        ".env.keys",
        "database.keyx",
        ".vault_pass",
    ];
    let Some((choice, bytes)) = bytes.split_first() else { return };
    encrypted_as(NAMES[usize::from(*choice) % NAMES.len()], &[], bytes);
}

/// A PEM block of a label that says how its body is read: the first byte chooses one.
fn pem(bytes: &[u8]) {
    const LABELS: [&str; 16] = [
        "CERTIFICATE",
        "CERTIFICATE REQUEST",
        "X509 CRL",
        "PKCS7",
        "PKCS12",
        "PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PUBLIC KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
        "PGP MESSAGE",
        "CMS",
        "DH PARAMETERS",
        "EC PARAMETERS",
        "TSS2 PRIVATE KEY",
        "SSL SESSION PARAMETERS",
    ];
    let Some((choice, body)) = bytes.split_first() else { return };
    let label = LABELS[usize::from(*choice) % LABELS.len()];
    let block = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(body));
    material(&[], block.as_bytes());
    encrypted_as("file", &[], block.as_bytes());
}

/// With passwords at hand.
fn passwords(bytes: Vec<u8>) {
    let passwords = Passwords::of_lines("\nchangeit\nsecret7\n");
    one("file", bytes, |id, source| scan::read_with(id, source, &passwords, false));
}

/// A PEM block under a header DEK-Info, with passwords at hand: the first line is the header's value.
fn dek_info(bytes: &[u8]) {
    let (header, body) = bytes.split_at(bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len()));
    let begin = b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: ";
    let body = format!("\n\n{}\n-----END EC PRIVATE KEY-----\n", STANDARD.encode(body));
    passwords([&begin[..], header, body.as_bytes()].concat());
}

/// A table with any header.
fn table(bytes: &[u8]) {
    let header = csv::Header { normal: str::to_lowercase, refused: |_| None };
    csv::header(bytes, header.normal);
    tree(&csv::parse(bytes, &header), bytes);
}

/// Every place of a tree lies within its text.
fn tree(tree: &Tree, bytes: &[u8]) {
    let within = |span: Span| {
        assert!(span.start <= span.end && span.end as usize <= bytes.len(), "{span:?} of {}", bytes.len());
    };
    let mut nodes: Vec<&Node> = tree.documents.iter().collect();
    while let Some(node) = nodes.pop() {
        within(node.span);
        match &node.value {
            Value::List(items) => nodes.extend(items),
            Value::Map(members) => {
                members.iter().for_each(|member| within(member.key.span));
                nodes.extend(members.iter().map(|member| &member.value));
            }
            Value::Null | Value::Scalar(_) | Value::Unknown(_) => {}
        }
    }
    tree.faults.iter().map(|fault| fault.span).chain(tree.cut).for_each(within);
}

fn cipher_strings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(expansion) = openssl::expand(&text) {
        let _ = expansion.permitted(2).count();
    }
    let _ = openssl::groups(&text);
    let _ = openssl::tls13(&text);
    let _ = openssl::version(&text);
    let _ = openssl::bound(&text);
}

/// What looks private is hidden, and what is left stays in its order.
fn hiding(bytes: &[u8]) {
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let spans = looks::spans(line);
        assert!(spans.iter().all(|span| span.start <= span.end && span.end <= line.len()));
        assert!(spans.is_sorted_by(|one, next| one.end <= next.start));
    }
    let _ = looks::hide(&String::from_utf8_lossy(bytes));
}
