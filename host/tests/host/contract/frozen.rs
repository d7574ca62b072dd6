//! The rule of contract 1.0 in testdata/contract/1.0, compiled when that was frozen: every fact that it is given
//! arrives whole, and every way to answer comes back. Its siblings, which claim other versions of the contract, are
//! refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use keyreeve::rules::answer::Answer;
use keyreeve::rules::compile;
use keyreeve::rules::engine::Engine;
use keyreeve::rules::judge::{Judgement, judge};
use keyreeve::rules::limits::Fault;
use keyreeve::rules::load::Loader;
use keyreeve::rules::rule::Rule;
use keyreeve_contract::FactKind;
use keyreeve_contract::{Scan, Value, Verdict};
use sha2::{Digest as _, Sha256};
use wit_component::ComponentEncoder;

use crate::contract::facts::{facts, nameless_certificate, nameless_entry};
use crate::contract::root;
use crate::support::Tree;

fn folder() -> PathBuf {
    root().join("testdata/contract/1.0")
}

fn component() -> Vec<u8> {
    fs::read(folder().join("every-fact.wasm")).unwrap()
}

/// Its last step, for testdata/contract/1.0/make.sh, which names the core module in MODULE.
#[test]
#[ignore = "the file is made once, and then stays as it is"]
fn the_component_of_the_frozen_rule() {
    let module = fs::read(std::env::var_os("MODULE").unwrap()).unwrap();
    let component = ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap();
    let path = folder().join("every-fact.wasm");
    assert!(!path.exists(), "{} is there, and stays as it is", path.display());
    fs::write(path, component).unwrap();
}

fn load(engine: &Engine) -> Rule {
    let compiler = compile::Compiler::new(env!("CARGO_BIN_EXE_keyreeve"), compile::Limits::default());
    let loader = Loader { engine, compiler, cache: None, compiling: |_| {} };
    let component = component();
    loader.rule("every-fact.wasm", &component, &Sha256::digest(&component).into()).unwrap()
}

