//! Key material: certificates, keys and requests in a source of any kind, wherever in it they stand. Not what the
//! source is besides, which its own format reads.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input, Match, MatchKind};
use keyreeve_contract::FactKind;
use keyreeve_facts::{Claim, Detail, Format, Look, Out, Passwords, Reading, Row, Text};
use keyreeve_source::budget::{Account, Budget};
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, Source, SourceId, Span};
use memchr::memmem;

use super::asn1::Malformed;
use super::forms::{FORMS, Form};
use super::key::{Shape, is_cut_off, line, openpgp, openssh, special};
use super::password::Opener;
use super::pem;
use super::pem::{Block, Content, Kind, Setting};
use super::{certificate, key, keystore, parameters, pkcs7, pkcs12, request};

mod der;
mod file;
mod held;
mod sink;

use file::File;
use sink::{Again, Found};

/// What tells of key material in a text that is encoded inside another one.
const MARKS_INSIDE: &[&str] = &[
    "-----BEGIN ",
    "\"kty\"",
    "keyMaterialType",
    "PuTTY-User-Key-File-",
    "---- BEGIN SSH2 ",
    "AGE-SECRET-KEY-1",
    "AGE-PLUGIN-",
    "ssh-ed25519 AAAA",
    "ssh-rsa AAAA",
    "ecdsa-sha2-nistp",
    "Private-key-format:",
    "PrivateKey = ",
    "(private-key",
    "<RSAKeyValue>",
];

/// What tells of key material that is no text, where it stands in Base64: DER of 256 bytes and more, of 128 and more, and the shorter
/// structures of keys by their first elements; keystores of Java.
const BEGINNINGS_INSIDE: &[&[u8]] = &[
    &[0x30, 0x82],
    &[0x30, 0x81],
    // PKCS #8 and its version 2: Ed25519, X25519, Ed448.
    &[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30],
    &[0x30, 0x51, 0x02, 0x01, 0x01, 0x30],
    &[0x30, 0x53, 0x02, 0x01, 0x01, 0x30],
    &[0x30, 0x47, 0x02, 0x01, 0x00, 0x30],
    // SEC 1, on curves of 256 bits.
    &[0x30, 0x77, 0x02, 0x01, 0x01, 0x04],
    &[0x30, 0x74, 0x02, 0x01, 0x01, 0x04],
    // SubjectPublicKeyInfo: Ed25519, Ed448, P-256, P-384, RSA of 512 bits.
    &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03],
    &[0x30, 0x43, 0x30, 0x05, 0x06, 0x03],
    &[0x30, 0x59, 0x30, 0x13, 0x06, 0x07],
    &[0x30, 0x76, 0x30, 0x10, 0x06, 0x07],
    &[0x30, 0x5c, 0x30, 0x0d, 0x06, 0x09],
    &[0xfe, 0xed, 0xfe, 0xed, 0x00],
    &[0xce, 0xce, 0xce, 0xce, 0x00],
];

/// Certificates, keys and requests, in any file.
#[derive(Debug)]
pub struct KeyMaterial;

impl Format for KeyMaterial {
    const ROW: Row = Row {
        id: "material",
        title: "key material",
        makes: &[FactKind::Certificates, FactKind::Keys, FactKind::RevocationLists],
        exclusive: false,
        names: &[],
        marks: MARKS_INSIDE,
        templates: false,
        beginnings: BEGINNINGS_INSIDE,
    };

    type Part = ();

    fn claims(look: &Look<'_>) -> Claim {
        if File::of(look.bytes).may_hold() { Claim::Perhaps } else { Claim::No }
    }

    fn read(text: &Text<'_>, out: &mut Out<'_>) -> Option<()> {
        let (passwords, detailed) = (out.given.passwords, out.given.detail == Detail::Everything);
        let told = std::mem::take(&mut out.told);
        out.reading = read_file(text.id, &File::of(text.bytes()), passwords, detailed, told, out.account);
        (!out.reading.is_empty()).then_some(())
    }
}

