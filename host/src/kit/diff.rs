//! The lines in which a rule's answer differs from the expected one. It is not a general diff: texts that differ in a
//! great many lines are shown one after the other.

use std::fmt;

/// A line, and the side that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Both.
    Same(String),
    /// Only what was expected.
    Expected(String),
    /// Only the actual answer.
    Said(String),
    /// So many common lines are left out.
    Omitted(usize),
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(text) => write!(out, "  {text}"),
            Self::Expected(text) => write!(out, "- {text}"),
            Self::Said(text) => write!(out, "+ {text}"),
            Self::Omitted(1) => write!(out, "  … 1 line"),
            Self::Omitted(count) => write!(out, "  … {count} lines"),
        }
    }
}

/// How many lines are shown before and after a difference.
const CONTEXT: usize = 3;
/// The most pairs of lines that are compared.
const PAIRS: usize = 4_000_000;

/// The differences, with a few lines around each.
pub fn lines(expected: &str, said: &str) -> Vec<Line> {
    let (expected, said): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), said.lines().collect());
    let equal = |(a, b): &(&&str, &&str)| a == b;
    let head = expected.iter().zip(&said).take_while(equal).count();
    let (expected_rest, said_rest) = (&expected[head..], &said[head..]);
    let tail = expected_rest.iter().rev().zip(said_rest.iter().rev()).take_while(equal).count();
    let same = |line: &&str| Line::Same((*line).to_owned());
    let mut all: Vec<Line> = expected[..head].iter().map(same).collect();
    all.extend(middle(&expected_rest[..expected_rest.len() - tail], &said_rest[..said_rest.len() - tail]));
    all.extend(expected[expected.len() - tail..].iter().map(same));
    shorten(all)
}

/// The differences between both ends, by the longest common subsequence.
fn middle(expected: &[&str], said: &[&str]) -> Vec<Line> {
    let (rows, columns) = (expected.len(), said.len());
    let only = |lines: &[&str], of: fn(String) -> Line| -> Vec<Line> {
        lines.iter().map(|line| of((*line).to_owned())).collect()
    };
    if rows.saturating_mul(columns) > PAIRS {
        return [only(expected, Line::Expected), only(said, Line::Said)].concat();
    }
    // How many lines the remaining parts of both sides have in common.
    let mut common = vec![vec![0_u32; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if expected[row] == said[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut lines, mut row, mut column) = (Vec::new(), 0, 0);
    while row < rows && column < columns {
        if expected[row] == said[column] {
            lines.push(Line::Same(said[column].to_owned()));
            (row, column) = (row + 1, column + 1);
        } else if common[row + 1][column] >= common[row][column + 1] {
            lines.push(Line::Expected(expected[row].to_owned()));
            row += 1;
        } else {
            lines.push(Line::Said(said[column].to_owned()));
            column += 1;
        }
    }
    lines.extend(only(&expected[row..], Line::Expected));
    lines.extend(only(&said[column..], Line::Said));
    lines
}

/// Leaves out lines that are far from any difference.
fn shorten(lines: Vec<Line>) -> Vec<Line> {
    let differs: Vec<bool> = lines.iter().map(|line| !matches!(line, Line::Same(_))).collect();
    let near = |at: usize| differs[at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(differs.len())].contains(&true);
    let mut short = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        match (near(at), short.last_mut()) {
            (true, _) => short.push(line),
            (false, Some(Line::Omitted(count))) => *count += 1,
            (false, _) => short.push(Line::Omitted(1)),
        }
    }
    short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write as _;
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn text(lines: &[u8]) -> String {
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// How many lines only one side has.
    fn changes(lines: &[Line]) -> usize {
        lines.iter().filter(|line| matches!(line, Line::Expected(_) | Line::Said(_))).count()
    }

    fn by_diff(expected: &str, said: &str) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
            path
        };
        let output = Command::new("diff")
            .arg("--minimal")
            .arg("--unified=0")
            .args([write("a", expected), write("b", said)])
            .output();
        let output = String::from_utf8(output.unwrap().stdout).unwrap();
        let is_change =
            |line: &&str| line.starts_with(['-', '+']) && !line.starts_with("---") && !line.starts_with("+++");
        output.lines().filter(is_change).count()
    }

    #[test]
    fn only_what_differs_is_shown_with_a_little_around_it() {
        let expected = text(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let said = text(&[0, 1, 2, 3, 4, 55, 6, 7, 8, 9]);
        let shown = lines(&expected, &said);
        let same = |line: u8| Line::Same(line.to_string());
        assert_eq!(
            shown,
            [
                Line::Omitted(2),
                same(2),
                same(3),
                same(4),
                Line::Expected("5".to_owned()),
                Line::Said("55".to_owned()),
                same(6),
                same(7),
                same(8),
                Line::Omitted(1),
            ]
        );
        assert_eq!(lines(&expected, &expected), [Line::Omitted(10)]);
        assert_eq!(lines("", ""), []);
    }

    #[test]
    fn texts_that_differ_everywhere_are_shown_one_after_the_other() {
        let expected: String = (0..3000).map(|line| format!("a{line}\n")).collect();
        let said: String = (0..3000).map(|line| format!("b{line}\n")).collect();
        let shown = lines(&expected, &said);
        assert_eq!((&shown[2999], &shown[3000]), (&Line::Expected("a2999".to_owned()), &Line::Said("b0".to_owned())));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn as_few_lines_differ_as_for_diff(a in prop::collection::vec(0..6_u8, 0..30), b in prop::collection::vec(0..6_u8, 0..30)) {
            let (expected, said) = (text(&a), text(&b));
            let shown = changes(&lines(&expected, &said));
            prop_assert_eq!(shown, by_diff(&expected, &said));
        }
    }
}
