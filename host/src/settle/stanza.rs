//! The stanza that `keyreeve except` prints: an exception for one finding, to be filled in by people.
//! Not an exception yet: as long as a field is empty the policy file is refused.

use std::fmt::Write as _;

use toml::Value;

use crate::finding::Finding;
use crate::policy::printable;

/// The TOML stanza for a finding in the file of this path. Both kinds of exception are in it, the second commented out.
pub fn stanza(finding: &Finding, path: &str) -> String {
    let mut text = format!(
        "# {}: {}\n# {}: {}\n",
        printable(path),
        printable(&finding.label),
        finding.severity.name(),
        printable(&finding.message)
    );
    let accepted = [
        ("reason", "why the violation is there"),
        ("approved-by", "who in management approved it"),
        ("alternative", "the alternative solution that management defined"),
        ("expires", "the last day on which it is accepted: 2027-03-31"),
    ];
    text.push_str(&table("accepted", finding, &accepted));
    text.push_str("\n# Or, if the finding is wrong, this instead:\n");
    let false_positive = [("reason", "why the finding is wrong"), ("owner", "who answers for that")];
    for line in table("false-positive", finding, &false_positive).lines() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# {line}");
    }
    text
}

fn table(kind: &str, finding: &Finding, blanks: &[(&str, &str)]) -> String {
    let given = [("kind", kind), ("rule", &finding.rule), ("fingerprint", &finding.fingerprint)];
    let mut text = String::from("[[exceptions]]\n");
    for (key, value) in given {
        let _ = writeln!(text, "{key} = {}", string(value));
    }
    for (key, meaning) in blanks {
        let _ = writeln!(text, "{key} = \"\"  # {meaning}");
    }
    text
}

/// A TOML string on one line, so that no line of a value can leave the comment it may stand in.
fn string(text: &str) -> String {
    let one_line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    Value::String(one_line).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;
    use crate::policy::{Policy, PolicyError};
    use crate::settle::fixtures::finding;

    fn loaded(text: &str) -> Result<Policy, PolicyError> {
        Policy::load(Path::new("keyreeve.toml"), text.as_bytes())
    }

    #[test]
    fn the_stanza_is_refused_until_it_is_filled_in() {
        let text = stanza(&finding("key-size", "a.pem", 1), "a.pem");
        let Err(PolicyError::Invalid(faults)) = loaded(&text) else { panic!("an empty stanza is accepted: {text}") };
        let messages: Vec<&str> = faults.iter().map(|(_, fault)| fault.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "`reason` must not be empty",
                "`approved-by` must not be empty",
                "`alternative` must not be empty",
                "`expires` must be a date such as 2027-03-31, not ``"
            ]
        );
        let filled = text.replace("expires = \"\"", "expires = 2027-03-31").replace("= \"\"", "= \"x\"");
        assert_eq!(loaded(&filled).unwrap().exceptions.len(), 1);
    }

    #[test]
    fn the_commented_half_is_a_false_positive() {
        let text = stanza(&finding("key-size", "a.pem", 1), "a.pem");
        let (_, second) = text.split_once("this instead:\n").unwrap();
        let second = second.replace("# [[", "[[").replace("\n# ", "\n").replace("= \"\"", "= \"x\"");
        assert_eq!(loaded(&second).unwrap().exceptions.len(), 1, "{second}");
    }

    proptest::proptest! {
        #[test]
        fn hostile_text_stays_in_its_comment(path: String, message: String, label: String) {
            let hostile = Finding { message: message.into(), label: label.into(), ..finding("key-size", "a", 1) };
            let text = stanza(&hostile, &path).replace("expires = \"\"", "expires = 2027-03-31");
            let policy = loaded(&text.replace("= \"\"", "= \"x\"")).unwrap();
            proptest::prop_assert_eq!(policy.exceptions.len(), 1);
            proptest::prop_assert_eq!(&policy.exceptions[0].rule, "key-size");
        }
    }
}
