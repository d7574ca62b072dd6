//! `keyreeve check`: discovers files, has everything judged, settles and reports. The library implements the stages;
//! this file defines their order, and which trees they see.

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::civil::Date;
use keyreeve::account::{self, Examined, Notes};
use keyreeve::discover;
use keyreeve::discover::{Discovery, GitError, Staged};
use keyreeve::finding::Status;
use keyreeve::formats::{self, Detail, matters};
use keyreeve::policy::FILE_NAME;
use keyreeve::progress::Line;
use keyreeve::report::{Account, Counts, Exit, Format, ProblemReport, Report, Run, statements};
use keyreeve::rules::engine::Engine;
use keyreeve::rules::set::{RuleSet, Selection};
use keyreeve::scan;
use keyreeve::scan::{Given, Judged, Understood};
use keyreeve::settle::{baseline, exceptions, problems};
use keyreeve_facts::Passwords;
use keyreeve_source::Sources;
use keyreeve_source::digest::{hex, sha256};
use keyreeve_source::problem::{Problem, Subject};
use keyreeve_source::regular;
use keyreeve_weak::blocklist::Blocklist;

use super::CheckArguments;
use super::output::{self, Terminal};
use super::setup::{self, Setup};

pub(super) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<Exit> {
    let started = jiff::Timestamp::now();
    let files = arguments.output.iter().map(output::Output::file).chain(arguments.write_baseline.as_deref());
    files.into_iter().try_for_each(output::can_be_written)?;
    let mut check = Check::new(arguments)?;
    let seen = check.discover()?;
    let mut report = check.report(seen, started)?;
    let mut faults = Vec::new();
    if let Some(file) = &arguments.write_baseline {
        let known = baseline::Baseline::of(&report.findings, &report.problems, &report.sources);
        match std::fs::write(file, known.to_string()) {
            // What has just been recorded as known fails no run, including this one.
            Ok(()) => drop(baseline::apply(&known, &mut report.findings, &mut report.problems)),
            Err(error) => faults.push(output::unwritten("baseline", file, error)),
        }
    }
    faults.extend(output::write(&report, arguments.format, &arguments.output, arguments.amount(), terminal));
    faults.iter().for_each(|fault| terminal.complain(fault));
    // What was found stands: an output that could not be written only keeps the run from counting as complete.
    Ok(if faults.is_empty() { report.exit() } else { report.exit().or_incomplete() })
}

/// A check with everything it needs.
pub(super) struct Check<'a> {
    arguments: &'a CheckArguments,
    setup: Setup,
    engine: Engine,
    rules: RuleSet,
    as_of: Date,
    passwords: Passwords,
    baseline: Option<(PathBuf, Vec<u8>, baseline::Baseline)>,
    blocklist: Option<Blocklist>,
    notes: Notes,
}

/// The tree that is judged.
pub(super) struct Seen {
    discovery: Discovery,
    /// The names that are judged; `None` means all. The others are context.
    judged: Option<BTreeSet<String>>,
    /// The names of the index, if it is what is read.
    staged: Option<BTreeSet<String>>,
}

impl<'a> Check<'a> {
    pub(super) fn new(arguments: &'a CheckArguments) -> Result<Self> {
        let reads_stdin = setup::reads_stdin(&arguments.paths)?;
        ensure!(!reads_stdin || !arguments.staged, "`-` and --staged exclude each other: leave one of them out");
        let start = if reads_stdin || arguments.staged { ".".into() } else { setup::common_folder(&arguments.paths) };
        let find = if arguments.staged { Setup::staged } else { Setup::new };
        let setup = find(&arguments.policy, &start)?;
        let selection = Selection { only: arguments.rule.clone(), skip: arguments.skip_rule.clone() };
        let (engine, rules) = setup::rules(&setup.policy, &selection, &setup::trees(&arguments.paths))?;
        let baseline = arguments.baseline.as_deref().map(read_baseline).transpose()?;
        let blocklist = setup::blocklist(&arguments.blocklist)?;
        let as_of = arguments.as_of.unwrap_or_else(|| jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date());
        let passwords = setup::passwords(&arguments.passwords)?;
        Ok(Self { arguments, setup, engine, rules, as_of, passwords, baseline, blocklist, notes: Notes::default() })
    }

