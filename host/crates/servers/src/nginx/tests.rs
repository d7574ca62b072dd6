//! Tests of nginx facts on small trees in memory: grammar, includes, inheritance, and what counts as an endpoint. The
//! comparisons with nginx and openssl are in host/tests/nginx.rs.
#![allow(clippy::unwrap_used)]

mod hostile;

use keyreeve_contract::{Network, Side, TlsEndpoint, Transport, Verification};
use keyreeve_facts::{Place, Reading};
use keyreeve_source::budget::Budget;
use keyreeve_source::problem::{Problem, Subject};
use keyreeve_source::{Location, Source, SourceId, Sources};

use super::*;

struct Tree {
    sources: Sources,
    reading: Reading,
}

impl Tree {
    /// These files; those that are recognised are read as nginx.
    fn new(files: &[(&str, &str)]) -> Self {
        Self::linked(files, &[])
    }

    /// Like [`Tree::new`], with symlinks: the name of each, and of the file that it leads to.
    fn linked(files: &[(&str, &str)], links: &[(&str, &str)]) -> Self {
        let sources = files.iter().map(|(name, text)| Source::new(*name, None, text.as_bytes())).collect();
        let links = links.iter().map(|(name, target)| ((*name).to_owned(), (*target).to_owned())).collect();
        let sources = Sources::linked(sources, links);
        let recognised = sources.iter().filter(|(_, source)| recognises(&source.name, source.bytes()));
        let parsed: Vec<_> = recognised.map(|(id, source)| parse(id, source)).collect();
        let bytes = sources.iter().map(|(_, source)| source.len() as u64).sum();
        let reading = assemble(&parsed, &sources, &Budget::of(bytes));
        Self { sources, reading }
    }

    /// One file without problems.
    fn sound(text: &str) -> Self {
        let tree = Self::new(&[("nginx.conf", text)]);
        assert_eq!(tree.messages(), Vec::<String>::new(), "{text}");
        tree
    }

    fn facts(&self) -> Vec<(&TlsEndpoint, &Place)> {
        self.reading.facts.tls_endpoints.iter().collect()
    }

    fn only(&self) -> (&TlsEndpoint, &Place) {
        assert_eq!(self.facts().len(), 1, "{:?}", self.reading.facts);
        self.facts()[0]
    }

    fn text(&self, location: Location) -> &str {
        std::str::from_utf8(&self.sources[location.source].bytes()[location.span.range()]).unwrap()
    }

    fn part(&self, place: &Place, field: &'static str, position: Option<u32>) -> &str {
        self.text(place.parts[&(field, position)])
    }

    fn messages(&self) -> Vec<String> {
        let shown = |problem: &Problem| match &problem.subject {
            Subject::Place(location) => {
                let source = &self.sources[location.source];
                format!("{}:{}: {}", source.name, source.position(location.span.start).line, problem.message)
            }
            _ => problem.message.clone(),
        };
        self.reading.problems.iter().map(shown).collect()
    }
}

fn unknown(fact: &TlsEndpoint, field: &str) -> Option<String> {
    fact.unknown.iter().find(|unknown| unknown.field == field).map(|unknown| unknown.reason.clone())
}

fn words(text: &str) -> Vec<Vec<String>> {
    let source = Source::new("x", None, text.as_bytes());
    let parsed = parse(SourceId(0), &source);
    let words = |at| parsed.tree.words(at, source.bytes()).map(|word| word.text(source.bytes()).into_owned()).collect();
    (0..parsed.tree.len() as u32).map(words).collect()
}

#[test]
fn an_include_goes_through_a_symlink() {
    let main = "http { ssl_protocols TLSv1.3; include enabled/*.conf; }";
    let site = "server { listen 443 ssl; server_name a; }";
    let files = [("nginx/all/a.conf", site), ("nginx/nginx.conf", main)];
    let tree = Tree::linked(&files, &[("nginx/enabled/a.conf", "nginx/all/a.conf")]);
    let (endpoint, _) = tree.only();
    assert_eq!((endpoint.versions.as_slice(), endpoint.unknown.as_slice()), (&[0x0304][..], &[][..]));
}

#[test]
fn words_are_unquoted_as_nginx_does() {
    assert_eq!(
        words("a 'b c' \"d\\\"e\" f\\;g ${x}y \"a;{b}\" # no { more\n;\r\nh#i j}k;"),
        [vec!["a", "b c", "d\"e", "f\\;g", "${x}y", "a;{b}"], vec!["h#i", "j}k"]]
    );
    assert_eq!(words("\u{feff}a;"), [["a"]]);
    assert_eq!(words("if ($x ~ \"a\") { b; }"), [vec!["if", "($x", "~", "a", ")"], vec!["b"]]);
    assert_eq!(words("x_by_lua_block { if a then { '}' } end } c;"), [["x_by_lua_block"], ["c"]]);
}

