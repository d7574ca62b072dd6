//! Typed settings of a rule, from one declaration. Not keyreeve.toml, which the host reads and checks.

use crate::{Setting, Value};

/// The settings of a rule; `settings!` implements it. [`Default`] gives every setting's default.
pub trait Settings: Sized + Default {
    /// Every setting with its default and what it does.
    fn declare() -> Vec<Setting>;

    /// Makes the settings from values by name, defaults for those that are missing. The error names the setting and
    /// what it must be.
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

/// A type that a setting can have.
pub trait SettingType: Sized {
    /// What the type is called in an error: `a whole number`.
    const EXPECTED: &'static str;

    /// As the contract passes it.
    fn into_value(self) -> Value;

    /// From what the contract passes; none if it is of another type or out of range.
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

/// Declares the settings of a rule: a struct whose fields have a doc comment, a type and a default. The setting's name is
/// the field's, with hyphens; its description the doc comment.
///
/// Types are `bool`, `i64`, `u32`, `String`, `Vec<String>` and [`Days`](crate::Days).
#[macro_export]
macro_rules! settings {
    (
        $(#[$about:meta])*
        $visibility:vis struct $name:ident {
            $( $(#[doc = $doc:literal])+ $field_visibility:vis $field:ident: $type:ty = $default:expr, )*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq)]
        $visibility struct $name {
            $( $(#[doc = $doc])+ $field_visibility $field: $type, )*
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }

        impl $crate::Settings for $name {
            fn declare() -> ::std::vec::Vec<$crate::Setting> {
                let default = Self::default();
                ::std::vec![ $( $crate::guest::setting(stringify!($field), default.$field, concat!($($doc),+)), )* ]
            }

            fn read(
                values: ::std::vec::Vec<(::std::string::String, $crate::Value)>,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                let mut settings = Self::default();
                for (name, value) in values {
                    match name.replace('-', "_").as_str() {
                        $( stringify!($field) => settings.$field = $crate::guest::read_setting(&name, value)?, )*
                        _ => return ::core::result::Result::Err($crate::guest::unknown_setting(&name)),
                    }
                }
                ::core::result::Result::Ok(settings)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    crate::settings! {
        /// One of each type.
        struct All {
            /// A switch,
            /// on two lines.
            on: bool = true,
            /// A number.
            whole_number: i64 = -1,
            /// A count.
            count: u32 = 2048,
            /// A text.
            text: String = "1.3".into(),
            /// Texts.
            texts: Vec<String> = vec!["a".into()],
            /// Days.
            maximum_age: Days = Days(90),
        }
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
        ] {
            assert_eq!(All::read(vec![(name.into(), value)]).unwrap_err(), error);
        }
    }
}
