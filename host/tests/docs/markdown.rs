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
    let mut pages = vec![root().join("README.md"), root().join("testdata/README.md")];
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    pages.sort();
    pages
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
    let mut fenced = false;
    let prose = page.lines().filter(|line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    prose.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split_once(')')).map(|(to, _)| to).collect()
}

/// What stands in backticks outside of fenced blocks.
pub(crate) fn quoted(page: &str) -> Vec<&str> {
    let mut fenced = false;
    let prose = page.lines().filter(|line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    prose.flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}
