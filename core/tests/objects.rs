//! Decisions about whole Kubernetes objects, by judges of the tests' own.
#![cfg(test)]

use std::collections::BTreeMap;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::decision::{Decision, ExceptionEffect, Outcome, Verdict};
use cocket::evaluate::{Engine, ObjectRequest};
use cocket::evidence::Evidence;
use cocket::kubernetes::{Objects, Operation, User};
use cocket::policy::model::Mode;
use cocket::policy::{
    Note, ObjectAnswer, ObjectCase, ObjectJudge, ObjectResult, Policies, PolicySource, RuleOutcome,
    RuleResult,
};
use cocket::reference::Digest;
use cocket::report::{Format, Judged, verdict};
use cocket::wire::answer_with;
use serde_json::{Value, json};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: claimed}\n\
    spec:\n  hostNetwork: true\n  containers:\n  - {name: a, image: 'nginx:1'}\n";

/// Objects that no rule covers are of no concern.
const ALLOWING: &str = "apiVersion: cocket.dev/v1alpha1\nkind: PolicySet\n\
    metadata: {name: set}\nspec: {default: allow}";

/// Asks that pods do without the host's network. Labels steer the rest of its answer.
#[derive(Debug)]
struct HostNetwork {
    name: &'static str,
    mode: Mode,
}

impl ObjectJudge for HostNetwork {
    fn name(&self) -> &str {
        self.name
    }

    fn digest(&self) -> Digest {
        Digest::sha256(format!("{self:?}").as_bytes())
    }

    fn rules(&self) -> Vec<String> {
        vec!["host-network".to_owned()]
    }

    fn judge(&self, case: &ObjectCase<'_>) -> ObjectAnswer {
        if case.object["kind"] == "Service" {
            return ObjectAnswer::default();
        }
        if case.namespace == Some("kube-system") {
            let excluded_by = Some("namespace `kube-system`".to_owned());
            return ObjectAnswer { excluded_by, ..ObjectAnswer::default() };
        }
        let outcome = match &case.object["spec"]["hostNetwork"] {
            Value::Bool(true) => RuleOutcome::Fail,
            Value::Bool(false) => RuleOutcome::Pass,
            Value::Null => RuleOutcome::Skip,
            _ => RuleOutcome::Error,
        };
        let answer = RuleResult {
            policy: self.name.to_owned(),
            rule: "host-network".to_owned(),
            outcome,
            message: format!("hostNetwork is {}", case.object["spec"]["hostNetwork"]),
            notes: vec![Note { quirk: "twoWayWildcard".into(), detail: "`*`".to_owned() }],
        };
        let result = ObjectResult {
            answer,
            mode: self.mode,
            severity: None,
            controls: vec!["CIS:5.2.5".to_owned()],
            evidence: Vec::new(),
            refused: Vec::new(),
        };
        ObjectAnswer { results: vec![result], ..ObjectAnswer::default() }
    }
}

