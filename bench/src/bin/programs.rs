//! Measures the program keyreeve beside ripgrep: one file, trees, start-up; time, and peak memory.
//! Figures are printed as ratios of runs that took turns, never asserted: a busy machine would fail an honest build.
//!
//! It links nothing of keyreeve: a child's peak memory begins with that of the process that started it, so that is kept
//! small.

#![allow(clippy::print_stdout, reason = "printing figures is what it is for")]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use keyreeve_bench::generate;
use keyreeve_bench::measure::{mebibytes, median, ratio, time};

/// The size of the tree that is compared, and those that show whether time is in proportion to size.
const TREE: usize = 10_000;
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn main() -> Result<()> {
    let keyreeve = env::args_os().nth(1).context("usage: programs KEYREEVE")?;
    let keyreeve = fs::canonicalize(keyreeve).context("the program to measure")?;
    let size = fs::metadata(&keyreeve)?.len();
    let bench = Bench { keyreeve: keyreeve.into(), ripgrep: ripgrep() };
    if bench.ripgrep.is_none() {
        println!("ripgrep (rg) is not installed: nothing is compared with it");
    }
    println!("the program is {}", mebibytes(size));
    println!("\n{:<28}{:>11}{:>11}{:>10}{:>8}{:>12}{:>10}", "", "keyreeve", "ripgrep", "ratio", "aim", "peak", "aim");
    bench.start()?;
    bench.one_file()?;
    bench.tree()?;
    println!("\n{:<28}{:>11}{:>11}{:>12}{:>12}", "a tree of", "keyreeve", "a file", "bytes", "peak");
    SIZES.iter().try_for_each(|&size| bench.proportion(size))
}

/// The programs.
struct Bench {
    keyreeve: OsString,
    ripgrep: Option<OsString>,
}

/// What one program took.
#[derive(Default)]
struct Taken {
    times: Vec<Duration>,
    peak: u64,
}

impl Bench {
    fn start(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        self.compare("--version", folder.path(), 60, &["--version"], &["--version"], ["", ""])
    }

    fn one_file(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("nginx.conf"), generate::NGINX)?;
        let (ours, theirs) = (["check", "nginx.conf"], ["-c", "ssl_", "nginx.conf"]);
        self.compare("check nginx.conf", folder.path(), 60, &ours, &theirs, ["3 ×", "40 MiB"])
    }

    fn tree(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        generate::tree(folder.path(), TREE)?;
        let (ours, theirs) = (["check", "."], ["-uu", "-c", "BEGIN|ssl_", "."]);
        self.compare(&format!("a tree of {TREE} files"), folder.path(), 15, &ours, &theirs, ["2 ×", "64 MiB"])
    }

    fn proportion(&self, files: usize) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let bytes = generate::tree(folder.path(), files)?;
        let mut taken = Taken::default();
        for _ in 0..6 {
            taken.run(&self.keyreeve, &["check", "."], folder.path())?;
        }
        let Taken { times, peak } = taken.warm();
        let whole = median(times);
        let each = time(whole / u32::try_from(files)?);
        println!("{:<28}{:>11}{each:>11}{:>12}{:>12}", files, time(whole), mebibytes(bytes), mebibytes(peak));
        Ok(())
    }

    /// Runs both by turns and prints a line; `aims` are the greatest ratio and peak memory that are wanted.
    fn compare(
        &self,
        what: &str,
        folder: &Path,
        repetitions: usize,
        ours: &[&str],
        theirs: &[&str],
        aims: [&str; 2],
    ) -> Result<()> {
        let (mut one, mut other) = (Taken::default(), Taken::default());
        for _ in 0..=repetitions {
            one.run(&self.keyreeve, ours, folder)?;
            if let Some(ripgrep) = &self.ripgrep {
                other.run(ripgrep, theirs, folder)?;
            }
        }
        let (Taken { times, peak }, other) = (one.warm(), other.warm());
        let one = median(times);
        let [theirs, ratio] = match other.times.is_empty() {
            true => ["-".to_owned(), "-".to_owned()],
            false => {
                let other = median(other.times);
                [time(other), ratio(one, other)]
            }
        };
        let [most, memory] = aims;
        println!("{what:<28}{:>11}{theirs:>11}{ratio:>10}{most:>8}{:>12}{memory:>10}", time(one), mebibytes(peak));
        Ok(())
    }
}

impl Taken {
    fn run(&mut self, program: &OsString, arguments: &[&str], folder: &Path) -> Result<()> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let used =
            command.spawn().and_then(wait4::Wait4::wait4).with_context(|| format!("{program:?} cannot be run"))?;
        self.times.push(start.elapsed());
        self.peak = self.peak.max(used.rusage.maxrss);
        // 1 is a finding for keyreeve and no match for ripgrep; anything above means that the work was not done.
        ensure!(matches!(used.status.code(), Some(0 | 1)), "{program:?} {arguments:?} ended with {}", used.status);
        Ok(())
    }

    /// Without the first run, which found nothing in the page cache.
    fn warm(mut self) -> Self {
        if !self.times.is_empty() {
            self.times.remove(0);
        }
        self
    }
}

/// ripgrep, if it is there.
fn ripgrep() -> Option<OsString> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join("rg")).find(|path| path.is_file()).map(OsString::from)
}
