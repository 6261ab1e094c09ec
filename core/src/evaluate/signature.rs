//! `signature`: the image was approved by the named authorities.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::case::{Case, Judgement, reason as problem_reason};
use super::requirement::{Parties, Question, by_scope};
use crate::decision::{Detail, Reason};
use crate::evidence::Platform;
use crate::facts::Authority;
use crate::policy::model::{Scope, SignatureRule, SignedIdentity};
use crate::reasons::Code;
use crate::reference::Digest;
use crate::verify::{Wanted, approves};

#[derive(Debug)]
pub(super) struct Compiled {
    rule: SignatureRule,
    identity: SignedIdentity,
    parties: Parties,
}

impl Compiled {
    pub(super) fn new(rule: &SignatureRule, authorities: Vec<(Arc<Authority>, String)>) -> Self {
        let identity = rule.signed_identity.clone().unwrap_or(SignedIdentity::WhenNamed);
        Self { identity, rule: rule.clone(), parties: Parties::new(&rule.require, authorities) }
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        self.parties.horizons(case);
        let scope = self.rule.scope.unwrap_or(Scope::IndexOrPlatforms);
        by_scope(scope, platforms, case, |case, digest| vec![self.one(case, digest)])
    }

    /// Judges one digest.
    fn one(&self, case: &mut Case<'_>, digest: Digest) -> Reason {
        let wanted = Wanted {
            digest: &digest,
            reference: case.reference,
            identity: &self.identity,
            annotations: &self.rule.annotations,
        };
        let sorted = self.parties.sort(
            case,
            &Question {
                digest,
                kind: "signature",
                concerns: &|_| true,
                accepts: &|verified| approves(verified, &wanted),
            },
        );
        let mut signers = self.parties.none();
        for one in &sorted.accepted {
            if let Some(signers) = signers.get_mut(one.position) {
                signers.insert(&one.verified.signer().id);
            }
        }
        let accepted: BTreeSet<Digest> = sorted.accepted.iter().map(|one| one.document).collect();
        let reason = |code| {
            let mut reason =
                Reason::new(code).expected(self.parties.expected("a signature", "signatures"));
            reason.evidence = accepted.iter().copied().collect();
            reason
        };
        let names = self.parties.names(&signers);
        let list = Detail::list(names.iter().copied());
        if self.parties.enough(&signers) {
            return reason(Code::SignatureVerified).found(list);
        }
        if case.facts.signed.cut {
            return reason(Code::EvidenceTooMuch).found(format!("attached to {digest}"));
        }
        if let Some(gap) = &case.facts.gap {
            return problem_reason(gap);
        }
        if !names.is_empty() {
            return reason(Code::SignatureTooFew).found(list);
        }
        if sorted.refused.is_empty() {
            return reason(Code::SignatureMissing).found(format!("none for {digest}"));
        }
        let why: BTreeSet<&str> = sorted.refused.values().map(String::as_str).collect();
        reason(Code::SignatureUntrusted).found(Detail::list(why))
    }
}
