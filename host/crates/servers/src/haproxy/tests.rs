//! Tests of HAProxy facts on the cases in testdata/formats/haproxy and on small texts: what is in force, where it is
//! stated, what is unknown. The comparison with HAProxy itself is in tests/programs.
#![allow(clippy::unwrap_used)]

mod hostile;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use keyreeve_contract::{Network, Side, TlsEndpoint, Transport, Verification};
use keyreeve_facts::{Claim, Formats, Given, Look, Place, Reading};
use keyreeve_source::problem::Subject;
use keyreeve_source::{Location, Source, Sources};

static FORMATS: LazyLock<Formats> = LazyLock::new(|| Formats::new(&[crate::FORMATS]));

struct Tree {
    sources: Sources,
    reading: Reading,
}

impl Tree {
    /// A tree of these files, by name and text.
    fn new<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Self {
        let sources = files.iter().map(|(name, text)| Source::new(*name, None, text.as_ref())).collect();
        let sources = Sources::new(sources);
        let reading = FORMATS.read(&sources, Given::NOTHING).reading;
        Self { sources, reading }
    }

    /// A case of testdata/formats/haproxy.
    fn case(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../testdata/formats/haproxy").join(name);
        let mut files = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                    files.push((name, fs::read(path).unwrap()));
                }
            }
        }
        files.retain(|(name, _)| name != "oracle.txt" && name != "facts.txt");
        files.sort();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text)).collect();
        Self::new(&files)
    }

    fn facts(&self) -> Vec<(&TlsEndpoint, &Place)> {
        self.reading.facts.tls_endpoints.iter().collect()
    }

    /// The endpoint with this label in a report.
    fn of(&self, label: &str) -> (&TlsEndpoint, &Place) {
        let labels: Vec<_> = self.facts().iter().map(|(_, place)| place.label.to_string()).collect();
        let found = self.facts().into_iter().find(|(_, place)| &*place.label == label);
        found.unwrap_or_else(|| panic!("no {label} in {labels:?}"))
    }

    fn text(&self, location: Location) -> &str {
        std::str::from_utf8(&self.sources[location.source].bytes()[location.span.range()]).unwrap()
    }

    /// The text that states a part, if any does.
    fn part(&self, label: &str, field: &'static str, position: Option<u32>) -> Option<&str> {
        self.of(label).1.parts.get(&(field, position)).map(|location| self.text(*location))
    }

    fn versions(&self, label: &str) -> &[u16] {
        &self.of(label).0.versions
    }

    /// The unknown fields, each with its reason.
    fn unknown(&self, label: &str) -> Vec<(&str, &str)> {
        let unknown = &self.of(label).0.unknown;
        unknown.iter().map(|unknown| (&*unknown.field, &*unknown.reason)).collect()
    }

    fn problems(&self) -> Vec<String> {
        let shown = self.reading.problems.iter().map(|problem| match &problem.subject {
            Subject::Place(location) => {
                let source = &self.sources[location.source];
                format!("{}:{}: {}", source.name, source.position(location.span.start).line, problem.message)
            }
            _ => problem.message.clone(),
        });
        shown.collect()
    }
}

const WWW: &str = "frontend www on *:443";
const NEW: [u16; 2] = [0x0303, 0x0304];

#[test]
fn without_a_statement_the_defaults_hold_and_stand_nowhere() {
    let tree = Tree::case("defaults-only");
    assert_eq!(tree.problems(), [""; 0]);
    let labels: Vec<_> = tree.facts().iter().map(|(_, place)| place.label.to_string()).collect();
    assert_eq!(labels, [WWW, "server app2 of backend app"]);
    let (fact, place) = tree.of(WWW);
    assert_eq!((fact.side, fact.transport, fact.verification), (Side::Server, Transport::Tls, Verification::None));
    assert_eq!((&fact.versions[..], &fact.suites[..3]), (&NEW[..], &[0x1302, 0x1303, 0x1301][..]));
    assert_eq!(place.parts.keys().collect::<Vec<_>>(), [&("transport", None)]);
    assert_eq!(tree.part(WWW, "transport", None), Some("ssl"));
    let (fact, _) = tree.of("server app2 of backend app");
    assert_eq!((fact.side, fact.verification), (Side::Client, Verification::Required));
    assert_eq!((&fact.names[..], &fact.versions[..]), (&["10.0.0.12:8443".to_owned()][..], &NEW[..]));
}

