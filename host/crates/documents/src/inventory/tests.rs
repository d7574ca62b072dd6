//! Tests that read whole inventories in all four formats. Single functions are tested beside their code.

#![allow(clippy::unwrap_used)]

use keyreeve_contract::{Environment, Holder, InventoryEntry};
use keyreeve_facts::Place;
use proptest::prelude::*;

use keyreeve_source::{Source, SourceId};

use super::*;

/// What is read of a file that is an inventory by its name.
fn read_file(source: Source) -> Reading {
    read(&Text::new(SourceId(0), &source)).unwrap()
}

fn read_as(name: &str, text: &str) -> Reading {
    let reading = read_file(Source::new(name, None, text.as_bytes()));
    check_spans(&reading, text.as_bytes());
    reading
}

/// Every span lies within the source.
fn check_spans(reading: &Reading, bytes: &[u8]) {
    let inside = |span: Span| span.start <= span.end && span.end as usize <= bytes.len();
    for (_, place) in reading.facts.inventory.iter() {
        assert!(inside(place.home.span), "{:?}", place.home);
        assert!(place.parts.values().all(|location| inside(location.span)), "{:?}", place.parts);
    }
    assert!(reading.secrets.iter().all(|&(_, span)| inside(span)), "{:?}", reading.secrets);
    for problem in &reading.problems {
        let keyreeve_source::problem::Subject::Place(location) = problem.subject else { panic!("{problem:?}") };
        assert!(inside(location.span), "{problem:?}");
    }
}

fn entries(reading: &Reading) -> &[InventoryEntry] {
    reading.facts.inventory.facts()
}

fn part<'a>(place: &Place, field: &'static str, text: &'a str) -> &'a str {
    &text[place.parts[&(field, None)].span.range()]
}

fn messages(reading: &Reading) -> Vec<&str> {
    reading.problems.iter().map(|problem| problem.message.as_str()).collect()
}

const YAML: &str = r#"# Keys of the town
keys:
  - id: payments-api   # the live one
    Key Creator: Ada
    service_description: "payments: \"live\""
    created: 2025-03-01
    lastRotated: 2026-10-01T08:30:00+02:00
    owner: platform
    env: prod
    holder: shared
    path: deploy/payments.pem
  - id: sandbox
    creator: Ben
    service: >-
      sandbox of
      Ben
    created: 2024-01-31
    last-rotated: last spring
    owner: ~
    environment: staging
    holder: personal
"#;

const JSON: &str = r#"{ "keys": [
  { "id": "payments-api", "Key Creator": "Ada", "service_description": "payments: \"live\"", "created": "2025-03-01",
    "lastRotated": "2026-10-01T08:30:00+02:00", "owner": "platform", "env": "prod", "holder": "shared",
    "path": "deploy/payments.pem" }, // the live one
  { "id": "sandbox", "creator": "Ben", "service": "sandbox of Ben", "created": "2024-01-31",
    "last-rotated": "last spring", "owner": null, "environment": "staging", "holder": "personal" },
]}
"#;

const TOML: &str = r#"[[keys]]
id = "payments-api"
"Key Creator" = "Ada"
service_description = 'payments: "live"'
created = 2025-03-01
lastRotated = 2026-10-01T08:30:00+02:00
owner = "platform"
env = "prod"
holder = "shared"
path = "deploy/payments.pem"

[[keys]]
id = "sandbox"
creator = "Ben"
service = "sandbox of Ben"
created = 2024-01-31
last-rotated = "last spring"
environment = "staging"
holder = "personal"
"#;

const CSV: &str = "ID;Key Creator;Service Description;Created (UTC);Last_Rotated;Owner;Env;Holder;Path\r\n\
payments-api;Ada;\"payments: \"\"live\"\"\";2025-03-01;2026-10-01T08:30:00+02:00;platform;prod;shared;deploy/payments.pem\r\n\
sandbox;Ben;sandbox of Ben;2024-01-31;last spring;;staging;personal;\r\n";

