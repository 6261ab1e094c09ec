//! Policies of Kyverno that verify images: what the engine decides by them, and where that is not
//! what Kyverno answers.
#![cfg(test)]

use cocket::decision::{Outcome, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::import::{self, Options};
use cocket::policy::{Policies, PolicyErrorKind, PolicyErrors, PolicySource};
use cocket::reference::Digest;
use cocket_testkit::{Signature, Signer};
use serde_json::{Value, json};

const REPOSITORY: &str = "registry.example.com/team/app";

fn digest() -> Digest {
    Digest::sha256(b"the image")
}

/// A policy with one entry, which is about one registry.
fn policy(entry: &Value) -> String {
    let mut whole = json!({"imageReferences": ["registry.example.com/*"]});
    for (key, value) in entry.as_object().unwrap() {
        whole[key] = value.clone();
    }
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "signed"},
        "spec": {
            "validationFailureAction": "Enforce", "webhookTimeoutSeconds": 30,
            "rules": [{
                "name": "verify-cosign-signature",
                "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaces": ["production-*"]}}]},
                "verifyImages": [whole],
            }],
        },
    })
    .to_string()
}

fn load(text: &str, options: Options) -> Result<Policies, PolicyErrors> {
    let source = PolicySource { name: "policy.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
    import::load(&[source], options)
}

fn taken(entry: &Value) -> Policies {
    load(&policy(entry), Options::default()).unwrap()
}

/// A key without a log.
fn key(signer: &str) -> Value {
    json!({"keys": {"publicKeys": Signer::named(signer).pem(), "rekor": {"ignoreTlog": true}}})
}

fn decide(
    policies: &Policies,
    image: &str,
    namespace: &str,
    attached: &[Signature],
) -> (Verdict, Vec<Outcome>) {
    let mut evidence = Evidence::new();
    for one in attached {
        let kind = AttachedKind::from_media_type(one.media_type);
        evidence.attach(Some(digest()), kind, one.bytes.clone(), one.annotations.clone());
    }
    let request = ImageRequest {
        image: image.to_owned(),
        digest: Some(digest()),
        namespace: Some(namespace.to_owned()),
        admission: true,
        ..Default::default()
    };
    let now = "2026-11-23T15:00:00Z".parse().unwrap();
    let engine = Engine::new(policies).unwrap();
    let decision = engine.check(&request, &evidence, &History::default(), now);
    (decision.verdict, decision.results.iter().map(|result| result.outcome).collect())
}

fn verdict(entry: &Value, attached: &[Signature]) -> Verdict {
    decide(&taken(entry), &format!("{REPOSITORY}:1"), "production-a", attached).0
}

fn signed(by: &str) -> Signature {
    Signer::named(by).simple_signing(REPOSITORY, &digest().to_string(), &json!(null))
}

fn sets(entries: Value) -> Value {
    json!({"attestors": [{"entries": entries}]})
}

#[test]
fn a_set_without_a_count_wants_all_of_its_entries() {
    let both = sets(json!([key("a"), key("b")]));
    assert_eq!(verdict(&both, &[signed("a"), signed("b")]), Verdict::Allow);
    assert_eq!(verdict(&both, &[signed("a")]), Verdict::Deny);
    let one = json!({"attestors": [{"count": 1, "entries": [key("a"), key("b")]}]});
    assert_eq!(verdict(&one, &[signed("b")]), Verdict::Allow);
    assert_eq!(verdict(&one, &[signed("c")]), Verdict::Deny);
}

#[test]
fn several_keys_in_one_entry_are_an_entry_each() {
    let mut keys = key("a");
    let text = format!("{}{}", Signer::named("a").pem(), Signer::named("b").pem());
    keys["keys"]["publicKeys"] = json!(text);
    let one = json!({"attestors": [{"count": 1, "entries": [keys]}]});
    assert_eq!(verdict(&one, &[signed("b")]), Verdict::Allow);
    assert_eq!(verdict(&sets(json!([keys])), &[signed("b")]), Verdict::Deny);
}

#[test]
fn sets_nest_and_each_of_the_outer_ones_must_hold() {
    let nested = json!({"attestor": {"count": 1, "entries": [key("b"), key("c")]}});
    let entry = json!({"attestors": [{"entries": [key("a")]}, {"entries": [nested]}]});
    assert_eq!(verdict(&entry, &[signed("a"), signed("c")]), Verdict::Allow);
    assert_eq!(verdict(&entry, &[signed("a")]), Verdict::Deny);
    assert_eq!(verdict(&entry, &[signed("c")]), Verdict::Deny);
}

#[test]
fn a_key_without_a_word_about_the_log_wants_an_entry() {
    let mut logged = key("a");
    logged["keys"].as_object_mut().unwrap().remove("rekor");
    assert_eq!(verdict(&sets(json!([logged])), &[signed("a")]), Verdict::Deny);
}

#[test]
fn images_and_namespaces_are_those_of_the_entry_and_the_rule() {
    let policies = taken(&json!({
        "attestors": [{"entries": [key("a")]}],
        "skipImageReferences": ["registry.example.com/open/*"],
    }));
    let outcome = |image: &str, namespace: &str| {
        let (_, outcomes) = decide(&policies, image, namespace, &[]);
        outcomes[0]
    };
    assert_eq!(outcome("registry.example.com/team/app:1", "production-a"), Outcome::Fail);
    assert_eq!(outcome("registry.example.com/open/app:1", "production-a"), Outcome::Skipped);
    assert_eq!(outcome("other.example.com/app:1", "production-a"), Outcome::Skipped);
    assert_eq!(outcome("registry.example.com/team/app:1", "staging"), Outcome::Skipped);
}

#[test]
fn a_tag_is_accepted_where_kyverno_puts_the_digest_in_its_place() {
    let entry = sets(json!([key("a")]));
    assert_eq!(verdict(&entry, &[signed("a")]), Verdict::Allow);
    let mut unpinned = entry;
    unpinned["mutateDigest"] = json!(false);
    assert_eq!(verdict(&unpinned, &[signed("a")]), Verdict::Deny);
    unpinned["verifyDigest"] = json!(false);
    assert_eq!(verdict(&unpinned, &[signed("a")]), Verdict::Allow);
}

#[test]
fn attestations_are_asked_of_their_own_attestors() {
    let entry = json!({"attestations": [{
        "type": "https://acme.example/scan/v1", "attestors": [{"entries": [key("a")]}],
    }]});
    let statement =
        |by: &str, kind: &str| Signer::named(by).statement(&digest().to_string(), kind, &json!({}));
    let good = statement("a", "https://acme.example/scan/v1");
    assert_eq!(verdict(&entry, &[good]), Verdict::Allow);
    for bad in [
        statement("b", "https://acme.example/scan/v1"),
        statement("a", "https://x.example"),
        signed("a"),
    ] {
        assert_eq!(verdict(&entry, &[bad]), Verdict::Deny);
    }
}

/// Kyverno 1.19 finds no signature in it, whichever `type` is asked for.
#[test]
fn unlike_kyverno_a_keyed_bundle_is_a_signature() {
    let bundle = Signer::named("a").bundle(&digest().to_string());
    for form in ["Cosign", "SigstoreBundle"] {
        let mut entry = sets(json!([key("a")]));
        entry["type"] = json!(form);
        assert_eq!(verdict(&entry, std::slice::from_ref(&bundle)), Verdict::Allow, "{form}");
    }
}

#[test]
fn like_kyverno_bundles_alone_count_where_they_are_asked_for() {
    let mut entry = sets(json!([key("a")]));
    entry["type"] = json!("SigstoreBundle");
    assert_eq!(verdict(&entry, &[signed("a")]), Verdict::Deny);
}

/// Kyverno takes statements that nobody signed where an attestation names no attestor.
#[test]
fn unlike_kyverno_an_attestation_without_attestors_proves_nothing() {
    let entry = json!({"attestations": [{"type": "https://acme.example/scan/v1"}]});
    let errors = load(&policy(&entry), Options::default()).unwrap_err();
    assert_eq!(errors.as_slice()[0].kind, PolicyErrorKind::NotTaken);
}

#[test]
fn what_is_not_taken_never_passes() {
    let statement = Signer::named("a").statement(
        &digest().to_string(),
        "https://acme.example/scan/v1",
        &json!({}),
    );
    for entry in [
        json!({"type": "Notary", "attestors": [{"entries": [key("a")]}]}),
        sets(json!([{"keys": {"kms": "awskms:///x"}}])),
        sets(json!([{"keys": {"publicKeys": "k8s://ns/name"}}])),
        sets(json!([{"keys": {"publicKeys": "{{ keys.data.x }}"}}])),
        sets(json!([])),
        json!({"attestors": [{"count": 2, "entries": [key("a")]}]}),
        json!({"attestations": [{
            "type": "https://acme.example/scan/v1", "attestors": [{"entries": [key("a")]}],
            "conditions": [{"all": [{"key": "{{ a[0] }}", "operator": "Equals", "value": "b"}]}],
        }]}),
        json!({}),
    ] {
        let errors = load(&policy(&entry), Options::default()).unwrap_err();
        let kinds = errors.as_slice().iter().map(|error| error.kind);
        assert!(kinds.clone().all(|kind| kind == PolicyErrorKind::NotTaken), "{entry} {errors}");
        let policies =
            load(&policy(&entry), Options { allow_partial: true, ..Options::default() }).unwrap();
        let attached = [signed("a"), statement.clone()];
        let (verdict, _) = decide(&policies, &format!("{REPOSITORY}:1"), "production-a", &attached);
        assert_eq!(verdict, Verdict::Deny, "{entry}");
    }
}

#[test]
fn plain_conditions_are_asked_of_each_statement() {
    let entry = |conditions: Value| {
        json!({"attestations": [{
            "type": "https://acme.example/scan/v1", "attestors": [{"entries": [key("a")]}],
            "conditions": conditions,
        }]})
    };
    let statement = |predicate: Value| {
        Signer::named("a").statement(
            &digest().to_string(),
            "https://acme.example/scan/v1",
            &predicate,
        )
    };
    let builder = entry(json!([{"all": [
        {"key": "{{ builder.id }}", "operator": "Equals", "value": "https://builder.example/v1"},
        {"key": "{{ critical }}", "operator": "LessThanOrEquals", "value": 2},
    ]}]));
    let good = statement(json!({"builder": {"id": "https://builder.example/v1"}, "critical": 2}));
    let worse = statement(json!({"builder": {"id": "https://builder.example/v1"}, "critical": 3}));
    let other = statement(json!({"builder": {"id": "https://other.example"}, "critical": 0}));
    assert_eq!(verdict(&builder, std::slice::from_ref(&good)), Verdict::Allow);
    assert_eq!(verdict(&builder, &[worse]), Verdict::Deny);
    assert_eq!(verdict(&builder, &[good, other]), Verdict::Deny);
    assert_eq!(verdict(&builder, &[statement(json!({}))]), Verdict::Deny);
}

#[test]
fn conditions_whose_values_could_mean_something_else_are_not_taken() {
    let condition = |key: &str, operator: &str, value: Value| {
        let attestation = json!({
            "type": "https://acme.example/scan/v1", "attestors": [{"entries": [self::key("a")]}],
            "conditions": [{"all": [{"key": key, "operator": operator, "value": value}]}],
        });
        load(&policy(&json!({"attestations": [attestation]})), Options::default())
    };
    assert!(condition("{{ a }}", "Equals", json!("passed")).is_ok());
    for (key, operator, value) in [
        ("{{ a }}", "Equals", json!("pass*")),
        ("{{ a }}", "Equals", json!("10Mi")),
        ("{{ a }}", "Equals", json!("{{ b }}")),
        ("{{ a }}", "GreaterThan", json!("1h")),
        ("{{ length(a) }}", "Equals", json!(1)),
        ("a", "Equals", json!("a")),
        ("{{ a }}", "DurationGreaterThan", json!("1h")),
    ] {
        assert!(condition(key, operator, value.clone()).is_err(), "{key} {operator} {value}");
    }
}

#[test]
fn a_text_in_the_place_of_a_list_is_read_and_said() {
    let text = policy(&sets(json!([key("a")]))).replace("[\"production-*\"]", "\"production-*\"");
    let policies = load(&text, Options::default()).unwrap();
    let notes: Vec<_> = policies.notes().iter().map(|note| note.path.as_str()).collect();
    assert_eq!(notes, ["spec.rules[0].match"]);
    let image = format!("{REPOSITORY}:1");
    assert_eq!(decide(&policies, &image, "production-a", &[]).0, Verdict::Deny);
    let (_, outcomes) = decide(&policies, &image, "staging", &[]);
    assert_eq!(outcomes, [Outcome::Skipped]);
}

#[test]
fn overrides_of_the_action_never_loosen() {
    let overrides = "\"validationFailureAction\":\"Audit\",\"validationFailureActionOverrides\":\
                     [{\"action\":\"Enforce\",\"namespaces\":[\"production-a\"]}]";
    let text = policy(&sets(json!([key("a")])))
        .replace("\"validationFailureAction\":\"Enforce\"", overrides);
    let policies = load(&text, Options::default()).unwrap();
    let notes: Vec<_> = policies.notes().iter().map(|note| note.path.as_str()).collect();
    assert_eq!(notes, ["spec.validationFailureActionOverrides"]);
    let image = format!("{REPOSITORY}:1");
    assert_eq!(decide(&policies, &image, "production-a", &[]).0, Verdict::Deny);
}

#[test]
fn a_namespace_that_cannot_be_one_is_an_error() {
    let text = policy(&sets(json!([key("a")])))
        .replace("[\"production-*\"]", "[\"production-*\", \"pro duction\"]");
    let errors = load(&text, Options { allow_partial: true, ..Options::default() }).unwrap_err();
    assert_eq!(errors.as_slice()[0].path, "spec.rules[0].match");
}

/// A rule about an object that carries no pods, with these extractors.
fn extracting(kinds: &Value, extractors: &Value) -> String {
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "signed"},
        "spec": {"validationFailureAction": "Enforce", "rules": [{
            "name": "tasks",
            "match": {"any": [{"resources": {"kinds": kinds}}]},
            "imageExtractors": extractors,
            "verifyImages": [{"imageReferences": ["*"], "attestors": [{"entries": [key("a")]}]}],
        }]},
    })
    .to_string()
}

