//! Verifiers written in JavaScript.

use std::collections::BTreeMap;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::evidence::signing::{EnvelopeSignature, Material};
use cocket::reference::Digest;
use cocket::verify::{
    AttestationCall, AttestationVerifier, Call, Refusal, SignatureVerifier, Signer, attesting,
};

use crate::round::{Asked, Said, said};

/// How many characters of a verifier's own words a decision keeps.
const MAX_DETAIL: usize = 200;

/// What a verifier is asked about, kept for JavaScript.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Signed {
    /// The verifier's name in the policy.
    pub(crate) verifier: Arc<str>,
    pub(crate) authority: String,
    pub(crate) subject: Digest,
    pub(crate) kind: &'static str,
    /// The signed bytes.
    pub(crate) signed: Vec<u8>,
    pub(crate) signatures: Vec<(Option<String>, Vec<u8>)>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) bundle: Option<Vec<u8>>,
    /// The statement's predicate type and predicate, for verifiers of attestations.
    pub(crate) stated: Option<(String, String)>,
}

/// Stands for a verifier in JavaScript.
#[derive(Debug)]
pub(crate) struct HostVerifier {
    pub(crate) name: Arc<str>,
    pub(crate) id: String,
    pub(crate) dates: Vec<Timestamp>,
}

impl HostVerifier {
    /// As one that policies can name; with `attests` one for attestations alone.
    pub(crate) fn named(self, attests: bool) -> Arc<dyn SignatureVerifier> {
        let own = Arc::new(self);
        if attests { attesting(own) } else { own }
    }

    fn answer(&self, call: &Call<'_>, stated: Option<(&str, &str)>) -> Result<Signer, Refusal> {
        // Why it has none is told where it happened: a decision is the same in every language.
        let failed = |detail: &str| Refusal::VerifierFailed {
            authority: call.authority.to_owned(),
            detail: detail.chars().take(MAX_DETAIL).collect(),
        };
        let none = || failed("it gave no answer");
        let asked = asked(&self.name, call, stated).ok_or_else(none)?;
        match said(Asked::Verifier(Box::new(asked))) {
            None | Some(Said::Nothing | Said::Judged(_)) => Err(none()),
            Some(Said::Refused(detail)) => Err(failed(&detail)),
            Some(Said::NotSigned) => Err(Refusal::Signature),
            Some(Said::Signed(signer)) => Ok(signer),
        }
    }
}

impl SignatureVerifier for HostVerifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        self.answer(call, None)
    }

    fn dates(&self) -> Vec<Timestamp> {
        self.dates.clone()
    }
}

impl AttestationVerifier for HostVerifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn verify(&self, asked: &AttestationCall<'_>) -> Result<Signer, Refusal> {
        self.answer(&asked.call, Some((asked.predicate_type, asked.predicate)))
    }

    fn dates(&self) -> Vec<Timestamp> {
        self.dates.clone()
    }
}

/// `None` for material of a kind that JavaScript was not told of.
fn asked(verifier: &Arc<str>, call: &Call<'_>, stated: Option<(&str, &str)>) -> Option<Signed> {
    let listed = |signatures: &[EnvelopeSignature]| {
        signatures.iter().map(|one| (one.keyid.clone(), one.signature.clone())).collect()
    };
    let (kind, signed, signatures, annotations, bundle) = match call.material {
        Material::Detached { payload, signature, annotations } => {
            ("detached", payload, vec![(None, signature.to_vec())], annotations.clone(), None)
        }
        Material::Envelope { encoded, signatures, annotations, .. } => {
            ("envelope", encoded, listed(signatures), annotations.clone(), None)
        }
        Material::Bundle { encoded, signatures, bytes, .. } => {
            ("bundle", encoded, listed(signatures), BTreeMap::new(), Some(bytes.to_vec()))
        }
        _ => return None,
    };
    Some(Signed {
        verifier: Arc::clone(verifier),
        authority: call.authority.to_owned(),
        subject: *call.subject,
        kind,
        signed: signed.to_vec(),
        signatures,
        annotations,
        bundle,
        stated: stated.map(|(kind, predicate)| (kind.to_owned(), predicate.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::{Answers, round};

    fn verify(verifier: &HostVerifier) -> Result<Signer, Refusal> {
        let (subject, annotations) = (Digest::sha256(b"image"), BTreeMap::new());
        let material =
            Material::Detached { payload: b"payload", signature: b"s", annotations: &annotations };
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        SignatureVerifier::verify(
            verifier,
            &Call { subject: &subject, material, authority: "hsm", now },
        )
    }

    #[test]
    fn what_is_not_answered_is_a_refusal_and_is_asked() {
        let verifier = HostVerifier { name: "acme".into(), id: "acme/1".into(), dates: vec![] };
        let failed = |outcome| matches!(outcome, Err(Refusal::VerifierFailed { .. }));
        assert!(failed(verify(&verifier)), "outside of a round");

        let ask_twice = || [verify(&verifier), verify(&verifier)];
        let (outcomes, answers, open) = round(Answers::new(), ask_twice);
        assert!(outcomes.into_iter().all(failed));
        assert_eq!(open.len(), 1);

        let (outcome, mut answers, open_then) = round(answers, || verify(&verifier));
        assert!(failed(outcome));
        assert!(open_then.is_empty());

        let signer =
            Signer { id: "a".to_owned(), proven_at: None, signed_after: None, checks: Vec::new() };
        answers.insert(Arc::clone(&open[0]), Said::Signed(signer.clone()));
        let (outcome, answers, open) = round(answers, || verify(&verifier));
        assert_eq!(outcome, Ok(signer));
        assert!(open.is_empty());
        assert_eq!(answers.len(), 1);
    }
}
