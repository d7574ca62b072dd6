//! Finds which certificates of a scan are revoked by its revocation lists. Whether a list is current, and who signed
//! it, is not checked.

use std::collections::HashMap;

use keyreeve_facts::Facts;
use keyreeve_source::Location;

/// Records in each certificate that a revocation list of the scan names when it was revoked (the earliest time), and
/// where that is stated.
pub(super) fn mark(facts: &mut Facts) {
    let mut revoked: HashMap<_, (i64, Location)> = HashMap::new();
    for place in facts.revocation_lists.places() {
        for (certificate, date) in &place.revokes {
            let known = revoked.entry(*certificate).or_insert((*date, place.home));
            if *date < known.0 {
                *known = (*date, place.home);
            }
        }
    }
    for (certificate, place) in facts.certificates.iter_mut() {
        if let Some((date, home)) = place.certificate.and_then(|names| revoked.get(&names.issued)) {
            certificate.attributes.push(("revoked".to_owned(), date.to_string()));
            place.parts.insert(("revoked", None), *home);
        }
    }
}
