//! What signed statements say that rules about findings go by, read once.

use crate::evidence::EvidenceError;
use crate::evidence::scan::{AttestedScan, attested};
use crate::evidence::signing::Claim;
use crate::evidence::vex::VexDocument;

/// How the predicate types of OpenVEX start: with and without a version.
const OPENVEX: &str = "https://openvex.dev/ns";
/// The predicate type of CycloneDX statements about vulnerabilities.
const CYCLONEDX_VEX: &str = "https://cyclonedx.org/vex";

/// A statement's predicate, by its type.
#[derive(Debug, Clone)]
pub enum Payload {
    /// A scan of the subject.
    Scan(Box<Result<AttestedScan, EvidenceError>>),
    /// Statements about vulnerabilities.
    Vex(Box<Result<VexDocument, EvidenceError>>),
}

impl Payload {
    /// Predicate types around scan reports.
    pub const SCANS: [&'static str; 3] = [
        "https://cosign.sigstore.dev/attestation/vuln/v1",
        "https://in-toto.io/attestation/vulns/v0.1",
        "https://in-toto.io/attestation/vulns/v0.2",
    ];

    /// Reads the predicate of a claim; `None` where it is of a type that is not read here.
    #[must_use]
    pub fn read(claim: &Claim) -> Option<Self> {
        let predicate_type = claim.predicate_type.as_deref()?;
        let predicate = claim.predicate.as_deref().unwrap_or("null");
        if Self::SCANS.contains(&predicate_type) {
            return Some(Self::Scan(Box::new(attested(predicate_type, predicate))));
        }
        let is_vex = predicate_type.starts_with(OPENVEX) || predicate_type == CYCLONEDX_VEX;
        is_vex.then(|| Self::Vex(Box::new(VexDocument::parse(predicate.as_bytes()))))
    }
}
