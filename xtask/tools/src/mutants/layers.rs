//! Layers of cosign's legacy layouts: a payload or an envelope, and in annotations certificate,
//! chain, log entry and timestamp. Opened, so that each of those can be changed in one place, and
//! closed again.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evidence::{Attached, AttachedKind, Evidence};
use cocket::reference::Digest;
use serde_json::{Map, Value, json};

/// The annotations that hold PEM.
const PEM: [&str; 2] = ["dev.sigstore.cosign/certificate", "dev.sigstore.cosign/chain"];
/// The annotations that hold JSON.
const JSON: [&str; 2] = ["dev.sigstore.cosign/bundle", "dev.sigstore.cosign/rfc3161timestamp"];

/// A layer as a document: `data` is the envelope, or the payload in base64; of `annotations` those
/// with PEM are lists of certificates in base64, and those with JSON are that.
///
/// # Errors
/// Something in it is not what its name says.
pub(super) fn open(attached: &Attached) -> Result<Value, String> {
    let data = match attached.kind {
        AttachedKind::Envelope => {
            serde_json::from_slice(&attached.bytes).map_err(|error| error.to_string())?
        }
        _ => Value::String(STANDARD.encode(&attached.bytes)),
    };
    let mut annotations = Map::new();
    for (name, text) in &attached.annotations {
        let opened = match name.as_str() {
            _ if text.is_empty() => json!(""),
            pem if PEM.contains(&pem) => json!(certificates(text)?),
            json if JSON.contains(&json) => {
                serde_json::from_str(text).map_err(|error| format!("`{name}`: {error}"))?
            }
            _ => json!(text),
        };
        annotations.insert(name.clone(), opened);
    }
    Ok(json!({"data": data, "annotations": annotations}))
}

/// The layer that a document, opened and perhaps changed, stands for.
pub(super) fn close(kind: &AttachedKind, subject: Digest, opened: &Value) -> Option<Attached> {
    let bytes = match (kind, opened.get("data")?) {
        (AttachedKind::Envelope, data) => data.to_string().into_bytes(),
        (_, data) => STANDARD.decode(data.as_str()?).ok()?,
    };
    let mut annotations = BTreeMap::new();
    for (name, value) in opened.get("annotations")?.as_object()? {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Array(certificates) => certificates.iter().map(armoured).collect(),
            other => other.to_string(),
        };
        annotations.insert(name.clone(), text);
    }
    let mut evidence = Evidence::new();
    evidence.attach(Some(subject), kind.clone(), bytes, annotations);
    evidence.attached().first().cloned()
}

/// The same as a bundle of version 0.1, for those who read nothing else; `None` where what the log
/// said is not there to be put into it.
pub(super) fn as_bundle(kind: &AttachedKind, opened: &Value) -> Option<Value> {
    let annotation =
        |name: &str| opened.get("annotations")?.get(format!("dev.sigstore.cosign/{name}"));
    let listed = |name| annotation(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // The chain ends with its root, which has no place in a bundle.
    let chain = listed("chain").split_last().map_or(&[][..], |(_, before)| before);
    let certificates = listed("certificate").iter().chain(chain);
    let certificates: Vec<Value> = certificates.map(|der| json!({ "rawBytes": der })).collect();
    let mut material = json!({
        "x509CertificateChain": {"certificates": certificates},
        "tlogEntries": [entry(annotation("bundle")?)?],
    });
    if let (Some(stamp), Some(material)) =
        (annotation("rfc3161timestamp"), material.as_object_mut())
    {
        let token = stamp.get("SignedRFC3161Timestamp")?;
        let tokens = json!({"rfc3161Timestamps": [{ "signedTimestamp": token }]});
        material.insert("timestampVerificationData".to_owned(), tokens);
    }
    let data = opened.get("data")?;
    let (name, content) = match kind {
        AttachedKind::Envelope => ("dsseEnvelope", data.clone()),
        _ => {
            let signature = opened.pointer("/annotations/dev.cosignproject.cosign~1signature")?;
            let payload = STANDARD.decode(data.as_str()?).ok()?;
            let digest = Digest::sha256(&payload).to_string();
            let hex = digest.strip_prefix("sha256:")?.as_bytes();
            let pairs = hex.chunks(2).map(|pair| std::str::from_utf8(pair).ok());
            let bytes = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok());
            let digest = STANDARD.encode(bytes.collect::<Option<Vec<u8>>>()?);
            let digest = json!({"algorithm": "SHA2_256", "digest": digest});
            ("messageSignature", json!({"messageDigest": digest, "signature": signature}))
        }
    };
    Some(json!({
        "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "verificationMaterial": material, name: content,
    }))
}

fn entry(bundle: &Value) -> Option<Value> {
    let payload = bundle.get("Payload")?;
    let body = payload.get("body")?;
    let read = STANDARD.decode(body.as_str()?).ok()?;
    let read: Value = serde_json::from_slice(&read).ok()?;
    let hex = payload.get("logID")?.as_str()?.as_bytes();
    let pairs = hex.chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    let id = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<Vec<u8>>>()?;
    Some(json!({
        "logIndex": payload.get("logIndex")?.to_string(),
        "integratedTime": payload.get("integratedTime")?.to_string(),
        "logId": {"keyId": STANDARD.encode(id)},
        "kindVersion": {"kind": read.get("kind")?, "version": read.get("apiVersion")?},
        "inclusionPromise": {"signedEntryTimestamp": bundle.get("SignedEntryTimestamp")?},
        "canonicalizedBody": body,
    }))
}

fn certificates(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for block in text.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let body = block.split_once("-----END CERTIFICATE-----").ok_or("no PEM")?.0;
        found.push(body.split_ascii_whitespace().collect());
    }
    match found.is_empty() {
        true => Err("no certificate in PEM".to_owned()),
        false => Ok(found),
    }
}

fn armoured(der: &Value) -> String {
    let der = der.as_str().unwrap_or_default();
    format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n")
}
