//! Tests of all formats together: whatever stands in paths, messages and files stays text, and secrets stay hidden.
//! Not what a format says otherwise; that is tested beside it.
#![allow(clippy::unwrap_used)]

use keyreeve_source::{Location, Source};
use proptest::prelude::*;

use super::escape::visible;
use super::*;

const PLAIN: Style = Style { color: false, hyperlinks: false, width: 80, quiet: false, all: false };
const RICH: Style = Style { color: true, hyperlinks: true, width: 80, quiet: false, all: false };
const ALL_OF_IT: Style = Style { width: 100, all: true, ..PLAIN };
const ALL: [Format; 5] = [Format::Human, Format::Json, Format::Sarif, Format::Github, Format::Gitlab];

fn snapshot(name: &str, style: Style) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/snapshots").join(name);
    sample::compare(&path, &sample::styled(&sample::report(), Format::Human, style));
}

#[test]
fn the_human_format_looks_as_it_did() {
    snapshot("human.txt", Style { width: 100, ..PLAIN });
    snapshot("quiet.txt", Style { width: 100, quiet: true, ..PLAIN });
    snapshot("rich.txt", Style { width: 100, ..RICH });
    snapshot("all.txt", ALL_OF_IT);
}

#[test]
fn an_empty_report_says_what_was_not_checked() {
    let written = sample::written(&sample::empty(), Format::Human);
    assert!(written.contains("S1 ") && written.contains("not checked by any rule"), "{written}");
    assert!(
        written.ends_with(
            "examined 0 files (0 facts) against the built-in policy as of 2026-11-23, fail-on medium: 0 violations; exit 0\n"
        )
    );
}

#[test]
fn no_format_shows_a_secret() {
    let mut report = sample::report();
    report.run.fail_on_undetermined = true;
    for format in ALL {
        for style in [PLAIN, RICH, ALL_OF_IT] {
            let written = sample::styled(&report, format, style);
            for secret in sample::CANARIES.into_iter().chain(["token-canary"]) {
                assert!(!written.contains(secret), "{format:?} shows {secret}");
            }
        }
    }
    assert!(sample::styled(&report, Format::Human, ALL_OF_IT).contains("[hidden]"));
}

#[test]
fn a_line_of_a_megabyte_is_cut_around_the_place() {
    let written = sample::styled(&sample::report(), Format::Human, ALL_OF_IT);
    let line = written.lines().find(|line| line.contains("\"password\":")).unwrap();
    assert!(line.chars().count() <= 100 && line.contains("…") && line.contains("[hidden]"), "{line}");
    assert!(written.len() < 30_000);
}

#[test]
fn format_names_are_those_of_the_command_line() {
    use clap::ValueEnum as _;
    let names: Vec<_> = Format::value_variants()
        .iter()
        .map(|format| format.to_possible_value().unwrap().get_name().to_owned())
        .collect();
    assert_eq!(names, ["human", "json", "sarif", "github", "gitlab"]);
    assert_eq!(Format::from_str("sarif", false).unwrap(), Format::Sarif);
}

/// A report of one violation, one undetermined and two problems, with the same text everywhere.
fn of_text(text: &str, name: &str, bytes: &[u8], span: Span, secrets: &[Span]) -> Report {
    let location = Location { source: SourceId(0), span };
    let violation = Finding {
        location,
        label: text.into(),
        message: text.into(),
        remedy: text.into(),
        related: vec![crate::finding::Related { location, label: text.into() }],
        ..sample::violation("key-size", "S5", Severity::High)
    };
    let open = Finding { location, message: text.into(), ..sample::undetermined("key-size", "S5") };
    let by = ExceptionReport { reason: text.into(), matches: text.to_owned(), ..sample::accepted() };
    let rules = vec![RuleReport { rationale: text.into(), ..sample::rule("key-size", "S5", Severity::High) }];
    let mut report = Report {
        findings: vec![violation.clone(), open, Finding { status: Status::Excepted(0), ..violation }],
        problems: vec![
            sample::problem(Problem::parse(location, text), ProblemStatus::Open),
            sample::problem(Problem::path(name, text), ProblemStatus::Excepted(0)),
        ],
        exceptions: vec![by],
        rules,
        sources: Sources::new(vec![Source::new(name, Some("/x".into()), bytes)]),
        secrets: secrets.iter().map(|span| (SourceId(0), *span)).collect(),
        ..sample::empty()
    };
    report.run.policy.path = Some(format!("{name}/{text}"));
    report
}

fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        "[a-z ]{0,8}",
        proptest::sample::select(vec![
            "\n",
            "\r",
            "\x1b[31m",
            "\x1b]8;;x\x1b\\",
            "::error::",
            "%0A",
            "%",
            ",",
            ":",
            "](",
            "[",
            "{0}",
            "}",
            "\u{202e}",
            "\u{2069}",
            "\u{9b}",
            "\u{2028}",
            "<script>",
            "`",
            "|",
            "\\",
            "\u{feff}",
            "\u{e0041}",
            "\"",
            "漢",
            "\u{0}",
            "##[error]",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

/// What a terminal or a viewer obeys instead of showing it: control characters (C0, DEL, C1), Unicode's Bidi_Control characters,
/// line and paragraph separators. A list of its own, not the one that the encoders use.
fn obeyed(character: char) -> bool {
    matches!(u32::from(character), 0..0x20 | 0x7f..0xa0 | 0x61c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2066..=0x2069)
}

/// Bytes and a span in them.
fn content() -> impl Strategy<Value = (Vec<u8>, Span)> {
    let bytes = prop_oneof![proptest::collection::vec(any::<u8>(), 0..300), text().prop_map(String::into_bytes)];
    bytes.prop_flat_map(|bytes| {
        let length = bytes.len();
        (Just(bytes), 0..=length, 0..=length).prop_map(|(bytes, a, b)| (bytes, Span::new(a.min(b), a.max(b))))
    })
}

/// Takes out our own colours and links.
fn without_style(written: &str) -> String {
    let mut out = String::new();
    let mut rest = written;
    while let Some((before, behind)) = rest.split_once('\x1b') {
        out.push_str(before);
        let end = match behind.strip_prefix("]8;;") {
            Some(link) => behind.len() - link.split_once("\x1b\\").unwrap().1.len(),
            None => {
                let sgr = behind.strip_prefix('[').unwrap();
                let end = sgr.find(|character: char| !character.is_ascii_digit() && character != ';').unwrap();
                assert_eq!(&sgr[end..=end], "m");
                end + 2
            }
        };
        rest = &behind[end..];
    }
    out + rest
}

/// What GitHub's runner makes of a line: level, properties, message.
fn runner(line: &str) -> (String, Vec<(String, String)>, String) {
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (level, properties) = head.split_once(' ').unwrap();
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let pairs = properties.split(',').map(|pair| pair.split_once('=').unwrap());
    (level.to_owned(), pairs.map(|(key, value)| (key.to_owned(), property(value))).collect(), data(message))
}

fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        if byte == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&behind[..2]).unwrap(), 16).unwrap());
            rest = &behind[2..];
        } else {
            bytes.push(byte);
            rest = behind;
        }
    }
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #[test]
    fn a_terminal_is_sent_nothing_that_it_obeys(text in text(), name in text(), (bytes, span) in content()) {
        let report = of_text(&text, &name, &bytes, span, &[]);
        let plain = sample::styled(&report, Format::Human, PLAIN);
        prop_assert!(!plain.replace('\n', "").contains(obeyed), "{plain:?}");
        let rich = without_style(&sample::styled(&report, Format::Human, RICH));
        prop_assert!(!rich.replace('\n', "").contains(obeyed), "{rich:?}");
        for format in [Format::Json, Format::Sarif, Format::Github, Format::Gitlab] {
            prop_assert!(!sample::styled(&report, format, PLAIN).replace('\n', "").contains(obeyed));
        }
    }

    #[test]
    fn a_message_adds_no_line_to_the_human_format(text in text(), name in text()) {
        let lines = |text: &str, name: &str| {
            let report = of_text(text, name, b"a b c", Span::new(2, 3), &[]);
            sample::styled(&report, Format::Human, PLAIN).lines().count()
        };
        prop_assert_eq!(lines(&format!("x{text}"), &name), lines("x", "y"));
    }

    #[test]
    fn json_and_sarif_parse_back_to_the_same_text(text in text(), name in text(), (bytes, span) in content()) {
        prop_assume!(!name.contains("\\x"));
        let report = of_text(&text, &name, &bytes, span, &[]);
        let json: serde_json::Value = serde_json::from_str(&sample::written(&report, Format::Json)).unwrap();
        let first = &json["findings"][0];
        prop_assert_eq!([&first["message"], &first["label"], &first["path"]], [&text, &text, &name]);
        let sarif: serde_json::Value = serde_json::from_str(&sample::written(&report, Format::Sarif)).unwrap();
        let result = &sarif["runs"][0]["results"][0];
        let help = if text.is_empty() { String::new() } else { format!("\nhelp: {text}") };
        let message = result["message"]["text"].as_str().unwrap();
        prop_assert_eq!(message.replace("{{", "{").replace("}}", "}"), format!("{text}{help}").replace("](", "] ("));
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        prop_assert_eq!(percent_decoded(uri.trim_start_matches("file://")), report.run.git_path(&name));
    }

    #[test]
    fn each_line_for_github_is_one_command(text in text(), name in text(), (bytes, span) in content()) {
        let report = of_text(&text, &name, &bytes, span, &[]);
        let written = sample::written(&report, Format::Github);
        prop_assert!(!written.contains('\r'));
        let lines: Vec<_> = written.strip_suffix('\n').unwrap().split('\n').collect();
        // Besides what was found and what was not processed: the exception takes something away, and there is a last line.
        prop_assert_eq!(lines.len(), report.findings.len() + report.problems.len() + 2);
        for line in &lines {
            let (level, properties, _) = runner(line);
            prop_assert!(["error", "warning", "notice"].contains(&level.as_str()));
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            prop_assert!(properties.iter().all(|(key, _)| known.contains(&key.as_str())), "{properties:?}");
        }
        let (_, properties, message) = runner(lines[0]);
        let path = report.run.git_path(&name);
        prop_assert_eq!(properties[0].1.as_str(), visible(&path));
        prop_assert!(message.starts_with(visible(&text).as_ref()));
    }

    #[test]
    fn a_secret_is_in_no_frame_wherever_the_place_is(
        before in "[a-f \n]{0,120}", after in "[a-f \n]{0,120}", place in (0usize..260, 0usize..260), cut in 0usize..4, width in 0usize..200,
    ) {
        const SECRET: &str = "ЖЮЭЯ\nЖЮЭЯ";
        let source = format!("{before}{SECRET}{after}");
        let start = before.len();
        let secret = [Span::new(start, start + 8 + cut), Span::new(start + 8, start + SECRET.len())];
        let (a, b) = (place.0.min(source.len()), place.1.min(source.len()));
        let report = of_text("x", "y", source.as_bytes(), Span::new(a.min(b), a.max(b)), &secret);
        let written = sample::styled(&report, Format::Human, Style { width, ..PLAIN });
        prop_assert!(!written.contains(['Ж', 'Ю', 'Э', 'Я', '\\']), "{written}");
    }
}
