//! The registry "TLS Supported Groups" of the IANA, with names and sizes. The parameters of the groups are not here.

/// A group for the key exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The code point.
    pub code: u16,
    /// The name in the registry.
    pub name: &'static str,
    /// What kind of group it is.
    pub kind: GroupKind,
    /// Bits of the curve's order or of the prime; 0 if a group has no such length.
    pub bits: u32,
}

/// The kinds of group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// An elliptic curve.
    EllipticCurve,
    /// Integers modulo a prime.
    FiniteField,
    /// A key encapsulation that withstands quantum computers, alone or combined with a curve.
    PostQuantum,
    /// A curve of the GOST or SM2 standards.
    National,
    /// Parameters of the peer's own choice.
    Explicit,
}

/// The group of a code point. Returns `None` if the registry does not have it.
pub fn group(code: u16) -> Option<&'static Group> {
    GROUPS.binary_search_by_key(&code, |group| group.code).ok().map(|position| &GROUPS[position])
}

/// Every group of the registry, in ascending order of the code points.
pub fn groups() -> &'static [Group] {
    &GROUPS
}

const fn of(code: u16, name: &'static str, kind: GroupKind, bits: u32) -> Group {
    Group { code, name, kind, bits }
}

const fn curve(code: u16, name: &'static str, bits: u32) -> Group {
    of(code, name, GroupKind::EllipticCurve, bits)
}

/// In ascending order of the code points. Orders of the curves: SEC 2 (version 1 for those that version 2 dropped), RFC
/// 5639, RFC 7748.
static GROUPS: [Group; 57] = [
    curve(1, "sect163k1", 163),
    curve(2, "sect163r1", 162),
    curve(3, "sect163r2", 163),
    curve(4, "sect193r1", 193),
    curve(5, "sect193r2", 193),
    curve(6, "sect233k1", 232),
    curve(7, "sect233r1", 233),
    curve(8, "sect239k1", 238),
    curve(9, "sect283k1", 281),
    curve(10, "sect283r1", 282),
    curve(11, "sect409k1", 407),
    curve(12, "sect409r1", 409),
    curve(13, "sect571k1", 570),
    curve(14, "sect571r1", 570),
    curve(15, "secp160k1", 161),
    curve(16, "secp160r1", 161),
    curve(17, "secp160r2", 161),
    curve(18, "secp192k1", 192),
    curve(19, "secp192r1", 192),
    curve(20, "secp224k1", 225),
    curve(21, "secp224r1", 224),
    curve(22, "secp256k1", 256),
    curve(23, "secp256r1", 256),
    curve(24, "secp384r1", 384),
    curve(25, "secp521r1", 521),
    curve(26, "brainpoolP256r1", 256),
    curve(27, "brainpoolP384r1", 384),
    curve(28, "brainpoolP512r1", 512),
    curve(29, "x25519", 253),
    curve(30, "x448", 446),
    curve(31, "brainpoolP256r1tls13", 256),
    curve(32, "brainpoolP384r1tls13", 384),
    curve(33, "brainpoolP512r1tls13", 512),
    of(34, "GC256A", GroupKind::National, 255),
    of(35, "GC256B", GroupKind::National, 256),
    of(36, "GC256C", GroupKind::National, 256),
    of(37, "GC256D", GroupKind::National, 256),
    of(38, "GC512A", GroupKind::National, 512),
    of(39, "GC512B", GroupKind::National, 512),
    of(40, "GC512C", GroupKind::National, 510),
    of(41, "curveSM2", GroupKind::National, 256),
    of(256, "ffdhe2048", GroupKind::FiniteField, 2048),
    of(257, "ffdhe3072", GroupKind::FiniteField, 3072),
    of(258, "ffdhe4096", GroupKind::FiniteField, 4096),
    of(259, "ffdhe6144", GroupKind::FiniteField, 6144),
    of(260, "ffdhe8192", GroupKind::FiniteField, 8192),
    of(512, "MLKEM512", GroupKind::PostQuantum, 0),
    of(513, "MLKEM768", GroupKind::PostQuantum, 0),
    of(514, "MLKEM1024", GroupKind::PostQuantum, 0),
    of(4587, "SecP256r1MLKEM768", GroupKind::PostQuantum, 0),
    of(4588, "X25519MLKEM768", GroupKind::PostQuantum, 0),
    of(4589, "SecP384r1MLKEM1024", GroupKind::PostQuantum, 0),
    of(4590, "curveSM2MLKEM768", GroupKind::PostQuantum, 0),
    of(25497, "X25519Kyber768Draft00", GroupKind::PostQuantum, 0),
    of(25498, "SecP256r1Kyber768Draft00", GroupKind::PostQuantum, 0),
    of(0xff01, "arbitrary_explicit_prime_curves", GroupKind::Explicit, 0),
    of(0xff02, "arbitrary_explicit_char2_curves", GroupKind::Explicit, 0),
];
