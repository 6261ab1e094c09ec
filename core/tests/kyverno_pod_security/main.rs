//! `validate.podSecurity` of Kyverno. Expected outcomes and messages are those of Kyverno's own
//! tests (`pkg/pss`, `pkg/event`, and the library's `pod-security/subrule`) where they have one.
#![cfg(test)]

mod native;

use std::collections::BTreeMap;

use cocket::Timestamp;
use cocket::decision::{Decision, Outcome, Verdict};
use cocket::evaluate::{Engine, ObjectRequest};
use cocket::evidence::Evidence;
use cocket::import::{self, Dialect, Options};
use cocket::kubernetes::{Objects, Operation};
use cocket::policy::{Policies, PolicySource};
use serde_json::{Value, json};

fn policy(standards: &Value) -> Value {
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "psa"},
        "spec": {"validationFailureAction": "Enforce", "rules": [{
            "name": "standards",
            "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "validate": {"podSecurity": standards},
        }]},
    })
}

fn load(documents: &[Value], dialect: Dialect) -> Result<Engine, Vec<(String, String)>> {
    policies(documents, dialect).map(|policies| Engine::new(&policies).unwrap())
}

fn policies(documents: &[Value], dialect: Dialect) -> Result<Policies, Vec<(String, String)>> {
    let source = |(position, one): (usize, &Value)| PolicySource {
        name: format!("{position}.json"),
        bytes: one.to_string().into_bytes(),
    };
    let sources: Vec<PolicySource> = documents.iter().enumerate().map(source).collect();
    let options = Options { allow_partial: false, dialect };
    match import::load(&sources, options) {
        Ok(policies) => Ok(policies),
        Err(errors) => {
            let errors = errors.as_slice().iter();
            Err(errors.map(|one| (one.kind.name().to_owned(), one.path.clone())).collect())
        }
    }
}

fn judged(engine: &Engine, object: &Value) -> Decision {
    let objects = Objects::parse("o.json", object.to_string().as_bytes()).unwrap();
    let request = ObjectRequest {
        object: &objects.all[0],
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: None,
        namespace: Some("shop"),
        namespace_labels: None,
        owner_labels: None,
        digests: &BTreeMap::new(),
    };
    let now: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
    engine.check_object(&request, &Evidence::new(), now).unwrap()
}

fn message(decision: &Decision) -> String {
    decision.results[0].reasons[0].found.as_ref().unwrap().to_string()
}

fn passes(standards: &Value, pod: &Value) -> bool {
    let policies = policies(&[policy(standards)], Dialect::Strict).unwrap();
    let verdict = judged(&Engine::new(&policies).unwrap(), pod).verdict;
    if let Some(native) = native(&policies) {
        assert_eq!(judged(&native, pod).verdict, verdict, "{}", policies.to_yaml());
    }
    verdict == Verdict::Allow
}

/// The policies of our own that are written for them, where those are all.
fn native(policies: &Policies) -> Option<Engine> {
    let written = policies.to_yaml();
    let is_whole = policies.object_judges().iter().all(|judge| judge.equivalent().is_some());
    assert_eq!(is_whole, !written.contains("has no equivalent"), "{written}");
    is_whole.then(|| Engine::new(&Policies::from_text("native.yaml", &written).unwrap()).unwrap())
}

fn pod(spec: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec})
}

/// A container that meets `restricted` but for its seccomp profile, with more in its context.
fn container(image: &str, more: Value) -> Value {
    let mut context = json!({
        "allowPrivilegeEscalation": false,
        "runAsNonRoot": true,
        "capabilities": {"drop": ["ALL"]},
    });
    if let (Value::Object(context), Value::Object(more)) = (&mut context, more) {
        context.extend(more);
    }
    json!({"name": "container01", "image": image, "securityContext": context})
}

