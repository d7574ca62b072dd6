//! What a format is to the driver: how it is called, how a file of it is told, how it becomes facts. Not any one format, and not
//! how the claims of several on one file are settled.

use std::any::Any;
use std::collections::HashSet;
use std::marker::PhantomData;

use keyreeve_contract::FactKind;
use keyreeve_source::budget::{Account, Budget};
use keyreeve_source::{SourceId, Sources, Span};

use crate::{Given, Reading, Text};

/// How sure a format is that a file is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// It is not.
    No,
    /// Something in it may be.
    Perhaps,
    /// Its content speaks for it.
    Likely,
    /// Its name says so and nothing in it denies it, or its content cannot be anything else.
    Certain,
}

/// A file as a format looks at it before anything is read.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Its name, with `/` between folders.
    pub name: &'a str,
    /// All of its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Look<'a> {
    /// The name without its folders.
    pub fn file(&self) -> &'a str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    /// Whether it is called as no configuration is: like documentation (`README`, `INSTALL`, `*.md`), or like a script of a build
    /// (`Makefile`, `Dockerfile.prod`). What such a file holds of a configuration stands inside it.
    pub fn is_no_configuration(&self) -> bool {
        let file = self.file();
        let stem = file.split('.').next().unwrap_or(file);
        let is_prose = matches!(self.extension(), Some("md" | "rst" | "adoc" | "html" | "man"));
        let is_shouted = stem.len() >= 4 && file == stem && stem.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_build = stem.ends_with("file") && stem.starts_with(|first: char| first.is_ascii_uppercase());
        is_prose || is_shouted || is_build
    }

    /// The folders before it, with their last `/`.
    pub fn folder(&self) -> &'a str {
        &self.name[..self.name.len() - self.file().len()]
    }

    /// What stands behind the last full stop of the file's name.
    pub fn extension(&self) -> Option<&'a str> {
        self.file().rsplit_once('.').map(|(_, extension)| extension)
    }
}

/// What the driver, the pages and the reports know of a format.
#[derive(Debug)]
pub struct Row {
    /// One word: its folder in testdata/formats, its fuzz target.
    pub id: &'static str,
    /// As reports call it.
    pub title: &'static str,
    /// The kinds of fact that it makes.
    pub makes: &'static [FactKind],
    /// Whether a file is one such configuration, and no other format's besides; else it is looked for within any file.
    pub exclusive: bool,
    /// Names of files that may be its own: see [`names_match`]. Empty for every file.
    pub names: &'static [&'static str],
    /// Texts, one of which stands in nearly every such file and hardly in others: they tell of one that stands inside another
    /// file. What is looked for within any file is found there anyway, so that of it they count only where they are encoded.
    pub marks: &'static [&'static str],
    /// Whether its reader knows [`template::VALUE`](crate::template::VALUE), so that a template of such a file is given to it
    /// without its tags.
    pub templates: bool,
    /// How such a file begins that is no text: it tells of one that stands in Base64 inside another file.
    pub beginnings: &'static [&'static [u8]],
}

/// A format.
pub trait Format: Sync + 'static {
    /// What it is.
    const ROW: Row;

    /// What one file says, before what spans several: `()` where nothing does.
    type Part: Send + 'static;

    /// Whether a file is of it. Asked of every file whose name agrees, from several threads: it parses nothing and allocates
    /// nothing.
    fn claims(look: &Look<'_>) -> Claim;

    /// Reads one text by itself: the same bytes give the same part. Nothing where it turns out not to be of the format.
    fn read(text: &Text<'_>, out: &mut Out<'_>) -> Option<Self::Part>;

    /// Which other sources the parts name as theirs, whatever these look like: by an include. Of those from `known` on nothing but the name
    /// is there.
    fn names(_parts: Vec<Self::Part>, _sources: &Sources, _known: usize) -> Vec<SourceId> {
        Vec::new()
    }

    /// Over all parts, in the order of their sources: includes, variables, defaults. Nothing, where nothing spans files.
    fn assemble(_parts: Vec<Self::Part>, _sources: &Sources, _budget: &Budget) -> Reading {
        Reading::default()
    }
}

/// Where a format puts what it reads of one text, and what it is given for that.
#[derive(Debug)]
pub struct Out<'a> {
    /// What was read.
    pub reading: Reading,
    /// What the user gives.
    pub given: Given<'a>,
    /// Who pays for work.
    pub account: &'a Account<'a>,
    /// Places of this text with which a format before this one has a problem: another problem with the same is not told.
    pub told: HashSet<Span>,
}

/// A part of some format.
pub type AnyPart = Box<dyn Any + Send>;

