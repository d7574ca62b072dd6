//! Progress of a run while it reads: a line on the terminal, shown only if the run takes long. It is not a log: it only
//! has counts, never a path, and is erased at the end.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// Is told, from any thread, what has been done since the last time.
pub trait Progress: Sync {
    /// So many more files were looked at, with so many bytes.
    fn advance(&self, files: usize, bytes: u64);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: usize, _: u64) {}
}

/// A line on standard error with the counts so far: drawn if that is a terminal and the work takes longer than
/// half a second, cleared when dropped.
#[derive(Debug)]
pub struct Line {
    verb: &'static str,
    target: ProgressBar,
    started: Instant,
    files: AtomicUsize,
    bytes: AtomicU64,
}

impl Line {
    /// A line such as `reading 1200 files, 14 MiB`, for the verb `reading`.
    pub fn stderr(verb: &'static str) -> Self {
        Self::new(verb, ProgressDrawTarget::stderr_with_hz(10))
    }

    fn new(verb: &'static str, target: ProgressDrawTarget) -> Self {
        let style =
            ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        let target = ProgressBar::with_draw_target(None, target).with_style(style);
        Self { verb, target, started: Instant::now(), files: AtomicUsize::new(0), bytes: AtomicU64::new(0) }
    }
}

impl Progress for Line {
    fn advance(&self, files: usize, bytes: u64) {
        let files = self.files.fetch_add(files, Ordering::Relaxed) + files;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if self.target.is_hidden() || self.started.elapsed() < PATIENCE {
            return;
        }
        self.target.set_message(format!("{} {files} files, {} MiB", self.verb, bytes >> 20));
        self.target.tick();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.target.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

    /// A terminal that remembers what was written to it.
    #[derive(Debug, Clone, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("<cleared>")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line_on(paper: &Paper) -> Line {
        Line::new("reading", ProgressDrawTarget::term_like(Box::new(paper.clone())))
    }

    #[test]
    fn quick_work_shows_nothing() {
        let paper = Paper::default();
        let line = line_on(&paper);
        line.advance(3, 1 << 20);
        assert!(!paper.0.lock().unwrap().contains("files"));
    }

    #[test]
    fn slow_work_shows_the_counts_and_clears_them() {
        let paper = Paper::default();
        let mut line = line_on(&paper);
        line.advance(3, 1 << 20);
        line.started = Instant::now().checked_sub(PATIENCE).unwrap();
        line.advance(4, 2 << 20);
        drop(line);
        let written = paper.0.lock().unwrap().clone();
        assert!(written.contains("reading 7 files, 3 MiB"), "{written}");
        assert!(written.ends_with("<cleared>"), "{written}");
    }
}
