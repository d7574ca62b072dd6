//! What the program writes and where: standard output, further reports, errors on standard error. The content of a
//! report is the library's.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use clap::ValueEnum as _;
use keyreeve::policy::PolicyError;
use keyreeve::report;
use keyreeve::report::escape::visible_lines;
use keyreeve::report::{Format, Report, Style};

use super::Color;

/// Columns if there is no terminal.
const WIDTH: usize = 100;

/// How much of a report people are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    /// Only what fails the run.
    pub(super) quiet: bool,
    /// All of it.
    pub(super) all: bool,
}

/// What is known of the terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    color: bool,
    color_on_errors: bool,
}

impl Terminal {
    pub(super) fn new(color: Color) -> Self {
        let auto = |choice: anstream::ColorChoice| !matches!(choice, anstream::ColorChoice::Never);
        let decide = |auto| match color {
            Color::Auto => auto,
            Color::Always => true,
            Color::Never => false,
        };
        Self {
            color: decide(auto(anstream::AutoStream::choice(&io::stdout()))),
            color_on_errors: decide(auto(anstream::AutoStream::choice(&io::stderr()))),
        }
    }

    /// Colours a text, if standard output may have colours. Everything that a terminal would obey must have been made
    /// visible before.
    pub(super) fn paint(self, color: anstyle::AnsiColor, text: &str) -> String {
        let style = color.on_default();
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn style(self, Amount { quiet, all }: Amount) -> Style {
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(WIDTH);
        Style { color: self.color, hyperlinks: self.color && io::stdout().is_terminal(), width, quiet, all }
    }

    /// Prints on standard error why nothing was done. Everything that a terminal would obey is made visible.
    pub(super) fn complain(self, error: &anyhow::Error) {
        let text = match error.downcast_ref::<PolicyError>() {
            Some(policy) => policy.render(self.color_on_errors),
            None => format!("error: {}", visible_lines(&format!("{error:#}"))),
        };
        self.note(text.trim_end());
    }

    /// Writes a line to standard error.
    #[allow(clippy::unused_self)]
    pub(super) fn note(self, text: &str) {
        // If standard error itself fails, there is nowhere left to report that.
        drop(writeln!(io::stderr(), "{text}"));
    }
}

/// A further report: its format and file.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) format: Format,
    file: PathBuf,
}

impl Output {
    /// Where it is written to.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }
}

/// Refuses, before anything is judged, a path that cannot be written afterwards because of what stands there now.
pub(super) fn can_be_written(file: &Path) -> Result<()> {
    ensure!(!file.is_dir(), "{} is a folder: name a file in it to write to", file.display());
    // The tree that is checked could contain a link with that name to any file of the user. /dev/stderr is a link too.
    let is_link = file.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let is_special = file.metadata().is_ok_and(|metadata| !metadata.is_file());
    ensure!(!is_link || is_special, "{} is a link and is not written through: name the file itself", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        bail!("{} cannot be written: make the folder {} first", file.display(), folder.display());
    }
    Ok(())
}

/// The error for a file that could not be written after all.
pub(super) fn unwritten(what: &str, file: &Path, error: io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("the {what} {} cannot be written", file.display()))
}

/// Reads FORMAT=FILE.
pub(super) fn parse(text: &str) -> Result<Output, String> {
    let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE, such as sarif=keyreeve.sarif")?;
    let known = || Format::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value);
    let format = Format::from_str(format, false).map_err(|_| {
        let names: Vec<String> = known().map(|value| value.get_name().to_owned()).collect();
        format!("there is no format `{format}`; there are {}", names.join(", "))
    })?;
    if file.is_empty() {
        return Err("the file's name is empty".to_owned());
    }
    Ok(Output { format, file: file.into() })
}

/// Writes the report to every further file and to standard output; returns what could not be written. If nobody reads
/// standard output to its end (`keyreeve check | head`), that is no fault and does not change the result.
pub(super) fn write(
    report: &Report,
    format: Format,
    outputs: &[Output],
    amount: Amount,
    terminal: &Terminal,
) -> Vec<anyhow::Error> {
    let Amount { quiet, all } = amount;
    let style = Style { color: false, hyperlinks: false, width: WIDTH, quiet, all };
    let files = outputs.iter().map(|output| {
        let mut out = BufWriter::new(File::create(&output.file)?);
        report::write(report, output.format, style, &mut out).and_then(|()| out.flush())
    });
    let faults = files.zip(outputs);
    let faults = faults.filter_map(|(written, output)| Some(unwritten("report", &output.file, written.err()?)));
    let mut faults: Vec<anyhow::Error> = faults.collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match report::write(report, format, terminal.style(amount), &mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            faults.push(anyhow::Error::new(error).context("the report cannot be written to standard output"));
        }
        _ => {}
    }
    faults
}

/// Writes text to standard output.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Whether an error only means that nobody reads on: `keyreeve … | head`.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
