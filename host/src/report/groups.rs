//! Findings as people read them: the most severe first, equal ones together, and counts of them by rule and by folder.
//! Not how they are written out (human.rs), and nothing for programs.

use std::collections::BTreeMap;

use keyreeve_contract::Severity;

use super::Report;
use crate::finding::{Finding, Status};

/// Findings of which the same is said.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// In the order of path and place; there is at least one.
    pub(super) findings: Vec<&'a Finding>,
    /// Whether they fail the run.
    pub(super) fails: bool,
}

impl<'a> Group<'a> {
    /// The first of them.
    pub(super) fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    /// How many are in each folder, the fullest first.
    pub(super) fn folders(&self, report: &'a Report) -> Vec<(&'a str, usize)> {
        let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &self.findings {
            *folders.entry(folder(report, finding)).or_default() += 1;
        }
        let mut folders: Vec<_> = folders.into_iter().collect();
        folders.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        folders
    }
}

/// The folder of a finding's file, with its last `/`; `./` for the topmost.
pub(super) fn folder<'a>(report: &'a Report, finding: &Finding) -> &'a str {
    let name = &report.sources[finding.location.source].name;
    name.rfind('/').map_or("./", |end| &name[..=end])
}

/// The open violations and what else fails the run, in groups: what fails the run first, then by severity and rule.
pub(super) fn groups<'a>(report: &'a Report) -> Vec<Group<'a>> {
    let open = |finding: &&Finding| finding.status == Status::Open && finding.is_violation() || report.fails(finding);
    let key = |finding: &&'a Finding| {
        let rank = (std::cmp::Reverse((report.fails(finding), finding.severity)), !finding.is_violation());
        (rank, &*finding.rule, &*finding.message, &*finding.remedy)
    };
    let mut findings: Vec<&Finding> = report.findings.iter().filter(open).collect();
    findings.sort_by_key(key);
    let same = findings.chunk_by(|one, other| key(one) == key(other));
    same.map(|findings| Group { findings: findings.to_vec(), fails: report.fails(findings[0]) }).collect()
}

/// Counts of findings of one rule or in one folder.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tally {
    /// The gravest that fails the run.
    pub(super) gravest: Option<Severity>,
    /// Those that fail the run.
    pub(super) failing: usize,
    /// The others.
    pub(super) passing: usize,
}

/// Counts by what `of` says of each group and finding; the gravest and most that fail come first.
pub(super) fn tallies<'a>(groups: &[Group<'a>], of: impl Fn(&'a Finding) -> &'a str) -> Vec<(&'a str, Tally)> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for group in groups {
        for finding in &group.findings {
            let tally = tallies.entry(of(finding)).or_default();
            if group.fails {
                tally.failing += 1;
                tally.gravest = tally.gravest.max(Some(finding.severity));
            } else {
                tally.passing += 1;
            }
        }
    }
    let mut tallies: Vec<_> = tallies.into_iter().collect();
    tallies.sort_by_key(|(_, tally)| std::cmp::Reverse(*tally));
    tallies
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Style, sample};
    use super::*;

    /// 400 findings, of which the last 7 are critical; each has words of its own, so that nothing is grouped.
    fn of_many() -> Report {
        let mut report = sample::report();
        let one = |number: usize| {
            let severity = if number < 393 { Severity::Medium } else { Severity::Critical };
            let message = format!("number {number} is wrong").into();
            Finding { message, ..sample::violation("key-size", "S5", severity) }
        };
        report.findings = (0..400).map(one).collect();
        report
    }

    fn tags(text: &str) -> Vec<&str> {
        text.lines().filter_map(|line| line.split_once("[key-size]: ")).map(|(severity, _)| severity).collect()
    }

    #[test]
    fn of_very_many_findings_the_gravest_come_first_and_the_report_stays_short() {
        let written = sample::written(&of_many(), Format::Human);
        assert!(written.lines().count() <= 200, "{written}");
        assert_eq!(tags(&written)[..8], [["critical"; 7].as_slice(), &["medium"]].concat());
        assert!(written.contains("further findings that fail the run (392)\n"), "{written}");
        assert!(written.contains("and 377 more: --all shows all\n"), "{written}");
        assert!(written.contains("  key-size: 400 fail the run (up to critical)\n"), "{written}");
        let style = Style { color: false, hyperlinks: false, width: 100, quiet: false, all: true };
        let all = sample::styled(&of_many(), Format::Human, style);
        assert_eq!(tags(&all).len(), 400);
    }

    #[test]
    fn github_shows_ten_and_they_are_the_gravest() {
        let written = sample::written(&of_many(), Format::Github);
        let first: Vec<&str> = written.lines().take(10).collect();
        assert_eq!(first.iter().filter(|line| line.contains("(critical)::")).count(), 7, "{first:?}");
    }

    #[test]
    fn of_equal_findings_one_is_shown_and_the_places_of_the_others() {
        let mut report = sample::report();
        report.findings = vec![sample::violation("key-size", "S5", Severity::High); 5];
        report.run.fail_on = Some(Severity::Critical);
        let written = sample::written(&report, Format::Human);
        assert_eq!(tags(&written).len(), 1, "what fails nothing has a line: {written}");
        assert!(written.contains("; 4 more in certs/ (5): certs/server.key:1:1, "), "{written}");
        assert!(written.contains("  key-size: 5 fail nothing\n"), "{written}");
    }
}
