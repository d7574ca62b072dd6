//! nginx facts against oracles that are not ours: nginx itself, openssl s_client, and real configurations.
//! Not the details of grammar and inheritance, whose tests stand beside the code.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};

use keyreeve::facts::Reading;
use keyreeve::facts::nginx::{assemble, parse, recognises};
use keyreeve::source::{Source, Sources};

/// The facts of these files as one tree.
fn read(files: Vec<(String, Vec<u8>)>) -> (Reading, Sources) {
    let sources = files.into_iter().map(|(name, bytes)| Source::new(name, None, bytes)).collect();
    let sources = Sources::new(sources);
    let parsed: Vec<_> = sources
        .iter()
        .filter(|(_, source)| recognises(&source.name, &source.bytes))
        .map(|(id, source)| parse(id, source))
        .collect();
    (assemble(&parsed, &sources), sources)
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("KEYREEVE_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: KEYREEVE_CORPORA names no folder of real configurations");
    }
    folder
}

#[test]
fn explore() {
    let Some(corpora) = corpora() else { return };
    let round = corpora.join("nginx/certbot/certbot-compatibility-test/nginx/nginx-roundtrip-testdata");
    let mut trees: Vec<PathBuf> = std::fs::read_dir(&round).unwrap().map(|e| e.unwrap().path()).collect();
    trees.push(corpora.join("nginx/h5bp"));
    trees.sort();
    for tree in trees {
        let paths = files_below(&tree);
        let files: Vec<_> = paths
            .iter()
            .map(|p| (p.strip_prefix(&corpora).unwrap().to_str().unwrap().to_owned(), std::fs::read(p).unwrap()))
            .collect();
        for (n, b) in &files {
            if !recognises(n, b) {
                eprintln!("NOT {n}");
            }
            if !recognises(n.rsplit('/').next().unwrap(), b) {
                eprintln!("NOT(bare) {n}");
            }
        }
        let (reading, sources) = read(files);
        for p in &reading.problems {
            if let keyreeve::problem::Subject::Place(l) = &p.subject {
                eprintln!(
                    "PROBLEM {} {:?} {}",
                    sources[l.source].name,
                    sources[l.source].position(l.span.start),
                    p.message
                )
            }
        }
        for (f, p) in reading.facts.tls_endpoints.iter() {
            eprintln!(
                "FACT {}:{} {} [{}] {:?} {:?} names {} v {:04x?} suites {} groups {} ver {:?} parts {} unknown {:?} net {:?}",
                sources[p.home.source].name.rsplit('/').next().unwrap(),
                sources[p.home.source].position(p.home.span.start).line,
                p.label,
                p.identity,
                f.side,
                f.transport,
                f.names.len(),
                f.versions,
                f.suites.len(),
                f.groups.len(),
                f.verification,
                p.parts.len(),
                f.unknown.iter().map(|u| format!("{}: {}", u.field, u.reason)).collect::<Vec<_>>(),
                f.context.network
            );
        }
    }
}
