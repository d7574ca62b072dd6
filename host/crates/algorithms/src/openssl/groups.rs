//! Lists of groups for the key exchange (`Groups`, `Curves` of SSL_CONF_cmd(3), SSL_CTX_set1_groups_list(3)). It
//! understands the names of all versions up to 3.5, and does not check whether any one OpenSSL accepts the whole list.

/// The groups that OpenSSL 3.0 offers by default: X25519, P-256, X448, P-521, P-384, ffdhe2048 to ffdhe8192.
pub const DEFAULT_GROUPS: [u16; 10] = [29, 23, 30, 25, 24, 256, 257, 258, 259, 260];

/// The groups that OpenSSL 3.5 offers by default, and its `DEFAULT`: X25519MLKEM768, X25519, P-256, X448, P-384, P-521,
/// ffdhe2048, ffdhe3072.
pub const DEFAULT_GROUPS_3_5: [u16; 8] = [4588, 29, 23, 30, 24, 25, 256, 257];

/// The result of reading a list of groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    /// Code points of the IANA registry TLS Supported Groups, in order of preference, without repetitions.
    pub groups: Vec<u16>,
    /// Names that no OpenSSL knows, as written. Unless they are marked with `?`, OpenSSL refuses the whole list.
    pub unrecognised: Vec<String>,
}

/// Reads a list of groups separated by colons, in the notation of OpenSSL 3.5, which includes the older one: `/`
/// separates preference tuples, `?` marks a name that may be unknown, `*` marks a group to send a key share for, `-`
/// removes a group, `DEFAULT` stands for [`DEFAULT_GROUPS_3_5`]. `auto` by itself, in nginx and OpenSSL 1.0.2, is the
/// library's choice: [`DEFAULT_GROUPS`].
pub fn groups(list: &str) -> Groups {
    if list.trim_ascii().eq_ignore_ascii_case("auto") {
        return Groups { groups: DEFAULT_GROUPS.to_vec(), unrecognised: Vec::new() };
    }
    let mut read = Groups::default();
    for element in list.split([':', '/']).map(str::trim_ascii).filter(|element| !element.is_empty()) {
        let name = element.trim_start_matches(['?', '*', '-']);
        let removes = element[..element.len() - name.len()].contains('-');
        let default = name.eq_ignore_ascii_case("DEFAULT");
        match code_point(name) {
            Some(group) if removes => read.groups.retain(|known| *known != group),
            Some(group) => read.add(group),
            None if default && !removes => DEFAULT_GROUPS_3_5.into_iter().for_each(|group| read.add(group)),
            None => read.unrecognised.push(element.to_owned()),
        }
    }
    read
}

impl Groups {
    fn add(&mut self, group: u16) {
        if !self.groups.contains(&group) {
            self.groups.push(group);
        }
    }
}

/// The code point of a group by any of OpenSSL's names for it. Case is ignored, as in OpenSSL 3.5.
fn code_point(name: &str) -> Option<u16> {
    NAMES
        .iter()
        .find(|(_, names)| names.split(' ').any(|known| known.eq_ignore_ascii_case(name)))
        .map(|(group, _)| *group)
}

/// Every known group with its names.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = (u16, &'static str)> {
    NAMES.iter().copied()
}

/// Code points and names: the registry's, OpenSSL's, NIST's.
const NAMES: &[(u16, &str)] = &[
    (1, "sect163k1 K-163"),
    (2, "sect163r1"),
    (3, "sect163r2 B-163"),
    (4, "sect193r1"),
    (5, "sect193r2"),
    (6, "sect233k1 K-233"),
    (7, "sect233r1 B-233"),
    (8, "sect239k1"),
    (9, "sect283k1 K-283"),
    (10, "sect283r1 B-283"),
    (11, "sect409k1 K-409"),
    (12, "sect409r1 B-409"),
    (13, "sect571k1 K-571"),
    (14, "sect571r1 B-571"),
    (15, "secp160k1"),
    (16, "secp160r1"),
    (17, "secp160r2"),
    (18, "secp192k1"),
    (19, "secp192r1 prime192v1 P-192"),
    (20, "secp224k1"),
    (21, "secp224r1 P-224"),
    (22, "secp256k1"),
    (23, "secp256r1 prime256v1 P-256"),
    (24, "secp384r1 P-384"),
    (25, "secp521r1 P-521"),
    (26, "brainpoolP256r1"),
    (27, "brainpoolP384r1"),
    (28, "brainpoolP512r1"),
    (29, "x25519"),
    (30, "x448"),
    (31, "brainpoolP256r1tls13"),
    (32, "brainpoolP384r1tls13"),
    (33, "brainpoolP512r1tls13"),
    (34, "GC256A"),
    (35, "GC256B"),
    (36, "GC256C"),
    (37, "GC256D"),
    (38, "GC512A"),
    (39, "GC512B"),
    (40, "GC512C"),
    (41, "curveSM2"),
    (256, "ffdhe2048"),
    (257, "ffdhe3072"),
    (258, "ffdhe4096"),
    (259, "ffdhe6144"),
    (260, "ffdhe8192"),
    (512, "MLKEM512"),
    (513, "MLKEM768"),
    (514, "MLKEM1024"),
    (4587, "SecP256r1MLKEM768"),
    (4588, "X25519MLKEM768"),
    (4589, "SecP384r1MLKEM1024"),
    (4590, "curveSM2MLKEM768"),
    // From the draft that preceded X25519MLKEM768; builds of BoringSSL and Open Quantum Safe have it.
    (0x6399, "X25519Kyber768Draft00"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_notation_of_3_5_is_understood() {
        // What OpenSSL 3.5 documents as its own default.
        let default = "?*X25519MLKEM768 / ?*X25519:?secp256r1 / ?X448:?secp384r1:?secp521r1 / ?ffdhe2048:?ffdhe3072";
        assert_eq!(groups(default).groups, DEFAULT_GROUPS_3_5);
        assert_eq!(groups("SecP384r1MLKEM1024:DEFAULT:-ffdhe2048:-P-256").groups, [4589, 4588, 29, 30, 24, 25, 257]);
        assert_eq!(groups("DEFAULT"), Groups { groups: DEFAULT_GROUPS_3_5.to_vec(), unrecognised: Vec::new() });
    }

    #[test]
    fn the_librarys_choice_is_its_default() {
        assert_eq!(groups("auto").groups, DEFAULT_GROUPS);
    }

    #[test]
    fn an_unknown_name_is_told_as_written() {
        let read = groups("X25519:?frodo640aes:secp384r1");
        assert_eq!((read.groups, read.unrecognised), (vec![29, 24], vec!["?frodo640aes".to_owned()]));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC*|[-?*/: X25519PDEFAULT]{0,40}") {
            let read = groups(&text);
            prop_assert!(read.groups.len() <= NAMES.len());
        }
    }
}