/// A format, whichever it is.
pub trait AnyFormat: Sync {
    /// What it is.
    fn row(&self) -> &'static Row;

    /// As [`Format::claims`].
    fn claims(&self, look: &Look<'_>) -> Claim;

    /// As [`Format::read`].
    fn read(&self, text: &Text<'_>, out: &mut Out<'_>) -> Option<AnyPart>;

    /// As [`Format::names`], of parts that this format has read.
    fn names(&self, parts: Vec<AnyPart>, sources: &Sources, known: usize) -> Vec<SourceId>;

    /// As [`Format::assemble`], of parts that this format has read.
    fn assemble(&self, parts: Vec<AnyPart>, sources: &Sources, budget: &Budget) -> Reading;
}

/// A format as a value, for a list of formats.
#[derive(Debug)]
pub struct Entry<F>(PhantomData<fn() -> F>);

impl<F: Format> Entry<F> {
    /// The one value.
    pub const NEW: Self = Self(PhantomData);
    const ROW: &'static Row = &F::ROW;
}

impl<F: Format> AnyFormat for Entry<F> {
    fn row(&self) -> &'static Row {
        Self::ROW
    }

    fn claims(&self, look: &Look<'_>) -> Claim {
        F::claims(look)
    }

    fn read(&self, text: &Text<'_>, out: &mut Out<'_>) -> Option<AnyPart> {
        F::read(text, out).map(|part| Box::new(part) as AnyPart)
    }

    fn names(&self, parts: Vec<AnyPart>, sources: &Sources, known: usize) -> Vec<SourceId> {
        F::names(own::<F>(parts), sources, known)
    }

    fn assemble(&self, parts: Vec<AnyPart>, sources: &Sources, budget: &Budget) -> Reading {
        F::assemble(own::<F>(parts), sources, budget)
    }
}

fn own<F: Format>(parts: Vec<AnyPart>) -> Vec<F::Part> {
    let part = |part: AnyPart| *part.downcast().expect("a format assembles what it has read");
    parts.into_iter().map(part).collect()
}

/// A list of formats by their types: `formats![Nginx, Haproxy]`.
#[macro_export]
macro_rules! formats {
    ($($format:ty),* $(,)?) => {
        &[$(&$crate::Entry::<$format>::NEW as &dyn $crate::AnyFormat),*]
    };
}

/// Whether a name agrees with one of some patterns, or there is none. In a pattern `*` at an end of a part stands for anything,
/// the last part is that of the file, and `/**/` before it is any number of folders: `nginx.conf`, `*.vhost`,
/// `haproxy/**/*.cfg`, `*nginx*/**/*`.
pub fn names_match(patterns: &[&str], name: &str) -> bool {
    let file = name.rfind('/').map_or(name, |slash| &name[slash + 1..]);
    let folders = &name[..name.len() - file.len()];
    // Asked of every file for every pattern, so most are told by their last letter.
    let may = |pattern: &&&str| {
        let last = pattern.as_bytes().last();
        last == Some(&b'*') || last == file.as_bytes().last()
    };
    patterns.is_empty() || patterns.iter().filter(may).any(|pattern| name_matches(pattern, folders, file))
}

fn name_matches(pattern: &str, folders: &str, file: &str) -> bool {
    let Some(slash) = pattern.rfind('/') else { return part_matches(pattern, file) };
    let (above, below) = (pattern[..slash].trim_end_matches("/**"), &pattern[slash + 1..]);
    part_matches(below, file) && folders.split('/').any(|folder| part_matches(above, folder))
}

fn part_matches(pattern: &str, part: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(_), Some(_)) => part.contains(&pattern[1..pattern.len() - 1]),
        (Some(end), None) => part.ends_with(end),
        (None, Some(start)) => part.starts_with(start),
        (None, None) => part == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_agrees_with_a_file_an_ending_or_a_folder_above_it() {
        for (pattern, name, agrees) in [
            ("nginx.conf", "nginx.conf", true),
            ("nginx.conf", "etc/nginx.conf", true),
            ("nginx.conf", "nginx.conf.bak", false),
            ("*.vhost", "a.vhost", true),
            ("haproxy/**/*.cfg", "etc/haproxy/x/y.cfg", true),
            ("haproxy/**/*.cfg", "haproxy/y.conf", false),
            ("haproxy/**/*.cfg", "haproxy.cfg", false),
            ("*nginx*/**/*", "my-nginx-conf/x", true),
            ("*nginx*/**/*", "x/nginx", false),
        ] {
            assert_eq!(names_match(&[pattern], name), agrees, "{pattern} {name}");
        }
        assert!(names_match(&[], "anything"));
    }
}
