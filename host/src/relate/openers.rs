//! Finds which private keys of the scan open which encrypted data: because the data name the key, or because it lies
//! beside them and has the form that opens such data. It does not judge that, and decrypts nothing.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use keyreeve_contract::{EncryptedItem, Key, Opener, Protection, Role};
use keyreeve_facts::{Facts, KeyName, Place};
use keyreeve_source::digest::hex;
use keyreeve_source::{Location, Sources};

/// The most openers that are listed for an item; those that certainly match come first.
const LIMIT: usize = 16;

/// Adds to all encrypted data what opens them.
pub(super) fn find(facts: &mut Facts, sources: &Sources) {
    if facts.encrypted_data.is_empty() {
        return;
    }
    let keys = Keys::of(facts, sources);
    let found: Vec<_> = facts.encrypted_data.iter().map(|(item, place)| keys.openers(item, place)).collect();
    for ((item, place), openers) in facts.encrypted_data.iter_mut().zip(found) {
        for (position, (opener, location)) in openers.into_iter().enumerate() {
            place.parts.insert(("openers", u32::try_from(position).ok()), location);
            item.openers.push(opener);
        }
    }
}

/// The private keys of a scan, except those in hardware.
struct Keys<'a> {
    sources: &'a Sources,
    list: Vec<(&'a Key, &'a Place)>,
    /// Positions by the digest of the SubjectPublicKeyInfo.
    known: HashMap<[u8; 32], Vec<usize>>,
    /// Positions by the tags that encrypted data use for a key.
    tags: HashMap<String, Vec<usize>>,
    /// Positions by folder.
    folders: HashMap<&'a str, Vec<usize>>,
    /// The keys of certificates, by the names that encrypted data use for a certificate.
    certificates: HashMap<KeyName, [u8; 32]>,
    certified: HashSet<[u8; 32]>,
}

