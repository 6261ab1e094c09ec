//! Answers with what they are made of beside them, for callers that go on with it.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::answer::{Answer, Fault, PassedOver};
use super::request::Op;
use super::{admit, check, read, verify};
use crate::decision::{Reason, Verdict};
use crate::evaluate::{Engine, Examination};
use crate::evidence::Evidence;
use crate::policy::Policies;
use crate::reference::Digest;
use crate::report::Judged;

/// What one examination came to, and how it is told.
#[derive(Debug)]
#[non_exhaustive]
pub struct Examined {
    /// What was found.
    pub examination: Examination,
    /// What [`examine_with`](super::examine_with) gives for the same request.
    pub answer: Vec<u8>,
}

/// As [`examine_with`](super::examine_with), with the examination itself beside the answer.
///
/// # Errors
/// The faults that an answer of kind `error` would hold.
pub fn examination_with(
    policies: &Policies,
    evidence: &Evidence,
    request: &[u8],
) -> Result<Examined, Vec<Fault>> {
    let examined = catch_unwind(AssertUnwindSafe(|| {
        let request = read(request).map_err(check::one)?;
        let Op::Verify = request.op else {
            let message = "only `verify` examines".to_owned();
            return Err(check::one(Fault::request("/op", message)));
        };
        let whole = verify::verify_with(policies, evidence, request)?;
        let answer = whole.to_bytes();
        match whole {
            Answer::Examined { examination } => Ok(Examined { examination: *examination, answer }),
            _ => Err(check::one(Fault::internal())),
        }
    }));
    examined.unwrap_or_else(|_| Err(check::one(Fault::internal())))
}

/// What one request with an engine of its own came to: the answer, and what it is made of.
#[derive(Debug)]
#[non_exhaustive]
pub struct Review {
    /// The worst of all.
    pub verdict: Verdict,
    /// The decisions, with their places, in the order of the answer.
    pub decisions: Vec<Judged>,
    /// Objects that carry no pods, and that no rule is about.
    pub unjudged: Vec<PassedOver>,
    /// What [`answer_with`](super::answer_with) gives for the same request.
    pub answer: Vec<u8>,
}

/// As [`answer_with`](super::answer_with), with the decisions themselves beside the answer, so that a caller can have
/// reports made of them.
///
/// ```
/// use cocket::evaluate::Engine;
/// use cocket::evidence::Evidence;
/// use cocket::policy::Policies;
/// use cocket::report::table;
/// use cocket::wire::review_with;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
/// ")?;
/// let request = br#"{"op":"check","now":"2026-11-23T12:00:00Z",
///     "context":{"images":[{"image":"registry.example.com/app:1.0"}]}}"#;
/// let review = review_with(&Engine::new(&policies)?, &Evidence::new(), request).unwrap();
/// assert!(table(&review.decisions, false).starts_with("ALLOW"));
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
///
/// # Errors
/// The faults that an answer of kind `error` would hold, also where `op` is not `check`.
pub fn review_with(
    engine: &Engine,
    evidence: &Evidence,
    request: &[u8],
) -> Result<Review, Vec<Fault>> {
    let reviewed = catch_unwind(AssertUnwindSafe(|| {
        let request = read(request).map_err(check::one)?;
        let Op::Check = request.op else {
            let message = "only `check` comes to decisions".to_owned();
            return Err(check::one(Fault::request("/op", message)));
        };
        let answer = check::check_with(engine, evidence, request)?;
        let bytes = answer.to_bytes();
        match answer {
            Answer::Decided { verdict, decisions, unjudged, .. } => {
                Ok(Review { verdict, decisions, unjudged, answer: bytes })
            }
            _ => Err(check::one(Fault::internal())),
        }
    }));
    reviewed.unwrap_or_else(|_| Err(vec![Fault::internal()]))
}

/// What one admission review came to: the answer, and what it is made of.
#[derive(Debug)]
#[non_exhaustive]
pub struct Admitted {
    /// The worst of all.
    pub verdict: Verdict,
    /// The `AdmissionReview` that is sent back, as canonical JSON.
    pub response: Vec<u8>,
    /// The decisions, with their places, in the order of the answer.
    pub decisions: Vec<Judged>,
    /// Reasons that belong to no decision, sorted.
    pub reasons: Vec<Reason>,
    /// What it proves for later.
    pub coverage: BTreeSet<Digest>,
    /// What [`answer_with`](super::answer_with) gives for the same request.
    pub answer: Vec<u8>,
}

/// As [`answer_with`](super::answer_with) for the operation `admit`, with the review's bytes beside the request, as
/// they came, and with what the answer is made of.
///
/// ```
/// use cocket::evaluate::Engine;
/// use cocket::evidence::Evidence;
/// use cocket::policy::Policies;
/// use cocket::wire::admit_with;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
/// ")?;
/// let request = br#"{"op":"admit","now":"2026-11-23T12:00:00Z"}"#;
/// let engine = Engine::new(&policies)?;
/// let admitted = admit_with(&engine, &Evidence::new(), request, b"not a review").unwrap();
/// assert!(String::from_utf8(admitted.response).unwrap().contains(r#""allowed":false"#));
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
///
/// # Errors
/// Faults in the request; those of a review are answers.
pub fn admit_with(
    engine: &Engine,
    evidence: &Evidence,
    request: &[u8],
    review: &[u8],
) -> Result<Admitted, Vec<Fault>> {
    let admitted = catch_unwind(AssertUnwindSafe(|| {
        let request = read(request)?;
        let Op::Admit = request.op else {
            return Err(Fault::request("/op", "only `admit` answers reviews".to_owned()));
        };
        let whole = admit::admit_beside(engine, evidence, request, review)?;
        let answer = whole.to_bytes();
        let Answer::Admitted { verdict, response, decisions, reasons, coverage, .. } = whole else {
            return Err(Fault::internal());
        };
        // As `Answer::to_bytes`: nothing in it cannot be written.
        let response = serde_json_canonicalizer::to_vec(&response).unwrap_or_default();
        Ok(Admitted { verdict, response, decisions, reasons, coverage, answer })
    }));
    admitted.unwrap_or_else(|_| Err(Fault::internal())).map_err(check::one)
}
