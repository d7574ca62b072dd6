//! nginx: how it is asked, and where it looks for files. The questions themselves are in `asked`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::asked::{Workshop, free_port};
use super::{Checked, Program, compare_live, compare_with_recordings, line_of};

/// What each http block begins with: a certificate of each kind, which the files name as they like.
const CERTIFICATES: &str =
    "ssl_certificate rsa.crt; ssl_certificate_key rsa.key; ssl_certificate ecdsa.crt; ssl_certificate_key ecdsa.key;";

struct Nginx;

fn command(folder: &Path, start: &str) -> Command {
    let mut command = Command::new("nginx");
    let case = folder.join("case");
    let main = format!("daemon off; master_process off; pid {}/pid;", folder.display());
    command.args(["-e", "stderr", "-g", &main, "-p"]).arg(&case).arg("-c").arg(case.join(start));
    command
}

impl Program for Nginx {
    fn id(&self) -> &'static str {
        "nginx"
    }

    fn start(&self, names: &[&str]) -> Option<String> {
        names.contains(&"nginx.conf").then(|| "nginx.conf".to_owned())
    }

    fn parameters(&self) -> &'static str {
        "ssl_dhparam"
    }

    fn shares_versions(&self) -> bool {
        true
    }

    /// Before 1.23.4 TLS 1.3 was not among them.
    fn has_several_defaults(&self) -> bool {
        true
    }

    fn about(&self, start: &str) -> Vec<String> {
        let version = Command::new("nginx").arg("-V").output().unwrap();
        let line = |start: &str| line_of(&version.stderr, start);
        vec![line("nginx version"), line("built with OpenSSL"), format!("nginx -t -c {start}")]
    }

    fn lay_out(&self, workshop: &Workshop, files: &[(String, Vec<u8>)], folder: &Path) -> BTreeMap<String, u16> {
        let case = folder.join("case");
        fs::create_dir_all(&case).unwrap();
        for key in ["rsa", "ecdsa"] {
            workshop.copy(key, &case.join(format!("{key}.crt")));
            workshop.copy(&format!("{key}.key"), &case.join(format!("{key}.key")));
        }
        workshop.copy("client", &case.join("ca.pem"));
        workshop.copy("dh.pem", &case.join("dh.pem"));
        let own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let own = own.map(|kind| format!("{kind}_temp_path {}/{kind}; ", folder.display())).concat();
        let mut ports = BTreeMap::new();
        for (name, bytes) in files {
            let text = String::from_utf8_lossy(bytes);
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("ssl_certificate"));
            let lines = lines.map(|line| match line.trim_start().strip_prefix("listen ") {
                Some(rest) => {
                    let rest = rest.strip_prefix("127.0.0.1:").unwrap_or(rest);
                    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
                    let port = *ports.entry(rest[..length].to_owned()).or_insert_with(free_port);
                    format!("listen 127.0.0.1:{port}{}\n", &rest[length..])
                }
                None => format!("{line}\n"),
            });
            let text = lines.collect::<String>();
            let text = text.replace("http {", &format!("http {{ access_log off; {own} {CERTIFICATES}"));
            let to = case.join(name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, text).unwrap();
        }
        ports
    }

    fn check(&self, folder: &Path, start: &str) -> Checked {
        let checked = command(folder, start).arg("-t").output().unwrap();
        let text = String::from_utf8_lossy(&checked.stderr).replace(&format!("{}/case/", folder.display()), "");
        let kept = text.lines().filter(|line| line.contains("[emerg]") || line.contains("[warn]"));
        // "nginx: [emerg] …", or "2026/01/02 03:04:05 [emerg] 7#7: …"
        let without_process = |line: &str| {
            let message = &line[line.find('[').unwrap_or(0)..];
            match message
                .split_once("] ")
                .and_then(|(kind, rest)| Some((kind, rest.split_once("#")?.1.split_once(": ")?.1)))
            {
                Some((kind, message)) => format!("{kind}] {message}"),
                None => message.to_owned(),
            }
        };
        let messages = kept.map(without_process).collect();
        Checked { is_valid: checked.status.success(), messages }
    }

    fn run(&self, folder: &Path, start: &str) -> Command {
        command(folder, start)
    }
}

#[test]
fn the_facts_are_what_was_recorded() {
    let compared = compare_with_recordings(&Nginx);
    assert!(compared >= 5, "{compared}");
}

#[test]
fn the_facts_are_what_nginx_does() {
    compare_live(&Nginx);
}
