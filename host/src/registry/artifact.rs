//! The form of a rule in a registry: one manifest, one layer that is the component, one small configuration, laid out
//! as the CNCF's guide for WebAssembly artifacts asks, so that other tools can read it. How they are transferred is not
//! here.

use std::collections::BTreeMap;

use keyreeve_source::digest::{hex, sha256};
use oci_client::annotations::{ORG_OPENCONTAINERS_IMAGE_TITLE, ORG_OPENCONTAINERS_IMAGE_VERSION};
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use serde_json::{Value, json};

use super::error::Reason;
use super::said::Sent;
use crate::policy::is_digest;
use crate::rules::component::{Names, SIZE_LIMIT};

/// Media type of the component.
const COMPONENT: &str = "application/wasm";
/// Media type of the configuration.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// Annotation of the layer: the minisign signature of the component.
const SIGNATURE: &str = "keyreeve.minisig";

/// The description of a rule, for people who look into the registry.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The minisign signature of its component.
    pub signature: Option<&'a str>,
}

/// Everything that is published of a rule.
pub(super) struct Artifact {
    /// The configuration, as JSON.
    pub(super) config: Vec<u8>,
    /// The manifest, as JSON.
    pub(super) manifest: Vec<u8>,
}

/// `sha256:` and the digits of the digest.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&sha256(bytes)))
}

impl Artifact {
    /// The artifact of a component. It is the same whenever and wherever it is made.
    pub(super) fn new(component: &[u8], named: Named<'_>) -> Self {
        let mut layer = descriptor(COMPONENT, component);
        layer.annotations = named.signature.map(|signature| annotations([(SIGNATURE, signature)]));
        let Names { imports, exports } = Names::of(component);
        let config = json!({
            "created": "1970-01-01T00:00:00Z",
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [layer.digest],
            "component": { "exports": exports, "imports": imports, "target": null },
        });
        let config = config.to_string().into_bytes();
        let names = [(ORG_OPENCONTAINERS_IMAGE_TITLE, named.id), (ORG_OPENCONTAINERS_IMAGE_VERSION, named.version)];
        let manifest = OciImageManifest {
            media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
            config: descriptor(CONFIG, &config),
            layers: vec![layer],
            annotations: Some(annotations(names)),
            ..OciImageManifest::default()
        };
        let manifest = serde_json::to_vec(&manifest).expect("its keys are texts");
        Self { config, manifest }
    }
}

fn annotations<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn descriptor(media_type: &str, bytes: &[u8]) -> OciDescriptor {
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: digest_of(bytes),
        size: i64::try_from(bytes.len()).expect("no file is longer than an i64 can count"),
        ..OciDescriptor::default()
    }
}

/// The component that a manifest names.
pub(super) struct Layer {
    /// `sha256:` and digits.
    pub(super) digest: String,
    /// Its length, in bytes.
    pub(super) size: u64,
    /// Its minisign signature, if it was published with one.
    pub(super) signature: Option<String>,
}

/// Reads a manifest. The configuration is not needed: the component itself states what it is.
pub(super) fn layer(manifest: &[u8], sent: &Sent) -> Result<Layer, Reason> {
    let malformed = |cause: &str| Reason::malformed("manifest", cause, sent);
    let value: Value = serde_json::from_slice(manifest).map_err(|error| malformed(&error.to_string()))?;
    if value.get("manifests").is_some() {
        return Err(Reason::Index);
    }
    let manifest: OciImageManifest = serde_json::from_value(value).map_err(|error| malformed(&error.to_string()))?;
    let not_wasm = |found: &str| Err(Reason::NotWasm(sent.quote(found)));
    let layer = match manifest.layers.as_slice() {
        [layer] if layer.media_type == COMPONENT => layer,
        [layer] => return not_wasm(&format!("a layer of the type {:?}", layer.media_type)),
        layers => return not_wasm(&format!("{} layers", layers.len())),
    };
    if !is_digest(&layer.digest) {
        return Err(malformed(&format!("{:?} is not a SHA-256", layer.digest)));
    }
    let size = u64::try_from(layer.size).map_err(|_| malformed("its layer has a negative size"))?;
    if size > SIZE_LIMIT as u64 {
        return Err(Reason::TooLarge { what: "component", limit: SIZE_LIMIT });
    }
    let signature = layer.annotations.as_ref().and_then(|annotations| annotations.get(SIGNATURE)).cloned();
    Ok(Layer { digest: layer.digest.clone(), size, signature })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_published_is_what_is_read() {
        let artifact = Artifact::new(b"component", Named { id: "a", version: "1.0.0", signature: Some("s") });
        let layer = layer(&artifact.manifest, &Sent::default()).unwrap();
        assert_eq!((layer.digest, layer.size), (digest_of(b"component"), 9));
        assert_eq!(layer.signature.as_deref(), Some("s"));
        let manifest: Value = serde_json::from_slice(&artifact.manifest).unwrap();
        assert_eq!(manifest["config"]["digest"], digest_of(&artifact.config));
        assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
        assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "1.0.0");
    }

    #[test]
    fn what_is_no_rule_is_refused_by_its_manifest() {
        let manifest = |layers: Value| {
            let config = json!({ "mediaType": "a", "digest": "b", "size": 1 });
            let whole = json!({ "schemaVersion": 2, "config": config, "layers": layers });
            layer(whole.to_string().as_bytes(), &Sent::default())
                .map(|layer| layer.size)
                .map_err(|reason| reason.to_string())
        };
        let digest = format!("sha256:{}", "0".repeat(64));
        let one = |media_type: &str, digest: &str, size: i64| {
            manifest(json!([{ "mediaType": media_type, "digest": digest, "size": size }]))
        };
        let refused = |outcome: Result<u64, String>, why: &str| {
            let message = outcome.unwrap_err();
            assert!(message.contains(why), "{message}");
        };
        assert_eq!(one(COMPONENT, &digest, 7), Ok(7));
        refused(one("application/vnd.oci.image.layer.v1.tar+gzip", &digest, 7), "not a WebAssembly artifact");
        refused(manifest(json!([])), "0 layers");
        refused(one(COMPONENT, "sha256:../../x", 7), "is not a SHA-256");
        refused(one(COMPONENT, &digest, -7), "negative");
        refused(one(COMPONENT, &digest, 1 << 40), "larger than");
        for (text, why) in [("{\"manifests\":[]}", "index"), ("[]", "cannot be understood"), ("", "cannot be")] {
            refused(
                layer(text.as_bytes(), &Sent::default()).map(|layer| layer.size).map_err(|reason| reason.to_string()),
                why,
            );
        }
    }
}
