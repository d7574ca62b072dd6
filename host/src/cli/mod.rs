//! The command line: what can be asked for, and who answers. Not the answers, which stand in the files beside
//! this one, nor anything that the library could do.

mod cache;
mod check;
mod completions;
mod except;
mod explain;
mod facts;
mod init;
mod output;
mod rule;
mod setup;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use keyreeve::report::{Exit, Format};
use keyreeve_contract::Severity;

/// Checks configuration, certificates and keys against an encryption and key management policy.
#[derive(Parser)]
#[command(name = "keyreeve", version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colour and links.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true)]
    #[arg(help = "When to use colour and links: auto (on a terminal), always, never")]
    color: Color,
}

const EXAMPLES: &str = "\
First steps:
  keyreeve check                 judge the folder you are in; nothing needs to be set up
  keyreeve facts nginx.conf      see what was understood of a file
  keyreeve explain key-size      see what a rule asks for, and why
  keyreeve init                  write a keyreeve.toml with what names and contents tell
  keyreeve except v1:…           turn a finding into an exception for management to approve

`keyreeve help check` tells the rest: hooks, CI, baselines, exit codes.";

const CHECK_EXAMPLES: &str = "\
Examples:
  keyreeve check                                    the folder you are in
  keyreeve check deploy/nginx certs/www.pem         a folder and a file
  keyreeve check --staged                           in a pre-commit hook: what is to be committed
  keyreeve check --output sarif=keyreeve.sarif      in CI: text in the log, and SARIF in a file
  keyreeve check --new-since origin/main            fails only for what a branch adds
  keyreeve check --write-baseline known.json        writes down what is there today, then
  keyreeve check --baseline known.json              fails only for what is not written down
  nginx -T | keyreeve check -                       all that nginx reads on this machine

Exit codes:
  0  nothing at or above the threshold (--fail-on)
  1  violations, or undetermined answers with --fail-on-undetermined
  2  the command line or the policy is wrong; nothing was checked
  3  no violation at or above the threshold, but some input or rule could not be processed,
     or something is not understood with --require-understood";

const FACTS_EXAMPLES: &str = "\
Examples:
  keyreeve facts deploy/nginx/nginx.conf    the endpoints, with all that includes and defaults set
  openssl s_client -connect www.example.org:443 -showcerts </dev/null | keyreeve facts -

A fact holds what rules judge; `unknown` lists what could not be found out, and why; `parts` says
where each value stands. No private key, secret or token is in it. The exit code is 3 if something
could not be read, else 0.";

const EXCEPT_EXAMPLES: &str = "\
Example:
  keyreeve except v1:0123456789abcdef0123456789abcdef >> keyreeve.toml

The policy is refused until the blanks are filled in: who approved it, why, until when, and what is
done instead.";

