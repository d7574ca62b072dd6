//! What containers hold, as facts at the place of the container: binary ones have no lines to point to. Not the reading of containers.

use keyreeve_facts::Place;
use keyreeve_source::digest::sha256;

use super::{Malformed, Opener, Reader, Span};
use crate::container::{Item, Sink};
use crate::{crl, keystore};

impl Reader<'_> {
    /// Makes facts of all that a container's reader hands on, also of what comes before an error.
    pub(super) fn held(
        &mut self,
        home: Span,
        read: impl FnOnce(&mut Opener<'_>, &mut Sink<'_>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        // The items are taken while the container is read, which needs the opener.
        let mut opener = self.opener.clone();
        let read = read(&mut opener, &mut |item| self.item(item, home));
        self.opener = opener;
        read
    }

    /// A keystore, which is all of the file.
    pub(super) fn keystore(&mut self, bytes: &[u8]) {
        let home = Span::new(0, bytes.len());
        self.keep_secret(Some(home));
        if let Err(reason) = self.held(home, |_, sink| keystore::read(bytes, sink)) {
            self.problem(home, format!("the keystore cannot be read: {reason}"));
        }
    }

    pub(super) fn revocation_list(&mut self, der: &[u8], home: Span) -> Result<(), Malformed> {
        let found = crl::read(der, self.location(home), self.detailed)?;
        found.problems.into_iter().for_each(|message| self.problem(home, message));
        self.reading.facts.revocation_lists.push(found.fact, found.place);
        Ok(())
    }

    fn item(&mut self, item: Item<'_>, home: Span) {
        let read = match item {
            Item::Certificate(der) => self.certificate(der, home),
            Item::RevocationList(der) => self.revocation_list(der, home),
            Item::Key(found, body) => {
                self.key(found, body, home, home);
                Ok(())
            }
            Item::Encrypted(fact, body) => {
                let label = format!("encrypted part of a {} file", fact.format);
                let place = Place::new(self.location(home), label, sha256(body));
                self.reading.facts.encrypted_data.push(fact, place);
                Ok(())
            }
            Item::Problem(message) => {
                self.problem(home, message);
                Ok(())
            }
        };
        if let Err(reason) = read {
            self.problem(home, format!("what the container holds cannot be read: {reason}"));
        }
    }
}
