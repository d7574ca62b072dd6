//! Files of DER, and the keys in DER wherever it stood. What a structure is, its shape tells; what is in it, its own module.

use crate::asn1::Elements;
use crate::{ber, keystore, parameters, pkcs7, pkcs12};

use super::{Malformed, Reader, Shape, Span, is_cut_off, key};

impl Reader<'_> {
    /// A file of DER: one structure, or several behind each other. Of some the lengths may be those of BER.
    pub(super) fn der_file(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(shape) = Shape::of(&bytes[at..]) {
            let length = match (Elements::of(&bytes[at..]).any(), shape) {
                (Ok(element), _) => element.raw.len(),
                (Err(_), Shape::Cms | Shape::Pkcs12) if let Ok(length) = ber::length(&bytes[at..]) => length,
                _ => break,
            };
            let (der, home) = (&bytes[at..at + length], Span::new(at, at + length));
            self.keep_secret(shape.is_private().then_some(home));
            if let Err(reason) = self.der(shape, der, home) {
                self.problem(home, format!("the DER cannot be read: {reason}"));
            }
            at += length;
        }
        let rest = &bytes[at..];
        if is_cut_off(rest) {
            self.cut_off(at, bytes.len(), "the DER ends before its length says");
        } else if matches!(Shape::of(rest), Some(Shape::Cms | Shape::Pkcs12)) {
            self.cut_off(at, bytes.len(), "the BER is damaged, or ends before its end is marked");
        }
    }

    fn cut_off(&mut self, start: usize, end: usize, message: &str) {
        let rest = Span::new(start, end);
        self.keep_secret(Some(rest));
        self.problem(rest, message);
    }

    fn der(&mut self, shape: Shape, der: &[u8], home: Span) -> Result<(), Malformed> {
        match shape {
            Shape::Certificate => self.certificate(der, home),
            Shape::Request => self.request(der, home),
            Shape::RevocationList => self.revocation_list(der, home),
            Shape::Cms => self.held(home, |_, sink| pkcs7::read(der, sink)),
            Shape::Pkcs12 => {
                self.held(home, |opener, sink| opener.with_known(|opener| pkcs12::read(der, opener, sink)))
            }
            Shape::Bcfks => self.held(home, |opener, sink| keystore::read_bcfks(der, opener, sink)),
            _ => {
                let found = self.der_key(shape, der)?;
                found.into_iter().for_each(|found| self.key(found, der, home, home));
                Ok(())
            }
        }
    }

    /// The key in some DER of that shape, which is decrypted if a password is known; none if the shape is no key's.
    pub(super) fn der_key<'d>(&mut self, shape: Shape, der: &'d [u8]) -> Result<Option<key::Found<'d>>, Malformed> {
        match shape {
            Shape::EncryptedPkcs8 => key::Found::in_encrypted_der(der, &mut self.opener).map(Some),
            Shape::Parameters(group) => parameters::read(group, der).map(Some),
            _ => key::Found::in_der(shape, der),
        }
    }
}