/// What is decided on the images that an object of `policy`'s kinds names.
fn decided(policy: &str, object: &Value, attached: &[Signature]) -> Vec<(String, Verdict)> {
    decided_by(&load(policy, Options::default()).unwrap(), object, attached)
}

fn decided_by(
    policies: &Policies,
    object: &Value,
    attached: &[Signature],
) -> Vec<(String, Verdict)> {
    let engine = Engine::new(policies).unwrap();
    let objects = engine.objects("object.json", object.to_string().as_bytes()).unwrap();
    let mut evidence = Evidence::new();
    for one in attached {
        let kind = AttachedKind::from_media_type(one.media_type);
        evidence.attach(Some(digest()), kind, one.bytes.clone(), one.annotations.clone());
    }
    let now = "2026-11-23T15:00:00Z".parse().unwrap();
    let mut found = Vec::new();
    for workload in &objects.workloads {
        for image in &workload.images {
            let request = ImageRequest {
                image: image.image.clone(),
                digest: Some(digest()),
                kind: Some(workload.kind.clone()),
                ..Default::default()
            };
            let decision = engine.check(&request, &evidence, &History::default(), now);
            found.push((image.image.clone(), decision.verdict));
        }
    }
    found
}

fn task(image: &str) -> Value {
    json!({"apiVersion": "tekton.dev/v1beta1", "kind": "Task", "metadata": {"name": "build"},
        "spec": {"steps": [{"name": "a", "image": image}, {"name": "b"}]}})
}

