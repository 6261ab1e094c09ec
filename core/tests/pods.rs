//! Rules about the pods of objects take part in decisions about objects, and in no other.
#![cfg(test)]

use std::collections::BTreeMap;

use cocket::Timestamp;
use cocket::decision::{Decision, ExceptionEffect, Outcome, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest, ObjectRequest};
use cocket::evidence::Evidence;
use cocket::kubernetes::{Objects, Operation};
use cocket::policy::Policies;
use cocket::policy::model::Mode;
use cocket::reasons::Code;

const RULES: &str = "rules: [{id: level, podSecurity: {level: baseline}}]";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: claimed}\n\
    spec:\n  hostNetwork: true\n  containers:\n  - {name: a, image: 'registry.example.com/a:1'}\n  \
    - {name: b, image: 'docker.io/b:1'}\n";

fn policy(spec: &str) -> String {
    format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {{name: pods}}\n\
         spec:\n  {}\n",
        spec.replace('\n', "\n  ")
    )
}

/// Objects that no rule covers are of no concern.
const ALLOWING: &str = "---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\n\
    metadata: {name: set}\nspec: {default: allow}\n";

fn engine(text: &str) -> Engine {
    Engine::new(&Policies::from_text("p.yaml", text).unwrap()).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn check_in(engine: &Engine, object: &str, namespace: Option<&str>) -> Option<Decision> {
    let objects = Objects::parse("o.yaml", object.as_bytes()).unwrap();
    let request = ObjectRequest {
        object: &objects.all[0],
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: None,
        namespace,
        namespace_labels: None,
        owner_labels: None,
        digests: &BTreeMap::new(),
    };
    engine.check_object(&request, &Evidence::new(), now())
}

fn verdict(spec: &str, namespace: Option<&str>) -> (Verdict, Outcome) {
    let engine = engine(&format!("{}{ALLOWING}", policy(spec)));
    let decision = check_in(&engine, POD, namespace).unwrap();
    (decision.verdict, decision.policies[0].outcome)
}

#[test]
fn modes_and_scopes_are_those_of_rules_about_images() {
    let denied = (Verdict::Deny, Outcome::Fail);
    assert_eq!(verdict(RULES, None), denied);
    assert_eq!(verdict(&format!("mode: warn\n{RULES}"), None), (Verdict::Warn, Outcome::Fail));
    let since = format!("mode: audit\nenforceFrom: 2026-11-01\n{RULES}");
    assert_eq!(verdict(&since, None), denied);
    let staged = format!("modes: [{{namespaces: ['staging-*'], mode: audit}}]\n{RULES}");
    assert_eq!(verdict(&staged, Some("staging-a")), (Verdict::Allow, Outcome::Fail));
    assert_eq!(verdict(&staged, Some("production")), denied);
    let excluded = format!("exclude: {{namespaces: [kube-system]}}\n{RULES}");
    assert_eq!(verdict(&excluded, Some("kube-system")), (Verdict::Allow, Outcome::Excluded));
    assert_eq!(verdict(&excluded, None), denied, "no namespace is not an excluded one");
    let labels = format!("match: {{namespaceLabels: {{tier: gold}}}}\n{RULES}");
    assert_eq!(verdict(&labels, Some("any")), denied, "labels that nobody supplied");
    let matched = format!("match: {{namespaces: [production]}}\n{RULES}");
    assert_eq!(verdict(&matched, Some("staging")), (Verdict::Allow, Outcome::Skipped));
}

#[test]
fn one_image_is_enough_to_match_and_all_are_needed_to_exclude() {
    let denied = (Verdict::Deny, Outcome::Fail);
    let one = "images: ['registry.example.com/**']";
    assert_eq!(verdict(&format!("match: {{{one}}}\n{RULES}"), None), denied);
    assert_eq!(verdict(&format!("exclude: {{{one}}}\n{RULES}"), None), denied);
    let both = "images: ['registry.example.com/**', 'docker.io/**']";
    let excluded = (Verdict::Allow, Outcome::Excluded);
    assert_eq!(verdict(&format!("exclude: {{{both}}}\n{RULES}"), None), excluded);
}

#[test]
fn a_policy_about_pods_covers_no_image() {
    let engine = engine(&policy(RULES));
    let image = ImageRequest { image: "docker.io/b:1".to_owned(), ..ImageRequest::default() };
    let decision = engine.check(&image, &Evidence::new(), &History::default(), now());
    assert_eq!(decision.verdict, Verdict::Deny);
    assert!(decision.policies.is_empty() && decision.results.is_empty());
    assert_eq!(decision.general[0].code, Code::PolicyNotCovered);
}

#[test]
fn a_policy_about_images_takes_no_part_in_decisions_about_objects() {
    let images = "rules: [{id: a, registry: {allow: ['docker.io/**']}}]";
    let engine = engine(&policy(images));
    assert!(!engine.judges_objects());
    assert_eq!(check_in(&engine, POD, None), None);
}

#[test]
fn rules_of_both_kinds_in_one_policy_are_judged_apart() {
    let both = "rules:\n- {id: level, podSecurity: {level: baseline}}\n\
                - {id: place, registry: {allow: ['docker.io/**']}}";
    let engine = engine(&policy(both));
    let decision = check_in(&engine, POD, None).unwrap();
    let rules: Vec<&str> = decision.results.iter().map(|result| &*result.rule).collect();
    assert_eq!(rules, ["level"]);
    let image = ImageRequest { image: "docker.io/b:1".to_owned(), ..ImageRequest::default() };
    let decision = engine.check(&image, &Evidence::new(), &History::default(), now());
    let rules: Vec<&str> = decision.results.iter().map(|result| &*result.rule).collect();
    assert_eq!((decision.verdict, rules), (Verdict::Allow, vec!["place"]));
}

#[test]
fn an_exception_waives_a_rule_for_all_images_or_not_at_all() {
    let with = |more: &str| {
        let text = format!(
            "{}---\napiVersion: cocket.dev/v1alpha1\nkind: PolicyException\n\
             metadata: {{name: legacy}}\nspec: {{rules: [pods/level], reason: r, approvedBy: a, \
             ticket: T-1, {more}}}\n",
            policy(RULES)
        );
        let decision = check_in(&engine(&text), POD, Some("shop")).unwrap();
        let effect = decision.exceptions.first().map(|used| used.effect);
        (decision.results[0].outcome, effect, decision.valid_until)
    };
    let expires: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    let waived = (Outcome::Waived, Some(ExceptionEffect::Used), Some(expires));
    assert_eq!(with("expires: 2026-12-01"), waived);
    assert_eq!(with("namespaces: [shop], expires: 2026-12-01"), waived);
    let one = "images: ['docker.io/**'], expires: 2026-12-01";
    assert_eq!(with(one), (Outcome::Fail, None, None));
    let expired = (Outcome::Fail, Some(ExceptionEffect::Expired), None);
    assert_eq!(with("expires: 2026-11-01"), expired);
    let findings = "vulnerabilities: [CVE-2026-1], expires: 2026-12-01";
    let not_enough = (Outcome::Fail, Some(ExceptionEffect::NotEnough), Some(expires));
    assert_eq!(with(findings), not_enough);
}

#[test]
fn what_carries_no_pods_is_not_judged_and_what_seems_to_fails() {
    let engine = engine(&policy(RULES));
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    assert_eq!(check_in(&engine, map, None), None);
    let custom = POD.replace("v1", "example.com/v1").replace("Pod", "PodSet");
    let decision = check_in(&engine, &custom, None).unwrap();
    assert_eq!(decision.verdict, Verdict::Deny);
    assert_eq!(decision.results[0].reasons[0].code, Code::ObjectInvalid);
    assert_eq!(decision.results[0].mode, Mode::Enforce);
}

#[test]
fn many_findings_are_cut_and_counted() {
    let containers: String = (0..40)
        .map(|n| format!("  - {{name: c{n}, image: a, ports: [{{hostPort: {n}}}]}}\n"))
        .collect();
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n{containers}"
    );
    let decision = check_in(&engine(&policy(RULES)), &pod, None).unwrap();
    let found = decision.results[0].reasons[0].found.as_ref().unwrap().to_string();
    assert!(
        found.starts_with("hostPorts: `spec.containers[1].ports[0].hostPort` of `c1` is `1`, ")
    );
    assert!(found.ends_with(" and 29 more"), "{found}");
}