#[test]
fn excluded_controls_of_the_library() {
    let seccomp = json!({"level": "restricted", "version": "latest", "exclude": [
        {"controlName": "Seccomp"}, {"controlName": "Seccomp", "images": ["*"]},
    ]});
    let unconfined = |container: Value| {
        pod(json!({
            "securityContext": {"seccompProfile": {"type": "Unconfined"}},
            "containers": [container],
        }))
    };
    assert!(passes(&seccomp, &unconfined(container("busybox:1.28", json!({})))));
    let unsaid = container("busybox:1.28", json!({"runAsNonRoot": null}));
    assert!(!passes(&seccomp, &unconfined(unsaid)));
    let escalating = container("busybox:1.28", json!({"allowPrivilegeEscalation": true}));
    assert!(!passes(&seccomp, &unconfined(escalating)));

    let capabilities = json!({"level": "restricted", "version": "latest", "exclude": [
        {"controlName": "Capabilities", "images": ["ghcr.io/kyverno/test-nginx*", "redis*"]},
    ]});
    let adding = |image| {
        let more = json!({
            "capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        });
        pod(json!({"containers": [container(image, more)]}))
    };
    assert!(passes(&capabilities, &adding("ghcr.io/kyverno/test-nginx:latest")));
    assert!(!passes(&capabilities, &adding("busybox:1.28")));
    let mut both = adding("redis:7");
    let other = adding("busybox:1.28")["spec"]["containers"][0].clone();
    both["spec"]["containers"].as_array_mut().unwrap().push(other);
    assert!(!passes(&capabilities, &both), "each container by its own image");
}

#[test]
fn pods_with_users_of_their_own() {
    let with = |host_users: Option<bool>, more: Value| {
        pod(json!({
            "hostUsers": host_users,
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container("nginx", more)],
        }))
    };
    let unmasked = json!({"procMount": "Unmasked"});
    let root = json!({"runAsNonRoot": null, "runAsUser": 0});
    let not_non_root = json!({"runAsNonRoot": false});
    let privileged = json!({"privileged": true});
    let control = json!([{"controlName": "/proc Mount Type", "images": ["nginx"]}]);
    let value = json!([{
        "controlName": "/proc Mount Type", "images": ["nginx"],
        "restrictedField": "spec.containers[*].securityContext.procMount", "values": ["Unmasked"],
    }]);
    let none = Value::Null;
    for (level, version, users, more, exclude, allowed) in [
        ("baseline", "latest", Some(false), &unmasked, &none, true),
        ("baseline", "latest", Some(true), &unmasked, &none, false),
        ("baseline", "latest", None, &unmasked, &none, false),
        ("baseline", "v1.32", Some(false), &unmasked, &none, false),
        ("restricted", "latest", Some(false), &unmasked, &none, false),
        ("restricted", "latest", Some(true), &unmasked, &none, false),
        ("restricted", "v1.32", Some(false), &unmasked, &none, false),
        ("restricted", "latest", Some(false), &root, &none, true),
        ("restricted", "latest", Some(true), &root, &none, false),
        ("restricted", "latest", None, &root, &none, false),
        ("restricted", "v1.32", Some(false), &root, &none, false),
        ("restricted", "latest", Some(false), &not_non_root, &none, true),
        ("restricted", "v1.32", Some(false), &not_non_root, &none, false),
        ("restricted", "latest", Some(false), &privileged, &none, false),
        ("restricted", "latest", Some(false), &unmasked, &control, true),
        ("restricted", "v1.32", Some(true), &unmasked, &control, true),
        ("restricted", "latest", Some(false), &unmasked, &value, true),
    ] {
        let standards = json!({"level": level, "version": version, "exclude": exclude});
        let pod = with(users, more.clone());
        assert_eq!(passes(&standards, &pod), allowed, "{standards} {users:?} {more}");
    }
}

#[test]
fn a_control_holds_from_its_version_on() {
    let probed = pod(json!({"containers": [{
        "name": "eks-pod-identity-agent",
        "image": "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/eks-pod-identity-agent:0.1.0",
        "livenessProbe": {"httpGet": {"host": "localhost", "path": "/healthz", "port": 2703}},
    }]}));
    for (version, allowed) in [
        ("", false),
        ("latest", false),
        ("v1.35", false),
        ("v1.34", false),
        ("v1.33", true),
        ("v1.29", true),
    ] {
        let standards = json!({"level": "baseline", "version": version});
        assert_eq!(passes(&standards, &probed), allowed, "{version}");
    }
    let excluded = json!({"level": "baseline", "exclude": [{
        "controlName": "Host Probes / Lifecycle Hooks",
        "images": ["602401143452.dkr.ecr.*.amazonaws.com/eks/eks-pod-identity-agent:*"],
    }]});
    assert!(passes(&excluded, &probed));
}

#[test]
fn the_message_is_the_one_of_kyverno() {
    let proxy = pod(json!({
        "hostNetwork": true,
        "containers": [{
            "name": "kube-proxy", "image": "registry.k8s.io/kube-proxy:v1.29.2",
            "securityContext": {"privileged": true},
        }],
        "volumes": [
            {"name": "kube-proxy", "configMap": {"name": "kube-proxy"}},
            {"name": "lock", "hostPath": {"path": "/run/xtables.lock"}},
            {"name": "modules", "hostPath": {"path": "/lib/modules"}},
        ],
    }));
    let standards = json!({"level": "restricted", "version": "latest"});
    let engine = load(&[policy(&standards)], Dialect::Kyverno).unwrap();
    assert_eq!(
        message(&judged(&engine, &proxy)),
        "Validation rule 'standards' failed. It violates PodSecurity \"restricted:latest\": \
         (Forbidden reason: allowPrivilegeEscalation != false, field error list: \
         [spec.containers[0].securityContext.allowPrivilegeEscalation is forbidden, forbidden \
         values found: nil])(Forbidden reason: unrestricted capabilities, field error list: \
         [spec.containers[0].securityContext.capabilities.drop: Required value])(Forbidden \
         reason: host namespaces, field error list: [spec.hostNetwork is forbidden, forbidden \
         values found: true])(Forbidden reason: hostPath volumes, field error list: \
         [spec.volumes[1].hostPath is forbidden, forbidden values found: /run/xtables.lock, \
         spec.volumes[2].hostPath is forbidden, forbidden values found: /lib/modules])(Forbidden \
         reason: privileged, field error list: [spec.containers[0].securityContext.privileged is \
         forbidden, forbidden values found: true])(Forbidden reason: restricted volume types, \
         field error list: [spec.volumes[1].hostPath: Forbidden, spec.volumes[2].hostPath: \
         Forbidden])(Forbidden reason: runAsNonRoot != true, field error list: \
         [spec.containers[0].securityContext.runAsNonRoot: Required value])(Forbidden reason: \
         seccompProfile, field error list: [spec.containers[0].securityContext.seccompProfile.type: \
         Required value])"
    );
}

#[test]
fn one_exclusion_covers_all_values_of_a_field_or_none() {
    let adding = |names: &[&str]| {
        let more = json!({"capabilities": {"add": names, "drop": ["ALL"]}});
        pod(json!({"containers": [container("nginx:1", more)]}))
    };
    let exclusion = |values: &[&str]| {
        json!({
            "controlName": "Capabilities", "images": ["nginx:*"], "values": values,
            "restrictedField": "spec.containers[*].securityContext.capabilities.add",
        })
    };
    let both = json!({"level": "baseline", "exclude": [exclusion(&["NET_RAW", "SYS_*"])]});
    assert!(passes(&both, &adding(&["NET_RAW", "SYS_TIME"])));
    assert!(!passes(&both, &adding(&["NET_RAW", "SYS_TIME", "BPF"])));
    let apart = [exclusion(&["NET_RAW"]), exclusion(&["SYS_TIME"])];
    let apart = json!({"level": "baseline", "exclude": apart});
    assert!(passes(&apart, &adding(&["NET_RAW"])));
    assert!(!passes(&apart, &adding(&["NET_RAW", "SYS_TIME"])));
    let mut of_another_field = exclusion(&["NET_RAW"]);
    of_another_field["restrictedField"] =
        json!("spec.initContainers[*].securityContext.capabilities.add");
    let standards = json!({"level": "baseline", "exclude": [of_another_field]});
    assert!(!passes(&standards, &adding(&["NET_RAW"])));
    let volumes = json!({"level": "baseline", "exclude": [{
        "controlName": "HostPath Volumes", "restrictedField": "spec.volumes[*].hostPath",
        "values": ["/var/log/*"],
    }]});
    let mounting = |path: &str| {
        let volume = json!({"name": "v", "hostPath": {"path": path}});
        pod(json!({"containers": [{"name": "a", "image": "nginx"}], "volumes": [volume]}))
    };
    assert!(passes(&volumes, &mounting("/var/log/pods")));
    assert!(!passes(&volumes, &mounting("/etc")));
}

#[test]
fn controllers_of_pods_are_judged_by_their_templates() {
    let engine = load(&[policy(&json!({"level": "baseline"}))], Dialect::Strict).unwrap();
    let template = |host_network| json!({"spec": {"hostNetwork": host_network, "containers": [{"name": "a", "image": "a"}]}});
    let deployment = |host_network| {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"template": template(host_network)},
        })
    };
    assert_eq!(judged(&engine, &deployment(false)).verdict, Verdict::Allow);
    let decision = judged(&engine, &deployment(true));
    assert_eq!(
        (&*decision.results[0].rule, decision.verdict),
        ("autogen-standards", Verdict::Deny)
    );
    assert!(message(&decision).contains("[spec.template.spec.hostNetwork is forbidden"));
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "web"},
        "spec": {"jobTemplate": {"spec": {"template": template(true)}}},
    });
    let decision = judged(&engine, &cron);
    assert_eq!(&*decision.results[0].rule, "autogen-cronjob-standards");
    let field = "[spec.jobTemplate.spec.template.spec.hostNetwork is forbidden";
    assert!(message(&decision).contains(field));
}

