//! Path globs: which paths of the report a scope or an exception covers. They are not patterns of gitignore: a glob is
//! matched against the whole path, `*` and `?` stay within one folder, and only `**` crosses folders.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use keyreeve_source::Span;

use super::error::{Fault, printable, quoted};

/// Longest glob, in bytes. A glob becomes a regular expression, so its length bounds what matching costs.
const LONGEST: usize = 1024;

/// A glob over paths as the report writes them: relative to the policy file's folder, with `/`.
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: String,
    matcher: GlobSet,
}

/// Why a text is not a glob that can match a path of a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GlobError {
    /// What is wrong.
    pub message: String,
    /// What to write instead, if that is known.
    pub hint: Option<String>,
}

impl GlobError {
    fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { message: message.into(), hint }
    }
}

impl PathGlob {
    /// Compiles a glob.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        if text.len() > LONGEST {
            return Err(GlobError::new(format!("the glob is longer than {LONGEST} bytes"), None));
        }
        if let Some(rest) = text.strip_prefix('/').or_else(|| text.strip_prefix("./")) {
            let rest = quoted(rest.trim_start_matches('/'));
            let hint = format!("paths are relative to the policy file's folder: `{rest}`");
            return Err(GlobError::new("no path of a report begins like that", Some(hint)));
        }
        if let Some(folder) = text.strip_suffix('/') {
            let hint = format!("`{}/**` means everything in the folder", quoted(folder));
            return Err(GlobError::new("a glob means files, not folders", Some(hint)));
        }
        if text.split('/').any(|component| component == "..") {
            return Err(GlobError::new("no path of a report contains `..`", None));
        }
        let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
        let set = glob.and_then(|glob| GlobSetBuilder::new().add(glob).build());
        let matcher = set.map_err(|error| GlobError::new(printable(&format!("not a glob: {}", error.kind())), None))?;
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// A glob that matches this name only.
    pub fn literal(name: &str) -> String {
        let mut glob = String::new();
        for letter in name.chars() {
            if "*?[]{}!\\".contains(letter) {
                glob.push('\\');
            }
            glob.push(letter);
        }
        glob
    }

    /// Whether it matches this path.
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Reads a glob of the policy file. A wrong one leaves a fault.
pub(super) fn path_glob(text: &str, span: Span, faults: &mut Vec<Fault>) -> Option<PathGlob> {
    PathGlob::new(text).map_err(|error| faults.push(Fault { span, message: error.message, hint: error.hint })).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_two_stars_cross_folders() {
        let glob = |text| PathGlob::new(text).unwrap();
        assert!(glob("deploy/**").matches("deploy/a/b.conf"));
        assert!(!glob("deploy/*").matches("deploy/a/b.conf"));
        assert!(glob("deploy/*").matches("deploy/.env"));
        assert!(!glob("deploy").matches("deploy/a"));
        assert!(glob("**/*.pem").matches("a.pem") && glob("**/*.pem").matches("x/y/a.pem"));
        assert!(!glob("*.pem").matches("x/a.pem"));
        assert!(glob("{a,b}/?.k[ae]y").matches("b/1.key"));
        assert!(glob("a\\[1\\]").matches("a[1]"));
    }

    #[test]
    fn a_glob_that_can_match_nothing_is_refused() {
        for text in ["/etc/**", "./a", "deploy/", "../a/**", "a/../b", "[a", "{a", "a}", "a\\", "[z-a]"] {
            assert!(PathGlob::new(text).is_err(), "{text}");
        }
        assert!(PathGlob::new(&"a".repeat(2000)).is_err());
        assert!(PathGlob::new(&"{".repeat(1000)).is_err());
    }

    #[test]
    fn a_deeply_nested_glob_is_no_danger() {
        let nested = PathGlob::new(&format!("{}a{}", "{".repeat(500), "}".repeat(500)));
        assert!(nested.is_err() || nested.is_ok_and(|glob| glob.matches("a")));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_glob_or_refused(text: String, path: String) {
            if let Ok(glob) = PathGlob::new(&text) { glob.matches(&path); }
        }

        #[test]
        fn a_literal_means_just_its_name(name in "\\PC{1,12}|[*?{}\\[\\]!,a^-]{1,8}", other in "[*?{}\\[\\]!,a^-]{1,8}") {
            proptest::prop_assume!(!name.contains('/'));
            if let Ok(glob) = PathGlob::new(&PathGlob::literal(&name)) {
                proptest::prop_assert!(glob.matches(&name));
                proptest::prop_assert_eq!(glob.matches(&other), name == other);
            }
        }
    }
}
