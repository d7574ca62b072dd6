//! Reads the files of `crt-list`: one certificate per line, with options of TLS and names for SNI. Not what the options
//! mean.

use std::collections::HashMap;

use keyreeve_source::budget::Work;
use keyreeve_source::text::quoted_to;
use keyreeve_source::{Location, SourceId, Sources, Span};

use crate::ledger::{CutShort, Ledger};
use crate::tls::{Argument, is_placeholder};

use super::lexer::is_blank;
use super::parse::lines;

/// The folders in which HAProxy's packages and its image keep configurations.
const PREFIXES: [&str; 3] = ["/etc/haproxy/", "/usr/local/etc/haproxy/", "/opt/haproxy/"];

/// The most characters of a path in a message.
const PATH: usize = 200;

/// The files that can be lists: any file of the scan.
pub(super) struct Lists<'a> {
    sources: &'a Sources,
    names: HashMap<&'a str, SourceId>,
}

/// Reads one list.
pub(super) struct List;

/// The line of one certificate.
pub(super) struct Entry<'a> {
    /// The whole line.
    pub(super) home: Location,
    /// The file of the certificate.
    pub(super) certificate: String,
    /// The words in brackets.
    pub(super) options: Vec<Argument<'a>>,
    /// The SNI names that it applies to; if it has none, those in the certificate.
    pub(super) names: Vec<String>,
}

impl<'a> Lists<'a> {
    /// All sources, by name.
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, names: sources.names().collect() }
    }

    /// Finds the list that a path in a configuration means. The error says why it is unknown. A relative path is
    /// relative to `crt-base`, or else to the folder in which HAProxy is started. The list is searched from the folder
    /// of the configuration upwards; a path in one of HAProxy's own folders is also searched beside the configuration.
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

/// How many folders above a configuration are searched.
const DEPTH: usize = 32;

/// The folder of a file and those above it, each with its final `/`; the last one is the folder of the scan.
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
        // Each bind that names a list reads it again, and keeps about as many bytes as the list has.
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

/// Reads `certificate [option value …] name !name`. Returns `None` for a comment.
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

/// Words between blanks: such a list has no quotes.
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
