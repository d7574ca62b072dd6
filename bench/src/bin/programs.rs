//! Measures the program keyreeve beside ripgrep: one file, trees, start-up; and certificates beside what else reads them; time, and peak memory.
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
/// Certificates in the bundle that is compared, and in the one that shows how much memory they take.
const BUNDLE: usize = 2_000;
const LARGE_BUNDLE: usize = 100_000;
/// 1 is a finding for keyreeve and no match for ripgrep; anything above means that the work was not done.
const DONE: &[i32] = &[0, 1];
/// What badkeys looks for without its list of keys, which it would have to fetch.
const BADKEYS: &str = "fermat,roca,rsainvalid,rsapoly,sharedprimes,smalld,smallfactors,dsasparse,xzbackdoor";
/// A linter that reads one certificate a run is given so many.
const LINTED: usize = 4;

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
    SIZES.iter().try_for_each(|&size| bench.proportion(size))?;
    bench.certificates()?;
    bench.large_bundle()
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
            taken.run(&self.keyreeve, &["check", "."], folder.path(), DONE)?;
        }
        let Taken { times, peak } = taken.warm();
        let whole = median(times);
        let each = time(whole / u32::try_from(files)?);
        println!("{:<28}{:>11}{each:>11}{:>12}{:>12}", files, time(whole), mebibytes(bytes), mebibytes(peak));
        Ok(())
    }

    /// Certificates a second of the whole check, beside programs that read or judge certificates; of those, what is not here is passed over.
    fn certificates(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("bundle.pem"), generate::bundle(BUNDLE))?;
        fs::write(path("bundle.lines"), generate::lines(BUNDLE))?;
        fs::write(path("one.pem"), generate::bundle(1))?;
        let program = |program: &OsString| program.to_string_lossy().into_owned();
        let ours = program(&self.keyreeve);
        let python =
            |name: &str| env::var("BENCH_PYTHON").map(|folder| format!("{folder}/bin/{name}")).unwrap_or_default();
        let rivals: [(&str, usize, &[i32], Vec<String>); 5] = [
            ("keyreeve, all cores", BUNDLE, DONE, vec![ours.clone(), "check".into(), "bundle.pem".into()]),
            (
                "keyreeve, one core",
                BUNDLE,
                DONE,
                ["taskset", "-c", "0", &ours, "check", "bundle.pem"].map(str::to_owned).into(),
            ),
            (
                "openssl storeutl -text",
                BUNDLE,
                &[0],
                ["openssl", "storeutl", "-noout", "-text", "-certs", "bundle.pem"].map(str::to_owned).into(),
            ),
            (
                "badkeys",
                BUNDLE,
                // Bits for keys that it does not know and for weak ones; the lowest is for errors.
                &[0, 2, 4, 6],
                [&python("badkeys"), "-c", BADKEYS, "--crt-lines", "bundle.lines"].map(str::to_owned).into(),
            ),
            // It counts what it finds.
            ("pkilint", 1, &[0, 1, 2, 3, 4], [&python("lint_pkix_cert"), "lint", "one.pem"].map(str::to_owned).into()),
        ];
        println!("\n{:<28}{:>16}{:>10}{:>12}", "a bundle of certificates", "a second", "ratio", "peak");
        let mut taken: Vec<Taken> = rivals.iter().map(|_| Taken::default()).collect();
        for _ in 0..=LINTED {
            for ((_, _, done, words), taken) in rivals.iter().zip(&mut taken) {
                let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                if on_path(&words[0]) {
                    taken.run(&OsString::from(&words[0]), &arguments, folder.path(), done)?;
                }
            }
        }
        let mut first = None;
        for ((name, count, _, words), taken) in rivals.iter().zip(taken) {
            let Taken { times, peak } = taken.warm();
            if times.is_empty() {
                println!("{name:<28}{:>16}", format!("no {} here", words[0]));
                continue;
            }
            let each = median(times) / u32::try_from(*count)?;
            let first = *first.get_or_insert(each);
            let rate = 1.0 / each.as_secs_f64();
            println!("{name:<28}{rate:>16.0}{:>10}{:>12}", ratio(each, first), mebibytes(peak));
        }
        Ok(())
    }

    /// Peak memory where one file holds very many certificates.
    fn large_bundle(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let bundle = generate::bundle(LARGE_BUNDLE);
        fs::write(folder.path().join("bundle.pem"), &bundle)?;
        let mut taken = Taken::default();
        taken.run(&self.keyreeve, &["check", "bundle.pem"], folder.path(), DONE)?;
        let (bytes, peak) = (mebibytes(bundle.len() as u64), mebibytes(taken.peak));
        println!(
            "\n{LARGE_BUNDLE} certificates in one bundle of {bytes}: {}, peak {peak}, aim 256 MiB",
            time(taken.times[0])
        );
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
            one.run(&self.keyreeve, ours, folder, DONE)?;
            if let Some(ripgrep) = &self.ripgrep {
                other.run(ripgrep, theirs, folder, DONE)?;
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
    /// `done` are the exit codes with which the program has done its work.
    fn run(&mut self, program: &OsString, arguments: &[&str], folder: &Path, done: &[i32]) -> Result<()> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let used =
            command.spawn().and_then(wait4::Wait4::wait4).with_context(|| format!("{program:?} cannot be run"))?;
        self.times.push(start.elapsed());
        self.peak = self.peak.max(used.rusage.maxrss);
        let is_done = used.status.code().is_some_and(|code| done.contains(&code));
        ensure!(is_done, "{program:?} {arguments:?} ended with {}", used.status);
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
    found("rg")
}

/// Whether a program is there, by its name or its path.
fn on_path(program: &str) -> bool {
    Path::new(program).is_file() || (!program.is_empty() && found(program).is_some())
}

fn found(program: &str) -> Option<OsString> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join(program)).find(|path| path.is_file()).map(OsString::from)
}
