//! Every input of fuzz/corpus through its target, compiled as tests are: what fuzzing has reached once stays sound.
//! Not a search for new inputs, which is scripts/fuzz.sh.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use keyreeve_fuzz_targets::targets;

/// No input takes so long on any machine, unless its reader hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most that a corpus may hold, in bytes.
const MOST: u64 = 200_000;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder can be read").path()).collect();
    paths.sort();
    paths
}

#[test]
fn every_input_is_read_soundly() {
    let targets: BTreeMap<&str, _> = targets().into_iter().map(|target| (target.name, target)).collect();
    let folders = targets
        .values()
        .flat_map(|target| inside(&corpus().join(target.name)).into_iter().map(move |path| (target, path)));
    let inputs = Mutex::new(folders);
    let wrong = Mutex::new(BTreeSet::new());
    let work = || {
        loop {
            let Some((target, path)) = inputs.lock().expect("nobody panics with it").next() else { break };
            let input = fs::read(&path).expect("an input can be read");
            let begun = Instant::now();
            let read = catch_unwind(std::panic::AssertUnwindSafe(|| target.run(&input)));
            let outcome = match read {
                Err(_) => "panicked, as said above",
                Ok(()) if begun.elapsed() > PATIENCE => "took too long",
                Ok(()) => continue,
            };
            wrong.lock().expect("nobody panics with it").insert(format!("{} {outcome}", path.display()));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics with it");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_target_has_a_corpus_and_none_is_large() {
    let names: BTreeSet<&str> = targets().iter().map(|target| target.name).collect();
    let folders = inside(&corpus());
    let have: BTreeSet<&str> = folders.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
    if cfg!(feature = "host") {
        assert_eq!(have, names);
    }
    for folder in &folders {
        let bytes: u64 = inside(folder).iter().map(|path| path.metadata().expect("an input is a file").len()).sum();
        assert!((1..=MOST).contains(&bytes), "{} has {bytes} bytes", folder.display());
    }
}
