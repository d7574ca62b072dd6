//! Every file of testdata/hostile is inspected, and the author of each is told what is wrong with it and what to do.
//! Not how the page looks.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use keyreeve::kit::inspect::{Form, Inspection, inspect};
use keyreeve::rules::cache::Cache;
use keyreeve::rules::compile::{Compiler, Limits};
use keyreeve::rules::engine::Engine;
use keyreeve::rules::load::Loader;

use crate::kit::{caches, state};
use crate::support::{Tree, make};

/// Of each file what is wrong with it, and what its author is told to do.
const REFUSED: [(&str, &str, &str); 27] = [
    ("bad-id", "its id is \"../../etc/cow\"", "mend what it says"),
    ("bad-statement", "it cites the statement \"S17\"", "mend what it says"),
    ("before-release", "it speaks contract 1.0.0-rc.1", "build it anew against the wit files of contract 1.0"),
    ("core-module", "it is a core module", "`keyreeve rule component` makes a component"),
    ("endless-describe", "it used up its fuel", "look for a loop"),
    ("endless-handles", "it asked for more than 1000 handles", "keep less"),
    ("handed-around", "are handed around", "build it as one component"),
    ("long-attributes", "a text about itself is longer", "mend what it says"),
    ("long-version", "which is not a semantic version", "mend what it says"),
    ("many-instances", "instance count too high", "keep less"),
    ("memory-at-start", "bytes of memory", "keep less"),
    ("newer-major", "it speaks contract 2.0.0", "upgrade keyreeve"),
    ("newer-minor", "it speaks contract 1.2.0", "upgrade keyreeve"),
    ("no-kind", "it exports no kind of fact", "export a kind of fact"),
    ("no-rule", "it does not export keyreeve:policy/rule", "export the interface rule"),
    ("older", "it speaks contract 0.9.0", "build it anew against the wit files of contract 1.0"),
    ("other-world", "it is a component of another world", "build it for a world of keyreeve:policy"),
    ("reads-misspelt", "the nearest is \"keys.public.bits\"", "mend what it says"),
    ("reads-nothing", "it reads \"certificates.key.bits\"", "mend what it says"),
    ("same-statement", "it cites the statement \"S5 S5", "mend what it says"),
    ("start-loop", "it used up its fuel", "look for a loop"),
    ("taken-id", "which is the id of a built-in rule", "give it an id of its own"),
    ("tower", "unfold to more than 200000 parts", "build it as one component"),
    ("twice", "in more than one version", "build all of it against one version"),
    ("unknown-import", "it imports keyreeve:policy/files@1.1.0", "leave out what needs the import"),
    ("unknown-interface", "which this keyreeve does not know", "upgrade keyreeve"),
    ("wasi-import", "it imports wasi:clocks", "build it without WASI"),
];

/// Of those whose types only show when they are instantiated.
const MISTYPED: [&str; 2] = ["unknown-function", "wrong-types"];

/// Of those that are loaded, and fail when they are called.
const FAILING: [(&str, &str, &str); 21] = [
    ("broken-text", "invalid utf-8", "mend what it says"),
    ("broken-verdict", "unexpected discriminant", "mend what it says"),
    ("cannot-judge", "it cannot judge: the table was empty", "answer undetermined"),
    ("deep-recursion", "its recursion is too deep", "recurse less deeply"),
    ("endless-fill", "it used up its fuel", "look for a loop"),
    ("endless-loop", "it used up its fuel", "look for a loop"),
    ("endless-panics", "more than 16 panics", "mend what it says"),
    ("fact-out-of-range", "a finding about fact", "mend what it says"),
    ("huge-text", "out of bounds of memory", "mend what it says"),
    ("long-attribute", "a text of 65536 bytes", "mend what it says"),
    ("long-text", "a text of 65536 bytes", "mend what it says"),
    ("many-findings", "200 findings", "mend what it says"),
    ("many-related", "bytes about", "mend what it says"),
    ("memory-growth", "bytes of memory", "keep less"),
    ("million-findings", "at once", "mend what it says"),
    ("no-message", "a finding", "mend what it says"),
    ("panic", "it panicked: the list was not empty", "mend the place"),
    ("refuses-settings", "bits must be more than there are", "have it accept the defaults"),
    ("same-text-often", "", "mend what it says"),
    ("table-growth", "elements of tables", "keep less"),
    ("trap", "it gave up without a message", "have it say why"),
];

