//! `keyreeve init`: a policy file proposed from the names of a tree's files and from what they hold. Not a judgement:
//! whoever commits the file reads it first, and what neither shows is not in it.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;
use keyreeve_contract::Role;
use keyreeve_facts::Facts;
use keyreeve_source::Sources;
use toml::Value;

use crate::policy::PathGlob;
use crate::report::escape::visible;
use names::{Layer, Topic, folders_of_environments, is_trusted, topic};

/// The entry for the list `repos` of .pre-commit-config.yaml: that of .pre-commit-hooks.yaml, which says why each line is there.
pub const PRE_COMMIT: &str = "\
# .pre-commit-config.yaml, in the list under `repos:`
- repo: local
  hooks:
    - id: keyreeve
      name: keyreeve
      entry: keyreeve check --staged
      args: [\"--\"]
      language: system
      always_run: true
      pass_filenames: true
      require_serial: true
";

/// How many globs a proposed scope has at most.
const MOST_GLOBS: usize = 20;
/// From how many folders of one name on a single glob stands for all of that name.
const FOLDERS_OF_ONE_NAME: usize = 4;

/// From how many certificates of authorities on a file with nothing else is a trust store, whatever it is called.
const AUTHORITIES: usize = 3;

/// What a file holds, or all files of a folder, as far as that tells a trust store from what a server uses.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// Certificates of authorities.
    pub authorities: usize,
    /// Other certificates.
    pub others: usize,
    /// Private keys.
    pub keys: usize,
}

impl Holds {
    /// What each file holds.
    pub fn of(facts: &Facts, sources: &Sources) -> BTreeMap<String, Self> {
        let mut files: BTreeMap<String, Self> = BTreeMap::new();
        for (certificate, place) in facts.certificates.iter() {
            let holds = files.entry(sources[place.home.source].name.clone()).or_default();
            *(if certificate.authority { &mut holds.authorities } else { &mut holds.others }) += 1;
        }
        for (_, place) in facts.keys.iter().filter(|(key, _)| key.role == Role::Private) {
            files.entry(sources[place.home.source].name.clone()).or_default().keys += 1;
        }
        files
    }

    /// Whether it is authorities and nothing else.
    fn is_store(self) -> bool {
        self.authorities > 0 && self.others == 0 && self.keys == 0
    }

    /// Whether it is what a server uses itself.
    fn is_of_server(self) -> bool {
        self.keys > 0 || self.authorities == 0 && self.others > 0
    }

    /// Why it is a trust store: `12 certificates of authorities and no key`.
    fn words(self) -> String {
        match self.authorities {
            1 => "a certificate of an authority, and no key".to_owned(),
            number => format!("{number} certificates of authorities, and no key"),
        }
    }
}

/// What a proposal would change, as a comment: how many findings fail a run of that day without it and with it.
pub fn effect(before: usize, after: usize, as_of: Date) -> String {
    format!("\n# As of {as_of} {before} findings fail a run without these scopes, and {after} with them.\n")
}

/// The text of a keyreeve.toml for a tree with these files, of which some hold certificates or keys. Paths are relative
/// to the folder that it will stand in, with `/`.
pub fn propose(paths: &[String], holds: &BTreeMap<String, Holds>) -> String {
    let mut text = format!(
        "# keyreeve.toml: what this repository is held to.\n\
         # Proposed by `keyreeve init` from the names of {} files and from what they hold: read it, and mend it,\n\
         # before you commit it.\n\n\
         # Lowest severity that fails a run: low, medium, high, critical, or never.\n\
         fail-on = \"medium\"\n\n\
         # A rule can be switched off, or all its violations given one severity; `keyreeve explain RULE` shows its settings.\n\
         # [rules.RULE]\n# enabled = false\n# severity = \"low\"\n\n\
         # Scopes say what is so in which files. Globs are relative to this file's folder: `*` stays within one folder,\n\
         # `**` crosses folders. Of two scopes that state the same of a file the later one holds.\n",
        paths.len()
    );
    let found = Found::among(paths, holds);
    if found.topics.is_empty() {
        text.push_str("# [[scopes]]\n# paths = [\"deploy/production/**\"]\n# environment = \"production\"\n");
    }
    for (&topic, names) in &found.topics {
        found.scope(topic, names, &mut text);
    }
    text.push_str("\n# Exceptions: `keyreeve except FINGERPRINT` prints the stanza for a finding.\n");
    text
}

