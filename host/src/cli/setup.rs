//! What every command that reads files needs first: root, policy, engine and rules. Not what the command then does with
//! them.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::env;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use keyreeve::discover::{self, Discovery, Keep, Request, git_root, name_of, resolve, staged_file};
use keyreeve::formats::{in_rounds, keeping};
use keyreeve::policy::{Lock, OwnRule, Policy, Scope, find};
use keyreeve::progress::Line;
use keyreeve::report::escape::visible_lines;
use keyreeve::report::{PolicyReport, ScopeReport};
use keyreeve::rules::cache::Cache;
use keyreeve::rules::compile::{Compiler, Limits};
use keyreeve::rules::engine::Engine;
use keyreeve::rules::load::Loader;
use keyreeve::rules::set::{RuleSet, Selection};
use keyreeve::rules::store;
use keyreeve_facts::Passwords;
use keyreeve_source::Sources;
use keyreeve_source::regular;
use keyreeve_weak::blocklist::Blocklist;

use super::{BlocklistArgument, PasswordArgument, PolicyArgument};

/// The largest password file, in bytes.
const PASSWORD_FILE_BYTES: u64 = 1024 * 1024;

/// The policy in force and the folder that paths are relative to.
pub(super) struct Setup {
    /// The policy.
    pub(super) policy: Policy,
    /// The folder that names are relative to: that of the policy file, or else the git root, or else the current
    /// folder; names of files elsewhere are relative to their own folder.
    pub(super) root: PathBuf,
    /// Root of the repository, if there is one.
    pub(super) git: Option<PathBuf>,
}

impl Setup {
    /// Finds the policy for a run over these paths, and reads it. A policy that is named may lie in another checkout;
    /// paths are then relative to the git root of what is scanned.
    pub(super) fn new(argument: &PolicyArgument, start: &Path) -> Result<Self> {
        Self::with(argument, start, |_| None)
    }

    /// Like [`Self::new`], for a run over the index: a policy that git tracks is read as it is staged.
    pub(super) fn staged(argument: &PolicyArgument, start: &Path) -> Result<Self> {
        Self::with(argument, start, staged_file)
    }

    /// `indexed` replaces what is on disk.
    fn with(argument: &PolicyArgument, start: &Path, indexed: impl Fn(&Path) -> Option<Vec<u8>>) -> Result<Self> {
        let start = resolve(start);
        let folder = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
        let git = git_root(folder).map(|git| resolve(&git));
        let here = resolve(".".as_ref());
        let outer =
            git.clone().unwrap_or_else(|| if folder.starts_with(&here) { here.clone() } else { folder.to_owned() });
        let file = match &argument.file {
            Some(file) => Some(resolve(file)),
            None => find::find(folder, &here, |file| indexed(file).is_some()),
        };
        let Some(file) = file else {
            return Ok(Self { policy: Policy::built_in(), root: outer, git });
        };
        let lock = Lock::beside(&file);
        let is_found = argument.file.is_none();
        let tree = git.as_deref().or(file.parent()).unwrap_or(&here);
        if is_found {
            [&file, &lock].into_iter().try_for_each(|file| of_tree(file, tree))?;
        }
        let policy = match indexed(&file) {
            Some(bytes) => Policy::load(&file, &bytes),
            None => Policy::read(&file),
        }?;
        let mut policy = if is_found { policy.found() } else { policy };
        policy.apply(&match indexed(&lock) {
            Some(bytes) => Lock::load(&lock, &bytes),
            None => Lock::read(&lock),
        }?);
        let inside = |parent: &&Path| git.as_deref().is_none_or(|git| parent.starts_with(git));
        let own = file.parent().filter(|parent| folder.starts_with(parent)).filter(inside).map(Path::to_owned);
        Ok(Self { policy, root: own.unwrap_or(outer), git })
    }

    /// The path of the root below the git root, with `/` at its end.
    pub(super) fn prefix(&self) -> String {
        match self.git.as_deref().map(|git| name_of(git, &self.root)) {
            None => String::new(),
            Some(name) if name == "." => String::new(),
            Some(name) => name + "/",
        }
    }

