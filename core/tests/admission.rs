//! Admission reviews: what the cases in `vectors/admission` do not say.
#![cfg(test)]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Admission, AdmissionContext, Engine, History};
use cocket::evidence::Evidence;
use cocket::kubernetes::{AdmissionReview, MAX_MESSAGE, MAX_WARNING, MAX_WARNINGS, Operation};
use cocket::policy::model::Mode;
use cocket::policy::{
    ObjectAnswer, ObjectCase, ObjectJudge, ObjectResult, Policies, PolicySource, RuleOutcome,
    RuleResult,
};
use cocket::reference::Digest;
use cocket::report::admission_response;
use proptest::prelude::*;
use serde_json::{Value, json};

const OPEN: &str = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: p}\n\
                    spec: {MODE rules: [{id: r, registry: {allow: ['registry.example.com/**']}}]}";

/// Repeats what it is asked, and panics where a label says so.
#[derive(Debug)]
struct Echo(Mode);

impl ObjectJudge for Echo {
    fn name(&self) -> &str {
        "echo"
    }

    fn digest(&self) -> Digest {
        Digest::sha256(b"echo")
    }

    fn rules(&self) -> Vec<String> {
        vec!["echo".to_owned()]
    }

    fn judge(&self, case: &ObjectCase<'_>) -> ObjectAnswer {
        assert!(case.object["metadata"]["labels"]["panic"].is_null(), "as the label says");
        let image = &case.object["spec"]["containers"][0]["image"];
        let old = case.old.map(|old| &old["spec"]["containers"][0]["image"]);
        let message = json!({
            "operation": case.operation,
            "subresource": case.subresource,
            "user": case.user,
            "namespace": case.namespace,
            "image": image,
            "old": old,
            "digest": image.as_str().and_then(|image| case.digests.get(image)),
        });
        let answer = RuleResult {
            policy: "echo".to_owned(),
            rule: "echo".to_owned(),
            outcome: RuleOutcome::Fail,
            message: message.to_string(),
            notes: Vec::new(),
        };
        let (severity, controls, evidence) = (None, Vec::new(), Vec::new());
        let result = ObjectResult {
            answer,
            mode: self.0,
            severity,
            controls,
            evidence,
            refused: Vec::new(),
        };
        ObjectAnswer { results: vec![result], ..ObjectAnswer::default() }
    }
}

fn engine(policy: &str, judges: Vec<Arc<dyn ObjectJudge>>) -> Engine {
    let source = PolicySource { name: "p.yaml".to_owned(), bytes: policy.as_bytes().to_vec() };
    Engine::new(&Policies::load_with_judges(&[source], judges).unwrap()).unwrap()
}

fn open(mode: &str) -> String {
    OPEN.replace("MODE", mode)
}

fn admit(engine: &Engine, review: &Value, context: &AdmissionContext) -> Admission {
    let review = AdmissionReview::parse(review.to_string().as_bytes());
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    engine.admit(&review, context, &Evidence::new(), &History::default(), now)
}

fn pod(image: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [{"name": "a", "image": image}]}})
}

fn review(operation: &str, object: &Value, old: &Value) -> Value {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "705ab4f5", "operation": operation, "namespace": "shop",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "userInfo": {"username": "ada", "groups": ["dev"], "extra": {"scopes": ["a"]}},
        "object": object, "oldObject": old}})
}

fn create(object: &Value) -> Value {
    review("CREATE", object, &Value::Null)
}

fn digest() -> Digest {
    Digest::sha256(b"image")
}

fn resolved(image: &str, pin: bool) -> AdmissionContext {
    let digests = [(image.to_owned(), digest())].into();
    AdmissionContext { digests, pin, ..AdmissionContext::default() }
}

/// What the judge was asked.
fn asked(admission: &Admission) -> Value {
    let decision = &admission.decisions.last().unwrap().decision;
    let found = decision.results[0].reasons[0].found.as_ref().unwrap();
    serde_json::from_str(&found.to_string()).unwrap()
}

#[test]
fn judges_of_objects_are_asked_about_every_operation() {
    let engine = engine(&open(""), vec![Arc::new(Echo(Mode::Audit))]);
    let context = AdmissionContext::default();
    let (old, new) = (pod("registry.example.com/a:1"), pod("registry.example.com/a:2"));
    let update = admit(&engine, &review("UPDATE", &new, &old), &context);
    assert_eq!(
        asked(&update),
        json!({"operation": "UPDATE", "subresource": "", "namespace": "shop",
            "user": {"username": "ada", "groups": ["dev"]}, "digest": null,
            "image": "registry.example.com/a:2", "old": "registry.example.com/a:1"})
    );
    // On DELETE the object is the one that goes, and no image is judged.
    let delete = admit(&engine, &review("DELETE", &Value::Null, &pod("nginx")), &context);
    assert_eq!(delete.decisions.len(), 1);
    assert_eq!((&asked(&delete)["image"], &asked(&delete)["old"]), (&json!("nginx"), &Value::Null));
    assert_eq!(delete.verdict, Verdict::Allow);
    let mut status = review("UPDATE", &new, &old);
    status["request"]["subResource"] = json!("status");
    assert_eq!(asked(&admit(&engine, &status, &context))["subresource"], "status");
}

