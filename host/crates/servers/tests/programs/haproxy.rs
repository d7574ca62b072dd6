//! HAProxy: how it is asked, and where it looks for files. The questions themselves are in `asked`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::asked::{Workshop, free_port};
use super::{Checked, Program, compare_live, compare_with_recordings, line_of};

struct Haproxy;

fn command(folder: &Path, start: &str, option: &str) -> Command {
    let mut command = Command::new("haproxy");
    command.args([option, "-f", start]).current_dir(folder.join("case")).stdin(Stdio::null());
    command
}

impl Program for Haproxy {
    fn id(&self) -> &'static str {
        "haproxy"
    }

    fn start(&self, names: &[&str]) -> Option<String> {
        let first = names.iter().find(|name| name.ends_with(".cfg"))?;
        Some(first.rsplit_once('/').map_or(*first, |(folder, _)| folder).to_owned())
    }

    fn parameters(&self) -> &'static str {
        "tune.ssl.default-dh-param"
    }

    fn shares_versions(&self) -> bool {
        false
    }

    fn has_several_defaults(&self) -> bool {
        false
    }

    fn about(&self, start: &str) -> Vec<String> {
        let version = Command::new("haproxy").arg("-vv").output().unwrap();
        let line = |start: &str| line_of(&version.stdout, start);
        vec![
            line("HAProxy version"),
            line("Built with OpenSSL"),
            line("Running on OpenSSL"),
            format!("haproxy -c -f {start}"),
        ]
    }

    fn lay_out(&self, workshop: &Workshop, files: &[(String, Vec<u8>)], folder: &Path) -> BTreeMap<String, u16> {
        let etc = folder.join("etc");
        fs::create_dir_all(etc.join("certs")).unwrap();
        workshop.copy("client", &etc.join("ca.pem"));
        // Each of the last two has one key: with two, HAProxy 2.6 forgets the versions of an entry for the second, and even 3.5
        // forgets its `verify`.
        for (key, name) in
            [("rsa", "site.pem.rsa"), ("ecdsa", "site.pem.ecdsa"), ("rsa", "admin.pem"), ("rsa", "old.pem")]
        {
            workshop.copy(&format!("{key}.pem"), &etc.join("certs").join(name));
        }
        let mut ports = BTreeMap::new();
        for (name, bytes) in files {
            let text = String::from_utf8_lossy(bytes).replace("/etc/haproxy/", &format!("{}/", etc.display()));
            let text = text.replace("/run/haproxy/", &format!("{}/", folder.display()));
            let text = text.split("bind *:").enumerate().map(|(position, part)| {
                if position == 0 {
                    return part.to_owned();
                }
                let length = part.bytes().take_while(u8::is_ascii_digit).count();
                let port = *ports.entry(part[..length].to_owned()).or_insert_with(free_port);
                format!("bind 127.0.0.1:{port}{}", &part[length..])
            });
            let text: String = text.collect();
            for to in [folder.join("case").join(name), etc.join(name)] {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::write(to, &text).unwrap();
            }
        }
        ports
    }

    fn check(&self, folder: &Path, start: &str) -> Checked {
        let checked = command(folder, start, "-c").output().unwrap();
        // A configuration that only connects has no error, but HAProxy does not start.
        let is_valid = checked.status.success() || String::from_utf8_lossy(&checked.stdout).contains("has no error");
        let text =
            String::from_utf8_lossy(&checked.stderr).replace(&format!("{}/etc/", folder.display()), "/etc/haproxy/");
        let text = text.replace(&format!("{}/", folder.display()), "");
        let kept = text.lines().filter(|line| line.starts_with("[ALERT]") || line.starts_with("[WARNING]"));
        // "[ALERT]    (123) : config : …"
        let without_process = |line: &str| match (line.split_once(']'), line.split_once(") : ")) {
            (Some((kind, _)), Some((_, message))) => format!("{kind}] {message}"),
            _ => line.to_owned(),
        };
        let messages = kept.map(without_process).map(|line| line.trim_end().to_owned()).collect();
        Checked { is_valid, messages }
    }

    fn run(&self, folder: &Path, start: &str) -> Command {
        command(folder, start, "-db")
    }
}

#[test]
fn the_facts_are_what_was_recorded() {
    let compared = compare_with_recordings(&Haproxy);
    assert!(compared > 20, "{compared}");
}

#[test]
fn the_facts_are_what_haproxy_does() {
    compare_live(&Haproxy);
}
