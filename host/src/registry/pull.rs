//! Fetches the component of a rule from a registry, complete and verified, or not at all. It does not judge what was
//! fetched.

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderValue};

use super::artifact::{Layer, digest_of, layer};
use super::client::{Access, Client, TEXT_BYTES};
use super::error::{Reason, RegistryError};
use super::manner::{Manner, block_on};
use super::said::Sent;
use crate::policy::Address;

/// Media types of single manifests, and of indexes, so that a registry delivers those under their own types.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json";
/// The header in which a registry names the digest of what it sends.
pub(super) const CONTENT_DIGEST: &str = "docker-content-digest";

/// What was fetched.
#[derive(Debug)]
pub struct Pulled {
    /// Digest of the manifest, `sha256:` and digits: what the tag names at this time.
    pub manifest: String,
    /// The component.
    pub component: Vec<u8>,
    /// The minisign signature that it was published with; it has not been verified yet.
    pub signature: Option<String>,
}

/// Fetches the component that an address names.
///
/// # Errors
/// A [`RegistryError`]: nothing is returned that is incomplete or does not match its digests.
pub fn pull(address: &Address, manner: Manner) -> Result<Pulled, RegistryError> {
    block_on(address, async {
        let mut client = Client::new(address, Access::Pull, manner)?;
        let (manifest, digest) = manifest(&mut client, address).await?;
        let layer = layer(&manifest, &client.sent)?;
        let component = component(&mut client, &layer).await?;
        Ok(Pulled { manifest: digest, component, signature: layer.signature })
    })
}

/// The manifest and its digest.
async fn manifest(client: &mut Client<'_>, address: &Address) -> Result<(Vec<u8>, String), Reason> {
    let named = address.digest().or(address.tag()).expect("an address names a tag or a digest");
    let mut request = client.request(Method::GET, &format!("manifests/{named}"))?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(MANIFESTS));
    let response = client.send(&request, "manifest").await?;
    let announced = response.headers().get(CONTENT_DIGEST).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let manifest = client.read(response, "manifest", TEXT_BYTES).await?;
    let actual = digest_of(&manifest);
    // A registry may announce a digest of another algorithm, which is then ignored.
    let announced = announced.filter(|announced| announced.starts_with("sha256:"));
    for expected in address.digest().map(str::to_owned).into_iter().chain(announced) {
        verify("manifest", &actual, &expected, &client.sent)?;
    }
    Ok((manifest, actual))
}

/// The component of a layer, with the announced length and digest.
async fn component(client: &mut Client<'_>, layer: &Layer) -> Result<Vec<u8>, Reason> {
    let request = client.request(Method::GET, &format!("blobs/{}", layer.digest))?;
    let limit = usize::try_from(layer.size).expect("it is no more than the limit of a component");
    let response = client.send(&request, "component").await?;
    let component = match client.read(response, "component", limit).await {
        // It is longer than its manifest says, so it is another file.
        Err(Reason::TooLarge { .. }) => return Err(longer(layer, &client.sent)),
        other => other?,
    };
    if component.len() < limit {
        return Err(Reason::Cut { received: component.len() as u64, expected: Some(layer.size) });
    }
    verify("component", &digest_of(&component), &layer.digest, &client.sent)?;
    Ok(component)
}

fn longer(layer: &Layer, sent: &Sent) -> Reason {
    Reason::malformed("component", &format!("it is longer than the {} bytes of its manifest", layer.size), sent)
}

/// Compares two digests, each of which may come from a server.
pub(super) fn verify(what: &'static str, actual: &str, expected: &str, sent: &Sent) -> Result<(), Reason> {
    if actual == expected {
        return Ok(());
    }
    Err(Reason::Digest { what, actual: sent.quote(actual), expected: sent.quote(expected) })
}