/// A value of each type, none of them the default.
fn settings() -> Vec<(String, Value)> {
    [
        ("boolean", Value::Boolean(false)),
        ("integer", Value::Integer(i64::MIN)),
        ("text", Value::Text("§".to_owned())),
        ("texts", Value::Texts(vec!["x".to_owned(), String::new()])),
        ("days", Value::Days(u32::MAX)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn judged(engine: &Engine, rule: &Rule, facts: &keyreeve_facts::Facts) -> Judgement {
    let scan = Scan { as_of: 1_795_392_000, attributes: vec![("as".to_owned(), "of".to_owned())] };
    judge(engine, &[(rule, &settings())], &scan, facts).remove(0)
}

/// A finding in a few lines; its message is the fact as the rule saw it.
fn shown(answer: &Answer) -> String {
    let Answer { kind, fact, part, related, verdict, message, remedy, attributes } = answer;
    // As it was written when the contract was frozen.
    let verdict = match verdict {
        Verdict::Violation(severity) => format!("Verdict::Violation(Severity::{severity:?})"),
        Verdict::Undetermined => "Verdict::Undetermined".to_owned(),
    };
    format!(
        "{} {fact}: {verdict}\n  {part:?} {related:?} {attributes:?}\n  {remedy}\n  {message}\n\n",
        kind.interface()
    )
}

#[test]
fn a_rule_of_contract_1_0_sees_every_fact_whole_and_its_answers_arrive() {
    let engine = Engine::new().unwrap();
    let (rule, facts) = (load(&engine), facts());
    let judgement = judged(&engine, &rule, &facts);
    assert_eq!((judgement.examined, judgement.fault), (16, None));
    let said: String = judgement.answers.iter().map(shown).collect();
    let path = folder().join("expected.txt");
    if !path.exists() {
        fs::write(&path, &said).unwrap();
        panic!("{} was missing and is written: read it", path.display());
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert!(said == expected, "{} is frozen, and the rule says now\n{said}", path.display());
}

/// What it says of itself, and the answers that are no findings.
#[test]
fn a_rule_of_contract_1_0_describes_itself_refuses_settings_gives_up_and_panics() {
    let engine = Engine::new().unwrap();
    let rule = load(&engine);
    let declared: BTreeMap<&str, &Value> =
        rule.info.settings.iter().map(|setting| (setting.name.as_str(), &setting.default)).collect();
    assert_eq!(declared["texts"], &Value::Texts(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!((declared["days"], declared["integer"]), (&Value::Days(90), &Value::Integer(-1)));
    assert_eq!((rule.info.id.as_str(), rule.info.statement.as_str()), ("every-fact", "S13"));
    let refused = rule.try_settings(&engine, &[("integer".to_owned(), Value::Integer(0))]);
    assert_eq!(refused, Err(Fault::Settings("the setting integer must not be 0".to_owned())));
    let fault = judged(&engine, &rule, &nameless_certificate()).fault;
    assert_eq!(fault, Some(Fault::Refused("no certificate has a name".to_owned())));
    let fault = judged(&engine, &rule, &nameless_entry()).fault;
    assert_eq!(fault, Some(Fault::Panic("an entry has no id".to_owned())));
}

#[test]
fn where_a_fact_is_not_known_the_host_answers_beside_the_rule() {
    let engine = Engine::new().unwrap();
    let judgement = judged(&engine, &load(&engine), &facts());
    let undetermined = judgement.answers.iter().filter(|answer| answer.verdict == Verdict::Undetermined);
    let own = undetermined.filter(|answer| answer.message.contains("is not known:"));
    let own: Vec<_> = own.map(|answer| (answer.kind, answer.fact, &*answer.message)).collect();
    assert_eq!(own, [(FactKind::Certificates, 3, "not-after is not known: it is torn off")]);
}

/// The frozen rule as if it had been compiled against another version: the names of its imports and exports say so.
fn claiming(version: &str) -> Vec<u8> {
    let (mut bytes, from) = (component(), b"@1.0.0".as_slice());
    let to = format!("@{version}");
    assert_eq!(to.len(), from.len(), "a name of another length would not fit");
    let at: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from).map(|(at, _)| at).collect();
    assert!(at.len() > 10, "the names are found: {at:?}");
    at.into_iter().for_each(|at| bytes[at..at + from.len()].copy_from_slice(to.as_bytes()));
    bytes
}

/// What the program says of a component as the rule `every-fact`: the problem, if it does not run.
fn problem(component: &[u8]) -> Option<String> {
    let tree = Tree::new();
    let path = tree.write("rules/every-fact.wasm", component);
    let sum = crate::support::finish(tree.command("sha256sum").arg(path)).ends_with(0).stdout;
    let sha256 = sum.split(' ').next().unwrap();
    tree.write(
        "keyreeve.toml",
        format!("[rules.every-fact]\npath = \"rules/every-fact.wasm\"\nsha256 = \"{sha256}\"\n"),
    );
    let answer = tree.check(&["--format", "json"]);
    let problems = answer.json()["problems"].as_array().unwrap().clone();
    assert_eq!((answer.code == 3, answer.code == 0), (!problems.is_empty(), problems.is_empty()));
    problems.first().map(|problem| problem["message"].as_str().unwrap().to_owned())
}

#[test]
fn the_program_runs_a_rule_of_contract_1_0() {
    assert_eq!(problem(&component()), None);
}

#[test]
fn a_rule_of_another_contract_is_refused_with_the_side_to_upgrade() {
    let rules = fs::read_to_string(root().join("wit/README.md")).unwrap();
    for (version, advice) in [
        ("1.2.0", "it speaks contract 1.2.0, and this keyreeve speaks 1.1.0: upgrade keyreeve"),
        ("2.0.0", "it speaks contract 2.0.0, and this keyreeve speaks 1.1.0: upgrade keyreeve"),
        ("0.9.0", "it speaks contract 0.9.0, and this keyreeve speaks 1.1.0: build the rule anew for contract 1.0"),
    ] {
        let problem = problem(&claiming(version)).unwrap();
        assert!(problem.ends_with(advice), "{version}: {problem}");
        assert!(problem.contains("rules/every-fact.wasm"), "{problem}");
        assert!(rules.contains(advice), "wit/README.md says so: {advice}");
    }
}

/// A patch changes words only. And what a minor version adds, a rule that claims it need not use.
#[test]
fn a_rule_of_a_later_patch_or_of_a_later_minor_that_is_spoken_runs() {
    assert_eq!(problem(&claiming("1.0.7")), None);
    assert_eq!(problem(&claiming("1.1.0")), None);
}