#[derive(Subcommand)]
enum Command {
    /// Judges files against the policy: the main command.
    #[command(after_long_help = CHECK_EXAMPLES)]
    Check(Box<CheckArguments>),
    /// Prints what was understood of files, as JSON: the first thing to look at when a finding surprises.
    #[command(after_long_help = FACTS_EXAMPLES)]
    Facts(FactsArguments),
    /// Says what a rule asks for, why, how to mend what it finds, and how it is set.
    Explain(ExplainArguments),
    /// Prints an exception for a finding, to be filled in and put into keyreeve.toml.
    #[command(after_long_help = EXCEPT_EXAMPLES)]
    Except(ExceptArguments),
    /// Looks at the names in a tree and into its files, and writes a commented keyreeve.toml: what is production, staging,
    /// test data or a trust store, why, and how many findings that changes.
    Init(InitArguments),
    /// Lists the rules that are loaded; makes, tests and shares rules of your own.
    #[command(subcommand)]
    Rule(rule::RuleCommand),
    /// Shows the compiled code of rules of your own, which is kept from one run to the next, and clears it.
    Cache(cache::Arguments),
    /// Prints the JSON Schema of a file: the policy (keyreeve.toml) or the JSON report.
    Schema {
        /// Which file.
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Prints completions for a shell.
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Compiles the component on standard input, in a process of its own with limits.
    #[command(hide = true)]
    CompileRule,
}

/// Headings in the help of `check`.
const TREE: &str = "What is read";
const FAILS: &str = "What fails the run";
const OUTPUT: &str = "Reports";

/// What `check` is to do.
#[derive(Args)]
struct CheckArguments {
    /// Files and folders; `-` reads one source from standard input. Without any, the folder you are in.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgument,
    #[command(flatten)]
    passwords: PasswordArgument,
    /// Format of standard output.
    #[arg(long, value_enum, default_value_t = Format::Human, help_heading = OUTPUT)]
    format: Format,
    /// Writes a further report to a file, such as sarif=keyreeve.sarif. Can be repeated.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output::parse, help_heading = OUTPUT)]
    output: Vec<output::Output>,
    /// Reads the git index instead of the files on disk, and judges what differs from HEAD, and the paths named.
    ///
    /// The rest of the index is context: an include, an inventory or the other half of a key pair is found there. What
    /// a commit breaks in files that it does not change is judged as well.
    #[arg(long, conflicts_with_all = ["new_since"], help_heading = TREE)]
    staged: bool,
    /// Judges the tree of a git revision, too, and fails only for what is new since then.
    #[arg(long, value_name = "REF", help_heading = TREE)]
    new_since: Option<String>,
    /// Findings and problems that this file lists do not fail the run. They are reported as known, and the statements of
    /// the findings as violated.
    #[arg(long, value_name = "FILE", help_heading = FAILS)]
    baseline: Option<PathBuf>,
    /// Writes all findings and problems that no exception covers to a baseline file, and fails for none of them.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline", help_heading = FAILS)]
    write_baseline: Option<PathBuf>,
    /// The date to judge at, as YYYY-MM-DD, so that a run can be repeated. Default: today, UTC.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Lowest severity that fails the run: low, medium, high, critical, or never. Default: that of keyreeve.toml, else
    /// medium.
    #[arg(long, value_enum, value_name = "SEVERITY", hide_possible_values = true, help_heading = FAILS)]
    fail_on: Option<FailOn>,
    /// Fails for what could not be determined, too; it weighs as much as a violation of its rule.
    #[arg(long, help_heading = FAILS)]
    fail_on_undetermined: bool,
    /// Ends with 3 if a file is of a kind that is known and not read, or a path that is named gives nothing.
    #[arg(long, help_heading = FAILS)]
    require_understood: bool,
    #[command(flatten)]
    blocklist: BlocklistArgument,
    /// Runs only this rule. Can be repeated.
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Runs all rules but this one. Can be repeated.
    #[arg(long, value_name = "ID")]
    skip_rule: Vec<String>,
    /// Prints only what fails the run, and the last line.
    #[arg(long, short, help_heading = OUTPUT)]
    quiet: bool,
    /// Shows a frame for each finding: nothing is grouped, and no list is cut.
    #[arg(long, conflicts_with = "quiet", help_heading = OUTPUT)]
    all: bool,
    /// What standard input is called: its extension tells the format, its folder the scope.
    #[arg(long, value_name = "NAME", default_value = "stdin", help_heading = TREE)]
    stdin_name: String,
}

impl CheckArguments {
    /// How much the human format shows.
    fn amount(&self) -> output::Amount {
        output::Amount { quiet: self.quiet, all: self.all }
    }
}

/// Keys that others have.
#[derive(Args, Clone)]
struct BlocklistArgument {
    /// A list of keys whose private half others have, in the format of badkeys' blocklist.dat.
    ///
    /// Some two million keys: those of Debian's weak random numbers (CVE-2008-0166), of firmware, of documentation and
    /// of tests. `pip install badkeys && badkeys --update-bl` fetches it to ~/.cache/badkeys/blocklist.dat
    /// (https://badkeys.info).
    #[arg(long = "blocklist", value_name = "FILE", help_heading = TREE)]
    blocklist: Option<PathBuf>,
}

/// Which policy.
#[derive(Args, Clone)]
struct PolicyArgument {
    /// The policy file. Default: the nearest keyreeve.toml, from the folder that holds all paths up to the root of the
    /// repository.
    ///
    /// Where there is none, every built-in rule runs with its defaults. Paths in a policy file are relative to its
    /// folder; those in one that lies outside of what is checked, to the root of the repository that is checked.
    #[arg(long = "policy", value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Passwords for what is encrypted.
#[derive(Args, Clone, Default)]
struct PasswordArgument {
    /// Passwords to try on encrypted private keys, PKCS#12 files and BCFKS keystores, one a line, so that what they
    /// hold is read, too.
    ///
    /// None of them is shown anywhere. What they open stays as protected as it is: a key that is encrypted is reported
    /// as such, and its public half is known.
    #[arg(long, value_name = "FILE", help_heading = TREE)]
    password_file: Option<PathBuf>,
}

#[derive(Args)]
struct FactsArguments {
    /// Files and folders; `-` reads one source from standard input.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgument,
    #[command(flatten)]
    blocklist: BlocklistArgument,
    #[command(flatten)]
    passwords: PasswordArgument,
    /// Name of the source on standard input.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    stdin_name: String,
}

#[derive(Args)]
struct ExplainArguments {
    /// Id of the rule, as `keyreeve rule list` shows it.
    rule: String,
    #[command(flatten)]
    policy: PolicyArgument,
    /// Prints Markdown, as a page of the documentation.
    #[arg(long)]
    markdown: bool,
}

#[derive(Args)]
struct ExceptArguments {
    /// The fingerprint, as a report shows it: `v1:` and 32 hexadecimal digits.
    fingerprint: String,
    /// Where to look for the finding: the same paths as `check` was given.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgument,
    #[command(flatten)]
    blocklist: BlocklistArgument,
    #[command(flatten)]
    passwords: PasswordArgument,
    /// The date to judge at, as in `check`.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

#[derive(Args)]
struct InitArguments {
    /// The folder to look at and to write to.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Prints the file instead of writing it.
    #[arg(long)]
    print: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum SchemaOf {
    Policy,
    Report,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal.
    Auto,
    Always,
    Never,
}

/// Lowest severity that fails a run.
#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Low,
    Medium,
    High,
    Critical,
    /// Nothing fails the run.
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
            Self::Critical => Some(Severity::Critical),
            Self::Never => None,
        }
    }
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> ExitCode {
    // clap ends the program with 2 for a wrong command line, and with 0 after --help and --version.
    let arguments = Arguments::parse();
    let terminal = output::Terminal::new(arguments.color);
    let result = match arguments.command {
        Command::Check(check) => check::run(&check, &terminal),
        Command::Facts(facts) => facts::run(&facts, &terminal),
        Command::Explain(explain) => explain::run(&explain, &terminal),
        Command::Except(except) => except::run(&except, &terminal),
        Command::Init(init) => init::run(&init, &terminal),
        Command::Rule(command) => rule::run(&command, &terminal),
        Command::Cache(cache) => cache::run(&cache, &terminal),
        Command::Schema { of } => output::print(&completions::schema(of)).map(|()| Exit::Clean),
        Command::Completions { shell } => completions::print(shell).map(|()| Exit::Clean),
        Command::CompileRule => return keyreeve::rules::compile::child_main(),
    };
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.complain(&error);
            ExitCode::from(Exit::Usage as u8)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Arguments::command().debug_assert();
    }
}
