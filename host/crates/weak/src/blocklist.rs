//! Lists of keys whose private half is publicly known, in the format of badkeys' `blocklist.dat`; they are too large to
//! be built in. The names of these lists are not here: badkeys keeps them in other files.

use std::io::{self, Read as _};
use std::path::Path;

use keyreeve_source::digest::{hex, sha256};
use keyreeve_source::regular;

use super::Weakness;
use crate::{Numbers, significant};

/// Bytes of a record: the first bytes of a SHA-256, and the number of a list.
const RECORD: usize = 16;
const HASH: usize = RECORD - 1;
/// The most bytes of a file; badkeys' own has some sixty million.
const SIZE_LIMIT: u64 = 1 << 30;

/// Keys by their hashes.
#[derive(Debug)]
pub struct Blocklist {
    /// How a report calls the file.
    name: String,
    /// Records, sorted by hash.
    records: Vec<u8>,
}

/// Why a file is not such a list.
#[derive(Debug, thiserror::Error)]
pub enum BlocklistError {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// The file is larger than any such list.
    #[error("it has more than {SIZE_LIMIT} bytes")]
    TooLarge,
    /// The file is empty, so nothing could be found in it.
    #[error("it is empty")]
    Empty,
    /// The file is compressed, or something else.
    #[error("its length, {0} bytes, is no multiple of {RECORD}: it is not badkeys' blocklist.dat, or still compressed")]
    Length(usize),
    /// The records are not sorted, so the file is something else.
    #[error("record {0} is not in the order of the hashes: it is not badkeys' blocklist.dat, or damaged")]
    Order(usize),
}

impl Blocklist {
    /// Reads the list in a file.
    ///
    /// # Errors
    /// A [`BlocklistError`] that says what is wrong with the file.
    pub fn open(path: &Path) -> Result<Self, BlocklistError> {
        let mut bytes = Vec::new();
        regular::open(path)?.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::read(name, bytes)
    }

    /// Reads the list in these bytes; reports use this name for it.
    fn read(name: String, records: Vec<u8>) -> Result<Self, BlocklistError> {
        if records.len() as u64 > SIZE_LIMIT {
            return Err(BlocklistError::TooLarge);
        }
        let (whole, rest) = records.as_chunks::<RECORD>();
        if !rest.is_empty() {
            return Err(BlocklistError::Length(records.len()));
        }
        if whole.is_empty() {
            return Err(BlocklistError::Empty);
        }
        match whole.windows(2).position(|pair| pair[0][..HASH] > pair[1][..HASH]) {
            Some(position) => Err(BlocklistError::Order(position + 2)),
            None => Ok(Self { name, records }),
        }
    }

    /// SHA-256 of the file, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        hex(&sha256(&self.records))
    }

    /// The weakness that the key is in the list. Returns `None` if it is not.
    pub fn weakness(&self, numbers: &Numbers<'_>) -> Option<Weakness> {
        let hash = &sha256(hashed(numbers))[..HASH];
        let (records, _) = self.records.as_chunks::<RECORD>();
        let position = records.binary_search_by(|record| record[..HASH].cmp(hash)).ok()?;
        Some(("blocklist", format!("list {} of {}", records[position][HASH], self.name)))
    }
}

