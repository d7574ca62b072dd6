//! The content of a case's `oracle.txt`: the program, its verdict on the configuration, and the results of handshakes,
//! as lines of words. How these are obtained is not here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Address and name.
pub(crate) type Question = (String, Option<String>);

/// One recording.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Recording {
    /// Program, version, the library that it is built with, and the command.
    pub(crate) about: Vec<String>,
    /// Whether the program accepts the configuration.
    pub(crate) is_valid: bool,
    /// Its messages about it.
    pub(crate) messages: Vec<String>,
    /// The suites that the library has at security level 2, and at 0.
    pub(crate) level_2: BTreeSet<u16>,
    pub(crate) level_0: BTreeSet<u16>,
    pub(crate) answers: BTreeMap<Question, Answers>,
}

/// The results of handshakes with one address.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Answers {
    pub(crate) versions: BTreeSet<u16>,
    pub(crate) suites: BTreeSet<u16>,
    pub(crate) groups: BTreeSet<u16>,
    pub(crate) asks_for_certificate: bool,
}

impl fmt::Display for Recording {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for about in &self.about {
            writeln!(to, "{about}")?;
        }
        writeln!(to, "answer: {}", if self.is_valid { "valid" } else { "refused" })?;
        for message in &self.messages {
            writeln!(to, "message: {message}")?;
        }
        if !self.answers.is_empty() {
            writeln!(to, "library at level 2: {}", hexadecimal(&self.level_2))?;
            writeln!(to, "library at level 0: {}", hexadecimal(&self.level_0))?;
        }
        for ((address, name), answers) in &self.answers {
            writeln!(to, "handshakes with {address} {}", name.as_deref().unwrap_or("-"))?;
            writeln!(to, "versions: {}", hexadecimal(&answers.versions))?;
            writeln!(to, "suites: {}", hexadecimal(&answers.suites))?;
            writeln!(to, "groups: {}", hexadecimal(&answers.groups))?;
            writeln!(to, "asks for a certificate: {}", if answers.asks_for_certificate { "yes" } else { "no" })?;
        }
        Ok(())
    }
}

impl Recording {
    /// Reads what [`Self::to_string`] wrote.
    pub(crate) fn parse(text: &str) -> Self {
        let mut read = Self::default();
        let mut last = Answers::default();
        let mut question = None;
        for line in text.lines() {
            if let Some(words) = line.strip_prefix("handshakes with ") {
                let (address, name) = words.split_once(' ').unwrap();
                question = Some((address.to_owned(), (name != "-").then(|| name.to_owned())));
                last = Answers::default();
                continue;
            }
            let Some((key, value)) = line.split_once(": ").or(line.strip_suffix(':').map(|key| (key, ""))) else {
                continue;
            };
            match key {
                "answer" => read.is_valid = value == "valid",
                "message" => read.messages.push(value.to_owned()),
                "library at level 2" => read.level_2 = numbers(value),
                "library at level 0" => read.level_0 = numbers(value),
                "versions" => last.versions = numbers(value),
                "suites" => last.suites = numbers(value),
                "groups" => last.groups = numbers(value),
                "asks for a certificate" => {
                    last.asks_for_certificate = value == "yes";
                    read.answers.insert(question.take().unwrap(), last.clone());
                }
                _ => read.about.push(line.to_owned()),
            }
        }
        read
    }
}

fn hexadecimal(numbers: &BTreeSet<u16>) -> String {
    numbers.iter().map(|number| format!("{number:04x}")).collect::<Vec<_>>().join(" ")
}

fn numbers(text: &str) -> BTreeSet<u16> {
    text.split_whitespace().map(|number| u16::from_str_radix(number, 16).unwrap()).collect()
}
