//! Tests of nginx facts against independent oracles: nginx itself, openssl s_client, and real configurations. Details
//! of includes and inheritance are tested beside the code.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use keyreeve_facts::Reading;
use keyreeve_oracles::has;
use keyreeve_servers::nginx::{assemble, parse, recognises};
use keyreeve_source::budget::Budget;
use keyreeve_source::problem::Subject;
use keyreeve_source::{Source, SourceId, Sources};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// The facts of these sources as one tree.
fn read(sources: Vec<Source>) -> (Reading, Sources) {
    let sources = Sources::new(sources);
    let recognised = sources.iter().filter(|(_, source)| recognises(&source.name, source.bytes()));
    let parsed: Vec<_> = recognised.map(|(id, source)| parse(id, source)).collect();
    let bytes = sources.iter().map(|(_, source)| source.len() as u64).sum();
    (assemble(&parsed, &sources, &Budget::of(bytes)), sources)
}

/// The files below a folder, by names relative to it.
fn load(folder: &Path) -> Vec<Source> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                let bytes = std::fs::read(&path).unwrap();
                files.push(Source::new(name, Some(path), bytes));
            }
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}

fn places(reading: &Reading, sources: &Sources) -> Vec<String> {
    let shown = |problem: &keyreeve_source::problem::Problem| match &problem.subject {
        Subject::Place(at) => {
            let source = &sources[at.source];
            format!("{}:{}: {}", source.name, source.position(at.span.start).line, problem.message)
        }
        other => format!("{other:?}: {}", problem.message),
    };
    reading.problems.iter().map(shown).collect()
}

/// Whether the oracles of these tests are installed: nginx with its modules, and openssl.
#[track_caller]
fn have_nginx() -> bool {
    let modules = ["stream", "mail"].map(|name| format!("/usr/lib/nginx/modules/ngx_{name}_module.so"));
    has("nginx") && has("openssl") && modules.iter().all(|module| has(module))
}

fn nginx(folder: &Path, option: &str) -> Output {
    let main = folder.join("nginx.conf");
    let mut command = Command::new(keyreeve_oracles::program("nginx").unwrap());
    command.args([option, "-e", "stderr", "-p"]).arg(folder).arg("-c").arg(main).output().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// What every test configuration begins with: nothing outside the folder is written.
fn main_part(folder: &Path) -> String {
    format!("daemon off; master_process off; pid {}/pid; events {{}}\n", folder.display())
}

/// Directives that keep http's own files in the folder.
fn http_part(folder: &Path) -> String {
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let paths = kinds.map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()));
    format!("access_log off;\n{}", paths.concat())
}

#[test]
fn real_configurations_are_recognised_and_have_no_problems() {
    let Some(corpora) = keyreeve_oracles::corpora() else { return };
    let collection = corpora.join("nginx/certbot/certbot-compatibility-test/nginx/nginx-roundtrip-testdata");
    let mut trees: Vec<_> = std::fs::read_dir(collection).unwrap().map(|entry| entry.unwrap().path()).collect();
    trees.push(corpora.join("nginx/h5bp"));
    let (mut files, mut facts) = (0, 0);
    for tree in trees {
        let mut named = load(&tree);
        for source in &mut named {
            source.name.insert_str(0, "etc/nginx/");
            assert!(recognises(&source.name, source.bytes()), "{} {}", tree.display(), source.name);
        }
        files += named.len();
        let (reading, sources) = read(named);
        assert_eq!(places(&reading, &sources), Vec::<String>::new(), "{}", tree.display());
        facts += reading.facts.tls_endpoints.len();
    }
    eprintln!("{files} files, {facts} endpoints");
    assert!(files > 100 && facts > 100, "{files} files, {facts} endpoints");
}

#[test]
fn the_configurations_that_nginx_comes_with_have_no_problems() {
    let folder = Path::new("/etc/nginx");
    if !has("/etc/nginx/nginx.conf") {
        return;
    }
    let (reading, sources) = read(load(folder));
    assert_eq!(places(&reading, &sources), Vec::<String>::new());
    assert!(!reading.facts.tls_endpoints.is_empty());
}

/// Text for a `types` block, in which nginx accepts any words, so that only its grammar decides.
fn entries() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b1",
        " ",
        " ",
        "\n",
        "\r\n",
        "\t",
        ";",
        "; ",
        "a b;",
        "\"",
        "'",
        "\"c{d;\"",
        "'e f'",
        "\\",
        "\\\"",
        "$",
        "${x}",
        "#",
        "# note }\n",
        ")",
        "a}",
        "é",
        "x;",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Whether nginx finds fault with the grammar (true), accepts the text (false), or finds fault with something else.
fn nginx_finds_grammar_wrong(text: &str) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "nginx.conf", &format!("{}{text}", main_part(folder.path())));
    let run = nginx(folder.path(), "-t");
    let errors = String::from_utf8_lossy(&run.stderr).into_owned();
    if errors.contains(": unexpected ") { Some(true) } else { run.status.success().then_some(false) }
}