#[test]
fn faults_have_a_place_and_the_rest_is_read() {
    let text = "http {\n  server {\n    listen 443 ssl\n  }\n}\n}\nhttp { ; server { listen 80; \"a\"b; } \n";
    let tree = Tree::new(&[("nginx.conf", text)]);
    assert_eq!(
        tree.messages(),
        [
            "nginx.conf:3: unexpected \"}\", expecting \";\"",
            "nginx.conf:6: unexpected \"}\", no block is open",
            "nginx.conf:7: unexpected end of file, expecting \"}\" for this block",
            "nginx.conf:7: unexpected \";\"",
            "nginx.conf:7: unexpected \"b\"",
        ]
    );
    let transports: Vec<_> = tree.facts().iter().map(|(fact, _)| fact.transport).collect();
    assert_eq!(transports, [Transport::Tls, Transport::Plaintext]);
}

#[test]
fn deep_nesting_is_a_problem_and_not_a_crash() {
    let deep = "a {".repeat(100_000);
    let tree = Tree::new(&[("nginx.conf", &format!("http {{ {deep}"))]);
    assert!(tree.messages().iter().any(|message| message.contains("nested more than 128 deep")));
}

#[test]
fn what_is_stated_has_its_place() {
    let tree = Tree::sound(
        "http { server { listen 443 ssl; server_name www.example.org;
           ssl_protocols TLSv1.2 'TLSv1.3'; ssl_ciphers \"ECDHE-RSA-AES128-GCM-SHA256:+AES256-SHA\";
           ssl_ecdh_curve X25519:prime256v1; ssl_verify_client on; } }",
    );
    let (fact, place) = tree.only();
    assert_eq!(fact.versions, [0x0303, 0x0304]);
    assert_eq!(fact.suites, [0x1302, 0x1303, 0x1301, 0xC02F]);
    assert_eq!(fact.groups, [29, 23]);
    assert_eq!(fact.verification, Verification::Required);
    assert!(fact.unknown.is_empty());
    assert_eq!((&*place.label, tree.text(place.home)), ("server www.example.org", "server {"));
    assert_eq!(place.identity.to_string(), "http/server www.example.org listen 443 #1");
    assert_eq!(tree.part(place, "versions", None), "ssl_protocols TLSv1.2 'TLSv1.3';");
    assert_eq!(tree.part(place, "versions", Some(1)), "'TLSv1.3'");
    assert_eq!(tree.part(place, "suites", Some(3)), "ECDHE-RSA-AES128-GCM-SHA256");
    assert_eq!(tree.part(place, "transport", None), "listen 443 ssl;");
    assert_eq!(tree.part(place, "groups", None), "X25519:prime256v1");
    assert_eq!(tree.part(place, "verification", None), "ssl_verify_client on;");
}

#[test]
fn the_innermost_block_wins_and_defaults_stand_nowhere() {
    let tree = Tree::sound(
        "http { ssl_protocols TLSv1; server { listen 1 ssl; } server { listen 2 ssl; ssl_protocols TLSv1.3; } }
         stream { server { listen 3 ssl; } server { listen 4; } }",
    );
    let versions: Vec<_> = tree.facts().iter().map(|(fact, _)| fact.versions.clone()).collect();
    assert_eq!(versions, [vec![0x0301], vec![0x0304], vec![0x0303, 0x0304]]);
    let (fact, place) = tree.facts()[2];
    assert!(fact.suites.contains(&0xC030) && !fact.suites.contains(&0x0004));
    assert_eq!(place.parts.keys().collect::<Vec<_>>(), [&("transport", None)]);
}

#[test]
fn commands_of_openssl_override_directives() {
    let server = |text: &str| format!("http {{ server {{ listen 443 ssl; {text} }} }}");
    let versions = |text: &str| Tree::sound(&server(text)).only().0.versions.clone();
    assert_eq!(versions("ssl_conf_command MinProtocol TLSv1.3;"), [0x0304]);
    assert_eq!(versions("ssl_protocols TLSv1.1 TLSv1.2; ssl_conf_command MaxProtocol TLSv1.1;"), [0x0302]);
    assert_eq!(versions("ssl_conf_command Protocol \"-ALL, TLSv1.1\";"), [0x0302]);
    let tree = Tree::sound(&server(
        "ssl_ciphers HIGH; ssl_conf_command CipherString AES256-SHA; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256; ssl_conf_command Groups P-384;",
    ));
    let (fact, place) = tree.only();
    assert_eq!((&fact.suites[..], &fact.groups[..]), (&[0x1301, 0x0035][..], &[24][..]));
    assert_eq!(tree.part(place, "suites", Some(1)), "AES256-SHA");
}

