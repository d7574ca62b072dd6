//! What the names in a tree tell: which folder is production, staging, test data, or a trust store. Not the proposal that
//! comes of it, and not what the files hold.

use std::collections::BTreeSet;

/// What the name of a file or folder tells. In this order in the proposal: of two scopes that cover a file the later
/// holds, and a bundle among test data is test data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    Production,
    Staging,
    Test,
    Vendored,
    TrustStore,
    Fixture,
}

/// What is told apart: of each path the first of each layer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Environment,
    Vendored,
    Purpose,
}

impl Topic {
    /// What a scope states, and how the proposal introduces it.
    pub(super) fn statement(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Production => ("environment", "production", "Production"),
            Self::Staging => ("environment", "staging", "Staging"),
            Self::Test => ("environment", "test", "Development and test environments"),
            Self::Vendored => ("purpose", "fixture", "Code of others: what it holds is theirs"),
            Self::TrustStore => ("purpose", "trust-store", "Certificates of others that are trusted here"),
            Self::Fixture => ("purpose", "fixture", "Test data and examples: nothing here is in use"),
        }
    }

    pub(super) fn layer(self) -> Layer {
        match self {
            Self::Production | Self::Staging | Self::Test => Layer::Environment,
            Self::Vendored => Layer::Vendored,
            Self::TrustStore | Self::Fixture => Layer::Purpose,
        }
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
/// Folders of program text, in which a name says nothing of where it runs.
const CODE: &[&str] = &["src", "lib", "pkg", "internal", "cmd"];
/// Folders of what builds a tree, which is in no environment.
const BUILDS: &[&str] = &[".github", ".gitlab", ".circleci"];
const VENDORED: &[&str] = &["vendor", "third_party", "third-party", "thirdparty", "node_modules"];
/// Words that end like the plural of test and are none.
const NO_TESTS: &[&str] = &["contests", "protests", "attests", "detests", "testament", "testimonial", "testimonials"];
/// Words of a test that do not begin with it.
const TESTS: &[&str] = &["unittest", "pytest", "smoketest", "loadtest", "systemtest"];
/// Beginnings of names, without what separates their words, of folders and files of certificates that are trusted.
const TRUSTED: &[&str] =
    &["truststore", "trustanchor", "trustedca", "trustedcert", "trustedroot", "rootcert", "cacert", "cabundle"];
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
const FIXTURES: &[&str] =
    &["e2e", "molecule", "spec", "specs", "fixture", "fixtures", "example", "examples", "samples"];
/// Ends of files that hold settings rather than program text: only these tell an environment by their own name.
const SETTINGS: &[&str] =
    &["yaml", "yml", "json", "toml", "conf", "cfg", "ini", "env", "tfvars", "properties", "pem", "crt", "cer", "key"];

/// Folders that hold an environment that is unmistakably one: a `test` beside it is one too.
pub(super) fn folders_of_environments(paths: &[String]) -> BTreeSet<String> {
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
pub(super) fn topic(parts: &[&str], at: usize, environments: &BTreeSet<String>) -> Option<Topic> {
    let lower = parts[at].to_lowercase();
    let name = lower.trim_matches(|letter| matches!(letter, '.' | '_'));
    let (above, is_file) = (&parts[..at], at + 1 == parts.len());
    let certificates = name == "certs" && above.ends_with(&["etc", "ssl"]);
    if certificates || is_trusted(name) {
        return Some(Topic::TrustStore);
    }
    if is_file {
        return file_topic(parts[at], above);
    }
    if VENDORED.contains(&name) {
        return Some(Topic::Vendored);
    }
    if FIXTURES.contains(&name) {
        return Some(Topic::Fixture);
    }
    if is_of_tests(parts[at]) {
        let under = |parent: &&str| ENVIRONMENTS.contains(&parent.to_lowercase().as_str());
        let environment = above.last().is_some_and(under) || environments.contains(&above.join("/"));
        return Some(if environment { Topic::Test } else { Topic::Fixture });
    }
    if name.starts_with("trust") {
        return Some(Topic::TrustStore);
    }
    let whole = WHOLE_FOLDERS.iter().find(|(known, _)| *known == name).map(|&(_, topic)| topic);
    whole.filter(|_| !is_below(above, CODE)).or_else(|| environment_word(name)).filter(|_| !is_below(above, BUILDS))
}

/// Whether a name of a folder or file is plainly one of certificates that are trusted; that a folder's begins with
/// `trust` is not enough.
pub(super) fn is_trusted(name: &str) -> bool {
    let plain: String = name.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    TRUSTED.iter().any(|start| plain.starts_with(start)) && !plain.ends_with("key")
        || plain.starts_with("cacertificates")
}

fn file_topic(name: &str, above: &[&str]) -> Option<Topic> {
    let lower = name.to_lowercase();
    let settings = lower.starts_with(".env") || SETTINGS.contains(&lower.rsplit('.').next().unwrap_or_default());
    if lower.ends_with("_test.go") || settings && is_of_tests(name) {
        return Some(Topic::Fixture);
    }
    settings.then(|| environment_word(&lower)).flatten().filter(|_| !is_below(above, BUILDS))
}

fn is_below(above: &[&str], folders: &[&str]) -> bool {
    above.iter().any(|folder| folders.contains(&folder.to_lowercase().as_str()))
}

/// Whether one of the words of a name is of tests: `test_resources`, `ipatests`, `roundtrip-testdata`, `WebTest`.
fn is_of_tests(name: &str) -> bool {
    let of_tests = |word: &String| {
        let is_one = word.starts_with("test") || word.ends_with("tests") || TESTS.contains(&word.as_str());
        is_one && !NO_TESTS.contains(&word.as_str())
    };
    words(name).iter().any(of_tests)
}

/// The words of a name, in lower case: `rootCertificates` has two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && was_lower {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    words
}

/// The environment that one of the words of a name tells: `cluster-prod-eu`, `values.staging.yaml`.
fn environment_word(name: &str) -> Option<Topic> {
    name.split(|letter: char| !letter.is_alphanumeric()).find_map(|word| match word {
        _ if PRODUCTION.contains(&word) => Some(Topic::Production),
        _ if STAGING.contains(&word) => Some(Topic::Staging),
        _ => None,
    })
}
