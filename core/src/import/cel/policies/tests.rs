use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Action, CelPolicy, CelRequest, CelRule, Exception, NoVerifier};
use crate::import::cluster_data::{ClusterData, UserInfo};
use crate::import::outcome::{Dialect, RuleOutcome};
use crate::import::text;

struct Asked {
    object: Value,
    data: ClusterData,
    images: BTreeMap<String, Value>,
    namespace: Option<Value>,
    user: UserInfo,
    operation: &'static str,
    dialect: Dialect,
}

impl Asked {
    fn of(object: Value) -> Self {
        Self {
            object,
            data: ClusterData::default(),
            images: BTreeMap::new(),
            namespace: None,
            user: UserInfo::default(),
            operation: "CREATE",
            dialect: Dialect::Strict,
        }
    }

    fn request(&self) -> CelRequest<'_> {
        CelRequest {
            object: &self.object,
            old_object: None,
            operation: self.operation,
            subresource: "",
            namespace: None,
            namespace_object: self.namespace.as_ref(),
            user: &self.user,
            data: &self.data,
            images: &self.images,
            now: "2026-11-25T00:00:00Z".parse().unwrap(),
            dialect: self.dialect,
        }
    }
}

fn pod(image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"},
        "spec": {"containers": [{"name": "c", "image": image}]},
    })
}

fn policy(kind: &str, spec: &str) -> Result<CelPolicy, Vec<super::CelFault>> {
    let group = match kind {
        "ValidatingAdmissionPolicy" => "admissionregistration.k8s.io/v1",
        _ => "policies.kyverno.io/v1",
    };
    let text = format!("apiVersion: {group}\nkind: {kind}\nmetadata: {{name: p1}}\nspec:\n{spec}");
    CelPolicy::read(&text::documents(&text).unwrap()[0])
}

const PODS: &str = "
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
";

fn told(policy: &CelPolicy, asked: &Asked) -> (RuleOutcome, String) {
    let result = policy.judge(&asked.request(), &[], &NoVerifier).unwrap();
    (result.outcome, result.message)
}

#[test]
fn a_policy_answers_with_the_message_that_it_makes() {
    let spec = "
  variables:
    - {name: images, expression: 'object.spec.containers.map(c, c.image)'}
  validations:
    - {expression: \"variables.images.all(i, i.contains(':'))\", message: tagged}
    - expression: \"!variables.images.exists(i, i.endsWith(':latest'))\"
      messageExpression: \"'mutable: ' + variables.images.join(', ')\"
    - {expression: \"!variables.images.exists(i, i.startsWith('evil'))\"}
";
    let policy = policy("ValidatingPolicy", &format!("{PODS}{spec}")).unwrap();
    let say = |image: &str| told(&policy, &Asked::of(pod(image)));
    assert_eq!(say("a:1"), (RuleOutcome::Pass, "success".to_owned()));
    assert_eq!(say("a"), (RuleOutcome::Fail, "tagged".to_owned()));
    assert_eq!(say("a:latest"), (RuleOutcome::Fail, "mutable: a:latest".to_owned()));
    let third = "CEL expression validation failed at index 2".to_owned();
    assert_eq!(say("evil:1"), (RuleOutcome::Fail, third));
    assert_eq!(policy.actions(), [Action::Deny]);
}

#[test]
fn a_policy_for_pods_judges_the_templates_of_controllers() {
    let spec = "  validations: [{expression: \"object.spec.containers.all(c, c.image != 'bad')\"}]";
    let policy = policy("ValidatingPolicy", &format!("{PODS}{spec}")).unwrap();
    let template = json!({"spec": {"containers": [{"name": "c", "image": "bad"}]}});
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
        "spec": {"template": template},
    });
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "d"},
        "spec": {"jobTemplate": {"spec": {"template": template}}},
    });
    for object in [deployment, cron] {
        assert_eq!(told(&policy, &Asked::of(object)).0, RuleOutcome::Fail);
    }
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}});
    assert!(policy.judge(&Asked::of(service).request(), &[], &NoVerifier).is_none());
    let mut deleted = Asked::of(pod("bad"));
    deleted.operation = "DELETE";
    assert!(policy.judge(&deleted.request(), &[], &NoVerifier).is_none());
}

