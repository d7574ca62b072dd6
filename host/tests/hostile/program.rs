//! The program with hostile rules in its policy. Not the library.