/// Everything of the kind in a source. Problems are those of parsing; secrets are the bodies of private keys, also of
/// broken ones.
pub fn read(id: SourceId, source: &Source) -> Reading {
    read_with(id, source, Passwords::NONE, false)
}

/// As [`read`], with [`super::Place::details`] filled: subject, issuer, serial number, digests.
pub fn read_detailed(id: SourceId, source: &Source) -> Reading {
    read_with(id, source, Passwords::NONE, true)
}

/// As [`read`], also of what one of the passwords opens; as [`read_detailed`] if `detailed`.
pub fn read_with(id: SourceId, source: &Source, passwords: &Passwords, detailed: bool) -> Reading {
    let budget = Budget::of(source.len() as u64);
    let account = Account::new(&budget);
    read_file(id, &File::of(source.bytes()), passwords, detailed, HashSet::new(), &account)
}

/// As [`read_with`]. A block in one of the places that are `told` is one with which another format has a problem already.
fn read_file(
    id: SourceId,
    file: &File<'_>,
    passwords: &Passwords,
    detailed: bool,
    told: HashSet<Span>,
    account: &Account<'_>,
) -> Reading {
    let opener = Opener::new(passwords, account);
    let mut reader =
        Reader { id, detailed, account, opener, told, reading: Reading::default(), bodies: HashMap::new() };
    reader.file(file);
    reader.reading
}

/// Whether a mark stands in the text that can be one of a key or certificate.
fn is_announced(text: &[u8]) -> bool {
    let announces = |hit: Match| match MARKS.of_pattern[hit.pattern()] {
        Mark::Form(form) => (form.announces)(text, hit.start()),
        Mark::Pem | Mark::Ssh => true,
    };
    MARKS.searcher.find_iter(text).any(announces)
}

/// What a match of the searcher announces.
#[derive(Clone, Copy)]
enum Mark {
    Pem,
    Ssh,
    Form(&'static Form),
}

struct Marks {
    searcher: AhoCorasick,
    of_pattern: Vec<Mark>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let mut patterns = vec![(pem::BEGIN.to_vec(), Mark::Pem)];
    patterns.extend(line::TYPES.map(|name| (name.as_bytes().to_vec(), Mark::Ssh)));
    let of_form = |form: &'static Form| form.marks.iter().map(move |mark| (mark.as_bytes().to_vec(), Mark::Form(form)));
    patterns.extend(FORMS.iter().flat_map(of_form));
    let mut searcher = AhoCorasick::builder();
    let searcher = searcher
        .match_kind(MatchKind::LeftmostFirst)
        .build(patterns.iter().map(|(pattern, _)| pattern))
        .expect("a few short patterns");
    Marks { searcher, of_pattern: patterns.into_iter().map(|(_, mark)| mark).collect() }
});

/// A range of the source as a place in it.
fn span(range: &Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

struct Reader<'a> {
    id: SourceId,
    detailed: bool,
    account: &'a Account<'a>,
    opener: Opener<'a>,
    /// Blocks that are known to be damaged.
    told: HashSet<Span>,
    reading: Reading,
    /// How many keys of other forms have the body of this SHA-256.
    bodies: HashMap<[u8; 32], u32>,
}

