//! Authorities with certificates, and logs and timestamps beside signatures.

use std::collections::BTreeMap;

use cocket_testkit::{Certified, Instance, San, Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, good_image, policy};

const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";
const GITHUB: &str = "https://token.actions.githubusercontent.com";
const WORKFLOW: &str = "https://github.com/acme/build/.github/workflows/release.yml@refs/tags/v1";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// By name and issuer, under the root of the instance.
const DEV: &str =
    "keyless: {issuer: https://accounts.example.com, subject: dev@acme.example, trustRoot: root}";

fn dev() -> Certified {
    Certified::new(ISSUER, San::Email(EMAIL.to_owned()))
}

fn approval(who: &Certified) -> Value {
    Instance::of(2026).approval(&good_image().digest(), who, 7)
}

fn without(mut bundle: Value, member: &str, empty: Value) -> Value {
    bundle["verificationMaterial"][member] = empty;
    bundle
}

/// A case whose authority is `authority`, under the trust root with this `spec`.
fn of(name: &'static str, authority: &str, root: &Value, bundle: &Value) -> Case {
    let image = good_image();
    let rules = "- id: signed\n  signature: {anyOf: [one]}";
    let trust = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot",
        "metadata": {"name": "root"}, "spec": root,
    });
    let bytes = bundle.to_string().into_bytes();
    let signature = Signature { media_type: BUNDLE, bytes, annotations: BTreeMap::new() };
    Case::of_policy(name, &policy(&format!("authorities:\n  one: {{{authority}}}"), rules))
        .with("trust", json!([{"name": "root.json", "text": trust.to_string()}]))
        .image(&image)
        .attached(&image.digest(), &signature)
}

fn instance() -> Value {
    json!({"sigstore": {"trustedRoot": Instance::of(2026).trusted_root().to_string()}})
}

pub(super) fn cases() -> Vec<Case> {
    [identities(), times(), own_authorities(), thresholds()].into_iter().flatten().collect()
}

fn identities() -> Vec<Case> {
    let builder = Certified::new(GITHUB, San::Uri(WORKFLOW.to_owned()))
        .with(12, "https://github.com/acme/app");
    let by = |repository: &str| {
        format!(
            "keyless: {{issuer: {GITHUB}, subjectRegex: 'https://github\\.com/acme/build/.+', \
             repository: 'https://github.com/acme/{repository}', trustRoot: root}}"
        )
    };
    let two = {
        let mut who = dev();
        who.names.push(San::Email("eve@acme.example".to_owned()));
        who
    };
    vec![
        of("keyless/person", DEV, &instance(), &approval(&dev()))
            .expect("allow", &["signature.verified"]),
        of(
            "keyless/other-person",
            DEV,
            &instance(),
            &approval(&Certified::new(ISSUER, San::Email("eve@acme.example".to_owned()))),
        )
        .expect("deny", &["signature.untrusted"]),
        of(
            "keyless/other-issuer",
            DEV,
            &instance(),
            &approval(&Certified::new(
                "https://accounts.example.com.evil.example",
                San::Email(EMAIL.to_owned()),
            )),
        )
        .expect("deny", &["signature.untrusted"]),
        of("keyless/two-names", DEV, &instance(), &approval(&two))
            .expect("deny", &["signature.untrusted"]),
        of("keyless/workflow", &by("app"), &instance(), &approval(&builder))
            .expect("allow", &["signature.verified"]),
        of("keyless/workflow-called-by-another", &by("other"), &instance(), &approval(&builder))
            .expect("deny", &["signature.untrusted"]),
        of(
            "keyless/another-instance",
            DEV,
            &instance(),
            &Instance::of(2024).approval(&good_image().digest(), &dev(), 7),
        )
        .expect("deny", &["signature.untrusted"]),
    ]
}

fn times() -> Vec<Case> {
    let unlogged = without(approval(&dev()), "tlogEntries", json!([]));
    let future = Instance::of(2026).approval(&good_image().digest(), &dev(), 30);
    vec![
        of("keyless/not-logged", DEV, &instance(), &unlogged)
            .expect("deny", &["signature.untrusted"]),
        of(
            "keyless/not-logged-but-stamped",
            &format!("log: optional, {DEV}"),
            &instance(),
            &unlogged,
        )
        .expect("allow", &["signature.verified"]),
        of("keyless/from-the-future", DEV, &instance(), &future)
            .with("now", json!("2026-06-20T00:00:00Z"))
            .expect("deny", &["signature.untrusted"]),
    ]
}

fn own_authorities() -> Vec<Case> {
    let mut colleague = dev();
    colleague.texts.clear();
    let own = json!({"pki": Instance::of(2026).pki()});
    let mut timeless = own.clone();
    timeless["pki"].as_object_mut().map(|pki| pki.remove("timestampAuthority"));
    let by_name = "log: ignore, keyless: {subject: dev@acme.example, trustRoot: root}";
    vec![
        of("keyless/own-authorities", by_name, &own, &approval(&colleague))
            .expect("allow", &["signature.verified"]),
        of("keyless/own-authorities-without-a-time", by_name, &timeless, &approval(&colleague))
            .expect("deny", &["signature.untrusted"]),
        of(
            "keyless/own-authorities-for-another-instance",
            by_name,
            &instance(),
            &approval(&colleague),
        )
        .expect("error", &["policy.missingKey"]),
    ]
}

fn thresholds() -> Vec<Case> {
    let key = Signer::named("release");
    let bundle = Instance::of(2026).approval_by_key(&good_image().digest(), &key, 7);
    let by = |many: u32| {
        let pem = key.pem().replace('\n', "\\n");
        format!("logThreshold: {many}, logTrustRoot: root, key: {{pem: \"{pem}\"}}")
    };
    vec![
        of("keyless/one-log-of-one", &by(1), &instance(), &bundle)
            .expect("allow", &["signature.verified"]),
        of("keyless/one-log-of-two", &by(2), &instance(), &bundle)
            .expect("deny", &["signature.untrusted"]),
        of(
            "keyless/one-timestamp-authority-of-two",
            &format!("timestampThreshold: 2, {DEV}"),
            &instance(),
            &approval(&dev()),
        )
        .expect("deny", &["signature.untrusted"]),
    ]
}
