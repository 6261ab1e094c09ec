//! Kyverno's `ImageValidatingPolicy` with signatures that are verified.

use cocket_testkit::{Image, Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, REPOSITORY, good_image};

const SBOM: &str = "https://cyclonedx.org/bom";

const SIGNED: &str =
    "images.containers.map(i, verifyImageSignatures(i, [attestors.release])).all(n, n > 0)";

const ATTESTED: &str = "images.containers.all(i, \
    verifyAttestationSignatures(i, attestations.sbom, [attestors.release]) > 0 && \
    extractPayload(i, attestations.sbom).predicate.bomFormat == 'CycloneDX')";

pub(super) fn cases() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let (release, other) = (Signer::named("release"), Signer::named("other"));
    let approval = |signer: &Signer| signer.simple_signing(REPOSITORY, &digest, &json!(null));
    let sbom = |format: &str| release.statement(&digest, SBOM, &json!({"bomFormat": format}));
    let elsewhere = release.simple_signing(REPOSITORY, &good_digest("another"), &json!(null));
    let unresolved = pod(&format!("{REPOSITORY}:1"));
    let notary = json!({"name": "release", "notary": {"certs": {"value": "none"}}});
    vec![
        case("import/kyverno-image-signed", SIGNED, &image, &[approval(&release)])
            .expect("allow", &["foreign.passed", "policy.not_covered"]),
        case("import/kyverno-image-other-key", SIGNED, &image, &[approval(&other)])
            .expect("deny", &["foreign.failed", "policy.not_covered", "signature.untrusted"]),
        case("import/kyverno-image-unsigned", SIGNED, &image, &[])
            .expect("deny", &["foreign.failed", "policy.not_covered", "signature.untrusted"]),
        case("import/kyverno-image-other-image", SIGNED, &image, &[elsewhere])
            .expect("deny", &["foreign.failed", "policy.not_covered", "signature.untrusted"]),
        case("import/kyverno-image-payload", ATTESTED, &image, &[sbom("CycloneDX")])
            .expect("allow", &["foreign.passed", "policy.not_covered"]),
        case("import/kyverno-image-payload-fails", ATTESTED, &image, &[sbom("SPDX")])
            .expect("deny", &["foreign.failed", "policy.not_covered"]),
        case("import/kyverno-image-two-payloads", ATTESTED, &image, &[sbom("a"), sbom("b")])
            .expect("deny", &["foreign.error", "policy.not_covered"]),
        of(&json!([attestor(&release)]), SIGNED, "import/kyverno-image-unresolved", &unresolved)
            .image(&image)
            .attached(&digest, &approval(&release))
            .expect("deny", &["foreign.error", "policy.not_covered"]),
        of(&json!([notary]), SIGNED, "import/kyverno-image-notary", &unresolved)
            .expect("error", &["policy.notTaken"]),
    ]
}

fn good_digest(text: &str) -> String {
    cocket_testkit::digest(text.as_bytes())
}

fn attestor(signer: &Signer) -> Value {
    json!({"name": "release", "cosign": {
        "key": {"data": signer.pem()},
        "ctlog": {"url": "https://rekor.example.com", "insecureIgnoreTlog": true},
    }})
}

fn pod(image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", "image": image}]},
    })
}

/// A pod of `image`, by digest, with what is attached to it.
fn case(name: &'static str, expression: &str, image: &Image, attached: &[Signature]) -> Case {
    let digest = image.digest();
    let pod = pod(&format!("{REPOSITORY}:1@{digest}"));
    let case = of(&json!([attestor(&Signer::named("release"))]), expression, name, &pod);
    let case = case.image(image);
    attached.iter().fold(case, |case, one| case.attached(&digest, one))
}

fn of(attestors: &Value, expression: &str, name: &'static str, object: &Value) -> Case {
    let set = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "PolicySet", "metadata": {"name": "set"},
        "spec": {"default": "allow"},
    });
    let policy = json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ImageValidatingPolicy",
        "metadata": {"name": "signed"},
        "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                "resources": ["pods"],
            }]},
            "matchImageReferences": [{"glob": "registry.example.com/*"}],
            "attestors": attestors,
            "attestations": [{"name": "sbom", "intoto": {"type": SBOM}}],
            "validations": [{"expression": expression, "message": "not as it has to be"}],
        },
    });
    Case::of_policy(name, &format!("{set:#}\n---\n{policy:#}\n"))
        .context("namespace", json!("shop"))
        .context("objects", json!([{"name": "web.json", "text": object.to_string()}]))
}