impl Reader<'_> {
    fn file(&mut self, file: &File<'_>) {
        let bytes = file.bytes;
        match &file.kind {
            file::Kind::Keystore => return self.keystore(bytes),
            file::Kind::Der => self.der_file(bytes),
            file::Kind::OpenPgp => {
                let home = Span::new(0, bytes.len());
                self.openpgp(bytes, home, home);
            }
            file::Kind::Form(read) => {
                let mut again = Again::of(bytes);
                let at = 0..bytes.len();
                read(bytes, &mut Found { reader: self, again: &mut again, at });
            }
            file::Kind::Text => self.expect_certificates(bytes),
        }
        self.scan(bytes);
    }

    /// Makes room for the certificates of a large bundle at once: what grows step by step takes twice the memory at its last step.
    fn expect_certificates(&mut self, text: &[u8]) {
        const LARGE: usize = 1 << 20;
        /// Bytes of the shortest certificate that there can be, in PEM.
        const SHORTEST: usize = 256;
        if text.len() >= LARGE {
            let blocks = memmem::find_iter(text, b"-----BEGIN CERTIFICATE-----").count();
            self.reading.facts.certificates.reserve(blocks.min(text.len() / SHORTEST));
        }
    }

    fn scan(&mut self, text: &[u8]) {
        let (mut at, mut last) = (0, (0, Setting::default()));
        let mut again = Again::of(text);
        while let Some(hit) = MARKS.searcher.find(Input::new(text).range(at..)) {
            let next = match MARKS.of_pattern[hit.pattern()] {
                Mark::Pem => self.pem(text, hit.start(), &mut last),
                Mark::Ssh => self.ssh_line(text, hit.start()),
                Mark::Form(form) if !again.is_told && (form.announces)(text, hit.start()) => {
                    let mut found = Found { reader: self, again: &mut again, at: hit.range() };
                    (form.read)(text, hit.start(), &mut found)
                }
                Mark::Form(_) => None,
            };
            at = next.unwrap_or(0).max(hit.end());
        }
    }

    /// Reads the block at `at`; `last` is the end and the setting of the one before. Returns where to go on.
    fn pem<'t>(&mut self, text: &'t [u8], at: usize, last: &mut (usize, Setting<'t>)) -> Option<usize> {
        let setting = Setting::before(text, at).or_inherited(last.1, &text[last.0..at]);
        let block = Block::read(text, at, &setting)?;
        *last = (block.resume(), setting);
        let secret = block.secret(text).map(|range| span(&range));
        self.keep_secret(secret);
        let (home, begin) = (span(&block.whole), span(&block.begin));
        match &block.content {
            Content::Mention | Content::Passed => {}
            Content::Broken { at, reason } => self.untold(home, span(at), reason.clone()),
            Content::Body { bytes, dek_info } => {
                if Shape::of(bytes).is_some_and(Shape::is_private) {
                    self.keep_secret(Some(span(&block.inner)));
                }
                if let Err(reason) = self.body(&block, bytes, dek_info.as_deref(), home, begin) {
                    self.untold(home, home, format!("the block {} cannot be read: {reason}", block.label));
                }
            }
        }
        Some(block.resume())
    }

    fn body(
        &mut self,
        block: &Block<'_>,
        bytes: &[u8],
        dek_info: Option<&str>,
        home: Span,
        begin: Span,
    ) -> Result<(), Malformed> {
        match block.kind() {
            Kind::Passed => Ok(()),
            Kind::Certificate => self.certificate(bytes, home),
            Kind::Request => self.request(bytes, home),
            Kind::RevocationList => self.revocation_list(bytes, home),
            Kind::Cms => self.held(home, |_, sink| pkcs7::read(bytes, sink)),
            Kind::Pkcs12 => {
                self.held(home, |opener, sink| opener.with_known(|opener| pkcs12::read(bytes, opener, sink)))
            }
            Kind::Parameters(group) => {
                self.key(parameters::read(group, bytes)?, bytes, home, begin);
                Ok(())
            }
            Kind::Special(form) => {
                self.key(special::read(form, bytes)?, bytes, home, begin);
                Ok(())
            }
            Kind::OpenSsh => {
                for found in openssh::read(bytes)? {
                    self.key(found, bytes, home, begin);
                }
                Ok(())
            }
            Kind::OpenPgp => {
                self.openpgp(bytes, home, begin);
                Ok(())
            }
            Kind::Key | Kind::OtherKey => {
                let found = match dek_info {
                    Some(dek_info) => Some(key::Found::under_dek_info(block.label, dek_info, bytes, &mut self.opener)),
                    None => Shape::of(bytes).map(|shape| self.der_key(shape, bytes)).transpose()?.flatten(),
                };
                match found {
                    Some(found) => self.key(found, bytes, home, begin),
                    None if block.kind() == Kind::OtherKey => {
                        self.problem(home, format!("{}: a private key of a form that is not known", block.label));
                    }
                    None => return Err(Malformed("its DER is that of no key")),
                }
                Ok(())
            }
        }
    }

    fn key(&mut self, mut found: key::Found<'_>, body: &[u8], home: Span, begin: Span) {
        if let Err(reason) = found.compute(self.account) {
            self.problem(
                home,
                format!("the public half of the key is not known, so that it is found nowhere else: {reason}"),
            );
        }
        let (fact, mut place) = found.into_fact(self.location(home), body, self.detailed);
        if begin != home {
            place.parts.insert(("protection", None), self.location(begin));
        }
        self.reading.facts.keys.push(fact, place);
    }

    fn openpgp(&mut self, packets: &[u8], home: Span, begin: Span) {
        let keys = openpgp::read(packets);
        // Whatever the label says; and what cannot be read may be a secret.
        if !keys.problems.is_empty() || keys.found.iter().any(key::Found::is_private) {
            let start = if begin == home { home.start } else { begin.end };
            self.keep_secret(Some(Span { start, ..home }));
        }
        if keys.found.is_empty() && keys.problems.is_empty() && !openpgp::is_of_signatures(packets) {
            self.problem(home, "the OpenPGP key cannot be read: there is no packet of a key in it");
        }
        // Of several keys in one block none is stated in the first line alone.
        let begin = if keys.found.len() > 1 { home } else { begin };
        keys.found.into_iter().for_each(|found| self.key(found, packets, home, begin));
        for reason in keys.problems {
            self.problem(home, format!("the OpenPGP key cannot be read: {reason}"));
        }
    }

    fn certificate(&mut self, der: &[u8], home: Span) -> Result<(), Malformed> {
        let found = certificate::read(der, self.location(home), self.detailed)?;
        found.problems.into_iter().for_each(|message| self.problem(home, message));
        self.reading.facts.certificates.push(found.fact, found.place);
        Ok(())
    }

    fn request(&mut self, der: &[u8], home: Span) -> Result<(), Malformed> {
        let (fact, place) = request::read(der, self.location(home), self.detailed)?;
        self.reading.facts.keys.push(fact, place);
        Ok(())
    }

    fn ssh_line(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let line = line::Line::read(text, at)?;
        let home = span(&line.range);
        let blob = line.blob.as_deref().ok_or(Malformed("its base64 is not that of such a key"));
        match blob.and_then(|blob| Ok((blob, key::Found::in_ssh_blob("OpenSSH", blob)?))) {
            Ok((blob, found)) => {
                let (fact, place) = found.into_fact(self.location(home), blob, self.detailed);
                self.reading.facts.keys.push(fact, place);
            }
            Err(reason) => self.problem(home, format!("the SSH public key cannot be read: {reason}")),
        }
        Some(line.range.end)
    }

    fn keep_secret(&mut self, span: Option<Span>) {
        self.reading.secrets.extend(span.map(|span| (self.id, span)));
    }

    fn location(&self, span: Span) -> Location {
        Location { source: self.id, span }
    }

    /// A problem with the block that stands in `home`, unless it is told already.
    fn untold(&mut self, home: Span, span: Span, message: String) {
        if !self.told.contains(&home) {
            self.problem(span, message);
        }
    }

    fn problem(&mut self, span: Span, message: impl Into<String>) {
        let location = self.location(span);
        self.reading.problems.push(Problem::parse(location, message));
    }
}

#[cfg(test)]
mod tests;
