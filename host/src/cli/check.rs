//! `keyreeve check`: discovers, has everything judged, settles and reports. The stages are the library's; here is only
//! their order, and which trees they see.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::civil::Date;
use keyreeve::discover::{self, Discovery, Request};
use keyreeve::facts::read::{Detail, matters};
use keyreeve::finding::Status;
use keyreeve::policy::FILE_NAME;
use keyreeve::problem::Problem;
use keyreeve::progress::Line;
use keyreeve::report::{Counts, ExceptionState, Exit, Format, Report, Run, statements};
use keyreeve::rules::engine::Engine;
use keyreeve::rules::set::{RuleSet, Selection};
use keyreeve::scan::{self, Judged, Understood};
use keyreeve::settle::{baseline, exceptions};
use sha2::{Digest as _, Sha256};

use super::CheckArguments;
use super::output::{self, Terminal};
use super::setup::{self, Setup};

pub(super) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<Exit> {
    let started = jiff::Timestamp::now();
    let mut check = Check::new(arguments)?;
    let seen = check.discover()?;
    let mut report = check.report(seen, started)?;
    if let Some(file) = &arguments.write_baseline {
        let known = baseline::Baseline::of(&report.findings, &report.sources);
        let written = std::fs::write(file, known.to_string());
        written.with_context(|| format!("the baseline {} cannot be written", file.display()))?;
        // What has just been written down as known fails no run, this one included.
        baseline::apply(&known, &mut report.findings);
    }
    output::write(&report, arguments.format, &arguments.output, arguments.quiet, terminal)?;
    Ok(report.exit())
}

/// A check with everything it needs.
pub(super) struct Check<'a> {
    arguments: &'a CheckArguments,
    setup: Setup,
    engine: Engine,
    rules: RuleSet,
    as_of: Date,
    baseline: Option<(PathBuf, Vec<u8>, baseline::Baseline)>,
}

/// The tree that is judged.
pub(super) struct Seen {
    discovery: Discovery,
    /// The names that are judged; all, if there are none. The others are context.
    judged: Option<BTreeSet<String>>,
}

impl<'a> Check<'a> {
    pub(super) fn new(arguments: &'a CheckArguments) -> Result<Self> {
        let reads_stdin = arguments.paths.iter().any(|path| path == Path::new("-"));
        ensure!(!reads_stdin || arguments.paths.len() == 1, "`-` stands alone: one source from standard input");
        ensure!(!reads_stdin || !arguments.staged, "`-` and --staged exclude each other");
        let start = if reads_stdin || arguments.staged { ".".into() } else { setup::common_folder(&arguments.paths) };
        let setup = Setup::new(&arguments.policy, &start)?;
        let selection = Selection { only: arguments.rule.clone(), skip: arguments.skip_rule.clone() };
        let (engine, rules) = setup::rules(&setup.policy, &selection)?;
        let baseline = arguments.baseline.as_deref().map(read_baseline).transpose()?;
        let as_of = arguments.as_of.unwrap_or_else(|| jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date());
        Ok(Self { arguments, setup, engine, rules, as_of, baseline })
    }

    /// The sources that the command line asks for.
    pub(super) fn discover(&self) -> Result<Seen> {
        let progress = Line::stderr("reading");
        let root = &self.setup.root;
        if self.arguments.paths.iter().any(|path| path == Path::new("-")) {
            let discovery = discover::stdin(&self.arguments.stdin_name, io::stdin().lock());
            return Ok(Seen { discovery, judged: None });
        }
        if self.arguments.staged {
            let staged = discover::staged(root, &keep, &progress)?;
            let named = self.arguments.paths.iter().map(|path| discover::name_of(root, &discover::resolve(path)));
            let named: BTreeSet<String> = named.collect();
            let judged = if named.is_empty() { staged.changed } else { below(&named, &staged.discovery) };
            return Ok(Seen { discovery: staged.discovery, judged: Some(judged) });
        }
        let here = [PathBuf::from(".")];
        let paths = if self.arguments.paths.is_empty() { &here[..] } else { &self.arguments.paths };
        let discovery = discover::walk(&Request { root, paths, keep: &keep }, &progress);
        Ok(Seen { discovery, judged: None })
    }

