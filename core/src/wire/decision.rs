//! Decisions that were written before, read again.

use jiff::Timestamp;
use serde::Deserialize;

use super::answer::Fault;
use super::check::one;
use crate::decision::{
    Decision, EvidenceRecord, ExceptionUse, JudgedImage, JudgedObject, PolicyUse, Reason,
    RuleResult, Subject, Verdict,
};
use crate::reference::Digest;
use crate::report::{Judged, Origin};

/// A decision as it stands in an answer, and in what `Decision::to_canonical_json` writes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    verdict: Verdict,
    now: Timestamp,
    inputs: Digest,
    valid_until: Option<Timestamp>,
    image: Option<JudgedImage>,
    object: Option<JudgedObject>,
    policies: Vec<PolicyUse>,
    results: Vec<RuleResult>,
    #[serde(default)]
    general: Vec<Reason>,
    #[serde(default)]
    exceptions: Vec<ExceptionUse>,
    #[serde(default)]
    evidence: Vec<EvidenceRecord>,
    origin: Option<Origin>,
}

/// Reads the canonical bytes of a decision, with its origin where it has one, so that reports can
/// be made of it. The bytes have to be just those that this version writes for it.
///
/// ```
/// use cocket::evaluate::{Engine, History, ImageRequest};
/// use cocket::evidence::Evidence;
/// use cocket::policy::Policies;
/// use cocket::wire::read_decision;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
/// ")?;
/// let request = ImageRequest { image: "docker.io/library/nginx:1".into(), ..Default::default() };
/// let now = "2026-11-23T12:00:00Z".parse()?;
/// let decision =
///     Engine::new(&policies)?.check(&request, &Evidence::new(), &History::default(), now);
/// let bytes = decision.to_canonical_json()?;
/// let read = read_decision(bytes.as_bytes()).unwrap().decision;
/// assert_eq!(read.to_canonical_json()?, bytes);
///
/// let forged = bytes.replace(r#""verdict":"deny""#, r#""verdict":"perhaps""#);
/// assert_eq!(read_decision(forged.as_bytes()).unwrap_err()[0].path, "/verdict");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// One fault of kind `request`, with the place as JSON pointer: for what is no decision, for a
/// reason that is not in this version's catalogue, and for a decision that is written in another way.
pub fn read_decision(bytes: &[u8]) -> Result<Judged, Vec<Fault>> {
    let written: Written = super::decode(bytes).map_err(one)?;
    let subject = match (written.image, written.object) {
        (Some(image), None) => Subject::Image(image),
        (None, Some(object)) => Subject::Object(object),
        _ => {
            let message = "a decision is about an image or about an object".to_owned();
            return Err(one(Fault::request("", message)));
        }
    };
    let decision = Decision {
        verdict: written.verdict,
        now: written.now,
        inputs: written.inputs,
        valid_until: written.valid_until,
        subject,
        policies: written.policies,
        results: written.results,
        general: written.general,
        exceptions: written.exceptions,
        evidence: written.evidence,
    };
    let judged = Judged { decision, origin: written.origin };
    // Also what its reader passes over, such as a reason's message, is compared by that.
    let again = judged.to_canonical_json().unwrap_or_default();
    match again.as_bytes() == bytes {
        true => Ok(judged),
        false => {
            let differs = again
                .bytes()
                .zip(bytes.iter().copied())
                .take_while(|(ours, theirs)| ours == theirs)
                .count();
            let message = format!(
                "from byte {differs} on it is not written as a decision of version {} is",
                env!("CARGO_PKG_VERSION")
            );
            Err(one(Fault::request("", message)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: &str = concat!(
        r#"{"image":{"given":"nginx"},"inputs":"sha256:"#,
        "0000000000000000000000000000000000000000000000000000000000000000",
        r#"","now":"2026-11-23T12:00:00Z","policies":[],"results":[],"verdict":"allow"}"#
    );

    fn fault(bytes: &str) -> (String, String) {
        let fault = read_decision(bytes.as_bytes()).unwrap_err().remove(0);
        assert_eq!(fault.kind, "request");
        (fault.path, fault.message)
    }

    #[test]
    fn only_what_was_written_is_read() {
        assert!(read_decision(BYTES.as_bytes()).is_ok());
        let (path, message) = fault(&BYTES.replace(r#","verdict""#, r#", "verdict""#));
        assert!(path.is_empty() && message.starts_with("from byte "), "{message}");
        let (path, _) = fault(&BYTES.replace("nginx", r#"nginx","given":"b"#));
        assert_eq!(path, "/image/given");
        let (path, message) = fault(&BYTES.replace(r#""now""#, r#""nov":1,"now""#));
        assert!(path.starts_with("/nov") && message.contains("nov"), "{path}: {message}");
        let (_, message) = fault(&BYTES.replace(r#""image":{"given":"nginx"},"#, ""));
        assert!(message.contains("about an image or about an object"), "{message}");
        let reason = r#""general":[{"code":"acme.new","message":"m"}],"image""#;
        let (path, message) = fault(&BYTES.replace(r#""image""#, reason));
        assert_eq!(path, "/general/0");
        assert!(message.contains("`acme.new` is not in the catalogue"), "{message}");
        let changed = r#""general":[{"code":"signature.missing","message":"it is fine"}],"image""#;
        assert!(fault(&BYTES.replace(r#""image""#, changed)).1.starts_with("from byte "));
        for wrong in ["", "{}", "[]", "null", "{\"verdict\":\"allow\"}", "\u{feff}{}"] {
            assert!(read_decision(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(read_decision(b"\xff").is_err());
    }
}
