//! What the user gives a scan beside its sources, in the form that formats need. Not the policy, which no format knows.

use std::fmt;

/// How much a format reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What rules judge.
    Judged,
    /// Also what only people read: subject, issuer, serial number, digests.
    Everything,
}

/// Passwords to try on encrypted data, in order. No password is ever in a fact, message or log.
#[derive(Default)]
pub struct Passwords(Vec<String>);

impl Passwords {
    /// No passwords: nothing is decrypted.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// One password for each line of a file; an empty line is the empty password.
    pub fn of_lines(text: &str) -> Self {
        Self(text.lines().map(str::to_owned).collect())
    }

    /// Whether there is no password.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All passwords, in the order in which they are tried.
    pub fn list(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passwords", self.0.len())
    }
}

/// What every format is given.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// How much is read.
    pub detail: Detail,
    /// Passwords to try on encrypted data.
    pub passwords: &'a Passwords,
}

impl Given<'_> {
    /// What rules judge, and no passwords.
    pub const NOTHING: Self = Self { detail: Detail::Judged, passwords: Passwords::NONE };
}