#[test]
fn a_failing_rule_about_the_object_denies_although_its_images_may_run() {
    let engine = engine(&open(""), vec![Arc::new(Echo(Mode::Enforce))]);
    let admission = admit(&engine, &create(&pod("registry.example.com/a:1")), &<_>::default());
    let verdicts = admission.decisions.iter().map(|one| one.decision.verdict);
    assert_eq!(verdicts.collect::<Vec<_>>(), [Verdict::Allow, Verdict::Deny]);
    let response = admission_response(&admission);
    assert!(!response.allowed);
    let message = response.status.unwrap().message;
    assert!(message.starts_with("Pod `web`: echo/echo: foreign.failed: "), "{message}");
    // And so it does where no image is judged at all.
    let delete = review("DELETE", &Value::Null, &pod("nginx"));
    assert_eq!(admit(&engine, &delete, &<_>::default()).verdict, Verdict::Deny);
}

#[test]
fn an_engine_that_fails_denies_and_repeats_the_uid() {
    let engine = engine(&open(""), vec![Arc::new(Echo(Mode::Audit))]);
    let mut object = pod("registry.example.com/a:1");
    object["metadata"]["labels"] = json!({"panic": "true"});
    let response = admission_response(&admit(&engine, &create(&object), &<_>::default()));
    assert_eq!((response.uid.as_str(), response.allowed), ("705ab4f5", false));
    let status = response.status.unwrap();
    assert_eq!((status.code, status.reason), (500, "InternalError"));
    assert!(status.message.starts_with("admission.failed: "), "{}", status.message);
}

#[test]
fn the_patch_makes_the_object_that_was_judged() {
    let engine = engine(&open(""), vec![Arc::new(Echo(Mode::Audit))]);
    let tag = "registry.example.com/a:1";
    let admission = admit(&engine, &create(&pod(tag)), &resolved(tag, true));
    let pinned = format!("{tag}@{}", digest());
    assert_eq!(asked(&admission)["image"], pinned.as_str());
    assert_eq!(asked(&admission)["digest"], digest().to_string());

    let answer = admission_response(&admission).to_review();
    assert_eq!(answer["response"]["patchType"], "JSONPatch");
    let patch = STANDARD.decode(answer["response"]["patch"].as_str().unwrap()).unwrap();
    let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
    let mut object = pod(tag);
    json_patch::patch(&mut object, &patch).unwrap();
    assert_eq!(object, pod(&pinned));
}

#[test]
fn a_patch_is_answered_only_where_it_was_asked_for_and_helps() {
    let engine = engine(&open(""), Vec::new());
    let tag = "registry.example.com/a:1";
    let has_patch = |review: &Value, context: &AdmissionContext| {
        let answer = admission_response(&admit(&engine, review, context)).to_review();
        let response = answer["response"].as_object().unwrap();
        assert_eq!(response.contains_key("patch"), response.contains_key("patchType"));
        response.contains_key("patch")
    };
    assert!(has_patch(&create(&pod(tag)), &resolved(tag, true)));
    assert!(!has_patch(&create(&pod(tag)), &resolved(tag, false)));
    assert!(!has_patch(&create(&pod("nginx:1")), &resolved("nginx:1", true)), "it is denied");
    let named = format!("{tag}@{}", digest());
    assert!(!has_patch(&create(&pod(&named)), &resolved(&named, true)), "it has a digest");
    // Of a pod that exists the API server takes over no other volume.
    let mut mounted = pod(&named);
    mounted["spec"]["volumes"] = json!([{"name": "v", "image": {"reference": tag}}]);
    assert!(has_patch(&create(&mounted), &resolved(tag, true)));
    assert!(!has_patch(&review("UPDATE", &mounted, &mounted), &resolved(tag, true)));
}

