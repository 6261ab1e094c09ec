use jiff::Timestamp;

use super::approval::about;
use super::verifier::answer;
use super::{Call, Refusal, SignatureVerifier, Signer};
use crate::evidence::signing::{Artifact, Bundle, BundleContent, Claim, Material};

/// What a verified bundle says about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedArtifact {
    /// Who signed.
    pub signer: Signer,
    /// The statement about the file; `None` where the file itself is signed.
    pub claim: Option<Claim>,
}

/// Verifies a bundle about a file: a signature over it, or a statement with its digest among the
/// subjects. It approves of no image.
///
/// # Errors
/// The verifier's [`Refusal`]; [`Refusal::WrongSubject`] or [`Refusal::NoSubject`] for a statement
/// about something else; [`Refusal::Malformed`] for what is no bundle or statement.
pub fn verify_artifact(
    bytes: &[u8],
    artifact: &Artifact<'_>,
    verifier: &dyn SignatureVerifier,
    authority: &str,
    now: Timestamp,
) -> Result<VerifiedArtifact, Refusal> {
    let bundle = Bundle::parse(bytes)?;
    let subject = artifact.digest();
    let (material, claim) = match &bundle.content {
        BundleContent::MessageSignature(message) => {
            (Material::File { artifact, message, bundle: &bundle }, None)
        }
        BundleContent::Envelope(envelope) => {
            let claim = envelope.statement()?;
            about(&claim, subject)?;
            let material = Material::Bundle {
                encoded: envelope.encoded(),
                signatures: envelope.signatures(),
                bundle: &bundle,
                bytes,
            };
            (material, Some(claim))
        }
    };
    let signer = answer(verifier, &Call { subject, material, authority, now })?;
    Ok(VerifiedArtifact { signer, claim })
}
