//! Names of algorithms as programs spell them, and the code points of the IANA registries that they mean. It knows no
//! file.

pub mod openssl;
