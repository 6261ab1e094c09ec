use jiff::Timestamp;

use super::public_key::Message;
use super::trusted_key::TrustedKey;
use super::{Call, Refusal, SignatureVerifier, Signer};
use crate::evidence::signing::{EnvelopeSignature, Material, SignedWith};

/// The keys of one authority: any one of them.
///
/// Log entries and timestamps beside a signature would have to be verified before it counts,
/// which is not done yet: a signature that carries some is refused, unless the authority ignores
/// them ([`KeyVerifier::ignoring_logs`]). No time is taken from them either way.
#[derive(Debug, Clone)]
pub struct KeyVerifier {
    keys: Vec<TrustedKey>,
    ignores_logs: bool,
}

impl KeyVerifier {
    /// A verifier for these keys.
    #[must_use]
    pub fn new(mut keys: Vec<TrustedKey>) -> Self {
        // So that who signed does not depend on the order in which a policy lists keys.
        keys.sort_by(|a, b| a.key.order().cmp(&b.key.order()));
        Self { keys, ignores_logs: false }
    }

    /// The same, where log entries and timestamps beside a signature say nothing.
    #[must_use]
    pub fn ignoring_logs(mut self) -> Self {
        self.ignores_logs = true;
        self
    }

    /// The ids of the keys.
    pub fn key_ids(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|key| key.key.id())
    }

    /// The first key that made one of the signatures and counts.
    fn signer<'s>(
        &self,
        signed: &[u8],
        signatures: impl Iterator<Item = &'s [u8]> + Clone,
        now: Timestamp,
    ) -> Result<Signer, Refusal> {
        let message = Message::new(signed);
        let mut refused: Option<Refusal> = None;
        for trusted in &self.keys {
            let check = signatures.clone().find_map(|one| trusted.key.verify(&message, one));
            let Some(check) = check else { continue };
            match trusted.counts(None, now) {
                Ok(()) => {
                    let checks = vec![check.to_owned()];
                    return Ok(Signer { id: trusted.key.id(), proven_at: None, checks });
                }
                // The least, so that the order in which a policy lists windows is no matter.
                Err(refusal) => refused = refused.into_iter().chain([refusal]).min(),
            }
        }
        Err(refused.unwrap_or(Refusal::Signature))
    }
}

impl SignatureVerifier for KeyVerifier {
    fn id(&self) -> &str {
        "key/1"
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        let signer = self.signed_by(call)?;
        if !self.ignores_logs && has_log(&call.material) {
            return Err(Refusal::LogNotVerified { authority: call.authority.to_owned() });
        }
        Ok(signer)
    }

    /// Where windows open and close. The time of a compromise changes nothing as time goes by.
    fn dates(&self) -> Vec<Timestamp> {
        self.keys.iter().flat_map(|key| [key.not_before, key.not_after]).flatten().collect()
    }
}

impl KeyVerifier {
    fn signed_by(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        match call.material {
            Material::Detached { payload, signature, .. } => {
                self.signer(payload, std::iter::once(signature), call.now)
            }
            Material::Envelope { encoded, signatures, .. } => {
                self.signer(encoded, bytes(signatures), call.now)
            }
            Material::Bundle { encoded, signatures, bundle, .. } => match bundle.signed_with {
                SignedWith::PublicKey { .. } => self.signer(encoded, bytes(signatures), call.now),
                SignedWith::Certificates(_) => {
                    Err(Refusal::NeedsCertificate { authority: call.authority.to_owned() })
                }
            },
        }
    }
}

/// Whether log entries or timestamps stand beside the signature.
fn has_log(material: &Material<'_>) -> bool {
    /// Where cosign's legacy layouts keep them.
    const ANNOTATIONS: [&str; 2] =
        ["dev.sigstore.cosign/bundle", "dev.sigstore.cosign/rfc3161timestamp"];
    match material {
        Material::Detached { annotations, .. } | Material::Envelope { annotations, .. } => {
            ANNOTATIONS.iter().any(|name| annotations.contains_key(*name))
        }
        Material::Bundle { bundle, .. } => bundle.log_entries > 0 || bundle.timestamps > 0,
    }
}

fn bytes(signatures: &[EnvelopeSignature]) -> impl Iterator<Item = &[u8]> + Clone {
    signatures.iter().map(|one| one.signature.as_slice())
}
