use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{APPROVAL_PREDICATE, Call, Refusal, SignatureVerifier, Signer};
use crate::evidence::signing::{BundleContent, Material};

/// What a verifier of attestations is asked.
#[derive(Debug, Clone, Copy)]
pub struct AttestationCall<'a> {
    /// The digest that is judged, what is signed, the authority and the time.
    pub call: Call<'a>,
    /// The type of the statement's predicate, as claimed.
    pub predicate_type: &'a str,
    /// The predicate as JSON text, as claimed.
    pub predicate: &'a str,
}

/// Verifies attestations for one authority, and nothing else: an authority whose verifier
/// [`attests`](attesting) alone never approves of an image, whatever it answers.
///
/// It sees the statement beside its signatures, so that it can ask by what is stated. It says who
/// made the statement; what the statement has to say is the policy's business.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Arc;
///
/// use cocket::evaluate::Verifiers;
/// use cocket::verify::{AttestationCall, AttestationVerifier, Refusal, Signer, attesting};
///
/// /// Knows the builds of its own farm by their number.
/// #[derive(Debug)]
/// struct Farm {
///     builds: BTreeMap<String, String>,
/// }
///
/// impl AttestationVerifier for Farm {
///     fn id(&self) -> &str {
///         "acme-farm/1"
///     }
///
///     fn verify(&self, asked: &AttestationCall<'_>) -> Result<Signer, Refusal> {
///         let subject = asked.call.subject.to_string();
///         let builder = self.builds.get(&subject).ok_or(Refusal::Signature)?;
///         let checks = vec!["acme-farm".to_owned()];
///         Ok(Signer { id: builder.clone(), proven_at: None, signed_after: None, checks })
///     }
/// }
///
/// let farm = Arc::new(Farm { builds: BTreeMap::new() });
/// let verifiers: Verifiers = BTreeMap::from([("farm".to_owned(), attesting(farm))]);
/// assert_eq!(verifiers["farm"].id(), "acme-farm/1");
/// ```
pub trait AttestationVerifier: fmt::Debug + Send + Sync {
    /// Name and version, recorded in decisions.
    fn id(&self) -> &str;

    /// Who made the statement.
    ///
    /// # Errors
    /// A [`Refusal`] where this authority did not.
    fn verify(&self, asked: &AttestationCall<'_>) -> Result<Signer, Refusal>;

    /// Moments at which the answer may change.
    fn dates(&self) -> Vec<Timestamp> {
        Vec::new()
    }
}

/// The verifier as one that policies can name: it is asked about attestations, and refuses
/// approvals and everything else unasked.
#[must_use]
pub fn attesting(verifier: Arc<dyn AttestationVerifier>) -> Arc<dyn SignatureVerifier> {
    Arc::new(Attesting(verifier))
}

#[derive(Debug)]
struct Attesting(Arc<dyn AttestationVerifier>);

impl SignatureVerifier for Attesting {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        let attests_only = || Refusal::AttestsOnly { authority: call.authority.to_owned() };
        let envelope = match &call.material {
            Material::Envelope { envelope, .. } => *envelope,
            Material::Bundle { bundle, .. } => match &bundle.content {
                BundleContent::Envelope(envelope) => envelope,
                BundleContent::MessageSignature(_) => return Err(attests_only()),
            },
            Material::Detached { .. } | Material::File { .. } => return Err(attests_only()),
        };
        let claim = envelope.statement()?;
        let predicate_type = claim.predicate_type.as_deref().unwrap_or_default();
        if predicate_type == APPROVAL_PREDICATE {
            return Err(attests_only());
        }
        let predicate = claim.predicate.as_deref().unwrap_or("null");
        self.0.verify(&AttestationCall { call: *call, predicate_type, predicate })
    }

    fn dates(&self) -> Vec<Timestamp> {
        self.0.dates()
    }
}
