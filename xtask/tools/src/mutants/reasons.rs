//! What may change in a bundle without changing what it proves, and where others are stricter.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::parents::Parent;

const MATERIAL: &str = "/verificationMaterial";

const CANDIDATE: &str = "certificates after the signer's own are candidates for a path, and prove nothing by themselves";
const KEY_ID: &str = "a hint names a key and proves nothing; the policy's key has to fit anyway";

/// Why nobody signs this place.
pub(super) fn unauthenticated(place: &str, parent: &Parent) -> Option<&'static str> {
    if parent.is_layer() {
        return layer(place, parent).or_else(|| token(place, parent));
    }
    let rest = place.strip_prefix(MATERIAL)?;
    if rest.starts_with("/publicKey/hint ") || rest == "/publicKey without hint" {
        return Some(KEY_ID);
    }
    if rest == "/x509CertificateChain/certificates 0 twice" {
        return Some(CANDIDATE);
    }
    absent(rest, parent)
        .or_else(|| promised(rest, parent))
        .or_else(|| token(place, parent))
        .or_else(|| note(place, parent))
}

/// The same of a layer, whose annotations nobody signs; what they hold proves itself or nothing.
fn layer(place: &str, parent: &Parent) -> Option<&'static str> {
    let is_envelope = parent.bundle.pointer("/data/payload").is_some();
    let is_logged = parent.bundle.pointer("/annotations/dev.sigstore.cosign~1bundle").is_some();
    let (name, _) = place.split_once(' ').unwrap_or((place, ""));
    if name.starts_with("/annotations/dev.sigstore.cosign~1chain") {
        return Some(CANDIDATE);
    }
    if is_envelope && is_stranger(place) {
        return Some("members of an envelope that DSSE does not know say nothing");
    }
    match place {
        "/annotations without dev.sigstore.cosign/chain" => Some(CANDIDATE),
        "/annotations without dev.sigstore.cosign/rfc3161timestamp"
            if !parent.tokens && (is_logged || parent.key.is_some()) =>
        {
            Some("the log's promise proves a time; a key needs none")
        }
        "/annotations without predicateType" => Some(STATED),
        "/annotations without dev.cosignproject.cosign/signature" if is_envelope => {
            Some("an envelope has its signatures inside")
        }
        "/data/signatures 0 twice" => Some(ENOUGH),
        "/data/signatures/0 without keyid" => Some(KEY_ID),
        _ => match name {
            "/annotations/predicateType" => Some(STATED),
            "/data/signatures/0/keyid" => Some(KEY_ID),
            _ => None,
        },
    }
}

/// Whether a place is a member of an envelope that DSSE does not define.
fn is_stranger(place: &str) -> bool {
    const MEMBERS: [&str; 3] = ["payload", "payloadType", "signatures"];
    let rest = place.strip_prefix("/data without ").or_else(|| place.strip_prefix("/data/"));
    rest.is_some_and(|rest| !MEMBERS.contains(&rest.split([' ', '/']).next().unwrap_or_default()))
}

const STATED: &str = "what the annotation says counts where it is signed, in the statement";
const ENOUGH: &str = "one good signature of a layer is enough, whatever stands beside it";

/// What only a promise signs, where there is none: the time, and the index in the whole log, beside
/// which a proof has an index of its own in its tree.
fn promised(rest: &str, parent: &Parent) -> Option<&'static str> {
    let entry = "/verificationMaterial/tlogEntries/0";
    let body = parent.bundle.pointer(&format!("{entry}/canonicalizedBody"))?.as_str()?;
    let body: Value = serde_json::from_slice(&STANDARD.decode(body).ok()?).ok()?;
    // A log of tiles has one index, which has to be the proof's.
    let is_tiled = body.get("apiVersion").and_then(Value::as_str) == Some("0.0.2")
        && body.get("kind").and_then(Value::as_str) == Some("hashedrekord");
    if is_tiled || parent.bundle.pointer(&format!("{entry}/inclusionPromise")).is_some() {
        return None;
    }
    let rest = rest.strip_prefix("/tlogEntries/0")?;
    let is_one =
        |name: &str| rest == format!(" without {name}") || rest.starts_with(&format!("/{name} "));
    ["integratedTime", "logIndex"]
        .iter()
        .any(|name| is_one(name))
        .then_some("only a promise states it, and without one nothing rests on it")
}

/// What is one proof more than needed, where something else proves the same.
fn absent(rest: &str, parent: &Parent) -> Option<&'static str> {
    let has =
        |name: &str| !parent.bundle.pointer(&format!("{MATERIAL}{name}")).is_none_or(is_empty);
    let (promise, proof) = ("/tlogEntries/0/inclusionPromise", "/tlogEntries/0/inclusionProof");
    let tokens = "/timestampVerificationData/rfc3161Timestamps";
    let keyed = parent.key.is_some();
    match rest {
        "/tlogEntries/0 without inclusionPromise" if has(proof) && (has(tokens) || keyed) => {
            Some("the proof shows the entry, and a timestamp the time; a key needs no time")
        }
        "/tlogEntries/0 without inclusionProof" if has(promise) && is_first(parent) => {
            Some("bundles of version 0.1 may have the log's promise alone")
        }
        " without timestampVerificationData"
        | "/timestampVerificationData without rfc3161Timestamps"
        | "/timestampVerificationData/rfc3161Timestamps without 0"
            if !parent.tokens && (has(promise) || keyed) =>
        {
            Some("the log's promise proves a time; a key needs none")
        }
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

fn is_first(parent: &Parent) -> bool {
    parent
        .bundle
        .get("mediaType")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.ends_with("version=0.1"))
}

