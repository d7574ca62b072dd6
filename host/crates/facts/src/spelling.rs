//! Writes facts as JSON in the spelling of the contract: `not-before`, `starttls-required`, as wit/, rules and
//! keyreeve.toml have it; `read` reads them back. It is neither the spelling of the generated Rust types nor a format
//! of reports.

mod read;

use std::fmt;

pub use read::from_value;
use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeSeq, SerializeStruct, SerializeTuple, Serializer};
use serde_json::{Map, Value};

/// A fact as JSON: a record becomes an object, a case of an enum a text, an option its value or null, a tuple a list.
///
/// # Errors
/// For a type that nothing in the contract becomes, such as a map.
pub fn to_value<T: Serialize + ?Sized>(fact: &T) -> Result<Value, serde_json::Error> {
    fact.serialize(Contract)
}

/// The contract's name for a field (`not_before`) or a case (`TrustStore`).
fn spelling(name: &str) -> String {
    let mut spelt = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter == '_' || (letter.is_ascii_uppercase() && !spelt.is_empty()) {
            spelt.push('-');
        }
        if letter != '_' {
            spelt.push(letter.to_ascii_lowercase());
        }
    }
    spelt
}

/// Makes a [`Value`] as serde_json does, with the contract's names.
struct Contract;

/// Numbers and texts, which are the same in every spelling.
macro_rules! same {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method(self, value: $type) -> Result<Value, Self::Error> {
            serde_json::to_value(value)
        })*
    };
}

impl Serializer for Contract {
    type Ok = Value;
    type Error = serde_json::Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeStruct = Record;
    type SerializeTupleStruct = Impossible<Value, Self::Error>;
    type SerializeTupleVariant = Impossible<Value, Self::Error>;
    type SerializeMap = Impossible<Value, Self::Error>;
    type SerializeStructVariant = Impossible<Value, Self::Error>;

