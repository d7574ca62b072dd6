//! Visits the texts in a fact, and computes how long they are. Cutting facts to length and hiding private values happen
//! elsewhere.

use crate::Unknown;

/// Who chose the words of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// The author of the file.
    Theirs,
    /// A standard, or keyreeve: names of algorithms and of forms. Rules judge by them, and they contain nothing from a
    /// file.
    Standard,
}

/// The function that is called with each text.
pub type Call<'c> = &'c mut dyn FnMut(Words, &mut String);

/// A type that contains texts. Implementations name every field, so that a new one is not forgotten.
pub trait Texts {
    /// Calls a function with each text.
    fn each_text(&mut self, call: Call<'_>);

    /// About how many bytes the texts have.
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

/// An attribute: the host chose its name, and its value is a text.
impl Texts for (String, String) {
    fn each_text(&mut self, call: Call<'_>) {
        call(Words::Theirs, &mut self.1);
    }

    fn weight(&self) -> usize {
        self.0.len() + self.1.len() + 16
    }
}

impl Unknown {
    /// A field whose value could not be determined, and the reason as a clause.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}
