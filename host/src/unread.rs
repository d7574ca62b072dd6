//! The kinds of file that keyreeve knows of and does not read, and the endings of templates: by name, and by marks near
//! a file's beginning. Not the formats that are read: who adds one takes its line out of this table.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use keyreeve_contract::FactKind;
use keyreeve_facts::{Look, names_match};

use crate::formats::FORMATS;

/// What is made of a file in which nothing was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// It is of this kind, which is known and not read.
    Kind(&'static str),
    /// It looks like a template; of which format or kind, where that shows.
    Template(Option<&'static str>),
}

/// A kind of file that is not read.
struct Kind {
    title: &'static str,
    /// As in the row of a format.
    names: &'static [&'static str],
    /// All of these stand near the beginning.
    marks: &'static [&'static str],
    /// The kinds of fact that such files would have.
    makes: &'static [FactKind],
}

/// Bytes of a file in which marks are looked for.
const BEGINNING: usize = 4096;
const TEMPLATES: &[&str] = &[".j2", ".erb", ".epp", ".tmpl", ".tpl", ".sample", ".example", ".dist", ".in"];
const YAML: &[&str] = &["*.yaml", "*.yml", "*.json"];
const TLS: &[FactKind] = &[FactKind::TlsEndpoints];
const KEYS: &[FactKind] = &[FactKind::Keys];

#[rustfmt::skip]
const KINDS: &[Kind] = &[
    kind("Apache httpd", &["httpd.conf", "apache2.conf", "apache*/**/*.conf", "httpd*/**/*.conf"], &[], TLS),
    kind("Apache httpd", &["*.conf"], &["<VirtualHost"], TLS),
    kind("AWS CloudFormation", &["*.yaml", "*.yml", "*.json", "*.template"], &["AWSTemplateFormatVersion"], TLS),
    kind("BIND", &["named.conf", "named.conf.*"], &[], TLS),
    kind("Caddyfile", &["Caddyfile", "Caddyfile.*", "*.caddyfile"], &[], TLS),
    kind("Compose file", &["docker-compose*", "compose.yaml", "compose.yml", "compose.*.yml"], &["services:"], TLS),
    kind("Dockerfile", &["Dockerfile", "Dockerfile.*", "*.dockerfile", "*.Dockerfile", "Containerfile"], &[], &[]),
    kind("Dovecot", &["dovecot.conf", "dovecot/**/*.conf", "10-ssl.conf"], &[], TLS),
    kind("Elasticsearch", &["elasticsearch.yml", "opensearch.yml", "kibana.yml"], &[], TLS),
    kind("Envoy", &["envoy.yaml", "envoy.yml", "envoy.json"], &[], TLS),
    kind("Envoy", YAML, &["type.googleapis.com/envoy"], TLS),
    kind("Exim", &["exim.conf", "exim4.conf"], &[], TLS),
    kind("Helm chart", &["Chart.yaml"], &[], TLS),
    kind("Helm chart", &["templates/**/*.yaml", "templates/**/*.yml", "templates/**/*.tpl"], &[".Values"], TLS),
    kind("Kafka", &["kafka/**/*.properties"], &[], TLS),
    kind("Kafka", &["server.properties"], &["broker.id"], TLS),
    kind("Kubernetes manifest", YAML, &["apiVersion", "kind"], TLS),
    kind("lighttpd", &["lighttpd.conf", "lighttpd/**/*.conf"], &[], TLS),
    kind("MongoDB", &["mongod.conf", "mongos.conf"], &[], TLS),
    kind("Mosquitto", &["mosquitto.conf"], &[], TLS),
    kind("MySQL", &["my.cnf", "my.ini", "mysqld.cnf", "mysql/**/*.cnf", "mariadb*/**/*.cnf"], &[], TLS),
    kind("OpenLDAP", &["slapd.conf", "ldap.conf"], &[], TLS),
    kind("OpenSSL", &["openssl.cnf", "openssl.conf"], &[], TLS),
    kind("OpenVPN", &["*.ovpn", "openvpn/**/*.conf"], &[], TLS),
    kind("PostgreSQL", &["postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pgbouncer.ini"], &[], TLS),
    kind("Postfix", &["main.cf", "master.cf"], &[], TLS),
    kind("RabbitMQ", &["rabbitmq.conf", "rabbitmq.config"], &[], TLS),
    kind("Redis", &["redis.conf", "redis/**/*.conf", "valkey.conf"], &[], TLS),
    kind("Spring Boot", &["application.properties", "application.yml", "application.yaml"], &["spring"], TLS),
    kind("Squid", &["squid.conf"], &[], TLS),
    kind("ssh_config", &["ssh_config", "ssh_config.d/**/*.conf"], &[], KEYS),
    kind("sshd_config", &["sshd_config", "sshd_config.d/**/*.conf"], &[], KEYS),
    kind("strongSwan", &["ipsec.conf", "ipsec.secrets", "swanctl.conf", "strongswan.conf"], &[], KEYS),
    kind("stunnel", &["stunnel.conf", "stunnel/**/*.conf"], &[], TLS),
    kind("Terraform", &["*.tf", "*.tf.json", "*.tofu"], &[], TLS),
    kind("Tomcat", &["server.xml"], &["<Connector"], TLS),
    kind("Traefik", &["traefik.yml", "traefik.yaml", "traefik.toml", "traefik/**/*.yml", "traefik/**/*.toml"], &[], TLS),
    kind("Unbound", &["unbound.conf"], &[], TLS),
    kind("WireGuard", &["wg0.conf", "wireguard/**/*.conf"], &[], KEYS),
];

