//! The command line: what can be asked for, and who answers. Not the answers, which stand in the files beside
//! this one, nor anything that the library could do.

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
use keyreeve::rules::contract::Severity;

/// Checks configuration, certificates and keys against an encryption and key management policy.
#[derive(Parser)]
#[command(name = "keyreeve", version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colour and links.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
}

const EXAMPLES: &str = "\
Examples:
  keyreeve check                        the folder you are in
  keyreeve check --staged               what the next commit would change
  keyreeve check --format sarif deploy  one folder, for code scanning
  keyreeve facts nginx.conf             what was understood of a file
  keyreeve explain key-size             what a rule asks for, and why

Exit codes of check:
  0  nothing at or above the threshold (--fail-on)
  1  violations
  2  the command line or the policy is wrong; nothing was checked
  3  no violation, but some input or rule could not be processed";

#[derive(Subcommand)]
enum Command {
    /// Judges files against the policy.
    Check(Box<CheckArguments>),
    /// Prints what was understood of files, as JSON: the first thing to look at when a finding surprises.
    Facts(FactsArguments),
    /// Says what a rule asks for, why, how to mend what it finds, and how it is set.
    Explain(ExplainArguments),
    /// Prints an exception for a finding, to be filled in and put into keyreeve.toml.
    Except(ExceptArguments),
    /// Looks at the tree and writes a commented keyreeve.toml with scopes for it.
    Init(InitArguments),
    /// Lists the rules that are loaded, and writes the built-in ones to files.
    #[command(subcommand)]
    Rule(RuleCommand),
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

/// What `check` is to do.
#[derive(Args)]
struct CheckArguments {
    /// Files and folders; `-` reads one source from standard input. Without any, the folder you are in.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgument,
    /// Format of standard output.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Writes a further report to a file, as FORMAT=FILE. Can be repeated.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output::parse)]
    output: Vec<output::Output>,
    /// Judges what the index has, as a commit would: all of it as context, what differs from HEAD (or the files named) for judgement.
    #[arg(long, conflicts_with_all = ["new_since"])]
    staged: bool,
    /// Judges this tree and the one of a git revision, and fails only for what is new since then.
    #[arg(long, value_name = "REF")]
    new_since: Option<String>,
    /// Findings of this file are known: reported as such, they do not fail the run.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes all findings to a baseline file, and fails for none of them.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
    /// The date to judge at, as YYYY-MM-DD. Default: today, UTC. With it every run can be repeated.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Lowest severity that fails the run. Default: the policy's, else medium.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Fails for what could not be determined, too.
    #[arg(long)]
    fail_on_undetermined: bool,
    /// Runs only this rule. Can be repeated.
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Runs all rules but this one. Can be repeated.
    #[arg(long, value_name = "ID")]
    skip_rule: Vec<String>,
    /// Prints only what fails the run, problems, and the last line.
    #[arg(long, short)]
    quiet: bool,
    /// Name of the source on standard input, for reports, scopes and formats.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    stdin_name: String,
}

/// Which policy.
#[derive(Args, Clone)]
struct PolicyArgument {
    /// The policy file. Default: keyreeve.toml in the folder that is scanned or above it up to the root of the repository, else the built-in policy.
    #[arg(long = "policy", value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Args)]
struct FactsArguments {
    /// Files and folders; `-` reads one source from standard input.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgument,
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
    /// Where to look for the finding.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgument,
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

#[derive(Subcommand)]
enum RuleCommand {
    /// Lists all rules: id, version, statement, digest, and where they come from.
    List {
        #[command(flatten)]
        policy: PolicyArgument,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// Writes the component of every built-in rule to this folder, as <id>.wasm.
        #[arg(long, value_name = "DIR")]
        export: Option<PathBuf>,
    },
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
        Command::Rule(RuleCommand::List { policy, json, export }) => {
            rule::list(&policy, json, export.as_deref(), &terminal)
        }
        Command::Schema { of } => output::print(&completions::schema(of)).map(|()| Exit::Clean),
        Command::Completions { shell } => completions::print(shell).map(|()| Exit::Clean),
        Command::CompileRule => return ExitCode::from(Exit::Usage as u8),
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
