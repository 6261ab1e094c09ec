use jiff::Timestamp;
use serde::Serialize;

use super::{Content, Question, Target};
use crate::facts::Authority;
use crate::policy::model::{LogUse, SignedIdentity};
use crate::reference::Digest;
use crate::verify::{Refusal, Signer, Step};

/// What [`Examiner::examine`](super::Examiner::examine) found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Examination {
    verified: bool,
    /// What the documents have to be about.
    pub target: ExaminedTarget,
    /// The authority's name.
    pub authority: String,
    /// `signature`, a predicate type, or `any`.
    pub content: String,
    /// The moment that is judged for.
    pub now: Timestamp,
    /// Every document, by digest.
    pub documents: Vec<ExaminedDocument>,
    /// Why nothing is verified: the refusal of the document that came furthest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What was not asked for, where a reader might think that it was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<&'static str>,
    /// What should have been read and was not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
    /// More is attached than is looked at.
    pub cut: bool,
}

/// What was examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExaminedTarget {
    /// The image's reference; `None` for a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The digest.
    pub digest: Digest,
}

/// One document, and what was checked of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExaminedDocument {
    /// The digest of its bytes.
    pub digest: Digest,
    /// The media type that its form has.
    pub form: String,
    /// The predicate type that it claims, proven or not; `None` for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_type: Option<String>,
    /// Who signed it, where that is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// When it provably existed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proven_at: Option<Timestamp>,
    /// The checks in their order, the failed one last.
    pub checks: Vec<Check>,
    /// The moment that is judged for.
    #[serde(skip)]
    now: Timestamp,
    #[serde(skip)]
    is_keyless: bool,
    #[serde(skip)]
    has_keys: bool,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// What was checked.
    pub check: Step,
    /// Whether it is as it should be.
    pub passed: bool,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// Why nothing is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// The document; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Digest>,
    /// The check that failed.
    pub check: Step,
    /// What was found.
    pub message: String,
}

impl Examination {
    pub(super) fn new(authority: &Authority, question: &Question<'_>, now: Timestamp) -> Self {
        let image = match &question.target {
            Target::Image { reference, .. } => Some(reference.to_string()),
            Target::Artifact(_) => None,
        };
        let content = match &question.content {
            Content::Approval => "signature".to_owned(),
            Content::Attestation(wanted) => wanted.to_string(),
            Content::Any => "any".to_owned(),
        };
        Self {
            verified: false,
            target: ExaminedTarget { image, digest: question.target.digest() },
            authority: authority.name.clone(),
            content,
            now,
            documents: Vec::new(),
            cause: None,
            not_asked: not_asked(authority, question),
            gaps: Vec::new(),
            cut: false,
        }
    }

    /// Whether a document is verified and says what was asked.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    pub(super) fn conclude(mut self) -> Self {
        self.verified = self.documents.iter().any(ExaminedDocument::is_verified);
        if !self.verified {
            self.cause = Some(self.first_cause());
        }
        self
    }

    /// That of the document that came furthest, and of several such the one with the least digest.
    fn first_cause(&self) -> Cause {
        let failed = self.documents.iter().filter_map(|document| {
            let failed = document.failed()?;
            Some((std::cmp::Reverse(failed.check.stage()), document.digest, failed))
        });
        let failed = failed.min_by_key(|(stage, digest, _)| (*stage, *digest));
        match (failed, self.gaps.first()) {
            (Some((_, digest, failed)), _) => Cause {
                document: Some(digest),
                check: failed.check,
                message: failed.found.clone().unwrap_or_default(),
            },
            (None, gap) => {
                let message = match gap {
                    None => "no signed document stands beside it".to_owned(),
                    Some(gap) => format!("no signed document could be read: {gap}"),
                };
                Cause { document: None, check: Step::Document, message }
            }
        }
    }
}

impl ExaminedDocument {
    pub(super) fn new(
        digest: Digest,
        form: String,
        claimed_type: Option<String>,
        (authority, now): (&Authority, Timestamp),
    ) -> Self {
        Self {
            now,
            digest,
            form,
            claimed_type,
            signer: None,
            proven_at: None,
            checks: Vec::new(),
            is_keyless: authority.model.keyless.is_some(),
            has_keys: !authority.keys.is_empty(),
        }
    }

    /// The same with the type that it claims.
    pub(super) fn claiming(self, claimed_type: Option<String>) -> Self {
        Self { claimed_type, ..self }
    }