#[test]
fn what_no_rule_covers_has_the_default_where_rules_are_about_objects_alone() {
    let elsewhere = format!("match: {{namespaces: [bank]}}\n{RULES}");
    let set = |spec: &str| ALLOWING.replace("default: allow", spec);
    let decided = |spec: &str, set: &str, namespace| {
        let engine = engine(&format!("{}{set}", policy(spec)));
        assert!(engine.judges_objects() && !engine.judges_images());
        let decision = check_in(&engine, POD, namespace).unwrap();
        (decision.verdict, decision.general.first().map(|reason| reason.code))
    };
    let uncovered = Some(Code::PolicyObjectNotCovered);
    assert_eq!(decided(&elsewhere, "", Some("shop")), (Verdict::Deny, uncovered));
    assert_eq!(decided(&elsewhere, ALLOWING, Some("shop")), (Verdict::Allow, uncovered));
    assert_eq!(decided(&elsewhere, "", Some("bank")), (Verdict::Deny, None));
    let warned = set("modes: [{namespaces: [shop], mode: warn}]");
    assert_eq!(decided(&elsewhere, &warned, Some("shop")), (Verdict::Warn, uncovered));
    let excluded = set("exclude: {namespaces: [shop]}");
    let out = (Verdict::Allow, Some(Code::PolicyExcluded));
    assert_eq!(decided(&elsewhere, &excluded, Some("shop")), out);
    // No namespace is not an excluded one, and a rule about it is meant.
    assert_eq!(decided(&elsewhere, &excluded, None), (Verdict::Deny, None));
    let audited = format!("mode: audit\n{RULES}");
    assert_eq!(decided(&audited, "", None), (Verdict::Deny, uncovered));
    let own = format!("exclude: {{namespaces: [shop]}}\n{RULES}");
    assert_eq!(decided(&own, "", Some("shop")), (Verdict::Deny, uncovered));
}

