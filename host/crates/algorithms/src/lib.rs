//! Names of algorithms as programs spell them, and the code points of the IANA registries that they stand for. This
//! crate knows nothing about files.

pub mod openssl;
