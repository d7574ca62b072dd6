//! The files of `crt-list`: one certificate a line, with options of TLS and names in SNI. Not what the options mean.

use std::collections::HashMap;

use keyreeve_source::budget::Work;
use keyreeve_source::text::quoted_to;
use keyreeve_source::{Location, SourceId, Sources, Span};

use crate::ledger::{CutShort, Ledger};
use crate::tls::{Argument, is_placeholder};

use super::lexer::is_blank;
use super::parse::lines;

/// Where HAProxy's packages and its image keep configurations.
const PREFIXES: [&str; 3] = ["/etc/haproxy/", "/usr/local/etc/haproxy/", "/opt/haproxy/"];

/// Characters of a path that a message repeats.
const PATH: usize = 200;

/// The files that can be lists: any of the scan.
pub(super) struct Lists<'a> {
    sources: &'a Sources,
    names: HashMap<&'a str, SourceId>,
}

/// Reads lists.
pub(super) struct List;

/// One certificate.
pub(super) struct Entry<'a> {
    /// The whole line.
    pub(super) home: Location,
    /// The file of the certificate.
    pub(super) certificate: String,
    /// The words in brackets.
    pub(super) options: Vec<Argument<'a>>,
    /// Names in SNI that it is for; without any those in the certificate.
    pub(super) names: Vec<String>,
}

impl<'a> Lists<'a> {
    /// Of all sources, by their names.
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, names: sources.names().collect() }
    }

    /// The list that a configuration means by a path, or why it is not known. A path that is not absolute is relative
    /// to `crt-base`, or else to where HAProxy is started. It is looked for from the folder of the configuration
    /// upwards, and what lies in one of HAProxy's own folders also beside the configuration.
    pub(super) fn find(&self, configuration: &str, path: &str, base: Option<&str>) -> Result<SourceId, String> {
        let path = match base {
            Some(base) if !path.starts_with(['/', '@']) => format!("{base}/{path}"),
            _ => path.to_owned(),
        };
        let shown = quoted_to(&path, PATH);
        if is_placeholder(&path) {
            return Err(format!("the variable in \"{shown}\" is not resolved"));
        }
        let relative = path.trim_start_matches("./").trim_start_matches('/');
        let tail = PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix));
        let folders = || folders(configuration);
        let below = folders().map(|folder| format!("{folder}{relative}"));
        let beside = tail.into_iter().flat_map(|tail| folders().map(move |folder| format!("{folder}{tail}")));
        let found = below.chain(beside).find_map(|name| self.names.get(&*name).copied());
        found.ok_or_else(|| format!("the list {shown} is outside the scanned tree"))
    }
}

/// As many folders above a configuration are looked through.
const DEPTH: usize = 32;

/// The folder of a file and those above it, each with its last `/`; the last one is that of the scan.
fn folders(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.bytes().enumerate().filter(|(_, byte)| *byte == b'/').map(|(at, _)| at + 1);
    let mut ends: Vec<usize> = std::iter::once(0).chain(ends).collect();
    ends.reverse();
    ends.into_iter().take(DEPTH).map(move |end| &name[..end])
}

impl List {
    /// The entries of a list that is named at a place.
    pub(super) fn read<'a>(
        lists: &Lists<'a>,
        source: SourceId,
        named: &Argument<'_>,
        ledger: &Ledger<'_>,
    ) -> Result<Vec<Entry<'a>>, CutShort> {
        let bytes = lists.sources[source].bytes();
        // Each bind that names it reads it anew, and keeps about as much of it as it is long.
        ledger.pay_to_follow(Work::Configuration, 4 * bytes.len(), named.location)?;
        let mut entries = Vec::new();
        for span in lines(bytes) {
            let location = Location { source, span };
            match entry(bytes, location) {
                Ok(Some(entry)) if is_same(&entry.certificate, &lists.sources[source].name) => {
                    ledger.fault(entry.home, "the list names itself as a certificate");
                }
                Ok(entry) => entries.extend(entry),
                Err(message) => ledger.fault(location, message),
            }
        }
        Ok(entries)
    }
}

/// Whether a path ends with the name of a source.
fn is_same(path: &str, name: &str) -> bool {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    !path.is_empty() && (name == path || name.strip_suffix(path).is_some_and(|folder| folder.ends_with('/')))
        || PREFIXES.iter().any(|prefix| path.strip_prefix(&prefix[1..]).is_some_and(|tail| is_same(tail, name)))
}

/// `certificate [option value …] name !name`; nothing for a comment.
fn entry(bytes: &[u8], location: Location) -> Result<Option<Entry<'_>>, &'static str> {
    let line = &bytes[location.span.range()];
    if line.first().is_none_or(|first| *first == b'#') {
        return Ok(None);
    }
    let (before, options, behind) = match (memchr::memchr(b'[', line), memchr::memrchr(b']', line)) {
        (Some(open), Some(close)) if open < close => (0..open, Some(open + 1..close), close + 1..line.len()),
        (None, None) => (0..line.len(), None, line.len()..line.len()),
        _ => return Err("the brackets of this entry do not match"),
    };
    let at = |range: std::ops::Range<usize>| {
        words(bytes, location.source, location.span.start as usize + range.start, range.len())
    };
    let mut first = at(before);
    let Some(certificate) = first.next() else { return Err("this entry names no certificate") };
    let names = first.chain(at(behind)).map(|word| word.text.into_owned()).filter(|name| !name.starts_with('!'));
    Ok(Some(Entry {
        home: location,
        certificate: certificate.text.into_owned(),
        names: names.collect(),
        options: options.map(|range| at(range).collect()).unwrap_or_default(),
    }))
}

/// Words between blanks: there are no quotes in such a list.
fn words(bytes: &[u8], source: SourceId, start: usize, length: usize) -> impl Iterator<Item = Argument<'_>> {
    let mut at = start;
    let end = start + length;
    std::iter::from_fn(move || {
        at += bytes[at..end].iter().take_while(|byte| is_blank(**byte)).count();
        let word = bytes[at..end].iter().take_while(|byte| !is_blank(**byte)).count();
        let span = Span::new(at, at + word);
        at += word;
        let text = String::from_utf8_lossy(&bytes[span.range()]);
        (word > 0).then_some(Argument { text, location: Location { source, span } })
    })
}