/// The number after a word in `place`, as mutants are named.
fn number(place: &str, word: &str) -> Option<(String, usize)> {
    let (pointer, rest) = place.split_once(word)?;
    Some((pointer.to_owned(), rest.split(' ').next()?.parse().ok()?))
}

/// RFC 5652 signs the content, the signed attributes and nothing else of a message: not the list
/// of digest algorithms, not certificates, not a signer's version, not the algorithms' names beside
/// a signature.
fn token(place: &str, parent: &Parent) -> Option<&'static str> {
    let (pointer, at) = number(place, " byte ")?;
    if !["/signedTimestamp", "/SignedRFC3161Timestamp"].iter().any(|end| pointer.ends_with(end)) {
        return None;
    }
    let der = STANDARD.decode(parent.bundle.pointer(&pointer)?.as_str()?).ok()?;
    let unsigned = unsigned(&der)?;
    unsigned
        .iter()
        .any(|range| range.contains(&at))
        .then_some("RFC 5652 does not sign this part of a timestamp")
}

/// The parts of a timestamp that no signature is over, be it a whole response (RFC 3161, section
/// 2.4.2) or the token in it alone.
fn unsigned(der: &[u8]) -> Option<Vec<Range<usize>>> {
    const OBJECT_IDENTIFIER: u8 = 0x06;
    let outer = items(der, items(der, 0..der.len())?.first()?.1.clone())?;
    let message = match outer.first()?.0 {
        OBJECT_IDENTIFIER => outer,
        _ => items(der, outer.get(1)?.1.clone())?,
    };
    let signed = items(der, message.get(1)?.1.clone())?;
    let signed = items(der, signed.first()?.1.clone())?;
    let mut found = vec![signed.get(1)?.1.clone()];
    found.extend(signed.iter().filter(|(tag, _)| *tag == 0xa0).map(|(_, range)| range.clone()));
    let signers = items(der, signed.last()?.1.clone())?;
    for (_, signer) in signers {
        let fields = items(der, signer)?;
        found.extend(fields.first().map(|(_, version)| version.clone()));
        let names = fields.iter().skip(2).filter(|(tag, _)| *tag == 0x30);
        found.extend(names.map(|(_, range)| range.clone()));
    }
    Some(found)
}

/// The elements in a range: each with its tag and where its content lies.
fn items(der: &[u8], range: Range<usize>) -> Option<Vec<(u8, Range<usize>)>> {
    let (mut at, mut found) = (range.start, Vec::new());
    while at < range.end {
        let (tag, first) = (*der.get(at)?, usize::from(*der.get(at + 1)?));
        let (start, length) = match first {
            0..=0x7f => (at + 2, first),
            0x81..=0x84 => {
                let bytes = der.get(at + 2..at + 2 + (first - 0x80))?;
                let length = bytes.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
                (at + 2 + bytes.len(), length)
            }
            _ => return None,
        };
        at = start.checked_add(length).filter(|end| *end <= range.end)?;
        found.push((tag, start..at));
    }
    Some(found)
}

/// Lines of a checkpoint by signers that the trusted root does not know.
fn note(place: &str, parent: &Parent) -> Option<&'static str> {
    let (pointer, at) = number(place, " character ")?;
    if !pointer.ends_with("/inclusionProof/checkpoint/envelope") {
        return None;
    }
    let text = parent.bundle.pointer(&pointer)?.as_str()?;
    let (body, signatures) = text.split_once("\n\n")?;
    let first = body.chars().count() + 2 + signatures.lines().next()?.chars().count();
    // The log's own signature comes first.
    (at >= first).then_some("a signature of a witness, which nobody asks for")
}

/// Why a peer may refuse what we accept.
pub(super) fn stricter(peer: &str, place: &str, parent: &Parent) -> Option<&'static str> {
    if token(place, parent).is_some() {
        return Some(
            "it reads parts of a timestamp that no signature is over, certificates above all",
        );
    }
    if unauthenticated(place, parent) == Some(ENOUGH) {
        return Some("it reads layers as bundles, which have one signature");
    }
    match (peer, place.rsplit_once(' ')?.1) {
        ("sigstore-go" | "sigstore-js", "inclusionPromise") if parent.key.is_some() => {
            Some("it asks for a time, although a key without a window needs none")
        }
        ("sigstore-python", "logIndex") => {
            Some("it wants every number written, where protobuf's JSON may leave a zero out")
        }
        ("sigstore-python" | "sigstore-js", "inclusionProof") if is_first(parent) => {
            Some("it wants a proof of every version, where 0.1 may have the promise alone")
        }
        _ => None,
    }
}