#[test]
fn the_same_inventory_in_four_formats_gives_equal_facts() {
    let yaml = read_as("key-inventory.yaml", YAML);
    assert_eq!(entries(&yaml).len(), 2);
    let [payments, sandbox] = entries(&yaml) else { panic!() };
    assert_eq!(
        (payments.id.as_str(), payments.creator.as_str(), payments.owner.as_str()),
        ("payments-api", "Ada", "platform")
    );
    assert_eq!(payments.service, "payments: \"live\"");
    assert_eq!(payments.created, Some(1_740_787_200));
    assert_eq!(payments.last_rotated, Some(1_790_836_200));
    assert_eq!(payments.context.environment, Environment::Production);
    assert_eq!(payments.context.holder, Holder::Shared);
    assert_eq!(payments.path, "deploy/payments.pem");
    assert_eq!(payments.unknown, []);
    assert_eq!((sandbox.service.as_str(), sandbox.owner.as_str()), ("sandbox of Ben", ""));
    assert_eq!(sandbox.last_rotated, None);
    assert_eq!(sandbox.unknown.len(), 1);
    assert_eq!(sandbox.unknown[0].field, "last-rotated");
    assert_eq!(sandbox.unknown[0].reason, "`last spring` is not a date in the form YYYY-MM-DD");
    assert_eq!(sandbox.context.environment, Environment::Staging);
    assert_eq!(sandbox.context.holder, Holder::Personal);
    for (name, text) in [("key-inventory.json", JSON), ("key-inventory.toml", TOML), ("key-inventory.csv", CSV)] {
        let reading = read_as(name, text);
        assert_eq!(messages(&reading), Vec::<&str>::new(), "{name}");
        assert_eq!(entries(&reading), entries(&yaml), "{name}");
    }
}

#[test]
fn parts_point_to_the_values_as_written() {
    for (name, text, service) in [
        ("key-inventory.yaml", YAML, "\"payments: \\\"live\\\"\""),
        ("key-inventory.json", JSON, "\"payments: \\\"live\\\"\""),
        ("key-inventory.toml", TOML, "'payments: \"live\"'"),
        ("key-inventory.csv", CSV, "\"payments: \"\"live\"\"\""),
    ] {
        let reading = read_as(name, text);
        let place = &reading.facts.inventory.places()[0];
        assert_eq!(part(place, "service", text), service, "{name}");
        assert_eq!(part(place, "last-rotated", text).trim_matches('"'), "2026-10-01T08:30:00+02:00", "{name}");
        assert_eq!(part(place, "context.environment", text).trim_matches('"'), "prod", "{name}");
        assert_eq!(&*place.label, "inventory entry payments-api");
        let home = &text[place.home.span.range()];
        assert!(home.contains("deploy/payments.pem") && !home.contains("sandbox"), "{name}: {home}");
    }
}

#[test]
fn a_map_of_ids_and_groups_named_after_environments_are_understood() {
    let text = "version: 2\nowner: platform\nkeys:\n  production:\n    web: {creator: Ada, owner: Ben}\n    bare:\n  staging:\n    - name: lab\n";
    let reading = read_as("inventory/keys.yml", text);
    let found: Vec<_> = entries(&reading).iter().map(|entry| (entry.id.as_str(), entry.context.environment)).collect();
    assert_eq!(
        found,
        [("web", Environment::Production), ("bare", Environment::Production), ("lab", Environment::Staging)]
    );
    let web = &reading.facts.inventory.places()[0];
    assert_eq!(part(web, "context.environment", text), "production");
    assert_eq!(part(web, "id", text), "web");
    assert_eq!(messages(&reading), Vec::<&str>::new());
}

#[test]
fn merge_keys_aliases_and_several_documents_are_followed() {
    let text = "x-defaults: &d {creator: Ada, owner: &o Ops}\nkeys:\n- {<<: *d, id: one}\n- {id: two, owner: *o, creator: Ben}\n---\n- id: three\n";
    let reading = read_as("key-inventory.yaml", text);
    let found: Vec<_> =
        entries(&reading).iter().map(|e| (e.id.as_str(), e.creator.as_str(), e.owner.as_str())).collect();
    assert_eq!(found, [("one", "Ada", "Ops"), ("two", "Ben", "Ops"), ("three", "", "")]);
    assert_eq!(part(&reading.facts.inventory.places()[1], "owner", text), "Ops");
    assert_eq!(messages(&reading), Vec::<&str>::new());
}

