//! What other verifiers call a fault, and the checks of ours that are about the same.

use serde_json::Value;

/// Words of a case's own note, of cosign, or of sigstore-go, the more telling first; each with the
/// checks of which one has to be the first cause. Where others only count what is left ("0 < 1"),
/// or say first what we say later, several are right.
const WORDS: [(&str, &[&str]); 54] = [
    ("must be the judged one", &["repository"]),
    ("not declared as a signature layer", &["document"]),
    ("critical.type must be", &["document"]),
    ("member names are exact", &["document"]),
    ("the format is ASN.1 DER", &["signature"]),
    ("digests are lower-case", &["subject"]),
    ("an attestation is not an approval", &["content"]),
    ("more than one name in the certificate", &["certificate"]),
    ("two issuers that differ", &["certificate"]),
    ("every timestamp present must agree", &["certificatePath"]),
    ("kindVersion must agree", &["log"]),
    ("must carry the algorithm", &["subject"]),
    ("unknown statement type", &["document"]),
    ("no trust root", &["log", "timestamp", "certificatePath"]),
    ("incorrect annotation", &["annotations"]),
    ("no signatures found", &["document", "content"]),
    ("missing digest in claim", &["subject", "document"]),
    ("when validating ASN.1 encoded signature", &["signature", "subject", "log"]),
    ("crypto/rsa: verification error", &["signature"]),
    ("illegal base64 data", &["document"]),
    ("Invalid IEEE_P1363", &["document", "signature"]),
    ("invalid character", &["document"]),
    ("no signature found", &["document"]),
    ("invalid payloadType", &["document"]),
    ("exactly one signature is required", &["document"]),
    ("unsupported media type", &["document"]),
    ("unable to extract statement", &["document"]),
    ("does not contain a DSSE envelope", &["document"]),
    ("none of the attestations matched the predicate type", &["content"]),
    ("invalid predicate type", &["content"]),
    ("accepted signatures do not match threshold", &["signature", "document"]),
    ("does not match any digest in statement", &["subject"]),
    ("do not match digests in statement", &["subject"]),
    ("no matching subject digest", &["subject"]),
    ("expected issuer value", &["identity", "certificate"]),
    ("expected SAN value", &["identity"]),
    ("was in the certificate, got subjects", &["identity"]),
    ("no Subject Alternative Name", &["certificate"]),
    ("certificate chain (for bundle v0.3)", &["certificate"]),
    ("expected key signature, not certificate", &["form"]),
    ("transparency log certificate does not match", &["signature", "form", "log"]),
    ("transparency log signature does not match", &["signature", "log"]),
    ("does not match artifact", &["subject", "log"]),
    ("envelope payload hash", &["signature", "log"]),
    ("missing verification material", &["subject"]),
    ("in bundle (required for bundle", &["log"]),
    ("verified signed timestamps", &["timestamp"]),
    ("integrated time outside certificate", &["certificatePath"]),
    ("certificate expired before observed time", &["certificatePath"]),
    ("leaf certificate verification failed", &["certificatePath"]),
    ("duplicate tlog entries", &["log"]),
    ("SCT", &["certificateLog"]),
    ("log", &["log", "timestamp"]),
    ("calculated root", &["log"]),
];

/// The checks of which one has to be the first cause; `None` where nobody says what is wrong in
/// words that are known.
pub(crate) fn right(case: &Value) -> Option<&'static [&'static str]> {
    let said = ["why", "sigstore_go", "error"].map(|key| case[key].as_str().unwrap_or_default());
    let said = said.into_iter().filter(|text| !text.is_empty() && *text != "OK");
    said.flat_map(|text| WORDS.iter().filter(move |(words, _)| text.contains(words)))
        .map(|(_, checks)| *checks)
        .next()
}
