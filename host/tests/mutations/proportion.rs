//! Tests of texts made to cost more than their size: reading takes at most ten times their bytes of memory and 64 MiB,
//! and works in proportion to them. If something is left out, a problem says where. The cost of judging is not tested.

use keyreeve::formats;
use keyreeve::formats::Detail;
use keyreeve_facts::Passwords;
use keyreeve_source::problem::Subject;
use keyreeve_source::{Source, Sources};
use rayon::prelude::*;

/// Bytes of a text that is large enough to show what it costs.
const LARGE: usize = 3_000_000;
/// Memory for each byte of a text, and for any text.
const EACH_BYTE: u64 = 10;
const BASE: u64 = 64 << 20;
/// Bytes that may be allocated in all for each byte of a text, and for any text.
const ALLOCATED_PER_BYTE: u64 = 1500;
const ALLOCATED: u64 = 64 << 20;

/// What was read of some files, and what that took.
struct Taken {
    facts: formats::Read,
    sources: Sources,
    bytes: u64,
    peak: u64,
    total: u64,
}

impl Taken {
    /// By reading these files in this thread: what others allocate is not counted.
    fn by(files: Vec<(String, String)>) -> Self {
        let sources =
            Sources::new(files.into_iter().map(|(name, text)| Source::new(name, None, text.into_bytes())).collect());
        let bytes = sources.iter().map(|(_, source)| source.len() as u64).sum();
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (taken, facts) = one_thread.install(|| {
            let mut facts = None;
            let read = || facts = Some(formats::read(&sources, Detail::Judged, Passwords::NONE));
            (allocation_counter::measure(read), facts.unwrap())
        });
        Self { facts, sources, bytes, peak: taken.bytes_max, total: taken.bytes_total }
    }

    fn by_one(name: &str, text: String) -> Self {
        Self::by(vec![(name.to_owned(), text)])
    }

    /// Problems as `file:line: message`.
    fn problems(&self) -> Vec<String> {
        let shown = |problem: &keyreeve_source::problem::Problem| match &problem.subject {
            Subject::Place(at) => {
                let source = &self.sources[at.source];
                format!("{}:{}: {}", source.name, source.position(at.span.start).line, problem.message)
            }
            other => format!("{other:?}: {}", problem.message),
        };
        self.facts.reading.problems.iter().map(shown).collect()
    }

    #[track_caller]
    fn is_in_proportion(&self, what: &str) {
        let Self { bytes, peak, total, .. } = self;
        assert!(*peak <= EACH_BYTE * bytes + BASE, "{what}: {peak} bytes of memory for {bytes}");
        assert!(*total <= ALLOCATED_PER_BYTE * bytes + ALLOCATED, "{what}: {total} bytes in all for {bytes}");
    }
}

/// A text of at least so many bytes: the piece again and again between a beginning and an end.
fn repeated(beginning: &str, piece: &str, end: &str) -> String {
    [beginning, &piece.repeat(LARGE / piece.len()), end].concat()
}

/// As [`repeated`], of pieces that differ.
fn numbered(beginning: &str, piece: impl Fn(usize) -> String, end: &str) -> String {
    let mut text = beginning.to_owned();
    let mut number = 0;
    while text.len() < LARGE {
        text += &piece(number);
        number += 1;
    }
    text + end
}

