//! A text that was found inside another one: what it says, how it is reached, and how its places are places there. Not the search for it.

use keyreeve_source::Span;

/// How a text is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// It is a file.
    File,
    /// It stands in another text as it is: what is looked for within any file is found there.
    Literally,
    /// It stands in another text encoded.
    Decoded,
    /// It is a template without its tags.
    Masked,
}

/// How the places of a text are places of the one around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Map {
    /// So many bytes further on.
    Shifted(u32),
    /// Stretches, each from an offset here to an offset there; what lies behind one's start lies as far behind it there.
    Stretches(Vec<(u32, u32)>),
    /// All of it is this stretch.
    Whole(Span),
}

impl Map {
    /// Where a span lies in the text around.
    pub(crate) fn span(&self, span: Span) -> Span {
        match self {
            Self::Shifted(by) => Span { start: span.start + by, end: span.end + by },
            Self::Whole(whole) => *whole,
            Self::Stretches(stretches) => {
                let at = |offset: u32| {
                    let index = stretches.partition_point(|(here, _)| *here <= offset).saturating_sub(1);
                    let (here, there) = stretches.get(index).copied().unwrap_or_default();
                    // No further than where the next stretch begins.
                    let limit = stretches.get(index + 1).map_or(u32::MAX, |(_, there)| *there);
                    (there + offset.saturating_sub(here)).min(limit)
                };
                let (start, end) = (at(span.start), at(span.end));
                Span { start, end: end.max(start) }
            }
        }
    }
}

/// A text inside another one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inner {
    /// What the text around calls it: the path or the name beside it; empty where there is neither.
    pub(crate) name: String,
    /// What it says.
    pub(crate) bytes: Vec<u8>,
    /// Where it stands.
    pub(crate) map: Map,
    /// How it stands there.
    pub(crate) how: Reached,
}