/// What tells the same: the name of files and folders, or what one file holds.
#[derive(Default)]
struct Reason {
    why: String,
    globs: BTreeSet<String>,
}

/// What names and contents tell: for each topic, by the last name of file or folder, the globs.
struct Found<'a> {
    /// What each file and each folder holds.
    holds: BTreeMap<&'a str, Holds>,
    topics: BTreeMap<Topic, BTreeMap<String, Reason>>,
}

impl<'a> Found<'a> {
    fn among(paths: &[String], holds: &'a BTreeMap<String, Holds>) -> Self {
        let environments = folders_of_environments(paths);
        let mut found = Self { holds: with_folders(holds), topics: BTreeMap::new() };
        for path in paths {
            let parts: Vec<&str> = path.split('/').collect();
            let topics: Vec<_> = (0..parts.len()).map(|at| found.confirmed(&parts, at, &environments)).collect();
            for layer in [Layer::Environment, Layer::Vendored, Layer::Purpose] {
                let first = topics.iter().position(|topic| topic.is_some_and(|topic| topic.layer() == layer));
                if let Some((at, topic)) = first.and_then(|at| Some((at, topics[at]?))) {
                    found.add(topic, &parts, at);
                }
            }
        }
        found
    }

    /// What a part of a path tells; of a trust store only if what is in it does not speak against it.
    fn confirmed(&self, parts: &[&str], at: usize, environments: &BTreeSet<String>) -> Option<Topic> {
        let topic = topic(parts, at, environments);
        let holds = self.held(&parts[..=at].join("/"));
        let is_plain = is_trusted(parts[at]) || parts[..=at].ends_with(&["etc", "ssl", "certs"]);
        match topic {
            Some(Topic::TrustStore) if holds.is_store() || is_plain && !holds.is_of_server() => topic,
            Some(Topic::TrustStore) => None,
            None if at + 1 == parts.len() && holds.is_store() && holds.authorities >= AUTHORITIES => {
                Some(Topic::TrustStore)
            }
            _ => topic,
        }
    }

    fn held(&self, path: &str) -> Holds {
        self.holds.get(path).copied().unwrap_or_default()
    }

    fn add(&mut self, topic: Topic, parts: &[&str], at: usize) {
        let path = parts[..=at].join("/");
        let folder = parts[..=at].iter().map(|part| PathGlob::literal(part)).collect::<Vec<_>>().join("/");
        let (glob, name) = match parts[at] {
            _ if at + 1 < parts.len() => (format!("{folder}/**"), parts[at]),
            test if test.ends_with("_test.go") => ("**/*_test.go".to_owned(), "*_test.go"),
            name => (folder, name),
        };
        let holds = self.held(&path);
        let (key, why) = match topic {
            Topic::TrustStore if holds.is_store() => (path.as_str(), holds.words()),
            _ => (name, format!("called {}", visible(name))),
        };
        if PathGlob::new(&glob).is_ok_and(|glob| glob.matches(&parts.join("/"))) {
            let reason = self.topics.entry(topic).or_default().entry(key.to_owned()).or_default();
            reason.why = why;
            reason.globs.insert(glob);
        }
    }

    fn scope(&self, topic: Topic, reasons: &BTreeMap<String, Reason>, text: &mut String) {
        let (key, value, title) = topic.statement();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n# {title}.\n[[scopes]]\npaths = [");
        let (mut left, mut more) = (MOST_GLOBS, 0);
        for (name, reason) in reasons {
            let globs = self.globs(topic, name, &reason.globs);
            let shown = globs.len().min(left);
            if shown > 0 {
                let _ = writeln!(text, "    # {}", reason.why);
            }
            for glob in &globs[..shown] {
                let _ = writeln!(text, "    {},", Value::String(glob.clone()));
            }
            (left, more) = (left - shown, more + globs.len() - shown);
        }
        if more > 0 {
            let _ = writeln!(text, "    # and {more} more like these, which you may want to name");
        }
        let _ = writeln!(text, "]\n{key} = \"{value}\"");
    }

