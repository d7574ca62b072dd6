//! The order and the names of severities. wit/ says what each severity means.

use crate::Severity;

impl Severity {
    /// Every severity, lowest first, as the contract lists them.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Its name in keyreeve.toml, on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