#[test]
fn memory_of_any_text_is_in_proportion_to_its_bytes() {
    let sops = "{\"sops\": 1, \"x\": \"ENC[AES256_GCM,data:\", \"a\": [";
    let nested = ["a{".repeat(100), "}".repeat(100)].concat();
    let texts = [
        ("a.nginx", repeated("", "a;", "")),
        ("words.nginx", repeated("a", " a", ";")),
        ("flat.nginx", repeated("", "a{}", "")),
        ("nested.nginx", repeated("", &nested, "")),
        ("set.nginx", numbered("server{", |n| format!("set ${n} 1;"), "}")),
        ("map.nginx", numbered("http{map $a $b{", |n| format!("{n} 1;"), "}server{listen 1 ssl;}}")),
        ("servers.nginx", repeated("http{", "server{listen 1 ssl;}", "}")),
        ("upstreams.nginx", numbered("http{", |n| format!("upstream {n}{{server a;}}"), "}")),
        ("suites.nginx", numbered("http{", |n| format!("server{{listen 1 ssl;ssl_ciphers AES:{n};}}"), "}")),
        ("faults.nginx", repeated("http{", "ssl on;", "}")),
        ("peers.nginx", numbered("http{server{", |n| format!("location /{n}{{proxy_pass https://{n};}}"), "}}")),
        ("dump.nginx", numbered("", |n| format!("# configuration file /{n}:\n"), "")),
        ("numbers.json", repeated(sops, "1,", "1]}")),
        ("lists.json", repeated(sops, "[],", "1]}")),
        ("maps.json", repeated(sops, "{\"a\":1},", "1]}")),
        ("numbers.yaml", repeated("sops: 1\nx: \"ENC[AES256_GCM,data:\"\na: [", "1,", "1]\n")),
        ("block.yaml", repeated("sops: 1\nx: \"ENC[AES256_GCM,data:\"\na:\n", "- a\n", "\n")),
        ("sealed.yaml", repeated("encryptedData: [", "{a: 1},", "1]\n")),
        ("key-inventory.json", repeated("[", "1,", "1]")),
        ("map.key-inventory.json", numbered("{", |n| format!("\"{n}\":1,"), "\"\":1}")),
        ("entries.key-inventory.json", repeated("[", "{\"id\":1},", "1]")),
        ("key-inventory.yaml", repeated("[", "1,", "1]")),
        ("map.key-inventory.yaml", numbered("", |n| format!("{n}: 1\n"), "")),
        ("key-inventory.csv", repeated("id,owner,created,creator", ",", "\n")),
        ("rows.key-inventory.csv", repeated("id,owner,created,creator\n", "a\n", "")),
        ("cells.key-inventory.csv", repeated("id,owner\n", &format!("{}\n", ",".repeat(1000)), "")),
        ("quoted.key-inventory.csv", repeated("id,owner", ",\"\n\"", "\n")),
        ("blocks.pem", repeated("", "-----BEGIN CERTIFICATE-----\n", "")),
        ("keys.txt", repeated("", "ssh-rsa AAAA\n", "")),
        ("age.txt", repeated("", "AGE-SECRET-KEY-1\n", "")),
        (".env", repeated("", "A=ENC[PKCS7,\n", "")),
    ];
    // Each is read in a thread of its own, so that what is counted is what it takes.
    texts.into_par_iter().for_each(|(name, text)| Taken::by_one(name, text).is_in_proportion(name));
}

/// The files of a configuration that begins so, and includes what the others are called.
fn tree(main: String, others: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut files: Vec<_> = others.collect();
    files.push(("nginx.conf".to_owned(), format!("events {{}}\nhttp {{\n{main}}}\n")));
    files.sort();
    files
}

#[test]
fn what_is_long_is_said_once_however_often_it_is_inherited() {
    let path = "x".repeat(100_000);
    let server = "server { listen 443 ssl; location / { proxy_pass https://a; } }\n";
    let mains = [
        ("include", format!("include {path}.conf;\n{}", server.repeat(2_000))),
        ("ciphers", format!("ssl_ciphers {}AES;\n{}", "AES:".repeat(2_000), server.repeat(2_000))),
        ("switch", format!("ssl {path};\nssl_reject_handshake {path};\n{}", server.repeat(2_000))),
        ("variable", format!("server {{ listen 443 ssl; {} }}\n", format!("proxy_pass ${path};\n").repeat(10))),
        ("map", {
            let values: String = (0..64).map(|n| format!("\"{n}\" \"{}\";\n", "b".repeat(4_000))).collect();
            format!(
                "map $host $v {{ {values} }}\nserver {{ listen 443 ssl; {} }}\n",
                "location /a { proxy_pass $v; }\n".repeat(5_000)
            )
        }),
        ("peer", {
            let value = format!("https://{}", "b".repeat(30_000));
            format!(
                "map $host $v {{ a {value}; }}\nserver {{ listen 443 ssl; {} }}\n",
                "location /a { proxy_pass $v; }\n".repeat(5_000)
            )
        }),
        ("name", {
            let locations = (0..2_000)
                .map(|n| format!("location /{n} {{ proxy_ssl_protocols TLSv1; proxy_pass https://a{n}; }}\n"));
            format!(
                "server {{ listen 443 ssl; server_name {};\n{} }}\n",
                "n".repeat(50_000),
                locations.collect::<String>()
            )
        }),
    ];
    for (what, main) in mains {
        let taken = Taken::by(tree(main, std::iter::empty()));
        taken.is_in_proportion(what);
        for (fact, place) in taken.facts.reading.facts.tls_endpoints.iter() {
            let reasons = fact.unknown.iter().map(|unknown| unknown.reason.len());
            let lengths = reasons.chain([place.label.len(), place.identity.to_string().len() / 8]);
            let lengths = lengths.chain(fact.names.iter().map(|name| name.len() / 4));
            assert!(lengths.max() <= Some(1_100), "{what}: {place:?}");
        }
        assert!(!taken.facts.reading.facts.tls_endpoints.is_empty(), "{what}");
    }
}

