//! Tests of the folders of new rules: what they contain, and what is refused. Whether they build is not tested here,
//! since that needs the tools of their languages.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::*;

fn below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => drop(found.insert(entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned())),
            }
        }
    }
    found
}

fn paths(language: Language) -> BTreeSet<String> {
    files(language, "our-rule").unwrap().into_iter().map(|file| file.path).collect()
}

/// A file that is added to a template, the kit or the contract must be embedded, too.
#[test]
fn every_file_of_the_templates_the_kit_and_the_contract_is_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = below(&root.join("templates/cases")).into_iter().map(|path| format!("cases/{path}"));
    let cases: BTreeSet<String> = cases.collect();
    let contract = below(&root.join("../wit")).into_iter().filter(|path| path.ends_with(".wit"));
    let contract: BTreeSet<String> = contract.map(|path| format!("wit/{path}")).collect();
    for language in Language::ALL {
        let mut expected = below(&root.join("templates").join(language.name()));
        expected.extend(cases.clone());
        if language == Language::Rust {
            let kit = below(&root.join("../plugins/sdk")).into_iter().chain(contract.clone());
            expected.extend(kit.map(|path| format!("keyreeve-rule/{path}")));
        } else {
            expected.extend(contract.clone());
        }
        assert_eq!(paths(language), expected, "{language:?}");
    }
}

#[test]
fn nothing_of_the_templates_own_name_or_of_the_workspace_is_left() {
    for language in Language::ALL {
        for file in files(language, "our-rule").unwrap() {
            for left in [ID, "server_names", ".workspace", "../wit"] {
                assert!(!file.text.contains(left), "{left} is left in {language:?}: {}", file.path);
            }
        }
    }
}

#[test]
fn an_id_that_no_rule_of_ones_own_can_have_is_refused() {
    for id in ["", "Our-Rule", "our_rule", "-a", "a-", "../a", "1a"] {
        assert!(matches!(files(Language::C, id), Err(NewError::Id(_))), "{id}");
    }
    assert!(matches!(files(Language::C, "key-size"), Err(NewError::BuiltIn(_))));
    assert!(matches!(files(Language::Rust, "keyreeve-rule"), Err(NewError::Kit(_))));
    assert!(files(Language::C, "keyreeve-rule").is_ok());
}

#[test]
fn a_folder_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (new, empty) = (folder.path().join("a/new"), folder.path().join("empty"));
    fs::create_dir(&empty).unwrap();
    for folder in [&new, &empty] {
        write(Language::C, "our-rule", folder).unwrap();
        assert_eq!(below(folder), paths(Language::C));
    }
    fs::write(folder.path().join("file"), "").unwrap();
    for occupied in [new, folder.path().join("file")] {
        let before = below(folder.path());
        let refused = write(Language::Python, "our-rule", &occupied);
        assert!(matches!(&refused, Err(NewError::Occupied(path)) if *path == occupied), "{refused:?}");
        assert_eq!(below(folder.path()), before);
    }
}

#[test]
fn every_readme_shows_commands_that_end_with_the_test() {
    for language in Language::ALL {
        let files = files(language, "our-rule").unwrap();
        let readme = files.iter().find(|file| file.path == "README.md").unwrap();
        assert_eq!(commands(&readme.text).last(), Some("keyreeve rule test ."), "{language:?}");
    }
}
