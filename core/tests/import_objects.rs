//! Policies of other engines about objects, loaded and asked as any caller does.
#![cfg(test)]

use std::collections::BTreeMap;

use cocket::decision::{Decision, Outcome, Verdict};
use cocket::evaluate::{Engine, ObjectRequest};
use cocket::evidence::Evidence;
use cocket::import::{self, Dialect, Options};
use cocket::kubernetes::{Objects, Operation, User};
use cocket::policy::{Policies, PolicyErrors, PolicySource};
use cocket::reasons::Code;

fn load(texts: &[&str], options: Options) -> Result<Policies, PolicyErrors> {
    let source = |(position, text): (usize, &&str)| PolicySource {
        name: format!("{position}.yaml"),
        bytes: text.as_bytes().to_vec(),
    };
    let sources: Vec<PolicySource> = texts.iter().enumerate().map(source).collect();
    import::load(&sources, options)
}

/// The paths of the faults, and how each is called.
fn faults(text: &str) -> Vec<(String, String)> {
    let errors = load(&[text], Options::default()).unwrap_err();
    let faults = errors.as_slice().iter();
    faults.map(|one| (one.kind.name().to_owned(), one.path.clone())).collect()
}

fn kyverno(matches: &str, rest: &str) -> String {
    format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  \
         validationFailureAction: Enforce\n  rules:\n  - name: r\n    match: {matches}\n{rest}"
    )
}

const PODS: &str = "{any: [{resources: {kinds: [Pod]}}]}";
const DENY: &str = "    validate: {message: no, deny: {}}\n";

/// Objects that no rule covers are of no concern.
const ALLOWING: &str = "apiVersion: cocket.dev/v1alpha1\nkind: PolicySet\n\
    metadata: {name: set}\nspec: {default: allow}\n";

#[derive(Default)]
struct Asked<'a> {
    labels: Option<&'a BTreeMap<String, String>>,
    user: Option<&'a User>,
}

fn judged(texts: &[&str], asked: &Asked<'_>) -> Option<Decision> {
    let policies = load(texts, Options::default()).unwrap();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: \
               [{name: a, image: 'a.io/b:1'}]\n";
    let objects = Objects::parse("pod.yaml", pod.as_bytes()).unwrap();
    let request = ObjectRequest {
        object: &objects.all[0],
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: asked.user,
        namespace: Some("shop"),
        namespace_labels: asked.labels,
        owner_labels: None,
        digests: &BTreeMap::new(),
    };
    let now = "2026-11-25T00:00:00Z".parse().unwrap();
    Engine::new(&policies).unwrap().check_object(&request, &Evidence::new(), now)
}

fn outcome(texts: &[&str], asked: &Asked<'_>) -> Option<Outcome> {
    judged(texts, asked)?.results.first().map(|result| result.outcome)
}

#[test]
fn what_would_narrow_or_widen_a_rule_unseen_is_a_fault() {
    let at = "spec.rules[0].match.any[0]";
    for (matches, path) in [
        ("{any: []}", "spec.rules[0].match".to_owned()),
        ("{any: [{}]}", at.to_owned()),
        ("{any: [{resource: {kinds: [Pod]}}]}", format!("{at}.resource")),
        ("{any: [{resources: {kind: [Pod]}}]}", format!("{at}.resources.kind")),
        ("{any: [{resources: {kinds: {a: b}}}]}", format!("{at}.resources.kinds")),
        ("{any: [{resources: {operations: [MAKE]}}]}", format!("{at}.resources.operations")),
        ("{any: [{subjects: [{kind: Usr, name: a}]}]}", format!("{at}.subjects[0].kind")),
        (
            "{any: [{resources: {selector: {matchExpressions: [{key: a, operator: Inn}]}}}]}",
            format!("{at}.resources.selector.matchExpressions[0]"),
        ),
        (
            "{any: [{resources: {kinds: [Pod]}}], resources: {kinds: [Pod]}}",
            "spec.rules[0].match.resources".to_owned(),
        ),
        (
            "{any: [{resources: {kinds: [Pod]}}], all: [{resources: {kinds: [Pod]}}]}",
            "spec.rules[0].match".to_owned(),
        ),
    ] {
        let found = faults(&kyverno(matches, DENY));
        assert!(found.contains(&("value".to_owned(), path)), "{matches}: {found:?}");
    }
}

