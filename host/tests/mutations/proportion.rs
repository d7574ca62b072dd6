//! Texts made to cost more than their size: reading takes ten times their bytes of memory and 64 MiB at most, and works in proportion to
//! them; where that leaves something out, a problem says where. Not the cost of judging what was read.

use keyreeve::facts::password::Passwords;
use keyreeve::facts::read::{self, Detail};
use keyreeve::problem::Subject;
use keyreeve::source::{Source, Sources};

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
    facts: read::Facts,
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
            let read = || facts = Some(read::read(&sources, Detail::Judged, Passwords::NONE));
            (allocation_counter::measure(read), facts.unwrap())
        });
        Self { facts, sources, bytes, peak: taken.bytes_max, total: taken.bytes_total }
    }

    fn by_one(name: &str, text: String) -> Self {
        Self::by(vec![(name.to_owned(), text)])
    }

    /// Problems as `file:line: message`.
    fn problems(&self) -> Vec<String> {
        let shown = |problem: &keyreeve::problem::Problem| match &problem.subject {
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
        eprintln!(
            "{what}: {bytes} bytes, {peak} at once ({:.1} of each), {total} in all",
            *peak as f64 / *bytes as f64
        );
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
    for (name, text) in texts {
        Taken::by_one(name, text).is_in_proportion(name);
    }
}