#[test]
fn an_alias_bomb_does_not_expand() {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..40 {
        let below = format!("*a{},", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    text.push_str("keys:\n- {id: one, owner: *a39}\n- {id: two, owner: Ada}\n");
    let reading = read_as("key-inventory.yaml", &text);
    assert_eq!(entries(&reading).len(), 2);
    assert_eq!(entries(&reading)[0].unknown[0].field, "owner");
    assert_eq!(entries(&reading)[1].owner, "Ada");
    assert!(messages(&reading)[0].contains("the alias expands to more"), "{:?}", messages(&reading));
}

#[test]
fn deep_nesting_is_a_problem_and_no_stack_overflow() {
    for (name, text) in [
        (
            "key-inventory.json",
            format!("{{\"keys\": [{{\"id\": \"one\", \"owner\": {}1{}}}]}}", "[".repeat(90_000), "]".repeat(90_000)),
        ),
        ("key-inventory.yaml", format!("{}1{}", "[".repeat(90_000), "]".repeat(90_000))),
        ("key-inventory.yaml", (0..3000).map(|level| format!("{}a:\n", " ".repeat(level))).collect()),
        ("key-inventory.toml", format!("a = {}1{}", "[".repeat(90_000), "]".repeat(90_000))),
    ] {
        assert!(!read_as(name, &text).problems.is_empty(), "{name}");
    }
}

#[test]
fn what_stands_before_a_syntax_error_is_read() {
    for (name, text) in [
        ("key-inventory.yaml", "- id: one\n  owner: Ada\n- id: two\n  owner: \"Ben\n"),
        ("key-inventory.json", "[{\"id\": \"one\", \"owner\": \"Ada\"}, {\"id\": \"two\", \"owner\" \"Ben\"}]"),
        ("key-inventory.toml", "[[keys]]\nid = \"one\"\nowner = \"Ada\"\n[[keys]]\nid = \"two\"\nowner = \"Ben\n"),
        ("key-inventory.csv", "id,owner\none,Ada\ntwo,\"Ben\n"),
    ] {
        let reading = read_as(name, text);
        assert_eq!(entries(&reading)[0].owner, "Ada", "{name}");
        assert!(!reading.problems.is_empty(), "{name}");
    }
}

#[test]
fn what_is_no_entry_is_a_problem() {
    for (name, text, message) in [
        ("key-inventory.yaml", "keys: [one, {id: two}]", "an entry is expected here: a map of fields"),
        ("key-inventory.yaml", "github: tbd\nlab: {owner: Ada}\n", "`github` is no entry: a map of fields is expected"),
        ("key-inventory.yaml", "id: one\nowner: Ada\nowner: Ben\n", "`owner` stands twice in one map"),
        ("key-inventory.yaml", "just text", "holds no list or map of entries"),
        ("key-inventory.json", "", "no entry of a key inventory is found in it"),
        ("key-inventory.csv", "id,owner\none,Ada,x\n", "has 3 fields where the first line names 2"),
        ("key-inventory.csv", "id,owner,Owner\n", "the column `Owner` stands twice"),
        ("key-inventory.csv", "1,2,3\n", "the first line names no field of a key inventory"),
    ] {
        assert!(messages(&read_as(name, text)).contains(&message), "{name}: {:?}", messages(&read_as(name, text)));
    }
    assert!(read_as("key-inventory.yaml", "keys: []\n").problems.is_empty());
}

#[test]
fn values_that_only_say_that_there_is_none_are_not_given() {
    let text = "- {id: one, owner: TBD, creator: n/a, last-rotated: never, service: '${SERVICE}', env: prod/moon}\n\
                - {id: two, env: moon, holder: shared, created: 03/04/2025}\n";
    let reading = read_as("key-inventory.yaml", text);
    let [one, two] = entries(&reading) else { panic!() };
    assert_eq!((one.owner.as_str(), one.creator.as_str(), one.last_rotated), ("", "", None));
    assert_eq!(part(&reading.facts.inventory.places()[0], "owner", text), "TBD");
    let unknown = |entry: &InventoryEntry| -> Vec<(String, String)> {
        entry.unknown.iter().map(|unknown| (unknown.field.clone(), unknown.reason.clone())).collect()
    };
    assert_eq!(unknown(one), [("service".into(), "`${SERVICE}` is not resolved".into())]);
    assert_eq!(one.context.environment, Environment::Production);
    assert_eq!(
        unknown(two),
        [
            ("context.environment".into(), "`moon` is none of the words for it".into()),
            ("created".into(), "`03/04/2025` is not a date in the form YYYY-MM-DD".into()),
        ]
    );
}

/// The canary stands for a value. Whatever the field and the format, no fact contains it and its bytes are marked.
#[test]
fn a_secret_enters_no_fact_and_its_bytes_are_marked() {
    const CANARY: &str = "glpat-c4naryC4NARYc4naryC4";
    const PLAIN: &str = "Tr0ub4dor&3";
    for text in [
        format!("- {{id: one, value: {CANARY}}}"),
        format!("- {{id: one, owner: {CANARY}}}"),
        format!("- {{id: one, last-rotated: {CANARY}}}"),
        format!("- {{id: {CANARY}, owner: Ada}}"),
        format!("{CANARY}: {{owner: Ada}}"),
        format!("- {{key: {CANARY}, owner: Ada}} # {CANARY}"),
        format!("x: &t {CANARY}\nkeys:\n- {{id: one, owner: *t, service: [a, *t]}}"),
        format!("one: {CANARY}\ntwo: {{owner: Ada}}"),
        format!("- {CANARY}"),
        format!("{CANARY}: {{owner: Ada}}\n{CANARY}: {{owner: Ben}}"),
        format!("{CANARY}: one\ntwo: {{owner: Ada}}"),
        format!("- {{id: one, service: \"uses {CANARY} daily\"}}"),
        format!("- {{id: one, password: {PLAIN}}}"),
        format!("- {{token: {PLAIN}, owner: Ada}}"),
        format!("- {{id: one, secret: {{a: [{PLAIN}]}}}}"),
        "- id: one\n  service: |\n    -----BEGIN PRIVATE KEY-----\n    c4nary\n    -----END PRIVATE KEY-----\n".into(),
    ] {
        let reading = read_as("key-inventory.yaml", &text);
        let shown = format!("{:?} {:?} {:?}", entries(&reading), reading.facts.inventory.places(), reading.problems);
        for canary in [CANARY, PLAIN, "c4nary"] {
            assert!(!shown.contains(canary), "{text}: {shown}");
            for (at, _) in text.match_indices(canary) {
                let span = Span::new(at, at + canary.len());
                assert!(
                    reading.secrets.iter().any(|(_, secret)| secret.contains(span)),
                    "{text}: {:?}",
                    reading.secrets
                );
            }
        }
    }
    let csv = read_as("keys-inventory.csv", "id,owner,Token\none,Ada,hunter2\n,Ben,ci deploy\n");
    assert_eq!(csv.secrets.len(), 1);
    assert_eq!(entries(&csv)[1].id, "ci deploy");
}

#[test]
fn inventories_are_told_by_name_header_or_marker() {
    for name in [
        "key-inventory.yaml",
        "ops/KEY_INVENTORY.yml",
        "prod-keys-inventory-2026.csv",
        "inventory/keys.toml",
        "keyinventory.json",
        "security/token-inventory.csv",
        "inventory/Tokens.json",
        "access-key-inventory.prod.yaml",
    ] {
        assert!(recognises(name, b""), "{name}");
    }
    for name in [
        "key-inventory.md",
        "monkey-inventory.yaml",
        "keyboard-inventory.csv",
        "inventory.yaml",
        "inventory/hosts.yml",
        "key-inventory",
        "key-inventory.schema.json",
        "keys.csv",
        "inventory/all/keys.yml",
    ] {
        assert!(!recognises(name, b"a: 1"), "{name}");
    }
    assert!(recognises("a.yml", b"# x\nkey-inventory:\n  - id: one\n"));
    assert!(recognises("a.json", br#"{"keyreeve-inventory": [] }"#));
    assert!(recognises("a.toml", b"[[key_inventory]]\nid = 'one'"));
    let nested = Source::new("a.json", None, &br#"{"files": {"key-inventory": 1}}"#[..]);
    assert!(read(&Text::new(SourceId(0), &nested)).is_none());
    assert!(!recognises("a.yml", b"run: keyreeve check key-inventory: x"));
    assert!(recognises(
        "a.csv",
        b"Key Creator,Service Description,Creation Date,Last Rotated Date,Current Key Owner\n"
    ));
    assert!(recognises("a.csv", b"\xef\xbb\xbfname;owner;created by;created;rotated\n"));
    assert!(!recognises("assets.csv", b"id,owner,description,created,price\n"));
    assert!(!recognises("a.csv", b"id,key,owner\n"));
}

#[test]
fn a_host_inventory_is_no_key_inventory() {
    for text in [
        "all:\n  children:\n    keys:\n      hosts:\n        k1.example.org:\n",
        "keys:\n  hosts:\n    k1.example.org:\n      ansible_user: root\n",
        "{\n  \"_meta\": {\"hostvars\": {}},\n  \"keys\": {\"hosts\": []}\n}",
    ] {
        assert!(!recognises("inventory/keys.yml", text.as_bytes()), "{text}");
    }
    assert!(recognises("key-inventory.yml", b"- id: one\n  service: runs ansible_pull on all hosts: daily\n"));
}

#[test]
fn bytes_that_are_not_utf8_and_byte_order_marks_are_passed_over() {
    for (name, bytes) in [
        ("key-inventory.yaml", &b"\xef\xbb\xbf- id: one\n  owner: A\xffda\n  creator: Ben\n"[..]),
        ("key-inventory.json", b"\xef\xbb\xbf[{\"id\": \"one\", \"owner\": \"A\xffda\", \"creator\": \"Ben\"}]"),
        ("key-inventory.toml", b"\xef\xbb\xbfkeys = [{id = 'one', owner = 'A\xffda', creator = 'Ben'}]"),
        ("key-inventory.csv", b"\xef\xbb\xbfid,owner,creator\none,A\xffda,Ben\n"),
    ] {
        let reading = read_file(Source::new(name, None, bytes));
        check_spans(&reading, bytes);
        assert_eq!(messages(&reading), ["is not UTF-8 from here on"], "{name}");
        let (entry, place) = reading.facts.inventory.iter().next().unwrap();
        assert_eq!((entry.id.as_str(), entry.owner.as_str()), ("one", "A?da"), "{name}");
        let creator = &bytes[place.parts[&("creator", None)].span.range()];
        assert_eq!(
            creator.trim_ascii_start().strip_prefix(b"\"").or(creator.strip_prefix(b"'")).unwrap_or(creator)[..3],
            b"Ben"[..],
            "{name}"
        );
    }
    let utf16 = read_file(Source::new("key-inventory.csv", None, &b"\xff\xfei\0d\0"[..]));
    assert!(messages(&utf16)[0].contains("UTF-16"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), format in 0usize..4) {
        let name = ["key-inventory.yaml", "key-inventory.json", "key-inventory.toml", "key-inventory.csv"][format];
        check_spans(&read_file(Source::new(name, None, bytes.clone())), &bytes);
        recognises("a.csv", &bytes);
    }

    /// Inventories with some bytes cut out, doubled or replaced.
    #[test]
    fn a_broken_inventory_never_panics(format in 0usize..4, edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, "[-:{}\\[\\]\"',&*!|>#\n\r\té ?~=a1]{0,3}"), 1..6)) {
        let (name, text) = [("key-inventory.yaml", YAML), ("key-inventory.json", JSON), ("key-inventory.toml", TOML), ("key-inventory.csv", CSV)][format];
        let mut bytes = text.as_bytes().to_vec();
        for (at, length, new) in edits {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, new.bytes());
        }
        check_spans(&read_file(Source::new(name, None, bytes.clone())), &bytes);
        recognises("a.yaml", &bytes);
    }
}
