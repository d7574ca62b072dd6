//! What is fuzzed, by the names of fuzz/targets.txt: each takes any bytes, and panics if something does not hold that
//! always must. Not how inputs are found: libFuzzer does that in the workspace around this crate, and nothing here
//! needs it.

mod case;
mod direct;
mod files;
#[cfg(feature = "host")]
mod host;

/// What is fuzzed, a line each.
const TABLE: &str = include_str!("../../targets.txt");

/// Has an input read.
type Run = Box<dyn Fn(&[u8]) + Send + Sync>;

/// Something that is fuzzed.
pub struct Target {
    /// As fuzz/targets.txt calls it.
    pub name: &'static str,
    kind: &'static str,
    run: Run,
}

impl Target {
    /// Has an input read.
    ///
    /// # Panics
    ///
    /// If something does not hold of what is read that always must.
    pub fn run(&self, input: &[u8]) {
        (self.run)(input);
    }

    /// Whether an input is several files with their names.
    pub fn is_of_files(&self) -> bool {
        self.kind == "files"
    }
}

/// Everything that is fuzzed and compiled here.
///
/// # Panics
///
/// If a line of fuzz/targets.txt names nothing.
pub fn targets() -> Vec<Target> {
    // What is indented is no concern of this crate.
    let lines = TABLE.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()));
    let rows = lines.map(|line| {
        let mut columns = line.split_whitespace();
        (columns.next().unwrap_or_default(), columns.next().unwrap_or_default())
    });
    rows.filter(|(_, kind)| *kind != "host" || cfg!(feature = "host"))
        .map(|(name, kind)| {
            let run = run(name, kind);
            let run = run.unwrap_or_else(|| panic!("fuzz/targets.txt: there is no {name} of the kind {kind}"));
            Target { name, kind, run }
        })
        .collect()
}

fn run(name: &'static str, kind: &str) -> Option<Run> {
    match kind {
        "bytes" => Some(Box::new(direct::of(name)?)),
        "files" => files::of(name),
        #[cfg(feature = "host")]
        "host" => Some(Box::new(host::of(name)?)),
        _ => None,
    }
}