#[test]
fn images_of_other_kinds_are_judged_where_a_rule_says_where_they_stand() {
    let steps = json!({"Task": [{"path": "/spec/steps/*/image"}]});
    let image = format!("{REPOSITORY}:1");
    for kind in ["Task", "tekton.dev/v1beta1/Task", "tekton.dev/*/Task", "*/Task"] {
        let policy = extracting(&json!([kind]), &steps);
        let signed = decided(&policy, &task(&image), &[signed("a")]);
        assert_eq!(signed, [(image.clone(), Verdict::Allow)], "{kind}");
        let unsigned = decided(&policy, &task(&image), &[]);
        assert_eq!(unsigned, [(image.clone(), Verdict::Deny)], "{kind}");
    }
    let keyed = json!({"Task": [{"path": "/spec/steps/*", "value": "image", "key": "name"}]});
    let policy = extracting(&json!(["tekton.dev/v1beta1/Task.status"]), &keyed);
    assert_eq!(decided(&policy, &task(&image), &[])[0].1, Verdict::Deny);
    // Of another version nothing is said.
    let policy = extracting(&json!(["tekton.dev/v1/Task"]), &steps);
    assert_eq!(decided(&policy, &task(&image), &[]), []);
    // A filter beside it that names no kind is about everything.
    let mut wider: Value = serde_json::from_str(&extracting(&json!(["Task"]), &steps)).unwrap();
    wider["spec"]["rules"][0]["match"]["any"]
        .as_array_mut()
        .unwrap()
        .push(json!({"resources": {"namespaces": ["production"]}}));
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
        "spec": {"containers": [{"name": "a", "image": image}]}});
    let found = decided(&wider.to_string(), &pod, &[]);
    assert_eq!(found, [(image.clone(), Verdict::Deny)]);
    let policies = load(&wider.to_string(), Options::default()).unwrap();
    assert!(policies.image_policies()[0].spec.rules[0].matches.as_ref().unwrap().kinds.is_empty());
    // Nor of a kind that the rule is not about.
    let policies = load(&extracting(&json!(["Pipeline"]), &steps), Options::default()).unwrap();
    assert!(policies.set().is_none());
    assert!(policies.notes().iter().any(|note| note.path.ends_with("imageExtractors.Task")));
    // A rule about tasks is not about pods.
    let policies = load(&extracting(&json!(["Task"]), &steps), Options::default()).unwrap();
    let engine = Engine::new(&policies).unwrap();
    let request = ImageRequest { image, kind: Some("Pod".to_owned()), ..ImageRequest::default() };
    let now = "2026-11-23T15:00:00Z".parse().unwrap();
    let decision = engine.check(&request, &Evidence::new(), &History::default(), now);
    assert!(decision.results.iter().all(|rule| rule.outcome == Outcome::Skipped));
}

