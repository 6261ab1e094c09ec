use std::sync::Arc;

use jiff::Timestamp;

use super::keyless::{Asked, By, Proven, Sealed, stated, verify_proven};
use super::public_key::Message;
use super::trusted_key::TrustedKey;
use super::{Call, KeylessRefusal, Refusal, SignatureVerifier, Signer, TrustedRoot};
use crate::evidence::signing::{EnvelopeSignature, Material, SignedWith};
use crate::policy::model::{LogUse, TimestampUse};

/// The keys of one authority: any one of them.
///
/// Log entries and timestamps beside a signature have to hold before it counts: against a
/// [trusted root](KeyVerifier::trusting), without which a signature that carries some is refused,
/// unless the authority ignores them ([`KeyVerifier::log`]).
#[derive(Debug, Clone)]
pub struct KeyVerifier {
    keys: Vec<TrustedKey>,
    asked: Asked,
    root: Option<Arc<TrustedRoot>>,
}

impl KeyVerifier {
    /// A verifier for these keys.
    #[must_use]
    pub fn new(mut keys: Vec<TrustedKey>) -> Self {
        // So that who signed does not depend on the order in which a policy lists keys.
        keys.sort_by(|a, b| a.key.order().cmp(&b.key.order()));
        Self { keys, asked: Asked::new(LogUse::Optional), root: None }
    }

    /// The same with another use of log entries beside a signature. Where they are ignored,
    /// timestamps are as well, unless they are required.
    #[must_use]
    pub fn log(mut self, log: LogUse) -> Self {
        self.asked.log = log;
        self
    }

    /// The same with another use of timestamps beside a signature.
    #[must_use]
    pub fn timestamp(mut self, timestamp: TimestampUse) -> Self {
        self.asked.timestamp = timestamp;
        self
    }

    /// The same, where at least so many logs and timestamp authorities of the trusted root have to
    /// stand for a signature, each counted once.
    #[must_use]
    pub fn thresholds(mut self, logs: u32, timestamps: u32) -> Self {
        (self.asked.logs, self.asked.timestamps) = (logs, timestamps);
        self
    }

    /// The same, where log entries and timestamps are verified against this root.
    #[must_use]
    pub fn trusting(mut self, root: Arc<TrustedRoot>) -> Self {
        self.root = Some(root);
        self
    }

    /// The ids of the keys.
    pub fn key_ids(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|key| key.key.id())
    }

    /// The first key that made one of the signatures and counts.
    fn signer<'s>(
        &self,
        call: &Call<'_>,
        message: &Message<'_>,
        signatures: impl Iterator<Item = &'s [u8]> + Clone,
    ) -> Result<Signer, Refusal> {
        let mut refused: Option<Refusal> = None;
        for trusted in &self.keys {
            for signature in signatures.clone() {
                let Some(check) = trusted.key.verify(message, signature) else { continue };
                let made = self.proven(call, trusted, signature).and_then(|proven| {
                    let proven_at = proven.times.iter().min().copied();
                    trusted.counts(proven_at, call.now)?;
                    Ok((proven_at, proven.checks))
                });
                match made {
                    Ok((proven_at, proven)) => {
                        let checks = std::iter::once(check.to_owned()).chain(proven).collect();
                        let id = trusted.key.id();
                        return Ok(Signer { id, proven_at, signed_after: None, checks });
                    }
                    // The least, so that the order in which a policy lists windows is no matter.
                    Err(refusal) => refused = refused.into_iter().chain([refusal]).min(),
                }
            }
        }
        Err(refused.unwrap_or(Refusal::Signature))
    }

    /// What log entries and timestamps prove about a signature of the key.
    fn proven(
        &self,
        call: &Call<'_>,
        trusted: &TrustedKey,
        signature: &[u8],
    ) -> Result<Proven, Refusal> {
        if !self.asked.requires_some()
            && (self.asked.log == LogUse::Ignore || !has_log(&call.material))
        {
            return Ok(Proven { times: Vec::new(), checks: Vec::new() });
        }
        let mut all = Sealed::all(&call.material)?.into_iter();
        let sealed = all.find(|one| one.signature == signature).ok_or(Refusal::Signature)?;
        let by = By::Key(trusted.key.id_str());
        match verify_proven(&sealed, by, self.root.as_deref(), self.asked, call.now) {
            Err(KeylessRefusal::NoTrustedRoot) => {
                Err(Refusal::LogNotVerified { authority: call.authority.to_owned() })
            }
            proven => Ok(proven?),
        }
    }
}

impl SignatureVerifier for KeyVerifier {
    fn id(&self) -> &str {
        "key/1"
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        let keyed = |with: &SignedWith| match with {
            SignedWith::PublicKey { .. } => Ok(()),
            SignedWith::Certificates(_) => {
                Err(Refusal::NeedsCertificate { authority: call.authority.to_owned() })
            }
        };
        match call.material {
            Material::Detached { payload, signature, .. } => {
                self.signer(call, &Message::new(payload), std::iter::once(signature))
            }
            Material::Envelope { encoded, signatures, .. } => {
                self.signer(call, &Message::new(encoded), bytes(signatures))
            }
            Material::Bundle { encoded, signatures, bundle, .. } => {
                keyed(&bundle.signed_with)?;
                self.signer(call, &Message::new(encoded), bytes(signatures))
            }
            Material::File { artifact, message, bundle } => {
                keyed(&bundle.signed_with)?;
                stated(artifact, message)?;
                let file = Message::of(artifact).ok_or_else(|| {
                    let algorithm = "sha256".to_owned();
                    Refusal::from(KeylessRefusal::NeedsFile { algorithm })
                })?;
                self.signer(call, &file, std::iter::once(message.signature.as_slice()))
            }
        }
    }

    /// Where windows open and close, also those of the logs: entries whose time nothing proves are
    /// judged by them. The time of a compromise changes nothing as time goes by.
    fn dates(&self) -> Vec<Timestamp> {
        let keys = self.keys.iter().flat_map(|key| [key.not_before, key.not_after]).flatten();
        keys.chain(self.root.iter().flat_map(|root| root.log_dates())).collect()
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
        Material::Bundle { bundle, .. } | Material::File { bundle, .. } => {
            !bundle.log_entries.is_empty() || !bundle.timestamps.is_empty()
        }
    }
}

fn bytes(signatures: &[EnvelopeSignature]) -> impl Iterator<Item = &[u8]> + Clone {
    signatures.iter().map(|one| one.signature.as_slice())
}