fn grammar_is_wrong(text: &str) -> bool {
    !parse(SourceId(0), &Source::new("nginx.conf", None, text.as_bytes())).problems.is_empty()
}

/// Compares our verdict with nginx's, and counts how often that was wrong and right.
fn compare_grammar(text: &str, counts: &[Cell<u32>; 2]) -> Result<(), TestCaseError> {
    if let Some(wrong) = nginx_finds_grammar_wrong(text) {
        prop_assert_eq!(grammar_is_wrong(text), wrong, "{}", text);
        let count = &counts[usize::from(wrong)];
        count.set(count.get() + 1);
    }
    Ok(())
}

#[test]
fn words_are_refused_where_nginx_refuses_them() {
    if !have_nginx() {
        return;
    }
    let counts = [Cell::new(0), Cell::new(0)];
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&entries(), |entries| {
        let text = format!("http {{ types {{ {entries}\n }} }}\n");
        let blocks = parse(SourceId(0), &Source::new("nginx.conf", None, text.as_bytes())).tree;
        // A `{` among the entries is a word's end for nginx there, and no block.
        prop_assume!((2..blocks.len() as u32).all(|at| blocks.block(at).is_none()));
        compare_grammar(&text, &counts)
    });
    outcome.unwrap();
    assert!(counts.iter().all(|count| count.get() > 40), "{counts:?}");
}

#[test]
fn blocks_are_refused_where_nginx_refuses_them() {
    if !have_nginx() {
        return;
    }
    let whole = "http { server { listen 127.0.0.1:8; location / { root /x; if ($uri = \"/a\") { return 404; } }\n \
                 location ~ \"^/b{2}$\" { add_header X 'a;b'; } } map $uri $z { default 0; '~{' 1; } } # end {\n";
    let counts = [Cell::new(0), Cell::new(0)];
    for taken in 0..whole.len() {
        let text = format!("{}{}", &whole[..taken], &whole[taken + 1..]);
        compare_grammar(&text, &counts).unwrap();
    }
    assert!(counts.iter().all(|count| count.get() > 8), "{counts:?}");
}

/// What a reading says, without where.
fn said(reading: &Reading) -> Vec<String> {
    let facts = reading.facts.tls_endpoints.iter();
    let mut said: Vec<_> = facts
        .map(|(fact, place)| {
            format!("{} {} {fact:?} {:?}", place.identity, place.label, place.parts.keys().collect::<Vec<_>>())
        })
        .collect();
    said.sort();
    said
}

/// Every directive of a file in a source, as words.
fn words(source: &Source, file: usize) -> Vec<Vec<String>> {
    let parsed = parse(SourceId(0), source);
    let run = parsed.files[file].directives;
    let words = |at| parsed.tree.words(at, source.bytes()).map(|word| word.text(source.bytes()).into_owned()).collect();
    (run.start..run.end).map(words).collect()
}

#[test]
fn a_dump_says_what_the_files_say() {
    if !have_nginx() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let http = http_part(path);
    write(
        path,
        "nginx.conf",
        &format!("{}http {{ {http} include conf.d/*.conf; include {}/tls.inc; }}\n", main_part(path), path.display()),
    );
    write(path, "tls.inc", "# { not a block\nssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers 'ECDHE+AESGCM:!aNULL';\n");
    write(path, "conf.d/a.conf", "server { listen 127.0.0.1:1; server_name \"a b\"; include snippets/proxy.inc; }");
    write(
        path,
        "conf.d/b.conf",
        "server {\r\n  listen 8080;\r\n  location ~ \\.php$ { return 200 \"x;\\\"y\"; }\r\n}\r\n",
    );
    write(path, "conf.d/.hidden.conf", "this is not read");
    write(path, "snippets/proxy.inc", "location / { proxy_ssl_protocols TLSv1.1; proxy_pass https://127.0.0.1:2; }\n");
    let run = nginx(path, "-T");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));

    let (files, sources) = read(load(path));
    let (dump, dumped) = read(vec![Source::new("dump.txt", None, run.stdout)]);
    assert_eq!(places(&files, &sources), Vec::<String>::new());
    assert_eq!(said(&dump), said(&files));
    assert_eq!(files.facts.tls_endpoints.len(), 2);

    let shown = parse(SourceId(0), &dumped[SourceId(0)]).files;
    assert_eq!(shown.len(), 5);
    for (position, file) in shown.iter().enumerate() {
        let name = Path::new(file.path.as_ref().unwrap()).strip_prefix(path).unwrap().to_str().unwrap();
        let (_, source) = sources.iter().find(|(_, source)| source.name == name).unwrap();
        assert_eq!(words(&dumped[SourceId(0)], position), words(source, 0), "{name}");
    }
}

/// A running nginx; it is stopped when this goes.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let run = Command::new("openssl").current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&run.stdout), if run.status.success() { "" } else { "\nfailed" })
}

