use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::body::By;
use super::certificate::Leaf;
use super::identity::Expected;
use super::leaf_key::LeafKey;
use super::proven::{self, Asked};
use super::sealed::{Form, Sealed};
use super::{Identity, KeylessRefusal, TrustedRoot, chain, sct};
use crate::evidence::signing::BundleVersion;
use crate::policy::model::{LogUse, TimestampUse};
use crate::verify::{Call, Refusal, SignatureVerifier, Signer};

/// Verifies signatures of one authority whose signers have certificates of their identity.
///
/// A signature counts if its certificate says what the [`Identity`] asks, if the certificate's
/// key made it, and if the certificate was issued by an authority of the trusted root that counts
/// at each proven time. Log entries and timestamps must all hold; a signature of a certificate
/// transparency log must be in the certificate where the trusted root lists such logs. Nothing
/// here looks at the machine's clock.
#[derive(Debug)]
pub struct KeylessVerifier {
    expected: Expected,
    root: Arc<TrustedRoot>,
    asked: Asked,
}

impl KeylessVerifier {
    /// A verifier that requires a log entry, and a timestamp only where nothing else proves a
    /// time.
    ///
    /// # Errors
    /// What is wrong with an expression.
    pub fn new(identity: &Identity, root: Arc<TrustedRoot>) -> Result<Self, String> {
        Ok(Self { expected: Expected::new(identity)?, root, asked: Asked::new(LogUse::Required) })
    }

    /// The same with another use of logs. Something has to prove a time all the same.
    #[must_use]
    pub fn log(mut self, log: LogUse) -> Self {
        self.asked.log = log;
        self
    }

    /// The same with another use of timestamps.
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

    fn signer(&self, sealed: &Sealed<'_>, now: Timestamp) -> Result<Signer, KeylessRefusal> {
        let [der, given @ ..] = &*sealed.certificates else {
            return Err(match sealed.form {
                Form::Annotations => KeylessRefusal::NoCertificate,
                Form::Bundle(_) => KeylessRefusal::NeedsKey,
            });
        };
        if sealed.form == Form::Bundle(BundleVersion::V0_3) && !given.is_empty() {
            return Err(KeylessRefusal::Chain);
        }
        if let Some(position) = chain::root_in(&sealed.certificates, sealed.form) {
            return Err(KeylessRefusal::RootInChain { position });
        }
        let own = self.root.own_authorities;
        let leaf = Leaf::parse(der, !own).map_err(KeylessRefusal::Certificate)?;
        self.expected.check(&leaf, own)?;
        let key = LeafKey::parse(&leaf.spki).map_err(KeylessRefusal::Certificate)?;
        let check = key.verify(&sealed.content, sealed.signature);
        let check = check.ok_or(KeylessRefusal::Signature)?;
        let by = By::Certificate(der);
        let proven = proven::verify(sealed, by, Some(&self.root), self.asked, now)?;
        // Certificates of identity live for minutes, so the time of the decision says nothing.
        let proven_at = *proven.times.iter().min().ok_or(KeylessRefusal::NoTime)?;
        let mut issuers = BTreeSet::new();
        for at in &proven.times {
            issuers.insert(chain::issuer(&leaf, &sealed.certificates, &self.root, *at)?);
        }
        // Instances that run no certificate transparency log list none.
        let logs_certificates = !self.root.certificate_logs.is_empty();
        for issuer in issuers.iter().filter(|_| logs_certificates) {
            sct::verify(&leaf, issuer, &self.root).map_err(KeylessRefusal::Sct)?;
        }
        let mut checks = vec![check.to_owned()];
        checks.extend(proven.checks);
        checks.push("certificate-chain".to_owned());
        if logs_certificates {
            checks.push("certificate-log".to_owned());
        }
        // Neither part has white space in it, so no other signer is spelled like this.
        let issuer = leaf.issuer.as_deref().unwrap_or("certificate");
        let id = format!("{issuer} {}", leaf.subject.text);
        let signed_after = Some(leaf.not_before);
        Ok(Signer { id, proven_at: Some(proven_at), signed_after, checks })
    }
}

impl SignatureVerifier for KeylessVerifier {
    fn id(&self) -> &str {
        "keyless/1"
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        let mut refused = None;
        for sealed in Sealed::all(&call.material)? {
            match self.signer(&sealed, call.now) {
                Ok(signer) => return Ok(signer),
                // Of several signatures in an envelope the certificate's own one says most.
                Err(refusal) if refusal != KeylessRefusal::Signature => {
                    refused.get_or_insert(refusal);
                }
                Err(_) => {}
            }
        }
        Err(refused.unwrap_or(KeylessRefusal::Signature).into())
    }
}
