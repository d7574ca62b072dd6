//! What the tests share: running the programs that are the oracles, and reading a text as a source.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use keyreeve_facts::{Detail, Formats, Given, Passwords, Reading, formats};
use keyreeve_material::scan::KeyMaterial;
use keyreeve_source::{Source, Sources, Span};

/// Key material alone, also in texts inside a text.
static MATERIAL: LazyLock<Formats> = LazyLock::new(|| Formats::new(&[formats![KeyMaterial]]));

/// Output of a program that must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {}: {message}", arguments.join(" "));
    output.stdout
}

/// Runs openssl with a command line split at white space.
pub(crate) fn openssl(line: &str) -> Vec<u8> {
    run("openssl", &line.split_whitespace().collect::<Vec<_>>())
}

/// Output of openssl as text.
pub(crate) fn openssl_text(line: &str) -> String {
    String::from_utf8(openssl(line)).unwrap()
}

/// The reading of these bytes, with the invariants that hold for every reading checked.
pub(crate) fn read(bytes: &[u8]) -> Reading {
    checked(bytes, &Passwords::default(), false)
}

/// Whether a file of these bytes is read at all.
pub(crate) fn may_hold(bytes: &[u8]) -> bool {
    MATERIAL.matter("a", bytes)
}

/// Whether what is encrypted says that nobody saw what is in it.
pub(crate) fn hides_contents(reading: &Reading) -> bool {
    let mut items = reading.facts.encrypted_data.facts().iter();
    items.any(|item| item.unknown.iter().any(|unknown| unknown.field == "attributes.contents"))
}

/// The same with what one of these passwords opens, a line each, and with details.
pub(crate) fn opened(bytes: &[u8], passwords: &str) -> Reading {
    checked(bytes, &Passwords::of_lines(passwords), true)
}

fn checked(bytes: &[u8], passwords: &Passwords, detailed: bool) -> Reading {
    let sources = Sources::new(vec![Source::new("a", None, bytes.to_vec())]);
    let detail = if detailed { Detail::Everything } else { Detail::Judged };
    let reading = MATERIAL.read(&sources, Given { detail, passwords }).reading;
    let places = reading.facts.keys.places().iter().chain(reading.facts.certificates.places());
    let places = places.chain(reading.facts.revocation_lists.places()).chain(reading.facts.encrypted_data.places());
    let parts = places.clone().flat_map(|place| place.parts.values());
    let homes = places.map(|place| &place.home).chain(parts).map(|location| location.span);
    for span in homes.chain(reading.secrets.iter().map(|(_, span)| *span)).chain(problem_spans(&reading)) {
        assert!(span.start <= span.end && span.end as usize <= bytes.len());
    }
    reading
}

/// Where the problems are.
pub(crate) fn problem_spans(reading: &Reading) -> impl Iterator<Item = Span> {
    reading.problems.iter().filter_map(|problem| match &problem.subject {
        keyreeve_source::problem::Subject::Place(location) => Some(location.span),
        _ => None,
    })
}

/// The content of a file.
pub(crate) fn file(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// Lower-case hexadecimal digits of SHA-256, by openssl.
pub(crate) fn sha256(folder: &Path, bytes: &[u8]) -> String {
    let path = folder.join("digested");
    std::fs::write(&path, bytes).unwrap();
    openssl_text(&format!("dgst -sha256 -r {}", path.display())).split(' ').next().unwrap().to_owned()
}

/// A certificate authority of openssl in a folder of its own, which ends with it.
pub(crate) struct Authority(tempfile::TempDir);

impl Authority {
    /// One with an EC key, at `ca` and `ca.key`.
    pub(crate) fn new() -> Self {
        let authority = Self(tempfile::tempdir().unwrap());
        let at = |name: &str| authority.path(name);
        let configuration = format!(
            "[ca]\ndefault_ca=x\n[x]\ndatabase={}\nserial={}\ncrlnumber={}\nnew_certs_dir={}\npolicy=any\ndefault_md=sha256\n\
             default_days=30\ndefault_crl_days=30\nunique_subject=no\n[any]\ncommonName=supplied\n[none]\n",
            at("index"),
            at("serial"),
            at("number"),
            authority.0.path().display()
        );
        for (name, content) in [("cnf", configuration.as_str()), ("index", ""), ("serial", "7f01"), ("number", "01")] {
            std::fs::write(at(name), content).unwrap();
        }
        authority.key("ca");
        openssl(&format!("req -x509 -new -key {} -subj /CN=Example-CA -days 30 -out {}", at("ca.key"), at("ca")));
        authority
    }

    /// A file in its folder.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn key(&self, name: &str) {
        let path = self.path(&format!("{name}.key"));
        openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out {path}"));
    }

    /// Issues a certificate with lines of extensions, at `name` and `name.key`.
    pub(crate) fn issue(&self, name: &str, extensions: &str) {
        self.key(name);
        let at = |suffix: &str| self.path(&format!("{name}{suffix}"));
        std::fs::write(at(".ext"), format!("{extensions}\n")).unwrap();
        openssl(&format!("req -new -key {} -subj /CN={name}.example.org -out {}", at(".key"), at(".csr")));
        let (cnf, ca, key) = (self.path("cnf"), self.path("ca"), self.path("ca.key"));
        openssl(&format!(
            "ca -batch -notext -config {cnf} -cert {ca} -keyfile {key} -extfile {} -in {} -out {}",
            at(".ext"),
            at(".csr"),
            at("")
        ));
    }

    /// Revokes one that it issued.
    pub(crate) fn revoke(&self, name: &str) {
        let (cnf, ca, key) = (self.path("cnf"), self.path("ca"), self.path("ca.key"));
        openssl(&format!("ca -config {cnf} -cert {ca} -keyfile {key} -revoke {}", self.path(name)));
    }

    /// Its revocation list in PEM.
    pub(crate) fn revocation_list(&self, options: &str) -> Vec<u8> {
        let (cnf, ca, key) = (self.path("cnf"), self.path("ca"), self.path("ca.key"));
        openssl(&format!("ca -config {cnf} -cert {ca} -keyfile {key} -gencrl {options}"))
    }
}