#[test]
fn everything_that_is_answered_keeps_the_limits_of_the_api() {
    let escape = "registry.example.com/\u{1b}[2J\u{202e}";
    for mode in ["mode: warn,", ""] {
        for count in [1_usize, 2, 3, 5, 30, 400] {
            let mut object = pod(escape);
            let containers = (0..count).map(|at| {
                let long = "very-".repeat(at % 60);
                json!({"name": format!("c{at}"), "image": format!("docker.io/{long}long/{at}:1")})
            });
            let first = object["spec"]["containers"][0].clone();
            object["spec"]["containers"] = std::iter::once(first).chain(containers).collect();
            let admission =
                admit(&engine(&open(mode), Vec::new()), &create(&object), &<_>::default());
            let response = admission_response(&admission);
            let long = |text: &String| text.chars().count();
            assert!(response.warnings.iter().all(|text| long(text) <= MAX_WARNING));
            assert!(response.warnings.iter().map(long).sum::<usize>() <= MAX_WARNINGS);
            assert_eq!(response.warnings.is_empty(), mode.is_empty());
            // The unreadable name denies under any mode.
            let message = response.status.unwrap().message;
            assert!(long(&message) <= MAX_MESSAGE, "{message}");
            assert!(message.contains("reference.invalid"), "{message}");
            assert!(!message.chars().any(char::is_control) && !message.contains('\u{202e}'));
            if mode.is_empty() && count == 400 {
                assert!(message.contains("; and 39"), "{message}");
            }
        }
    }
}

#[test]
fn audit_annotations_are_named_as_the_api_server_takes_them() {
    let engine = engine(&open(""), Vec::new());
    let admission = admit(&engine, &create(&pod("nginx:1")), &<_>::default());
    let annotations = admission_response(&admission).audit_annotations;
    // The name of a qualified name (`IsQualifiedName` in apimachinery's validation).
    let name = regex::Regex::new("^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$").unwrap();
    assert!(annotations.keys().all(|key| name.is_match(key)));
    let text = admission.decisions[0].decision.to_canonical_json().unwrap();
    assert_eq!(annotations["decisions"], Digest::sha256(text.as_bytes()).to_string());
    assert_eq!(annotations["policies"], engine.policies_digest().to_string());
    assert_eq!(annotations["verdict"], "deny");
    assert_eq!(annotations["reasons"], "registry.not_allowed");
}

#[test]
fn escapes_of_json_that_yaml_lacks_are_read() {
    let text = create(&pod("registry.example.com/a:1")).to_string();
    let text = text.replace("\"web\"", r#""\ud83d\ude00\/""#);
    let review = AdmissionReview::parse(text.as_bytes());
    assert_eq!(review.request.unwrap().object.object.name, "\u{1f600}/");
}

#[test]
fn a_review_over_the_limits_is_malformed_and_keeps_its_uid() {
    let mut large = create(&pod("registry.example.com/a:1"));
    large["request"]["object"]["metadata"]["labels"] =
        json!({"long": "x".repeat(cocket::kubernetes::MAX_BYTES)});
    let review = AdmissionReview::parse(large.to_string().as_bytes());
    assert!(review.request.unwrap_err().to_string().contains("bytes where"));
    assert_eq!(review.uid.as_deref(), Some("705ab4f5"));

    let deep = "[".repeat(200) + &"]".repeat(200);
    let deep = create(&pod("a")).to_string().replace("\"dev\"", &deep);
    let review = AdmissionReview::parse(deep.as_bytes());
    assert!(review.request.unwrap_err().to_string().contains("recursion limit"));
}

#[test]
fn what_names_the_request_is_told_of_a_malformed_review_too() {
    let review = AdmissionReview::parse(
        br#"{"request": {"uid": 1, "operation": "UPDATE", "namespace": "shop", "kind": {"version": "v1", "kind": "Pod"}}}"#,
    );
    assert_eq!((review.uid, review.operation), (None, Some(Operation::Update)));
    assert_eq!((review.kind.as_deref(), review.namespace.as_deref()), (Some("Pod"), Some("shop")));
    assert!(review.request.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_review_that_is_cut_or_changed_is_never_allowed_to_run_another_image(
        cut in 0_usize..600,
        byte in any::<u8>(),
        at in 0_usize..600,
    ) {
        let engine = engine(&open(""), Vec::new());
        let text = create(&pod("docker.io/a:1")).to_string();
        let mut changed = text.clone().into_bytes();
        let end = changed.len().saturating_sub(1);
        changed[at.min(end)] = byte;
        for bytes in [&text.as_bytes()[..cut.min(end)], &changed] {
            let review = AdmissionReview::parse(bytes);
            let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
            let admission = engine.admit(
                &review, &<_>::default(), &Evidence::new(), &History::default(), now);
            // No single byte makes an allowed place of `docker.io`; some make another kind of it,
            // which the request contradicts.
            prop_assert_eq!(admission.verdict, Verdict::Deny, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