    /// The sources that the command line asks for.
    pub(super) fn discover(&self) -> Result<Seen> {
        let progress = Line::stderr("reading");
        let root = &self.setup.root;
        let keep = |name: &str, bytes: &[u8]| is_policy(name) || self.notes.matters(name, bytes);
        if setup::reads_stdin(&self.arguments.paths)? {
            let discovery = discover::stdin(&self.arguments.stdin_name, io::stdin().lock());
            return Ok(Seen { discovery, judged: None, staged: None });
        }
        if self.arguments.staged {
            let staged = |named: &BTreeSet<String>| discover::staged(root, &formats::keeping(named, &keep), &progress);
            let Staged { mut discovery, names, mut changed, deleted } =
                formats::in_rounds(staged, |staged| &staged.discovery)?;
            // A text that nothing reads breaks nothing. All else may: a source, a link that leads elsewhere.
            let is_idle = |name: &String| discovery.passed.binary_search(name).is_ok();
            if !deleted.is_empty() || !changed.iter().all(is_idle) {
                changed.extend(self.affected(&mut discovery)?);
            }
            // Names come on top: a hook gets those of the files that are left, and none of what a commit deletes.
            let mut absent = Vec::new();
            for path in &self.arguments.paths {
                let name = discover::name_of(root, &discover::resolve_folder(path));
                let below = below(&name, &names);
                if below.is_empty() {
                    let message = "is not in the git index: `git add` it, or leave out --staged to read it from disk";
                    absent.push(Problem::path(name, message));
                }
                changed.extend(below);
            }
            discovery.problems.retain(|problem| is_of(problem, &changed));
            discovery.problems.append(&mut absent);
            return Ok(Seen { discovery, judged: Some(changed), staged: Some(names) });
        }
        let here = [PathBuf::from(".")];
        let paths = if self.arguments.paths.is_empty() { &here[..] } else { &self.arguments.paths };
        let discovery = setup::walk(root, paths, &keep);
        Ok(Seen { discovery, judged: None, staged: None })
    }

    /// The tree of a revision, and what configurations in it include.
    fn tree(&self, revision: &str) -> Result<Discovery, GitError> {
        let progress = Line::stderr("reading");
        let tree = |named: &BTreeSet<String>| {
            discover::tree(&self.setup.root, revision, &formats::keeping(named, &keep), &progress)
        };
        formats::in_rounds(tree, |discovery| discovery)
    }

    /// Names of the files with a finding or problem that HEAD does not have. A commit can break what it does not touch,
    /// by deleting the snippet that a server includes, or a key's entry in the inventory.
    fn affected(&self, index: &mut Discovery) -> Result<BTreeSet<String>> {
        let mut head = match self.tree("HEAD") {
            Ok(head) => head,
            // Before the first commit everything is new.
            Err(GitError::UnknownRevision { .. }) => return Ok(BTreeSet::new()),
            Err(error) => return Err(error.into()),
        };
        let known = self.known(&mut head);
        let (now, Judged { mut findings, .. }) = self.judge(index, None);
        let mut problems = problems::settled(now.problems, &[], &index.sources);
        baseline::apply(&known, &mut findings, &mut problems);
        let new = findings.into_iter().filter(|finding| finding.status == Status::Open);
        let broken = problems.iter().filter(|entry| entry.fails()).filter_map(|entry| entry.problem.place());
        let places = new.map(|finding| finding.location).chain(broken);
        Ok(places.map(|place| index.sources[place.source].name.clone()).collect())
    }

    /// What is said of a tree that another is compared with.
    fn known(&self, earlier: &mut Discovery) -> baseline::Baseline {
        let (understood, judged) = self.judge(earlier, None);
        let all = [std::mem::take(&mut earlier.problems), understood.problems].concat();
        let problems = problems::settled(all, &[], &earlier.sources);
        baseline::Baseline::of(&judged.findings, &problems, &earlier.sources)
    }

