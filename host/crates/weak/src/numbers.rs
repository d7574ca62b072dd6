//! The numbers that a public key consists of. How they are read from a key is left to the code that knows its form.

/// The numbers of a public key, each big-endian without leading zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers<'a> {
    /// RFC 8017, appendix A.1.1.
    Rsa {
        /// n
        modulus: &'a [u8],
        /// e
        exponent: &'a [u8],
    },
    /// RFC 3279, section 2.3.2.
    Dsa {
        /// The prime.
        p: &'a [u8],
        /// The order of the subgroup.
        q: &'a [u8],
        /// The generator.
        g: &'a [u8],
        /// The public value.
        y: &'a [u8],
    },
    /// PKCS #3, section 9, and RFC 3279, section 2.3.3, which begin in the same way.
    Dh {
        /// The prime.
        p: &'a [u8],
        /// The generator.
        g: &'a [u8],
        /// The public value.
        y: &'a [u8],
    },
    /// A curve by OpenSSL's name, and a point as SEC 1, section 2.3.3, encodes it.
    Ec {
        /// OpenSSL's short name.
        curve: &'static str,
        /// SEC 1.
        point: &'a [u8],
    },
    /// An algorithm that fixes the whole form of its keys, by its name in the contract, and the key as it stands.
    Fixed {
        /// The contract's name.
        name: &'static str,
        /// As it stands.
        key: &'a [u8],
    },
}

/// A number without its leading zero bytes.
pub fn significant(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|&&byte| byte == 0).count()..]
}

/// The length of a number in bits.
pub fn bit_length(bytes: &[u8]) -> u32 {
    let bytes = significant(bytes);
    bytes.first().map_or(0, |first| bytes.len() as u32 * 8 - first.leading_zeros())
}