#[test]
fn a_prefix_that_an_extractor_takes_off_is_no_part_of_the_image() {
    let url = json!({"DataVolume": [
        {"path": "/spec/source/registry/url", "jmesPath": "trim_prefix(@, 'docker://')"},
    ]});
    let policy = extracting(&json!(["DataVolume"]), &url);
    let volume = |source: Value| {
        json!({"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume",
            "metadata": {"name": "disk"}, "spec": {"source": source}})
    };
    let found = volume(json!({"registry": {"url": format!("docker://{REPOSITORY}:1")}}));
    let image = format!("{REPOSITORY}:1");
    assert_eq!(decided(&policy, &found, &[signed("a")]), [(image, Verdict::Allow)]);
    assert_eq!(decided(&policy, &volume(json!({"blank": {}})), &[]), []);
}

#[test]
fn an_extractor_that_is_not_taken_lets_nothing_pass() {
    let read = |jmes_path| json!({"path": "/spec/steps/*/image", "jmesPath": jmes_path});
    let both = json!({"Task": [read("trim_prefix(@, 'docker://')"), {"path": "/spec/tool"}]});
    let of_pods = json!({"Pod": [{"path": "/metadata/annotations/image"}]});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
        "spec": {"containers": [{"name": "a", "image": format!("{REPOSITORY}:1")}]}});
    let task = task(&format!("{REPOSITORY}:1"));
    for (kind, extractors, object) in [
        ("Task", json!({"Task": [read("split(@, '@')[0]")]}), &task),
        ("Task", both, &task),
        ("Pod", of_pods, &pod),
    ] {
        let text = extracting(&json!([kind]), &extractors);
        let errors = load(&text, Options::default()).unwrap_err();
        assert!(errors.as_slice().iter().all(|one| one.kind == PolicyErrorKind::NotTaken));
        let partly = Options { allow_partial: true, ..Options::default() };
        let found = decided_by(&load(&text, partly).unwrap(), object, &[signed("a")]);
        assert_eq!(found.len(), 1, "{extractors}");
        assert_eq!(found[0].1, Verdict::Deny, "{extractors}");
    }
    let mut with_context: Value =
        serde_json::from_str(&extracting(&json!(["Pod"]), &json!({}))).unwrap();
    with_context["spec"]["rules"][0]["context"] = json!([{"name": "a", "variable": {"value": 1}}]);
    with_context["spec"]["rules"][0]["verifyImages"][0]["imageReferences"] = json!(["{{ a }}"]);
    let partly = Options { allow_partial: true, ..Options::default() };
    let policies = load(&with_context.to_string(), partly).unwrap();
    assert_eq!(decided_by(&policies, &pod, &[signed("a")])[0].1, Verdict::Deny);
    let other = json!({"Task": [read("split(@, '@')[0]")]});
    let errors = load(&extracting(&json!(["Task"]), &other), Options::default()).unwrap_err();
    assert_eq!(errors.as_slice()[0].kind, PolicyErrorKind::NotTaken);
    assert!(errors.as_slice()[0].path.ends_with("imageExtractors.Task[0].jmesPath"), "{errors}");
}