#[test]
fn checks_that_check_nothing_or_too_much_are_faults() {
    let validate = "spec.rules[0].validate";
    for (body, path) in [
        ("{message: no}", validate.to_owned()),
        ("{deny: {}, pattern: {a: b}}", validate.to_owned()),
        ("{deny: {condition: []}}", format!("{validate}.deny.condition")),
        ("{deny: {conditions: {alle: []}}}", format!("{validate}.deny.conditions.alle")),
        (
            "{deny: {conditions: {all: [{key: a, value: b}]}}}",
            format!("{validate}.deny.conditions.all[0]"),
        ),
        ("{foreach: []}", format!("{validate}.foreach")),
        ("{foreach: [{list: a}]}", format!("{validate}.foreach[0]")),
        (
            "{foreach: [{list: a, deny: {}, presconditions: {}}]}",
            format!("{validate}.foreach[0].presconditions"),
        ),
    ] {
        let found = faults(&kyverno(PODS, &format!("    validate: {body}\n")));
        assert!(found.contains(&("value".to_owned(), path)), "{body}: {found:?}");
    }
}

#[test]
fn an_exception_that_says_too_little_is_a_fault() {
    let head = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e}\nspec: ";
    let of = "exceptions: [{policyName: p, ruleNames: [r]}]";
    for (spec, path) in [
        (format!("{{{of}}}"), "spec.match"),
        ("{match: {any: [{resources: {kinds: [Pod]}}]}}".to_owned(), "spec.exceptions"),
        (format!("{{{of}, match: {PODS}, images: [a]}}"), "spec.images"),
        (
            format!("{{exceptions: [{{policyName: p}}], match: {PODS}}}"),
            "spec.exceptions[0].ruleNames",
        ),
        (
            format!("{{{of}, match: {{any: [{{resources: {{kins: [Pod]}}}}]}}}}"),
            "spec.match.any[0].resources.kins",
        ),
    ] {
        let text = format!("{}\n---\n{head}{spec}\n", kyverno(PODS, DENY));
        let found = faults(&text);
        assert!(found.iter().any(|(_, at)| at == path), "{spec}: {found:?}");
    }
}

#[test]
fn labels_and_roles_that_are_not_known_keep_nothing_away() {
    let by_label = "{any: [{resources: {kinds: [Pod], namespaceSelector: {matchLabels: {a: b}}}}]}";
    let rule = kyverno(by_label, DENY);
    let labels = |value: &str| BTreeMap::from([("a".to_owned(), value.to_owned())]);
    let (same, other) = (labels("b"), labels("c"));
    let with = |labels| Asked { labels, user: None };
    assert_eq!(outcome(&[&rule], &with(None)), Some(Outcome::Fail));
    assert_eq!(outcome(&[&rule], &with(Some(&same))), Some(Outcome::Fail));
    assert_eq!(outcome(&[&rule], &with(Some(&other))), None);

    let excluded = kyverno(PODS, &format!("    exclude: {by_label}\n{DENY}"));
    assert_eq!(outcome(&[&excluded], &with(None)), Some(Outcome::Fail));
    assert_eq!(outcome(&[&excluded], &with(Some(&same))), None);

    let by_role = "{any: [{resources: {kinds: [Pod]}, clusterRoles: [admin]}]}";
    let user = User { username: "jane".to_owned(), groups: Vec::new() };
    let as_user = Asked { labels: None, user: Some(&user) };
    assert_eq!(outcome(&[&kyverno(by_role, DENY)], &as_user), Some(Outcome::Fail));
    let excluded = kyverno(PODS, &format!("    exclude: {by_role}\n{DENY}"));
    assert_eq!(outcome(&[&excluded], &as_user), Some(Outcome::Fail));
}