    fn judge(&self, discovery: &mut Discovery, judged: Option<&BTreeSet<String>>) -> (Understood, Judged) {
        let weighs = self.rules.running().any(|entry| entry.rule.kinds.iter().any(|kind| scan::has_keys(*kind)));
        let given = Given { passwords: &self.passwords, blocklist: self.blocklist.as_ref(), weighs };
        let mut understood = scan::understand(&mut discovery.sources, &self.setup.policy, Detail::Judged, &given);
        if let Some(names) = judged {
            understood.restrict(names, &discovery.sources);
        }
        let facts = std::mem::take(&mut understood.facts);
        let judged = scan::judged(&self.engine, &self.rules, facts, &discovery.sources, self.as_of);
        (understood, judged)
    }

    /// What became of each file.
    fn account(
        &self,
        discovery: &Discovery,
        judged: Option<&BTreeSet<String>>,
        understood: &Understood,
        problems: &[ProblemReport],
    ) -> Result<Account> {
        let examined = Examined {
            files: judged.map_or(discovery.files, BTreeSet::len),
            sources: &discovery.sources,
            noted: self.notes.take(),
            judged,
            named: self.named()?,
        };
        Ok(examined.account(understood, problems, &is_policy))
    }

    /// Judges, settles, and puts everything together.
    pub(super) fn report(&mut self, seen: Seen, started: jiff::Timestamp) -> Result<Report> {
        let Seen { mut discovery, judged, staged } = seen;
        let (mut understood, answers) = self.judge(&mut discovery, judged.as_ref());
        let Judged { counts: facts, mut findings, judgements, problems: faults } = answers;
        let loading = self.rules.problems.iter().cloned();
        let altered = scan::altered(&discovery.sources);
        let read = std::mem::take(&mut understood.problems);
        let problems = [std::mem::take(&mut discovery.problems), read, loading.collect(), faults, altered].concat();
        let mut problems = problems::settled(problems, &self.setup.policy.scopes, &discovery.sources);
        let mut covered =
            exceptions::apply(&self.setup.policy, self.as_of, &mut findings, &mut problems, &discovery.sources);
        let partial = self.is_partial();
        if partial {
            // If only a part of the tree or of the rules is examined, nobody can say that an exception matches nothing.
            exceptions::leave_out_unused(&mut covered, &mut findings, &mut problems);
        }
        let root = &self.setup.root;
        let is_gone = |path: &str| match &staged {
            Some(names) => !names.contains(path),
            None => root.join(path).symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound),
        };
        let stale_baseline = match &self.baseline {
            Some((_, _, known)) => baseline::apply_renamed(known, &mut findings, &mut problems, &is_gone),
            None => Vec::new(),
        };
        if let Some(revision) = &self.arguments.new_since {
            let mut earlier = self.tree(revision)?;
            baseline::apply_renamed(&self.known(&mut earlier), &mut findings, &mut problems, &is_gone);
        }
        let rules = self.rules.reports(&judgements);
        let account = self.account(&discovery, judged.as_ref(), &understood, &problems)?;
        let mut statements = statements::assess(&rules, &findings, &covered, &facts);
        account::explain(&mut statements, &rules, &account);
        let mut report = Report {
            statements,
            run: self.run(started, &discovery.sources),
            rules,
            counts: Counts {
                files: judged.as_ref().map_or(discovery.files, BTreeSet::len),
                bytes: discovery.bytes,
                account,
                skipped: discovery.skipped,
                facts,
            },
            findings,
            problems,
            exceptions: covered,
            stale_baseline: if partial { Vec::new() } else { stale_baseline },
            sources: discovery.sources,
            secrets: understood.secrets,
            private: understood.private,
        };
        report.hide_private();
        Ok(report)
    }
}

