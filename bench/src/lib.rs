//! What both measuring programs share: files to measure with, and medians of what was measured.
//! Not part of keyreeve, and no test: it prints figures and asserts none.

pub mod generate;
pub mod measure;