/// The one that is refused for its time, which is shorter here than it is for the program.
const SLOW: &str = "transcoding";

/// Those that nothing is wrong with.
const RIGHT: [&str; 2] = ["escapes", "quiet"];

struct Inspector {
    engine: Engine,
    tree: Tree,
}

impl Inspector {
    fn new() -> Self {
        Self { engine: Engine::new().unwrap(), tree: Tree::new() }
    }

    fn inspect(&self, name: &str) -> Inspection {
        let component = if make::text(name).contains("(;") { make::rule(name) } else { make::bare(name) };
        let path = self.tree.write(&format!("{name}.wasm"), component);
        let compiler = Compiler::new(env!("CARGO_BIN_EXE_keyreeve"), Limits::default());
        let loader = Loader {
            engine: &self.engine,
            compiler,
            compiling: |_| {},
            cache: Some(Cache::below(&caches(), &state()).unwrap()),
        };
        inspect(&loader, &path).unwrap()
    }

    #[track_caller]
    fn expect(&self, name: &str, refused: bool, reason: &str, advice: &str) -> Inspection {
        let inspection = self.inspect(name);
        let trouble = inspection.trouble.clone().unwrap_or_else(|| panic!("{name}: nothing is wrong"));
        assert_eq!(trouble.refused, refused, "{name}: {trouble:?}");
        assert!(trouble.reason.contains(reason), "{name}: {trouble:?}");
        assert!(trouble.advice.starts_with(advice), "{name}: {trouble:?}");
        inspection
    }
}

#[test]
fn no_file_of_testdata_hostile_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/hostile");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: BTreeSet<String> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.remove("contract");
    let known = REFUSED.iter().chain(&FAILING).map(|(name, ..)| *name).chain(MISTYPED).chain(RIGHT).chain([SLOW]);
    assert_eq!(names, known.map(str::to_owned).collect());
}

#[test]
fn the_author_of_a_rule_that_would_be_refused_is_told_why_and_what_to_change() {
    let inspector = Inspector::new();
    for (name, reason, advice) in REFUSED {
        let inspection = inspector.expect(name, true, reason, advice);
        let form = if name == "core-module" { Form::CoreModule } else { Form::Component };
        assert_eq!(inspection.form, Some(form), "{name}");
        assert!(inspection.size > 0 && inspection.sha256.is_some(), "{name}");
        if form == Form::Component {
            assert!(!inspection.exports.is_empty(), "{name} is refused, and what it exports is shown all the same");
        }
    }
}

#[test]
fn the_author_of_a_rule_that_takes_its_time_is_told_so() {
    let inspector = Inspector { engine: Engine::with_deadline(Duration::from_secs(1)).unwrap(), tree: Tree::new() };
    inspector.expect(SLOW, true, "it used up its time of 1s", "look for work of the host's");
}

#[test]
fn wrong_types_show_when_a_rule_is_inspected() {
    let inspector = Inspector::new();
    for name in MISTYPED {
        let advice = "build it against the unchanged wit files";
        let inspection = inspector.expect(name, true, "its exports do not have the types of contract 1.1.0", advice);
        assert_eq!(inspection.contract.unwrap().to_string(), "1.1.0");
        assert!(inspection.rule.is_none(), "{name} was never asked what it is");
    }
}

#[test]
fn the_author_of_a_rule_that_fails_on_a_sample_is_told_so() {
    let inspector = Inspector::new();
    for (name, reason, advice) in FAILING {
        let inspection = inspector.expect(name, false, reason, advice);
        assert_eq!(inspection.rule.unwrap().1.id, name);
    }
}

#[test]
fn nothing_is_wrong_with_a_rule_that_is_right() {
    let inspector = Inspector::new();
    for name in RIGHT {
        let inspection = inspector.inspect(name);
        assert_eq!(inspection.trouble, None, "{name}");
        let [calls] = inspection.calls[..] else { panic!("{:?}", inspection.calls) };
        let empty = calls.empty.unwrap();
        assert!(0 < empty && empty <= calls.typical && calls.typical < calls.most, "{calls:?}");
    }
}