#[test]
fn an_exception_for_somebody_is_none_for_somebody_unknown() {
    let exception = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e}\nspec:\n  \
                     exceptions: [{policyName: p, ruleNames: [r]}]\n  match: {any: [{resources: \
                     {kinds: [Pod]}, subjects: [{kind: User, name: jane}]}]}\n";
    let rule = kyverno(PODS, DENY);
    let user = |name: &str| User { username: name.to_owned(), groups: Vec::new() };
    let (jane, joe) = (user("jane"), user("joe"));
    let asked = |user| Asked { labels: None, user };
    assert_eq!(outcome(&[&rule, exception], &asked(None)), Some(Outcome::Fail));
    assert_eq!(outcome(&[&rule, exception], &asked(Some(&joe))), Some(Outcome::Fail));
    assert_eq!(outcome(&[&rule, exception], &asked(Some(&jane))), Some(Outcome::Skipped));
}

#[test]
fn one_error_of_quoting_is_repaired_and_said() {
    let text = kyverno(
        PODS,
        "    validate:\n      deny:\n        conditions:\n          all:\n          - key: \
         \"{{ request.object.metadata.annotations.\"a/b\" || 'none' }}\"\n            operator: \
         Equals\n            value: none\n",
    );
    let policies = load(&[&text], Options::default()).unwrap();
    let note = &policies.notes()[0];
    assert_eq!((note.kind.name(), note.line, &*note.file), ("repaired", 13, "0.yaml"));
    assert_eq!(outcome(&[&text], &Asked::default()), Some(Outcome::Fail));
    // Without a single meaning it stays what it is.
    assert!(load(&[&text.replace("}}\"", "}}\" \"")], Options::default()).is_err());
}

#[test]
fn the_digest_of_a_set_tells_what_answers_rest_on() {
    let rule = kyverno(PODS, DENY);
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {c: d}\n";
    let digest = |texts: &[&str], dialect| {
        load(texts, Options { dialect, ..Options::default() }).unwrap().digest()
    };
    let plain = digest(&[&rule], Dialect::Strict);
    assert_eq!(digest(&[&rule], Dialect::Strict), plain);
    assert_ne!(digest(&[&rule], Dialect::Kyverno), plain);
    assert_ne!(digest(&[&rule, map], Dialect::Strict), plain);
    assert_ne!(digest(&[&rule.replace("message: no", "message: on")], Dialect::Strict), plain);
}

#[test]
fn two_policies_of_one_kind_and_name_are_a_fault() {
    let rule = kyverno(PODS, DENY);
    let errors = load(&[&rule, &rule], Options::default()).unwrap_err();
    assert_eq!(errors.as_slice()[0].kind.name(), "duplicate");
}

#[test]
fn a_failing_rule_weighs_what_its_policy_says() {
    let rule = kyverno(PODS, DENY);
    let verdict = |text: &str| judged(&[text, ALLOWING], &Asked::default()).unwrap().verdict;
    assert_eq!(verdict(&rule), Verdict::Deny);
    let audited = rule.replace("Enforce", "Audit");
    assert_eq!(verdict(&audited), Verdict::Allow);
    let overridden = audited.replace(
        "  rules:\n",
        "  validationFailureActionOverrides: [{action: Enforce, namespaces: [sh*]}]\n  rules:\n",
    );
    assert_eq!(verdict(&overridden), Verdict::Deny);
    assert_eq!(verdict(&overridden.replace("sh*", "x*")), Verdict::Allow);
    let by_label =
        overridden.replace("namespaces: [sh*]", "namespaceSelector: {matchLabels: {a: b}}");
    // Labels that are not known soften nothing.
    assert_eq!(verdict(&by_label), Verdict::Deny);
}