    fn judge(&self, discovery: &Discovery, judged: Option<&BTreeSet<String>>) -> (Understood, Judged) {
        let mut understood = scan::understand(&discovery.sources, &self.setup.policy, Detail::Judged);
        if let Some(names) = judged {
            understood.restrict(names, &discovery.sources);
        }
        let answers = scan::judged(&self.engine, &self.rules, &understood.facts, &discovery.sources, self.as_of);
        (understood, answers)
    }

    /// Judges, settles, and puts everything together.
    pub(super) fn report(&mut self, seen: Seen, started: jiff::Timestamp) -> Result<Report> {
        let Seen { discovery, judged } = seen;
        let (understood, answers) = self.judge(&discovery, judged.as_ref());
        let facts = understood.counts();
        let Judged { mut findings, judgements, problems: faults } = answers;
        let problems = self.problems(discovery.problems, judged.as_ref(), understood.problems, faults);
        let (mut covered, problems) =
            exceptions::apply(&self.setup.policy, self.as_of, &mut findings, problems, &discovery.sources);
        if self.is_partial() {
            // Of a part of the tree or of the rules nobody can say that an exception matches nothing.
            covered.retain(|exception| exception.state != ExceptionState::Unused);
            renumber(&mut findings, &self.setup.policy, &covered);
        }
        let stale_baseline = match &self.baseline {
            Some((_, _, known)) => baseline::apply(known, &mut findings),
            None => Vec::new(),
        };
        if let Some(revision) = &self.arguments.new_since {
            let earlier = discover::tree(&self.setup.root, revision, &keep, &Line::stderr("reading"))?;
            baseline::mark_known(&mut findings, &self.judge(&earlier, None).1.findings);
        }
        let rules = self.rules.reports(&judgements);
        Ok(Report {
            statements: statements::assess(&rules, &findings, &covered),
            run: self.run(started, &discovery.sources),
            rules,
            counts: Counts {
                files: judged.as_ref().map_or(discovery.files, BTreeSet::len),
                bytes: discovery.bytes,
                formats: understood.formats,
                skipped: discovery.skipped,
                facts,
            },
            findings,
            problems,
            exceptions: covered,
            stale_baseline: if self.is_partial() { Vec::new() } else { stale_baseline },
            sources: discovery.sources,
            secrets: understood.secrets,
        })
    }
}

