//! Transparency log entries of bundles (sigstore/protobuf-specs, sigstore_rekor.proto).

use jiff::Timestamp;

use super::base64;
use super::object::Object;
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// Most hashes of one inclusion proof: a tree of 2^64 leaves has no more levels.
pub const MAX_PROOF_HASHES: usize = 64;

const MEMBERS: [&str; 7] = [
    "logIndex",
    "logId",
    "kindVersion",
    "integratedTime",
    "inclusionPromise",
    "inclusionProof",
    "canonicalizedBody",
];
const PROOF_MEMBERS: [&str; 5] = ["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"];

/// An entry of a transparency log as claimed: what the log is said to hold, and its promise or
/// proof that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// The log's id.
    pub log_id: Vec<u8>,
    /// The entry's index in the log.
    pub index: u64,
    /// The kind and version of the body; `None` where only the body itself says them, as in
    /// cosign's annotations.
    pub kind: Option<(String, String)>,
    /// When the log says that it took the entry; whole seconds.
    pub integrated_time: Option<Timestamp>,
    /// The log's signature over the entry and its time, by which it promises to hold it.
    pub promise: Option<Vec<u8>>,
    /// The proof that it does hold it.
    pub proof: Option<InclusionProof>,
    /// The body, byte for byte as the log holds it.
    pub body: Vec<u8>,
}

/// A proof that a leaf is in a Merkle tree (RFC 6962, section 2.1.1), as claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InclusionProof {
    /// The leaf's index in the tree.
    pub index: u64,
    /// The tree's root hash.
    pub root: [u8; 32],
    /// How many leaves the tree has.
    pub size: u64,
    /// The hashes from the leaf up.
    pub hashes: Vec<[u8; 32]>,
    /// The signed note in which the log states the root.
    pub checkpoint: Option<String>,
}

impl LogEntry {
    /// An entry as cosign's legacy annotation holds it: with a promise, without a proof.
    #[must_use]
    pub fn promised(
        log_id: Vec<u8>,
        index: u64,
        integrated_time: Option<Timestamp>,
        promise: Vec<u8>,
        body: Vec<u8>,
    ) -> Self {
        Self {
            log_id,
            index,
            kind: None,
            integrated_time,
            promise: Some(promise),
            proof: None,
            body,
        }
    }

    pub(super) fn read(text: &str, place: &str) -> Result<Self, EvidenceError> {
        let entry = Object::read(text, place, &MEMBERS)?.only(&MEMBERS)?;
        let log_id = entry.required("logId", exact(&entry, "logId", &["keyId"])?)?;
        let kind = exact(&entry, "kindVersion", &["kind", "version"])?;
        let kind = entry.required("kindVersion", kind)?;
        let promise = exact(&entry, "inclusionPromise", &["signedEntryTimestamp"])?;
        let proof = exact(&entry, "inclusionProof", &PROOF_MEMBERS)?;
        Ok(Self {
            log_id: bytes(&log_id, "keyId")?,
            index: count(&entry, "logIndex")?,
            kind: Some((
                kind.required("kind", kind.text("kind")?)?,
                kind.required("version", kind.text("version")?)?,
            )),
            integrated_time: time(&entry)?,
            promise: promise.map(|promise| bytes(&promise, "signedEntryTimestamp")).transpose()?,
            proof: proof.as_ref().map(InclusionProof::read).transpose()?,
            body: bytes(&entry, "canonicalizedBody")?,
        })
    }
}

impl InclusionProof {
    fn read(proof: &Object<'_>) -> Result<Self, EvidenceError> {
        let mut hashes = Vec::new();
        for (place, text) in proof.list("hashes", MAX_PROOF_HASHES)? {
            let text: String = serde_json::from_str(text).map_err(|_| {
                let detail = "something else where text is expected";
                EvidenceError::new(EvidenceErrorKind::Invalid, place.clone(), detail)
            })?;
            hashes.push(hash(&base64::json(&text, &place)?, &place)?);
        }
        let checkpoint = exact(proof, "checkpoint", &["envelope"])?;
        let checkpoint = checkpoint.map(|note| note.required("envelope", note.text("envelope")?));
        Ok(Self {
            index: count(proof, "logIndex")?,
            root: hash(&bytes(proof, "rootHash")?, &proof.at("rootHash"))?,
            size: count(proof, "treeSize")?,
            hashes,
            checkpoint: checkpoint.transpose()?,
        })
    }
}

