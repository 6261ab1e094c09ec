//! The documents that people write: policy, exceptions, catalog, trust.

use super::images::Base;

pub(super) const POLICY: &str = r#"# What may run at Acme, and where.
apiVersion: cocket.dev/v1alpha1
kind: PolicySet
metadata: {name: acme}
spec:
  default: deny                              # whatever no rule below covers
  exclude: {namespaces: [kube-system]}
  modes: [{namespaces: [staging], mode: audit}]
---
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production, version: "2026.11.1"}
spec:
  mode: enforce                              # production-* and everywhere else
  modes: [{namespaces: [staging], mode: audit}]
  exclude: {namespaces: [kube-system]}
  authorities:
    release: {key: {trustRoot: acme, name: release-2026}}
  rules:
    - id: approved-registries
      severity: high
      registry: {allow: ["registry.acme.example/**"]}
    - id: named-versions
      reference: {tag: {deny: [latest]}}
      message: "name a version: `latest` is another image tomorrow"
    - id: signed
      severity: critical
      controls: ["NIST-800-53:CM-14"]
      signature: {anyOf: [release]}
    - id: vulnerabilities
      severity: high
      vulnerabilities:
        from: {trust: caller}                # reports handed to the check, not found beside it
        maxAge: 7d
        max: {critical: 0, high: 2}
        fixable: {high: 1}                   # of those with a fixed version
    - id: hardened
      config:
        user: nonRoot
        labels: {required: [org.opencontainers.image.source, org.opencontainers.image.version]}
    - id: reviewed-base
      baseImage: {catalog: reviewed-bases}
"#;

pub(super) const EXCEPTIONS: &str = r#"# Known risks, each for a while, each with a name under it.
apiVersion: cocket.dev/v1alpha1
kind: PolicyException
metadata: {name: orders-log4shell}
spec:
  rules: [production/vulnerabilities]
  images: [registry.acme.example/shop/orders]
  vulnerabilities: [CVE-2021-44228]
  reason: "message lookups are switched off and egress is closed until 5.1"
  approvedBy: security@acme.example
  approvedOn: 2026-11-02
  ticket: SEC-1234
  expires: 2026-12-15
---
# Expired: the finding that it waived counts again.
apiVersion: cocket.dev/v1alpha1
kind: PolicyException
metadata: {name: orders-log4j-context}
spec:
  rules: [production/vulnerabilities]
  images: [registry.acme.example/shop/orders]
  vulnerabilities: [CVE-2021-45046]
  reason: "the update to log4j 2.17 was planned for October"
  approvedBy: security@acme.example
  approvedOn: 2026-09-01
  ticket: SEC-1187
  expires: 2026-11-01
"#;

pub(super) fn catalog(bases: &[Base]) -> String {
    let mut text = String::from(
        "# Base images that were reviewed. An image is built on one if its layers start with all \
         of the base's.\n\
         apiVersion: cocket.dev/v1alpha1\n\
         kind: ImageCatalog\n\
         metadata: {name: reviewed-bases}\n\
         spec:\n  entries:\n",
    );
    for base in bases {
        text += &format!("    - name: {}\n      digest: {}\n", base.name, base.digest);
        text += "      diffIds:\n";
        for layer in &base.layers {
            text += &format!("        - {}\n", layer.diff_id);
        }
        if let Some(expires) = base.expires {
            text += &format!("      expires: {expires}\n");
        }
    }
    text
}

pub(super) fn trust(pem: &str) -> String {
    let pem: String = pem.lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "# Keys that policies name.\n\
         apiVersion: cocket.dev/v1alpha1\n\
         kind: TrustRoot\n\
         metadata: {{name: acme}}\n\
         spec:\n  keys:\n    release-2026:\n      notBefore: 2026-01-01\n      \
         notAfter: 2027-01-01\n      pem: |\n{pem}"
    )
}