#[test]
fn a_value_that_nginx_refuses_is_a_problem_and_the_rest_of_the_list_is_kept() {
    let tree = Tree::new(&[(
        "nginx.conf",
        "http { server { listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.4 $x; ssl_ciphers NONSENSE;\n ssl_ciphers HIGH; } }",
    )]);
    let (fact, _) = tree.only();
    assert_eq!(fact.versions, [0x0303]);
    assert_eq!(unknown(fact, "versions").unwrap(), "the variable in \"$x\" is not resolved");
    assert!(unknown(fact, "suites").unwrap().contains("no cipher match"));
    assert_eq!(tree.messages().len(), 3, "{:?}", tree.messages());
}

#[test]
fn a_server_that_only_sends_away_is_no_plaintext_endpoint() {
    for away in [
        "return 301 https://$host$request_uri;",
        "return https://example.org;",
        "return 444;",
        "rewrite ^ https://$host$request_uri? permanent;",
        "rewrite ^/(.*)$ https://example.org/$1;",
        "if ($host = a) { return 301 https://a$request_uri; } return 404;",
        "if ($scheme = http) { return 301 https://$host$request_uri; } root /srv;",
        "if ($https = \"\") { rewrite ^ https://a permanent; } location / { root /srv; }",
        "location /.well-known/acme-challenge/ { root /srv; } location / { return 308 https://$host; }",
        "deny all;",
    ] {
        let tree = Tree::sound(&format!("http {{ server {{ listen 80; {away} }} }}"));
        assert!(tree.facts().is_empty(), "{away}");
    }
    for serves in [
        "root /srv;",
        "",
        "return 200 ok;",
        "return 301 http://example.org$request_uri;",
        "return 301 $scheme://example.org;",
        "rewrite ^/old https://example.org permanent;",
        "if ($host = a) { return 301 https://a; }",
        "location /a { return 301 https://a; }",
        "location / { return 301 https://a; } location /status { stub_status; }",
        "deny all; allow 10.0.0.0/8;",
    ] {
        let tree = Tree::sound(&format!("http {{ server {{ listen 80; {serves} }} }}"));
        assert_eq!(tree.only().0.transport, Transport::Plaintext, "{serves}");
    }
}

#[test]
fn addresses_decide_transport_and_trust() {
    let tree = Tree::sound(
        "http { server { listen 127.0.0.1:80; } server { listen unix:/x; } server { listen [::1]:443 ssl; }
           server { listen 443 ssl default_server; listen 80; server_name a; root /a; }
           server { listen *:443; server_name b; } server { listen 444 quic; ssl_protocols TLSv1.2 TLSv1.3; }
           server { listen 443 ssl; ssl_reject_handshake on; } }
         mail { server { listen 25; starttls only; } server { listen 143; starttls on; } server { listen 110; } }",
    );
    let seen: Vec<_> = tree.facts().iter().map(|(fact, _)| (fact.transport, fact.context.network)).collect();
    let open = Network::Unspecified;
    assert_eq!(
        seen,
        [
            (Transport::Tls, Network::Trusted),
            (Transport::Tls, open),
            (Transport::Plaintext, open),
            (Transport::Tls, open),
            (Transport::Tls, open),
            (Transport::StarttlsRequired, open),
            (Transport::StarttlsOptional, open),
            (Transport::Plaintext, open),
        ]
    );
    assert_eq!(tree.facts()[4].0.versions, [0x0304]);
}