impl Check<'_> {
    /// The paths of the command line, as sources are called.
    fn named(&self) -> Result<Vec<String>> {
        if setup::reads_stdin(&self.arguments.paths)? {
            return Ok(vec![self.arguments.stdin_name.clone()]);
        }
        let name = |path: &PathBuf| discover::name_of(&self.setup.root, &discover::resolve(path));
        Ok(self.arguments.paths.iter().map(name).collect())
    }

    /// Whether only a part of the tree or of the rules is examined.
    fn is_partial(&self) -> bool {
        let paths = &self.arguments.paths;
        let whole = paths.is_empty() && discover::resolve(Path::new(".")) == self.setup.root
            || paths.iter().any(|path| discover::resolve(path) == self.setup.root);
        !whole || self.arguments.staged || !self.arguments.rule.is_empty() || !self.arguments.skip_rule.is_empty()
    }

    fn run(&self, started: jiff::Timestamp, sources: &Sources) -> Run {
        let fail_on = match self.arguments.fail_on {
            Some(fail_on) => fail_on.severity(),
            None => self.setup.policy.fail_on,
        };
        let own = self.setup.policy.path().map(|path| discover::name_of(&self.setup.root, path));
        let ignored =
            sources.iter().filter(|(_, source)| is_policy(&source.name) && Some(&source.name) != own.as_ref());
        let options = [("--rule", &self.arguments.rule), ("--skip-rule", &self.arguments.skip_rule)];
        let rules = options.iter().flat_map(|(name, ids)| ids.iter().map(move |id| format!("{name} {id}")));
        let parts = self.arguments.paths.iter().filter(|path| discover::resolve(path) != self.setup.root);
        let paths = parts.map(|path| path.to_string_lossy().into_owned());
        let staged = self.arguments.staged.then(|| "--staged".to_owned());
        let since = self.arguments.new_since.iter().map(|revision| format!("--new-since {revision}"));
        // Asking git takes longer than judging a file, and so does hashing a blocklist, so this is done only if the
        // result is written.
        let formats = self.arguments.output.iter().map(|output| output.format).chain([self.arguments.format]);
        let is_recorded = formats.into_iter().any(|format| matches!(format, Format::Json | Format::Sarif));
        let git = self.setup.git.as_deref().filter(|_| is_recorded);
        Run {
            version: env!("CARGO_PKG_VERSION"),
            as_of: self.as_of,
            started,
            root: self.setup.root.clone(),
            prefix: self.setup.prefix(),
            commit: git.and_then(discover::commit),
            repository: git.and_then(discover::repository),
            policy: self.setup.report(ignored.map(|(_, source)| source.name.clone()).collect(), sources),
            baseline: self.baseline.as_ref().map(|(path, bytes, _)| {
                (discover::name_of(&self.setup.root, &discover::resolve(path)), hex(&sha256(bytes)))
            }),
            blocklist: self
                .blocklist
                .as_ref()
                .filter(|_| is_recorded)
                .zip(self.arguments.blocklist.blocklist.as_deref())
                .map(|(list, path)| (discover::name_of(&self.setup.root, &discover::resolve(path)), list.sha256())),
            filters: rules.chain(staged).chain(since).chain(paths).collect(),
            fail_on,
            fail_on_undetermined: self.arguments.fail_on_undetermined,
            require_understood: self.arguments.require_understood,
            is_of_named_rules: !self.arguments.rule.is_empty(),
        }
    }
}

/// Whether a file is read at all. Further policy files are kept, so that the report can name them.
fn keep(name: &str, bytes: &[u8]) -> bool {
    is_policy(name) || matters(name, bytes)
}

fn is_policy(name: &str) -> bool {
    name.rsplit('/').next() == Some(FILE_NAME)
}

/// The name of the tree that is meant, or the names below the folder that is meant.
fn below(name: &str, names: &BTreeSet<String>) -> BTreeSet<String> {
    if name == "." {
        return names.clone();
    }
    let folder = format!("{name}/");
    let inside = names.range(folder.clone()..).take_while(|inner| inner.starts_with(&folder));
    names.get(name).into_iter().chain(inside).cloned().collect()
}

/// Whether a problem of discovery concerns one of these names.
fn is_of(problem: &Problem, names: &BTreeSet<String>) -> bool {
    !matches!(&problem.subject, Subject::Path(path) if !names.contains(path))
}

fn read_baseline(path: &Path) -> Result<(PathBuf, Vec<u8>, baseline::Baseline)> {
    let name = path.to_string_lossy();
    let mut bytes = Vec::new();
    regular::open(path)
        .and_then(|file| file.take(baseline::SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes))
        .with_context(|| format!("the baseline {name} cannot be read; --write-baseline {name} makes one"))?;
    match baseline::Baseline::load(&name, &bytes) {
        Ok(baseline) => Ok((path.to_owned(), bytes, baseline)),
        Err(error) => bail!("{error}"),
    }
}
