//! Tests that the book is consistent: its contents name every page once, and every link leads to a page and a heading.
//! The examples of its pages are run by the other tests in this folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::support::markdown::{anchors, blocks, book, links, pages, prose, root};

/// Most characters of a line.
const LONGEST: usize = 120;

#[test]
fn the_contents_name_every_page_of_the_book_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let mut named: Vec<&str> = links(&summary);
    named.sort_unstable();
    assert_eq!(named, book(), "docs/SUMMARY.md beside the pages in docs/");
}

/// The contents call a page what it calls itself.
#[test]
fn the_contents_name_pages_by_their_titles() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    for line in summary.lines().filter(|line| line.contains("](")) {
        let (name, path) = line.trim_start_matches([' ', '-']).split_once("](").unwrap();
        let page = fs::read_to_string(root().join("docs").join(path.trim_end_matches(')'))).unwrap();
        assert_eq!(page.lines().next(), Some(format!("# {}", name.trim_start_matches('[')).as_str()), "{path}");
    }
}

/// All pages that people read, by their paths.
fn all() -> BTreeMap<PathBuf, String> {
    let book = book().into_iter().map(|page| root().join("docs").join(page));
    let paths = pages().into_iter().chain(book);
    paths.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let all = all();
    let mut broken = Vec::new();
    for (page, text) in &all {
        for link in links(text).into_iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { plain(&page.parent().unwrap().join(path)) };
            let heading = || all.get(&target).is_some_and(|text| anchors(text).iter().any(|one| one == anchor));
            if !target.exists() || !anchor.is_empty() && !heading() {
                broken.push(format!("{} links to {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// What is outside of docs/ is not in the book that is built.
#[test]
fn no_page_of_the_book_links_out_of_it() {
    let docs = root().join("docs");
    for page in book() {
        let text = fs::read_to_string(docs.join(&page)).unwrap();
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let target = plain(&docs.join(&page).parent().unwrap().join(link));
            assert!(target.starts_with(&docs), "{page} links to {link}");
        }
    }
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

/// Blocks that need more than a test has: what they run is there.
#[test]
fn every_script_and_folder_that_a_shell_block_names_exists() {
    let mut count = 0;
    for page in pages() {
        for block in blocks(&fs::read_to_string(&page).unwrap()).iter().filter(|block| block.language == "sh") {
            for word in block.text.iter().flat_map(|line| line.split('#').next().unwrap().split_whitespace()) {
                if word.starts_with("scripts/") || word == "host" {
                    assert!(root().join(word).exists(), "{}: {word}", page.display());
                    count += 1;
                }
            }
        }
    }
    assert!(count >= 4, "only {count} are found");
}

/// Pages that people write are read as they are, in editors and in `git diff`. Rows of tables, blocks of code and the
/// targets of links cannot be broken.
#[test]
fn lines_are_no_longer_than_a_screen_is_wide() {
    let written = pages().into_iter().filter(|page| {
        let name = page.strip_prefix(root()).unwrap();
        name == Path::new("README.md") || name.starts_with("docs") && !name.ends_with("contract.md")
    });
    let mut long = Vec::new();
    for page in written {
        let text = fs::read_to_string(&page).unwrap();
        for line in prose(&text).filter(|line| !line.starts_with('|')) {
            let links: usize = links(line).into_iter().map(|target| target.chars().count()).sum();
            if line.chars().count() - links > LONGEST {
                long.push(format!("{}: {line}", page.display()));
            }
        }
    }
    assert!(long.is_empty(), "these lines have more than {LONGEST} characters: {long:#?}");
}

#[test]
fn anchors_are_made_as_pages_are_linked() {
    let page =
        "# The `keys` interface\n## What it can\'t do, and why\n```\n# no heading\n```\n## Why\n## Why\n### S9/S10\n";
    assert_eq!(anchors(page), ["the-keys-interface", "what-it-cant-do-and-why", "why", "why-1", "s9s10"]);
}
