//! The one foreign boundary: request bytes in, answer bytes out. Bindings hand both through
//! unchanged, so that every language has the same answer.
//!
//! A request is a JSON object with `op`, one of
//!
//! - `check`: decide on the images that `context` names or that its Kubernetes objects would run,
//! - `verify`: for one authority of the policies, check everything attached to the image or file
//!   that the member `verify` names, and tell each check,
//! - `admit`: decide on the `AdmissionReview` whose text the member `review` holds,
//! - `objects`: list what the Kubernetes objects of `context`, and the object of a `review`, would
//!   run, where the kinds that the policy set declares are workloads too,
//! - `import`: write the policies as policies of our own, and name those that have no equivalent,
//! - `summary`: scan reports in numbers, for people, under a rule's way of counting,
//! - `schema`: the JSON schema of policy documents, in builds that have it,
//! - `version`: the engine's version, which is in no decision.
//!
//! An answer is canonical JSON (RFC 8785) with a member `answer`: `decided`, `examined`, `admitted`,
//! `objects`, `imported`, `summary`, `schema`, `version` or `error`.

mod admit;
mod answer;
mod check;
mod decision;
mod imported;
mod judge;
mod objects;
mod request;
mod schema;
mod summary;
mod typed;
mod verify;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use answer::{Fault, PassedOver};
pub use decision::read_decision;
pub use judge::{JudgeHost, judge};
pub use objects::{Listed, objects_with, review_images_with};
#[cfg(feature = "schema")]
pub use schema::policy_schema;
pub use summary::summary_of;
pub use typed::{Admitted, Examined, Review, admit_with, examination_with, review_with};

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::evaluate::Engine;
use crate::evidence::{Evidence, json};
use crate::policy::Policies;
use answer::Answer;
use request::{Op, Request};

/// Largest request that is read, in bytes.
pub const MAX_REQUEST: usize = 256 * 1024 * 1024;

/// Answers one request. Whatever the request holds, there is an answer: a fault in it, and a
/// panic while answering, are answers of kind `error`.
///
/// ```
/// use cocket::wire::answer;
/// let answer = answer(br#"{"op":"version"}"#);
/// assert_eq!(answer, format!(r#"{{"answer":"version","version":"{}"}}"#, env!("CARGO_PKG_VERSION")).into_bytes());
/// ```
#[must_use]
pub fn answer(request: &[u8]) -> Vec<u8> {
    guarded(request, |request| match request.op {
        Op::Verify => verify::verify(request),
        Op::Admit => admit::admit(request),
        Op::Objects => objects::asked(request),
        Op::Import => imported::imported(request),
        Op::Summary => summary::summarised(request),
        _ => check::check(request),
    })
}

/// Answers one request with an engine and evidence that were made before: the request is as for
/// [`answer`], without `policies`, `trust`, `evidence`, `vouched` and `gaps`.
///
/// ```
/// use cocket::evaluate::Engine;
/// use cocket::evidence::Evidence;
/// use cocket::policy::Policies;
/// use cocket::wire::answer_with;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
/// ")?;
/// let request = br#"{"op":"check","now":"2026-11-23T12:00:00Z",
///     "context":{"images":[{"image":"registry.example.com/app:1.0"}]}}"#;
/// let answer = answer_with(&Engine::new(&policies)?, &Evidence::new(), request);
/// assert!(answer.ends_with(br#""verdict":"allow"}"#));
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[must_use]
pub fn answer_with(engine: &Engine, evidence: &Evidence, request: &[u8]) -> Vec<u8> {
    guarded(request, |request| match request.op {
        // An engine has the authorities of its rules alone, and equal ones once.
        Op::Verify => Err(vec![Fault::request(
            "/op",
            "`verify` is answered from policies in the request".to_owned(),
        )]),
        Op::Import | Op::Summary => Err(vec![Fault::request(
            "/op",
            "it is answered from policies in the request".to_owned(),
        )]),
        Op::Admit => admit::admit_with(engine, evidence, request),
        Op::Objects => objects::asked_with(engine, &request),
        _ => check::check_with(engine, evidence, request),
    })
}

/// Answers one request of the operation `verify` with policies and evidence that were made before:
/// the request is as for [`answer`], without `policies`, `trust`, `evidence` and `gaps`.
///
/// ```
/// use cocket::evidence::Evidence;
/// use cocket::policy::Policies;
/// use cocket::wire::examine_with;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
/// ")?;
/// let request = br#"{"op":"verify","now":"2026-11-23T12:00:00Z",
///     "verify":{"authority":"release","target":{"artifact":"aGVsbG8="}}}"#;
/// let answer = examine_with(&policies, &Evidence::new(), request);
/// assert!(String::from_utf8_lossy(&answer).contains("there is no authority `release`"));
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[must_use]
pub fn examine_with(policies: &Policies, evidence: &Evidence, request: &[u8]) -> Vec<u8> {
    guarded(request, |request| match request.op {
        Op::Verify => verify::verify_with(policies, evidence, request),
        _ => {
            let message = "policies without an engine answer `verify` alone".to_owned();
            Err(vec![Fault::request("/op", message)])
        }
    })
}

