//! Publishes the component of a rule in a registry. Not a check of the rule, which comes before.

use oci_client::manifest::OCI_IMAGE_MEDIA_TYPE;
use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};

use super::artifact::{Artifact, Named, digest_of};
use super::client::{Access, Client};
use super::error::{Reason, RegistryError};
use super::manner::{Manner, block_on};
use super::pull::{CONTENT_DIGEST, verify};
use crate::policy::Address;

/// What a registry says to a blob.
const ANSWER: &str = "answer to an upload";

/// Publishes a component under an address that names a tag. Returns the digest of its manifest, `sha256:` and digits,
/// by which others can name exactly this component.
///
/// # Errors
/// A [`RegistryError`]. The tag is set last, so that it never names something incomplete.
pub fn push(address: &Address, component: &[u8], named: Named<'_>, manner: Manner) -> Result<String, RegistryError> {
    block_on(address, async {
        let Some(tag) = address.tag().filter(|_| address.digest().is_none()) else { return Err(Reason::NoTag) };
        let artifact = Artifact::new(component, named);
        let mut client = Client::new(address, Access::Push, manner)?;
        upload(&mut client, component).await?;
        upload(&mut client, &artifact.config).await?;
        let digest = digest_of(&artifact.manifest);
        let mut request = client.request(Method::PUT, &format!("manifests/{tag}"))?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(OCI_IMAGE_MEDIA_TYPE));
        *request.body_mut() = Some(artifact.manifest.into());
        let response = client.send(&request, "answer to the manifest").await?;
        if let Some(Ok(kept)) = response.headers().get(CONTENT_DIGEST).map(HeaderValue::to_str) {
            verify("manifest", kept, &digest, &client.sent)?;
        }
        Ok(digest)
    })
}

/// Uploads a blob in one piece, unless the registry has it.
async fn upload(client: &mut Client<'_>, blob: &[u8]) -> Result<(), Reason> {
    let digest = digest_of(blob);
    client.allow(blob.len());
    let there = client.request(Method::HEAD, &format!("blobs/{digest}"))?;
    match client.send(&there, "answer").await {
        Ok(_) => return Ok(()),
        Err(Reason::Missing) => {}
        Err(reason) => return Err(reason),
    }
    let begin = client.request(Method::POST, "blobs/uploads/")?;
    let begun = client.send(&begin, ANSWER).await?;
    let location = begun.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(location) = location.filter(|_| begun.status() == StatusCode::ACCEPTED) else {
        return Err(Reason::malformed(ANSWER, "it does not say where to", &client.sent));
    };
    let mut url = client.resolve(begun.url(), location)?;
    url.query_pairs_mut().append_pair("digest", &digest);
    let mut request = client.request_at(Method::PUT, url)?;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    *request.body_mut() = Some(blob.to_vec().into());
    client.send(&request, ANSWER).await.map(drop)
}
