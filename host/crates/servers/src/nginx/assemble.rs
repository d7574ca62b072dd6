//! Finds the main configurations and the fragments among all files, and makes the facts of each. The facts themselves
//! are made in `servers` and `upstreams`.

use std::collections::BTreeSet;
use std::rc::Rc;

use keyreeve_contract::{Side, Transport};
use keyreeve_facts::{Facts, Reading};
use keyreeve_source::budget::Budget;
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, SourceId, Sources};

use crate::endpoint::{Collector, Endpoint};

use super::expand::{Expander, Level};
use super::files::{FileId, Files};
use super::paths;
use super::paths::{Base, Context};
use super::servers;
use super::servers::Group;
use super::settings;
use super::settings::{Directives, GRPC, Outer, PROXY, SERVER, Scope, UWSGI};
use super::tls::Reader;
use super::tree::Parsed;
use super::upstreams;
use super::upstreams::Surroundings;

/// Why it is unknown what a fragment inherits.
const ALONE: &str = "no configuration in the scanned tree includes this file, so what it inherits is not known";

/// Makes the facts of all nginx configurations of a scan. The problems of parsing are among those of the reading.
///
/// A main configuration is a file with an `http`, `stream`, `mail` or `events` block, or the first file of a dump. Its
/// includes are followed in the tree; a source that was not given as parsed is read if an include names it. A file that
/// no main configuration reaches is a fragment, which is judged alone unless another fragment includes it. The budget
/// pays for the work; where it runs out, that is a problem and the rest is unknown.
pub fn assemble(parsed: &[Parsed], sources: &Sources, budget: &Budget) -> Reading {
    let files = Files::new(parsed, sources, budget);
    files.pay_for_trees(parsed);
    let (facts, late) = facts(parsed, &files);
    let mut problems = files.into_problems();
    problems.extend(parsed.iter().flat_map(|parsed| parsed.problems.iter().cloned()).chain(late));
    Reading { facts, problems: problems.into_iter().collect(), secrets: Vec::new() }
}

/// Sources that an include names but that were not given as parsed.
pub(super) fn named(parsed: &[Parsed], sources: &Sources) -> Vec<SourceId> {
    let budget = Budget::of(parsed.iter().map(|parsed| sources[parsed.source].len() as u64).sum());
    let files = Files::new(parsed, sources, &budget);
    files.pay_for_trees(parsed);
    let _ = facts(parsed, &files);
    files.late().map(|parsed| parsed.source).collect()
}

/// The facts, and the problems of parsing sources that were not given.
fn facts<'f>(parsed: &[Parsed], files: &'f Files<'f>) -> (Facts, Vec<Problem>) {
    let mut work = Work::new(files);
    let all: Vec<FileId> = parsed.iter().flat_map(ids).collect();
    let (mains, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|&id| is_main(files, id));
    let included = work.included(&mains);
    for &id in mains.iter().filter(|id| !included.contains(id)).chain(&mains) {
        if !work.reached.contains(&id) {
            work.main(id);
        }
    }
    let rest: Vec<FileId> = rest.into_iter().filter(|id| !work.reached.contains(id)).collect();
    let included = work.included(&rest);
    for &id in rest.iter().filter(|id| !included.contains(id)).chain(&rest) {
        if !work.reached.contains(&id) {
            work.fragment(id);
        }
    }
    (work.out.finish(), files.late().flat_map(|parsed| parsed.problems.iter().cloned()).collect())
}

fn ids(parsed: &Parsed) -> impl Iterator<Item = FileId> {
    let source = parsed.source;
    (0..parsed.files.len()).map(move |part| FileId { source, part: part as u32 })
}

/// Whether a file is a whole configuration, by its outermost blocks.
fn is_main<'f>(files: &'f Files<'f>, id: FileId) -> bool {
    let file = files.file(id);
    let first_of_dump = file.path.is_some() && id.part == 0;
    first_of_dump
        || files
            .lines(id.source, file.directives)
            .any(|line| line.block().is_some() && matches!(&*line.name(), b"http" | b"stream" | b"mail" | b"events"))
}

struct Work<'f> {
    files: &'f Files<'f>,
    reached: BTreeSet<FileId>,
    reader: Reader<'f>,
    out: Collector<'f>,
}

impl<'f> Work<'f> {
    fn new(files: &'f Files<'f>) -> Self {
        let (reader, out) = (Reader::new(&files.ledger), Collector::new(&files.ledger));
        Self { files, reached: BTreeSet::new(), reader, out }
    }

