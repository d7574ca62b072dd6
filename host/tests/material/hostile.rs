//! Keys in every form.
