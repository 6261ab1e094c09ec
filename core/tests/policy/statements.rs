//! The loader on rules about signed statements: what loads, and what is refused where.

use cocket::policy::model::Family;
use cocket::policy::{Policies, PolicyErrors};

const PEM: &str = "-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaaaa\\n-----END PUBLIC KEY-----\\n";

fn load(rule: &str) -> Result<Policies, PolicyErrors> {
    let text = format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {{name: p}}\nspec:\n  authorities: {{ci: {{key: {{pem: \"{PEM}\"}}}}}}\n  rules: [{{id: r, {rule}}}]\n"
    );
    Policies::from_text("p.yaml", &text)
}

#[test]
fn the_keys_of_an_attestation_are_read() {
    let policies = load(
        "attestation: {type: vuln, anyOf: [ci], select: all, maxAge: 7d, subjectName: whenNamed, \
         scope: index, where: [{path: /scanner/uri, startsWith: pkg}]}",
    )
    .unwrap();
    let Family::Attestation(rule) = &policies.image_policies()[0].spec.rules[0].family else {
        panic!("another family");
    };
    let vuln = "https://cosign.sigstore.dev/attestation/vuln/v1";
    assert_eq!(rule.predicate_type.as_str(), vuln);
    // Short names and URIs are one policy.
    let by_uri = load(&format!("attestation: {{type: '{vuln}', anyOf: [ci]}}")).unwrap();
    assert_eq!(by_uri.digest(), load("attestation: {type: vuln, anyOf: [ci]}").unwrap().digest());
}

#[test]
fn what_no_image_can_pass_or_fail_is_refused_where_it_stands() {
    let attestation = "spec.rules[0].attestation";
    let provenance = "spec.rules[0].provenance";
    for (rule, path, cause) in [
        ("attestation: {anyOf: [ci]}", attestation, "type"),
        (
            "attestation: {type: hardening, anyOf: [ci]}",
            ".attestation.type",
            "not a predicate type",
        ),
        ("attestation: {type: vuln}", attestation, "anyOf"),
        ("attestation: {type: vuln, anyOf: [other]}", ".attestation.anyOf[0]", "no authority"),
        ("attestation: {type: 'https://a.example/b', anyOf: [ci], maxAge: 7d}", ".maxAge", "time"),
        ("attestation: {type: vuln, anyOf: [ci], maxAge: 0s}", ".maxAge", "0s"),
        ("attestation: {type: vuln, anyOf: [ci], time: '/a/*'}", ".time", "several"),
        ("attestation: {type: vuln, anyOf: [ci], where: []}", ".where", "empty"),
        ("attestation: {type: vuln, anyOf: [ci], where: [{path: /a}]}", ".where[0]", "operator"),
        (
            "attestation: {type: vuln, anyOf: [ci], where: [{path: /a, equals: 1.5}]}",
            ".where[0].equals",
            "number",
        ),
        (
            "attestation: {type: vuln, anyOf: [ci], where: [{not: {path: /a, startsWith: ''}}]}",
            ".where[0].not.startsWith",
            "start of a text",
        ),
        (
            "attestation: {type: vuln, anyOf: [ci], where: [{path: /a/*, quantifier: any, exists: false}]}",
            ".where[0].exists",
            "counted",
        ),
        (
            "attestation: {type: vuln, anyOf: [ci], where: [{path: /a, matches: 'x)|(.*'}]}",
            ".where[0].matches",
            "regular expression",
        ),
        ("provenance: {anyOf: [ci], branch: main, tag: v1}", provenance, "at most"),
        ("provenance: {anyOf: [ci], sources: ['http://a.example/b']}", ".sources[0]", "repository"),
        ("provenance: {anyOf: [ci], sources: ['a.example/b@main']}", ".sources[0]", "reference"),
        ("provenance: {anyOf: [ci], versionedTag: '1'}", ".versionedTag", "version"),
        ("provenance: {anyOf: [ci], minLevel: 2}", ".minLevel", "no builder"),
        ("provenance: {anyOf: [ci], builders: [{id: x, level: 4}]}", ".level", "build level"),
        ("provenance: {anyOf: [ci], builders: [{id: x@v1, version: v1}]}", ".version", "already"),
        (
            "provenance: {anyOf: [ci], materials: {digests: false}}",
            ".materials",
            "asks for nothing",
        ),
    ] {
        let errors = load(rule).err().unwrap_or_else(|| panic!("{rule} loads"));
        let first = &errors.as_slice()[0];
        let told = format!("{} {}", first.path, first.detail);
        assert!(first.path.contains(path) && told.contains(cause), "{rule}: {told}");
        assert!(first.line > 0, "{rule}");
    }
}

#[test]
fn what_is_probably_not_meant() {
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let warned = |rule: &str| -> Vec<String> {
        load(rule).unwrap().warnings(now).into_iter().map(|warning| warning.path).collect()
    };
    // The authority is in use.
    assert!(warned("attestation: {type: vuln, anyOf: [ci]}").is_empty());
    assert!(warned("provenance: {anyOf: [ci], sources: [a.example/b]}").is_empty());
    assert!(warned("attestation: {type: vuln, anyOf: [ci], select: any}").is_empty());
    let any = "attestation: {type: vuln, anyOf: [ci], select: any, where: [{path: /a, equals: 1}]}";
    assert_eq!(warned(any), ["spec.rules[0].attestation.select"]);
    assert_eq!(warned("provenance: {anyOf: [ci], branch: main}"), ["spec.rules[0].provenance"]);
}