    /// The files that others of these include, themselves aside, as far as the budget lasts. The budget reports by
    /// itself when it runs out.
    fn included(&self, of: &[FileId]) -> BTreeSet<FileId> {
        let mut included = BTreeSet::new();
        for &id in of {
            let directives = self.files.file(id).directives;
            let mut runs = vec![directives];
            while let Some(run) = runs.pop() {
                for line in self.files.lines(id.source, run) {
                    runs.extend(line.block());
                    if *line.name() == *b"include" {
                        let found = paths::resolve(self.files, self.base(id), line.head(), &line.text(0));
                        let Ok(found) = found else { return included };
                        included.extend(found.into_iter().filter(|&found| found != id));
                    }
                }
            }
        }
        included
    }

    /// Where a file's includes are searched.
    fn base(&self, id: FileId) -> Base<'f> {
        let files = self.files;
        let file = files.file(id);
        if file.path.is_some() {
            let first = FileId { source: id.source, part: 0 };
            return Base::Dump(paths::folder(files.name(first)));
        }
        let folder = paths::folder(files.name(id));
        if is_main(files, id) { Base::Folder(folder) } else { Base::Above(folder) }
    }

    fn main(&mut self, id: FileId) {
        let level = self.expand(id, Context::Main);
        for group in [Group::Http, Group::Stream, Group::Mail] {
            for (line, level) in level.blocks(group.name()) {
                let scope = Scope { level, outer: Outer::Complete };
                let any = servers::all(group, &scope, &mut self.reader, &mut self.out);
                // Servers outside of the tree inherit what the block states.
                if !any && level.open {
                    let identity = format!("{}/TLS settings", group.name());
                    self.settings(&scope, line.head(), &SERVER, identity);
                }
            }
        }
    }

    fn fragment(&mut self, id: FileId) {
        let level = self.expand(id, Context::Group);
        let scope = Scope { level: &level, outer: Outer::Unread(&Rc::from(ALONE)) };
        let group = group_of(&level);
        let Some(home) = home(&level) else { return };
        if !servers::all(group, &scope, &mut self.reader, &mut self.out) {
            self.settings(&scope, home, &SERVER, "fragment/TLS settings".to_owned());
        }
        if level.blocks("server").next().is_some() {
            return;
        }
        let identity = "fragment".to_owned();
        let server = upstreams::Server { group, scope: &scope, home, identity, secure: true, plain: true };
        let before = self.out.len();
        let done = upstreams::all(&server, &Surroundings::new(&level), &mut self.reader, &mut self.out);
        if done.is_ok() && self.out.len() == before {
            for directives in [&PROXY, &GRPC, &UWSGI] {
                self.settings(&scope, home, directives, format!("fragment/{}", directives.protocols));
            }
        }
    }

    /// Adds an endpoint for settings that nothing in the tree uses, if the block states any.
    fn settings(&mut self, scope: &Scope<'_, '_>, home: Location, directives: &Directives, identity: String) {
        if !directives.names().any(|name| scope.level.stated(name).is_some()) {
            return;
        }
        let tls = self.reader.tls(scope, directives, home);
        let _ = self.out.push(Endpoint {
            side: if directives.is_server() { Side::Server } else { Side::Client },
            transport: Transport::Tls,
            transport_at: None,
            names: Vec::new(),
            local: false,
            tls,
            home,
            label: format!("TLS settings {}*", directives.prefix()),
            identity,
            addresses: Vec::new(),
        });
    }

    fn expand(&mut self, id: FileId, context: Context) -> Level<'f> {
        let base = self.base(id);
        self.files.ledger.next_stage();
        let level = Expander::new(self.files, base, &mut self.reached).file(id, context);
        self.files.ledger.next_stage();
        level
    }
}

/// The place of a fragment as a whole: its first directive about TLS, or else its first directive.
fn home(level: &Level<'_>) -> Option<Location> {
    let lines = || level.items.iter().map(|item| item.line);
    let first = lines().find(|line| settings::known(&line.name()).is_some()).or_else(|| lines().next());
    first.map(|line| line.head())
}

/// The kind of a fragment's servers, judging by directives that only one kind has.
fn group_of(level: &Level<'_>) -> Group {
    const MAIL: [&str; 6] = ["protocol", "starttls", "auth_http", "smtp_auth", "imap_auth", "pop3_auth"];
    const STREAM: [&str; 2] = ["proxy_pass", "ssl_preread"];
    let has = |names: &[&'static str]| {
        level.blocks("server").any(|(_, server)| names.iter().any(|name| server.named(name).next().is_some()))
    };
    if has(&MAIL) {
        Group::Mail
    } else if has(&STREAM) {
        Group::Stream
    } else {
        Group::Http
    }
}