/// Certificates for RSA and ECDSA, and parameters for DHE.
fn mint(folder: &Path) {
    for (name, key) in [("rsa", &["rsa:3072"][..]), ("ec", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])] {
        let (keyout, out) = (format!("{name}.key"), format!("{name}.pem"));
        let mut arguments =
            vec!["req", "-x509", "-nodes", "-subj", "/CN=localhost", "-keyout", &keyout, "-out", &out, "-newkey"];
        arguments.extend(key);
        assert!(!openssl(folder, &arguments).contains("failed"));
    }
    openssl(folder, &["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", "dh.pem"]);
}

/// Starts nginx with one server of these directives on a free port of loopback.
fn start(folder: &Path, directives: &str) -> (Server, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let files = "ssl_certificate rsa.pem; ssl_certificate_key rsa.key; ssl_certificate ec.pem; ssl_certificate_key ec.key; ssl_dhparam dh.pem;";
    let http = http_part(folder);
    let text =
        format!("{}http {{ {http} server {{ listen {address} ssl; {files} {directives} }} }}\n", main_part(folder));
    write(folder, "nginx.conf", &text);
    let mut command = Command::new(keyreeve_oracles::program("nginx").unwrap());
    command.args(["-e", "stderr", "-p"]).arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    let server = Server(command.stderr(Stdio::null()).spawn().unwrap());
    for _ in 0..100 {
        if std::net::TcpStream::connect(&address).is_ok() {
            return (server, address);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("nginx did not start with {directives}");
}

/// Suites up to TLS 1.2 that this openssl can offer to a server with RSA and ECDSA certificates.
fn offered(folder: &Path) -> Vec<(u16, String)> {
    let listing = openssl(folder, &["ciphers", "-V", "aRSA:aECDSA:!PSK:!SRP:@SECLEVEL=0"]);
    let suites = listing.lines().filter(|line| !line.contains("TLSv1.3")).filter_map(|line| {
        let (code, rest) = line.trim().split_once(" - ")?;
        let digits: String = code.split(',').filter_map(|byte| byte.strip_prefix("0x")).collect();
        Some((u16::from_str_radix(&digits, 16).ok()?, rest.split_whitespace().next()?.to_owned()))
    });
    suites.collect()
}

fn negotiates(folder: &Path, address: &str, options: &[&str]) -> bool {
    let mut arguments = vec!["s_client", "-connect", address];
    arguments.extend(options);
    !openssl(folder, &arguments).contains("failed")
}

/// Compares one configuration: every version and every suite is negotiated if and only if the fact lists it.
fn compare(folder: &Path, directives: &str, versions: &[u16]) {
    let (_server, address) = start(folder, directives);
    let main = std::fs::read(folder.join("nginx.conf")).unwrap();
    let (reading, _) = read(vec![Source::new("nginx.conf", None, main)]);
    assert_eq!((reading.facts.tls_endpoints.len(), reading.problems.len()), (1, 0), "{:?}", reading.problems);
    let fact = &reading.facts.tls_endpoints.facts()[0];
    assert_eq!(fact.versions, versions, "{directives}");
    for (version, option) in [(0x0301, "-tls1"), (0x0302, "-tls1_1"), (0x0303, "-tls1_2"), (0x0304, "-tls1_3")] {
        let does = negotiates(folder, &address, &[option, "-cipher", "ALL:@SECLEVEL=0"]);
        assert_eq!(fact.versions.contains(&version), does, "{option} with {directives}");
    }
    let offered = offered(folder);
    assert!(offered.len() > 30, "{offered:?}");
    let listed: BTreeSet<_> = offered.iter().filter(|(id, _)| fact.suites.contains(id)).collect();
    let accepted: BTreeSet<_> = offered
        .iter()
        .filter(|(_, name)| negotiates(folder, &address, &["-tls1_2", "-cipher", &format!("{name}:@SECLEVEL=0")]))
        .collect();
    if fact.versions.contains(&0x0303) {
        assert_eq!(listed, accepted, "{directives}");
    }
    for (id, name) in
        [(0x1301, "TLS_AES_128_GCM_SHA256"), (0x1302, "TLS_AES_256_GCM_SHA384"), (0x1304, "TLS_AES_128_CCM_SHA256")]
    {
        let does = negotiates(folder, &address, &["-tls1_3", "-ciphersuites", name]);
        assert_eq!(fact.suites.contains(&id), does, "{name} with {directives}");
    }
}

#[test]
fn a_fact_lists_what_nginx_negotiates() {
    if !have_nginx() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    mint(path);
    compare(path, "ssl_protocols TLSv1.2 TLSv1.3;", &[0x0303, 0x0304]);
    compare(
        path,
        "ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_CCM_SHA256:TLS_AES_256_GCM_SHA384;",
        &[0x0304],
    );
    compare(path, "ssl_protocols TLSv1 TLSv1.1 tlsv1.2; ssl_ciphers AES:!DHE:@SECLEVEL=0;", &[0x0301, 0x0302, 0x0303]);
    compare(
        path,
        "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers EECDH+CHACHA20:EECDH+AES; ssl_conf_command MaxProtocol TLSv1.2;",
        &[0x0303],
    );
    compare(path, "ssl_protocols TLSv1.2; ssl_conf_command CipherString 'ALL:!aNULL:-kRSA:@SECLEVEL=0';", &[0x0303]);
}
