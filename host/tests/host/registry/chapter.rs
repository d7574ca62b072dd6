//! The commands of docs/sharing-rules.md, run in their order against a registry. Not its prose.

use std::path::Path;

use keyreeve_oracles::has;

use crate::registry::names;
use crate::registry::server::Registry;
use crate::support::{Tree, finish, make};

/// The lines of its blocks of shell commands, and its first policy.
fn chapter() -> (Vec<String>, String) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sharing-rules.md");
    let text = std::fs::read_to_string(page).unwrap();
    let blocks = |language: &str| -> Vec<String> {
        let begin = format!("```{language}\n");
        text.split(&begin).skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
    };
    (blocks("sh").concat().lines().map(str::to_owned).collect(), blocks("toml")[0].clone())
}

#[test]
fn every_command_of_the_chapter_does_what_it_says() {
    let Some(registry) = Registry::open() else { return };
    let tree = Tree::repository();
    let here = |text: &str| text.replace("registry.example.org", &format!("127.0.0.1:{}", registry.port));
    let (commands, policy) = chapter();
    let rule = make::expand(&make::text("quiet"), "key-names").replace("\"1.0.0\"", "\"1.2.0\"");
    tree.write("rules/key-names.wasm", make::encode(&rule));
    tree.write("keyreeve.toml", here(&policy));
    assert!(commands.len() >= 9, "{commands:?}");
    let program = Path::new(env!("CARGO_BIN_EXE_keyreeve")).parent().unwrap();
    if !has("minisign") {
        return;
    }
    finish(tree.command("minisign").args(["-G", "-W", "-p", "key.pub"])).ends_with(0);
    for command in &commands {
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        finish(tree.command("sh").args(["-c", &here(command)]).env("PATH", path)).ends_with(0);
    }
    let staged = tree.git(&["diff", "--cached", "--name-only"]);
    assert!(staged.contains("keyreeve.lock") && staged.contains(".keyreeve/rules/"), "{staged}");
    assert_eq!(names(&tree.path.join("rules")).len(), 3);
}
