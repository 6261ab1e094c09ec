//! The policies that the tests start from, and what they are compared with.

use cocket::policy::{Policies, PolicyError, PolicyErrorKind, PolicySource};

pub(crate) const PEM_A: &str = "-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaaaa\\n-----END PUBLIC KEY-----\\n";
pub(crate) const PEM_B: &str = "-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbbbb\\n-----END PUBLIC KEY-----\\n";

/// The example of the design, with the families that exist.
pub(crate) fn example() -> String {
    format!(
        r#"apiVersion: cocket.dev/v1alpha1
kind: PolicySet
metadata: {{name: acme}}
spec: {{default: deny, exclude: {{namespaces: ["kube-system", "kyverno"]}}, modes: [{{namespaces: ["staging-*", "dev-*"], mode: audit}}]}}
---
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {{name: production, version: "2026.11.1"}}
spec:
  mode: enforce
  modes: [{{namespaces: ["staging-*", "dev-*"], mode: audit}}]
  match:   {{namespaces: ["production-*", "staging-*"]}}
  exclude: {{namespaces: ["kube-system", "kyverno"]}}
  authorities:
    ci-key: {{key: {{pem: "{PEM_A}", notBefore: 2026-01-01, notAfter: 2027-01-01}}}}
    release: {{key: {{trustRoot: acme, name: release-2026}}}}
  rules:
    - id: approved-registries
      severity: high
      controls: [SOC2:CC6.8, NIST-800-53:CM-14, PCI-DSS-4.0:6.3.2]
      registry: {{allow: ["registry.internal.example.com/**", "registry.k8s.io/**"]}}
    - id: pinned
      reference: {{digest: required, tag: {{deny: [latest]}}}}
    - id: signed
      signature: {{anyOf: [ci-key, release]}}
    - id: vulnerabilities
      vulnerabilities:
        from: {{attestation: {{anyOf: [ci-key]}}}}
        maxAge: 7d
        max: {{critical: 0, high: 5, unknown: unlimited}}
        fixable: {{high: 0}}
    - id: base
      baseImage: {{catalog: hardened-bases}}
    - id: nonroot
      config: {{user: nonRoot, labels: {{required: [org.opencontainers.image.source]}}}}
---
apiVersion: cocket.dev/v1alpha1
kind: PolicyException
metadata: {{name: log4j-2026-11}}
spec: {{rules: [production/vulnerabilities], images: ["registry.internal.example.com/legacy/**"], vulnerabilities: [CVE-2021-44228],
       reason: "compensating control WAF-17", approvedBy: security@acme.example, ticket: SEC-1234, expires: 2026-12-15, untilFix: true}}
---
apiVersion: cocket.dev/v1alpha1
kind: ImageCatalog
metadata: {{name: hardened-bases}}
spec:
  entries:
    - name: registry.internal.example.com/base/debian:12
      digest: sha256:{a}
      diffIds: [sha256:{b}]
---
apiVersion: cocket.dev/v1alpha1
kind: TrustRoot
metadata: {{name: acme}}
spec: {{keys: {{release-2026: {{pem: "{PEM_B}"}}}}}}
"#,
        a = "a".repeat(64),
        b = "b".repeat(64),
    )
}

pub(crate) fn load(text: &str) -> Result<Policies, Vec<PolicyError>> {
    Policies::from_text("p.yaml", text).map_err(|errors| errors.as_slice().to_vec())
}

pub(crate) fn load_all(texts: &[(String, String)]) -> Policies {
    let source = |(name, text): &(String, String)| PolicySource {
        name: name.clone(),
        bytes: text.clone().into_bytes(),
    };
    Policies::load(&texts.iter().map(source).collect::<Vec<_>>()).unwrap()
}

pub(crate) fn policy_with(spec: &str) -> String {
    format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {{name: p}}\nspec:\n{spec}"
    )
}

/// A document of an `ImagePolicy` whose one rule has this family.
pub(crate) fn rule(family: &str) -> String {
    policy_with(&format!("  rules:\n    - id: r\n      {family}\n"))
}

/// The example with one text put in another's place; the old one must be there.
pub(crate) fn example_with(old: &str, new: &str) -> String {
    let text = example();
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

/// The documents of a text, each as JSON by an independent reader.
pub(crate) fn as_json(text: &str) -> Vec<String> {
    text.split("---\n")
        .map(|document| {
            let value: serde_json::Value = serde_saphyr::from_str(document).unwrap();
            serde_json::to_string_pretty(&value).unwrap()
        })
        .collect()
}

/// What the first fault must be: kind, line, column, path and a part of detail or help.
pub(crate) type Expected = (PolicyErrorKind, u32, u32, &'static str, &'static str);

pub(crate) fn check(rows: &[(String, Expected)]) {
    let mut wrong = Vec::new();
    for (text, (kind, line, column, path, part)) in rows {
        let errors = load(text).expect_err(text);
        let first = &errors[0];
        let said = format!("{} {}", first.detail, first.help.as_deref().unwrap_or_default());
        let found = (first.kind, first.line, first.column, first.path.as_str());
        if found != (*kind, *line, *column, *path) || !said.contains(part) {
            wrong.push(format!(
                "expected {kind:?} {line}:{column} {path} {part}: {}",
                first.render()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
