//! Tests of loading, with what the other tests of this folder share. Scopes have theirs in their module.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

mod agreement;
mod settings;

/// Everything that can be said, in one file.
const EVERYTHING: &str = r#"
fail-on = "high"

[rules.key-size]
severity = "critical"
settings = { rsa-minimum = 3072, curves = ["prime256v1"], strict = true, name = "x", age = "90d" }

[rules.tls-version]
enabled = false

[rules.house-names]
path = "rules/house-names.wasm"
version = "^1.2"
sha256 = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
signed-by = "platform"

[trust]
platform = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"

[[scopes]]
paths = ["deploy/production/**"]
exclude = ["deploy/production/test/**"]
environment = "production"
holder = "shared"
network = "untrusted"
data = "sensitive"
purpose = "live"

[[exceptions]]
kind = "accepted"
rule = "key-size"
path = "legacy/**"
reason = "the appliance takes no other"
approved-by = "head of security"
alternative = "the network is separated"
expires = 2027-03-31

[[exceptions]]
kind = "false-positive"
rule = "house-names"
fingerprint = "v1:0123456789abcdef0123456789abcdef"
reason = "generated in the test"
owner = "platform team"
expires = "2027-12-31"

[[exceptions]]
kind = "accepted"
rule = "problem"
path = "vendor/**"
reason = "r"
approved-by = "b"
alternative = "a"
expires = 2027-03-31
"#;

fn load(text: &str) -> Result<Policy, PolicyError> {
    Policy::load(Path::new("conf/keyreeve.toml"), text.as_bytes())
}

/// `line:column message` and, behind an arrow, the hint, of each fault.
fn faults(result: Result<impl Sized, PolicyError>) -> Vec<String> {
    let Err(PolicyError::Invalid(faults)) = result else { panic!("nothing is wrong with it") };
    let shown = faults.iter().map(|(at, fault)| {
        let hint = fault.hint.as_ref().map_or(String::new(), |hint| format!(" -> {hint}"));
        format!("{}:{} {}{hint}", at.line, at.column, fault.message)
    });
    shown.collect()
}

/// A TOML document as the JSON that an editor checks against the schema.
fn as_json(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(value) => json!(value),
        toml::Value::Datetime(stamp) => json!(stamp.to_string()),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), as_json(value))).collect(),
    }
}

fn schema_accepts(text: &str) -> bool {
    static VALIDATOR: std::sync::LazyLock<jsonschema::Validator> = std::sync::LazyLock::new(|| {
        jsonschema::options().should_validate_formats(true).build(&schema::schema()).unwrap()
    });
    VALIDATOR.is_valid(&as_json(&toml::Value::Table(text.parse().unwrap())))
}

#[test]
fn everything_that_can_be_said_is_understood() {
    let policy = load(EVERYTHING).unwrap();
    assert!(schema_accepts(EVERYTHING));
    assert_eq!(policy.fail_on, Some(Severity::High));
    assert_eq!(policy.severity("key-size"), Some(Severity::Critical));
    assert!(policy.enables("key-size") && !policy.enables("tls-version") && policy.enables("not-mentioned"));
    let [own] = policy.own_rules().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((own.id, own.file.as_path()), ("house-names", Path::new("conf/rules/house-names.wasm")));
    assert_eq!(own.component.sha256.unwrap()[..3], [0x01, 0x23, 0x45]);
    assert!(own.component.version.as_ref().unwrap().matches(&semver::Version::new(1, 3, 0)));
    assert_eq!(own.component.signer.as_ref().unwrap().name, "platform");
    assert_eq!(policy.scopes.len(), 1);
    let scope = &policy.scopes[0];
    assert!(scope.covers("deploy/production/a") && !scope.covers("deploy/production/test/a") && !scope.covers("a"));
    assert_eq!(policy.exceptions.len(), 3);
    assert_eq!(policy.line(policy.exceptions[0].span), 29);
    assert_eq!(policy.exceptions[1].expires().unwrap().to_string(), "2027-12-31");
    let Approval::Accepted { approved_by, alternative, .. } = &policy.exceptions[0].approval else { panic!() };
    assert_eq!((approved_by.as_str(), alternative.as_str()), ("head of security", "the network is separated"));
}