    same! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64,
    }

    fn serialize_none(self) -> Result<Value, Self::Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Self::Error> {
        to_value(value)
    }

    fn serialize_unit(self) -> Result<Value, Self::Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, case: &'static str) -> Result<Value, Self::Error> {
        Ok(Value::String(spelling(case)))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        case: &'static str,
        value: &T,
    ) -> Result<Value, Self::Error> {
        Ok(Value::Object(Map::from_iter([(spelling(case), to_value(value)?)])))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Self::Error> {
        Ok(List(Vec::new()))
    }

    fn serialize_tuple(self, _: usize) -> Result<List, Self::Error> {
        Ok(List(Vec::new()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Record, Self::Error> {
        Ok(Record(Map::new()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, Self::Error> {
        unknown("bytes")
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Value, Self::Error> {
        unknown(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, _: &T) -> Result<Value, Self::Error> {
        unknown(name)
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Self::Error> {
        unknown(name)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Self::Error> {
        unknown(name)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Self::Error> {
        unknown("map")
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Self::Error> {
        unknown(name)
    }
}

fn unknown<T>(what: impl fmt::Display) -> Result<T, serde_json::Error> {
    Err(serde_json::Error::custom(format!("{what}: no type of the contract")))
}

/// A list or a tuple.
struct List(Vec<Value>);

impl SerializeSeq for List {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        self.0.push(to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Self::Error> {
        Ok(Value::Array(self.0))
    }
}

impl SerializeTuple for List {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, Self::Error> {
        SerializeSeq::end(self)
    }
}

/// A record.
struct Record(Map<String, Value>);

impl SerializeStruct for Record {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, field: &'static str, value: &T) -> Result<(), Self::Error> {
        self.0.insert(spelling(field), to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Self::Error> {
        Ok(Value::Object(self.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::{BTreeMap, BTreeSet};

    use keyreeve_contract::{
        Data, Encryption, Environment, Holder, Key, Network, Protection, PublicKey, Purpose, Role, Side, TlsEndpoint,
        Transport, Verdict, Verification,
    };
    use serde_json::json;

    use super::*;

    /// The contract's own text.
    const WIT: [&str; 2] = [include_str!("../../../../wit/types.wit"), include_str!("../../../../wit/facts.wit")];

    /// The text between the braces of every declaration that begins with this word (`record`, `enum`), by name.
    fn declared(word: &str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let mut all = BTreeMap::new();
        for text in WIT {
            for (at, _) in text.match_indices(word) {
                let Some((name, rest)) = text[at + word.len()..].split_once('{') else { continue };
                let body = rest.split('}').next().unwrap_or_default();
                let lines = body.lines().map(str::trim).filter(|line| !line.starts_with("///"));
                let words =
                    lines.flat_map(|line| line.split(", ")).map(|item| item.split(':').next().unwrap_or_default());
                let words = words.map(|word| word.trim().trim_end_matches(',')).filter(|word| !word.is_empty());
                all.insert(name.trim(), words.collect());
            }
        }
        all
    }

    fn keys(value: &Value) -> BTreeSet<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    fn key() -> Key {
        let public = PublicKey {
            algorithm: "RSA".to_owned(),
            bits: 1024,
            curve: String::new(),
            exponent: vec![1, 0, 1],
            attributes: vec![("a_B".to_owned(), "C_d".to_owned())],
        };
        let encryption = Encryption {
            scheme: "PBES2".to_owned(),
            kdf: "PBKDF2".to_owned(),
            prf: "hmacWithSHA256".to_owned(),
            iterations: u64::MAX,
            cipher: "aes-256-cbc".to_owned(),
            attributes: Vec::new(),
        };
        Key {
            context: keyreeve_contract::Context::UNSPECIFIED,
            unknown: Vec::new(),
            role: Role::Private,
            format: "PKCS#8".to_owned(),
            public,
            protection: Protection::NotNeeded,
            encryption: Some(encryption),
            last_rotated: None,
            inventoried: false,
            attributes: Vec::new(),
        }
    }

    #[test]
    fn fields_are_those_that_the_contract_declares() {
        let records = declared("record ");
        let value = to_value(&key()).unwrap();
        assert_eq!(keys(&value), records["key"]);
        assert_eq!(keys(&value["public"]), records["public-key"]);
        assert_eq!(keys(&value["encryption"]), records["encryption"]);
        assert_eq!(keys(&value["context"]), records["context"]);
        assert!(value.get("last-rotated").is_some_and(Value::is_null));
    }

    #[test]
    fn cases_are_those_that_the_contract_declares() {
        fn spelt<T: Serialize>(cases: &[T]) -> BTreeSet<String> {
            cases.iter().map(|case| to_value(case).unwrap().as_str().unwrap().to_owned()).collect()
        }
        use Transport::{Plaintext, StarttlsOptional, StarttlsRequired, Tls};
        let all = [
            ("transport", spelt(&[Tls, StarttlsRequired, StarttlsOptional, Plaintext])),
            ("purpose", spelt(&[Purpose::Unspecified, Purpose::Live, Purpose::Fixture, Purpose::TrustStore])),
            ("side", spelt(&[Side::Server, Side::Client])),
            ("verification", spelt(&[Verification::None, Verification::Optional, Verification::Required])),
            ("role", spelt(&[Role::Private, Role::Public, Role::Request])),
            ("holder", spelt(&[Holder::Unspecified, Holder::Shared, Holder::Personal])),
            ("network", spelt(&[Network::Unspecified, Network::Untrusted, Network::Trusted])),
            ("data", spelt(&[Data::Unspecified, Data::Sensitive, Data::Other])),
            (
                "environment",
                spelt(&[Environment::Unspecified, Environment::Production, Environment::Staging, Environment::Test]),
            ),
            (
                "protection",
                spelt(&[Protection::NotNeeded, Protection::Plaintext, Protection::Passphrase, Protection::Hardware]),
            ),
        ];
        let enums = declared("enum ");
        for (name, cases) in all {
            assert_eq!(cases.iter().map(String::as_str).collect::<BTreeSet<_>>(), enums[name], "{name}");
        }
    }

    #[test]
    fn values_stay_what_they_are() {
        let value = to_value(&key()).unwrap();
        assert_eq!(value["format"], "PKCS#8");
        assert_eq!(value["encryption"]["iterations"], json!(u64::MAX));
        assert_eq!(value["public"]["exponent"], json!([1, 0, 1]));
        assert_eq!(value["public"]["attributes"], json!([["a_B", "C_d"]]));
        assert_eq!(to_value(&Some(i64::MIN)).unwrap(), json!(i64::MIN));
        let violation = Verdict::Violation(keyreeve_contract::Severity::High);
        assert_eq!(to_value(&violation).unwrap(), json!({ "violation": "high" }));
    }

    #[test]
    fn what_is_no_type_of_the_contract_is_an_error() {
        assert!(to_value(&BTreeMap::from([("not_a_field", 1)])).is_err());
    }

    #[test]
    fn endpoints_are_spelt_so_too() {
        let endpoint = TlsEndpoint {
            context: keyreeve_contract::Context::UNSPECIFIED,
            unknown: Vec::new(),
            side: Side::Server,
            transport: Transport::StarttlsRequired,
            names: vec!["A_b".to_owned()],
            versions: vec![0x0304],
            suites: Vec::new(),
            groups: Vec::new(),
            verification: Verification::None,
            attributes: Vec::new(),
        };
        let value = to_value(&endpoint).unwrap();
        assert_eq!(keys(&value), declared("record ")["tls-endpoint"]);
        assert_eq!((&value["transport"], &value["names"]), (&json!("starttls-required"), &json!(["A_b"])));
    }
}
