//! Fenced blocks and links of the project's Markdown pages. Not a Markdown parser: it knows what the pages use.

use std::path::{Path, PathBuf};

/// A fenced block.
pub(crate) struct Block {
    /// What stands behind the opening fence.
    pub(crate) language: String,
    /// Line of the page, from 1, on which its text begins.
    pub(crate) line: usize,
    /// Its lines.
    pub(crate) text: Vec<String>,
}

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The pages that people write. Those of rules are written by rules.
pub(crate) fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md"), root().join("testdata/README.md"), root().join("wit/README.md")];
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    pages.sort();
    pages
}

/// The pages of the book by their path in docs/, those that rules write included; without its contents.
pub(crate) fn book() -> Vec<String> {
    let pages = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(root().join("docs").join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
            .map(|name| format!("{folder}{name}"))
            .collect()
    };
    let mut book: Vec<String> = [pages(""), pages("rules/")].concat();
    book.sort();
    book
}

/// What the headings of a page are called in links: lower case, hyphens for spaces, other punctuation left out.
pub(crate) fn anchors(page: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for heading in prose(page).filter(|line| line.starts_with('#')) {
        let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
        let title: String = heading.trim_start_matches('#').trim().chars().filter(kept).collect();
        let anchor = title.to_lowercase().replace(' ', "-");
        // Of equal ones the first bears the name, and the others are numbered.
        let same = anchors.iter().filter(|one| **one == anchor || one.starts_with(&format!("{anchor}-"))).count();
        anchors.push(if anchors.contains(&anchor) { format!("{anchor}-{same}") } else { anchor });
    }
    anchors
}

/// The lines outside of fenced blocks.
pub(crate) fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The fenced blocks of a page. A fence that is not closed ends with the page, and fails.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut open) = (Vec::new(), None::<Block>);
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block { language: language.to_owned(), line: index + 2, text: Vec::new() });
            }
            (None, None) => {}
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.text.push(line.to_owned()),
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

/// The targets of links outside of fenced blocks.
pub(crate) fn links(page: &str) -> Vec<&str> {
    prose(page)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(to, _)| to)
        .collect()
}

/// What stands in backticks outside of fenced blocks.
pub(crate) fn quoted(page: &str) -> Vec<&str> {
    prose(page).flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}