#[test]
fn the_digest_of_a_rule_in_a_registry_stands_in_the_policy_or_in_the_lock_file() {
    let address = "oci://a.b/c:1";
    let pinned =
        format!("[rules.a]\npath = '{address}'\nsha256 = '{}'\n[rules.b]\npath = '{address}'", "01".repeat(32));
    assert!(schema_accepts(&pinned));
    let mut policy = load(&pinned).unwrap();
    let digests = |policy: &Policy| policy.own_rules().map(|own| own.component.sha256).collect::<Vec<_>>();
    assert_eq!(digests(&policy), [Some([1; 32]), None]);
    let locked = |address: &str| Locked {
        address: Address::parse(address).unwrap(),
        manifest: format!("sha256:{}", "ab".repeat(32)),
        sha256: [7; 32],
        version: semver::Version::new(1, 0, 0),
    };
    let lock = |address: &str| Lock { rules: ["a", "b", "x"].map(|id| (id.to_owned(), locked(address))).into() };
    policy.apply(&lock("oci://a.b/c:2"));
    assert_eq!(digests(&policy), [Some([1; 32]), None], "the entry is for another address");
    policy.apply(&lock(address));
    assert_eq!(digests(&policy), [Some([1; 32]), Some([7; 32])]);
    let names: Vec<String> = policy.own_rules().map(|own| own.name()).collect();
    assert_eq!(names, [address, address]);
    let files: Vec<PathBuf> = policy.own_rules().map(|own| own.file).collect();
    assert_eq!(files[1], Path::new("conf/.keyreeve/rules").join(format!("{}.wasm", "07".repeat(32))));
}