impl<'a> Keys<'a> {
    fn of(facts: &'a Facts, sources: &'a Sources) -> Self {
        let usable = |key: &Key| key.role == Role::Private && key.protection != Protection::Hardware;
        let list: Vec<_> = facts.keys.iter().filter(|(key, _)| usable(key)).collect();
        let (mut known, mut tags, mut folders): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) =
            Default::default();
        for (position, (key, place)) in list.iter().enumerate() {
            place.spki.into_iter().for_each(|spki| known.entry(spki).or_default().push(position));
            tags_of_key(key, place).for_each(|tag| tags.entry(tag).or_default().push(position));
            folders.entry(folder(&sources[place.home.source].name)).or_default().push(position);
        }
        let certificates = facts.certificates.places().iter().filter_map(|place| Some((place, place.spki?)));
        let (mut by_name, mut certified) = (HashMap::new(), HashSet::new());
        for (place, spki) in certificates {
            by_name.extend(place.names().map(|name| (name, spki)));
            certified.insert(spki);
        }
        Self { sources, list, known, tags, folders, certificates: by_name, certified }
    }

    /// The keys that open the data, and where they are. If a key certainly matches, keys that only might do so are left
    /// out.
    fn openers(&self, item: &EncryptedItem, place: &Place) -> Vec<(Opener, Location)> {
        let own_folder = folder(&self.sources[place.home.source].name);
        let tagged = tags_of_data(item).filter_map(|tag| self.tags.get(&tag)).flatten();
        let mut matching: Vec<usize> =
            place.key_names.iter().flat_map(|name| self.named(name)).chain(tagged).copied().collect();
        matching.sort_unstable();
        matching.dedup();
        let mut beside = Vec::new();
        if matching.is_empty() {
            beside = self.beside(item, place, own_folder);
        }
        let opener = |matches| {
            move |position: usize| {
                let (key, at) = self.list[position];
                let opener = Opener {
                    label: at.label.to_string(),
                    matches,
                    beside: !matches || folder(&self.sources[at.home.source].name) == own_folder,
                    plaintext: key.protection == Protection::Plaintext,
                    attributes: Vec::new(),
                };
                (opener, at.home)
            }
        };
        let all = matching.into_iter().map(opener(true)).chain(beside.into_iter().map(opener(false)));
        all.take(LIMIT).collect()
    }

    /// Keys with that name, and the keys of a certificate with that name.
    fn named(&self, name: &KeyName) -> &[usize] {
        let own = match name {
            KeyName::Sha256(spki) => self.known.get(spki),
            _ => None,
        };
        own.or_else(|| self.known.get(self.certificates.get(name)?)).map_or(&[], Vec::as_slice)
    }

    /// Keys in the data's folder that have the form to open them; and in the folders above, for programs that search
    /// there.
    fn beside(&self, item: &EncryptedItem, place: &Place, own_folder: &'a str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = Some(own_folder);
        while let Some(here) = at {
            let here_keys = self.folders.get(here).map_or(&[][..], Vec::as_slice).iter();
            let opens = |position: &&usize| self.opens(self.list[**position], item, place);
            found.extend(here_keys.filter(opens).copied().take(LIMIT));
            let goes_up = matches!(item.format.as_str(), "ansible-vault" | "git-crypt") && found.is_empty();
            at = if goes_up && !here.is_empty() { Some(folder(here)) } else { None };
        }
        found
    }

    /// Whether a key has the form that opens such data, judging by what both state. A key of a certificate in the scan
    /// does not open data that are encrypted for another certificate, since a right one would match by name.
    fn opens(&self, (key, at): (&Key, &Place), item: &EncryptedItem, place: &Place) -> bool {
        let names = [at, place].map(|place| self.sources[place.home.source].name.as_str());
        let algorithm = key.public.algorithm.as_str();
        let for_certificate = || item.recipients.iter().any(|recipient| recipient.starts_with("certificate "));
        let uncertified = || at.spki.is_none_or(|spki| !self.certified.contains(&spki));
        match item.format.as_str() {
            format @ ("ansible-vault" | "dotenvx" | "git-crypt" | "KeePass") => key.format == format,
            "Rails" => key.format == "Rails" && belongs(names),
            "CMS" | "eyaml" => algorithm == "RSA" && for_certificate() && uncertified() && is_pki(&key.format),
            "SealedSecret" => algorithm == "RSA" && self.is_controllers(at),
            "age" => {
                key.format == "age"
                    && item.recipients.iter().any(|recipient| !recipient.contains(' ') && recipient != "passphrase")
            }
            "OpenPGP" => is_openpgp(key) && item.recipients.iter().any(|recipient| recipient == ANONYMOUS),
            "JWE" => key.format == "JWK" && item.recipients.iter().any(|recipient| fits(recipient, algorithm)),
            _ => false,
        }
    }

    /// Whether a file states that its key belongs to a controller of sealed secrets.
    fn is_controllers(&self, at: &Place) -> bool {
        let source = &self.sources[at.home.source];
        let mark = b"sealedsecrets.bitnami.com/sealed-secrets-key";
        source.name.contains("sealed-secrets") || memchr::memmem::find(source.bytes(), mark).is_some()
    }
}

/// An OpenPGP recipient without a name.
const ANONYMOUS: &str = "PGP 0x0000000000000000";

/// The folder that a source or folder lies in; empty for the root.
fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether it is an OpenPGP key, in OpenPGP's own form or in that of GnuPG's files.
fn is_openpgp(key: &Key) -> bool {
    ["OpenPGP", "GnuPG"].contains(&key.format.as_str())
}

/// Whether Rails opens the file with the key: `master.key` opens `credentials.yml.enc`; otherwise both have the same
/// name.
fn belongs([key, data]: [&str; 2]) -> bool {
    let stem = |name: &str, extension| {
        name.rsplit('/').next().and_then(|file| file.strip_suffix(extension)).map(str::to_owned)
    };
    match (stem(key, ".key").as_deref(), stem(data, ".yml.enc").as_deref()) {
        (Some("master"), Some(_)) => true,
        (key, data) => key.is_some() && key == data,
    }
}

/// Whether keys of that format are made for certificates. SSH keys are not.
fn is_pki(format: &str) -> bool {
    matches!(format, "PKCS#1" | "PKCS#8" | "PKCS#12")
}

/// Whether a key of that algorithm opens a JWE that states this about its key (RFC 7518, section 4.1).
fn fits(recipient: &str, algorithm: &str) -> bool {
    let needed = recipient.split(' ').next().unwrap_or_default();
    match algorithm {
        "RSA" => needed.starts_with("RSA"),
        "EC" | "X25519" | "X448" => needed.starts_with("ECDH"),
        "symmetric" => needed == "dir" || needed.starts_with('A'),
        _ => false,
    }
}