    /// One glob for many folders of a name, unless the name tells something else elsewhere.
    fn globs(&self, topic: Topic, name: &str, globs: &BTreeSet<String>) -> Vec<String> {
        let elsewhere = self.topics.iter().any(|(&other, names)| other != topic && names.contains_key(name));
        let folders = globs.iter().all(|glob| glob.ends_with("/**"));
        if globs.len() < FOLDERS_OF_ONE_NAME || elsewhere || !folders {
            return globs.iter().cloned().collect();
        }
        vec![format!("**/{}/**", PathGlob::literal(name))]
    }
}

/// The same with what all files of each folder hold.
fn with_folders(files: &BTreeMap<String, Holds>) -> BTreeMap<&str, Holds> {
    let mut all: BTreeMap<&str, Holds> = BTreeMap::new();
    for (name, holds) in files {
        let ends = name.match_indices('/').map(|(end, _)| end).chain([name.len()]);
        for end in ends {
            let sum = all.entry(&name[..end]).or_default();
            sum.authorities += holds.authorities;
            sum.others += holds.others;
            sum.keys += holds.keys;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use keyreeve_contract::{Environment, Purpose};

    use super::*;
    use crate::policy::Policy;
    use crate::policy::scopes::context;

    fn proposed(paths: &[&str]) -> Policy {
        let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
        Policy::load(Path::new("keyreeve.toml"), propose(&paths, &BTreeMap::new()).as_bytes()).unwrap()
    }

    #[test]
    fn what_names_tell_becomes_a_scope() {
        use Environment::{Production, Staging, Test};
        use Purpose::{Fixture, TrustStore};
        let cases = [
            ("deploy/production/nginx.conf", Production, Purpose::Unspecified),
            ("charts/web/values-prod.yaml", Production, Purpose::Unspecified),
            (".env.production", Production, Purpose::Unspecified),
            ("clusters/prod-eu-1/a.yaml", Production, Purpose::Unspecified),
            ("live/eu/vpc.tf", Production, Purpose::Unspecified),
            ("deploy/staging/nginx.conf", Staging, Purpose::Unspecified),
            ("infra/preprod/a", Staging, Purpose::Unspecified),
            ("deploy/test/nginx.conf", Test, Purpose::Unspecified),
            ("apps/prod/a", Production, Purpose::Unspecified),
            ("apps/test/a", Test, Purpose::Unspecified),
            ("config/dev/a", Test, Purpose::Unspecified),
            ("lib/tests/data/a.pem", Environment::Unspecified, Fixture),
            ("lib/Test/a.pem", Environment::Unspecified, Fixture),
            ("x/__tests__/a.pem", Environment::Unspecified, Fixture),
            ("docs/examples/a.conf", Environment::Unspecified, Fixture),
            ("deploy/production/tests/a", Production, Fixture),
            ("tests/ca-bundle.crt", Environment::Unspecified, Fixture),
            ("certs/ca-bundle.crt", Environment::Unspecified, TrustStore),
            ("vendor/certifi/cacert.pem", Environment::Unspecified, TrustStore),
            ("vendor/a.pem", Environment::Unspecified, Fixture),
            ("roles/a/molecule/a.pem", Environment::Unspecified, Fixture),
            ("e2e/a.pem", Environment::Unspecified, Fixture),
            ("ipatests/a.pem", Environment::Unspecified, Fixture),
            ("test_resources/a.pem", Environment::Unspecified, Fixture),
            ("_integration-test/a.pem", Environment::Unspecified, Fixture),
            ("nginx-roundtrip-testdata/a.pem", Environment::Unspecified, Fixture),
            (".examples/a.pem", Environment::Unspecified, Fixture),
            ("WebTest/a.pem", Environment::Unspecified, Fixture),
            ("tls/handshake_test.go", Environment::Unspecified, Fixture),
            ("rootCertificates/a.pem", Environment::Unspecified, TrustStore),
            ("docs/trusted-header-sso/a.pem", Environment::Unspecified, Purpose::Unspecified),
            ("pkg/trustdomain/a.pem", Environment::Unspecified, Purpose::Unspecified),
            ("src/twig/Sandbox/a.pem", Environment::Unspecified, Purpose::Unspecified),
            ("latest/attestation/contests/a.pem", Environment::Unspecified, Purpose::Unspecified),
            (".github/workflows/check_if_on_staging.yml", Environment::Unspecified, Purpose::Unspecified),
            ("image/etc/ssl/certs/x.pem", Environment::Unspecified, TrustStore),
            ("java/truststore/a.pem", Environment::Unspecified, TrustStore),
            ("src/production_plan.rs", Environment::Unspecified, Purpose::Unspecified),
            ("src/reproduction/contest.yaml", Environment::Unspecified, Purpose::Unspecified),
            ("README.md", Environment::Unspecified, Purpose::Unspecified),
        ];
        let policy = proposed(&cases.map(|(path, ..)| path));
        for (path, environment, purpose) in cases {
            let context = context(&policy.scopes, path);
            assert_eq!((context.environment, context.purpose), (environment, purpose), "{path}");
        }
    }

    #[test]
    fn what_files_hold_decides_what_is_a_trust_store() {
        let holds = |authorities, others, keys| Holds { authorities, others, keys };
        let files = [
            ("java/roots.pem", holds(3, 0, 0), true),
            ("java/two.pem", holds(2, 0, 0), false),
            ("java/mixed.pem", holds(120, 1, 0), false),
            ("trust/a.pem", holds(1, 0, 0), true),
            ("trusted/server.crt", holds(0, 1, 0), false),
            ("trusted/server.key", holds(0, 0, 1), false),
            ("truststore/server.crt", holds(1, 1, 0), false),
            ("truststore/server.key", holds(0, 0, 1), false),
            ("ca-bundle.crt", holds(130, 2, 0), true),
            ("own/ca-certificates.pem", holds(1, 0, 1), false),
        ];
        let paths: Vec<String> = files.iter().map(|(path, ..)| (*path).to_owned()).collect();
        let held = files.iter().map(|(path, holds, _)| ((*path).to_owned(), *holds)).collect();
        let text = propose(&paths, &held);
        let policy = Policy::load(Path::new("keyreeve.toml"), text.as_bytes()).unwrap();
        for (path, _, is_store) in files {
            assert_eq!(context(&policy.scopes, path).purpose == Purpose::TrustStore, is_store, "{path}\n{text}");
        }
        assert!(text.contains("    # 3 certificates of authorities, and no key\n    \"java/roots.pem\",\n"), "{text}");
    }

    #[test]
    fn few_folders_are_named_and_many_of_one_name_share_a_glob() {
        let paths = |policy: &Policy| -> Vec<String> {
            policy.scopes[0].paths.iter().map(|glob| glob.as_str().to_owned()).collect()
        };
        assert_eq!(paths(&proposed(&["a/tests/x", "b/tests/y", "b/tests/z"])), ["a/tests/**", "b/tests/**"]);
        let many = proposed(&["a/tests/x", "b/tests/x", "c/tests/x", "d/tests/x", "e/testdata/x"]);
        assert_eq!(paths(&many), ["e/testdata/**", "**/tests/**"]);
    }

    #[test]
    fn a_tree_that_tells_nothing_gets_an_example() {
        for paths in [&[][..], &["README.md"]] {
            assert!(proposed(paths).scopes.is_empty());
        }
        assert!(propose(&[], &BTreeMap::new()).contains("# [[scopes]]\n"));
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let paths: Vec<String> = (0..30).map(|at| format!("k8s/prod-{at}/a")).collect();
        assert!(propose(&paths, &BTreeMap::new()).contains("# and 10 more like these"));
    }

    #[test]
    fn the_pre_commit_entry_is_a_list_item_for_a_local_hook() {
        assert!(PRE_COMMIT.contains("\n- repo: local\n  hooks:\n    - id: keyreeve\n"));
        assert!(
            PRE_COMMIT.contains("      entry: keyreeve check --staged\n      args: [\"--\"]\n      language: system\n")
        );
    }

    proptest::proptest! {
        #[test]
        fn any_tree_gives_a_policy_that_loads_and_whose_globs_match(
            paths in proptest::collection::vec("((prod|test|tests|deploy|staging|trust|[a*?{}\\[\\]!\\\\é\n\"' ]{1,3}|\\PC{0,2})/){0,4}[a-z{\\[*]{1,3}(-prod.yaml)?", 0..12)
        ) {
            let names: Vec<&str> = paths.iter().map(String::as_str).collect();
            for scope in proposed(&names).scopes {
                for glob in scope.paths {
                    proptest::prop_assert!(names.iter().any(|path| glob.matches(path)), "{}", glob.as_str());
                }
            }
        }
    }
}
