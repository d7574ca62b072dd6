//! What a commit breaks in files that it leaves alone: the hook refuses it, with names of other files and without any.
//! Not which findings that gives, which the tests of `--staged` say.

use keyreeve::init::PRE_COMMIT;

use super::{command, commit, commits, plain_hook};
use crate::support::{Answer, Tree, finish, mint};

const PUBLISHED: &str = include_str!("../../../../.pre-commit-hooks.yaml");

type Change = fn(&Tree);

/// Each makes a commit that is refused, alone or together with other files.
pub(super) const BREAKING: &[(&str, Change)] = &[
    ("the snippet that sets the versions goes", |tree| drop(tree.git(&["rm", "--quiet", "snippets/tls.conf"]))),
    ("the line goes", |tree| drop(tree.write("snippets/tls.conf", "server_tokens off;\n"))),
    ("the inventory goes", |tree| drop(tree.git(&["rm", "--quiet", "key-inventory.csv"]))),
    ("the entry goes", |tree| drop(tree.write("key-inventory.csv", INVENTORY))),
];

const INVENTORY: &str = "id,path,creator,service,created,last-rotated,owner\n";

/// Commits into the tree what each change breaks.
pub(super) fn whole(tree: &Tree) {
    tree.write("keyreeve.toml", "[[scopes]]\npaths = ['*.key']\nholder = 'shared'\nenvironment = 'test'\n");
    tree.write(
        "nginx.conf",
        "events {}\nhttp {\n  include snippets/*.conf;\n  server { listen 443 ssl; server_name x.example; \
         ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384; ssl_ecdh_curve X25519; }\n}\n",
    );
    tree.write("snippets/tls.conf", "ssl_protocols TLSv1.3;\n");
    tree.write("snippets/tokens.conf", "server_tokens off;\n");
    tree.write("town.key", mint::minted("ec", "town.example.org").key);
    let day = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    tree.write("key-inventory.csv", format!("{INVENTORY}1,town.key,a,b,{day},{day},c\n"));
    tree.commit();
}

/// Has every change refused by `attempt`, which is given what is staged, alone and together with another file.
pub(super) fn is_refused(tree: &Tree, attempt: impl Fn(&Tree) -> Answer) {
    for (what, change) in BREAKING {
        for other in [None, Some("README.md")] {
            if let Some(other) = other {
                tree.write(other, what);
            }
            change(tree);
            tree.git(&["add", "--all"]);
            let answer = attempt(tree);
            assert_eq!(answer.code, 1, "{what}, with {other:?}: {answer:?}");
            tree.git(&["reset", "--quiet", "--hard"]);
        }
    }
    tree.git(&["rm", "--quiet", "snippets/tokens.conf"]);
    let answer = attempt(tree);
    assert_eq!(answer.code, 0, "nothing rests on this snippet: {answer:?}");
    tree.git(&["reset", "--quiet", "--hard"]);
}

/// The value of a line of a hook's configuration.
fn setting<'a>(configuration: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = configuration.lines().map(|line| line.trim_start_matches([' ', '-']));
    lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}

/// Runs the very command of a configuration as pre-commit does: with the names of staged files that are left, and, since it
/// always runs, also without any.
fn as_pre_commit(tree: &Tree, configuration: &str) -> Answer {
    let names = tree.git(&["diff", "--staged", "--name-only", "--no-ext-diff", "-z", "--diff-filter=ACMRTUXB"]);
    let entry = setting(configuration, "entry").unwrap().split(' ').skip(1).chain(["--"]);
    let names = names.split_terminator('\0');
    finish(command(tree, env!("CARGO_BIN_EXE_keyreeve")).args(entry.chain(names)))
}

#[test]
fn the_command_of_each_configuration_refuses_it() {
    let tree = Tree::repository();
    whole(&tree);
    for configuration in [PRE_COMMIT, PUBLISHED] {
        for (key, value) in [
            ("always_run", "true"),
            ("pass_filenames", "true"),
            ("args", "[\"--\"]"),
            ("entry", "keyreeve check --staged"),
        ] {
            assert_eq!(setting(configuration, key), Some(value), "{key} of {configuration}");
        }
        is_refused(&tree, |tree| as_pre_commit(tree, configuration));
    }
}

#[test]
fn a_hook_of_git_alone_refuses_it() {
    let tree = Tree::repository();
    whole(&tree);
    plain_hook(&tree);
    is_refused(&tree, |tree| {
        let before = commits(tree);
        let answer = commit(tree);
        assert_eq!(commits(tree), before + usize::from(answer.code == 0));
        answer
    });
}

#[test]
fn a_link_that_leads_elsewhere_is_no_idle_text() {
    let tree = Tree::repository();
    whole(&tree);
    tree.git(&["mv", "snippets/tls.conf", "versions.txt"]);
    std::os::unix::fs::symlink("../versions.txt", tree.path.join("snippets/tls.conf")).unwrap();
    tree.commit();
    let staged = || as_pre_commit(&tree, PRE_COMMIT).code;
    assert_eq!(staged(), 0);
    std::fs::remove_file(tree.path.join("snippets/tls.conf")).unwrap();
    std::os::unix::fs::symlink("../nowhere.txt", tree.path.join("snippets/tls.conf")).unwrap();
    tree.git(&["add", "--all"]);
    assert_eq!(staged(), 1);
}
