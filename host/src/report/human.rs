//! The human format: frames for the gravest findings, lines for the others, and what summary.rs and account.rs add.
//! Not a format to parse: its wording may change with every version.

use std::fmt::Write as _;
use std::io::{self, Write};

use keyreeve_source::Location;

use super::frame::{Frame, Secrets};
use super::groups::{Group, groups};
use super::words::{group, text};
use super::{ExceptionKind, ExceptionReport, Report, Style, account, ansi, statements, summary};
use crate::finding::{Finding, Status};

/// Related places that are listed with a finding; the others are counted.
const RELATED: usize = 3;
/// Groups of findings that are shown with a frame, unless all are; seven critical findings fit in.
const FRAMES: usize = 8;
/// Groups of findings that have one line each, and lines of any other list.
const LINES: usize = 15;
/// Open answers that are shown with their places.
const ANSWERS: usize = 6;
/// Places and folders that are named of a group.
const NAMED: usize = 3;

/// Writes the report for people.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let groups = groups(report);
    out.write_all(findings(report, style, &groups).as_bytes())?;
    if !style.quiet {
        out.write_all(undetermined(report, style).as_bytes())?;
        out.write_all(known(report, style).as_bytes())?;
        out.write_all(excepted(report, style).as_bytes())?;
    }
    out.write_all(summary::problems(report, style).as_bytes())?;
    out.write_all(account::not_understood(report, style).as_bytes())?;
    if !style.quiet {
        out.write_all(summary::of_findings(report, style, &groups).as_bytes())?;
        out.write_all(summary::of_run(report, style).as_bytes())?;
    }
    out.write_all(summary::taken(report, style).as_bytes())?;
    writeln!(out, "{}", summary::last_line(report, style))
}

/// Frames of the gravest groups that fail the run, and lines of the others; with `--all` a frame of each finding.
fn findings(report: &Report, style: Style, groups: &[Group<'_>]) -> String {
    let secrets = Secrets::of(report);
    let frames = |findings: &[&Finding]| -> String {
        findings.iter().map(|finding| frame(report, style, &secrets, finding, "")).collect()
    };
    if style.all {
        return groups.iter().map(|group| frames(&group.findings)).collect();
    }
    let (failing, passing) = groups.split_at(groups.partition_point(|group| group.fails));
    let (framed, cut) = failing.split_at(failing.len().min(FRAMES));
    let framed = framed.iter().map(|group| frame(report, style, &secrets, group.first(), &also(report, style, group)));
    let passing = if style.quiet { String::new() } else { lines(report, style, "findings that fail nothing", passing) };
    framed.collect::<String>() + &lines(report, style, "further findings that fail the run", cut) + &passing
}

/// Where else the same was found: the folders, if there are fewer than places, and the first places.
fn also(report: &Report, style: Style, group: &Group<'_>) -> String {
    let more = group.findings.len() - 1;
    if more == 0 {
        return String::new();
    }
    let others = group.findings[1..].iter().take(NAMED);
    let places: Vec<String> = others.map(|finding| place(report, style, finding.location)).collect();
    format!("{more} more{}: {}{}", folders(report, group), places.join(", "), ellipsis(more, NAMED))
}

/// ` in certs/ (12), deploy/ (3), and 4 more folders`; nothing, where each is in a folder of its own.
fn folders(report: &Report, group: &Group<'_>) -> String {
    let all = group.folders(report);
    if all.len() == group.findings.len() {
        return String::new();
    }
    let mut named: Vec<_> =
        all.iter().take(NAMED).map(|(folder, number)| format!("{} ({number})", text(folder))).collect();
    if let Some(more @ 1..) = all.len().checked_sub(NAMED) {
        named.push(format!("and {}", ansi::count(more, "more folder")));
    }
    format!(" in {}", named.join(", "))
}

fn ellipsis(number: usize, shown: usize) -> &'static str {
    if number > shown { ", …" } else { "" }
}

/// Groups, a line each, as many as fit.
fn lines(report: &Report, style: Style, heading: &str, groups: &[Group<'_>]) -> String {
    let line = |group: &Group<'_>| {
        let also = match also(report, style, group) {
            also if also.is_empty() => also,
            also => format!("; {also}"),
        };
        format!("  {}{also}\n", one_line(report, style, group.first()))
    };
    let number = groups.iter().map(|group| group.findings.len()).sum();
    group(style, heading, number, &few(style, LINES, groups.iter().map(line)))
}

/// Lines, or as many as a report has room for, and how many were left out.
fn few(style: Style, most: usize, lines: impl Iterator<Item = String>) -> String {
    let mut lines = lines;
    if style.all {
        return lines.collect();
    }
    let shown: String = lines.by_ref().take(most).collect();
    match lines.count() {
        0 => shown,
        more => format!("{shown}  and {more} more: --all shows all\n"),
    }
}

/// A place as `path:line:column`, a link to the file where links are wanted; of a binary source its path alone.
pub(super) fn place(report: &Report, style: Style, location: Location) -> String {
    let place = report.place(location);
    let name = text(&place.source.name);
    let shown = match place.source.is_binary() {
        true => name,
        false => format!("{name}:{}:{}", place.start.line, place.start.column),
    };
    let file = place.source.file.as_deref().and_then(|file| std::path::absolute(file).ok());
    style.link(file.as_deref(), &shown)
}

