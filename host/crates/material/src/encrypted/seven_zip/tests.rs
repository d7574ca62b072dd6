//! Tests of 7z archives as 7zFormat.txt describes them, built here, sound and damaged. Archives that 7z itself wrote
//! are compared in the tests of encrypted data.

#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// A number as 7zFormat.txt writes it, in so many bytes behind the first or as many as it needs.
fn written(number: u64, more: usize) -> Vec<u8> {
    let needed = (0..8).find(|more| number >> (7 + 7 * more) == 0).unwrap_or(8);
    let more = more.clamp(needed, 8);
    let ones = !(0xff_u8.checked_shr(more as u32).unwrap_or(0));
    let high = if more < 7 { (number >> (8 * more)) as u8 } else { 0 };
    [&[ones | high][..], &number.to_le_bytes()[..more]].concat()
}

/// A header with its folders, each of coders by their identifier and properties.
fn header(folders: &[Vec<(Vec<u8>, Vec<u8>)>]) -> Vec<u8> {
    let mut bytes = vec![1, 4, 6, 0, 1, 9, 5, 0, 7, 0x0b];
    bytes.extend(written(folders.len() as u64, 0));
    bytes.push(0);
    for folder in folders {
        bytes.extend(written(folder.len() as u64, 0));
        for (id, properties) in folder {
            let has_properties = !properties.is_empty();
            bytes.push(id.len() as u8 | if has_properties { 0x20 } else { 0 });
            bytes.extend(id);
            if has_properties {
                bytes.extend(written(properties.len() as u64, 0));
                bytes.extend(properties);
            }
        }
        // Each coder but the last goes into the next one.
        for pair in 1..folder.len() {
            bytes.extend([pair as u8, pair as u8 - 1]);
        }
    }
    let outputs = folders.iter().map(Vec::len).sum();
    [bytes, vec![0x0c], vec![9; outputs], vec![0, 0, 0]].concat()
}

/// An archive of nothing but its header, which is there as it is or stored in so many others.
fn archive(header: &[u8], wraps: usize) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut header = header.to_vec();
    for _ in 0..wraps {
        let length = written(header.len() as u64, 0);
        let at = written(packed.len() as u64, 0);
        packed.extend(&header);
        let sizes = [&[0x17, 6][..], &at, &[1, 9], &length, &[0]].concat();
        header = [&sizes[..], &[7, 0x0b, 1, 0, 1, 1, 0, 0x0c], &length, &[0, 0]].concat();
    }
    let start = [(packed.len() as u64).to_le_bytes(), (header.len() as u64).to_le_bytes()].concat();
    [MAGIC, &[0, 4, 0, 0, 0, 0], &start, &[0; 4], &packed, &header].concat()
}

fn folders() -> impl Strategy<Value = Vec<Vec<(Vec<u8>, Vec<u8>)>>> {
    let properties = (any::<u8>(), vec(any::<u8>(), 0..20)).prop_map(|(first, rest)| [vec![first], rest].concat());
    let coder = (select(&[LZMA, COPY, &[0x21], AES][..]).prop_map(<[u8]>::to_vec), properties);
    vec(vec(coder, 1..4), 1..5)
}

proptest! {
    #[test]
    fn a_number_is_the_same_in_however_many_bytes_it_is_written(number in any::<u64>(), shift in 0_u32..64, more in 0_usize..9) {
        let number = number >> shift;
        let bytes = [&written(number, more)[..], &[7]].concat();
        let mut fields = Fields(&bytes);
        prop_assert_eq!(super::number(&mut fields), Ok(number));
        prop_assert_eq!(fields.0, [7]);
    }

    #[test]
    fn an_archive_is_encrypted_if_one_of_its_coders_is_aes(folders in folders(), wraps in 0..DEPTH) {
        let found = file(&archive(&header(&folders), wraps)).map_err(|reason| TestCaseError::fail(reason.0))?;
        let aes = folders.iter().flatten().find(|(id, _)| id == AES);
        prop_assert_eq!(found.len(), usize::from(aes.is_some()));
        if let (Some((_, properties)), [found]) = (aes, &found[..]) {
            let power = properties[0] & 63;
            prop_assert_eq!(found.item.iterations, if power == 63 { 0 } else { 1 << power });
        }
    }

    #[test]
    fn a_header_in_too_many_others_is_a_problem(folders in folders(), wraps in DEPTH..8) {
        prop_assert!(file(&archive(&header(&folders), wraps)).is_err());
    }

    #[test]
    fn damaged_archives_never_panic(folders in folders(), wraps in 0..DEPTH, at in vec(any::<Index>(), 1..4), value in any::<u8>(), cut in 0_usize..9) {
        let mut bytes = archive(&header(&folders), wraps);
        for at in at {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        let _ = file(&bytes);
    }

    #[test]
    fn arbitrary_headers_never_panic(kind in select(&[1_u8, 0x17][..]), rest in vec(prop_oneof![0_u8..13, any::<u8>()], 0..100)) {
        let _ = file(&archive(&[&[kind, 4][..], &rest].concat(), 0));
        let _ = file(&archive(&[&[kind][..], &rest].concat(), 1));
    }
}
