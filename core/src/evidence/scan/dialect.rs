//! What a document is that is not a report of Trivy's version 2.

use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// Keys of the top level that give a format away, with what it is.
const MARKS: [(&str, &str); 18] = [
    ("matches", "a report of Grype, or of a scanner that borrows its format, such as xeol"),
    ("runs", "a SARIF log, which names no image digest"),
    ("results", "a report of OSV-Scanner"),
    ("ClusterName", "a report of `trivy k8s`, which mixes many images"),
    ("Resources", "a report of `trivy k8s`, which mixes many images"),
    ("apiVersion", "a Kubernetes object, such as a report of trivy-operator"),
    ("bomFormat", "a CycloneDX document"),
    ("spdxVersion", "an SPDX document"),
    ("@context", "a JSON-LD document, such as OpenVEX or SPDX 3"),
    ("predicateType", "an in-toto statement"),
    ("payloadType", "a DSSE envelope"),
    ("dsseEnvelope", "a Sigstore bundle"),
    ("mediaType", "an OCI document or a Sigstore bundle"),
    ("schemaVersion", "an OCI manifest or index"),
    ("critical", "a simple signing payload"),
    ("artifacts", "an inventory of Syft"),
    ("scanner", "a scan summary, such as of the cosign vulnerability predicate"),
    ("vulnerabilities", "a report of another scanner"),
];

/// The first mark of a key, as a position in the table; a lower one is a better guess.
pub(super) fn mark(key: &str) -> Option<usize> {
    if key.starts_with("application/vnd.") {
        return Some(MARKS.len());
    }
    MARKS.iter().position(|(mark, _)| *mark == key)
}

/// The refusal of an object without Trivy's `SchemaVersion`.
pub(super) fn foreign(mark: Option<usize>) -> EvidenceError {
    let looks = mark.map(|position| match MARKS.get(position) {
        Some((_, what)) => what,
        None => "a report for Harbor, of its scanner adapters",
    });
    let detail = match looks {
        Some(what) => format!("this looks like {what}; only Trivy's JSON, version 2, is read"),
        None => "an object without `SchemaVersion`; only Trivy's JSON, version 2, is read".into(),
    };
    EvidenceError::new(EvidenceErrorKind::Unsupported, "", detail)
}

/// The refusal of a text that is not an object; `None` for one that may be.
pub(super) fn not_an_object(text: &str) -> Option<EvidenceError> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r']);
    let detail = if text.starts_with('[') {
        "a list, as Trivy before version 0.20 wrote it (version 1), which names no image; \
         only Trivy's JSON, version 2, is read"
    } else if text.trim_end() == "null" {
        "`null`, as Trivy before version 0.20 wrote it where it found nothing; it names no image"
    } else {
        return None;
    };
    Some(EvidenceError::new(EvidenceErrorKind::Unsupported, "", detail))
}