    /// Whether every check passed.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        !self.checks.is_empty() && self.failed().is_none()
    }

    /// The check that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&Check> {
        self.checks.iter().find(|check| !check.passed)
    }

    /// It was refused before its signer was proven.
    pub(super) fn refused(mut self, refusal: Refusal) -> Self {
        let stage = refusal.step().stage();
        let has_time = proves_a_time(&refusal, self.now);
        let steps = self.steps();
        let passed = steps.iter().filter(|step| step.stage() < stage);
        let passed = passed.filter(|step| **step != Step::Time || has_time);
        self.checks = passed.map(|step| Check::passed(*step, None)).collect();
        self.checks.push(Check::failed(&refusal));
        self
    }

    /// Its signer is proven; `said` is whether it says what was asked.
    pub(super) fn signed(
        mut self,
        signer: &Signer,
        question: &Question<'_>,
        said: Result<(), Refusal>,
    ) -> Self {
        self.signer = Some(signer.id.clone());
        self.proven_at = signer.proven_at;
        for step in self.steps() {
            let found = match step {
                Step::CertificateLog
                    if !signer.checks.iter().any(|made| made == "certificate-log") =>
                {
                    continue;
                }
                Step::Subject => Some(question.target.digest().to_string()),
                Step::Identity => Some(signer.id.clone()),
                Step::Signature if self.is_keyless => signer.checks.first().cloned(),
                Step::Signature => {
                    let made = signer.checks.first().map(|made| format!("{made} by {}", signer.id));
                    Some(made.unwrap_or_else(|| signer.id.clone()))
                }
                Step::Time => {
                    self.checks.extend(time(signer));
                    continue;
                }
                Step::Key => Some(counts(signer, self.now)),
                _ => None,
            };
            self.checks.push(Check::passed(step, found));
        }
        let stage = said.as_ref().err().map_or(u8::MAX, |refusal| refusal.step().stage());
        let asked = asked(question).into_iter().filter(|(step, _)| step.stage() < stage);
        self.checks.extend(asked.map(|(step, found)| Check::passed(step, found)));
        self.checks.extend(said.err().map(|refusal| Check::failed(&refusal)));
        self
    }

    /// What is checked until the signer is proven.
    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![Step::Document, Step::Subject];
        match (self.is_keyless, self.has_keys) {
            (true, _) => steps.extend([
                Step::Certificate,
                Step::Identity,
                Step::Signature,
                Step::Time,
                Step::CertificatePath,
                Step::CertificateLog,
            ]),
            (false, true) => steps.extend([Step::Signature, Step::Time, Step::Key]),
            (false, false) => steps.push(Step::Signature),
        }
        steps
    }
}

impl Check {
    fn passed(check: Step, found: Option<String>) -> Self {
        Self { check, passed: true, found }
    }

    fn failed(refusal: &Refusal) -> Self {
        Self { check: refusal.step(), passed: false, found: Some(refusal.to_string()) }
    }
}

/// Whether a refusal that comes after the time was looked at comes with a proven time. Where a
/// key's window is compared with the moment of the decision, nothing had proven another.
fn proves_a_time(refusal: &Refusal, now: Timestamp) -> bool {
    match refusal {
        Refusal::KeyRevoked { proven_at, .. } | Refusal::KeyCompromised { proven_at, .. } => {
            proven_at.is_some()
        }
        Refusal::KeyNotYetValid { at, .. } | Refusal::KeyExpired { at, .. } => *at != now,
        // A certificate is looked up for a proven time, never for another.
        Refusal::Keyless(_) => true,
        _ => false,
    }
}

/// The time that is proven and by what, as the verifier's checks say; where no time is, the log
/// entry that says none, if there is one.
fn time(signer: &Signer) -> Option<Check> {
    let proofs = ["rekor-promise", "rekor-proof", "rekor2-proof", "rfc3161"];
    let made = signer.checks.iter().map(String::as_str).filter(|made| proofs.contains(made));
    let made = made.collect::<Vec<_>>().join(", ");
    match signer.proven_at {
        Some(at) => {
            let found = format!("signed at {at} or before ({made})");
            Some(Check::passed(Step::Time, Some(found)))
        }
        None if made.is_empty() => None,
        None => Some(Check::passed(Step::Log, Some(format!("{made}, which proves no time")))),
    }
}

/// When the key counts.
fn counts(signer: &Signer, now: Timestamp) -> String {
    match signer.proven_at {
        Some(at) => format!("counts at {at}"),
        None => format!("counts at {now}; nothing proves when it signed, and nothing has to"),
    }
}

/// What is asked of what a document says.
fn asked(question: &Question<'_>) -> Vec<(Step, Option<String>)> {
    let mut asked = Vec::new();
    if question.content != Content::Any {
        asked.push((Step::Content, None));
    }
    let Target::Image { reference, .. } = &question.target else { return asked };
    if question.content == Content::Approval {
        let repository = reference.repository();
        match question.identity {
            SignedIdentity::SameDigest => {}
            SignedIdentity::WhenNamed => {
                asked.push((Step::Repository, Some(format!("{repository}, or none is named"))));
            }
            _ => asked.push((Step::Repository, Some(repository.to_owned()))),
        }
        if !question.annotations.is_empty() {
            asked.push((Step::Annotations, None));
        }
    }
    asked
}

fn not_asked(authority: &Authority, question: &Question<'_>) -> Vec<&'static str> {
    let mut missing = Vec::new();
    let keyless = authority.model.keyless.as_deref();
    if keyless.is_some_and(|keyless| keyless.any_repository == Some(true)) {
        missing.push("the source repository: builds of any repository count");
    }
    if authority.model.log == Some(LogUse::Ignore) {
        missing.push("log entries: they are not looked at");
    }
    let is_image = matches!(question.target, Target::Image { .. });
    let names =
        question.content == Content::Approval && question.identity != SignedIdentity::SameDigest;
    if is_image && !names {
        missing.push("the repository: names in the document are not compared");
    }
    if question.content == Content::Any {
        missing.push("what the document says: anything signed counts");
    }
    missing
}