    /// What the report says about the policy. `ignored` are further policy files that are not read, `sources` are those
    /// that the policy applies to.
    pub(super) fn report(&self, ignored: Vec<String>, sources: &Sources) -> PolicyReport {
        let path = self.policy.path().map(|path| name_of(&self.root, path));
        let policy = &self.policy;
        let covers = |scope: &Scope| sources.iter().any(|(_, source)| scope.covers(&source.name));
        let lesser =
            policy.scopes.iter().map(|scope| (scope, scope.lessens())).filter(|(_, states)| !states.is_empty());
        let scopes = lesser.filter(|(scope, _)| covers(scope));
        let scopes = scopes.map(|(scope, states)| ScopeReport { states, line: policy.line(scope.span) });
        PolicyReport {
            path,
            sha256: policy.sha256().to_owned(),
            ignored,
            fail_on: policy.fail_on,
            fail_on_line: policy.fail_on_line(),
            scopes: scopes.collect(),
        }
    }
}

/// Checks that a file that was found lies in the tree that it was found in. Reading a FIFO or a terminal there would
/// wait, and a link could lead to a file that its author cannot read: messages quote what is wrong in a policy.
fn of_tree(file: &Path, tree: &Path) -> Result<()> {
    if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        bail!("{} is not a file: make it one, or name the policy with --policy", file.display());
    }
    // A missing file is reported elsewhere.
    let leads_out = file.canonicalize().is_ok_and(|real| !real.starts_with(resolve(tree)));
    if leads_out {
        bail!("{} is a link that leads out of {}: name the policy with --policy", file.display(), tree.display());
    }
    Ok(())
}

/// Whether standard input is to be read; it cannot be combined with paths.
pub(super) fn reads_stdin(paths: &[PathBuf]) -> Result<bool> {
    let reads = paths.iter().any(|path| path == Path::new("-"));
    ensure!(
        !reads || paths.len() == 1,
        "`-` reads one source from standard input and stands alone; write ./- for a file of that name"
    );
    Ok(reads)
}

/// Where the search for the policy begins: the folder that contains all paths. If some lie inside of a repository and
/// some outside, their common folder means nothing, and the current folder is used.
pub(super) fn common_folder(paths: &[PathBuf]) -> PathBuf {
    let here = PathBuf::from(".");
    let mut resolved = paths.iter().map(|path| resolve(path));
    let Some(first) = resolved.next() else { return here };
    let common = resolved.fold(first, |common, path| {
        common.ancestors().find(|ancestor| path.starts_with(ancestor)).unwrap_or(Path::new("/")).to_owned()
    });
    let is_torn = git_root(&resolve(&here)).is_some_and(|git| {
        let git = resolve(&git);
        !common.starts_with(&git) && paths.iter().any(|path| resolve(path).starts_with(&git))
    });
    if is_torn { here } else { common }
}

/// Reads the passwords in a file. A warning is printed if others can read the file; nothing of it is shown.
pub(super) fn passwords(argument: &PasswordArgument) -> Result<Passwords> {
    let Some(file) = &argument.password_file else { return Ok(Passwords::default()) };
    let name = visible_lines(&file.to_string_lossy());
    let read = || {
        let opened = regular::open(file)?;
        let metadata = opened.metadata()?;
        let mut text = String::new();
        opened.take(PASSWORD_FILE_BYTES + 1).read_to_string(&mut text)?;
        io::Result::Ok((metadata, text))
    };
    let (metadata, text) = read().with_context(|| format!("the password file {name} cannot be read"))?;
    ensure!(text.len() as u64 <= PASSWORD_FILE_BYTES, "the password file {name} is larger than 1 MiB: it is none");
    if is_open_to_others(&metadata) {
        // If standard error itself fails, there is nowhere left to report that.
        drop(writeln!(io::stderr(), "warning: others can read the password file {name}: chmod 600 {name}"));
    }
    Ok(Passwords::of_lines(&text))
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o044 != 0
}

/// On other systems than Unix no mode shows this.
#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

