//! Simple signing payloads (containers/image, docs/containers-signature.5.md; cosign,
//! specs/SIGNATURE_SPEC.md).

use std::collections::BTreeMap;

use super::object::{Object, short};
use super::statement::texts;
use super::{Claim, Subject};
use crate::evidence::{EvidenceError, EvidenceErrorKind, json};
use crate::reference::Digest;

/// Largest simple signing payload that is read.
pub const MAX_SIMPLE_SIGNING_BYTES: usize = 1024 * 1024;

/// The annotation that holds the signature over a payload.
pub const SIGNATURE_ANNOTATION: &str = "dev.cosignproject.cosign/signature";

/// What `critical.type` may be: cosign's word, and that of the format's first users.
const TYPES: [&str; 2] = ["cosign container image signature", "atomic container signature"];

/// What a payload says: one subject, without a predicate.
pub(super) fn claim(bytes: &[u8]) -> Result<Claim, EvidenceError> {
    let text = json::check(bytes, MAX_SIMPLE_SIGNING_BYTES)?;
    let payload = Object::read(text, "", &["critical", "optional"])?;
    let critical = payload.object("critical", &["identity", "image", "type"])?;
    let critical = payload.required("critical", critical)?;
    let kind = critical.required("type", critical.text("type")?)?;
    if !TYPES.contains(&kind.as_str()) {
        let detail = format!("`{}` is not a type of signature that is read", short(&kind));
        return Err(EvidenceError::new(
            EvidenceErrorKind::Unsupported,
            critical.at("type"),
            detail,
        ));
    }
    let image = critical.object("image", &["docker-manifest-digest"])?;
    let image = critical.required("image", image)?;
    let name = "docker-manifest-digest";
    let digest = image.required(name, image.text(name)?)?;
    let digest: Digest = digest.parse().map_err(|error: crate::reference::DigestError| {
        let detail = short(&error.to_string()).into_owned();
        EvidenceError::new(EvidenceErrorKind::Invalid, image.at(name), detail)
    })?;
    let identity = critical.object("identity", &["docker-reference"])?;
    let identity = critical.required("identity", identity)?;
    let reference = identity.text("docker-reference")?;
    let reference = identity.required("docker-reference", reference)?;
    let optional = payload.object("optional", &[])?;
    Ok(Claim {
        statement_type: None,
        predicate_type: None,
        subjects: vec![Subject {
            name: Some(reference),
            declared: BTreeMap::from([(digest.algorithm().to_owned(), digest.hex())]),
            digests: vec![digest],
            annotations: optional.as_ref().map(texts).unwrap_or_default(),
        }],
        predicate: None,
    })
}

/// The signature beside a payload.
pub(super) fn signature(annotations: &BTreeMap<String, String>) -> Result<Vec<u8>, EvidenceError> {
    let text = annotations.get(SIGNATURE_ANNOTATION).ok_or_else(|| {
        let detail = format!("there is no annotation `{SIGNATURE_ANNOTATION}`");
        EvidenceError::new(EvidenceErrorKind::Invalid, "", detail)
    })?;
    let place = format!("annotation {SIGNATURE_ANNOTATION}");
    let signature = super::base64::annotation(text, &place)?;
    match signature.is_empty() {
        true => {
            Err(EvidenceError::new(EvidenceErrorKind::Invalid, place, "the signature is empty"))
        }
        false => Ok(signature),
    }
}