#[test]
fn the_default_is_about_images_where_anything_is() {
    let elsewhere = policy(&format!("match: {{namespaces: [bank]}}\n{RULES}"));
    let images = "---\napiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\n\
        metadata: {name: images}\nspec:\n  mode: audit\n  \
        rules: [{id: a, registry: {allow: ['docker.io/**']}}]\n";
    let unqualified = ALLOWING.replace("default: allow", "unqualified: deny");
    for more in [images, &unqualified] {
        let engine = engine(&format!("{elsewhere}{more}"));
        assert!(engine.judges_images());
        let decision = check_in(&engine, POD, Some("shop")).unwrap();
        assert_eq!((decision.verdict, decision.general.len()), (Verdict::Allow, 0));
    }
}

#[test]
fn what_goes_or_starts_no_container_has_no_default() {
    let engine = engine(&policy(&format!("match: {{namespaces: [bank]}}\n{RULES}")));
    let objects = Objects::parse("o.yaml", POD.as_bytes()).unwrap();
    let asked = |operation, subresource| {
        let request = ObjectRequest {
            object: &objects.all[0],
            old: None,
            operation,
            subresource,
            user: None,
            namespace: Some("shop"),
            namespace_labels: None,
            owner_labels: None,
            digests: &BTreeMap::new(),
        };
        engine.check_object(&request, &Evidence::new(), now()).map(|decision| decision.verdict)
    };
    assert_eq!(asked(Operation::Update, ""), Some(Verdict::Deny));
    assert_eq!(asked(Operation::Update, "ephemeralcontainers"), Some(Verdict::Deny));
    assert_eq!(asked(Operation::Update, "status"), None);
    assert_eq!(asked(Operation::Delete, ""), None);
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    assert_eq!(check_in(&engine, map, Some("shop")), None);
    let custom = POD.replace("v1", "example.com/v1").replace("Pod", "PodSet");
    let decision = check_in(&engine, &custom, Some("shop")).unwrap();
    assert_eq!(decision.general[0].code, Code::PolicyObjectNotCovered);
}
