//! `keyreeve except`: prints the stanza for a finding. It does not write the stanza into the policy: management decides
//! that.

use anyhow::{Result, bail, ensure};
use keyreeve::policy::exceptions::is_fingerprint;
use keyreeve::report::Exit;
use keyreeve::settle::stanza::stanza;

use super::check::Check;
use super::output::{self, Terminal};
use super::{Arguments, CheckArguments, Command, ExceptArguments};

pub(super) fn run(arguments: &ExceptArguments, _: &Terminal) -> Result<Exit> {
    let wanted = &arguments.fingerprint;
    ensure!(
        is_fingerprint(wanted),
        "{wanted:?} is no fingerprint: a report shows them as v1: and 32 hexadecimal digits"
    );
    let check = as_check(arguments);
    let mut check = Check::new(&check)?;
    let report = check.discover().and_then(|seen| check.report(seen, jiff::Timestamp::now()))?;
    let Some(finding) = report.findings.iter().find(|finding| finding.fingerprint == *wanted) else {
        bail!(
            "no finding has the fingerprint {wanted}: `keyreeve check` shows those there are; name the same paths and date"
        );
    };
    output::print(&stanza(finding, &report.sources[finding.location.source].name))?;
    Ok(Exit::Clean)
}

/// The check that shows the finding.
fn as_check(arguments: &ExceptArguments) -> CheckArguments {
    let Ok(Arguments { command: Command::Check(check), .. }) =
        <Arguments as clap::Parser>::try_parse_from(["keyreeve", "check"])
    else {
        unreachable!("`keyreeve check` is a command line")
    };
    CheckArguments {
        paths: arguments.paths.clone(),
        policy: arguments.policy.clone(),
        blocklist: arguments.blocklist.clone(),
        passwords: arguments.passwords.clone(),
        as_of: arguments.as_of,
        ..*check
    }
}