#[test]
fn what_cannot_be_read_as_a_pod_is_an_error() {
    let engine = load(&[policy(&json!({"level": "baseline"}))], Dialect::Kyverno).unwrap();
    let decision =
        judged(&engine, &pod(json!({"hostNetwork": "no", "containers": [{"name": "a"}]})));
    assert_eq!(decision.verdict, Verdict::Deny);
    assert!(message(&decision).starts_with("Error while getting new resource: spec.hostNetwork"));
}

#[test]
fn exceptions_take_out_controls_and_no_more() {
    let exception = |controls: Value| {
        json!({
            "apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "e"},
            "spec": {
                "exceptions": [{"policyName": "psa", "ruleNames": ["standards"]}],
                "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
                "podSecurity": controls,
            },
        })
    };
    let rule = policy(&json!({"level": "baseline"}));
    let namespaces = exception(json!([{"controlName": "Host Namespaces"}]));
    let engine = load(&[rule.clone(), namespaces.clone()], Dialect::Strict).unwrap();
    let sharing = json!({"hostNetwork": true, "containers": [{"name": "a", "image": "a"}]});
    let decision = judged(&engine, &pod(sharing.clone()));
    assert_eq!((decision.verdict, decision.results[0].outcome), (Verdict::Allow, Outcome::Skipped));
    assert_eq!(message(&decision), "rule is skipped due to policy exceptions e");
    let mut privileged = sharing.clone();
    privileged["containers"][0]["securityContext"] = json!({"privileged": true});
    let decision = judged(&engine, &pod(privileged.clone()));
    assert_eq!(decision.verdict, Verdict::Deny);
    assert!(!message(&decision).contains("hostNetwork"), "what is taken out is not told");
    let images = exception(json!([{"controlName": "Privileged Containers", "images": ["a"]}]));
    let mut second = images;
    second["metadata"]["name"] = json!("f");
    let engine = load(&[rule, namespaces.clone(), second], Dialect::Strict).unwrap();
    assert_eq!(judged(&engine, &pod(privileged)).verdict, Verdict::Allow, "both together");

    let mut deny = policy(&json!({}));
    deny["spec"]["rules"][0]["validate"] = json!({"message": "no", "deny": {}});
    let engine = load(&[deny, namespaces], Dialect::Strict).unwrap();
    assert_eq!(judged(&engine, &pod(sharing)).verdict, Verdict::Deny, "another kind of rule");

    for (controls, path) in [
        (json!([]), "spec.podSecurity"),
        (json!([{"controlName": "Everything"}]), "spec.podSecurity[0].controlName"),
        (json!([{"controlName": "SELinux", "control": 1}]), "spec.podSecurity[0].control"),
    ] {
        let errors = load(&[exception(controls)], Dialect::Strict).err().unwrap();
        assert_eq!(errors[0], ("value".to_owned(), path.to_owned()));
    }
}