const fn kind(
    title: &'static str,
    names: &'static [&'static str],
    marks: &'static [&'static str],
    makes: &'static [FactKind],
) -> Kind {
    Kind { title, names, marks, makes }
}

/// What a file is in which no format found anything.
pub fn unread(name: &str, bytes: &[u8]) -> Option<Unread> {
    let of = |name| known(name, bytes).map(|kind| kind.title);
    let Some(plain) = TEMPLATES.iter().find_map(|ending| name.strip_suffix(ending)) else {
        return of(name).map(Unread::Kind);
    };
    // A part of a Helm chart is a template by its nature, and of a kind that is known.
    let kind = of(name).map(Unread::Kind);
    Some(kind.unwrap_or_else(|| Unread::Template(FORMATS.as_whole(&Look { name: plain, bytes }).or_else(|| of(plain)))))
}

/// Whether files of a kind would have facts of one of these kinds.
pub fn makes(title: &str, facts: &[FactKind]) -> bool {
    KINDS.iter().any(|kind| kind.title == title && kind.makes.iter().any(|made| facts.contains(made)))
}

/// Whether files of a format can have facts of one of these kinds.
pub fn reads(title: &str, facts: &[FactKind]) -> bool {
    FORMATS
        .iter()
        .any(|format| format.row().title == title && format.row().makes.iter().any(|made| facts.contains(made)))
}

fn known(name: &str, bytes: &[u8]) -> Option<&'static Kind> {
    /// Kinds by the last byte of their patterns, since every file is asked of; behind them those that end in anything.
    static BY_END: LazyLock<(Vec<Vec<&Kind>>, Vec<&Kind>)> = LazyLock::new(|| {
        let (mut by_end, mut others) = (vec![Vec::new(); 256], Vec::new());
        for kind in KINDS {
            let ends: BTreeSet<u8> = kind.names.iter().filter_map(|name| name.bytes().last()).collect();
            for end in ends {
                if end == b'*' { others.push(kind) } else { by_end[usize::from(end)].push(kind) }
            }
        }
        (by_end, others)
    });
    let beginning = &bytes[..bytes.len().min(BEGINNING)];
    let has = |mark: &&str| memchr::memmem::find(beginning, mark.as_bytes()).is_some();
    let (by_end, others) = &*BY_END;
    let near = name.bytes().last().map_or(&[][..], |end| &by_end[usize::from(end)]);
    near.iter().chain(others).copied().find(|kind| names_match(kind.names, name) && kind.marks.iter().all(has))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name_or_by_marks() {
        let manifest: &[u8] = b"apiVersion: v1\nkind: Service\n";
        for (name, bytes, expected) in [
            ("etc/postfix/main.cf", &b""[..], Some(Unread::Kind("Postfix"))),
            ("infra/main.tf", b"", Some(Unread::Kind("Terraform"))),
            ("k8s/a.yaml", manifest, Some(Unread::Kind("Kubernetes manifest"))),
            ("k8s/a.txt", manifest, None),
            ("docs/a.yaml", b"kind: cat\n", None),
            ("chart/templates/_helpers.tpl", b"{{ .Values.a }}", Some(Unread::Kind("Helm chart"))),
            ("sites/a.conf", b"<VirtualHost *:443>", Some(Unread::Kind("Apache httpd"))),
            ("roles/templates/nginx.conf.j2", b"server {\n listen 443;\n}\n", Some(Unread::Template(Some("nginx")))),
            ("main.cf.erb", b"", Some(Unread::Template(Some("Postfix")))),
            ("settings.sample", b"a", Some(Unread::Template(None))),
            ("src/main.rs", b"fn main() {}", None),
            ("README.md", b"", None),
        ] {
            assert_eq!(unread(name, bytes), expected, "{name}");
        }
    }

    #[test]
    fn no_kind_is_a_format_that_is_read() {
        for kind in KINDS {
            let is_read = FORMATS.iter().any(|format| format.row().title == kind.title);
            assert!(!is_read, "{}: take its line out of the table", kind.title);
        }
    }
}
