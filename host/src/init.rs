//! `keyreeve init`: a policy file proposed from the names of a tree's files. Not a judgement: whoever
//! commits the file reads it first, and what the names do not show is not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use toml::Value;

use crate::policy::PathGlob;

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

/// What the name of a file or folder tells. In this order in the proposal: of two scopes that cover a file the later holds,
/// and a bundle among test data is test data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Production,
    Staging,
    Test,
    TrustStore,
    Fixture,
}

impl Topic {
    /// What a scope states, and how the proposal introduces it.
    fn statement(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Production => ("environment", "production", "Production"),
            Self::Staging => ("environment", "staging", "Staging"),
            Self::Test => ("environment", "test", "Development and test environments"),
            Self::TrustStore => ("purpose", "trust-store", "Certificates of others that are trusted here"),
            Self::Fixture => ("purpose", "fixture", "Test data and examples: nothing here is in use"),
        }
    }

    /// Whether it is about the environment; else about the purpose.
    fn is_environment(self) -> bool {
        self < Self::TrustStore
    }
}

const PRODUCTION: &[&str] = &["production", "prod", "prd"];
const STAGING: &[&str] = &["staging", "stg", "preprod", "preproduction"];
/// Names that tell an environment only if they are the whole name of a folder.
const WHOLE_FOLDERS: &[(&str, Topic)] = &[
    ("live", Topic::Production),
    ("stage", Topic::Staging),
    ("pre-prod", Topic::Staging),
    ("uat", Topic::Staging),
    ("dev", Topic::Test),
    ("development", Topic::Test),
    ("qa", Topic::Test),
    ("sandbox", Topic::Test),
];
/// Names of test environments and of folders of tests alike.
const TESTS: &[&str] = &["test", "tests"];
/// Folders whose `test` is an environment.
const ENVIRONMENTS: &[&str] = &[
    "env",
    "envs",
    "environment",
    "environments",
    "stages",
    "deploy",
    "deployment",
    "overlays",
    "inventories",
    "clusters",
];
const FIXTURES: &[&str] = &[
    "testdata",
    "test-data",
    "test_data",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "__tests__",
    "__fixtures__",
    "example",
    "examples",
    "samples",
];
/// Ends of files that hold settings rather than program text: only these tell an environment by their own name.
const SETTINGS: &[&str] =
    &["yaml", "yml", "json", "toml", "conf", "cfg", "ini", "env", "tfvars", "properties", "pem", "crt", "cer", "key"];

/// The text of a keyreeve.toml for a tree with these files. Paths are relative to the folder that it will stand in, with `/`.
pub fn propose(paths: &[String]) -> String {
    let mut text = format!(
        "# keyreeve.toml: what this repository is held to.\n\
         # Proposed by `keyreeve init` from the names of {} files: read it, and mend it, before you commit it.\n\n\
         # Lowest severity that fails a run: low, medium, high, critical, or never.\n\
         fail-on = \"medium\"\n\n\
         # A rule can be switched off, or all its violations given one severity; `keyreeve explain RULE` shows its settings.\n\
         # [rules.RULE]\n# enabled = false\n# severity = \"low\"\n\n\
         # Scopes say what is so in which files. Globs are relative to this file's folder: `*` stays within one folder,\n\
         # `**` crosses folders. Of two scopes that state the same of a file the later one holds.\n",
        paths.len()
    );
    let found = Found::among(paths);
    if found.topics.is_empty() {
        text.push_str("# [[scopes]]\n# paths = [\"deploy/production/**\"]\n# environment = \"production\"\n");
    }
    for (&topic, names) in &found.topics {
        found.scope(topic, names, &mut text);
    }
    text.push_str("\n# Exceptions: `keyreeve except FINGERPRINT` prints the stanza for a finding.\n");
    text
}

/// What the names tell: for each topic, by the last name of file or folder, the globs.
#[derive(Default)]
struct Found {
    topics: BTreeMap<Topic, BTreeMap<String, BTreeSet<String>>>,
}

impl Found {
    fn among(paths: &[String]) -> Self {
        let environments = folders_of_environments(paths);
        let mut found = Self::default();
        for path in paths {
            let parts: Vec<&str> = path.split('/').collect();
            let topics: Vec<Option<Topic>> = (0..parts.len()).map(|at| topic(&parts, at, &environments)).collect();
            for environment in [true, false] {
                let first =
                    topics.iter().position(|topic| topic.is_some_and(|topic| topic.is_environment() == environment));
                if let Some((at, topic)) = first.and_then(|at| Some((at, topics[at]?))) {
                    found.add(topic, &parts, at);
                }
            }
        }
        found
    }

