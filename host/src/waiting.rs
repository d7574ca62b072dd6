//! Limits how long a run waits for things that may never end: each time, and altogether. After the total is spent each
//! still gets a short time, which is enough for whatever ends by itself. It is not a clock, and stops nothing.

use std::sync::Mutex;
use std::time::Duration;

/// The time for one kind of thing that a run waits for.
pub(crate) struct Waiting {
    most: Duration,
    least: Duration,
    left: Mutex<Duration>,
}

impl Waiting {
    /// At most `most` each time; and at least `least`, even if they have used all of their common time.
    pub(crate) const fn new(most: Duration, least: Duration, all: Duration) -> Self {
        Self { most, least, left: Mutex::new(all) }
    }

    /// The most that one may take.
    pub(crate) fn most(&self) -> Duration {
        self.most
    }

    /// How long the next one may take.
    pub(crate) fn next(&self) -> Duration {
        self.left.lock().map_or(self.least, |left| left.clamp(self.least, self.most))
    }

    /// Records the time that one has taken.
    pub(crate) fn took(&self, time: Duration) {
        if let Ok(mut left) = self.left.lock() {
            *left = left.saturating_sub(time);
        }
    }
}