#[test]
fn extracted_kinds_stand_beside_those_of_the_set_whatever_the_order() {
    let own = "{\"apiVersion\": \"cocket.dev/v1alpha1\", \"kind\": \"PolicySet\", \"metadata\": \
               {\"name\": \"set\"}, \"spec\": {\"workloads\": [{\"apiVersion\": \"*\", \"kind\": \
               \"Task\", \"images\": [\"/spec/tool\"]}]}}";
    let steps = json!({"Task": [{"path": "/spec/steps/*/image"}]});
    let source = |name: &str, text: &str| PolicySource {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let policy = extracting(&json!(["Task"]), &steps);
    let sources = [source("set.json", own), source("policy.json", &policy)];
    let policies = import::load(&sources, Options::default()).unwrap();
    let kinds = &policies.set().unwrap().spec.workloads;
    assert_eq!(kinds.len(), 1);
    assert_eq!(kinds[0].images.len(), 2);
    assert!(!kinds[0].optional, "the set's own word stands");
    let again = Policies::from_text("again.yaml", &policies.to_yaml()).unwrap();
    assert_eq!(again.digest(), policies.digest());
    let turned = [source("policy.json", &policy), source("set.json", own)];
    let turned = import::load(&turned, Options::default()).unwrap();
    assert_eq!(turned.digest(), policies.digest());
}