#[test]
fn a_pattern_costs_its_length_and_that_of_the_names() {
    let set = format!("*[{}]x", "b".repeat(100_000));
    let names = (0..100).map(|n| (format!("d/{}{n:03}.conf", "a".repeat(230)), "ssl_protocols TLSv1.3;\n".to_owned()));
    let main = format!("include d/*[{}]x;\ninclude d/{set};\nserver {{ listen 443 ssl; }}\n", "b".repeat(4_000));
    let taken = Taken::by(tree(main, names));
    assert_eq!(taken.problems(), Vec::<String>::new(), "the budget is enough for it");
    let dump = format!(
        "# configuration file /etc/nginx/nginx.conf:\nevents {{}}\nhttp {{ include /etc/nginx/{set}; server {{ listen 443 ssl; }} }}\n\
         # configuration file /etc/nginx/{}:\nserver {{ listen 443 ssl; }}\n",
        "a".repeat(100_000)
    );
    let taken = Taken::by_one("dump.txt", dump);
    assert_eq!(taken.problems(), Vec::<String>::new(), "the budget is enough for it");
    let unknown = &taken.facts.reading.facts.tls_endpoints.facts()[0].unknown;
    assert!(unknown.iter().any(|unknown| unknown.field == "versions"), "a file of that name may be read: {unknown:?}");
}

#[test]
fn where_the_budget_ends_is_a_problem_and_what_depends_on_it_is_unknown() {
    let twice = |n: usize| (format!("f{n}.conf"), format!("include f{0}.conf;\ninclude f{0}.conf;\n", n + 1));
    let server = |include: &str| format!("server {{\nlisten 443 ssl;\n{include}ssl_protocols TLSv1.3;\n}}\n");
    let main = [server(""), server("include f0.conf;\n"), server("")].concat();
    let taken = Taken::by(tree(main, (0..28).map(twice)));
    let problems = taken.problems();
    let expected = ": following includes, names and variables costs more than a scan of this size may take; what is left of it was not done";
    assert!(problems.iter().all(|problem| problem.ends_with(expected)), "{problems:?}");
    let places: Vec<_> = problems.iter().filter_map(|problem| problem.strip_suffix(expected)).collect();
    assert!(places.len() == 2 && places[0].starts_with('f') && places[1] == "nginx.conf:12", "{places:?}");
    let facts = taken.facts.reading.facts.tls_endpoints.facts();
    let is_unknown = |fact: usize, field: &str| facts[fact].unknown.iter().any(|unknown| unknown.field == field);
    assert_eq!(facts.len(), 2, "the third server is not read, which is a problem");
    assert!(!is_unknown(0, "versions") && is_unknown(0, "suites"), "what follows may set it for all of http");
    assert!(is_unknown(1, "versions") && is_unknown(1, "suites"), "what the include leads to may set it");
}

#[test]
fn variables_of_a_server_that_take_more_memory_than_there_is_are_a_problem_at_their_place() {
    let set = |count: usize| {
        let set: String = (0..count).map(|n| format!("set $v{n} 1;\n")).collect();
        Taken::by_one("nginx.conf", format!("http {{\nserver {{\nlisten 443 ssl;\n{set}}}\n}}\n"))
    };
    assert_eq!(set(10_000).problems(), Vec::<String>::new());
    let taken = set(250_000);
    let [problem] = taken.problems().try_into().unwrap();
    assert!(problem.contains("what is left of it was not done"), "{problem}");
    let line: usize = problem.strip_prefix("nginx.conf:").unwrap().split(':').next().unwrap().parse().unwrap();
    assert!((10_000..200_000).contains(&line), "{problem}");
    taken.is_in_proportion("variables");
}

