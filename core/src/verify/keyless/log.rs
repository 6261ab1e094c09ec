//! One entry of a transparency log: that the log the trusted root names holds it, or promised to.
//! Rekor v1 (rekor, pkg/verify; RFC 6962) and v2 (rekor-tiles; C2SP tlog-checkpoint).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sigstore_crypto::{Checkpoint, VerificationKey};
use sigstore_types::{Sha256Hash, SignatureBytes};

use super::body::Kind;
use super::root::Log;
use super::{LogFault, TrustedRoot};
use crate::evidence::signing::{InclusionProof, LogEntry};

/// What an entry proves.
pub(super) struct Logged {
    /// When the log took it; only a log's promise says that.
    pub(super) time: Option<Timestamp>,
    /// What was checked.
    pub(super) checks: Vec<&'static str>,
}

/// Verifies the promise and the proof of an entry; at least one must be there. The log's key has
/// to count at the time that its promise states, else at all `times` that timestamps prove, and
/// where nothing proves a time at `now`.
pub(super) fn verify(
    entry: &LogEntry,
    kind: Kind,
    root: &TrustedRoot,
    times: &[Timestamp],
    now: Timestamp,
) -> Result<Logged, LogFault> {
    let log = root
        .logs
        .iter()
        .find(|log| log.id.as_slice() == entry.log_id)
        .ok_or_else(|| LogFault::UnknownLog(STANDARD.encode(clipped(&entry.log_id))))?;
    let key = log.key.as_ref().ok_or_else(|| LogFault::UnsupportedKey(log.host.clone()))?;
    let counts = |at: Timestamp| match log.window.contains(at) {
        true => Ok(()),
        false => Err(LogFault::KeyWindow { log: log.host.clone(), at }),
    };
    let mut logged = Logged { time: None, checks: Vec::new() };
    if let Some(promise) = &entry.promise {
        if kind.is_tiled() {
            return Err(LogFault::StrayPromise);
        }
        let time = entry.integrated_time.ok_or(LogFault::Promise)?;
        self::promise(entry, promise, time, key)?;
        counts(time)?;
        logged.time = Some(time);
        logged.checks.push("rekor-promise");
    }
    if let Some(proof) = &entry.proof {
        included(entry, proof, kind, log, key)?;
        if logged.time.is_none() {
            let times = if times.is_empty() { std::slice::from_ref(&now) } else { times };
            times.iter().try_for_each(|at| counts(*at))?;
        }
        logged.checks.push(if kind.is_tiled() { "rekor2-proof" } else { "rekor-proof" });
    }
    match logged.checks.is_empty() {
        true => Err(LogFault::NoProof),
        false => Ok(logged),
    }
}

/// The signed entry timestamp: over canonical JSON (RFC 8785) of body, time, log and index.
fn promise(
    entry: &LogEntry,
    promise: &[u8],
    time: Timestamp,
    key: &VerificationKey,
) -> Result<(), LogFault> {
    use std::fmt::Write as _;
    let mut id = String::new();
    for byte in &entry.log_id {
        let _ = write!(id, "{byte:02x}");
    }
    // Base64 and digits need no escapes, and the members stand in their canonical order.
    let signed = format!(
        r#"{{"body":"{}","integratedTime":{},"logID":"{id}","logIndex":{}}}"#,
        STANDARD.encode(&entry.body),
        time.as_second(),
        entry.index,
    );
    key.verify(signed, &SignatureBytes::from_bytes(promise)).map_err(|_| LogFault::Promise)
}

fn included(
    entry: &LogEntry,
    proof: &InclusionProof,
    kind: Kind,
    log: &Log,
    key: &VerificationKey,
) -> Result<(), LogFault> {
    let note = proof.checkpoint.as_deref().ok_or(LogFault::NoCheckpoint)?;
    let checkpoint = Checkpoint::from_text(note).map_err(|_| LogFault::CheckpointUnreadable)?;
    // What the log signed counts; what stands beside it has to say the same.
    let same = checkpoint.root_hash().as_bytes() == &proof.root
        && checkpoint.tree_size() == proof.size
        && (!kind.is_tiled() || entry.index == proof.index);
    if !same {
        return Err(LogFault::OtherTree);
    }
    let hashes: Vec<Sha256Hash> = proof.hashes.iter().copied().map(Sha256Hash::new).collect();
    sigstore_merkle::verify_inclusion_proof(
        &sigstore_merkle::hash_leaf(&entry.body),
        proof.index,
        proof.size,
        &hashes,
        checkpoint.root_hash(),
    )
    .map_err(|_| LogFault::Proof)?;
    // A log of tiles is known by its name; witnesses may have signed beside it.
    if kind.is_tiled() && checkpoint.origin() != log.host {
        return Err(LogFault::Checkpoint);
    }
    // Of the first line, older logs sign with what stands before the number of their tree.
    let origin = checkpoint.origin();
    let name = origin.split_once(" - ").map_or(origin, |(name, _)| name);
    let good = checkpoint.signatures().iter().any(|one| {
        one.name == name
            && one.key_id.as_bytes() == &log.hint
            && key.verify(checkpoint.signed_data(), &one.signature).is_ok()
    });
    match good {
        true => Ok(()),
        false => Err(LogFault::Checkpoint),
    }
}

fn clipped(bytes: &[u8]) -> &[u8] {
    bytes.get(..64).unwrap_or(bytes)
}
