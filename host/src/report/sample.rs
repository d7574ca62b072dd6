//! A report made by hand for the tests of the formats: something of everything, with hostile text in all of it.
//! Not what any run found; the secrets in it are canaries that no format may show.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keyreeve_contract::FactKind;
use keyreeve_contract::Verdict;
use keyreeve_source::problem::{Stage, Subject};
use keyreeve_source::{Location, Source};

use super::*;
use crate::finding::Related;

/// The body of a private key, and a password.
pub(super) const CANARIES: [&str; 2] = ["MIICANARYKEYBODYq83vEjRWeJq", "hunter2-canary"];
/// What a hostile rule, path or file may try.
pub(super) const HOSTILE: &str = "\x1b[2J\x1b]0;t\x07\r\n::error::pwned%0A::warning file=x::y \u{9b}31m\u{202e}gnp\u{2066} <script>alert(1)</script> [a](http://evil) {0} ##[error]z,b:c|`d` *e*";

const KEY: u32 = 0;
const UP: u32 = 1;
const ABSOLUTE: u32 = 2;
const DER: u32 = 3;
const BLOB: u32 = 4;
const NGINX: u32 = 5;
const EVIL: u32 = 6;

/// What a format writes of a report, without colours and links.
pub(super) fn written(report: &Report, format: Format) -> String {
    styled(report, format, Style { color: false, hyperlinks: false, width: 100, quiet: false, all: false })
}