#[test]
fn connections_to_others_over_tls_are_client_endpoints() {
    let tree = Tree::sound(
        "http { upstream local { server 127.0.0.1:1; server unix:/x; }
           server { listen unix:/a; set $up http://b; proxy_ssl_protocols TLSv1.2;
             location /a { proxy_pass https://user:hunter2@a.example:8443/path?token=x; }
             location /b { proxy_pass https://b.example/; location /b/c { proxy_pass $up; } }
             location /c { proxy_ssl_verify on; proxy_pass https://c.example; }
             location /d { grpc_pass grpcs://d.example; } location /e { proxy_pass http://e.example; }
             location /f { proxy_pass https://local; } location /g { proxy_pass https://$backend; }
             location /h { uwsgi_pass suwsgi://h.example; uwsgi_ssl_ciphers AES256-SHA; } } }
         stream { server { listen unix:/b; proxy_ssl on; proxy_pass db.example:5432; } }",
    );
    let seen: Vec<_> = tree.facts().iter().map(|(fact, place)| (&*place.label, fact.names.join(" "))).collect();
    assert_eq!(
        seen,
        [
            ("proxy to https://a.example:8443", "a.example:8443 b.example $backend".to_owned()),
            ("proxy to https://c.example", "c.example".to_owned()),
            ("proxy to grpcs://d.example", "d.example".to_owned()),
            ("proxy to https://local", "local".to_owned()),
            ("proxy to suwsgi://h.example", "h.example".to_owned()),
            ("proxy to https://db.example:5432", "db.example:5432".to_owned()),
        ]
    );
    assert!(tree.facts().iter().all(|(fact, _)| fact.side == Side::Client));
    assert_eq!(tree.facts()[0].0.versions, [0x0303]);
    assert_eq!(tree.facts()[1].0.verification, Verification::Required);
    assert_eq!(tree.facts()[3].0.context.network, Network::Trusted);
    assert!(!format!("{:?}", tree.reading).contains("hunter2"));
}

#[test]
fn a_variable_with_known_values_is_resolved() {
    let facts = |text: &str| Tree::sound(&format!("http {{ {text} }}")).facts().len();
    assert_eq!(facts("server { listen unix:/a; set $up http://b; location / { proxy_pass $up/path; } }"), 0);
    assert_eq!(facts("server { listen unix:/a; set $p https; location / { proxy_pass $p://b; } }"), 1);
    assert_eq!(
        facts(
            "map $uri $up { default http://b; /c https://c; } server { listen unix:/a; location / { proxy_pass $up; } }"
        ),
        1
    );
    let tls_and_client = "server { listen unix:/a ssl; location / { proxy_pass $scheme://b; } }";
    assert_eq!(facts(tls_and_client), 2);
    assert_eq!(facts(&tls_and_client.replace(" ssl", "")), 0);
}

#[test]
fn an_unresolved_scheme_is_unknown() {
    let tree = Tree::sound("http { server { listen unix:/a; location / { proxy_pass $target; } } }");
    assert_eq!(unknown(tree.only().0, "transport").unwrap(), "the variable $target is not resolved");
}

#[test]
fn an_included_fragment_is_judged_where_it_is_included_and_only_there() {
    let tree = Tree::new(&[
        ("web/nginx.conf", "http { include mime.types; include tls.inc; include /etc/nginx/sites-enabled/*; }"),
        ("web/sites-available/a", "server { listen 443 ssl; include /etc/nginx/snippets/verify.conf; }"),
        ("web/snippets/verify.conf", "ssl_verify_client optional;"),
        ("web/tls.inc", "ssl_protocols TLSv1.2;"),
    ]);
    let (fact, place) = tree.only();
    assert_eq!(fact.versions, [0x0303]);
    assert_eq!(fact.verification, Verification::Optional);
    assert!(fact.unknown.is_empty(), "{:?}", fact.unknown);
    assert_eq!(tree.sources[place.parts[&("versions", None)].source].name, "web/tls.inc");
    assert_eq!(tree.sources[place.home.source].name, "web/sites-available/a");
    assert!(tree.messages().is_empty());
}

#[test]
fn a_fragment_that_nothing_includes_inherits_what_is_unknown() {
    let tree = Tree::new(&[("nginx/conf.d/a.conf", "server { listen 443 ssl; ssl_protocols TLSv1.3; }")]);
    let (fact, _) = tree.only();
    assert_eq!((unknown(fact, "versions"), &fact.versions[..]), (None, &[0x0304][..]));
    assert!(unknown(fact, "suites").unwrap().starts_with("no configuration in the scanned tree includes this file"));

    let tree = Tree::new(&[("snippets/tls.conf", "ssl_protocols TLSv1 TLSv1.2;\nssl_ciphers RC4-SHA;\n")]);
    let (fact, place) = tree.only();
    assert_eq!((&fact.versions[..], &fact.suites[..]), (&[0x0301, 0x0303][..], &[0x0005][..]));
    assert_eq!((&*place.label, tree.messages().len()), ("TLS settings ssl_*", 0));
}

#[test]
fn an_include_outside_the_tree_makes_unknown_what_it_could_set() {
    let main = |http: &str, server: &str| format!("http {{ {http} server {{ listen 443 ssl; {server} }} }}");
    let reason = |http: &str, server: &str| unknown(Tree::sound(&main(http, server)).only().0, "versions");
    assert_eq!(
        reason("", "include /etc/letsencrypt/options-ssl-nginx.conf;").unwrap(),
        "the include /etc/letsencrypt/options-ssl-nginx.conf is outside the scanned tree"
    );
    assert!(reason("include /etc/nginx/conf.d/*.conf;", "").is_some());
    assert_eq!(reason("include /etc/nginx/conf.d/*.conf;", "ssl_protocols TLSv1.3;"), None);
    assert_eq!(reason("include /etc/nginx/mime.types; include sites-enabled/*;", "include fastcgi_params;"), None);
}

#[test]
fn a_pattern_over_a_folder_of_the_tree_can_match_nothing() {
    let main = "http { include conf.d/*.conf; server { listen 443 ssl; } }";
    let unknown_of = |files: &[(&str, &str)]| Tree::new(files).only().0.unknown.len();
    assert_eq!(unknown_of(&[("a/conf.d/.gitkeep", ""), ("a/nginx.conf", main)]), 0);
    assert_eq!(unknown_of(&[("a/conf.data/.gitkeep", ""), ("a/nginx.conf", main)]), 4);
    assert_eq!(unknown_of(&[("dump", &format!("# configuration file /x/nginx.conf:\n{main}"))]), 0);
}

#[test]
fn a_server_of_which_only_an_include_outside_the_tree_is_known_is_undetermined() {
    for text in ["listen 80; include /srv/redirect.conf;", "include /srv/listen.conf;"] {
        let tree = Tree::sound(&format!("http {{ server {{ {text} }} }}"));
        assert!(unknown(tree.only().0, "transport").unwrap().contains("outside the scanned tree"), "{text}");
    }
    let tree = Tree::sound("http { server { listen 80; include /srv/x.conf; return 301 https://$host; } }");
    assert!(tree.facts().is_empty());
    let tree = Tree::new(&[("conf.d/a.conf", "server { listen 443; root /srv; }")]);
    assert!(unknown(tree.only().0, "transport").is_some());
}

#[test]
fn settings_of_http_count_for_sites_outside_the_tree() {
    let tree = Tree::sound("http { ssl_protocols TLSv1; include sites-enabled/*; }");
    assert_eq!((&tree.only().0.versions[..], tree.only().0.side), (&[0x0301][..], Side::Server));
    assert!(Tree::sound("http { ssl_protocols TLSv1; }").facts().is_empty());
}

#[test]
fn includes_that_lead_in_a_circle_are_a_problem() {
    let tree = Tree::new(&[
        ("a.conf", "http {\n server { listen 443 ssl; }\n include b.conf; }"),
        ("b.conf", "include b.conf;\nssl_protocols TLSv1;"),
    ]);
    assert_eq!(tree.messages(), ["b.conf:1: the include of b.conf leads back to itself"]);
    assert_eq!(tree.only().0.versions, [0x0301]);
    let tree =
        Tree::new(&[("x.conf", "include y.conf;\nssl_protocols TLSv1;"), ("y.conf", "include x.conf; gzip on;")]);
    assert_eq!((tree.messages().len(), tree.facts().len()), (1, 1));
}

#[test]
fn includes_that_multiply_end_in_a_problem() {
    let files: Vec<_> = (0..28)
        .map(|n| (format!("f{n}.conf"), format!("include f{0}.conf; include f{0}.conf; gzip on;", n + 1)))
        .collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("nginx.conf", "http { include f0.conf; }"));
    files.sort();
    let tree = Tree::new(&files);
    let messages = tree.messages();
    assert!(messages.len() == 1 && messages[0].contains("costs more than a scan of this size"), "{messages:?}");
}

#[test]
fn a_dump_is_as_many_files_as_it_shows() {
    let dump = "# configuration file /etc/nginx/nginx.conf:\nhttp { include conf.d/*.conf; }\n\n\
                # configuration file /etc/nginx/conf.d/a.conf:\nserver { listen 443 ssl; ssl_protocols TLSv1.2; }\n";
    let tree = Tree::new(&[("dump.txt", dump)]);
    let (fact, place) = tree.only();
    assert_eq!(fact.versions, [0x0303]);
    assert_eq!(tree.sources[place.home.source].position(place.home.span.start).line, 5);
    assert!(fact.unknown.is_empty());
}

#[test]
fn equal_servers_have_different_identities() {
    let tree = Tree::sound("http { server { listen 443 ssl; } server { listen 443 ssl; } }");
    let identities: Vec<_> = tree.facts().iter().map(|(_, place)| place.identity.to_string()).collect();
    assert_eq!(identities, ["http/server listen 443 #1", "http/server listen 443 #2"]);
}