#[test]
fn a_minimum_of_global_holds_for_what_states_none() {
    let tree = Tree::case("minimum-in-global");
    assert_eq!(tree.versions(WWW), [0x0302, 0x0303, 0x0304]);
    assert_eq!(tree.part(WWW, "versions", Some(0)), Some("TLSv1.1"));
    assert_eq!(tree.versions("server app2 of backend app"), [0x0303]);
}

#[test]
fn switches_take_versions_away_unless_a_bound_is_stated() {
    let tree = Tree::case("versions-switched-off");
    assert_eq!(tree.versions(WWW), NEW);
    assert_eq!(tree.part(WWW, "versions", None), Some("no-tlsv11"));
    assert_eq!(tree.versions("frontend www on *:8443"), [0x0304]);
    assert_eq!(tree.versions("frontend www on *:9443"), [0x0303]);
}

#[test]
fn force_states_both_bounds() {
    let tree = Tree::case("forced-version");
    assert_eq!(tree.versions("listen legacy on *:443"), [0x0303]);
    assert_eq!(tree.versions("listen legacy on *:8443"), NEW);
    assert_eq!(tree.versions("server app1 of listen legacy"), [0x0304]);
    assert_eq!(tree.part("listen legacy on *:443", "versions", Some(0)), Some("force-tlsv12"));
}

#[test]
fn suites_of_a_bind_come_over_those_of_global() {
    let tree = Tree::case("ciphers-and-suites");
    assert_eq!(tree.of(WWW).0.suites, [0x1301, 0x1303, 0xC02B, 0xC02F, 0xC030]);
    assert_eq!(tree.part(WWW, "suites", Some(2)), Some("ECDHE-ECDSA-AES128-GCM-SHA256"));
    let other = "frontend www on *:8443";
    assert_eq!(tree.of(other).0.suites, [0x1302, 0xC02C, 0xC030, 0xC02B, 0xC02F, 0x0035]);
    assert_eq!(tree.part(other, "suites", Some(5)), Some("AES256-SHA"));
    assert_eq!(tree.part(other, "suites", None), Some("\"ECDHE+AESGCM:AES256-SHA\""));
}

#[test]
fn curves_come_before_ecdhe_even_by_default() {
    let tree = Tree::case("curves");
    assert_eq!(tree.of(WWW).0.groups, [29, 23]);
    assert_eq!(tree.of("frontend www on *:8443").0.groups, [24, 25]);
    assert_eq!(tree.of("frontend www on *:9443").0.groups, [29, 23]);
    assert_eq!(tree.part(WWW, "groups", None), Some("X25519:P-256"));
}

#[test]
fn clients_are_verified_as_stated() {
    let tree = Tree::case("client-certificates");
    assert_eq!(tree.of("frontend api on *:443").0.verification, Verification::Required);
    assert_eq!(tree.of("frontend api on *:8443").0.verification, Verification::Optional);
    assert_eq!(tree.part("frontend api on *:443", "verification", None), Some("required"));
}