/// What a format writes of a report.
pub(super) fn styled(report: &Report, format: Format, style: Style) -> String {
    let mut out = Vec::new();
    write(report, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Compares with a file, or writes it where the environment has BLESS.
pub(super) fn compare(path: &Path, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(expected == text, "{} differs; BLESS=1 rewrites it. It would be:\n{text}", path.display());
}

/// A rule that ran and judged one fact.
pub(super) fn rule(id: &str, statement: &str, severity: Severity) -> RuleReport {
    RuleReport {
        id: id.to_owned(),
        version: "1.2.0".to_owned(),
        sha256: "ab".repeat(32),
        origin: Origin::BuiltIn,
        statement: statement.into(),
        title: format!("what {id} asks for"),
        rationale: "Because of [NIST SP 800-57](x), table 2 & <b>others</b>.".to_owned(),
        severity,
        is_fixed: false,
        gravest: severity,
        settings: Vec::new(),
        loosened: Vec::new(),
        line: None,
        is_switched_off: false,
        state: RuleState::Ran,
        examined: 1,
        kinds: vec![FactKind::Keys],
    }
}

/// An open violation on the first line of the first source.
pub(super) fn violation(rule: &str, statement: &str, severity: Severity) -> Finding {
    Finding {
        rule: rule.into(),
        statement: statement.into(),
        verdict: Verdict::Violation(severity),
        severity,
        kind: FactKind::Keys,
        label: "RSA key, 1024 bits".into(),
        location: at(KEY, 0, 27),
        related: Vec::new(),
        message: "the modulus has 1024 bits, fewer than 2048".into(),
        remedy: "generate a new key of 3072 bits".into(),
        fingerprint: format!("v1:{rule:0<32.32}"),
        judged: Vec::new(),
        status: Status::Open,
    }
}

/// An answer that is open.
pub(super) fn undetermined(rule: &str, statement: &str) -> Finding {
    Finding {
        verdict: Verdict::Undetermined,
        kind: FactKind::TlsEndpoints,
        label: "server www.example.org".into(),
        message: "the variable $tls is not resolved".into(),
        remedy: "state the versions in the file".into(),
        ..violation(rule, statement, Severity::Medium)
    }
}

/// An exception that management approved.
pub(super) fn accepted() -> ExceptionReport {
    ExceptionReport {
        kind: ExceptionKind::Accepted,
        rule: "plaintext-key".to_owned(),
        matches: "data/**".to_owned(),
        reason: "the appliance reads no other format".to_owned(),
        by: "Jo, CISO".to_owned(),
        alternative: Some("the volume is encrypted".to_owned()),
        expires: Some(jiff::civil::date(2027, 1, 31)),
        line: 12,
        state: ExceptionState::Used,
        covers: 2,
    }
}

/// A report of a run that had nothing to look at.
pub(super) fn empty() -> Report {
    Report {
        run: Run {
            version: "0.1.0",
            as_of: jiff::civil::date(2026, 11, 23),
            started: "2026-11-23T19:30:00Z".parse().unwrap(),
            root: PathBuf::from("/town/infra"),
            prefix: String::new(),
            commit: None,
            repository: None,
            policy: PolicyReport {
                path: None,
                sha256: "cd".repeat(32),
                ignored: Vec::new(),
                fail_on: Some(FAIL_ON),
                fail_on_line: None,
                scopes: Vec::new(),
            },
            baseline: None,
            blocklist: None,
            filters: Vec::new(),
            fail_on: Some(Severity::Medium),
            fail_on_undetermined: false,
            require_understood: false,
            is_of_named_rules: false,
        },
        statements: statements::assess(&[], &[], &[], &BTreeMap::new()),
        rules: Vec::new(),
        counts: Counts::default(),
        findings: Vec::new(),
        problems: Vec::new(),
        exceptions: Vec::new(),
        stale_baseline: Vec::new(),
        sources: Sources::default(),
        secrets: Vec::new(),
        private: keyreeve_source::private::Private::default(),
    }
}

/// Something of everything.
pub(super) fn report() -> Report {
    let (rules, findings, exceptions) = (rules(), findings(), exceptions());
    let facts = BTreeMap::from([("keys", 5), ("tls-endpoints", 4)]);
    let mut report = Report {
        statements: statements::assess(&rules, &findings, &exceptions, &facts),
        rules,
        findings,
        exceptions,
        problems: problems(),
        stale_baseline: vec![("v1:gone".to_owned(), "key-size".to_owned(), HOSTILE.to_owned())],
        sources: sources(),
        secrets: Vec::new(),
        counts: Counts {
            files: 7,
            bytes: 1_049_000,
            account: account(),
            skipped: BTreeMap::from([("FIFO".to_owned(), 1), ("larger than 256 MiB".to_owned(), 2)]),
            facts,
        },
        ..empty()
    };
    report.secrets = canaries(&report.sources);
    report.private = keyreeve_source::private::Private::of(&report.sources, &report.secrets);
    report.run.prefix = "infra/".to_owned();
    report.run.commit = Some(Commit { id: "9f".repeat(20), clean: false });
    report.run.repository = Some("https://jo:token-canary@example.org/town.git".to_owned());
    report.run.policy.path = Some("keyreeve.toml".to_owned());
    report.run.policy.ignored = vec!["sub/keyreeve.toml".to_owned()];
    report.run.policy.scopes = vec![ScopeReport { states: vec!["purpose fixture".to_owned()], line: 40 }];
    report.run.baseline = Some(("baseline.json".to_owned(), "ef".repeat(32)));
    report.run.blocklist = Some((HOSTILE.to_owned(), "ab".repeat(32)));
    report.run.filters = vec!["--skip-rule cipher-suites".to_owned()];
    report
}

/// Seven files.
fn account() -> Account {
    Account {
        understood: 3,
        formats: BTreeMap::from([("key material", 1), ("nginx", 2)]),
        broken: 1,
        unread: BTreeMap::from([("Postfix", 1)]),
        templates: BTreeMap::from([("", 1)]),
        others: 1,
        fruitless: vec![(HOSTILE.to_owned(), "it looks like Postfix, which is not read".to_owned())],
    }
}

fn at(source: u32, start: usize, end: usize) -> Location {
    Location { source: SourceId(source), span: Span::new(start, end) }
}

/// The place of some words in a source.
fn word(source: u32, words: &str) -> Location {
    let start = memchr::memmem::find(sources()[SourceId(source)].bytes(), words.as_bytes()).unwrap();
    at(source, start, start + words.len())
}

fn sources() -> Sources {
    let on_disk = |name: &str| Some(Path::new("/town/infra").join(name));
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", CANARIES[0]);
    let padding = "\"x\":\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\",".repeat(11_000);
    let blob = format!("{{{padding}\"password\":\"{}\",{padding}\"z\":1}}", CANARIES[1]);
    let nginx = format!(
        "server {{\r\n\tlisten 443 ssl;\r\n\tssl_protocols TLSv1.2; # grün\r\n\tssl_password {};\r\n\tssl_ciphers $c;\r\n}}\r\n",
        CANARIES[1]
    );
    let mut evil = format!("a {HOSTILE}\n").into_bytes();
    evil.extend(b"ssl_protocols \xff\xfe\x1b[31m TLSv1;\xe2\x82");
    Sources::new(vec![
        Source::new("certs/server.key", on_disk("certs/server.key"), key.into_bytes()),
        Source::new("../common/up.conf", on_disk("../common/up.conf"), b"one\ntwo two\n".as_slice()),
        Source::new("/etc/ssl/absolute.conf", Some("/etc/ssl/absolute.conf".into()), b"key a\n".as_slice()),
        Source::new("certs/root.der", on_disk("certs/root.der"), b"\x30\x03\x02\x01\x00\xff".as_slice()),
        Source::new("data/blob.json", None, blob.into_bytes()),
        Source::new("nginx.conf", on_disk("nginx.conf"), nginx.into_bytes()),
        Source::new(format!("evil {HOSTILE}.conf"), on_disk("evil \u{202e}.conf"), evil),
    ])
}

fn canaries(sources: &Sources) -> Vec<(SourceId, Span)> {
    let mut found = Vec::new();
    for (id, source) in sources.iter() {
        for canary in CANARIES {
            found.extend(
                memchr::memmem::find_iter(source.bytes(), canary).map(|at| (id, Span::new(at, at + canary.len()))),
            );
        }
    }
    found
}

fn rules() -> Vec<RuleReport> {
    let settings = [
        ("rsa-bits", Value::Integer(3072)),
        ("rotate", Value::Days(90)),
        ("curves", Value::Texts(vec!["prime256v1".to_owned()])),
        ("strict", Value::Boolean(true)),
        ("note", Value::Text("a".to_owned())),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
    vec![
        RuleReport { state: RuleState::Off, examined: 0, ..rule("cipher-suites", "S3", Severity::High) },
        RuleReport {
            title: HOSTILE.to_owned(),
            rationale: HOSTILE.to_owned(),
            origin: Origin::File("rules/evil.wasm".to_owned()),
            ..rule("evil-rule", "S3", Severity::High)
        },
        RuleReport {
            settings,
            loosened: vec!["rsa-bits".to_owned()],
            line: Some(6),
            examined: 5,
            ..rule("key-size", "S5", Severity::High)
        },
        RuleReport { examined: 5, ..rule("plaintext-key", "S6", Severity::Critical) },
        RuleReport {
            is_fixed: true,
            gravest: Severity::High,
            line: Some(9),
            examined: 0,
            kinds: vec![FactKind::Inventory],
            ..rule("rotation-age", "S9 S10", Severity::Medium)
        },
        RuleReport {
            state: RuleState::Failed,
            kinds: vec![FactKind::TlsEndpoints],
            examined: 4,
            ..rule("tls-version", "S1", Severity::High)
        },
    ]
}

fn findings() -> Vec<Finding> {
    let key = Finding {
        location: at(KEY, 0, sources()[SourceId(KEY)].len()),
        label: "RSA private key, 2048 bits".into(),
        message: "the private key is not encrypted".into(),
        remedy: "move the key to a key vault".into(),
        related: vec![Related { location: word(NGINX, "listen 443 ssl"), label: "server www.example.org".into() }],
        ..violation("plaintext-key", "S6", Severity::Critical)
    };
    let password = Finding { location: word(BLOB, CANARIES[1]), label: "password".into(), ..key.clone() };
    let twice = Finding { label: "found twice".into(), ..violation("key-size", "S5", Severity::Medium) };
    let many =
        (0..11).map(|at_| Related { location: at(UP, at_, at_ + 1), label: format!("copy {at_}").into() }).collect();
    vec![
        key.clone(),
        Finding { location: word(UP, "one"), related: many, ..twice.clone() },
        Finding { location: word(UP, "two two"), severity: Severity::Low, ..twice },
        Finding {
            location: at(ABSOLUTE, 4, 5),
            status: Status::Known,
            ..violation("key-size", "S5", Severity::Medium)
        },
        Finding { location: at(DER, 0, 6), ..violation("key-size", "S5", Severity::High) },
        Finding { location: word(BLOB, "\"password\""), related: Vec::new(), ..password.clone() },
        Finding { status: Status::Excepted(0), related: Vec::new(), ..password },
        Finding {
            location: word(NGINX, "TLSv1.2"),
            message: "TLS 1.2 is enabled".into(),
            ..violation("tls-version", "S1", Severity::Medium)
        },
        Finding { location: word(NGINX, "ssl_ciphers $c"), ..undetermined("tls-version", "S1") },
        Finding { location: at(UP, 3, 3), label: HOSTILE.into(), ..undetermined("tls-version", "S1") },
        Finding { location: at(UP, 12, 12), message: HOSTILE.into(), ..undetermined("rotation-age", "S9") },
        Finding {
            location: word(EVIL, "TLSv1"),
            label: HOSTILE.into(),
            message: HOSTILE.into(),
            remedy: HOSTILE.into(),
            related: vec![Related { location: at(EVIL, 3, 9), label: HOSTILE.into() }],
            ..violation("evil-rule", "S3", Severity::High)
        },
    ]
}

fn problems() -> Vec<ProblemReport> {
    use ProblemStatus::{Excepted, Fixture, Known, Open};
    vec![
        problem(Problem::parse(word(NGINX, "server {"), "unexpected end of file"), Open),
        problem(Problem::parse(word(NGINX, "TLSv1.2"), "is not understood"), Known),
        problem(Problem::parse(word(NGINX, "ssl_ciphers $c"), "is not understood"), Fixture),
        problem(Problem::path(format!("gone {HOSTILE}.pem"), "permission denied"), Excepted(0)),
        problem(Problem::rule(Stage::Judge, "tls-version", "out of fuel"), Open),
        problem(Problem::rule(Stage::Load, HOSTILE, HOSTILE), Open),
    ]
}

pub(super) fn problem(problem: Problem, status: ProblemStatus) -> ProblemReport {
    let fingerprint =
        (!matches!(problem.subject, Subject::Rule(_))).then(|| format!("v1:{:032}", problem.message.len()));
    ProblemReport { problem, fingerprint, status }
}

fn exceptions() -> Vec<ExceptionReport> {
    let wrong = ExceptionReport {
        kind: ExceptionKind::FalsePositive,
        reason: HOSTILE.to_owned(),
        alternative: None,
        expires: None,
        line: 20,
        state: ExceptionState::Unused,
        covers: 0,
        ..accepted()
    };
    let over = ExceptionReport {
        expires: Some(jiff::civil::date(2026, 6, 30)),
        line: 30,
        state: ExceptionState::Expired,
        covers: 0,
        ..accepted()
    };
    vec![accepted(), wrong, over]
}
