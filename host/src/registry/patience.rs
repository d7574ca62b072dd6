//! Timeouts: one deadline for all requests about a rule, which only moves when bytes are transferred. How often a busy
//! registry is asked again is not decided here.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::error::Reason;

/// How long a registry may take. One that sends a byte now and then is given up just like one that sends nothing.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until a connection is established.
    pub connect: Duration,
    /// Until something comes, and between two pieces of an answer.
    pub silence: Duration,
    /// For a rule altogether: every request, redirection, token and pause.
    pub whole: Duration,
    /// Bytes that earn one more second: only bytes that have arrived count, not those that were announced.
    pub rate: u64,
}

impl Default for Patience {
    fn default() -> Self {
        let [connect, silence, whole] = [10, 30, 120].map(Duration::from_secs);
        Self { connect, silence, whole, rate: 64 * 1024 }
    }
}

/// When a conversation must end.
pub(super) struct Deadline {
    began: Instant,
    patience: Patience,
    /// Bytes that were transferred.
    bytes: u64,
}

/// What is waited for.
#[derive(Clone, Copy)]
pub(super) struct Awaited {
    /// As a message calls it: `manifest`.
    pub(super) what: &'static str,
    /// Bytes of it that have come.
    pub(super) received: u64,
    /// Whether an answer must come soon: not while a whole component has still to be sent.
    pub(super) soon: bool,
}

impl Deadline {
    /// One that begins now.
    pub(super) fn new(patience: Patience) -> Self {
        Self { began: Instant::now(), patience, bytes: 0 }
    }

    /// Allows the time for bytes that have come, or are to be sent.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    fn whole(&self) -> Duration {
        self.patience.whole + Duration::from_secs(self.bytes / self.patience.rate.max(1))
    }

    /// The time that is left.
    pub(super) fn left(&self) -> Duration {
        self.whole().saturating_sub(self.began.elapsed())
    }

    /// Waits for some work, at most until the deadline.
    pub(super) async fn within<T>(&self, awaited: Awaited, work: impl Future<Output = T>) -> Result<T, Reason> {
        let Awaited { what, received, soon } = awaited;
        let (left, silence) = (self.left(), self.patience.silence);
        let limit = if soon { left.min(silence) } else { left };
        timeout(limit, work).await.map_err(|_| match limit < left {
            true => Reason::Silent { what, received, limit },
            false => Reason::Slow { what, received, limit: self.whole() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_may_take_longer() {
        let mut deadline = Deadline::new(Patience::default());
        assert!(deadline.left() <= Duration::from_secs(120));
        for mebibytes in [1 << 20, 63 << 20] {
            deadline.allow(mebibytes);
        }
        let further = Duration::from_secs(64 * 16);
        assert!(deadline.left() > further && deadline.left() <= further + Duration::from_secs(120));
    }
}
