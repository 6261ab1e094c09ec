//! `expression`.

use cocket_testkit::{Image, Signer};
use serde_json::json;

use super::case::{Case, good_image, signed_policy};

const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";

pub(super) fn cases() -> Vec<Case> {
    let image = good_image();
    let holds = |name, expression: &str| {
        let rule = json!([{"id": "asked", "expression": {"holds": expression}}]);
        Case::new(name, &rule.to_string()).image(&image)
    };
    let digest = image.digest();
    let release = Signer::named("release");
    let scan =
        |scanner: &str| release.statement(&digest, VULN, &json!({"scanner": {"uri": scanner}}));
    let other = Signer::named("other").statement(&digest, VULN, &json!({"scanner": {"uri": "x"}}));
    let seen = "statements.all(s, s.predicate.scanner.uri == 'pkg:github/acme/scanner')";
    let none = "!statements.exists(s, s.predicate.scanner.uri == 'bad')";
    vec![
        holds("expression/holds", "image.host == 'registry.example.com' && config.user != '0'")
            .expect("allow", &["expression.holds"]),
        holds("expression/fails", "image.path.startsWith('other/')")
            .expect("deny", &["expression.fails"]),
        holds("expression/missing", "config.labels['com.example.none'] != 'x'")
            .expect("deny", &["expression.error"]),
        holds("expression/unknown-namespace", "namespace != 'kube-system'")
            .expect("deny", &["expression.error"]),
        holds("expression/no-truth", "image.host").expect("deny", &["expression.error"]),
        holds("expression/all-of-nothing", "config.volumes.all(v, v.startsWith('/data'))")
            .expect("deny", &["expression.error"]),
        holds("expression/now", "now() < timestamp('2100-01-01T00:00:00Z')")
            .expect("allow", &["expression.holds"]),
        holds("expression/syntax", "image.(").expect("error", &["policy.value"]),
        holds("expression/undeclared", "object.kind == 'Pod'").expect("error", &["policy.value"]),
        holds("expression/nobody", "size(statements) > 0").expect("error", &["policy.value"]),
        stated("expression/statements", seen, &image)
            .attached(&digest, &scan("pkg:github/acme/scanner"))
            .attached(&digest, &other)
            .expect("allow", &["expression.holds"]),
        stated("expression/statements-fail", seen, &image)
            .attached(&digest, &scan("pkg:github/acme/scanner"))
            .attached(&digest, &scan("bad"))
            .expect("deny", &["expression.fails"]),
        stated("expression/no-statement", none, &image).expect("deny", &["attestation.missing"]),
        stated("expression/other-signer", none, &image)
            .attached(&digest, &other)
            .expect("deny", &["attestation.untrusted"]),
        stated("expression/gap", none, &image)
            .attached(&digest, &scan("good"))
            .gap("incomplete", &digest)
            .expect("deny", &["evidence.incomplete"]),
    ]
}

/// A rule that sees the statements of `release`.
fn stated(name: &'static str, expression: &str, image: &Image) -> Case {
    let rule = json!([{"id": "asked", "expression": {"holds": expression, "anyOf": ["release"]}}]);
    Case::of_policy(name, &signed_policy(&["release"], &rule.to_string())).image(image)
}