fn engine(documents: &[&str], judges: &[(&'static str, Mode)]) -> Engine {
    let source =
        PolicySource { name: "p.yaml".to_owned(), bytes: documents.join("\n---\n").into_bytes() };
    let judge = |(name, mode): &(&'static str, Mode)| {
        Arc::new(HostNetwork { name, mode: *mode }) as Arc<dyn ObjectJudge>
    };
    let policies =
        Policies::load_with_judges(&[source], judges.iter().map(judge).collect()).unwrap();
    Engine::new(&policies).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn check(engine: &Engine, text: &str, namespace: &str) -> Option<Decision> {
    let objects = Objects::parse("pod.yaml", text.as_bytes()).unwrap();
    let request = ObjectRequest {
        object: &objects.all[0],
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: None,
        namespace: Some(namespace),
        namespace_labels: None,
        owner_labels: None,
        digests: &BTreeMap::new(),
    };
    engine.check_object(&request, &Evidence::new(), now())
}

fn exception(more: &str) -> String {
    format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: PolicyException\nmetadata: {{name: legacy}}\n\
         spec: {{rules: [pods/host-network], reason: r, approvedBy: a, ticket: T-1{more}}}"
    )
}

#[test]
fn the_weight_of_a_failing_rule_makes_the_verdict() {
    for (mode, expected) in
        [(Mode::Enforce, Verdict::Deny), (Mode::Warn, Verdict::Warn), (Mode::Audit, Verdict::Allow)]
    {
        let decision = check(&engine(&[ALLOWING], &[("pods", mode)]), POD, "shop").unwrap();
        assert_eq!(decision.verdict, expected);
        assert_eq!(decision.results[0].outcome, Outcome::Fail);
        assert_eq!(decision.namespace(), Some("shop"));
    }
    let both = engine(&[], &[("b", Mode::Enforce), ("a", Mode::Audit)]);
    let decision = check(&both, POD, "shop").unwrap();
    assert_eq!(decision.verdict, Verdict::Deny);
    assert_eq!((&*decision.policies[0].name, &*decision.policies[1].name), ("a", "b"));
}

#[test]
fn each_outcome_has_its_reasons() {
    let engine = engine(&[ALLOWING], &[("pods", Mode::Enforce)]);
    for (value, verdict, codes) in [
        ("true", Verdict::Deny, &["foreign.failed", "foreign.quirk"][..]),
        ("false", Verdict::Allow, &["foreign.passed", "foreign.quirk"]),
        ("'true'", Verdict::Deny, &["foreign.error", "foreign.quirk"]),
        ("null", Verdict::Allow, &["foreign.skipped", "foreign.quirk"]),
    ] {
        let text = POD.replace("hostNetwork: true", &format!("hostNetwork: {value}"));
        let decision = check(&engine, &text, "shop").unwrap();
        let found: Vec<_> =
            decision.results[0].reasons.iter().map(|reason| reason.code.code()).collect();
        assert_eq!((decision.verdict, &*found), (verdict, codes), "{value}");
    }
}

#[test]
fn an_object_that_no_rule_is_about_has_no_decision() {
    let judges = [("pods", Mode::Enforce)];
    let denying = engine(&[], &judges);
    let engine = engine(&[ALLOWING], &judges);
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n";
    assert!(check(&engine, service, "shop").is_none());
    assert!(check(&denying, service, "shop").is_none());
    let excluded = check(&engine, POD, "kube-system").unwrap();
    assert_eq!(excluded.verdict, Verdict::Allow);
    assert_eq!(excluded.policies[0].outcome, Outcome::Excluded);
    assert!(excluded.policies[0].excluded_by.is_some());
    // What a judge leaves out is covered by nobody.
    let uncovered = check(&denying, POD, "kube-system").unwrap();
    assert_eq!(uncovered.verdict, Verdict::Deny);
    assert_eq!(uncovered.general[0].code.code(), "policy.object_not_covered");
}

#[test]
fn exceptions_waive_by_rule_namespace_and_image_until_they_end() {
    let judges = [("pods", Mode::Enforce)];
    let waived = |more: &str, namespace: &str| {
        check(&engine(&[&exception(more)], &judges), POD, namespace).unwrap()
    };
    let later = ", expires: '2027-01-01T00:00:00Z'";
    let decision = waived(later, "shop");
    assert_eq!((decision.verdict, decision.results[0].outcome), (Verdict::Allow, Outcome::Waived));
    assert_eq!(decision.valid_until.unwrap().to_string(), "2027-01-01T00:00:00Z");
    assert_eq!(decision.exceptions[0].effect, ExceptionEffect::Used);

    let namespaced = format!("{later}, namespaces: ['legacy-*']");
    assert_eq!(waived(&namespaced, "shop").verdict, Verdict::Deny);
    assert_eq!(waived(&namespaced, "legacy-a").verdict, Verdict::Allow);
    let by_image = |pattern: &str| waived(&format!("{later}, images: ['{pattern}']"), "shop");
    assert_eq!(by_image("docker.io/library/nginx").verdict, Verdict::Allow);
    assert_eq!(by_image("docker.io/library/redis").verdict, Verdict::Deny);
    let findings = waived(&format!("{later}, vulnerabilities: [CVE-2026-1]"), "shop");
    assert_eq!(findings.exceptions[0].effect, ExceptionEffect::NotEnough);
    assert_eq!(findings.verdict, Verdict::Deny);
    let expired = waived(", expires: '2026-11-01T00:00:00Z'", "shop");
    assert_eq!((expired.verdict, expired.valid_until), (Verdict::Deny, None));
    assert_eq!(expired.exceptions[0].effect, ExceptionEffect::Expired);
}

#[test]
fn an_exception_for_a_rule_that_no_judge_has_is_refused() {
    let text = exception(", expires: '2027-01-01T00:00:00Z'").replace("host-network", "other");
    let source = PolicySource { name: "p.yaml".to_owned(), bytes: text.into_bytes() };
    let judge = Arc::new(HostNetwork { name: "pods", mode: Mode::Enforce });
    let errors = Policies::load_with_judges(&[source], vec![judge]).unwrap_err();
    assert_eq!(errors.as_slice()[0].path, "spec.rules[0]");
}

#[test]
fn what_a_judge_says_is_part_of_the_digests() {
    let decided = |mode, text: &str| check(&engine(&[], &[("pods", mode)]), text, "shop").unwrap();
    let one = decided(Mode::Enforce, POD);
    assert_eq!(one, decided(Mode::Enforce, POD));
    assert_ne!(one.inputs, decided(Mode::Audit, POD).inputs);
    assert_ne!(one.inputs, decided(Mode::Enforce, &POD.replace("nginx:1", "nginx:2")).inputs);
    let engines = [engine(&[], &[("pods", Mode::Warn)]), engine(&[], &[("pods", Mode::Audit)])];
    assert_ne!(engines[0].policies_digest(), engines[1].policies_digest());
}

#[test]
fn who_asks_and_for_which_part_reaches_the_judges_and_the_digest() {
    #[derive(Debug)]
    struct Asked;
    impl ObjectJudge for Asked {
        fn name(&self) -> &str {
            "asked"
        }
        fn digest(&self) -> Digest {
            Digest::sha256(b"asked")
        }
        fn rules(&self) -> Vec<String> {
            vec!["asked".to_owned()]
        }
        fn judge(&self, case: &ObjectCase<'_>) -> ObjectAnswer {
            let user = case.user.map(|user| format!("{} {:?}", user.username, user.groups));
            let answer = RuleResult {
                policy: "asked".to_owned(),
                rule: "asked".to_owned(),
                outcome: RuleOutcome::Pass,
                message: format!("{user:?} {:?}", case.subresource),
                notes: Vec::new(),
            };
            let (mode, severity) = (Mode::Audit, None);
            let (controls, evidence) = (Vec::new(), Vec::new());
            let result =
                ObjectResult { answer, mode, severity, controls, evidence, refused: Vec::new() };
            ObjectAnswer { results: vec![result], ..ObjectAnswer::default() }
        }
    }
    let policies = Policies::load_with_judges(&[], vec![Arc::new(Asked)]).unwrap();
    let engine = Engine::new(&policies).unwrap();
    let objects = Objects::parse("pod.yaml", POD.as_bytes()).unwrap();
    let digests = BTreeMap::new();
    let plain = ObjectRequest {
        object: &objects.all[0],
        old: None,
        operation: Operation::Update,
        subresource: "",
        user: None,
        namespace: None,
        namespace_labels: None,
        owner_labels: None,
        digests: &digests,
    };
    let user = User { username: "ada".to_owned(), groups: vec!["dev".to_owned()] };
    let asked = ObjectRequest { subresource: "ephemeralcontainers", user: Some(&user), ..plain };
    let decided = |request| engine.check_object(&request, &Evidence::new(), now()).unwrap();
    let (plain, asked) = (decided(plain), decided(asked));
    let found = asked.results[0].reasons[0].found.as_ref().unwrap().to_string();
    assert_eq!(found, r#"Some("ada [\"dev\"]") "ephemeralcontainers""#);
    assert_ne!(plain.inputs, asked.inputs);
}

#[test]
fn the_wire_judges_objects_beside_their_images() {
    let allow = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: all}\n\
                 spec: {rules: [{id: any, registry: {allow: ['docker.io/**']}}]}";
    let engine = engine(&[allow], &[("pods", Mode::Enforce)]);
    let map =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\nspec: {hostNetwork: false}\n";
    let text =
        format!("{POD}---\n{map}---\napiVersion: v1\nkind: Service\nmetadata: {{name: s}}\n");
    let request = json!({"op": "check", "now": "2026-11-23T12:00:00Z", "context": {
        "namespace": "shop", "objects": [{"name": "all.yaml", "text": text}]}});
    let answer = answer_with(&engine, &Evidence::new(), request.to_string().as_bytes());
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["verdict"], "deny");
    let decisions = answer["decisions"].as_array().unwrap();
    assert_eq!(decisions.len(), 3);
    assert_eq!(decisions[0]["image"]["given"], "nginx:1");
    assert_eq!(
        decisions[1]["object"],
        json!({"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": "shop"})
    );
    assert!(decisions[1].get("image").is_none());
    assert_eq!(decisions[1]["origin"], json!({"file": "all.yaml", "line": 1, "object": "Pod/web"}));
    assert_eq!(decisions[2]["object"]["name"], "settings");
    // What a rule was about is not passed over.
    let passed: Vec<_> = answer["unjudged"].as_array().unwrap().iter().collect();
    assert_eq!(passed.len(), 1);
    assert_eq!(passed[0]["kind"], "Service");
}

#[test]
fn every_format_tells_of_the_object() {
    let decision = check(&engine(&[], &[("pods", Mode::Enforce)]), POD, "shop").unwrap();
    let objects = Objects::parse("pod.yaml", POD.as_bytes()).unwrap();
    let judged = [Judged { decision, origin: Some((&objects.all[0]).into()) }];
    assert_eq!(verdict(&judged), Some(Verdict::Deny));
    for format in [Format::Table, Format::Github, Format::Markdown, Format::Junit, Format::Sarif] {
        let text = format.render(&judged, false);
        assert!(text.contains("Pod/web"), "{format}: {text}");
        assert!(text.contains("hostNetwork is true"), "{format}: {text}");
    }
    let table = Format::Table.render(&judged, false);
    assert!(table.starts_with("DENY   Pod/web  (in pod.yaml:1, namespace shop)\n"), "{table}");
    assert!(table.contains("\n1 object: 1 denied, 0 with warnings, 0 allowed"), "{table}");
}
