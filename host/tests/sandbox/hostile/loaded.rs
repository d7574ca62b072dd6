//! Tests of files that are not rules, or that do harm before they judge: each is refused for its own reason, with what
//! to do. Faults of judging are tested in `judged`.

use std::fs;
use std::process::Command;

use keyreeve::rules::component::{CONTRACT, Declared, Refusal, SIZE_LIMIT, declared};
use keyreeve::rules::limits::{Fault, fuel};
use keyreeve::rules::load::LoadError;
use proptest::prelude::*;

use crate::hostile::sandbox::{Sandbox, digest, hex, load};
use crate::support::make;

fn refusal(name: &str) -> String {
    let sandbox = Sandbox::new();
    let error = sandbox.load(name, &make::bare(name)).err().unwrap_or_else(|| panic!("{name} is loaded"));
    let LoadError::Refused { path, refusal } = error else { panic!("{name}: {error}") };
    assert!(path.ends_with(&format!("{name}.wasm")));
    refusal.to_string()
}

#[test]
fn what_is_no_rule_of_this_contract_is_refused_before_it_is_compiled() {
    let only =
        "and a rule may import nothing but keyreeve:policy/diagnostics: no clock, no files, no network, no randomness";
    let expected = [
        ("core-module", "it is a core module, not a component: make a component of it with `keyreeve rule component`".to_owned()),
        ("wasi-import", format!("it imports wasi:clocks/monotonic-clock@0.2.0, {only}")),
        ("unknown-import", format!("it imports keyreeve:policy/files@1.1.0, {only}")),
        ("other-world", "it exports nothing of keyreeve:policy: it is a component of another world".to_owned()),
        ("no-rule", "it does not export keyreeve:policy/rule, which says what a rule is".to_owned()),
        ("no-kind", "it exports no kind of fact, so it would examine nothing".to_owned()),
        ("older", "it speaks contract 0.9.0, and this keyreeve speaks 1.1.0: build the rule anew for contract 1.0".to_owned()),
        ("before-release", "it speaks contract 1.0.0-rc.1, and this keyreeve speaks 1.1.0: build the rule anew for contract 1.0".to_owned()),
        ("newer-minor", "it speaks contract 1.2.0, and this keyreeve speaks 1.1.0: upgrade keyreeve".to_owned()),
        ("newer-major", "it speaks contract 2.0.0, and this keyreeve speaks 1.1.0: upgrade keyreeve".to_owned()),
        ("unknown-interface", "it exports keyreeve:policy/secrets@1.1.0, which this keyreeve does not know: the rule is newer; upgrade keyreeve".to_owned()),
        ("twice", "it exports keyreeve:policy/keys in more than one version: leave one".to_owned()),
    ];
    for (name, message) in expected {
        assert_eq!(refusal(name), message, "{name}");
    }
}

#[test]
fn a_file_that_is_not_webassembly_is_refused() {
    for bytes in [&b""[..], b"\x7fELF\x02\x01\x01", b"(component)", b"\0as"] {
        assert_eq!(declared(bytes), Err(Refusal::NotWasm));
    }
}

#[test]
fn a_truncated_component_is_refused_wherever_it_ends() {
    let whole = make::rule("quiet");
    assert!(declared(&whole).is_ok());
    for end in [8, whole.len() / 4, whole.len() / 2, whole.len() - 1] {
        let refusal = declared(&whole[..end]).unwrap_err();
        assert!(matches!(refusal, Refusal::Malformed(_) | Refusal::OtherWorld), "{end}: {refusal}");
    }
}

#[test]
fn a_component_that_is_too_large_is_refused() {
    let refused = Sandbox::new();
    let path = refused.write("large", b"\0asm");
    fs::File::options().write(true).open(&path).unwrap().set_len(SIZE_LIMIT as u64 + 1).unwrap();
    let error = load(&refused.loader(None), &path, &[0; 32], "large").err().unwrap();
    assert!(error.to_string().ends_with("it is longer than 67108864 bytes"), "{error}");
}

#[test]
fn a_component_with_more_names_than_a_rule_has_is_refused() {
    let exports: String = (0..1001).map(|n| format!("(export \"a{n}\" (instance 0))")).collect();
    let component = wat::parse_str(format!("(component (instance) {exports})")).unwrap();
    assert_eq!(declared(&component), Err(Refusal::Malformed("more than 1000 imports and exports".to_owned())));
}

