//! The project's words are true: every example of its pages is run, every path and module that they name is there, and
//! every module is named. BLESS=1 writes what examples print into the pages; what is blessed is read before it is
//! committed.
#![allow(clippy::unwrap_used, missing_docs)]

mod architecture;
mod book;
mod circles;
mod install;
mod trust;

use std::path::Path;
use std::process::Command;

use keyreeve::policy::Policy;
use keyreeve_syntax::yaml;

use crate::support::console;
use crate::support::markdown::{Block, blocks, links, pages, root};

/// Languages of blocks. `text` is neither run nor read, and `sh` needs more than a test of pages has: only its `make`
/// targets are checked. What installs is run by `install`, what is about registries by `registry`. What is code of
/// rules is compared with rules that are built, and their `sh` is run, where that is tested: tests/languages.
const LANGUAGES: [&str; 11] = ["console", "sh", "text", "toml", "yaml", "json", "rust", "js", "ts", "python", "c"];

fn each_block(language: &str, mut check: impl FnMut(&Path, &Block)) {
    for page in pages() {
        for block in blocks(&std::fs::read_to_string(&page).unwrap()).iter().filter(|block| block.language == language)
        {
            check(&page, block);
        }
    }
}

fn place(page: &Path, block: &Block) -> String {
    format!("{}:{}", page.strip_prefix(root()).unwrap().display(), block.line)
}

/// A repository of one commit with the files of the demo.
fn town() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("testdata/town"), folder.path());
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all", "--force"],
        &["-c", "user.name=Ada", "-c", "user.email=ada@codetown.example", "commit", "--quiet", "--message=The town"],
    ] {
        let status = console::sheltered("git").args(arguments).current_dir(folder.path()).status().unwrap();
        assert!(status.success(), "git {arguments:?}");
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// The console blocks of a page are run in their order, in one copy of the demo.
#[test]
fn every_console_example_prints_what_the_page_shows() {
    let mut failures = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let town = town();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // From the last block, so that what is blessed does not move the others.
        let mut blessed = Vec::new();
        for block in blocks(&text).iter().filter(|block| block.language == "console") {
            if let Err(right) = console::run(block, town.path()) {
                failures.push(format!("{} should be\n{}", place(&page, block), right.join("\n")));
                blessed.push((block.line - 1..block.line - 1 + block.text.len(), right));
            }
        }
        if std::env::var_os("BLESS").is_some() {
            for (range, right) in blessed.into_iter().rev() {
                lines.splice(range, right);
            }
            std::fs::write(&page, lines.join("\n") + "\n").unwrap();
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Also with the rules that there are: `rule list` ends with 2 where a policy names rules or settings that there are
/// not.
#[test]
fn every_policy_example_is_a_policy() {
    let mut count = 0;
    each_block("toml", |page, block| {
        let text = block.text.join("\n");
        Policy::load(Path::new("keyreeve.toml"), text.as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", place(page, block)));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keyreeve.toml");
        std::fs::write(&file, text).unwrap();
        let program = env!("CARGO_BIN_EXE_keyreeve");
        let output = Command::new(program).args(["rule", "list", "--policy"]).arg(&file).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_ne!(output.status.code(), Some(2), "{}: {complaint}", place(page, block));
        count += 1;
    });
    assert!(count > 0, "there is no policy among the examples");
}

#[test]
fn every_yaml_example_is_yaml() {
    each_block("yaml", |page, block| {
        let tree = yaml::parse(block.text.join("\n").as_bytes());
        assert!(tree.faults.is_empty() && !tree.documents.is_empty(), "{}: {:?}", place(page, block), tree.faults);
    });
}

/// Every `keyreeve check` in YAML does what a gate does: it judges the demo in a checkout of its own, with the policy
/// of another, and finds violations. A hook has nothing to judge there, since nothing is staged.
#[test]
fn every_check_in_yaml_runs_and_finds_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let proposed = town();
    let protected = folder.path().join("protected");
    copy(&root().join("testdata/town"), &protected);
    std::os::unix::fs::symlink(proposed.path(), folder.path().join("proposed")).unwrap();
    let mut count = 0;
    each_block("yaml", |page, block| {
        for line in block.text.iter().filter(|line| line.contains("keyreeve check")) {
            let (_, arguments) = line.split_once("keyreeve check").unwrap();
            // Beside the checkout, where `../protected` leads.
            let command = format!(
                "cd {} && keyreeve check --as-of 2026-11-23 {arguments}",
                folder.path().join("proposed").display()
            );
            let mut shell =
                console::shell(&command.replace("../protected", &protected.display().to_string()), folder.path());
            let output = shell.env("KEYREEVE_POLICY", protected.join("keyreeve.toml")).output().unwrap();
            let expected = i32::from(!arguments.contains("--staged"));
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(expected), "{}: {line}: {complaint}", place(page, block));
            count += 1;
        }
    });
    assert!(count >= 4, "only {count} checks are found in YAML");
}

#[test]
fn every_make_target_exists_and_every_block_has_a_language_that_is_checked() {
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in blocks(&text) {
            assert!(LANGUAGES.contains(&block.language.as_str()), "{}: {:?}", place(&page, &block), block.language);
        }
        let targets = text.lines().flat_map(|line| line.split("make ").skip(1).map(move |rest| (line, rest)));
        for (line, rest) in targets.filter(|(line, _)| line.starts_with("make ") || line.contains("`make ")) {
            let target = rest.split(|letter: char| !letter.is_ascii_lowercase()).next().unwrap();
            assert!(makefile.contains(&format!("\n{target}:")), "{}: {line}", page.display());
        }
    }
}

/// The row of each statement links exactly the rules that enforce it.
#[test]
fn the_table_of_statements_names_the_rules_that_there_are() {
    let list = Command::new(env!("CARGO_BIN_EXE_keyreeve")).args(["rule", "list", "--json"]).output().unwrap();
    let rules: Vec<serde_json::Value> = serde_json::from_slice(&list.stdout).unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for number in 1..=16 {
        let statement = format!("S{number}");
        let row = readme.lines().find(|line| line.starts_with(&format!("| {statement} |"))).unwrap();
        let cites =
            |rule: &&serde_json::Value| rule["statement"].as_str().unwrap().split(' ').any(|one| one == statement);
        let mut enforcing: Vec<String> =
            rules.iter().filter(cites).map(|rule| format!("docs/rules/{}.md", rule["id"].as_str().unwrap())).collect();
        let mut linked: Vec<String> = links(row).into_iter().map(str::to_owned).collect();
        enforcing.sort();
        linked.sort();
        assert_eq!(linked, enforcing, "{statement} in README.md");
    }
}

#[test]
fn an_ellipsis_stands_for_text_and_alone_for_lines() {
    let shown = ["a…c…", "…", "end"];
    assert!(console::matches(&shown, &["abcd", "x", "y", "end"]));
    assert!(console::matches(&shown, &["ac", "end"]));
    for printed in [&["abd", "end"][..], &["abc"], &["abc", "x"], &["abc", "end", "x"], &["abc", "ends"]] {
        assert!(!console::matches(&shown, printed), "{printed:?}");
    }
    assert!(console::matches(&[], &[]) && !console::matches(&[], &["x"]) && !console::matches(&["x"], &[]));
}