/// A member that is an object of exactly these members, or some of them.
pub(super) fn exact<'a>(
    object: &Object<'a>,
    name: &str,
    known: &[&str],
) -> Result<Option<Object<'a>>, EvidenceError> {
    object.object(name, known)?.map(|member| member.only(known)).transpose()
}

/// A member that is base64.
pub(super) fn bytes(object: &Object<'_>, name: &str) -> Result<Vec<u8>, EvidenceError> {
    let text = object.required(name, object.text(name)?)?;
    base64::json(&text, &object.at(name))
}

fn hash(bytes: &[u8], place: &str) -> Result<[u8; 32], EvidenceError> {
    bytes.try_into().map_err(|_| {
        let detail = format!("{} bytes where a SHA-256 hash has 32", bytes.len());
        EvidenceError::new(EvidenceErrorKind::Invalid, place, detail)
    })
}

/// A 64-bit number of protobuf's JSON: digits, in quotes or not; absence is zero.
fn integer(object: &Object<'_>, name: &str) -> Result<i64, EvidenceError> {
    let Some(raw) = object.raw(name) else { return Ok(0) };
    let digits = match raw.starts_with('"') {
        true => object.text(name)?.unwrap_or_default(),
        false => raw.to_owned(),
    };
    // `+1` is a number to Rust alone.
    digits.parse().ok().filter(|_| !digits.starts_with('+')).ok_or_else(|| {
        let detail = "something else where a whole number is expected";
        EvidenceError::new(EvidenceErrorKind::Invalid, object.at(name), detail)
    })
}

fn count(object: &Object<'_>, name: &str) -> Result<u64, EvidenceError> {
    let number = integer(object, name)?;
    u64::try_from(number).map_err(|_| {
        let detail = format!("`{number}`, which is less than nothing");
        EvidenceError::new(EvidenceErrorKind::Invalid, object.at(name), detail)
    })
}

/// Seconds since 1970; zero is absence.
fn time(entry: &Object<'_>) -> Result<Option<Timestamp>, EvidenceError> {
    match integer(entry, "integratedTime")? {
        0 => Ok(None),
        seconds => {
            Timestamp::from_second(seconds).ok().filter(|_| seconds > 0).map(Some).ok_or_else(
                || {
                    let detail = format!("`{seconds}` seconds are no time of a log entry");
                    let place = entry.at("integratedTime");
                    EvidenceError::new(EvidenceErrorKind::Invalid, place, detail)
                },
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(edit: impl Fn(&mut serde_json::Value)) -> Result<LogEntry, EvidenceError> {
        let mut value = serde_json::json!({
            "logIndex": "7", "logId": {"keyId": "AAE="}, "integratedTime": "1689177396",
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "inclusionPromise": {"signedEntryTimestamp": "AA=="},
            "inclusionProof": {
                "logIndex": 3, "treeSize": "4", "checkpoint": {"envelope": "x"},
                "rootHash": "dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI=",
                "hashes": ["dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI="],
            },
            "canonicalizedBody": "e30=",
        });
        edit(&mut value);
        LogEntry::read(&value.to_string(), "/e")
    }

    #[test]
    fn numbers_stand_in_quotes_or_not() {
        let entry = read(|_| {}).unwrap();
        assert_eq!((entry.index, &*entry.body), (7, &b"{}"[..]));
        assert_eq!(entry.integrated_time.unwrap().as_second(), 1_689_177_396);
        let proof = entry.proof.unwrap();
        assert_eq!((proof.index, proof.size, proof.hashes.len()), (3, 4, 1));
        let absent = read(|value| value["integratedTime"] = serde_json::json!("0")).unwrap();
        assert_eq!(absent.integrated_time, None);
    }

    #[test]
    fn what_is_no_entry_is_refused_at_its_place() {
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        for (pointer, other, place) in [
            ("/logIndex", r#""-1""#, "/e/logIndex"),
            ("/logIndex", r#""+1""#, "/e/logIndex"),
            ("/logIndex", "1.5", "/e/logIndex"),
            ("/integratedTime", "-4", "/e/integratedTime"),
            ("/inclusionProof/rootHash", r#""AAE=""#, "/e/inclusionProof/rootHash"),
            ("/inclusionProof/hashes", "[1]", "/e/inclusionProof/hashes/0"),
            ("/kindVersion", r#"{"other":1}"#, "/e/kindVersion/other"),
        ] {
            let edit = |entry: &mut serde_json::Value| {
                *entry.pointer_mut(pointer).unwrap() = value(other);
            };
            assert_eq!(read(edit).unwrap_err().place, place);
        }
    }
}