#[test]
fn an_entry_of_a_list_comes_over_its_bind() {
    let tree = Tree::case("crt-list");
    assert_eq!((tree.problems(), tree.facts().len()), (Vec::new(), 3));
    assert_eq!(tree.of(WWW).0.names, ["www.example.org", "example.org"]);
    assert_eq!(tree.versions(WWW), NEW);
    let admin = "frontend www on *:443, admin.example.org";
    assert_eq!((tree.versions(admin), tree.of(admin).0.verification), (&[0x0304][..], Verification::Required));
    assert_eq!(tree.part(admin, "versions", Some(0)), Some("TLSv1.3"));
    let (old, place) = tree.of("frontend www on *:443, old.example.org");
    assert_eq!((&old.versions[..], &old.suites[..]), (&[0x0303][..], &[0xC013, 0x002F][..]));
    assert_eq!(old.names, ["old.example.org"]);
    assert_eq!(tree.sources[place.home.source].name, "crt-list.txt");
}

#[test]
fn a_certificate_of_a_frontend_comes_over_its_binds() {
    let text = "global\nfrontend x\n bind :443 ssl\n ssl-f-use crt a.pem ssl-max-ver TLSv1.2\n ssl-f-use crt b.pem\n";
    let tree = Tree::new(&[("haproxy.cfg", text)]);
    assert_eq!((tree.problems(), tree.facts().len()), (Vec::new(), 2));
    assert_eq!(tree.versions("frontend x on *:443, a.pem"), [0x0303]);
    assert_eq!(tree.versions("frontend x on *:443"), NEW);
}

#[test]
fn a_file_is_haproxys_and_no_other_formats() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../testdata/formats/haproxy");
    for case in fs::read_dir(cases).unwrap() {
        let tree = Tree::case(case.unwrap().file_name().to_str().unwrap());
        for (_, source) in tree.sources.iter().filter(|(_, source)| source.name.ends_with(".cfg")) {
            let look = Look { name: &source.name, bytes: source.bytes() };
            let claims: Vec<_> = crate::FORMATS.iter().map(|format| (format.row().id, format.claims(&look))).collect();
            let theirs = claims.iter().filter(|(_, claim)| *claim > Claim::No).map(|(id, _)| *id);
            assert_eq!(theirs.collect::<Vec<_>>(), ["haproxy"], "{}", source.name);
        }
    }
}

#[test]
fn what_a_variable_stands_for_is_unknown() {
    let tree = Tree::case("environment");
    let reason = "the variable in \"${TLS_MIN}\" is not resolved";
    assert_eq!(tree.unknown("frontend www on *:${PORT}"), [("versions", reason)]);
    let options = "the variable in \"${BIND_OPTIONS[*]}\" is not resolved";
    let fields = ["versions", "groups", "verification"];
    let found = tree.unknown("frontend www on *:8443");
    assert!(fields.iter().all(|field| found.contains(&(field, options))), "{found:?}");
    assert_eq!(
        (tree.versions("frontend www on *:9443"), tree.unknown("frontend www on *:9443")),
        (&[0x0304][..], vec![])
    );
    assert_eq!(tree.problems(), [""; 0]);
}

#[test]
fn what_a_condition_decides_is_unknown() {
    let tree = Tree::case("condition");
    let reason = "whether this holds depends on the condition \".else\"";
    assert_eq!(tree.unknown(WWW), [("versions", reason)]);
    assert!(!tree.of(WWW).0.suites.contains(&0x0005));
    assert_eq!((tree.versions("frontend www on *:8443"), tree.unknown("frontend www on *:8443")), (&NEW[..], vec![]));
    let debug = "whether this holds depends on the condition \".if defined(DEBUG)\"";
    assert_eq!(tree.unknown("frontend www on *:9443"), [("transport", debug)]);
}