#[test]
fn values_that_do_not_count_say_nothing_of_a_field_that_is_absent() {
    let standards = json!({"level": "restricted", "exclude": [{
        "controlName": "Seccomp", "images": ["*"],
        "restrictedField": "spec.containers[*].securityContext.seccompProfile.type",
        "values": ["Unconfined"],
    }]});
    let of = |more: Value| pod(json!({"containers": [container("nginx", more)]}));
    let (absent, named) = (of(json!({})), of(json!({"seccompProfile": {"type": "Unconfined"}})));
    assert!(passes(&standards, &named));
    assert!(!passes(&standards, &absent));
    let engine = load(&[policy(&standards)], Dialect::Kyverno).unwrap();
    let decision = judged(&engine, &absent);
    assert_eq!(decision.verdict, Verdict::Allow);
    let said = decision.results[0].reasons.iter().filter_map(|reason| reason.found.as_ref());
    assert!(said.map(ToString::to_string).any(|said| said.starts_with("podSecurityAbsentValue: ")));
}

#[test]
fn the_pods_own_exclusion_stands_in_for_one_container_in_the_dialect_kyverno() {
    let standards = json!({"level": "restricted", "exclude": [{"controlName": "Seccomp"}]});
    let one = container("nginx", json!({}));
    let single = pod(json!({"containers": [one]}));
    let two = pod(json!({"containers": [one, one]}));
    for (dialect, pod, verdict) in [
        (Dialect::Strict, &single, Verdict::Deny),
        (Dialect::Kyverno, &single, Verdict::Allow),
        (Dialect::Kyverno, &two, Verdict::Deny),
    ] {
        let engine = load(&[policy(&standards)], dialect).unwrap();
        let decision = judged(&engine, pod);
        assert_eq!(decision.verdict, verdict, "{dialect:?} {pod}");
        let quirk = decision.results[0].reasons.iter().any(|reason| {
            reason
                .found
                .as_ref()
                .is_some_and(|found| found.to_string().starts_with("podSecurityStandIn: "))
        });
        assert_eq!(quirk, dialect == Dialect::Kyverno);
    }
}

