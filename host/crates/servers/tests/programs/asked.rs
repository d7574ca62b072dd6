//! Starts a server program with a case on loopback ports, and tests it with `openssl s_client`, one version, suite and group at a
//! time. What is particular to one program is in the file of its name, and the comparison with the facts is elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Program;
use super::recorded::{Answers, Question, Recording};

/// The groups that are tried.
pub(crate) const GROUPS: [(&str, u16); 10] = [
    ("X25519", 29),
    ("P-256", 23),
    ("X448", 30),
    ("P-521", 25),
    ("P-384", 24),
    ("ffdhe2048", 256),
    ("ffdhe3072", 257),
    ("ffdhe4096", 258),
    ("ffdhe6144", 259),
    ("ffdhe8192", 260),
];

const VERSIONS: [(&str, u16); 4] = [("-tls1", 0x0301), ("-tls1_1", 0x0302), ("-tls1_2", 0x0303), ("-tls1_3", 0x0304)];

const TLS13: [&str; 5] = [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_128_CCM_SHA256",
    "TLS_AES_128_CCM_8_SHA256",
];

/// All suites that the library has.
const ALL: &str = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// Certificates of a made-up authority, and a folder for them.
pub(crate) struct Workshop {
    folder: tempfile::TempDir,
    /// Code points by the names of OpenSSL.
    suites: BTreeMap<String, u16>,
}

/// A program while it runs.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Workshop {
    /// Makes the certificates.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        for (name, algorithm, subject) in [
            ("rsa", "rsa:2048", "/CN=example.org"),
            ("ecdsa", "ec", "/CN=example.org"),
            ("client", "rsa:2048", "/CN=client"),
        ] {
            let key = [&at(name), ".key"].concat();
            let mut request = vec!["req", "-x509", "-nodes", "-days", "30", "-subj", subject, "-newkey", algorithm];
            request.extend(if algorithm == "ec" { vec!["-pkeyopt", "ec_paramgen_curve:P-256"] } else { vec![] });
            let made = openssl(&[&request[..], &["-keyout", &key, "-out", &at(name)]].concat());
            assert!(made.0, "{}", made.1);
            let both = [fs::read(at(name)).unwrap(), fs::read(key).unwrap()].concat();
            fs::write(at(&format!("{name}.pem")), both).unwrap();
        }
        let parameters = ["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out"];
        assert!(openssl(&[&parameters[..], &[&at("dh.pem")]].concat()).0);
        let suites = ciphers(&["-ciphersuites", &TLS13.join(":"), "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]);
        Self { folder, suites }
    }

    /// Records a program's messages about these files, and how it behaves.
    pub(crate) fn ask(
        &self,
        program: &dyn Program,
        files: &[(String, Vec<u8>)],
        start: &str,
        questions: &[Question],
    ) -> Recording {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let ports = program.lay_out(self, files, folder.path());
        let checked = program.check(folder.path(), start);
        let mut recording = Recording {
            about: program.about(start),
            is_valid: checked.is_valid,
            messages: without_ports(checked.messages, &ports),
            level_2: at_level(2),
            level_0: at_level(0),
            answers: BTreeMap::new(),
        };
        if !recording.is_valid || questions.is_empty() {
            return recording;
        }
        let quiet =
            program.run(folder.path(), start).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let _running = Running(quiet.unwrap());
        for question in questions {
            let port = ports[question.0.strip_prefix("*:").unwrap()];
            wait_for(port);
            recording.answers.insert(question.clone(), self.handshakes(port, question.1.as_deref()));
        }
        recording
    }

    /// Copies what it made: `rsa`, `ecdsa` and `client`, each a certificate, with `.key` its key, with `.pem` both in one file.
    pub(crate) fn copy(&self, name: &str, to: &Path) {
        fs::copy(self.folder.path().join(name), to).unwrap();
    }

    fn handshakes(&self, port: u16, name: Option<&str>) -> Answers {
        let shake = |more: &[&str]| self.handshake(port, name, more);
        let mut answers = Answers::default();
        for (option, version) in VERSIONS {
            if shake(&[option, "-cipher", ALL]).is_some() {
                answers.versions.insert(version);
            }
        }
        // A server may choose the ECDSA certificate wherever a client can use one, whether or not it has a suite for it; so
        // those suites are tried separately. A suite that was chosen is not offered again.
        for kind in ["ALL:COMPLEMENTOFALL:!aECDSA", "ALL:COMPLEMENTOFALL:!aRSA:!aNULL:!kRSA"] {
            let mut refused = String::new();
            while let Some(suite) = shake(&["-no_tls1_3", "-cipher", &format!("{kind}{refused}:@SECLEVEL=0")]) {
                assert!(answers.suites.insert(self.suites[&suite]), "{suite} twice");
                refused += &format!(":!{suite}");
            }
        }
        let mut offered = TLS13.to_vec();
        while let Some(suite) = shake(&["-tls1_3", "-ciphersuites", &offered.join(":")]) {
            answers.suites.insert(self.suites[&suite]);
            offered.retain(|offered| *offered != suite);
        }
        for (group, id) in GROUPS {
            if shake(&["-groups", group, "-cipher", "ECDHE+aRSA:@SECLEVEL=0"]).is_some() {
                answers.groups.insert(id);
            }
        }
        let shown = self.client(port, name, &["-cipher", ALL]);
        let signs = ["Client Certificate Types", "Acceptable client certificate CA names"];
        answers.asks_for_certificate = signs.iter().any(|sign| shown.contains(sign));
        answers
    }

    /// The suite of a handshake, if there was one.
    fn handshake(&self, port: u16, name: Option<&str>, more: &[&str]) -> Option<String> {
        let text = self.client(port, name, more);
        let suite = text.split("Cipher is ").nth(1)?.split_whitespace().next()?;
        (suite != "(NONE)").then(|| suite.to_owned())
    }

    fn client(&self, port: u16, name: Option<&str>, more: &[&str]) -> String {
        let (to, certificate) = (format!("127.0.0.1:{port}"), self.folder.path().join("client.pem"));
        // A client that requests no name gets the certificate for only one of the two algorithms.
        let name = name.unwrap_or("example.org");
        let certificate = certificate.to_str().unwrap();
        let mut arguments = vec!["s_client", "-connect", &to, "-cert", certificate, "-servername", name];
        arguments.extend(more);
        openssl(&arguments).1
    }
}

fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Code points by names.
fn ciphers(arguments: &[&str]) -> BTreeMap<String, u16> {
    let (_, text) = openssl(&[&["ciphers", "-V"], arguments].concat());
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let of = |words: Vec<&str>| {
        let (high, low) = words[0].split_once(',').unwrap();
        let code = u16::from_str_radix(&[&high[2..], &low[2..]].concat(), 16).unwrap();
        (words[2].to_owned(), code)
    };
    lines.map(of).collect()
}

fn at_level(level: u8) -> BTreeSet<u16> {
    let string = format!("ALL:COMPLEMENTOFALL:@SECLEVEL={level}");
    ciphers(&["-s", "-ciphersuites", &TLS13.join(":"), &string]).into_values().collect()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < PATIENCE, "the program does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Messages with the ports that the files have.
fn without_ports(messages: Vec<String>, ports: &BTreeMap<String, u16>) -> Vec<String> {
    let port = |message: String, (written, port): (&String, &u16)| {
        message.replace(&format!("127.0.0.1:{port}"), &format!("*:{written}"))
    };
    messages.into_iter().map(|message| ports.iter().fold(message, port)).collect()
}