#[test]
fn a_later_patch_of_the_contract_is_the_same_contract() {
    let text = make::expand(&make::text("quiet"), "quiet");
    let component = make::encode(&text);
    assert_eq!(declared(&component).unwrap().contract, CONTRACT);
    let patched: Vec<u8> = replace(&component, b"@1.1.0", b"@1.1.7");
    let Declared { contract, .. } = declared(&patched).unwrap();
    assert_eq!(contract.to_string(), "1.1.7");
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.judge(&sandbox.load("quiet", &patched).unwrap()).examined, 3);
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_owned();
    for start in 0..bytes.len() - from.len() {
        if bytes[start..].starts_with(from) {
            bytes[start..start + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

/// The fault of a rule that fails before it judges.
fn fault(name: &str, component: &[u8]) -> Fault {
    let error = Sandbox::new().load(name, component).err().unwrap_or_else(|| panic!("{name} is loaded"));
    let LoadError::Fault { fault, .. } = error else { panic!("{name}: {error}") };
    fault
}

#[test]
fn code_that_runs_before_it_is_called_has_fuel_like_any_other() {
    for name in ["start-loop", "endless-describe"] {
        assert_eq!(fault(name, &make::rule(name)), Fault::Fuel(fuel(0)), "{name}");
    }
}

#[test]
fn what_a_rule_asks_for_at_its_start_counts() {
    let memory = fault("memory-at-start", &make::rule("memory-at-start"));
    assert_eq!(memory.to_string(), "it asked for 201326592 bytes of memory, and 134217728 is the most");
    let instances = fault("many-instances", &make::bare("many-instances"));
    assert_eq!(instances.to_string(), "it asked for more than a rule may have: instance count too high at 201");
    let handles = fault("endless-handles", &make::bare("endless-handles"));
    assert_eq!(handles.to_string(), "it asked for more than 1000 handles to resources");
}

#[test]
fn wrong_types_under_the_right_names_show_when_it_is_loaded() {
    for name in ["wrong-types", "unknown-function"] {
        let fault = fault(name, &make::bare(name));
        assert!(matches!(fault, Fault::Types { .. }), "{name}: {fault}");
        assert!(fault.to_string().starts_with("its exports do not have the types of contract 1.1.0: "), "{fault}");
    }
}

#[test]
fn nonsense_that_a_rule_says_of_itself_is_refused() {
    let expected = [
        ("bad-id", "its id is \"../../etc/cow\", which is not lower-case words joined by hyphens"),
        ("bad-statement", "it cites the statement \"S17\", and there are S1 to S16"),
        ("same-statement", "it cites the statement \"S5 S5 S5 S5 "),
        ("long-version", "its version is \"1.0.0-aa1111"),
        ("long-attributes", "a text about itself is longer than 16384 bytes, or there are too many"),
        ("reads-nothing", "it reads \"certificates.key.bits\", and examines no such facts"),
        ("reads-misspelt", "it reads \"keys.public.bit\", which keys do not have: the nearest is \"keys.public.bits\""),
    ];
    for (name, reason) in expected {
        let Fault::Nonsense(nonsense) = fault(name, &make::rule(name)) else { panic!("{name}") };
        assert!(nonsense.starts_with(reason) && nonsense.len() < 200, "{name}: {nonsense}");
    }
}

#[test]
fn a_rule_that_refuses_its_settings_says_why() {
    let sandbox = Sandbox::new();
    let rule = sandbox.load("refuses-settings", &make::rule("refuses-settings")).unwrap();
    let refused = Fault::Settings("bits must be more than there are".to_owned());
    assert_eq!(rule.try_settings(&sandbox.engine, &[]), Err(refused.clone()));
    assert_eq!(sandbox.judge(&rule).fault, Some(refused));
}

#[test]
fn a_rule_under_another_name_is_refused_with_both() {
    let sandbox = Sandbox::new();
    let error = sandbox.load("taken-id", &make::rule("taken-id")).err().unwrap();
    let message =
        "taken-id.wasm is the rule key-size, and keyreeve.toml names it taken-id: write [rules.key-size] there";
    assert!(error.to_string().ends_with(message), "{error}");
}

#[test]
fn another_file_than_the_approved_one_is_refused_with_both_digests() {
    let sandbox = Sandbox::new();
    let component = make::rule("quiet");
    let path = sandbox.write("quiet", &component);
    let error = load(&sandbox.loader(None), &path, &[7; 32], "quiet").err().unwrap();
    let (actual, expected) = (hex(&digest(&component)), "07".repeat(32));
    assert!(error.to_string().contains(&format!("has the SHA-256 {actual}, and keyreeve.toml names {expected}: ")));
}

#[test]
fn what_is_no_file_is_refused_and_not_waited_for() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder.path();
    let load = |path: &std::path::Path| load(&sandbox.loader(None), path, &[0; 32], "quiet").err().unwrap().to_string();
    assert!(load(folder).ends_with(" is not a regular file: name the component itself"));
    assert!(load(&folder.join("missing.wasm")).contains("missing.wasm cannot be read: No such file"));
    let fifo = folder.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    assert!(load(&fifo).ends_with(" is not a regular file: name the component itself"));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_and_never_panic(tail in prop::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [&b"\0asm\x0d\0\x01\0"[..], &tail].concat();
        prop_assert!(declared(&bytes).is_err());
    }

    #[test]
    fn a_rule_with_one_byte_changed_never_panics(at in 0..1000_usize, byte in any::<u8>()) {
        let mut bytes = wat::parse_str(make::text("twice")).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = declared(&bytes);
    }
}
