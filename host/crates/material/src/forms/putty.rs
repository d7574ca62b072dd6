//! Private keys of PuTTY, versions 1 to 3 (PuTTY manual, appendix C: PPK file format). The MAC is not verified, which
//! would take the passphrase; the public half is stored in plaintext.

use std::ops::Range;

use keyreeve_contract::{Encryption, Protection, Role};

use super::lines::{Line, Lines};
use super::{Sink, is_placeholder};
use crate::asn1::Malformed;
use crate::key::wire::SshKey;
use crate::key::{Found, encryption};
use crate::pem::decode;

/// The beginning of the first line; the version follows.
pub(super) const MARKS: &[&str] = &["PuTTY-User-Key-File-"];

/// The content of a file.
#[derive(Default)]
struct File {
    algorithm: String,
    encryption: String,
    kdf: Option<String>,
    memory: u64,
    passes: u64,
    parallelism: u64,
    public: Body,
    private: Body,
    has_mac: bool,
    is_elided: bool,
    end: usize,
}

/// Lines of base64, whose number is announced.
#[derive(Default)]
struct Body {
    announced: Option<usize>,
    lines: usize,
    base64: Vec<u8>,
    range: Range<usize>,
}

/// Reads the file that begins at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let mut lines = Lines::from(text, at, sink)?;
    let first = lines.next()?;
    let file = File::collect(&first, lines)?;
    let home = at..file.end;
    if !file.private.range.is_empty() {
        sink.secret(&file.private.range);
    }
    if file.is_elided {
        return Some(home.end);
    }
    match decode::base64(&file.public.base64).ok_or(Malformed("its public half is not base64")) {
        Err(reason) => sink.problem(&home, format!("the PuTTY key cannot be read: {reason}")),
        Ok(blob) => match file.found(&blob) {
            Ok(found) => sink.key(found, &blob, &home, &first.range),
            Err(reason) => sink.problem(&home, format!("the PuTTY key cannot be read: {reason}")),
        },
    }
    if let Some(reason) = file.defect() {
        sink.problem(&home, format!("the PuTTY key is cut off or damaged: {reason}"));
    }
    Some(home.end)
}

impl File {
    /// Collects the lines up to the MAC. Returns `None` if the second line shows that this is not such a file.
    fn collect(first: &Line, mut lines: Lines<'_>) -> Option<Self> {
        let (_, algorithm) = first.header()?;
        let second = lines.next()?;
        let (name, encryption) = second.header()?;
        if name != "Encryption" || is_placeholder(algorithm.as_bytes()) {
            return None;
        }
        let (algorithm, encryption) = (algorithm.to_owned(), encryption.to_owned());
        let mut file = Self { algorithm, encryption, end: second.range.end, ..Self::default() };
        for line in lines {
            if !file.take(&line) {
                break;
            }
            file.end = line.range.end;
        }
        Some(file)
    }

    /// Takes a line that belongs to the file.
    fn take(&mut self, line: &Line) -> bool {
        if self.has_mac {
            return false;
        }
        let Some((name, value)) = line.header() else {
            self.is_elided |= is_placeholder(&line.text);
            let body = if self.private.announced.is_some() { &mut self.private } else { &mut self.public };
            return line.is_base64() && body.take(line);
        };
        let number = value.parse().unwrap_or(0);
        match name {
            "Comment" => {}
            "Public-Lines" => self.public.announced = value.parse().ok(),
            "Private-Lines" => self.private.announced = value.parse().ok(),
            "Key-Derivation" => self.kdf = Some(value.to_owned()),
            "Argon2-Memory" => self.memory = number,
            "Argon2-Passes" => self.passes = number,
            "Argon2-Parallelism" => self.parallelism = number,
            "Argon2-Salt" => {}
            "Private-MAC" | "Private-Hash" => self.has_mac = true,
            _ => return false,
        }
        true
    }

    fn found<'a>(&self, blob: &'a [u8]) -> Result<Found<'a>, Malformed> {
        let key = SshKey::read(blob)?;
        if key.name != self.algorithm.as_bytes() {
            return Err(Malformed("its public half is of another algorithm than its first line says"));
        }
        let hidden = format!("the SSH key type {} is not known", self.algorithm);
        let found = Found::new(Role::Private, "PuTTY", Protection::Plaintext, key.public).hidden_since(hidden);
        Ok(if self.encryption == "none" { found } else { found.encrypted(self.under()) })
    }

    /// Versions 1 and 2 hash the passphrase with SHA-1, version 3 uses Argon2.
    fn under(&self) -> Encryption {
        let cipher = encryption::ssh_cipher(&self.encryption);
        match &self.kdf {
            None => Encryption { iterations: 1, ..encryption::of("PuTTY", "SHA1", &cipher) },
            Some(kdf) => Encryption {
                iterations: self.passes,
                attributes: encryption::argon2_cost(self.memory, self.parallelism),
                ..encryption::of("PuTTY", kdf, &cipher)
            },
        }
    }

    fn defect(&self) -> Option<&'static str> {
        let short = |body: &Body| body.announced != Some(body.lines);
        match () {
            () if short(&self.public) => Some("it has another number of public lines than it announces"),
            () if short(&self.private) => Some("it has another number of private lines than it announces"),
            () if !self.has_mac => Some("it has no MAC"),
            () => None,
        }
    }
}

impl Body {
    fn take(&mut self, line: &Line) -> bool {
        if self.announced.is_none_or(|announced| self.lines >= announced) {
            return false;
        }
        let start = if self.lines == 0 { line.range.start } else { self.range.start };
        self.range = start..line.range.end;
        self.base64.extend(&line.text);
        self.lines += 1;
        true
    }
}
