//! The body of a log entry: that it is about exactly what is verified (rekor, pkg/types;
//! rekor-tiles, docs). An entry for another signature would prove nothing about this one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::sealed::{Content, Sealed};
use super::{LogFault, pem};
use crate::evidence::json;
use crate::evidence::signing::LogEntry;
use crate::reference::Digest;

/// Largest body that is read.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The kinds of entries that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    HashedRekord,
    /// Of a log of tiles, Rekor v2.
    HashedRekordTiles,
    Dsse,
    InToto1,
    InToto2,
}

impl Kind {
    fn named(kind: &str, version: &str) -> Option<Self> {
        match (kind, version) {
            ("hashedrekord", "0.0.1") => Some(Self::HashedRekord),
            ("hashedrekord", "0.0.2") => Some(Self::HashedRekordTiles),
            ("dsse", "0.0.1") => Some(Self::Dsse),
            ("intoto", "0.0.1") => Some(Self::InToto1),
            ("intoto", "0.0.2") => Some(Self::InToto2),
            _ => None,
        }
    }

    /// Whether it is of a log of tiles, which gives no promises and takes no times.
    pub(super) fn is_tiled(self) -> bool {
        self == Self::HashedRekordTiles
    }
}

/// Who signed, as an entry has to name it.
#[derive(Clone, Copy)]
pub(in crate::verify) enum By<'a> {
    /// The certificate, in DER.
    Certificate(&'a [u8]),
    /// The key with this id: `sha256:` and the digest of its subject public key info in DER.
    Key(&'a str),
}

/// Compares an entry's body with what is verified.
pub(super) fn matches(entry: &LogEntry, sealed: &Sealed<'_>, by: By<'_>) -> Result<Kind, LogFault> {
    let text = json::check(&entry.body, MAX_BODY_BYTES).map_err(|_| LogFault::Body("JSON"))?;
    let value: Value = serde_json::from_str(text).map_err(|_| LogFault::Body("JSON"))?;
    let body = Body(&value);
    let (name, version) = (body.text("/kind", "kind")?, body.text("/apiVersion", "apiVersion")?);
    let found = format!("{name} {version}");
    if let Some((stated, stated_version)) = &entry.kind
        && (stated != name || stated_version != version)
    {
        let stated = clipped(&format!("{stated} {stated_version}"));
        return Err(LogFault::OtherKind { stated, found: clipped(&found) });
    }
    let kind = Kind::named(name, version).ok_or_else(|| LogFault::Kind(clipped(&found)))?;
    match (kind, &sealed.content) {
        (Kind::HashedRekord, _) => body.hashed_rekord(sealed, by)?,
        (Kind::HashedRekordTiles, _) => body.hashed_rekord_tiles(sealed, by)?,
        (Kind::Dsse, Content::Envelope { payload, .. }) => {
            body.payload("/spec/payloadHash", payload)?;
            let one = body.only("/spec/signatures")?;
            one.signature(one.base64("/signature", "signature")?, sealed)?;
            one.by(one.armoured("/verifier", "verifier")?, by)?;
        }
        (Kind::InToto1, Content::Envelope { payload, bytes, .. }) => {
            body.payload("/spec/content/payloadHash", payload)?;
            // Only where the envelope stands alone is it byte for byte what was logged.
            if let Some(bytes) = bytes {
                body.hash("/spec/content/hash", bytes, "envelope")?;
            }
            body.by(body.armoured("/spec/publicKey", "publicKey")?, by)?;
        }
        (Kind::InToto2, Content::Envelope { payload, payload_type, .. }) => {
            body.payload("/spec/content/payloadHash", payload)?;
            if body.text("/spec/content/envelope/payloadType", "payloadType")? != *payload_type {
                return Err(LogFault::Other("payload type"));
            }
            let one = body.only("/spec/content/envelope/signatures")?;
            // The signature is in base64 twice.
            let twice = one.base64("/sig", "sig")?;
            let signature = STANDARD.decode(twice).map_err(|_| LogFault::Body("sig"))?;
            one.signature(signature, sealed)?;
            one.by(one.armoured("/publicKey", "publicKey")?, by)?;
        }
        (Kind::Dsse | Kind::InToto1 | Kind::InToto2, Content::File { .. }) => {
            return Err(LogFault::Kind(found));
        }
    }
    Ok(kind)
}

/// A part of a body.
#[derive(Clone, Copy)]
struct Body<'a>(&'a Value);