#[test]
fn an_object_that_no_rule_speaks_about_has_the_default() {
    let code = |texts: &[&str]| {
        let decision = judged(texts, &Asked::default()).unwrap();
        (decision.verdict, decision.general.first().map(|reason| reason.code))
    };
    let uncovered = (Verdict::Deny, Some(Code::PolicyObjectNotCovered));
    let rule = kyverno(PODS, DENY);
    assert_eq!(code(&[&rule]), (Verdict::Deny, None));
    assert_eq!(code(&[&rule.replace("[Pod]", "[Service]")]), uncovered);
    assert_eq!(code(&[&rule.replace("Enforce", "Audit")]), uncovered);
    let unmet = "    preconditions: {all: [{key: '{{ request.object.metadata.name }}', \
                 operator: Equals, value: other}]}\n";
    assert_eq!(code(&[&format!("{rule}{unmet}")]), uncovered);
    // An exception takes the rule away from an object that it is about.
    let exception = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e}\n\
        spec:\n  exceptions: [{policyName: p, ruleNames: [r]}]\n  \
        match: {any: [{resources: {kinds: [Pod]}}]}\n";
    assert_eq!(code(&[&rule, exception]), (Verdict::Allow, None));
}

fn config_map(name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: b}}\n\
         data: {{c: {value}}}\n"
    )
}

#[test]
fn the_order_of_what_stands_beside_policies_changes_nothing() {
    let (rule, one, two) = (kyverno(PODS, DENY), config_map("x", "d"), config_map("y", "e"));
    let digest = |texts: &[&str]| load(texts, Options::default()).unwrap().digest();
    assert_eq!(digest(&[&rule, &one, &two]), digest(&[&two, &one, &rule]));
    let errors = load(&[&rule, &one, &config_map("x", "e")], Options::default()).unwrap_err();
    assert_eq!(errors.as_slice()[0].kind.name(), "duplicate");
}

#[test]
fn values_do_not_replace_the_request_unless_kyverno_is_followed() {
    let rule = kyverno(PODS, DENY);
    let values = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\nglobalValues: \
                  {request.object.metadata.name: other}\n";
    assert!(load(&[&rule, values], Options::default()).is_err());
    let options = Options { dialect: Dialect::Kyverno, ..Options::default() };
    assert!(load(&[&rule, values], options).is_ok());
}

#[test]
fn signatures_that_are_not_verified_are_said_when_loading() {
    let policy = "apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata: \
                  {name: p}\nspec:\n  matchConstraints: {resourceRules: [{apiGroups: [''], \
                  apiVersions: [v1], operations: [CREATE], resources: [pods]}]}\n  \
                  matchImageReferences: [{glob: '*'}]\n  attestors: [{name: a, cosign: {}}]\n  \
                  validations: [{expression: 'images.containers.map(i, verifyImageSignatures(i, \
                  [attestors.a])).all(e, e > 0)'}]\n";
    let place = "spec.attestors[0].cosign".to_owned();
    assert_eq!(faults(policy), [("notTaken".to_owned(), place)]);
    let options = Options { allow_partial: true, ..Options::default() };
    assert_eq!(load(&[policy], options).unwrap().notes()[0].kind.name(), "notTaken");
}

#[test]
fn an_exception_that_does_not_reach_a_rule_says_so() {
    let verify = kyverno(
        PODS,
        "    verifyImages: [{imageReferences: ['a.io/*'], attestors: [{entries: [{keyless: \
         {issuer: 'https://a.example', subject: 'b@a.example'}}]}]}]\n",
    );
    let exception = format!(
        "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {{name: e}}\nspec: \
         {{exceptions: [{{policyName: p, ruleNames: [r]}}], match: {PODS}}}\n"
    );
    let policies = load(&[&verify, &exception], Options::default()).unwrap();
    let notes = policies.notes().iter().map(|note| (note.kind.name(), note.path.as_str()));
    assert!(notes.into_iter().any(|note| note == ("inexact", "spec.exceptions")));
}
