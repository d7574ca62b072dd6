//! The commands that install keyreeve, run in their order by somebody who has an empty home. Not what the program then
//! does.

use std::path::Path;

use super::place;
use crate::support::console;
use crate::support::due::{self, is_due};
use crate::support::markdown::{Block, blocks, root};

/// The optimiser does not change whether it can be installed, and without it that takes less time.
const QUICKLY: [(&str, &str); 2] =
    [("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"), ("CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_OPT_LEVEL", "0")];

/// What decides whether it can be installed, beyond what every build shows. Its commands stand on pages of which the
/// rest changes often.
const DEPENDS_ON: due::On<'_> = due::On {
    files: &[
        ":(glob)**/Cargo.toml",
        "Cargo.lock",
        ":(glob)**/build.rs",
        "rust-toolchain.toml",
        "scripts/wasm-target.sh",
        "host/tests/host/docs/install.rs",
    ],
    lines: Some(("cargo install|keyreeve completions|wasm-target|mkdir", &["README.md", "docs/quick-start.md"])),
};

fn installing(page: &Path) -> Block {
    let text = std::fs::read_to_string(page).unwrap();
    let block = blocks(&text).into_iter().find(|block| block.text.iter().any(|line| line.starts_with("cargo install")));
    block.unwrap_or_else(|| panic!("{} does not say how to install", page.display()))
}

#[test]
fn the_commands_that_install_the_program_install_it() {
    if !is_due("installing", &DEPENDS_ON, 0, 10) {
        return;
    }
    let (readme, home) = (root().join("README.md"), tempfile::tempdir().unwrap());
    let block = installing(&readme);
    // What was compiled is kept for the next run of this test.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("install");
    let real = |variable: &str, folder: &str| {
        std::env::var_os(variable).map_or_else(|| std::env::home_dir().unwrap().join(folder), Into::into)
    };
    let mut shell = console::shell(&format!("set -e\n{}", block.text.join("\n")), &root());
    shell.env("CARGO_HOME", real("CARGO_HOME", ".cargo")).env("RUSTUP_HOME", real("RUSTUP_HOME", ".rustup"));
    shell.env("HOME", home.path()).env("CARGO_INSTALL_ROOT", home.path()).env("CARGO_TARGET_DIR", target);
    let output = shell.envs(QUICKLY).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaint}", place(&readme, &block));
    let completions = home.path().join(".local/share/bash-completion/completions/keyreeve");
    assert!(std::fs::read_to_string(completions).unwrap().contains("complete -F"));
    let checked = console::sheltered(home.path().join("bin/keyreeve").to_str().unwrap())
        .args(["check", "--quiet", "--as-of", "2026-11-23", "testdata/town"])
        .current_dir(root())
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(1), "{}", String::from_utf8_lossy(&checked.stderr));
}

/// Other pages may leave some of the commands out.
#[test]
fn the_quick_start_installs_as_the_readme_does() {
    let readme = installing(&root().join("README.md"));
    let quick_start = installing(&root().join("docs/quick-start.md"));
    assert!(quick_start.text.iter().all(|line| readme.text.contains(line)), "{:?}", quick_start.text);
}
