//! Typed settings of a rule, and the types that a setting can have. Not keyreeve.toml, which the host reads and checks.

use crate::{Setting, Value};

/// The settings of a rule; `#[derive(Settings)]` implements it and [`Default`], which gives every setting's default.
pub trait Settings: Sized + Default {
    /// Every setting with its default and what it does.
    fn declare() -> Vec<Setting>;

    /// Makes the settings from values by name, with defaults for missing ones. The error names the setting and what it
    /// must be.
    fn read(values: Vec<(String, Value)>) -> Result<Self, String>;
}

/// A rule without settings.
impl Settings for () {
    fn declare() -> Vec<Setting> {
        Vec::new()
    }

    fn read(_: Vec<(String, Value)>) -> Result<Self, String> {
        Ok(())
    }
}

/// A type that a setting can have: `bool`, `i64`, `u32`, `String`, `Vec<String>` and [`Days`].
#[diagnostic::on_unimplemented(
    message = "no setting can have the type `{Self}`",
    label = "not a type of settings",
    note = "a setting is a bool, i64, u32, String, Vec<String> or keyreeve_rule::Days"
)]
pub trait SettingType: Sized {
    /// What the type is called in an error: `a whole number`.
    const EXPECTED: &'static str;

    /// As the contract passes it.
    fn into_value(self) -> Value;

    /// Converts the value from the contract's form. Returns `None` if it has another type or is out of range.
    fn from_value(value: Value) -> Option<Self>;
}

/// A length of time in whole days of 86,400 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(pub u32);

macro_rules! setting_types {
    ($($type:ty, $case:ident, $expected:literal, |$value:ident| $out:expr, $in:expr;)*) => {$(
        impl SettingType for $type {
            const EXPECTED: &'static str = $expected;

            fn into_value(self) -> Value {
                let $value = self;
                Value::$case($out)
            }

            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$case($value) => $in,
                    _ => None,
                }
            }
        }
    )*};
}

setting_types! {
    bool, Boolean, "true or false", |value| value, Some(value);
    i64, Integer, "a whole number", |value| value, Some(value);
    u32, Integer, "a whole number from 0 to 4294967295", |value| i64::from(value), u32::try_from(value).ok();
    String, Text, "a text", |value| value, Some(value);
    Vec<String>, Texts, "a list of texts", |value| value, Some(value);
    Days, Days, "a number of days", |value| value.0, Some(Days(value));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// One of each type.
    #[derive(Debug, PartialEq, crate::Settings)]
    struct All {
        /// A switch,
        /// on two lines.
        #[setting(default = true)]
        on: bool,
        /// A number.
        #[setting(default = -1)]
        whole_number: i64,
        /// A count.
        #[setting(default = 2048)]
        count: u32,
        /// A text.
        #[setting(default = "1.3".into())]
        text: String,
        /// Texts.
        #[setting(default = vec!["a".into()])]
        texts: Vec<String>,
        /// Days.
        #[setting(default = Days(90))]
        maximum_age: Days,
        /// A word of the language.
        #[setting(default = String::new())]
        r#type: String,
    }

    #[test]
    fn a_declaration_names_each_setting_with_its_type_default_and_description() {
        let declared: Vec<_> = All::declare().into_iter().map(|one| (one.name, one.default, one.doc)).collect();
        let expected = [
            ("on", Value::Boolean(true), "A switch, on two lines."),
            ("whole-number", Value::Integer(-1), "A number."),
            ("count", Value::Integer(2048), "A count."),
            ("text", Value::Text("1.3".into()), "A text."),
            ("texts", Value::Texts(vec!["a".into()]), "Texts."),
            ("maximum-age", Value::Days(90), "Days."),
            ("type", Value::Text(String::new()), "A word of the language."),
        ];
        let expected: Vec<_> = expected.map(|(name, default, doc)| (name.into(), default, doc.into())).into();
        assert_eq!(declared, expected);
    }

    #[test]
    fn what_is_declared_can_be_read_and_what_is_missing_has_its_default() {
        let declared = All::declare().into_iter().map(|one| (one.name, one.default)).collect();
        assert_eq!(All::read(declared).unwrap(), All::default());
        let one = All::read(vec![("maximum-age".into(), Value::Days(30))]).unwrap();
        assert_eq!(one, All { maximum_age: Days(30), ..All::default() });
    }

    #[test]
    fn a_value_of_another_type_or_out_of_range_is_refused_by_name() {
        for (name, value, error) in [
            ("on", Value::Integer(1), "the setting on must be true or false"),
            ("count", Value::Integer(-1), "the setting count must be a whole number from 0 to 4294967295"),
            ("count", Value::Integer(1 << 32), "the setting count must be a whole number from 0 to 4294967295"),
            ("maximum-age", Value::Integer(90), "the setting maximum-age must be a number of days"),
            ("other", Value::Integer(90), "there is no setting other"),
            ("maximum_age", Value::Days(90), "there is no setting maximum_age"),
        ] {
            assert_eq!(All::read(vec![(name.into(), value)]).unwrap_err(), error);
        }
    }
}