#[test]
fn what_cannot_be_evaluated_is_an_error_and_no_pass() {
    let spec = "  validations: [{expression: 'object.spec.none == 1'}]\n  failurePolicy: Ignore";
    let policy = policy("ValidatingPolicy", &format!("{PODS}{spec}")).unwrap();
    let error = (RuleOutcome::Error, "error: no such key: none".to_owned());
    assert_eq!(told(&policy, &Asked::of(pod("a"))), error);
    assert!(policy.fails_open());
}

#[test]
fn what_cannot_be_read_or_is_not_taken_has_a_place() {
    for (spec, path) in [
        ("  validations: [{expression: 'objekt.x'}]", "spec.validations[0].expression"),
        (
            "  validations: [{expression: 'true'}, {expression: '('}]",
            "spec.validations[1].expression",
        ),
        ("  validations: []", "spec.validations"),
        (
            "  variables: [{name: a, expression: variables.b}]\n  validations: [{expression: 'true'}]",
            "spec.variables[0].expression",
        ),
        ("  validations: [{expression: 'true'}]\n  paramKind: {kind: X}", "spec.paramKind"),
    ] {
        let faults = policy("ValidatingPolicy", &format!("{PODS}{spec}")).unwrap_err();
        assert_eq!(faults[0].path, path, "{spec}");
    }
}

#[test]
fn data_of_the_cluster_is_what_was_handed_in() {
    let spec = "
  variables:
    - {name: cm, expression: \"resource.Get('v1', 'configmaps', 'default', 'registries')\"}
  validations:
    - expression: \"object.spec.containers.all(c, c.image.startsWith(variables.cm.data.prefix)\
      && image.GetMetadata(c.image).config.?User.orValue('') == '1000')\"
";
    let policy = policy("ValidatingPolicy", &format!("{PODS}{spec}")).unwrap();
    let mut asked = Asked::of(pod("ghcr.io/a:1"));
    let (outcome, message) = told(&policy, &asked);
    assert_eq!(outcome, RuleOutcome::Error);
    assert!(message.contains("not found"), "{message}");
    asked.data.resources.push(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"prefix": "ghcr.io/"},
        "metadata": {"name": "registries", "namespace": "default"},
    }));
    assert_eq!(told(&policy, &asked).0, RuleOutcome::Error);
    asked.images.insert("ghcr.io/a:1".to_owned(), json!({"config": {"User": "1000"}}));
    assert_eq!(told(&policy, &asked).0, RuleOutcome::Pass);
}

#[test]
fn an_exception_of_the_new_group_leaves_the_object_alone() {
    let spec = "  validations: [{expression: 'false'}]";
    let policy = policy("ValidatingPolicy", &format!("{PODS}{spec}")).unwrap();
    let exception = |name: &str| {
        Exception::read(&json!({
            "metadata": {"name": "e"},
            "spec": {
                "policyRefs": [{"kind": "ValidatingPolicy", "name": "p1"}],
                "matchConditions": [{"name": "n", "expression": format!("object.metadata.name == '{name}'")}],
            },
        }))
        .unwrap()
    };
    let asked = Asked::of(pod("a"));
    let judge = |name| policy.judge(&asked.request(), &[exception(name)], &NoVerifier).unwrap();
    assert_eq!(judge("other").outcome, RuleOutcome::Fail);
    let skipped = judge("p");
    assert_eq!((skipped.rule.as_str(), skipped.outcome), ("exception", RuleOutcome::Excepted));
    assert_eq!(skipped.message, "rule is skipped due to policy exception: e");
}

#[test]
fn an_image_policy_about_no_image_says_so() {
    let spec = "
  matchImageReferences: [{glob: 'ghcr.io/*'}]
  attestors: [{name: a, cosign: {}}]
  validations:
    - {expression: 'images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(e, e > 0)'}
";
    let policy = policy("ImageValidatingPolicy", &format!("{PODS}{spec}")).unwrap();
    let mut asked = Asked::of(pod("docker.io/a:1"));
    assert_eq!(told(&policy, &asked).0, RuleOutcome::Skip);
    asked.dialect = Dialect::Kyverno;
    let result = policy.judge(&asked.request(), &[], &NoVerifier).unwrap();
    assert_eq!((result.outcome, &*result.notes[0].quirk), (RuleOutcome::Pass, "nothingApplied"));
    assert_eq!(told(&policy, &Asked::of(pod("ghcr.io/a:1"))).0, RuleOutcome::Error);
}