/// `high[key-size]` in the colour of the severity.
fn tag(style: Style, finding: &Finding) -> String {
    let what = if finding.is_violation() { finding.severity.name() } else { "undetermined" };
    style.paint(ansi::severity(finding.severity), &format!("{what}[{}]", text(&finding.rule)))
}

/// A finding with the line it is on; `also` is where else there is the same.
fn frame(report: &Report, style: Style, secrets: &Secrets<'_>, finding: &Finding, also: &str) -> String {
    let at = report.place(finding.location);
    let frame = Frame::of(&at, finding.location.source, secrets, style.width);
    let indent = " ".repeat(frame.as_ref().map_or(1, Frame::indent));
    let mut out = String::new();
    let message = style.paint(ansi::BOLD, &text(&finding.message));
    let arrow = style.paint(ansi::BLUE, "-->");
    let _ = writeln!(out, "{}: {message}", tag(style, finding));
    let _ = writeln!(out, "{indent}{arrow} {}", place(report, style, finding.location));
    if let Some(frame) = frame {
        let _ = writeln!(out, "{}", frame.render(finding.severity, style));
    }
    let equals = style.paint(ansi::BLUE, "=");
    let mut note = |word: &str, text: &str| out.extend([&indent, " ", &equals, " ", word, ": ", text, "\n"]);
    note("about", &text(&finding.label));
    let related = if style.all { finding.related.len() } else { RELATED };
    for related in finding.related.iter().take(related) {
        note("related", &format!("{}: {}", place(report, style, related.location), text(&related.label)));
    }
    if let Some(more @ 1..) = finding.related.len().checked_sub(related) {
        note("related", &format!("and {}", ansi::count(more, "more place")));
    }
    if !also.is_empty() {
        note("also", also);
    }
    if !finding.remedy.is_empty() {
        note(&style.paint(ansi::CYAN, "help"), &text(&finding.remedy));
    }
    let statement = statements::with_titles(&finding.statement);
    let last = format!("{indent} = {}, {}", text(&statement), text(&finding.fingerprint));
    out.push_str(&style.paint(ansi::DIM, &last));
    out.push_str("\n\n");
    out
}

/// What no rule could tell, with the places of the same answer under one line.
fn undetermined(report: &Report, style: Style) -> String {
    let open = |finding: &&Finding| finding.status == Status::Open && !finding.is_violation() && !report.fails(finding);
    let mut findings: Vec<&Finding> = report.findings.iter().filter(open).collect();
    findings.sort_by_key(|finding| (&finding.rule, &finding.message, &finding.remedy));
    let same = findings.chunk_by(|a, b| (&a.rule, &a.message, &a.remedy) == (&b.rule, &b.message, &b.remedy));
    let answer = |same: &[&Finding]| {
        let (first, mut lines) = (same[0], String::new());
        let tag = style.paint(ansi::YELLOW, &text(&first.rule));
        let _ = writeln!(lines, "  {tag} {}: {}", text(&first.statement), text(&first.message));
        for finding in same.iter().take(if style.all { same.len() } else { NAMED }) {
            let _ = writeln!(lines, "    {}: {}", place(report, style, finding.location), text(&finding.label));
        }
        if let Some(more @ 1..) = same.len().checked_sub(NAMED).filter(|_| !style.all) {
            let _ = writeln!(lines, "    and {}", ansi::count(more, "more place"));
        }
        if !first.remedy.is_empty() {
            let _ = writeln!(lines, "    {}: {}", style.paint(ansi::CYAN, "help"), text(&first.remedy));
        }
        lines
    };
    group(style, "undetermined", findings.len(), &few(style, ANSWERS, same.map(answer)))
}

/// What the baseline has: not approved, but not new.
fn known(report: &Report, style: Style) -> String {
    let known = || report.findings.iter().filter(|finding| finding.status == Status::Known);
    let lines = known().map(|finding| format!("  {}\n", one_line(report, style, finding)));
    group(style, "known, unapproved", known().count(), &few(style, LINES, lines))
}

/// What exceptions cover, one line each.
fn excepted(report: &Report, style: Style) -> String {
    let covered = || {
        report.findings.iter().filter_map(|finding| match finding.status {
            Status::Excepted(index) => Some((finding, report.exceptions.get(index))),
            Status::Open | Status::Known => None,
        })
    };
    let lines = covered().map(|(finding, by)| {
        format!("  {}; {}\n", one_line(report, style, finding), by.map_or_else(String::new, exception))
    });
    group(style, "excepted", covered().count(), &few(style, LINES, lines))
}

fn one_line(report: &Report, style: Style, finding: &Finding) -> String {
    format!("{}: {}: {}", place(report, style, finding.location), tag(style, finding), text(&finding.message))
}

/// An exception in words: by whom, until when, why, and what instead.
pub(super) fn exception(exception: &ExceptionReport) -> String {
    let kind = match exception.kind {
        ExceptionKind::Accepted => "accepted",
        ExceptionKind::FalsePositive => "false positive",
    };
    let mut out = format!("{kind} by {}", text(&exception.by));
    if let Some(date) = exception.expires {
        let _ = write!(out, " until {date}");
    }
    let _ = write!(out, ": {}", text(&exception.reason));
    if let Some(alternative) = &exception.alternative {
        let _ = write!(out, "; instead: {}", text(alternative));
    }
    out
}