/// The tags that data may use for a key, which are shorter than its names: the key ID of OpenPGP, and age's tag of an
/// SSH key.
fn tags_of_key(key: &Key, place: &Place) -> impl Iterator<Item = String> {
    let is_openpgp = is_openpgp(key);
    place.key_names.iter().filter_map(move |name| match name {
        KeyName::SshSha256(digest) => Some(format!("ssh {}", hex(&digest[..TAG]))),
        KeyName::Text(fingerprint) if is_openpgp => Some(format!("PGP {}", key_id(fingerprint)?)),
        _ => None,
    })
}

/// The tags of the keys that data are for.
fn tags_of_data(item: &EncryptedItem) -> impl Iterator<Item = String> {
    item.recipients.iter().filter_map(|recipient| match recipient.split_once(' ')? {
        ("PGP", id) => Some(format!("PGP {}", key_id(id.strip_prefix("0x")?)?)).filter(|_| recipient != ANONYMOUS),
        ("ssh-ed25519" | "ssh-rsa", base64) => Some(format!("ssh {}", hex(&tag(base64)?))),
        _ => None,
    })
}

/// The key ID in a fingerprint: the last eight bytes of version 4, the first eight of later ones (RFC 9580, section
/// 5.5.4).
fn key_id(fingerprint: &str) -> Option<String> {
    let id = match fingerprint.len() {
        16 | 40 => &fingerprint[fingerprint.len() - 16..],
        64 => &fingerprint[..16],
        _ => return None,
    };
    id.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| id.to_ascii_lowercase())
}

/// Bytes of an SSH key's digest by which age identifies it (age, agessh).
const TAG: usize = 4;

/// The first bytes of the digest of an SSH key.
fn tag(base64: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, LENIENT).decode(base64).ok().filter(|tag| tag.len() == TAG)
}

#[cfg(test)]
mod tests {
    use keyreeve_contract::Context;
    use keyreeve_contract::PublicKey;
    use keyreeve_source::{Source, SourceId, Span};

    use super::*;

    fn private_key(format: &str, algorithm: &str) -> Key {
        let algorithm = algorithm.to_owned();
        Key {
            context: Context::UNSPECIFIED,
            unknown: Vec::new(),
            role: Role::Private,
            format: format.to_owned(),
            public: PublicKey {
                algorithm,
                bits: 0,
                curve: String::new(),
                exponent: Vec::new(),
                attributes: Vec::new(),
            },
            protection: Protection::Plaintext,
            encryption: None,
            last_rotated: None,
            inventoried: false,
            attributes: Vec::new(),
        }
    }

    fn item(format: &str, recipient: &str) -> EncryptedItem {
        EncryptedItem {
            context: Context::UNSPECIFIED,
            unknown: Vec::new(),
            format: format.to_owned(),
            cipher: String::new(),
            key_bits: 0,
            authenticated: false,
            kdf: String::new(),
            prf: String::new(),
            iterations: 0,
            recipients: vec![recipient.to_owned()],
            encrypted_at: None,
            key_created: None,
            openers: Vec::new(),
            attributes: Vec::new(),
        }
    }

    fn place(source: u32) -> Place {
        Place::new(Location { source: SourceId(source), span: Span::new(0, 0) }, "key", "key")
    }

    /// Whether the key opens the data in another folder, and whether it does in the same one.
    fn opens(key: Key, key_place: &Place, item: &EncryptedItem, data_place: &Place) -> [Option<bool>; 2] {
        ["elsewhere/key", "data/key"].map(|name| {
            let sources = [name, "data/file"].map(|name| Source::new(name, None, Vec::new())).into();
            let mut facts = Facts::default();
            facts.keys.push(key.clone(), key_place.clone());
            facts.encrypted_data.push(item.clone(), data_place.clone());
            find(&mut facts, &Sources::new(sources));
            let (item, place) = facts.encrypted_data.iter().next().expect("it was pushed");
            assert_eq!(item.openers.is_empty(), !place.parts.contains_key(&("openers", Some(0))));
            item.openers.first().map(|opener| opener.matches)
        })
    }