impl Check<'_> {
    /// Whether only a part of the tree or of the rules is looked at.
    fn is_partial(&self) -> bool {
        let paths = &self.arguments.paths;
        let whole = paths.is_empty() && discover::resolve(Path::new(".")) == self.setup.root
            || paths.iter().any(|path| discover::resolve(path) == self.setup.root);
        !whole || self.arguments.staged || !self.arguments.rule.is_empty() || !self.arguments.skip_rule.is_empty()
    }

    /// Everything that could not be processed, by stage. Of the tree only what is judged, unless nothing is left out.
    fn problems(
        &self,
        discovered: Vec<Problem>,
        judged: Option<&BTreeSet<String>>,
        understood: Vec<Problem>,
        faults: Vec<Problem>,
    ) -> Vec<Problem> {
        let named = |problem: &Problem| match (&problem.subject, judged) {
            (keyreeve::problem::Subject::Path(path), Some(names)) => names.contains(path),
            _ => true,
        };
        let mut problems: Vec<Problem> = discovered.into_iter().filter(named).collect();
        problems.extend(understood);
        problems.extend(self.rules.problems.iter().cloned());
        problems.extend(faults);
        problems
    }

    fn run(&self, started: jiff::Timestamp, sources: &keyreeve::source::Sources) -> Run {
        let fail_on = match self.arguments.fail_on {
            Some(fail_on) => fail_on.severity(),
            None => self.setup.policy.fail_on,
        };
        let own = self.setup.policy.path();
        let ignored = sources.iter().filter(|(_, source)| {
            source.name.rsplit('/').next() == Some(FILE_NAME)
                && source.file.as_deref().map(discover::resolve).as_deref() != own
        });
        let options = [("--rule", &self.arguments.rule), ("--skip-rule", &self.arguments.skip_rule)];
        let rules = options.iter().flat_map(|(name, ids)| ids.iter().map(move |id| format!("{name} {id}")));
        let paths = self.arguments.paths.iter().map(|path| path.to_string_lossy().into_owned());
        let staged = self.arguments.staged.then(|| "--staged".to_owned());
        let since = self.arguments.new_since.iter().map(|revision| format!("--new-since {revision}"));
        // Asking git takes longer than judging a file, so it is asked only where the answer is written.
        let formats = self.arguments.output.iter().map(|output| output.format).chain([self.arguments.format]);
        let names_commit = formats.into_iter().any(|format| matches!(format, Format::Json | Format::Sarif));
        let git = self.setup.git.as_deref().filter(|_| names_commit);
        Run {
            version: env!("CARGO_PKG_VERSION"),
            as_of: self.as_of,
            started,
            root: self.setup.root.clone(),
            prefix: self.setup.prefix(),
            commit: git.and_then(discover::commit),
            repository: git.and_then(discover::repository),
            policy: self.setup.report(ignored.map(|(_, source)| source.name.clone()).collect()),
            baseline: self.baseline.as_ref().map(|(path, bytes, _)| {
                let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                (discover::name_of(&self.setup.root, &discover::resolve(path)), sha256)
            }),
            filters: rules.chain(staged).chain(since).chain(paths).collect(),
            fail_on,
            fail_on_undetermined: self.arguments.fail_on_undetermined,
        }
    }
}

/// What of a tree is read at all. Further policy files are, so that the report can name them.
fn keep(name: &str, bytes: &[u8]) -> bool {
    name.rsplit('/').next() == Some(FILE_NAME) || matters(name, bytes)
}

/// The sources that are named, or lie in a folder that is.
fn below(named: &BTreeSet<String>, discovery: &Discovery) -> BTreeSet<String> {
    let all = discovery.sources.iter().map(|(_, source)| source.name.as_str());
    let problems = discovery.problems.iter().filter_map(|problem| match &problem.subject {
        keyreeve::problem::Subject::Path(path) => Some(path.as_str()),
        _ => None,
    });
    let is_named = |name: &&str| {
        let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        named.contains(".") || std::iter::once(*name).chain(folders).any(|path| named.contains(path))
    };
    let matching: BTreeSet<String> = all.chain(problems).filter(is_named).map(str::to_owned).collect();
    // Files that hold nothing for us were examined all the same.
    matching.into_iter().chain(named.iter().filter(|name| *name != ".").cloned()).collect()
}

/// Positions of exceptions, after those that the report leaves out.
fn renumber(
    findings: &mut [keyreeve::finding::Finding],
    policy: &keyreeve::policy::Policy,
    kept: &[keyreeve::report::ExceptionReport],
) {
    let lines: Vec<u32> = kept.iter().map(|exception| exception.line).collect();
    for finding in findings {
        if let Status::Excepted(index) = finding.status {
            let line = policy.line(policy.exceptions[index].span);
            if let Some(position) = lines.iter().position(|kept| *kept == line) {
                finding.status = Status::Excepted(position);
            }
        }
    }
}

fn read_baseline(path: &Path) -> Result<(PathBuf, Vec<u8>, baseline::Baseline)> {
    let name = path.to_string_lossy();
    let bytes = std::fs::read(path)
        .with_context(|| format!("the baseline {name} cannot be read; --write-baseline {name} makes one"))?;
    match baseline::Baseline::load(&name, &bytes) {
        Ok(baseline) => Ok((path.to_owned(), bytes, baseline)),
        Err(error) => bail!("{error}"),
    }
}
