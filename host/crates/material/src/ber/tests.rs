//! Tests of BER elements, written with all liberties that are accepted, and damaged. What OpenSSL writes is compared in
//! the tests of key material.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

#[test]
fn an_element_without_a_length_ends_at_its_own_end() {
    let nested = [0x30, 0x80, 0x30, 0x80, 2, 1, 5, 0, 0, 4, 1, 9, 0, 0, 7];
    let mut all = Elements::of(&nested);
    let outer = all.any().unwrap();
    assert_eq!((outer.value.len(), all.rest), (10, &[7][..]));
    let mut inner = outer.elements();
    assert_eq!(inner.any().unwrap().value, [2, 1, 5]);
    assert_eq!(inner.any().unwrap().value, [9]);
    assert!(inner.is_empty());
}

#[test]
fn open_lengths_and_strings_in_pieces_become_der() {
    let ber = [0x30, 0x80, 0x24, 0x80, 4, 1, 7, 4, 0x81, 1, 8, 0, 0, 2, 1, 3, 0, 0, 9];
    assert_eq!(*to_der(&ber).unwrap(), [0x30, 7, 4, 2, 7, 8, 2, 1, 3]);
    assert_eq!(length(&ber).unwrap(), ber.len() - 1);
    assert_eq!(*to_der(&[0x24, 6, 0x24, 4, 4, 2, 7, 8]).unwrap(), [4, 2, 7, 8]);
}

#[test]
fn der_is_left_as_it_is() {
    let der = [0x30, 3, 2, 1, 3, 9];
    assert!(matches!(to_der(&der).unwrap(), Cow::Borrowed([0x30, 3, 2, 1, 3])));
    for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
        let der = encode(0x30, &[&encode(4, &[&vec![7; length]])]);
        assert!(matches!(to_der(&der).unwrap(), Cow::Borrowed(same) if same == der), "{length}");
        let long = [&[0x30, 0x84][..], &(der.len() as u32).to_be_bytes(), &der].concat();
        assert_eq!(*to_der(&long).unwrap(), encode(0x30, &[&der]), "{length}");
    }
}

#[test]
fn what_is_no_ber_is_malformed_and_depth_is_bounded() {
    for ber in [
        &[][..],
        &[0x30],
        &[0x30, 0x80],
        &[0x30, 0x80, 4, 9, 1],
        &[0x30, 0x85, 0, 0, 0, 0, 1],
        &[0x30, 2, 4],
        &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255],
        &[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        &[4, 0x80, 0, 0],
        &[0x24, 3, 2, 1, 3],
        &[0x3f, 0],
    ] {
        assert!(to_der(ber).is_err() && length(ber).is_err(), "{ber:?}");
    }
    let unclosed = [0x30, 0x80].repeat(100_000);
    assert!(to_der(&unclosed).is_err());
    let closed = [unclosed, [0, 0].repeat(100_000)].concat();
    assert_eq!(Elements::of(&closed).any().unwrap().raw.len(), closed.len());
    assert_eq!(to_der(&closed).unwrap_err(), TOO_DEEP);
}

/// An element in DER, and written in BER with some of its liberties.
type Pair = (Vec<u8>, Vec<u8>);

/// A length in more octets than it needs.
fn long(tag: u8, octets: usize, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    [&[tag, 0x80 | octets as u8][..], &vec![0; octets.saturating_sub(8)], &length[8 - octets.min(8)..], content]
        .concat()
}

fn element() -> impl Strategy<Value = Pair> {
    let written = |tag: u8, liberty: usize, der: &[u8], ber: &[u8]| {
        let ber = match liberty {
            0 => encode(tag, &[ber]),
            1 if tag & CONSTRUCTED != 0 => [&[tag, OPEN][..], ber, END].concat(),
            liberty => long(tag, 2 + liberty, ber),
        };
        (encode(tag, &[der]), ber)
    };
    let content = proptest::collection::vec(any::<u8>(), 0..200);
    let primitive = (prop_oneof![Just(2_u8), Just(6), Just(0x80), Just(4)], 0_usize..10, content.clone())
        .prop_map(move |(tag, liberty, content)| written(tag, liberty, &content, &content));
    let pieces =
        (0_usize..4, proptest::collection::vec((0_usize..4, content), 0..4)).prop_map(move |(liberty, pieces)| {
            let whole: Vec<u8> = pieces.iter().flat_map(|(_, piece)| piece.clone()).collect();
            let ber: Vec<u8> =
                pieces.iter().flat_map(|(liberty, piece)| written(4, *liberty, piece, piece).1).collect();
            (encode(4, &[&whole]), written(0x24, liberty, &[], &ber).1)
        });
    prop_oneof![primitive, pieces].prop_recursive(6, 40, 5, move |inner| {
        (prop_oneof![Just(0x30_u8), Just(0x31), Just(0xa0)], 0_usize..4, proptest::collection::vec(inner, 0..5))
            .prop_map(move |(tag, liberty, inner)| {
                let (der, ber): (Vec<_>, Vec<_>) = inner.into_iter().unzip();
                written(tag, liberty, &der.concat(), &ber.concat())
            })
    })
}

proptest! {
    #[test]
    fn an_element_is_the_same_in_der_however_it_is_written((der, ber) in element(), behind in any::<Vec<u8>>()) {
        let all = [&ber[..], &behind].concat();
        prop_assert_eq!(&*to_der(&all).unwrap(), &der[..]);
        prop_assert_eq!(length(&all), Ok(ber.len()));
        let unchanged = to_der(&der).unwrap();
        prop_assert!(matches!(unchanged, Cow::Borrowed(same) if same == der));
    }

    #[test]
    fn damaged_elements_are_read_as_they_stand_or_are_malformed((_, mut ber) in element(), at in any::<proptest::sample::Index>(), value in any::<u8>(), cut in 0_usize..8) {
        let at = at.index(ber.len());
        ber[at] = value;
        ber.truncate(ber.len().saturating_sub(cut));
        if let Ok(der) = to_der(&ber) {
            prop_assert!(length(&ber).unwrap() <= ber.len());
            prop_assert_eq!(&*to_der(&der).unwrap(), &*der);
        }
        let mut open = vec![Elements::of(&ber)];
        let mut walked = 0;
        while let Some(mut elements) = open.pop() {
            while !elements.is_empty() && let Ok(element) = elements.any() {
                walked += 1;
                prop_assert!(element.value.len() + 2 <= element.raw.len() && walked <= ber.len() * ber.len());
                open.extend((element.tag & CONSTRUCTED != 0).then(|| element.elements()));
            }
        }
    }
}