/// The part of a key that badkeys hashes: the modulus (RSA), the public value (DSA, DH), the x coordinate (EC), or the
/// key as a number (Edwards and Montgomery curves), without leading zeros; for a post-quantum algorithm, the key as it
/// stands.
fn hashed<'a>(numbers: &Numbers<'a>) -> &'a [u8] {
    match *numbers {
        Numbers::Rsa { modulus, .. } => modulus,
        Numbers::Dsa { y, .. } | Numbers::Dh { y, .. } => y,
        Numbers::Ec { point, .. } => match point.split_first() {
            Some((2 | 3, x)) => significant(x),
            Some((_, both)) => significant(&both[..both.len() / 2]),
            None => &[],
        },
        Numbers::Fixed { name, key } if name.contains('-') => key,
        Numbers::Fixed { key, .. } => significant(key),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn list(entries: &[(&[u8], u8)]) -> Vec<u8> {
        let record = |(hashed, id): &(&[u8], u8)| [&sha256(hashed)[..HASH], &[*id]].concat();
        let mut records: Vec<Vec<u8>> = entries.iter().map(record).collect();
        records.sort();
        records.concat()
    }

    #[test]
    fn keys_are_found_by_what_badkeys_hashes_of_them() {
        let entries: [(&[u8], u8); 4] = [(&[1, 2, 3], 1), (&[4, 5], 7), (&[6; 31], 20), (&[0, 6], 255)];
        let list = Blocklist::read("blocklist.dat".to_owned(), list(&entries)).unwrap();
        let point = [&[4][..], &[0; 30], &[4, 5], &[9; 32]].concat();
        let compressed = [&[2][..], &[0; 30], &[4, 5]].concat();
        let padded = [&[0][..], &[6; 31]].concat();
        for (numbers, id) in [
            (Numbers::Rsa { modulus: &[1, 2, 3], exponent: &[3] }, 1),
            (Numbers::Dsa { p: &[9], q: &[9], g: &[9], y: &[1, 2, 3] }, 1),
            (Numbers::Dh { p: &[9], g: &[9], y: &[4, 5] }, 7),
            (Numbers::Ec { curve: "prime256v1", point: &point }, 7),
            (Numbers::Ec { curve: "prime256v1", point: &compressed }, 7),
            (Numbers::Fixed { name: "Ed25519", key: &padded }, 20),
            (Numbers::Fixed { name: "ML-DSA-44", key: &[0, 6] }, 255),
        ] {
            assert_eq!(list.weakness(&numbers), Some(("blocklist", format!("list {id} of blocklist.dat"))));
        }
        assert_eq!(list.weakness(&Numbers::Rsa { modulus: &[1, 2, 4], exponent: &[3] }), None);
        assert_eq!(list.weakness(&Numbers::Ec { curve: "prime256v1", point: &[] }), None);
    }

    #[test]
    fn a_file_that_is_no_list_is_refused() {
        let read = |bytes: &[u8]| Blocklist::read(String::new(), bytes.to_vec()).unwrap_err().to_string();
        assert_eq!(read(&[]), "it is empty");
        assert!(read(&[0; 15]).starts_with("its length, 15 bytes, is no multiple of 16"));
        let sorted = list(&[(&[1], 1), (&[2], 1), (&[3], 1)]);
        let turned = [&sorted[16..], &sorted[..16]].concat();
        assert!(read(&turned).starts_with("record 3 is not in the order"), "{}", read(&turned));
    }

    /// Some keys, and a list that contains some of them and others.
    fn keys_and_list() -> impl Strategy<Value = (Vec<Vec<u8>>, Vec<u8>)> {
        let key = (1_u8..4, vec(any::<u8>(), 0..2)).prop_map(|(first, rest)| [vec![first], rest].concat());
        (vec(key, 0..8), vec((0_usize..12, any::<u8>()), 1..20)).prop_map(|(keys, entries)| {
            let other = [9];
            let entries: Vec<(&[u8], u8)> =
                entries.iter().map(|(key, id)| (keys.get(*key).map_or(&other[..], Vec::as_slice), *id)).collect();
            (keys.clone(), list(&entries))
        })
    }

    proptest! {
        #[test]
        fn a_lookup_agrees_with_a_search_from_the_first_to_the_last((keys, bytes) in keys_and_list()) {
            let list = Blocklist::read("list".to_owned(), bytes.clone()).unwrap();
            for key in &keys {
                let hash = sha256(key);
                let records = bytes.chunks(RECORD).filter(|record| record[..HASH] == hash[..HASH]);
                let found: Vec<String> = records.map(|record| format!("list {} of list", record[HASH])).collect();
                let weakness = list.weakness(&Numbers::Rsa { modulus: key, exponent: &[3] });
                prop_assert_eq!(weakness.is_none(), found.is_empty());
                prop_assert!(weakness.is_none_or(|(name, value)| name == "blocklist" && found.contains(&value)));
            }
        }

        #[test]
        fn arbitrary_bytes_are_a_list_if_and_only_if_they_are_records_in_order(
            bytes in prop_oneof![any::<Vec<u8>>(), vec(0_u8..2, 0..5).prop_map(|hashes| hashes.iter().flat_map(|hash| [*hash; RECORD]).collect())],
            key in vec(any::<u8>(), 0..40),
        ) {
            let records: Vec<&[u8]> = bytes.chunks(RECORD).collect();
            let is_list = !bytes.is_empty() && bytes.len() % RECORD == 0 && records.is_sorted_by_key(|record| &record[..HASH]);
            let list = Blocklist::read(String::new(), bytes.clone());
            prop_assert_eq!(list.is_ok(), is_list);
            if let Ok(list) = list {
                for numbers in [Numbers::Ec { curve: "prime256v1", point: &key }, Numbers::Fixed { name: "X25519", key: &key }] {
                    prop_assert_eq!(list.weakness(&numbers), None);
                }
            }
        }
    }
}