    fn add(&mut self, topic: Topic, parts: &[&str], at: usize) {
        let folder = parts[..=at].iter().map(|part| PathGlob::literal(part)).collect::<Vec<_>>().join("/");
        let glob = if at + 1 < parts.len() { format!("{folder}/**") } else { folder };
        if PathGlob::new(&glob).is_ok_and(|glob| glob.matches(&parts.join("/"))) {
            self.topics.entry(topic).or_default().entry(parts[at].to_owned()).or_default().insert(glob);
        }
    }

    fn scope(&self, topic: Topic, names: &BTreeMap<String, BTreeSet<String>>, text: &mut String) {
        let (key, value, title) = topic.statement();
        let globs: Vec<String> = names.iter().flat_map(|(name, globs)| self.globs(topic, name, globs)).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n# {title}.\n[[scopes]]\npaths = [");
        for glob in globs.iter().take(MOST_GLOBS) {
            let _ = writeln!(text, "    {},", Value::String(glob.clone()));
        }
        if globs.len() > MOST_GLOBS {
            let _ =
                writeln!(text, "    # and {} more like these, which you may want to name", globs.len() - MOST_GLOBS);
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

/// Folders that hold an environment that is unmistakably one: a `test` beside it is one too.
fn folders_of_environments(paths: &[String]) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for path in paths {
        let parts: Vec<&str> = path.split('/').collect();
        for at in 0..parts.len().saturating_sub(1) {
            let name = parts[at].to_lowercase();
            if PRODUCTION.contains(&name.as_str()) || STAGING.contains(&name.as_str()) {
                folders.insert(parts[..at].join("/"));
            }
        }
    }
    folders
}

/// What one component of a path tells.
fn topic(parts: &[&str], at: usize, environments: &BTreeSet<String>) -> Option<Topic> {
    let name = parts[at].to_lowercase();
    let name = name.as_str();
    if at + 1 == parts.len() {
        return file_topic(name);
    }
    if TESTS.contains(&name) {
        let under = |parent: &&str| ENVIRONMENTS.contains(&parent.to_lowercase().as_str());
        let environment = parts[..at].last().is_some_and(under) || environments.contains(&parts[..at].join("/"));
        return Some(if environment { Topic::Test } else { Topic::Fixture });
    }
    if FIXTURES.contains(&name) {
        return Some(Topic::Fixture);
    }
    let certificates = name == "certs" && at >= 2 && parts[at - 2..at] == ["etc", "ssl"];
    if name.starts_with("trust") || certificates || ["cacerts", "ca-certificates"].contains(&name) {
        return Some(Topic::TrustStore);
    }
    let whole = WHOLE_FOLDERS.iter().find(|(known, _)| *known == name).map(|&(_, topic)| topic);
    whole.or_else(|| environment_word(name))
}

fn file_topic(name: &str) -> Option<Topic> {
    if ["ca-bundle", "ca_bundle", "ca-certificates"].iter().any(|start| name.starts_with(start))
        || ["cacert.pem", "cacerts"].contains(&name)
    {
        return Some(Topic::TrustStore);
    }
    let settings = name.starts_with(".env") || SETTINGS.contains(&name.rsplit('.').next().unwrap_or_default());
    settings.then(|| environment_word(name)).flatten()
}

/// The environment that one of the words of a name tells: `cluster-prod-eu`, `values.staging.yaml`.
fn environment_word(name: &str) -> Option<Topic> {
    name.split(|letter: char| !letter.is_alphanumeric()).find_map(|word| match word {
        _ if PRODUCTION.contains(&word) => Some(Topic::Production),
        _ if STAGING.contains(&word) => Some(Topic::Staging),
        _ => None,
    })
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
        Policy::load(Path::new("keyreeve.toml"), propose(&paths).as_bytes()).unwrap()
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
        assert!(propose(&[]).contains("# [[scopes]]\n"));
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let paths: Vec<String> = (0..30).map(|at| format!("k8s/prod-{at}/a")).collect();
        assert!(propose(&paths).contains("# and 10 more like these"));
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
