//! Debian's docker-registry on a free port of this machine, with the test's own configuration. It is not a service of
//! the system.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A registry that runs until it is dropped.
pub(crate) struct Registry {
    process: Child,
    folder: TempDir,
    /// Its port.
    pub(crate) port: u16,
}

impl Registry {
    /// One that everybody may read and write.
    pub(crate) fn open() -> Option<Self> {
        Self::start(|_| Some(String::new()))
    }

    /// One that wants the user `ada` with the password `enigma`.
    pub(crate) fn with_password() -> Option<Self> {
        Self::start(|folder| {
            let file = folder.path().join("htpasswd");
            let program = keyreeve_oracles::program("htpasswd")?;
            Command::new(program).args(["-Bbc"]).arg(&file).args(["ada", "enigma"]).output().unwrap();
            Some(format!("auth:\n  htpasswd:\n    realm: town\n    path: {}\n", file.display()))
        })
    }

    /// One with TLS, under the name of this machine; its certificate is that of its own authority, `ca.pem`.
    pub(crate) fn with_tls(host: &str) -> Option<Self> {
        Self::start(|folder| {
            let at = |name: &str| folder.path().join(name).display().to_string();
            let (authority, signer) = (at("ca.pem"), at("ca.key"));
            let (certificate, key, name) = (at("leaf.pem"), at("leaf.key"), format!("subjectAltName=DNS:{host}"));
            openssl(&["-subj", "/CN=authority", "-keyout", &signer, "-out", &authority]);
            let leaf = ["-addext", &name, "-addext", "basicConstraints=critical,CA:FALSE", "-CA", &authority];
            openssl(
                &[&leaf[..], &["-CAkey", &signer, "-subj", "/CN=x", "-keyout", &key, "-out", &certificate]].concat(),
            );
            Some(format!("  tls:\n    certificate: {certificate}\n    key: {key}\n"))
        })
    }

    /// Its own certificate authority.
    pub(crate) fn authority(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    /// Address of something in it.
    pub(crate) fn address(&self, name: &str) -> String {
        format!("127.0.0.1:{}/{name}", self.port)
    }

    /// What it answers to a GET, by curl: the headers, and the body behind an empty line.
    pub(crate) fn curl(&self, path: &str, accept: &str) -> Vec<u8> {
        let url = format!("http://127.0.0.1:{}/v2/{path}", self.port);
        let output = Command::new("curl").args(["-sS", "-H", &format!("Accept: {accept}"), &url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// `more` writes what the configuration has beyond an address, which it ends with.
    fn start(more: impl Fn(&TempDir) -> Option<String>) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let more = more(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let data = folder.path().join("data");
        let configuration = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: 127.0.0.1:{port}\n{more}",
            data.display()
        );
        let file = folder.path().join("config.yml");
        fs::write(&file, configuration).unwrap();
        let mut command = Command::new(keyreeve_oracles::program("docker-registry")?);
        command.arg("serve").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().unwrap();
        let registry = Self { process, folder, port };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "docker-registry does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(registry)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // If the process has ended by itself, the test fails anyway.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes a certificate and its key.
fn openssl(arguments: &[&str]) {
    let mut command = Command::new("openssl");
    let output = command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]).args(arguments).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