    #[test]
    fn an_age_identity_matches_its_recipient_and_may_open_what_names_nobody() {
        let digest = [7; 32];
        let identity = Place { spki: Some(digest), ..place(0) };
        let named = Place { key_names: Box::new([KeyName::Sha256(digest)]), ..place(1) };
        let key = private_key("age", "X25519");
        assert_eq!(opens(key.clone(), &identity, &item("sops", "age1x"), &named), [Some(true); 2]);
        assert_eq!(opens(key.clone(), &identity, &item("sops", "age1y"), &place(1)), [None; 2]);
        assert_eq!(opens(key.clone(), &identity, &item("age", "X25519"), &place(1)), [None, Some(false)]);
        assert_eq!(opens(key, &identity, &item("age", "passphrase"), &place(1)), [None; 2]);
    }

    #[test]
    fn an_openpgp_key_matches_its_key_id_and_fingerprint_and_may_open_what_names_nobody() {
        let fingerprint = "85d77543b3d624b63cea9e6dbc17301b491b3f21";
        let at = Place { key_names: Box::new([KeyName::Text(fingerprint.into())]), ..place(0) };
        let key = || private_key("OpenPGP", "RSA");
        for recipient in ["PGP 0xBC17301B491B3F21", "PGP 0x85D77543B3D624B63CEA9E6DBC17301B491B3F21"] {
            assert_eq!(opens(key(), &at, &item("OpenPGP", recipient), &place(1)), [Some(true); 2], "{recipient}");
        }
        assert_eq!(opens(key(), &at, &item("OpenPGP", "PGP 0xBC17301B491B3F22"), &place(1)), [None; 2]);
        assert_eq!(opens(key(), &at, &item("OpenPGP", ANONYMOUS), &place(1)), [None, Some(false)]);
    }

    #[test]
    fn a_jwk_opens_beside_it_what_is_for_keys_of_its_kind() {
        for (algorithm, recipient, expected) in [
            ("RSA", "RSA-OAEP-256 k1", Some(false)),
            ("EC", "ECDH-ES+A256KW", Some(false)),
            ("symmetric", "dir", Some(false)),
            ("symmetric", "A256KW", Some(false)),
            ("RSA", "ECDH-ES", None),
            ("EC", "dir", None),
        ] {
            let opened = opens(private_key("JWK", algorithm), &place(0), &item("JWE", recipient), &place(1));
            assert_eq!(opened, [None, expected], "{algorithm} {recipient}");
        }
    }

    #[test]
    fn public_keys_and_those_that_hardware_holds_open_nothing() {
        let digest = [7; 32];
        let (at, named) = (
            Place { spki: Some(digest), ..place(0) },
            Place { key_names: Box::new([KeyName::Sha256(digest)]), ..place(1) },
        );
        for key in [
            Key { role: Role::Public, ..private_key("age", "X25519") },
            Key { protection: Protection::Hardware, ..private_key("age", "X25519") },
        ] {
            assert_eq!(opens(key, &at, &item("sops", "age1x"), &named), [None; 2]);
        }
    }

    #[test]
    fn a_key_id_is_a_part_of_the_fingerprint() {
        let fourth = "85D77543B3D624B63CEA9E6DBC17301B491B3F21";
        assert_eq!(key_id(fourth).as_deref(), Some("bc17301b491b3f21"));
        assert_eq!(key_id("BC17301B491B3F21").as_deref(), Some("bc17301b491b3f21"));
        assert_eq!(key_id(&"cb186c4f0609a697".repeat(4)).as_deref(), Some("cb186c4f0609a697"));
        assert_eq!(key_id("é85D77543B3D62"), None);
    }

    #[test]
    fn a_tag_is_the_beginning_of_a_fingerprint() {
        assert_eq!(tag("nThbg6"), tag("nThbgw"));
        assert_ne!(tag("nThbg6"), tag("nThbh6"));
        assert_eq!(tag("nThbg6kX"), None);
    }

    #[test]
    fn a_master_key_is_for_credentials_and_others_for_files_of_their_name() {
        assert!(belongs(["config/master.key", "config/credentials.yml.enc"]));
        assert!(belongs(["config/credentials/production.key", "config/credentials/production.yml.enc"]));
        assert!(!belongs(["config/credentials/staging.key", "config/credentials/production.yml.enc"]));
    }
}