#[test]
fn comparing_very_many_names_ends_in_a_problem() {
    let names = (0..20_000).map(|n| (format!("d/{n:05}-{}.conf", "a".repeat(40)), String::new()));
    let main = format!("server {{\nlisten 443 ssl;\n{}}}\n", "include d/*a*b;\n".repeat(2_000));
    let taken = Taken::by(tree(main, names));
    let problems = taken.problems();
    assert!(
        (1..=4).contains(&problems.len()) && problems.iter().all(|problem| problem.starts_with("nginx.conf:")),
        "{problems:?}"
    );
    let facts = taken.facts.reading.facts.tls_endpoints.facts();
    assert!(facts.iter().all(|fact| fact.unknown.iter().any(|unknown| unknown.field == "versions")), "{facts:?}");
}

#[test]
fn values_that_are_too_many_are_a_problem_at_their_place_and_those_before_are_read() {
    let entry = "  - {id: first, owner: me}\n";
    let texts = [
        ("key-inventory.yaml", format!("keys:\n{entry}"), "  - [1,1,1,1,1,1]\n"),
        ("key-inventory.json", "[{\"id\": \"first\"},\n".to_owned(), "[1,1,1,1,1,1],\n"),
        ("key-inventory.toml", "[[keys]]\nid = \"first\"\n".to_owned(), "[[a]]\na = [1,1,1,1]\n"),
        ("key-inventory.csv", "id\nfirst\n".to_owned(), "a,b,c,d,e,f\n"),
    ];
    for (name, beginning, piece) in texts {
        let text = beginning + &piece.repeat(100_000);
        let taken = Taken::by_one(name, text);
        let expected = "from here on it is not read: it holds more values than a file of its size may";
        let told = taken.problems().into_iter().filter(|problem| problem.ends_with(expected)).count();
        assert_eq!(told, 1, "{name}: {:?}", taken.problems());
        let ids: Vec<_> = taken.facts.reading.facts.inventory.facts().iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids.first(), Some(&"first"), "{name}");
    }
    let document = format!("{{\"ciphertext\": [{}1]}}", "{\"iv\": 1},".repeat(100_000 * 3));
    let problems = Taken::by_one("a.json", document).problems();
    assert!(problems.len() == 1 && problems[0].contains("from here on it is not read"), "{problems:?}");
}

#[test]
fn a_large_tree_of_ordinary_files_has_all_it_needs() {
    let server = |n: usize| {
        format!(
            "server {{\n    listen 80;\n    listen 443 ssl;\n    server_name www{n}.example.org example{n}.org;\n    \
             include snippets/ssl-params.conf;\n    ssl_certificate /etc/ssl/{n}.pem;\n    ssl_protocols TLSv1.2 TLSv1.3;\n    \
             ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;\n    location / {{\n        \
             proxy_set_header Host $host;\n        proxy_ssl_verify on;\n        proxy_pass https://backend{n}:8080;\n    }}\n}}\n"
        )
    };
    let sites = (0..4_000).map(|n| (format!("sites-enabled/{n}.conf"), server(n)));
    let taken = Taken::by(tree("include sites-enabled/*.conf;\n".to_owned(), sites));
    assert_eq!(taken.problems(), Vec::<String>::new());
    assert_eq!(taken.facts.reading.facts.tls_endpoints.len(), 3 * 4_000);
    taken.is_in_proportion("sites");
    let entry = |n: usize| {
        format!("id-{n},somebody,the service of number {n},2026-01-01,2026-02-01,somebody else,,,,,,,,,,,,,,,,\n")
    };
    let rows: String = (0..20_000).map(entry).collect();
    let table = format!("id,creator,service,created,last rotated,owner,,,,,,,,,,,,,,,,\n{rows}");
    let taken = Taken::by_one("key-inventory.csv", table);
    assert_eq!(taken.problems(), Vec::<String>::new());
    assert_eq!(taken.facts.reading.facts.inventory.len(), 20_000);
}