#[test]
fn servers_are_verified_unless_they_are_not() {
    let tree = Tree::case("servers-not-verified");
    assert_eq!(tree.facts().len(), 4);
    let (app1, _) = tree.of("server app1 of backend app");
    assert_eq!((app1.verification, app1.context.network), (Verification::None, Network::Unspecified));
    assert_eq!(tree.part("server app1 of backend app", "verification", None), Some("none"));
    assert_eq!(tree.of("server app2 of backend app").0.names, ["10.0.0.12:443", "app.example.org"]);
    assert_eq!(tree.of("server app3 of backend app").0.context.network, Network::Trusted);
    assert_eq!(tree.of("server web of backend all-trusted").0.names, ["web.internal:443", "web.internal"]);
    let tree = Tree::case("verification-off-for-all-servers");
    assert_eq!(tree.of("server app1 of backend app").0.verification, Verification::None);
    assert_eq!(tree.of("server app2 of backend app").0.verification, Verification::Required);
}

#[test]
fn a_server_without_a_minimum_has_that_of_openssl() {
    for (options, versions) in [
        ("", &NEW[..]),
        ("ssl-max-ver TLSv1.1", &[0x0302]),
        ("no-tlsv13", &[0x0303]),
        // The versions between two enabled ones are enabled.
        ("no-tlsv12", &NEW),
        ("ciphers ALL:@SECLEVEL=0", &[0x0301, 0x0302, 0x0303, 0x0304]),
    ] {
        let text = format!("global\nbackend x\n server a h:1 ssl {options}\n");
        assert_eq!(Tree::new(&[("haproxy.cfg", &text)]).facts()[0].0.versions, versions, "{options}");
    }
}

#[test]
fn default_server_holds_for_the_servers_behind_it() {
    let tree = Tree::case("default-server");
    assert_eq!(tree.facts().len(), 2);
    assert_eq!(tree.versions("server app1 of backend app"), NEW);
    assert_eq!(tree.versions("server app2 of backend app"), [0x0304]);
    assert_eq!(tree.part("server app1 of backend app", "suites", None), Some("ECDHE+AESGCM"));
    assert_eq!(tree.part("server app2 of backend app", "transport", None), Some("ssl"));
}

#[test]
fn the_files_of_a_folder_are_one_configuration() {
    let tree = Tree::case("several-files");
    assert_eq!((tree.versions(WWW), tree.unknown(WWW)), (&[0x0304][..], vec![]));
    assert_eq!(tree.of("frontend www on *:80").0.transport, Transport::Plaintext);
    let tree = Tree::case("global-read-last");
    let reason = "whether conf/global.cfg is read before this file is not known";
    assert_eq!(tree.unknown(WWW), [("versions", reason)]);
}

#[test]
fn what_a_fragment_takes_from_elsewhere_is_unknown() {
    let tree = Tree::case("fragment");
    let shop = "frontend shop on *:443";
    let fields: Vec<_> = tree.unknown(shop).into_iter().map(|(field, _)| field).collect();
    assert_eq!((tree.versions(shop), &fields[..]), (&[][..], &["versions", "suites", "groups", "verification"][..]));
    assert_eq!(tree.of("frontend shop on *:80").0.transport, Transport::Plaintext);
    assert_eq!(tree.of("server shop1 of backend shop").0.verification, Verification::None);
}

#[test]
fn a_list_that_is_not_there_is_unknown_by_itself() {
    let tree = Tree::case("missing-crt-list");
    assert_eq!((tree.versions(WWW), tree.unknown(WWW)), (&NEW[..], vec![]));
    let list = "frontend www on *:443, names of /etc/haproxy/elsewhere/crt-list.txt";
    let reason = "the list /etc/haproxy/elsewhere/crt-list.txt is outside the scanned tree";
    assert_eq!(tree.unknown(list), ["versions", "suites", "groups", "verification"].map(|field| (field, reason)));
}

#[test]
fn what_is_wrong_in_a_list_is_a_problem() {
    let tree = Tree::case("crt-list-names-itself");
    let expected = [
        "crt-list.txt:2: the list names itself as a certificate",
        "crt-list.txt:3: the brackets of this entry do not match",
    ];
    assert_eq!((tree.problems(), tree.facts().len()), (expected.map(str::to_owned).to_vec(), 1));
}

