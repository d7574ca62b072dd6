//! How long what may never end is waited for: each time so long at most, and altogether. What comes after that has a
//! moment still, which is enough for what ends by itself. Not a clock, and nothing that stops what is waited for.

use std::sync::Mutex;
use std::time::Duration;

/// The time for one kind of things that are waited for in a run.
pub(crate) struct Waiting {
    most: Duration,
    least: Duration,
    left: Mutex<Duration>,
}

impl Waiting {
    /// So long at most each time, and so long in any case, once they have taken all the time that there is for all.
    pub(crate) const fn new(most: Duration, least: Duration, all: Duration) -> Self {
        Self { most, least, left: Mutex::new(all) }
    }

    /// The most that one can take.
    pub(crate) fn most(&self) -> Duration {
        self.most
    }

    /// How long the next one may take.
    pub(crate) fn next(&self) -> Duration {
        self.left.lock().map_or(self.least, |left| left.clamp(self.least, self.most))
    }

    /// Notes what one has taken.
    pub(crate) fn took(&self, time: Duration) {
        if let Ok(mut left) = self.left.lock() {
            *left = left.saturating_sub(time);
        }
    }
}
