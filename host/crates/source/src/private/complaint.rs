//! A parser's error message without the values that it quotes: whoever names a file by mistake, or on purpose, learns
//! nothing of its content. The place stays out of it too; the caller reports that, which is enough for the file's
//! owner.

/// An error message of serde without values: it says what was expected, or what is missing.
pub fn without_values(complaint: &str) -> String {
    match complaint.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if complaint.starts_with("missing field ") || !complaint.contains(['`', '"', '\'']) => {
            complaint.to_owned()
        }
        None => "it is not what is written in such a file".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_says_what_was_expected_and_not_what_there_was() {
        for (complaint, said) in [
            ("invalid type: string \"s3cr3t, expected x\", expected u32", "expected u32"),
            ("unknown field `s3cr3t`, expected one of `a`, `b`", "expected one of `a`, `b`"),
            ("missing field `findings`", "missing field `findings`"),
            ("expected value", "expected value"),
            ("duplicate key `s3cr3t`", "it is not what is written in such a file"),
        ] {
            assert_eq!(without_values(complaint), said);
        }
    }
}