#[test]
fn what_kyverno_would_refuse_is_a_fault_with_its_place() {
    let at = "spec.rules[0].validate.podSecurity";
    let excluding = |entry: Value| json!({"level": "restricted", "exclude": [entry]});
    for (standards, path) in [
        (json!({}), ".level"),
        (json!({"level": "Baseline"}), ".level"),
        (json!({"level": "baseline", "version": "1.25"}), ".version"),
        (json!({"level": "baseline", "version": "v1.99"}), ".version"),
        (json!({"level": "baseline", "versions": "v1.25"}), ".versions"),
        (json!({"level": "baseline", "exclude": []}), ".exclude"),
        (excluding(json!({"controlName": "seccomp"})), ".exclude[0].controlName"),
        (excluding(json!({"images": ["*"]})), ".exclude[0].controlName"),
        (excluding(json!({"controlName": "Capabilities"})), ".exclude[0].controlName"),
        (excluding(json!({"controlName": "Sysctls", "images": ["*"]})), ".exclude[0].controlName"),
        (
            excluding(json!({"controlName": "Sysctls", "restrictedField": "a"})),
            ".exclude[0].values",
        ),
        (
            excluding(json!({"controlName": "Sysctls", "values": ["a"]})),
            ".exclude[0].restrictedField",
        ),
        (excluding(json!({"controlName": "SELinux", "images": "*"})), ".exclude[0].images"),
        (
            json!({"level": "baseline", "exclude": [{"controlName": "Volume Types"}]}),
            ".exclude[0].controlName",
        ),
    ] {
        let errors = load(&[policy(&standards)], Dialect::Strict).err().unwrap();
        assert_eq!(errors, [("value".to_owned(), format!("{at}{path}"))], "{standards}");
    }
    let privileged = load(&[policy(&json!({"level": "privileged"}))], Dialect::Strict);
    assert_eq!(privileged.err().unwrap(), [("notTaken".to_owned(), format!("{at}.level"))]);
}
