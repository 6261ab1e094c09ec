//! `verify`: one authority and everything that hangs beside one image or file.

use super::answer::{Answer, Fault};
use super::check::{decoded, evidence, now, one, only, policies, refuse_own};
use super::request::{Request, VerifyItem, VerifyTarget};
use crate::evaluate::{Content, Examiner, ExaminerError, Question, Target};
use crate::evidence::Evidence;
use crate::evidence::signing::Artifact;
use crate::policy::Policies;
use crate::policy::model::{PredicateType, SignedIdentity};
use crate::reference::Reference;

pub(super) fn verify(mut request: Request) -> Result<Answer, Vec<Fault>> {
    only_of_verify(&request).map_err(one)?;
    let policies = policies(&mut request)?;
    let evidence = evidence(&mut request).map_err(one)?;
    examined(&policies, &evidence, request)
}

pub(super) fn verify_with(
    policies: &Policies,
    evidence: &Evidence,
    request: Request,
) -> Result<Answer, Vec<Fault>> {
    only_of_verify(&request).map_err(one)?;
    refuse_own(&request).map_err(one)?;
    examined(policies, evidence, request)
}

fn only_of_verify(request: &Request) -> Result<(), Fault> {
    now(request)?;
    if request.verify.is_none() {
        return Err(missing());
    }
    let foreign = [
        ("/context/images", request.context.images.is_empty()),
        ("/context/objects", request.context.objects.is_empty()),
        ("/vouched", request.vouched.is_empty()),
    ];
    only(&foreign, "the operation `check` has it, not `verify`")?;
    let of_reviews =
        [("/review", request.review.is_none()), ("/context/pin", !request.context.pin)];
    only(&of_reviews, "the operation `admit` has it, not `verify`")
}

fn examined(
    policies: &Policies,
    evidence: &Evidence,
    mut request: Request,
) -> Result<Answer, Vec<Fault>> {
    let now = now(&request).map_err(one)?;
    let asked = request.verify.take().ok_or_else(missing).map_err(one)?;
    let examiner = Examiner::new(policies, asked.policy.as_deref(), &asked.authority);
    let examiner = examiner.map_err(|error| match error {
        ExaminerError::Policies(errors) => Fault::policies(&errors),
        ExaminerError::Policy(_) => one(Fault::request("/verify/policy", error.to_string())),
        _ => one(Fault::request("/verify/authority", error.to_string())),
    })?;
    let bytes = match &asked.target.artifact {
        Some(data) => Some(decoded(data, "/verify/target/artifact").map_err(one)?),
        None => None,
    };
    let question = question(&asked, bytes.as_deref()).map_err(one)?;
    Ok(Answer::Examined { examination: Box::new(examiner.examine(&question, evidence, now)) })
}

fn missing() -> Fault {
    Fault::request("/verify", "`verify` says what is asked".to_owned())
}

fn question<'a>(asked: &VerifyItem, bytes: Option<&'a [u8]>) -> Result<Question<'a>, Fault> {
    let content = match asked.content.as_deref() {
        None => Content::Approval,
        Some("any") => Content::Any,
        Some(name) => PredicateType::try_from(name.to_owned())
            .map(Content::Attestation)
            .map_err(|detail| Fault::request("/verify/type", detail))?,
    };
    let of_approvals = content == Content::Approval;
    let mut question = Question::new(target(&asked.target, bytes)?, content);
    let of_images = matches!(question.target, Target::Image { .. });
    if !(asked.annotations.is_empty() || of_approvals && of_images) {
        let message = "annotations are compared of approvals of images alone".to_owned();
        return Err(Fault::request("/verify/annotations", message));
    }
    question.annotations.clone_from(&asked.annotations);
    question.hash = asked.signed_hash;
    question.identity = asked.signed_identity.clone().unwrap_or(SignedIdentity::WhenNamed);
    Ok(question)
}

fn target<'a>(asked: &VerifyTarget, bytes: Option<&'a [u8]>) -> Result<Target<'a>, Fault> {
    let fault =
        |key: &str, message: String| Fault::request(&format!("/verify/target{key}"), message);
    match (&asked.image, asked.digest, bytes) {
        (Some(image), digest, None) => {
            let reference = Reference::parse(image)
                .map_err(|error| fault("/image", format!("`{image}`: {error}")))?;
            match (reference.digest().copied(), digest) {
                (Some(named), Some(digest)) if named != digest => {
                    Err(fault("/digest", format!("another digest than that of `{image}`")))
                }
                (named, digest) => match named.or(digest) {
                    Some(digest) => Ok(Target::Image { reference, digest }),
                    None => Err(fault("/digest", format!("`{image}` has no digest"))),
                },
            }
        }
        (None, None, Some(bytes)) => Ok(Target::Artifact(Artifact::from_bytes(bytes))),
        (None, Some(digest), None) => Ok(Target::Artifact(Artifact::from_digest(digest))),
        _ => Err(fault("", "`image`, `artifact` or the `digest` of a file is expected".to_owned())),
    }
}