/// Nothing that was half done outlives the call, so that a panic leaves nothing broken behind.
fn guarded(bytes: &[u8], answered: impl FnOnce(Request) -> Result<Answer, Vec<Fault>>) -> Vec<u8> {
    let told = catch_unwind(AssertUnwindSafe(|| {
        match read(bytes) {
            Err(fault) => Answer::error(fault),
            Ok(request) => match request.op {
                Op::Version => Answer::version(),
                Op::Schema => schema::asked(),
                _ => answered(request).unwrap_or_else(Answer::errors),
            },
        }
        .to_bytes()
    }));
    told.unwrap_or_else(|_| Answer::error(Fault::internal()).to_bytes())
}

/// The answer of kind `error` that holds these faults: how a binding's typed calls tell them in
/// the same bytes as [`answer`] would.
///
/// ```
/// use cocket::policy::Policies;
/// use cocket::wire::{Fault, faults};
/// let Err(errors) = Policies::from_text("p.yaml", "kind: ImagePolicy") else { panic!() };
/// let text = String::from_utf8(faults(Fault::policies(&errors)))?;
/// assert!(text.starts_with(r#"{"answer":"error","errors":[{"column":1,"file":"p.yaml""#));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
#[must_use]
pub fn faults(faults: Vec<Fault>) -> Vec<u8> {
    Answer::errors(faults).to_bytes()
}

fn read(bytes: &[u8]) -> Result<Request, Fault> {
    let request: Request = decode(bytes)?;
    match (request.op, &request.summary) {
        (Op::Summary, _) | (_, None) => Ok(request),
        _ => Err(Fault::request("/summary", "the operation `summary` has it".to_owned())),
    }
}

/// Strictly: no key twice, nothing that readers would take for different things.
fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let text = json::check(bytes, MAX_REQUEST)
        .map_err(|error| Fault::request(&error.place, error.detail))?;
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text))
        .map_err(|error| Fault::request(&pointer(error.path()), without_position(error.inner())))
}

/// As a JSON pointer (RFC 6901). Lines and columns would depend on how a language's own writer
/// lays a request out.
fn pointer(path: &Path) -> String {
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    });
    segments.collect()
}

fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Verdict;
    use crate::policy::Policies;

    #[test]
    fn a_review_holds_the_answer_and_the_faults_of_one() {
        let policies = Policies::from_text(
            "p.yaml",
            "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: p}\nspec: {rules: [{id: r, reference: {digest: required}}]}",
        )
        .unwrap();
        let (engine, none) = (Engine::new(&policies).unwrap(), Evidence::new());
        let pod = r#"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: 'x:1'}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}"#;
        let request = format!(
            r#"{{"op":"check","now":"2026-11-23T12:00:00Z","context":{{"objects":[{{"name":"pod.yaml","text":"{pod}"}}]}}}}"#
        );
        let review = review_with(&engine, &none, request.as_bytes()).unwrap();
        assert_eq!(review.answer, answer_with(&engine, &none, request.as_bytes()));
        assert_eq!((review.verdict, review.decisions.len()), (Verdict::Deny, 1));
        let origin = review.decisions[0].origin.as_ref().unwrap();
        assert_eq!((origin.object.as_str(), origin.line), ("Pod/web", Some(4)));
        assert_eq!(review.unjudged[0].kind, "Secret");
        for wrong in [r#"{"op":"version"}"#, r#"{"op":"check"}"#, "{", r#"{"op":"nonsense"}"#] {
            let faults = review_with(&engine, &none, wrong.as_bytes()).unwrap_err();
            assert_eq!(faults[0].kind, "request", "{wrong}");
        }
    }

    #[test]
    fn faults_in_a_request_do_not_depend_on_its_layout() {
        let one = answer(br#"{"op":"check","context":{"images":[{"image":"a"},{"image":3}]}}"#);
        let other = answer(
            b"{\n \"context\": {\"images\": [{\"image\":\"a\"},\n {\"image\": 3}]}, \"op\": \"check\"}",
        );
        let text = String::from_utf8(one).unwrap();
        assert!(text.contains(r#""path":"/context/images/1/image""#), "{text}");
        assert_eq!(text.as_bytes(), other);
    }
}