impl<'a> Body<'a> {
    fn text(self, pointer: &str, name: &'static str) -> Result<&'a str, LogFault> {
        self.0.pointer(pointer).and_then(Value::as_str).ok_or(LogFault::Body(name))
    }

    fn base64(self, pointer: &str, name: &'static str) -> Result<Vec<u8>, LogFault> {
        STANDARD.decode(self.text(pointer, name)?).map_err(|_| LogFault::Body(name))
    }

    /// The one item of a list.
    fn only(self, pointer: &str) -> Result<Self, LogFault> {
        match self.0.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice) {
            Some([one]) => Ok(Self(one)),
            _ => Err(LogFault::Body("signatures")),
        }
    }

    /// PEM in base64: its one block.
    fn armoured(self, pointer: &str, name: &'static str) -> Result<(bool, Vec<u8>), LogFault> {
        let text = self.base64(pointer, name)?;
        let text = std::str::from_utf8(&text).map_err(|_| LogFault::Body(name))?;
        let mut blocks = pem::blocks(text).ok_or(LogFault::Body(name))?;
        match (blocks.pop(), blocks.is_empty()) {
            (Some(("CERTIFICATE", der)), true) => Ok((true, der)),
            (Some(("PUBLIC KEY", der)), true) => Ok((false, der)),
            _ => Err(LogFault::Body(name)),
        }
    }

    fn hashed_rekord(self, sealed: &Sealed<'_>, by: By<'_>) -> Result<(), LogFault> {
        let algorithm = self.text("/spec/data/hash/algorithm", "algorithm")?;
        let wanted = sealed.content.hash(algorithm).ok_or(LogFault::Body("algorithm"))?;
        if self.text("/spec/data/hash/value", "value")? != hex(&wanted) {
            return Err(LogFault::Other("content"));
        }
        self.signature(self.base64("/spec/signature/content", "content")?, sealed)?;
        self.by(self.armoured("/spec/signature/publicKey/content", "publicKey")?, by)
    }

    fn hashed_rekord_tiles(self, sealed: &Sealed<'_>, by: By<'_>) -> Result<(), LogFault> {
        let record = Body(self.0.pointer("/spec/hashedRekordV002").ok_or(LogFault::Body("spec"))?);
        let algorithm = record.text("/data/algorithm", "algorithm")?;
        let wanted = super::sealed::algorithm(algorithm)
            .and_then(|algorithm| sealed.content.hash(algorithm))
            .ok_or(LogFault::Body("algorithm"))?;
        if record.base64("/data/digest", "digest")? != wanted {
            return Err(LogFault::Other("content"));
        }
        record.signature(record.base64("/signature/content", "content")?, sealed)?;
        let verifier = Body(record.0.pointer("/signature/verifier").unwrap_or(&Value::Null));
        let certificate = verifier.0.get("x509Certificate").is_some();
        let place = if certificate { "/x509Certificate/rawBytes" } else { "/publicKey/rawBytes" };
        self.by((certificate, verifier.base64(place, "verifier")?), by)
    }

    fn payload(self, pointer: &str, payload: &[u8]) -> Result<(), LogFault> {
        self.hash(pointer, payload, "payload")
    }

    fn hash(self, pointer: &str, bytes: &[u8], name: &'static str) -> Result<(), LogFault> {
        if self.text(&format!("{pointer}/algorithm"), "algorithm")? != "sha256" {
            return Err(LogFault::Body("algorithm"));
        }
        let wanted = hex(sigstore_crypto::sha256(bytes).as_bytes());
        match self.text(&format!("{pointer}/value"), "value")? == wanted {
            true => Ok(()),
            false => Err(LogFault::Other(name)),
        }
    }

    fn signature(self, found: Vec<u8>, sealed: &Sealed<'_>) -> Result<(), LogFault> {
        match found == sealed.signature {
            true => Ok(()),
            false => Err(LogFault::Other("signature")),
        }
    }

    fn by(self, (certificate, der): (bool, Vec<u8>), by: By<'_>) -> Result<(), LogFault> {
        match by {
            By::Certificate(wanted) if certificate && der == wanted => Ok(()),
            By::Key(id) if !certificate && Digest::sha256(&der).to_string() == id => Ok(()),
            By::Certificate(_) => Err(LogFault::Other("certificate")),
            By::Key(_) => Err(LogFault::Other("key")),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}