/// What is examined: these paths, or the current folder if there are none, and the repositories that they lie in.
pub(super) fn trees(paths: &[PathBuf]) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let trees = paths.iter().map(|path| resolve(path));
    trees.flat_map(|tree| git_root(&tree).into_iter().chain([tree])).collect()
}

/// The repository that the command runs in, if there is one.
pub(super) fn repository() -> Vec<PathBuf> {
    git_root(&resolve(".".as_ref())).into_iter().collect()
}

/// The engine and all rules; `trees` are examined.
pub(super) fn rules(policy: &Policy, selection: &Selection, trees: &[PathBuf]) -> Result<(Engine, RuleSet)> {
    let engine = engine()?;
    let loader = loader(&engine, if policy.own_rules().next().is_some() { cache(trees) } else { None })?;
    let load_own = |own: &OwnRule<'_>| {
        let own = store::locate(own).map_err(|error| error.to_string())?;
        loader.load(&own).map_err(|error| error.to_string())
    };
    let rules = RuleSet::load(policy, selection, &load_own)?;
    for id in selection.names() {
        let known = rules.entries.iter().map(|entry| entry.rule.info.id.as_str());
        let known: Vec<&str> = known.chain(rules.unloaded.iter().map(|rule| rule.id.as_str())).collect();
        if !known.contains(&id) {
            return Err(unknown_rule(id, &known));
        }
    }
    Ok((engine, rules))
}

/// The sandbox.
pub(super) fn engine() -> Result<Engine> {
    Engine::new().map_err(|error| anyhow!("{error:#}")).context("the sandbox does not start")
}

/// The loader of custom rules.
pub(super) fn loader(engine: &Engine, cache: Option<Cache>) -> Result<Loader<'_>> {
    let compiler = env::current_exe().context("the program does not find itself, which compiles rules of your own")?;
    let compiler = Compiler::new(compiler, Limits::default());
    Ok(Loader { engine, compiler, cache, compiling: tell_of_compiling })
}

/// Tells a waiting user what takes so long.
#[allow(clippy::print_stderr, reason = "that is where people who wait look")]
fn tell_of_compiling(path: &str) {
    if io::stderr().is_terminal() {
        eprintln!("compiling {} for this machine, once", visible_lines(path));
    }
}

/// The cache of compiled rules, which must lie outside of all `trees`. Without a cache a run is slower, and a warning
/// says so.
pub(super) fn cache(trees: &[PathBuf]) -> Option<Cache> {
    let unusable = match Cache::of_user(trees) {
        Ok(cache) => return Some(cache),
        Err(unusable) => unusable,
    };
    // If standard error itself fails, there is nowhere left to report that.
    drop(writeln!(io::stderr(), "warning: compiled rules are not kept: {}", visible_lines(&unusable.to_string())));
    None
}

/// The error for a rule that does not exist.
pub(super) fn unknown_rule(id: &str, known: &[&str]) -> anyhow::Error {
    let nearest = known.iter().max_by(|a, b| strsim::jaro(id, a).total_cmp(&strsim::jaro(id, b)));
    let hint =
        nearest.filter(|nearest| strsim::jaro(id, nearest) > 0.7).map(|nearest| format!(", did you mean {nearest}"));
    anyhow!("there is no rule {id:?}{}; `keyreeve rule list` shows all", hint.unwrap_or_default())
}

/// The list of publicly known keys, if one is named.
pub(super) fn blocklist(argument: &BlocklistArgument) -> Result<Option<Blocklist>> {
    let open = |file: &PathBuf| {
        Blocklist::open(file).with_context(|| format!("the blocklist {} cannot be used", file.display()))
    };
    argument.blocklist.as_ref().map(open).transpose()
}

/// The files that are discovered on disk, and those that configurations among them include.
pub(super) fn walk(root: &Path, paths: &[PathBuf], keep: Keep<'_>) -> Discovery {
    let progress = Line::stderr("reading");
    let walk = |named: &BTreeSet<String>| {
        let request = Request { root, paths, keep: &keeping(named, keep) };
        Ok::<_, Infallible>(discover::walk(&request, &progress))
    };
    let Ok(found) = in_rounds(walk, |discovery| discovery);
    found
}
