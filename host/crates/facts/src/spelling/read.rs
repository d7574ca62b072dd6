//! Reads facts from JSON in the spelling of the contract, as `to_value` writes them. It guesses nothing: a missing
//! field, a surplus field, or an unknown case is an error that names it.

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};

use super::spelling;

/// Reads a fact that [`super::to_value`] has written.
///
/// # Errors
/// An error names the field, by its path from the outermost record, and says what is wrong with it.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(Contract(value))
}

/// Reads a [`Value`] as serde_json does, with the contract's names.
#[derive(Clone, Copy)]
struct Contract<'v>(&'v Value);

impl<'v> Deserializer<'v> for Contract<'v> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        let Some(items) = self.0.as_array() else { return Err(Error::custom("must be a list")) };
        let mut items = SeqDeserializer::new(items.iter().map(Contract));
        let list = visitor.visit_seq(&mut items)?;
        items.end().map(|()| list)
    }

    fn deserialize_tuple<V: Visitor<'v>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Some(object) = self.0.as_object() else { return Err(Error::custom("must be an object")) };
        let known: Vec<String> = fields.iter().map(|field| spelling(field)).collect();
        if let Some(unknown) = object.keys().find(|key| !known.contains(key)) {
            return Err(Error::custom(format!("there is no field `{unknown}`, only {}", known.join(", "))));
        }
        visitor.visit_map(Fields { object, fields: fields.iter(), next: None })
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        _: &'static str,
        cases: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let case = self.0.as_str().and_then(|text| cases.iter().find(|case| spelling(case) == text));
        let Some(case) = case else {
            let known: Vec<String> = cases.iter().map(|case| spelling(case)).collect();
            return Err(Error::custom(format!("must be one of {}", known.join(", "))));
        };
        visitor.visit_enum(StrDeserializer::new(case))
    }

    forward_to_deserialize_any! {
        <W: Visitor<'v>> bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple_struct map identifier ignored_any
    }
}

impl<'v> IntoDeserializer<'v, Error> for Contract<'v> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The fields of a record, in the order of their declaration. All of them must be present.
struct Fields<'v> {
    object: &'v Map<String, Value>,
    fields: std::slice::Iter<'static, &'static str>,
    /// The field whose name was read last: its name and value.
    next: Option<(String, &'v Value)>,
}

impl<'v> MapAccess<'v> for Fields<'v> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'v>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.fields.next() else { return Ok(None) };
        let name = spelling(field);
        let Some(value) = self.object.get(&name) else {
            return Err(Error::custom(format!("the field `{name}` is missing")));
        };
        self.next = Some((name, value));
        seed.deserialize(StrDeserializer::new(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'v>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, value) = self.next.take().ok_or_else(|| Error::custom("a value is asked for before its name"))?;
        seed.deserialize(Contract(value)).map_err(|error| Error::custom(format!("{name}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use keyreeve_contract::{Encryption, Key, PublicKey, Severity};
    use serde_json::json;

    use super::*;
    use crate::spelling::to_value;

    fn encryption() -> Value {
        json!({ "scheme": "PBES2", "kdf": "PBKDF2", "prf": "hmacWithSHA256", "iterations": u64::MAX,
                "cipher": "aes-256-cbc", "attributes": [["a_B", "C_d"]] })
    }

    fn key() -> Value {
        json!({
            "context": { "environment": "production", "holder": "shared", "network": "trusted", "data": "other",
                         "purpose": "trust-store" },
            "unknown": [{ "field": "public", "reason": "it is encrypted" }],
            "role": "private", "format": "PKCS#8",
            "public": { "algorithm": "RSA", "bits": 1024, "curve": "", "exponent": [1, 0, 1], "attributes": [] },
            "protection": "not-needed", "encryption": encryption(), "last-rotated": i64::MIN, "inventoried": false,
            "attributes": [],
        })
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (field, value) in
            [("encryption", Value::Null), ("last-rotated", json!(7)), ("protection", json!("hardware"))]
        {
            let mut written = key();
            written[field] = value;
            assert_eq!(to_value(&from_value::<Key>(&written).unwrap()).unwrap(), written);
        }
        for severity in Severity::ALL {
            assert_eq!(from_value::<Severity>(&to_value(&severity).unwrap()).unwrap(), severity);
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        let wrong = |pointer: &str, value: Value| {
            let mut key = key();
            *key.pointer_mut(pointer).unwrap() = value;
            from_value::<Key>(&key).unwrap_err().to_string()
        };
        assert_eq!(wrong("/role", json!("Private")), "role: must be one of private, public, request");
        assert_eq!(wrong("/role", json!({ "private": null })), "role: must be one of private, public, request");
        assert_eq!(wrong("/public", json!([])), "public: must be an object");
        assert_eq!(wrong("/public/exponent", json!("AQAB")), "public: exponent: must be a list");
        assert_eq!(
            wrong("/encryption/attributes/0", json!(["a", "b", "c"])).split(',').next().unwrap(),
            "encryption: attributes: invalid length 3"
        );
        let message = wrong("/public/bits", json!(-1));
        assert!(message.starts_with("public: bits: invalid value: integer `-1`"), "{message}");
        let message = wrong("/last-rotated", json!(1.5));
        assert!(message.starts_with("last-rotated: invalid type: floating point `1.5`"), "{message}");
    }

    #[test]
    fn a_field_too_many_or_too_few_is_an_error() {
        let mut more = encryption();
        more["last_rotated"] = json!(1);
        let message = from_value::<Encryption>(&more).unwrap_err().to_string();
        assert_eq!(message, "there is no field `last_rotated`, only scheme, kdf, prf, iterations, cipher, attributes");
        let mut less = key();
        less["public"].as_object_mut().unwrap().shift_remove("curve");
        assert_eq!(from_value::<Key>(&less).unwrap_err().to_string(), "public: the field `curve` is missing");
        less.as_object_mut().unwrap().shift_remove("last-rotated");
        assert_eq!(from_value::<PublicKey>(&json!([])).unwrap_err().to_string(), "must be an object");
    }
}
