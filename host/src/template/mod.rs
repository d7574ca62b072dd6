//! The folder that a new rule begins with, in each language: a working rule with its cases, which its author changes
//! into their own. It is not built here, but by the tools of the language.

mod files;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::rules::built_in::BUILT_IN;
use crate::rules::info::is_id;

/// The id of the rule in the templates, which the id of the new rule replaces.
const ID: &str = "server-names";

/// A language with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// With keyreeve's own kit, which is written as well.
    Rust,
    /// For componentize-qjs.
    Javascript,
    /// The same, with types.
    Typescript,
    /// For componentize-py.
    Python,
    /// For clang, without a C library.
    C,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::Rust, Self::Javascript, Self::Typescript, Self::Python, Self::C];

    /// Its name on the command line, and that of its template's folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Javascript => "javascript",
            Self::Typescript => "typescript",
            Self::Python => "python",
            Self::C => "c",
        }
    }
}

/// Why no rule was begun. Then nothing was written, unless a write failed half-way.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// The id is not valid for a rule.
    #[error(
        "{0:?} cannot be the id of a rule: an id is made of lower-case words joined by hyphens, such as server-names"
    )]
    Id(String),
    /// It is the id of a built-in rule.
    #[error("{0} is a built-in rule: choose another name, since a rule of one's own cannot take its place")]
    BuiltIn(String),
    /// The rule's crate would have the same name as the kit's.
    #[error("{0} is what the kit's own crate is called: choose another name")]
    Kit(String),
    /// The folder has something in it.
    #[error("{} is there already and is not an empty folder: name another with --dir", .0.display())]
    Occupied(PathBuf),
    /// The system refused something.
    #[error("{} cannot be written: {cause}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
}

/// A file of a new rule, its path relative to the rule's folder, with `/`.
#[derive(PartialEq, Eq)]
pub struct File {
    /// Where it belongs.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl fmt::Debug for File {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({} bytes)", self.path, self.text.len())
    }
}

/// The files of a new rule.
///
/// # Errors
/// A [`NewError`] if no custom rule can have the id.
pub fn files(language: Language, id: &str) -> Result<Vec<File>, NewError> {
    if !is_id(id) {
        return Err(NewError::Id(id.to_owned()));
    }
    if BUILT_IN.iter().any(|rule| rule.id == id) {
        return Err(NewError::BuiltIn(id.to_owned()));
    }
    if language == Language::Rust && id.starts_with("keyreeve-rule") {
        return Err(NewError::Kit(id.to_owned()));
    }
    let template = files::of(language).map(|(path, text)| File { path: path.to_owned(), text: named(text, id) });
    let along = files::along(language).map(|(path, text)| File { path, text });
    Ok(template.chain(along).collect())
}

/// Begins a rule in a folder that does not exist or is empty.
///
/// # Errors
/// A [`NewError`] if no custom rule can have the id, or the folder cannot be written.
pub fn write(language: Language, id: &str, folder: &Path) -> Result<(), NewError> {
    let files = files(language, id)?;
    if folder.symlink_metadata().is_ok() && !is_empty_folder(folder) {
        return Err(NewError::Occupied(folder.to_owned()));
    }
    let failed = |path: &Path, cause| NewError::Write { path: path.to_owned(), cause };
    fs::create_dir_all(folder).map_err(|cause| failed(folder, cause))?;
    // Everything is complete before any of it is in its place.
    let draft = tempfile::Builder::new().prefix(".keyreeve-new-").tempdir_in(folder);
    let draft = draft.map_err(|cause| failed(folder, cause))?;
    for file in &files {
        let path = draft.path().join(&file.path);
        let parent = path.parent().unwrap_or(draft.path());
        fs::create_dir_all(parent).and_then(|()| fs::write(&path, &file.text)).map_err(|cause| failed(&path, cause))?;
    }
    for entry in fs::read_dir(draft.path()).map_err(|cause| failed(folder, cause))? {
        let entry = entry.map_err(|cause| failed(folder, cause))?;
        let place = folder.join(entry.file_name());
        fs::rename(entry.path(), &place).map_err(|cause| failed(&place, cause))?;
    }
    Ok(())
}

/// The commands that build and test a rule: the first block of shell in its README.md.
pub fn commands(readme: &str) -> impl Iterator<Item = &str> {
    readme.lines().skip_while(|line| *line != "```sh").skip(1).take_while(|line| *line != "```")
}

/// A text of a template for a rule with this id, also in the spelling of languages without hyphens in names.
fn named(text: &str, id: &str) -> String {
    text.replace(ID, id).replace(&ID.replace('-', "_"), &id.replace('-', "_"))
}

fn is_empty_folder(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests;
