//! How a client can learn of the revocation of a certificate, judging by the certificate alone: the attribute
//! `revocation`. No address is contacted.

use der::Tag;

use crate::asn1::{Element, Elements, Malformed, context_tag};
use crate::oid::{Oid, oid};

use super::frame::Frame;

// Numbers below id-ce, 2.5.29: RFC 5280, section 4.2.1.13; RFC 9608.
const CRL_DISTRIBUTION_POINTS: u8 = 31;
const NO_REV_AVAIL: u8 = 56;
/// id-pe-authorityInfoAccess (RFC 5280, section 4.2.2.1).
const AUTHORITY_INFO_ACCESS: Oid = oid("1.3.6.1.5.5.7.1.1");
/// id-pe-tlsfeature (RFC 7633).
const TLS_FEATURE: Oid = oid("1.3.6.1.5.5.7.1.24");
/// id-pkix-ocsp-nocheck (RFC 6960, section 4.2.2.2.1).
const OCSP_NO_CHECK: Oid = oid("1.3.6.1.5.5.7.48.1.5");
/// id-ad-ocsp.
const OCSP: Oid = oid("1.3.6.1.5.5.7.48.1");
/// The TLS extensions status_request and status_request_v2.
const STATUS_REQUESTS: [u64; 2] = [5, 17];
/// GeneralName: uniformResourceIdentifier, a primitive element of the tag 6.
const URI: u32 = 6;

/// The words of the attribute, in the order of the contract.
pub(super) fn words(frame: &Frame<'_>) -> Result<Vec<&'static str>, ()> {
    let points = frame.extension(CRL_DISTRIBUTION_POINTS)?.map(distribution_points).transpose();
    let responders = frame.extension_of(AUTHORITY_INFO_ACCESS.as_bytes())?.map(responders).transpose();
    let stapled = frame.extension_of(TLS_FEATURE.as_bytes())?.map(must_staple).transpose();
    let (points, responders, stapled) = (points.map_err(drop)?, responders.map_err(drop)?, stapled.map_err(drop)?);
    let mut words = Vec::new();
    words.extend(word(points.as_deref(), ["crl", "crl-unusable"]));
    // An authorityInfoAccess that names only the issuer's certificate says nothing about revocation.
    words.extend(word(responders.as_deref().filter(|uris| !uris.is_empty()), ["ocsp", "ocsp-unusable"]));
    words.extend((stapled == Some(true)).then_some("must-staple"));
    words.extend(frame.extension_of(OCSP_NO_CHECK.as_bytes())?.map(|_| "ocsp-no-check"));
    words.extend(frame.extension(NO_REV_AVAIL)?.map(|_| "no-rev-avail"));
    Ok(words)
}

fn word(uris: Option<&[&[u8]]>, [usable, unusable]: [&'static str; 2]) -> Option<&'static str> {
    uris.map(|uris| if uris.iter().any(|uri| is_usable(uri)) { usable } else { unusable })
}

/// The addresses of CRLDistributionPoints (RFC 5280, section 4.2.1.13). A point without an address has a name that only
/// a directory knows.
fn distribution_points(value: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let mut points = Elements::of_sequence(value)?;
    let mut uris = Vec::new();
    while !points.is_empty() {
        let mut point = points.next(Tag::Sequence)?.elements()?;
        let Some(name) = point.context(0)? else { continue };
        let Some(full) = name.elements()?.context(0)? else { continue };
        let mut names = full.elements()?;
        while !names.is_empty() {
            uris.extend(uri(names.any()?));
        }
    }
    Ok(uris)
}

/// The addresses of OCSP responders in AuthorityInfoAccessSyntax (RFC 5280, section 4.2.2.1).
fn responders(value: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let mut descriptions = Elements::of_sequence(value)?;
    let mut uris = Vec::new();
    while !descriptions.is_empty() {
        let mut description = descriptions.next(Tag::Sequence)?.elements()?;
        let (method, location) = (description.any()?.oid()?, description.any()?);
        if method == OCSP {
            uris.push(uri(location).unwrap_or_default());
        }
    }
    Ok(uris)
}

/// Whether Features (RFC 7633, section 4.1) asks for a stapled OCSP response.
fn must_staple(value: &[u8]) -> Result<bool, Malformed> {
    let mut features = Elements::of_sequence(value)?;
    let mut stapled = false;
    while !features.is_empty() {
        stapled |= STATUS_REQUESTS.contains(&features.any()?.small()?);
    }
    Ok(stapled)
}

fn uri(name: Element<'_>) -> Option<&[u8]> {
    (name.tag == context_tag(URI, false)).then_some(name.value)
}

/// Whether a remote client can use the address: http, https or ldap, and a host other than the client's own.
fn is_usable(uri: &[u8]) -> bool {
    let Ok(uri) = std::str::from_utf8(uri) else { return false };
    let Some((scheme, rest)) = uri.split_once("://") else { return false };
    let known = ["http", "https", "ldap", "ldaps"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    known && !is_local(host(authority))
}

/// The host of an authority, without user and port (RFC 3986, section 3.2).
fn host(authority: &str) -> &str {
    let host = authority.rsplit('@').next().unwrap_or_default();
    match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// Whether a host is empty, the local machine, or known only on the local link.
fn is_local(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if let Ok(address) = host.parse::<std::net::IpAddr>() {
        return match address {
            std::net::IpAddr::V4(address) => {
                address.is_loopback() || address.is_unspecified() || address.is_link_local()
            }
            std::net::IpAddr::V6(address) => {
                address.is_loopback() || address.is_unspecified() || address.is_unicast_link_local()
            }
        };
    }
    host.is_empty() || ["localhost", "local", "invalid"].iter().any(|name| host.rsplit('.').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_usable_if_a_client_elsewhere_can_ask_there() {
        for uri in [
            "http://crl.example.org/a.crl",
            "HTTPS://user@pki:8080",
            "ldap://ldap.example.org/CN=a?certificateRevocationList",
            "http://[2001:db8::1]:80/a",
            "http://10.0.0.1/a",
        ] {
            assert!(is_usable(uri.as_bytes()), "{uri}");
        }
        for uri in [
            "",
            "crl.example.org/a.crl",
            "ftp://crl.example.org/a",
            "file:///etc/a.crl",
            "ldap:///CN=a",
            "http:///a",
            "http://localhost/a",
            "http://a.LOCALHOST.:80/a",
            "http://pki.local/a",
            "http://127.0.0.1:80/a",
            "http://[::1]/a",
            "http://169.254.1.1/",
            "http://0.0.0.0/",
            "http://me@/",
        ] {
            assert!(!is_usable(uri.as_bytes()), "{uri}");
        }
        assert!(!is_usable(b"http://\xff/"));
    }
}
