//! What the user gives a scan beside its sources, as formats need it. Not the policy, which no format knows.

use std::fmt;

/// How much of the facts is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What rules judge.
    Judged,
    /// Also what only people look at: subject, issuer, serial number, digests.
    Everything,
}

/// Passwords to be tried on what is encrypted, in order. None of them is in a fact, message or log.
#[derive(Default)]
pub struct Passwords(Vec<String>);

impl Passwords {
    /// No passwords: nothing is decrypted.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// The lines of a file, a password each; an empty line is the empty password.
    pub fn of_lines(text: &str) -> Self {
        Self(text.lines().map(str::to_owned).collect())
    }

    /// Whether there is no password.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order in which they are tried.
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
    /// What opens what is encrypted.
    pub passwords: &'a Passwords,
}

impl Given<'_> {
    /// What rules judge, and no passwords.
    pub const NOTHING: Self = Self { detail: Detail::Judged, passwords: Passwords::NONE };
}
