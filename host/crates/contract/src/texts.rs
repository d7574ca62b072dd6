//! The texts in a fact: what visits them, and how long they are. Not what becomes of them: facts are cut to length and
//! private values hidden elsewhere.

use crate::Unknown;

/// Who chose the words of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Whoever wrote the file.
    Theirs,
    /// A standard, or keyreeve: names of algorithms and of forms. Rules judge by them, and nothing of a file is in
    /// them.
    Standard,
}

/// What is called with texts.
pub type Call<'c> = &'c mut dyn FnMut(Words, &mut String);

/// What has texts in it. Every field is named where this is implemented, so that a new one is not forgotten.
pub trait Texts {
    /// Calls with each text.
    fn each_text(&mut self, call: Call<'_>);

    /// About how many bytes they have.
    fn weight(&self) -> usize;
}

impl<T: Texts> Texts for Vec<T> {
    fn each_text(&mut self, call: Call<'_>) {
        self.iter_mut().for_each(|part| part.each_text(call));
    }

    fn weight(&self) -> usize {
        self.iter().map(Texts::weight).sum()
    }
}

impl<T: Texts> Texts for Option<T> {
    fn each_text(&mut self, call: Call<'_>) {
        self.iter_mut().for_each(|part| part.each_text(call));
    }

    fn weight(&self) -> usize {
        self.iter().map(Texts::weight).sum()
    }
}

/// The value of an attribute: its name is the host's.
impl Texts for (String, String) {
    fn each_text(&mut self, call: Call<'_>) {
        call(Words::Theirs, &mut self.1);
    }

    fn weight(&self) -> usize {
        self.0.len() + self.1.len() + 16
    }
}

impl Unknown {
    /// A field whose value could not be found out, and why, as a clause.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}
