//! The gate that every text of a report goes through: what was recognised as private in the scan is in none of them, wherever the text comes from.
//! Not the frames, which show lines of the sources themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyreeve_contract::Value;
use keyreeve_source::private::Private;

use super::{Account, Counts, ExceptionReport, Origin, PolicyReport, Report, RuleReport, Run};
use crate::finding::Finding;

impl Report {
    /// Takes private values out of every text. Each field is named, so that a new one is not forgotten; what is left out is no text of others.
    pub fn hide_private(&mut self) {
        let Self {
            run,
            statements: _,
            rules,
            counts,
            findings,
            problems,
            exceptions,
            stale_baseline,
            sources,
            secrets: _,
            private,
        } = self;
        if private.is_empty() {
            return;
        }
        sources.rename(|name| private.hide_in_name(name));
        of_run(run, private);
        of_counts(counts, private);
        rules.iter_mut().for_each(|rule| of_rule(rule, private));
        let mut shared = BTreeMap::new();
        findings.iter_mut().for_each(|finding| of_finding(finding, private, &mut shared));
        problems.iter_mut().for_each(|entry| entry.problem.hide(private));
        exceptions.iter_mut().for_each(|exception| of_exception(exception, private));
        for (_, rule, path) in stale_baseline {
            private.hide_in(rule);
            private.hide_in_path(path);
        }
    }
}

fn of_run(run: &mut Run, private: &Private) {
    let Run {
        version: _,
        as_of: _,
        started: _,
        root: _,
        prefix: _,
        commit: _,
        repository: _,
        policy,
        baseline,
        blocklist,
        filters,
        fail_on: _,
        fail_on_undetermined: _,
        require_understood: _,
        is_of_named_rules: _,
    } = run;
    let PolicyReport { path, sha256: _, ignored, fail_on: _, fail_on_line: _, scopes } = policy;
    scopes.iter_mut().flat_map(|scope| &mut scope.states).for_each(|state| private.hide_in(state));
    let files = baseline.iter_mut().chain(blocklist).map(|(path, _)| path);
    path.iter_mut().chain(ignored).chain(files).for_each(|path| private.hide_in_path(path));
    filters.iter_mut().for_each(|filter| private.hide_in(filter));
}

fn of_counts(counts: &mut Counts, private: &Private) {
    let Counts { files: _, bytes: _, account, skipped: _, facts: _ } = counts;
    let Account { understood: _, formats: _, broken: _, unread: _, templates: _, others: _, fruitless } = account;
    fruitless.iter_mut().for_each(|(path, _)| private.hide_in_path(path));
}

fn of_rule(rule: &mut RuleReport, private: &Private) {
    let RuleReport {
        id,
        version,
        origin,
        statement,
        title,
        rationale,
        settings,
        loosened,
        sha256: _,
        severity: _,
        is_fixed: _,
        gravest: _,
        line: _,
        is_switched_off: _,
        state: _,
        examined: _,
        kinds: _,
    } = rule;
    loosened.iter_mut().for_each(|name| private.hide_in(name));
    if let Origin::File(path) = origin {
        private.hide_in_path(path);
    }
    [id, version, statement, title, rationale].into_iter().for_each(|text| private.hide_in(text));
    for (_, value) in settings {
        match value {
            Value::Text(text) => private.hide_in(text),
            Value::Texts(texts) => texts.iter_mut().for_each(|text| private.hide_in(text)),
            Value::Boolean(_) | Value::Integer(_) | Value::Days(_) => {}
        }
    }
}

/// Findings share their texts, and still do afterwards.
fn of_finding(finding: &mut Finding, private: &Private, shared: &mut BTreeMap<Arc<str>, Arc<str>>) {
    let mut hide = |text: &mut Arc<str>| {
        let known = shared.entry(text.clone()).or_insert_with_key(|text| match private.hide(text) {
            std::borrow::Cow::Borrowed(_) => text.clone(),
            std::borrow::Cow::Owned(hidden) => hidden.into(),
        });
        *text = known.clone();
    };
    let Finding {
        rule,
        statement,
        label,
        related,
        message,
        remedy,
        verdict: _,
        severity: _,
        kind: _,
        location: _,
        fingerprint: _,
        judged: _,
        status: _,
    } = finding;
    [rule, statement, label, message, remedy].into_iter().for_each(&mut hide);
    related.iter_mut().for_each(|related| hide(&mut related.label));
}

fn of_exception(exception: &mut ExceptionReport, private: &Private) {
    let ExceptionReport { rule, matches, reason, by, alternative, kind: _, expires: _, line: _, state: _, covers: _ } =
        exception;
    [rule, matches, reason, by].into_iter().chain(alternative).for_each(|text| private.hide_in(text));
}