#[test]
fn an_empty_file_is_the_built_in_policy_with_a_digest_of_its_own() {
    for text in ["", "\u{feff}", "# nothing\n", "\r\n"] {
        let policy = load(text).unwrap();
        assert_eq!((policy.fail_on, policy.rules.len(), policy.scopes.len()), (Some(Severity::Medium), 0, 0));
    }
    // SHA-256 of nothing, and of "abc" (FIPS 180-4 examples).
    assert_eq!(load("").unwrap().sha256(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(Policy::built_in().path(), None);
    assert_eq!(load("fail-on = 'never'").unwrap().fail_on, None);
}

/// Each document with everything that is wrong in it; `true` where the schema says that something is.
#[rustfmt::skip]
const BAD: &[(&str, bool, &[&str])] = &[
    ("fial-on = 'low'", true, &["1:1 the policy file has no key `fial-on` -> did you mean `fail-on`?"]),
    ("fail-on = 'hihg'", true, &["1:11 `fail-on` cannot be `hihg` -> did you mean `high`?"]),
    ("fail-on = 'severe'", true, &["1:11 `fail-on` cannot be `severe` -> one of: low, medium, high, critical, never"]),
    ("fail-on = 3", true, &["1:11 `fail-on` must be a string, not an integer"]),
    ("rules = 1\nscopes = {}\nexceptions = 'x'", true, &["1:9 `rules` must be a table of rules, not an integer",
        "2:10 `scopes` must be a list of tables, not a table -> each begins with [[scopes]]",
        "3:14 `exceptions` must be a list of tables, not a string -> each begins with [[exceptions]]"]),
    ("scopes = [1]", true, &["1:11 a scope must be a table, not an integer"]),
    ("[rules.key-size]\nenabled = 'no'\nseverity = 'never'\nlevel = 1", true, &["2:11 `enabled` must be true or false, not a string",
        "3:12 `severity` cannot be `never` -> one of: low, medium, high, critical",
        "4:1 a rule has no key `level` -> one of: enabled, severity, path, version, sha256, signed-by, settings"]),
    ("[rules.Key_Size]", true, &["1:8 `Key_Size` cannot be the id of a rule -> an id is made of lower-case words joined by hyphens"]),
    ("[rules.problem]", true, &["1:8 `problem` cannot be a rule: exceptions call problems of files so"]),
    ("[rules.a]\npath = 'r/a.wasm'", true, &["2:8 a rule that is loaded from a file needs `sha256` -> `keyreeve rule pin r/a.wasm` prints it"]),
    ("[rules.a]\npath = 'oci://rules/a:1'", false, &["2:8 `oci://rules/a:1` is no address of a rule: it names no registry: write registry.example.org/rules/a:1 -> such as oci://registry.example.org/rules/key-names:1.2.0"]),
    ("[rules.a]\npath = 'oci://a.b/c'\nsha256 = '12'", true, &["2:8 `oci://a.b/c` is no address of a rule: it names no tag: write a.b/c:1.0.0, or the digest, as a.b/c@sha256:… -> such as oci://registry.example.org/rules/key-names:1.2.0",
        "3:10 `sha256` must be 64 hexadecimal digits"]),
    ("[rules.a]\nsha256 = '12'", true, &["2:10 `sha256` belongs to a rule that is loaded from a file by `path`",
        "2:10 `sha256` must be 64 hexadecimal digits"]),
    ("[rules.a]\npath = ' '\nsha256 = '12'", true, &["2:8 `path` must not be empty", "3:10 `sha256` must be 64 hexadecimal digits"]),
    ("[rules.a]\nversion = '^1'\nsigned-by = 'b'", true, &["2:11 `version` belongs to a rule that is loaded from a file by `path`",
        "3:13 `signed-by` belongs to a rule that is loaded from a file by `path`",
        "3:13 `b` is not in [trust] -> [trust] names people or teams, each with the public key of their minisign key pair"]),
    ("[trust]\nb = 'RW'\nc = 1", true, &["2:5 `b` is not the public key of a minisign key pair -> it is the last line of minisign.pub, and begins with RW",
        "3:5 `c` must be a string, not an integer"]),
    ("trust = 'b'", true, &["1:9 `trust` must be a table, not a string"]),
    ("[rules.a]\npath = 'a'\nversion = 'new'\nsha256 = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'", false,
        &["3:11 `version` is no range of versions: unexpected character 'n' while parsing major version number -> such as \"^1.2\", which is 1.2.0 or newer, and older than 2.0.0"]),
    ("[rules.a.settings]\na = 1.5\nb = 2026-01-01\nc = ['x', 1]\nd = {}", true, &[
        "2:5 a setting cannot be a float -> it is true or false, an integer of 64 bits, a string, or a list of strings",
        "3:5 a setting cannot be a date or time -> it is true or false, an integer of 64 bits, a string, or a list of strings",
        "4:11 a setting cannot be an integer -> it is true or false, an integer of 64 bits, a string, or a list of strings",
        "5:5 a setting cannot be a table -> it is true or false, an integer of 64 bits, a string, or a list of strings"]),
    ("[[scopes]]\nenvironment = 'prod'", true, &["1:1 a scope needs `paths`",
        "2:15 `environment` cannot be `prod` -> one of: test, staging, production"]),
    ("[[scopes]]\npaths = []\nexclude = ['']\nholder = 'unspecified'", true, &["2:9 `paths` must not be empty", "3:12 `exclude` must not be empty",
        "4:10 `holder` cannot be `unspecified` -> one of: personal, shared"]),
    ("[[scopes]]\npaths = ['a']", true, &["1:1 a scope must state something -> at least one of: environment, holder, network, data, purpose"]),
    ("[[scopes]]\npaths = ['/etc/**', 'a/', '[', 'b/../c']\ndata = 'other'", false, &[
        "2:10 no path of a report begins like that -> paths are relative to the policy file's folder: `etc/**`",
        "2:21 a glob means files, not folders -> `a/**` means everything in the folder",
        "2:27 not a glob: unclosed character class; missing ']'", "2:32 no path of a report contains `..`"]),
    ("[[exceptions]]\nrule = 'a'", true, &["1:1 an exception needs `kind`"]),
    ("[[exceptions]]\nkind = 'acepted'", true, &["2:8 `kind` cannot be `acepted` -> did you mean `accepted`?"]),
    ("[[exceptions]]\nkind = 'accepted'\nrule = 'a'\napproved_by = 'b'", true, &[
        "1:1 an accepted exception needs `reason`, `approved-by`, `alternative`, `expires`",
        "1:1 an accepted exception needs either `path` or `fingerprint` -> `path` is a glob for all findings of the rule in some files, `fingerprint` is one finding",
        "4:1 an accepted exception has no key `approved_by` -> did you mean `approved-by`?"]),
    ("[[exceptions]]\nkind = 'accepted'\nrule = 'problem'\nfingerprint = 'v1:0'\nreason = ''\napproved-by = 'b'\nalternative = 'a'\nexpires = '2027-02-30'", true, &[
        "3:8 `problem` has no fingerprint -> name the files with `path`",
        "4:15 `v1:0` is not a fingerprint -> a report shows it: `v1:` and 32 hexadecimal digits in lower case",
        "5:10 `reason` must not be empty", "8:11 `expires` must be a date such as 2027-03-31, not `2027-02-30`"]),
    ("[[exceptions]]\nkind = 'false-positive'\nrule = 'problem'\npath = 'a'", true, &["1:1 a false positive needs `fingerprint`, `reason`, `owner`",
        "3:8 `problem` cannot be a false positive -> accept it with `kind = \"accepted\"`, or report the fault in keyreeve",
        "4:1 a false positive has no key `path` -> one of: kind, rule, fingerprint, reason, owner, expires"]),
    ("[[exceptions]]\nkind = 'false-positive'\nrule = 'a'\nfingerprint = 'v1:0123456789abcdef0123456789abcdef'\nreason = 'r'\nowner = 'o'\nexpires = 2027-01-01T00:00:00Z", true, &[
        "7:11 `expires` must be a date such as 2027-03-31, not a date or time"]),
];

#[test]
fn everything_that_is_wrong_is_said_with_its_place() {
    for (text, schema_refuses, expected) in BAD {
        assert_eq!(faults(load(text)), *expected, "{text}");
        assert_eq!(schema_accepts(text), !schema_refuses, "the schema on {text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Policy::read(Path::new("/nonexistent/a\u{1b}.toml")).unwrap_err().render(false);
    assert!(error.starts_with("error: the policy /nonexistent/a\\u{1b}.toml cannot be read: "), "{error}");
}

#[test]
fn every_syntax_error_is_said_and_nothing_that_follows_from_it() {
    let found = faults(load("unknown = 1\na = tru\n\nb = 2026-13-45x\nc = 'x\n"));
    let lines: Vec<&str> = found.iter().filter_map(|fault| fault.split(':').next()).collect();
    assert_eq!(lines, ["2", "4", "5"], "{found:#?}");
    assert_eq!(faults(load("fail-on = 'low'\nfail-on = 'low'")), ["2:1 duplicate key"]);
}

#[test]
fn what_is_no_text_is_refused_with_its_place() {
    let bytes = |bytes: &[u8]| faults(Policy::load(Path::new("k"), bytes));
    assert_eq!(bytes(b"# a\n# \xff"), ["2:3 the policy file is not UTF-8 -> save it as UTF-8"]);
    assert_eq!(bytes(b"\xff\xfea\0"), ["1:1 the policy file is not UTF-8 -> it begins like UTF-16; save it as UTF-8"]);
    assert_eq!(bytes(&vec![b'#'; 100_000_000]), ["1:1 the policy file is larger than 1024 KiB"]);
}

#[test]
fn a_byte_order_mark_does_not_move_the_places() {
    assert_eq!(
        faults(load("\u{feff}x = 1")),
        ["1:1 the policy file has no key `x` -> one of: fail-on, trust, rules, scopes, exceptions"]
    );
    let policy = load("\u{feff}fail-on = 'low'").unwrap();
    assert_ne!(policy.sha256(), load("fail-on = 'low'").unwrap().sha256(), "the digest is one of the file");
}

#[test]
fn hostile_sizes_are_bounded() {
    for text in [
        format!("a{} = 1", ".a".repeat(400_000)),
        format!("[{}a]", "a.".repeat(400_000)),
        format!("a = {}", "[".repeat(900_000)),
        "= =\n".repeat(200_000),
        format!("{} = 1", "x".repeat(900_000)),
    ] {
        let Err(error) = load(&text) else { panic!("nothing is wrong with it") };
        assert!(error.render(true).len() < 200_000);
    }
}

#[test]
fn the_number_of_globs_is_bounded() {
    let scope = |count| format!("[[scopes]]\ndata = 'other'\npaths = [{}]\n", "'a',".repeat(count));
    let exception = "[[exceptions]]\nkind = 'accepted'\nrule = 'a'\npath = 'a'\nreason = 'r'\napproved-by = 'b'\n\
                     alternative = 'a'\nexpires = 2027-03-31\n";
    let expected = "the policy has more than 10000 globs";
    assert_eq!(faults(load(&scope(10_001))), [format!("3:40010 {expected}")]);
    assert_eq!(faults(load(&(scope(10_000) + exception))), [format!("7:8 {expected}")]);
    assert!(load(&(scope(20) + exception)).is_ok());
}

#[test]
fn the_number_of_rules_is_bounded() {
    let rules = |count| (0..count).map(|number| format!("[rules.r{number:03}]\n")).collect::<String>();
    assert_eq!(faults(load(&rules(257))), ["257:8 the policy names more than 256 rules"]);
    assert!(load(&rules(256)).is_ok());
}

proptest! {
    #[test]
    fn any_bytes_are_a_policy_or_refused_with_a_message(bytes: Vec<u8>) {
        if let Err(error) = Policy::load(Path::new("k"), &bytes) {
            prop_assert!(!error.render(true).is_empty());
        }
    }

    #[test]
    fn any_damage_to_a_policy_is_survived(at in 0usize..1200, length in 0usize..20, put in "[\\[\\]{}=.'\"\n\\\\a-z0-9 \u{0}é]{0,6}") {
        let at = at.min(EVERYTHING.len());
        let end = (at + length).min(EVERYTHING.len());
        let text = format!("{}{put}{}", &EVERYTHING[..at], &EVERYTHING[end..]);
        if let Err(error) = load(&text) {
            prop_assert!(error.to_string().contains("keyreeve.toml"));
        }
    }
}

#[test]
fn nested_inline_tables_with_dotted_names_do_not_exhaust_the_stack() {
    let names = vec!["a"; 78].join(".");
    let text = format!("a = {}1{}", format!("{{{names} = ").repeat(79), "}".repeat(79));
    let load = move || Policy::load(Path::new("keyreeve.toml"), text.as_bytes()).is_err();
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(load).unwrap();
    assert!(worker.join().unwrap());
}
