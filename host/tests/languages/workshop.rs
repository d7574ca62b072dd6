//! Where rules are built: a folder below target/ that outlives the run, so that tools are fetched once and components
//! compiled once. What is tested about them is elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use keyreeve::template::{Language, commands, files};
use keyreeve_oracles::{has, missing};
use keyreeve_source::digest::{hex, sha256};

use super::chapters;
use crate::support::console;
use crate::support::due::{On, is_due};

/// The rule of the chapters.
pub(crate) const ID: &str = "our-names";

/// Everything that these tests keep.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages")
}

/// What decides whether rules can be built in each language, beyond the tools of others.
const DEPENDS_ON: On<'_> = On {
    files: &[
        "host/templates",
        "host/tests/languages",
        ":(glob)host/**/template/**",
        "wit",
        "plugins/sdk",
        "testdata/rules",
        "scripts/bin",
        "scripts/town-rules.sh",
        "rust-toolchain.toml",
        ":(glob)docs/writing-a-rule*.md",
    ],
    lines: None,
};

/// The folder of the rule in a language, built by the commands of its chapter. Returns `None`, with a message, if the
/// tools are not available or the language is not due. A language is due if something that all of them depend on has
/// changed, and otherwise at every fifth commit.
pub(crate) fn built(language: Language) -> Option<&'static Path> {
    const ALL: usize = Language::ALL.len();
    static BUILT: [OnceLock<Option<PathBuf>>; ALL] = [const { OnceLock::new() }; ALL];
    let position = Language::ALL.iter().position(|one| *one == language).unwrap();
    let is_due = || is_due(&format!("building rules in {}", language.name()), &DEPENDS_ON, position as u32, ALL as u32);
    BUILT[position].get_or_init(|| (has_tools(language) && is_due()).then(|| build(language)).flatten()).as_deref()
}

fn build(language: Language) -> Option<PathBuf> {
    let place = folder().join(language.name());
    let commands = chapters::commands(language);
    let rule = place.join(ID);
    once(&place, &format!("{commands:?}{}", template(language)), || {
        let mut here = place.clone();
        commands.iter().all(|command| match command.strip_prefix("cd ") {
            Some(folder) => {
                here.push(folder);
                true
            }
            None => done(command, &here),
        })
    })
    .then_some(rule)
}

/// The rule in a language with another text in place of one in a file, built as its README.md says with the tools of
/// [`built`].
pub(crate) fn changed(language: Language, file: &str, change: [&str; 2], added: &str) -> Option<PathBuf> {
    let tools = built(language)?;
    let place = folder().join(format!("{}-changed", language.name()));
    let rule = place.join(ID);
    let stamp = format!("{change:?}{added}{}", template(language));
    let [before, after] = change;
    once(&place, &stamp, || {
        let begun = done(&format!("keyreeve rule new {ID} --language {}", language.name()), &place);
        let text = fs::read_to_string(rule.join(file)).unwrap();
        assert_eq!(text.matches(before).count(), 1, "{before:?} in {file}");
        fs::write(rule.join(file), text.replace(before, after) + added).unwrap();
        for kept in ["node_modules", ".venv", "target"].into_iter().filter(|kept| tools.join(kept).exists()) {
            std::os::unix::fs::symlink(tools.join(kept), rule.join(kept)).unwrap();
        }
        let readme = fs::read_to_string(rule.join("README.md")).unwrap();
        let builds = |command: &&str| !fetches(command) && !command.contains(" test") && !command.contains("-m venv");
        begun && commands(&readme).filter(builds).all(|command| done(command, &rule))
    })
    .then_some(rule)
}

/// Does the work in an empty folder, unless the same was done there in an earlier run.
pub(crate) fn once(place: &Path, of: &str, work: impl FnOnce() -> bool) -> bool {
    let (stamp, digest) = (place.join("done"), hex(&sha256(of.as_bytes())));
    if fs::read_to_string(&stamp).is_ok_and(|done| done == digest) {
        return true;
    }
    let _ = fs::remove_dir_all(place);
    fs::create_dir_all(place).unwrap();
    let done = work();
    if done {
        fs::write(&stamp, digest).unwrap();
    }
    done
}

/// All that a new rule begins with, for comparison with what it began with in an earlier run.
fn template(language: Language) -> String {
    files(language, ID).unwrap().into_iter().map(|file| file.path + "\n" + &file.text).collect()
}

/// Runs a command that must succeed; a command that only fetches tools may fail without a network.
pub(crate) fn done(command: &str, folder: &Path) -> bool {
    let output = shell(command, folder);
    let said = said(&output);
    if !output.status.success() && fetches(command) {
        missing(&format!("what {command} fetches"), &format!("it said: {said}"));
        return false;
    }
    assert!(output.status.success(), "{command}: {said}");
    true
}

fn fetches(command: &str) -> bool {
    command.starts_with("npm install") || command.contains("pip install")
}

/// Runs a command with the keyreeve that was built, and with one folder for caches. It lies outside of the repository
/// that the commands run in, where it would not be used, and stays: what one test has compiled, the next need not.
pub(crate) fn shell(command: &str, folder_of_command: &Path) -> Output {
    let [caches, state] = ["caches", "state"].map(|name| std::env::temp_dir().join("keyreeve-languages").join(name));
    let mut shell = console::shell(&format!("PATH=\"$STAND_INS:$PATH\"\n{command}"), folder_of_command);
    let stand_ins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/bin");
    shell.env("STAND_INS", stand_ins).env("XDG_CACHE_HOME", caches).env("XDG_STATE_HOME", state).output().unwrap()
}

/// Both outputs of a command.
pub(crate) fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

fn has_tools(language: Language) -> bool {
    let tools: &[&str] = match language {
        // What runs the tests can build.
        Language::Rust => &[],
        Language::Javascript | Language::Typescript => &["node", "npm"],
        Language::Python => &["python3"],
        Language::C => &["clang", "wasm-ld"],
    };
    tools.iter().all(|tool| has(tool))
}
