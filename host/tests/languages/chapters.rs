//! The chapters of the book about writing a rule: their commands are those that these tests run, and what they show of
//! a rule's code is the code of the rule that was built. Not their other examples, which the tests of the documents
//! run.

use std::fs;
use std::path::Path;

use keyreeve::template;
use keyreeve::template::{Language, files};

use super::workshop::ID;
use crate::support::markdown::{Block, blocks, root};

/// What the blocks of code in a chapter are called.
fn code(language: Language) -> &'static str {
    match language {
        Language::Rust => "rust",
        Language::Javascript => "js",
        Language::Typescript => "ts",
        Language::Python => "python",
        Language::C => "c",
    }
}

fn chapter(language: Language) -> Vec<Block> {
    let name = if language == Language::Typescript { "javascript" } else { language.name() };
    let page = root().join("docs").join(format!("writing-a-rule-in-{name}.md"));
    blocks(&fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display())))
}

/// The commands of a chapter that begin a rule in the language and end with its pin.
pub(crate) fn commands(language: Language) -> Vec<String> {
    let first = format!("keyreeve rule new {ID} --language {}", language.name());
    let block = chapter(language).into_iter().find(|block| block.language == "sh" && block.text.contains(&first));
    block.unwrap_or_else(|| panic!("no block with {first}")).text
}

#[test]
fn the_commands_of_a_chapter_are_those_of_the_rules_own_readme() {
    for language in Language::ALL {
        let files = files(language, ID).unwrap();
        let readme = &files.iter().find(|file| file.path == "README.md").unwrap().text;
        let own: Vec<&str> = template::commands(readme).collect();
        let commands = commands(language);
        let (around, within) = (["keyreeve rule new", "cd our-names"], &commands[2..2 + own.len()]);
        assert!(around.iter().zip(&commands).all(|(start, command)| command.starts_with(start)), "{commands:?}");
        assert_eq!(within, own);
        assert_eq!(commands.last().unwrap(), "keyreeve rule pin our-names.wasm");
    }
}

#[test]
fn the_code_in_a_chapter_is_the_code_that_is_built() {
    for language in Language::ALL {
        let files = files(language, ID).unwrap();
        let shown: Vec<Block> =
            chapter(language).into_iter().filter(|block| block.language == code(language)).collect();
        assert!(!shown.is_empty(), "the chapter shows no {}", code(language));
        for block in shown {
            let text = block.text.join("\n") + "\n";
            assert!(files.iter().any(|file| file.text.contains(&text)), "line {} of its chapter:\n{text}", block.line);
        }
    }
}

/// Whatever is shown of cases is in the cases that a rule begins with.
#[test]
fn the_case_that_the_book_shows_is_one_of_a_new_rule() {
    let page = fs::read_to_string(root().join("docs/writing-a-rule.md")).unwrap();
    let files = files(Language::Rust, ID).unwrap();
    let shown: Vec<Block> = blocks(&page).into_iter().filter(|block| block.language == "json").collect();
    assert_eq!(shown.len(), 1);
    let text = shown[0].text.join("\n") + "\n";
    let case = files.iter().filter(|file| Path::new(&file.path).starts_with("cases"));
    assert!(case.into_iter().any(|file| file.text == text), "{text}");
}