#[test]
fn a_configuration_in_a_config_map_has_its_places_there() {
    let tree = Tree::case("config-map");
    assert_eq!(tree.versions(WWW), [0x0301, 0x0302, 0x0303, 0x0304]);
    assert_eq!(tree.part(WWW, "versions", Some(0)), Some("TLSv1.0"));
    assert_eq!(tree.of("server app1 of backend app").0.verification, Verification::None);
}

#[test]
fn a_fault_has_its_place_and_the_rest_is_judged() {
    let tree = Tree::case("faults");
    let expected = [
        "haproxy.cfg:1: this line stands in no section",
        "haproxy.cfg:4: \"ssl-min-vers\" is no keyword of ssl-default-bind-options",
        "haproxy.cfg:10: \"TLSv1.4\" is no value of ssl-min-ver",
        "haproxy.cfg:11: all versions of TLS are disabled, which HAProxy refuses",
        "haproxy.cfg:12: no cipher match: the cipher string selects no suite (ciphers)",
        "haproxy.cfg:12: \"sometimes\" is no value of verify",
        "haproxy.cfg:13: nothing closes this quote",
        "haproxy.cfg:14: no condition is open here",
        "haproxy.cfg:16: verify has no value",
    ];
    assert_eq!(tree.problems(), expected);
    assert_eq!(tree.facts().len(), 5);
    assert_eq!(tree.unknown(WWW)[1], ("groups", "the group \"P-257\" is not known"));
}

#[test]
fn sockets_are_local_and_quic_has_one_version() {
    let tree = Tree::case("quic-and-sockets");
    assert_eq!(tree.versions("frontend www on quic4@:443"), [0x0304]);
    for local in ["frontend www on /run/haproxy/local.sock", "frontend www on 127.0.0.1:8443,[::1]:8443"] {
        assert_eq!(tree.of(local).0.context.network, Network::Trusted, "{local}");
    }
    assert_eq!(tree.of("frontend www on *:8080").0.transport, Transport::Plaintext);
    assert_eq!(tree.of("server app1 of backend app").0.context.network, Network::Trusted);
    assert_eq!(tree.facts().len(), 6);
}

#[test]
fn who_only_redirects_to_https_serves_nothing_in_clear() {
    for (directives, serves) in [
        ("redirect scheme https if !{ ssl_fc }", false),
        ("http-request redirect scheme https unless { ssl_fc }", false),
        ("redirect scheme https code 301", false),
        ("acl acme path_beg /.well-known/acme-challenge/\n redirect scheme https if !{ ssl_fc } !acme", false),
        ("http-request redirect location https://x/ if { path / }", true),
        ("redirect scheme https if { hdr(host) x } or !{ ssl_fc }", false),
        ("redirect scheme https unless { ssl_fc } or { src 10.0.0.0/8 }", true),
        ("http-request deny", false),
        ("http-request deny if { path /admin }", true),
        ("redirect prefix http://x", true),
        ("stats enable", true),
    ] {
        let text = format!("global\ndefaults\n mode http\nfrontend x\n bind :80\n {directives}\n");
        assert_eq!(!Tree::new(&[("haproxy.cfg", &text)]).facts().is_empty(), serves, "{directives}");
    }
}

#[test]
fn tags_of_a_template_are_conditions() {
    let text = "global\n{% if strict %}\n ssl-default-bind-options ssl-min-ver TLSv1.3\n{%- endif %}\nfrontend x\n\
                {% for site in sites %}\n bind {{ site.address }}:443 ssl crt {{ site.crt }}\n{% endfor %}\n";
    let tree = Tree::new(&[("haproxy.cfg.j2", text)]);
    let fields: Vec<_> = tree.facts()[0].0.unknown.iter().map(|unknown| &*unknown.field).collect();
    assert_eq!((tree.problems(), fields), (Vec::new(), vec!["versions", "transport"]));
}
