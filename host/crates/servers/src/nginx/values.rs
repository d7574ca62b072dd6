//! What the values of nginx's directives for TLS versions mean, and nginx's defaults. Where they are stated and which
//! are in force is not decided here but in `tls`.

use keyreeve_algorithms::openssl;

/// Versions that nginx enables by default in every release since 1.23.4 (March 2023). Releases before that do not
/// enable TLS 1.3 by default; those before 1.27.3 (November 2024) also enable TLS 1.0 and 1.1, unless OpenSSL's
/// security level forbids them. A file does not say which release it is for, so this is what the releases in support
/// agree on.
pub(super) const DEFAULT_VERSIONS: [u16; 2] = [openssl::TLS1_2, openssl::TLS1_3];

/// Every version that `ssl_protocols` can name, oldest first.
pub(super) const ALL_VERSIONS: [u16; 6] =
    [openssl::SSL2, openssl::SSL3, openssl::TLS1, openssl::TLS1_1, openssl::TLS1_2, openssl::TLS1_3];

/// A version by its name in `ssl_protocols` and the like; case is ignored.
pub(super) fn version(name: &str) -> Option<u16> {
    let plain = !name.eq_ignore_ascii_case("TLSv1.0");
    openssl::version(name).filter(|version| plain && ALL_VERSIONS.contains(version))
}
