//! Completes facts by what key inventories say about the keys and certificates of a scan. The entries are not judged.

use std::collections::{HashMap, HashSet};

use keyreeve_contract::Unknown;
use keyreeve_facts::{Facts, KeyName, Place};
use keyreeve_source::{Location, Sources};

/// Records in keys and certificates which entry names them and when they were last rotated, and in entries whether a
/// key was found.
pub(super) fn link(facts: &mut Facts, sources: &Sources) {
    let inventory = Inventory::of(facts, sources);
    let found = inventory.link(facts, sources);
    for (index, (entry, _)) in facts.inventory.iter_mut().enumerate() {
        entry.found = found.contains(&index);
    }
}

/// The names of keys in an inventory.
struct Inventory {
    /// Positions of entries by normalised fingerprint.
    fingerprints: HashMap<String, usize>,
    /// Positions of entries by the name of a source.
    paths: HashMap<String, usize>,
    /// When each entry's key was last rotated, if that is stated, and what is unknown about it.
    rotated: Vec<Rotation>,
}

struct Rotation {
    last: Option<i64>,
    stated: Option<Location>,
    unknown: Option<Unknown>,
}

impl Inventory {
    fn of(facts: &Facts, sources: &Sources) -> Self {
        let mut inventory = Self { fingerprints: HashMap::new(), paths: HashMap::new(), rotated: Vec::new() };
        for (index, (entry, place)) in facts.inventory.iter().enumerate() {
            if !entry.fingerprint.is_empty() {
                inventory.fingerprints.entry(normalise(&entry.fingerprint)).or_insert(index);
            }
            for path in candidates(&entry.path, &sources[place.home.source].name) {
                inventory.paths.entry(path).or_insert(index);
            }
            let unknown = entry.unknown.iter().find(|unknown| unknown.field == "last-rotated").cloned();
            let stated = place.parts.get(&("last-rotated", None)).copied();
            inventory.rotated.push(Rotation { last: entry.last_rotated, stated, unknown });
        }
        inventory
    }

    /// The entry that names a fact: by fingerprint, or else by path.
    fn entry(&self, place: &Place, sources: &Sources) -> Option<usize> {
        let known = |name: KeyName| self.fingerprints.get(&normalise(&name.to_string()));
        let by_fingerprint = if self.fingerprints.is_empty() { None } else { place.names().find_map(known) };
        by_fingerprint.or_else(|| self.paths.get(&sources[place.home.source].name)).copied()
    }

    /// Records in keys and certificates what the inventory says about them, and returns the entries that name one. A
    /// key that is named in one place counts as named in all.
    fn link(&self, facts: &mut Facts, sources: &Sources) -> HashSet<usize> {
        let (mut found, mut by_spki) = (HashSet::new(), HashMap::new());
        let places = facts.certificates.places().iter().chain(facts.keys.places());
        for place in places {
            if let Some(entry) = self.entry(place, sources) {
                found.insert(entry);
                if let Some(spki) = place.spki {
                    by_spki.entry(spki).or_insert(entry);
                }
            }
        }
        let named = |place: &Place| self.entry(place, sources).or_else(|| by_spki.get(&place.spki?).copied());
        for (certificate, place) in facts.certificates.iter_mut() {
            if let Some(rotation) = named(place).map(|entry| &self.rotated[entry]) {
                certificate.inventoried = true;
                certificate.last_rotated = rotation.last;
                rotation.complete(&mut certificate.unknown, place);
            }
        }
        for (key, place) in facts.keys.iter_mut() {
            if let Some(rotation) = named(place).map(|entry| &self.rotated[entry]) {
                key.inventoried = true;
                key.last_rotated = rotation.last;
                rotation.complete(&mut key.unknown, place);
            }
        }
        found
    }
}

impl Rotation {
    fn complete(&self, unknown: &mut Vec<Unknown>, place: &mut Place) {
        unknown.extend(self.unknown.clone());
        if let Some(stated) = self.stated {
            place.parts.insert(("last-rotated", None), stated);
        }
    }
}

/// A fingerprint without the differences between notations: colons and case of hexadecimal ones, padding of OpenSSH's.
fn normalise(fingerprint: &str) -> String {
    let fingerprint = fingerprint.trim();
    if let Some(base64) = fingerprint.strip_prefix("SHA256:") {
        let hex = base64.replace(':', "");
        let is_hex = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        return if is_hex { hex.to_ascii_lowercase() } else { format!("SHA256:{}", base64.trim_end_matches('=')) };
    }
    if fingerprint.starts_with("MD5:") {
        return fingerprint.to_owned();
    }
    fingerprint.replace([':', ' '], "").to_ascii_lowercase()
}

/// The names of sources that a path in an inventory can mean: from the root, and from the inventory's own folder.
fn candidates(path: &str, inventory: &str) -> Vec<String> {
    let path = path.trim().trim_start_matches("./").trim_start_matches('/');
    if path.is_empty() {
        return Vec::new();
    }
    let folder = inventory.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut names = vec![path.to_owned()];
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    names.push(parts.join("/"));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_equal_in_every_notation() {
        let hex = "AB:CD:".repeat(16);
        assert_eq!(normalise(hex.trim_end_matches(':')), "abcd".repeat(16));
        assert_eq!(normalise(&format!("SHA256:{}", hex.trim_end_matches(':'))), "abcd".repeat(16));
        assert_eq!(
            normalise("SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8="),
            "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
        );
    }

    #[test]
    fn a_path_is_looked_up_from_the_root_and_from_the_inventory() {
        assert_eq!(candidates("../tls/a.pem", "keys/inventory.yaml"), ["../tls/a.pem", "tls/a.pem"]);
        assert_eq!(candidates("./a.pem", "inventory.yaml"), ["a.pem", "a.pem"]);
        assert!(candidates("  ", "inventory.yaml").is_empty());
    }
}
