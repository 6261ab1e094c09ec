use std::sync::Arc;

use jiff::Timestamp;

use super::keyless::{Asked, By, Proven, Sealed, stated, verify_proven};
use super::public_key::Message;
use super::{Call, KeylessRefusal, PublicKey, Refusal, SignatureVerifier, Signer, TrustedRoot};
use crate::evidence::signing::{EnvelopeSignature, Material, SignedWith};
use crate::policy::model::{LogUse, TimestampUse};

/// A key, and when it counts.
#[derive(Debug, Clone)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// Not before this time.
    pub not_before: Option<Timestamp>,
    /// Not at or after this time.
    pub not_after: Option<Timestamp>,
    /// Only what was proven before this time counts.
    pub compromised_at: Option<Timestamp>,
}

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
        keys.sort_by(|a, b| a.key.id_str().cmp(b.key.id_str()));
        let asked = Asked { log: LogUse::Optional, timestamp: TimestampUse::Auto };
        Self { keys, asked, root: None }
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
        message: &Message,
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
                        return Ok(Signer { id: trusted.key.id(), proven_at, checks });
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
        let requires =
            self.asked.log == LogUse::Required || self.asked.timestamp == TimestampUse::Required;
        if !requires && (self.asked.log == LogUse::Ignore || !has_log(&call.material)) {
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

impl TrustedKey {
    /// Whether a signature counts that provably existed at `proven_at`. Windows hold at that
    /// time, else at `now`. For a compromised key `now` is no help: without a proven time the
    /// signature may be younger than the compromise, whenever one looks.
    fn counts(&self, proven_at: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
        let key = || self.key.id();
        if let Some(compromised_at) = self.compromised_at
            && proven_at.is_none_or(|proven| proven >= compromised_at)
        {
            return Err(Refusal::KeyCompromised { key: key(), compromised_at, proven_at });
        }
        let at = proven_at.unwrap_or(now);
        match (self.not_before, self.not_after) {
            (Some(not_before), _) if at < not_before => {
                Err(Refusal::KeyNotYetValid { key: key(), not_before, at })
            }
            (_, Some(not_after)) if at >= not_after => {
                Err(Refusal::KeyExpired { key: key(), not_after, at })
            }
            _ => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn key() -> TrustedKey {
        let pem = "-----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOy3TraKsGtNGhL8g7pBRdOwt4n+y
            VSG1Z6ZYfMtaddEqzYqVjmLQZSiv4bSGTWYg5bziP6zD5k8FETAQxSrp6g==
            -----END PUBLIC KEY-----";
        TrustedKey {
            key: PublicKey::from_pem(pem).unwrap(),
            not_before: Some(time("2026-01-01T00:00:00Z")),
            not_after: Some(time("2027-01-01T00:00:00Z")),
            compromised_at: None,
        }
    }

    #[test]
    fn a_window_holds_at_the_proven_time_and_not_at_now() {
        let (inside, outside) = (time("2026-06-01T00:00:00Z"), time("2030-01-01T00:00:00Z"));
        assert_eq!(key().counts(Some(inside), outside), Ok(()));
        let late = key().counts(Some(outside), inside);
        assert!(matches!(late, Err(Refusal::KeyExpired { at, .. }) if at == outside));
        let early = key().counts(Some(time("2025-12-31T23:59:59Z")), inside);
        assert!(matches!(early, Err(Refusal::KeyNotYetValid { .. })), "{early:?}");
    }

    #[test]
    fn only_what_was_proven_before_a_compromise_counts() {
        let compromised_at = time("2026-06-01T00:00:00Z");
        let key = TrustedKey { compromised_at: Some(compromised_at), ..key() };
        let now = time("2026-11-23T15:00:00Z");
        assert_eq!(key.counts(Some(time("2026-05-31T23:59:59Z")), now), Ok(()));
        for proven_at in [None, Some(compromised_at), Some(now)] {
            let refusal = key.counts(proven_at, now).unwrap_err();
            assert!(matches!(refusal, Refusal::KeyCompromised { .. }), "{refusal}");
        }
    }
}