#[test]
fn an_admission_policy_of_kubernetes_answers() {
    let spec = "  validations: [{expression: \"object.metadata.name != 'p'\", message: refused}]";
    let policy = policy("ValidatingAdmissionPolicy", &format!("{PODS}{spec}")).unwrap();
    assert_eq!(told(&policy, &Asked::of(pod("a"))), (RuleOutcome::Fail, "refused".to_owned()));
}

#[test]
fn a_rule_with_parameters_is_judged_with_each() {
    let rule = json!({"name": "limit", "validate": {"message": "too many", "cel": {
        "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
        "paramRef": {"name": "limits", "namespace": "shop"},
        "expressions": [{"expression": "size(object.spec.containers) < int(params.data.max)"}],
    }}});
    let rule = CelRule::read(&rule, None).unwrap();
    let mut asked = Asked::of(pod("a"));
    assert_eq!(rule.judge(&asked.request()).0, RuleOutcome::Error);
    for (max, outcome, message) in [
        ("2", RuleOutcome::Pass, "Validation rule 'limit' passed."),
        ("1", RuleOutcome::Fail, "too many"),
    ] {
        asked.data.resources = vec![json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": {"max": max},
            "metadata": {"name": "limits", "namespace": "shop"},
        })];
        assert_eq!(rule.judge(&asked.request()), (outcome, message.to_owned()));
    }
}

#[test]
fn what_would_change_an_answer_and_is_not_taken_is_no_policy() {
    let spec = |more: &str| {
        let asked = "  matchImageReferences: [{glob: '*'}]\n  validations: [{expression: 'true'}]";
        format!("{PODS}{asked}\n  {more}")
    };
    let paths = |more: &str| -> Vec<String> {
        let read = policy("ImageValidatingPolicy", &spec(more));
        read.err().unwrap_or_default().into_iter().map(|fault| fault.path).collect()
    };
    assert_eq!(paths(""), [""; 0]);
    assert_eq!(paths("validationConfigurations: {verifyDigest: false}"), [""; 0]);
    assert_eq!(
        paths("validationConfigurations: {verifyDigest: true, required: x}"),
        ["spec.validationConfigurations.required"]
    );
    assert_eq!(paths("validation: []"), ["spec.validation"]);
    assert_eq!(paths("credentials: {allowInsecureRegistry: true}"), ["spec.credentials"]);
}

#[test]
fn an_exception_that_is_not_as_it_should_be_is_none() {
    let paths = |spec: Value| -> Vec<String> {
        let document = json!({"metadata": {"name": "e"}, "spec": spec});
        Exception::read(&document)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|one| one.path)
            .collect()
    };
    let refs = json!([{"kind": "ValidatingPolicy", "name": "p1"}]);
    assert_eq!(paths(json!({"policyRefs": refs})), [""; 0]);
    assert_eq!(
        paths(json!({
            "policyRefs": refs, "images": "ghcr.io/ok/*",
            "matchConditions": {"expression": "false"}, "matchCondition": [],
        })),
        ["spec.images", "spec.matchCondition", "spec.matchConditions"]
    );
}

#[test]
fn a_second_pod_beside_a_pods_own_is_not_looked_at() {
    let spec = json!({"matchImageReferences": [{"glob": "*"}]});
    let mut object = pod("bad.io/a");
    object["spec"]["template"] = json!({"spec": {"containers": [{"image": "good.io/a"}]}});
    let (images, count) = super::images::images(&object, &spec);
    assert_eq!((images["containers"].clone(), count), (json!(["bad.io/a"]), 1));
}

#[test]
fn a_rule_without_expressions_is_none() {
    let read = |cel: Value| CelRule::read(&json!({"name": "r", "validate": {"cel": cel}}), None);
    for cel in
        [json!({}), json!({"expresions": [{"expression": "false"}]}), json!({"expressions": []})]
    {
        assert_eq!(read(cel).unwrap_err()[0].path, "validate.cel.expressions");
    }
}

#[test]
fn a_variable_that_cannot_be_told_is_not_absent() {
    let spec = format!(
        "{PODS}  variables: [{{name: meta, expression: \"image.GetMetadata('x')\"}}]\n  \
         validations: [{{expression: '!has(variables.meta) || variables.meta.ok'}}]"
    );
    let policy = policy("ValidatingPolicy", &spec).unwrap();
    assert_eq!(told(&policy, &Asked::of(pod("a"))).0, RuleOutcome::Error);
}
