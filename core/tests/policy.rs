//! The strict loader of policies: what loads, what is refused and where, and that nothing
//! makes it panic.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, also in its helpers"
)]

use cocket::policy::model::{Family, Limit, Requirement};
use cocket::policy::{DocumentKind, Policies, PolicyError, PolicyErrorKind, PolicySource, limits};
use proptest::prelude::*;

const PEM_A: &str = "-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaaaa\\n-----END PUBLIC KEY-----\\n";
const PEM_B: &str = "-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbbbb\\n-----END PUBLIC KEY-----\\n";

/// The example of the design, with the families that exist.
fn example() -> String {
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

fn load(text: &str) -> Result<Policies, Vec<PolicyError>> {
    Policies::from_text("p.yaml", text).map_err(|errors| errors.as_slice().to_vec())
}

fn policy_with(spec: &str) -> String {
    format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {{name: p}}\nspec:\n{spec}"
    )
}

/// A document of an `ImagePolicy` whose one rule has this family.
fn rule(family: &str) -> String {
    policy_with(&format!("  rules:\n    - id: r\n      {family}\n"))
}

#[test]
fn the_example_of_the_design_loads() {
    let loaded = load(&example()).unwrap();
    assert_eq!(loaded.set().unwrap().metadata.name.as_str(), "acme");
    let [policy] = loaded.image_policies() else { panic!() };
    assert_eq!(policy.spec.rules.len(), 6);
    let Family::Signature(rule) = &policy.spec.rules[2].family else { panic!() };
    assert!(matches!(&rule.require, Requirement::AnyOf(names) if names.len() == 2));
    let Family::Vulnerabilities(rule) = &policy.spec.rules[3].family else { panic!() };
    let max = rule.max.as_ref().unwrap();
    assert_eq!((max.high, max.unknown), (Some(Limit::AtMost(5)), Some(Limit::Unlimited)));
    assert_eq!(rule.max_age.unwrap().seconds(), 7 * 86_400);
    assert_eq!(loaded.exceptions()[0].spec.expires.to_string(), "2026-12-15T00:00:00Z");
    assert_eq!((loaded.catalogs().len(), loaded.trust_roots().len()), (1, 1));
}

/// What the first fault must be: kind, line, column, path and a part of detail or help.
type Expected = (PolicyErrorKind, u32, u32, &'static str, &'static str);

fn check(rows: &[(String, Expected)]) {
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

#[test]
fn documents_that_are_not_what_they_should_be() {
    use PolicyErrorKind as Kind;
    let head = |version: &str, kind: &str| {
        let rest = "metadata: {name: p}\nspec: {rules: [{id: r, config: {user: nonRoot}}]}";
        format!("apiVersion: {version}\nkind: {kind}\n{rest}")
    };
    check(&[
        (
            rule("vulnerabilites: {}"),
            (Kind::UnknownKey, 7, 7, "spec.rules[0].vulnerabilites", "`vulnerabilities`?"),
        ),
        (
            rule("registry: {allow: [a.example/**], allow: []}"),
            (Kind::DuplicateKey, 7, 41, "spec.rules[0].registry.allow", "twice"),
        ),
        (
            rule("registry: {allow: a.example/**}"),
            (Kind::Type, 7, 25, "spec.rules[0].registry.allow", "a list is expected"),
        ),
        (
            rule("registry: {allow: [a.example*]}"),
            (Kind::Value, 7, 26, "spec.rules[0].registry.allow[0]", "`a.example/**`"),
        ),
        (
            rule("registry: {allow: [a.example/team*]}"),
            (Kind::Value, 7, 26, "spec.rules[0].registry.allow[0]", "team/**"),
        ),
        (
            rule("registry: {allow: [no]}"),
            (Kind::Type, 7, 26, "spec.rules[0].registry.allow[0]", "`\"no\"`"),
        ),
        (
            rule("reference: {tag: {deny: [1.10]}}"),
            (Kind::Type, 7, 32, "spec.rules[0].reference.tag.deny[0]", "quotes"),
        ),
        (
            rule("reference: {tag: {required: yes}}"),
            (Kind::Type, 7, 35, "spec.rules[0].reference.tag.required", "`true` or `false`"),
        ),
        (
            rule("reference: {tag: {regex: 'x)|(?:.*'}}"),
            (Kind::Value, 7, 32, "spec.rules[0].reference.tag.regex", "regular expression"),
        ),
        (
            rule("config: {maxAge: 1y}"),
            (Kind::Value, 7, 24, "spec.rules[0].config.maxAge", "months and years"),
        ),
        (
            rule("config: {maxAge: 7}"),
            (Kind::Value, 7, 24, "spec.rules[0].config.maxAge", "no unit"),
        ),
        (
            rule("config: {maxSize: 5KB}"),
            (Kind::Value, 7, 25, "spec.rules[0].config.maxSize", "KiB"),
        ),
        (
            rule("config: {ports: {allow: [0/tcp]}}"),
            (Kind::Value, 7, 32, "spec.rules[0].config.ports.allow[0]", "1 to 65535"),
        ),
        (
            rule("config: {ports: {allow: [9-8]}}"),
            (Kind::Value, 7, 32, "spec.rules[0].config.ports.allow[0]", "before it starts"),
        ),
        (
            rule("config: {platforms: [linux]}"),
            (Kind::Value, 7, 28, "spec.rules[0].config.platforms[0]", "`linux`"),
        ),
        (
            rule("config: {user: nonroot}"),
            (Kind::Value, 7, 22, "spec.rules[0].config.user", "`nonRoot`?"),
        ),
        (
            rule("config: {user: {oneOf: [65532]}}"),
            (Kind::Type, 7, 31, "spec.rules[0].config.user.oneOf[0]", "`\"65532\"`"),
        ),
        (
            rule("config: {user: }"),
            (Kind::Type, 7, 20, "spec.rules[0].config.user", "leave the key out"),
        ),
        (
            rule("config: {user: oneOf}"),
            (Kind::Type, 7, 22, "spec.rules[0].config.user", "needs a value"),
        ),
        (
            rule("config: {labels: {regex: {on: x}}}"),
            (Kind::Type, 7, 33, "spec.rules[0].config.labels.regex.on", "in quotes"),
        ),
        (
            rule("config: {<<: {user: nonRoot}}"),
            (Kind::Syntax, 7, 16, "spec.rules[0].config[\"<<\"]", "merge keys"),
        ),
        (rule("config: !x {user: nonRoot}"), (Kind::Syntax, 7, 15, "spec.rules[0].config", "tags")),
        (
            rule("config: {user: !!str nonRoot}"),
            (Kind::Syntax, 7, 22, "spec.rules[0].config.user", "tags"),
        ),
        (
            rule("config: {user: *nobody}"),
            (Kind::Syntax, 7, 22, "spec.rules[0].config.user", "anchor"),
        ),
        (
            rule("config: &c {labels: *c}"),
            (Kind::Syntax, 7, 27, "spec.rules[0].config.labels", "part of"),
        ),
        (rule("{a: b}: c"), (Kind::Type, 7, 7, "spec.rules[0]", "as a key")),
        (
            rule("vulnerabilities: {from: caller, maxAge: 1d, max: {high: 0}}"),
            (Kind::Value, 7, 31, "spec.rules[0].vulnerabilities.from", "`trust`"),
        ),
        (
            rule("vulnerabilities: {from: {trust: caller}, maxAge: 1d, max: {high: '0'}}"),
            (Kind::Value, 7, 72, "spec.rules[0].vulnerabilities.max.high", "unlimited"),
        ),
        (
            rule("vulnerabilities: {from: {trust: caller}, maxAge: 1d, max: {high: -1}}"),
            (Kind::Type, 7, 72, "spec.rules[0].vulnerabilities.max.high", "`-1`"),
        ),
        (
            rule("vulnerabilities: {from: {trust: caller}, maxAge: 1d, max: {high: 010}}"),
            (Kind::Type, 7, 72, "spec.rules[0].vulnerabilities.max.high", "`010`"),
        ),
        (rule("signature: {anyOf: []}"), (Kind::Value, 7, 18, "spec.rules[0].signature", "empty")),
        (
            rule("signature: {anyOf: [a], allOf: [a]}"),
            (Kind::Value, 7, 18, "spec.rules[0].signature", "exactly one"),
        ),
        (
            rule("signature: {of: [a], atLeast: 0}"),
            (Kind::Value, 7, 18, "spec.rules[0].signature", "1 or more"),
        ),
        (rule("mode: enforce"), (Kind::Value, 6, 7, "spec.rules[0]", "no family")),
        (
            policy_with("  enforceFrom: 2026-01-01T00:00:00\n  rules: []"),
            (Kind::Value, 5, 16, "spec.enforceFrom", "offset"),
        ),
        (
            policy_with("  authorities: {'a b': {}}\n  rules: []"),
            (Kind::Value, 5, 17, "spec.authorities[\"a b\"]", "not a name"),
        ),
        (policy_with("  mode: audit"), (Kind::MissingKey, 5, 3, "spec", "`rules` is missing")),
        (
            head("cocket.dev/v1", "ImagePolicy"),
            (Kind::Value, 1, 13, "apiVersion", "`cocket.dev/v1alpha1`?"),
        ),
        (head("cocket.dev/v1alpha1", "ImagePolice"), (Kind::Value, 2, 7, "kind", "`ImagePolicy`?")),
        ("kind: ImagePolicy".to_owned(), (Kind::MissingKey, 1, 1, "", "`apiVersion` is missing")),
        ("- a".to_owned(), (Kind::Type, 1, 1, "", "a document with")),
        ("a: b: c".to_owned(), (Kind::Syntax, 1, 5, "", "not YAML")),
        ("%YAML 1.1\n---\na: b".to_owned(), (Kind::Syntax, 1, 1, "", "not YAML")),
        ("a: \"x\\0\"".to_owned(), (Kind::Value, 1, 4, "a", "NUL")),
        (String::new(), (Kind::MissingKey, 1, 1, "", "no `ImagePolicy`")),
        ("---\n---\n# nothing\n".to_owned(), (Kind::MissingKey, 1, 1, "", "no `ImagePolicy`")),
    ]);
}

#[test]
fn parts_that_cannot_hold_together() {
    use PolicyErrorKind as Kind;
    let vulnerabilities =
        |spec: &str| rule(&format!("vulnerabilities: {{from: {{trust: caller}}, {spec}}}"));
    check(&[
        (
            rule("registry: {}"),
            (Kind::Contradiction, 7, 17, "spec.rules[0].registry", "every image passes"),
        ),
        (
            rule("registry: {deny: []}"),
            (Kind::Contradiction, 7, 17, "spec.rules[0].registry", "every image passes"),
        ),
        (
            rule("registry: {allow: []}"),
            (Kind::Contradiction, 7, 25, "spec.rules[0].registry.allow", "empty"),
        ),
        (
            rule("registry: {allow: [nginx], deny: [docker.io/library/**]}"),
            (Kind::Contradiction, 7, 25, "spec.rules[0].registry.allow", "no image passes"),
        ),
        (
            rule("reference: {digest: optional}"),
            (Kind::Contradiction, 7, 18, "spec.rules[0].reference", "every image passes"),
        ),
        (
            rule("reference: {tag: {required: true, deny: ['*']}}"),
            (Kind::Contradiction, 7, 47, "spec.rules[0].reference.tag.deny", "every tag is denied"),
        ),
        (
            rule("reference: {tag: {allow: [v1, v2], deny: ['v?']}}"),
            (Kind::Contradiction, 7, 32, "spec.rules[0].reference.tag.allow", "denied"),
        ),
        (
            rule("reference: {tag: {allow: [v1], regex: 'w.*'}}"),
            (Kind::Contradiction, 7, 45, "spec.rules[0].reference.tag.regex", "`w.*`"),
        ),
        (
            rule("config: {}"),
            (Kind::Contradiction, 7, 15, "spec.rules[0].config", "every image passes"),
        ),
        (
            rule("config: {ports: {deny: []}}"),
            (Kind::Contradiction, 7, 23, "spec.rules[0].config.ports", "every image passes"),
        ),
        (
            rule("config: {ports: {allow: [80/tcp], deny: [1-1023]}}"),
            (Kind::Contradiction, 7, 31, "spec.rules[0].config.ports.allow", "denied"),
        ),
        (
            rule("config: {platforms: []}"),
            (Kind::Contradiction, 7, 27, "spec.rules[0].config.platforms", "empty"),
        ),
        (
            rule("config: {maxSize: 0}"),
            (Kind::Contradiction, 7, 25, "spec.rules[0].config.maxSize", "`0`"),
        ),
        (
            rule("baseImage: {catalog: bases}"),
            (Kind::Reference, 7, 28, "spec.rules[0].baseImage.catalog", "`bases`"),
        ),
        (
            vulnerabilities("max: {high: 0}"),
            (Kind::MissingKey, 7, 24, "spec.rules[0].vulnerabilities", "maxAge"),
        ),
        (
            vulnerabilities("maxAge: 7d"),
            (Kind::Contradiction, 7, 24, "spec.rules[0].vulnerabilities", "`max` or `fixable`"),
        ),
        (
            vulnerabilities("maxAge: 0s, max: {high: 0}"),
            (Kind::Contradiction, 7, 56, "spec.rules[0].vulnerabilities.maxAge", "`0s`"),
        ),
        (
            vulnerabilities("maxAge: 7d, scanners: [], max: {high: 0}"),
            (Kind::Contradiction, 7, 70, "spec.rules[0].vulnerabilities.scanners", "empty"),
        ),
        (policy_with("  rules: []"), (Kind::Contradiction, 5, 10, "spec.rules", "empty")),
        (
            policy_with("  exclude: {}\n  rules: [{id: r, registry: {deny: [x.example/**]}}]"),
            (Kind::Contradiction, 5, 12, "spec.exclude", "empty"),
        ),
        (
            policy_with(
                "  match: {images: []}\n  rules: [{id: r, registry: {deny: [x.example/**]}}]",
            ),
            (Kind::Contradiction, 5, 19, "spec.match.images", "empty"),
        ),
        (
            policy_with(
                "  rules:\n  - {id: r, config: {user: nonRoot}}\n  - {id: r, config: {user: nonRoot}}",
            ),
            (Kind::Duplicate, 7, 10, "spec.rules[1].id", "`r`"),
        ),
        (
            policy_with(
                "  platforms: [linux/amd64]\n  rules: [{id: r, config: {platforms: [linux/arm64]}}]",
            ),
            (Kind::Contradiction, 6, 39, "spec.rules[0].config.platforms", "no image passes"),
        ),
        (
            rule("config: {user: nonRoot}") + "---\n" + &rule("config: {user: nonRoot}"),
            (Kind::Duplicate, 11, 18, "metadata.name", "`p`"),
        ),
    ]);
}

/// The example with one text put in another's place; the old one must be there.
fn example_with(old: &str, new: &str) -> String {
    let text = example();
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

#[test]
fn names_and_keys_that_do_not_fit() {
    use PolicyErrorKind as Kind;
    let authority = |text: &str| {
        example_with(
            "release: {key: {trustRoot: acme, name: release-2026}}",
            &format!("release: {text}"),
        )
    };
    let signed = |text: &str| {
        example_with("signature: {anyOf: [ci-key, release]}", &format!("signature: {text}"))
    };
    let exception = |old: &str, new: &str| example_with(old, new);
    check(&[
        (
            signed("{anyOf: [ci-kye]}"),
            (Kind::Reference, 25, 27, "spec.rules[2].signature.anyOf[0]", "`ci-key`?"),
        ),
        (
            signed("{allOf: [ci-key, ci-key]}"),
            (Kind::Duplicate, 25, 35, "spec.rules[2].signature.allOf[1]", "twice"),
        ),
        (
            signed("{atLeast: 3, of: [ci-key, release]}"),
            (Kind::Contradiction, 25, 28, "spec.rules[2].signature.atLeast", "`3` parties"),
        ),
        (authority("{}"), (Kind::MissingKey, 16, 14, "spec.authorities.release", "`verifier`")),
        (
            authority("{verifier: {name: hsm}, keys: []}"),
            (Kind::Contradiction, 16, 14, "spec.authorities.release", "`keys`, `verifier`"),
        ),
        (
            authority("{key: {trustRoot: acne, name: release-2026}}"),
            (Kind::Reference, 16, 32, "spec.authorities.release.key.trustRoot", "`acme`?"),
        ),
        (
            authority("{key: {trustRoot: acme, name: release-2025}}"),
            (Kind::Reference, 16, 44, "spec.authorities.release.key.name", "`release-2026`?"),
        ),
        (
            authority("{key: {trustRoot: acme}}"),
            (Kind::MissingKey, 16, 20, "spec.authorities.release.key", "`name`"),
        ),
        (
            authority(&format!("{{key: {{pem: \"{PEM_B}\", name: x}}}}")),
            (Kind::Contradiction, 16, 20, "spec.authorities.release.key", "one way"),
        ),
        (
            authority("{key: {pem: hello}}"),
            (Kind::Value, 16, 26, "spec.authorities.release.key.pem", "PEM"),
        ),
        (
            authority(&format!("{{key: {{pem: \" {PEM_A} \"}}}}")),
            (Kind::Contradiction, 25, 35, "spec.rules[2].signature.anyOf[1]", "two parties"),
        ),
        (
            example_with("notAfter: 2027-01-01", "notAfter: 2026-01-01"),
            (Kind::Contradiction, 15, 158, "spec.authorities.ci-key.key.notAfter", "never counts"),
        ),
        (
            exception("rules: [production/vulnerabilities]", "rules: [production/vulnerability]"),
            (Kind::Reference, 40, 16, "spec.rules[0]", "`production/vulnerabilities`?"),
        ),
        (
            exception("compensating control WAF-17", "  "),
            (Kind::Value, 41, 16, "spec.reason", "blank"),
        ),
        (
            exception("untilFix: true", "approvedOn: 2026-12-15"),
            (Kind::Contradiction, 41, 109, "spec.expires", "not after"),
        ),
        (
            exception("images: [\"registry.internal.example.com/legacy/**\"]", "images: []"),
            (Kind::Contradiction, 40, 53, "spec.images", "empty"),
        ),
        (
            exception("default: deny,", "default: deny, exceptions: {maxDuration: 30d},"),
            (Kind::MissingKey, 40, 7, "spec", "approvedOn"),
        ),
        (
            exception("default: deny,", "default: deny, exceptions: {maxDuration: 30d},").replacen(
                "untilFix: true",
                "approvedOn: 2026-11-01",
                1,
            ),
            (Kind::Contradiction, 41, 109, "spec.expires", "`30d`"),
        ),
        (
            exception(
                "default: deny,",
                "mirrors: [{from: docker.io, to: m.example/h}, {from: index.docker.io, to: m.example/i}],",
            ),
            (Kind::Contradiction, 4, 61, "spec.mirrors[1].from", "twice"),
        ),
        (
            exception("default: deny,", "mirrors: [{from: Docker.io/X, to: m.example/h}],"),
            (Kind::Value, 4, 25, "spec.mirrors[0].from", "`X`"),
        ),
        (
            exception("name: acme}\nspec: {default", "name: acme}\nspec: {defualt"),
            (Kind::UnknownKey, 4, 8, "spec.defualt", "`default`?"),
        ),
        (
            example() + "---\n" + &example().split("---").next().unwrap().replace("acme", "other"),
            (Kind::Duplicate, 59, 18, "metadata.name", "second"),
        ),
        (
            example_with("diffIds", "name: x.example/y\n      digest: sha256:00\n      diffIds"),
            (Kind::DuplicateKey, 50, 7, "spec.entries[0].name", "twice"),
        ),
    ]);
}

#[test]
fn catalogs_hold_each_image_once() {
    let text = example();
    let entry = text.split("  entries:\n").nth(1).unwrap().split("---").next().unwrap().to_owned();
    let errors = load(&example_with(&entry, &format!("{entry}{entry}"))).unwrap_err();
    assert_eq!((errors[0].kind, errors[0].line), (PolicyErrorKind::Duplicate, 52));
    assert_eq!(errors[0].path, "spec.entries[1].digest");
}

#[test]
fn a_private_key_is_refused_and_not_shown() {
    let text = example_with("BEGIN PUBLIC KEY", "BEGIN EC PRIVATE KEY");
    let errors = load(&text).unwrap_err();
    assert_eq!(errors[0].path, "spec.authorities.ci-key.key.pem");
    assert_eq!(errors[0].snippet, None);
    assert!(!errors[0].render().contains("MFkw"));
}

#[test]
fn independent_faults_come_together_in_order() {
    let text = policy_with(
        "  mode: block\n  rules:\n    - id: a\n      registery: {}\n    - id: b\n      config: {user: 5, maxAge: 1y}\n    - registry: {allow: [x*]}\n",
    ) + "---\napiVersion: cocket.dev/v1alpha1\nkind: TrustRoot\nmetadata: {}\nspec: {keys: 5}\n";
    let found: Vec<(u32, String)> =
        load(&text).unwrap_err().into_iter().map(|error| (error.line, error.path)).collect();
    let expected = [
        (5, "spec.mode"),
        (8, "spec.rules[0].registery"),
        (10, "spec.rules[1].config.user"),
        (10, "spec.rules[1].config.maxAge"),
        (11, "spec.rules[2]"),
        (11, "spec.rules[2].registry.allow[0]"),
        (15, "metadata"),
        (16, "spec.keys"),
    ];
    let expected: Vec<(u32, String)> =
        expected.into_iter().map(|(line, path)| (line, path.to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn more_faults_than_a_person_reads_are_counted() {
    let patterns = "x*, ".repeat(limits::MAX_FAULTS + 20);
    let errors = load(&rule(&format!("registry: {{allow: [{patterns}]}}"))).unwrap_err();
    assert_eq!(errors.len(), limits::MAX_FAULTS + 1);
    assert_eq!(errors.last().unwrap().kind, PolicyErrorKind::Limit);
}

#[test]
fn a_fault_shows_its_line() {
    let errors = load(&rule("config: {user: nonroot}")).unwrap_err();
    assert_eq!(
        errors[0].render(),
        "`nonroot` is not a word that is known here\n  --> p.yaml:7:22 (spec.rules[0].config.user)\n  \
         |\n7 |       config: {user: nonroot}\n  |                      ^^^^^^^\n  help: did you mean `nonRoot`?\n"
    );
    assert_eq!(errors[0].to_string(), "p.yaml:7:22: `nonroot` is not a word that is known here");
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_tolerated() {
    let plain = load(&example()).unwrap();
    let odd = format!("\u{feff}{}", example().replace('\n', "\r\n"));
    assert_eq!(load(&odd).unwrap().digest(), plain.digest());
    let errors = load(&odd.replace("nonRoot", "nonroot")).unwrap_err();
    assert_eq!((errors[0].line, errors[0].column), (35, 22));
}

#[test]
fn later_faults_find_their_place() {
    let loaded = load(&example()).unwrap();
    let place = |path: &str| {
        let error = loaded.error_at(DocumentKind::ImagePolicy, "production", path, "x".to_owned());
        (error.line, error.column)
    };
    assert_eq!(place("spec.authorities.ci-key.key.pem"), (15, 25));
    assert_eq!(place("spec.rules[2].signature.anyOf[1]"), (25, 35));
    assert_eq!(place("spec.rules[2].signature.allOf[9].x"), (25, 18));
    assert_eq!(place(""), (6, 1));
    let unknown = loaded.error_at(DocumentKind::TrustRoot, "none", "spec", "x".to_owned());
    assert_eq!((unknown.line, unknown.snippet), (1, None));
}

#[test]
fn warnings_are_about_what_loads() {
    let text =
        example_with("signature: {anyOf: [ci-key, release]}", "signature: {anyOf: [ci-key]}")
            .replacen("\"registry.k8s.io/**\"", "\"registry.k8s.io/**\", registry.k8s.io/pause", 1)
            .replacen("catalog: hardened-bases", "catalog: hardened-bases, proof: label", 1)
            .replacen("high: 5", "high: unlimited", 1)
            .replacen("mode: enforce\n", "mode: audit\n  enforceFrom: 2026-06-01\n", 1);
    let loaded = load(&text).unwrap();
    let paths = |now: &str| -> Vec<String> {
        let found = loaded.warnings(now.parse().unwrap());
        assert!(
            found.iter().all(|one| one.kind == PolicyErrorKind::Doubtful && one.snippet.is_some())
        );
        found.into_iter().map(|one| one.path).collect()
    };
    let always = [
        "spec.authorities.release",
        "spec.rules[0].registry.allow[2]",
        "spec.rules[3].vulnerabilities.max.high",
        "spec.rules[4].baseImage.proof",
    ];
    assert_eq!(paths("2026-05-01T00:00:00Z"), always);
    let late = [&["spec.enforceFrom"], &always[..], &["spec.expires"]].concat();
    assert_eq!(paths("2026-12-15T00:00:00Z"), late);
    assert_eq!(load(&example()).unwrap().warnings("2026-05-01T00:00:00Z".parse().unwrap()), []);
}

/// The documents of a text, each as JSON by an independent reader.
fn as_json(text: &str) -> Vec<String> {
    text.split("---\n")
        .map(|document| {
            let value: serde_json::Value = serde_saphyr::from_str(document).unwrap();
            serde_json::to_string_pretty(&value).unwrap()
        })
        .collect()
}

fn load_all(texts: &[(String, String)]) -> Policies {
    let source = |(name, text): &(String, String)| PolicySource {
        name: name.clone(),
        bytes: text.clone().into_bytes(),
    };
    Policies::load(&texts.iter().map(source).collect::<Vec<_>>()).unwrap()
}

#[test]
fn json_and_yaml_mean_the_same() {
    let yaml = load(&example()).unwrap();
    let texts: Vec<_> = as_json(&example())
        .into_iter()
        .enumerate()
        .map(|(position, text)| (format!("{position}.json"), text))
        .collect();
    let json = load_all(&texts);
    assert_eq!(json.image_policies(), yaml.image_policies());
    assert_eq!(json.exceptions(), yaml.exceptions());
    assert_eq!(json.digest(), yaml.digest());
    // JSON is YAML: the other reader must agree, too.
    let texts: Vec<_> =
        texts.into_iter().map(|(_, text)| ("x.yaml".to_owned(), format!("# y\n{text}"))).collect();
    assert_eq!(load_all(&texts).digest(), yaml.digest());
}

#[test]
fn digests_hold_for_every_layout() {
    let loaded = load(&example()).unwrap();
    let policy = &loaded.image_policies()[0];
    let mut texts: Vec<_> = as_json(&example())
        .into_iter()
        .map(|text| (format!("{}.yaml", text.len()), text))
        .collect();
    texts.reverse();
    let other = load_all(&texts);
    assert_eq!(other.digest(), loaded.digest());
    let mut shuffled = policy.clone();
    shuffled.spec.rules.reverse();
    assert_eq!(loaded.digest_of(&shuffled), loaded.digest_of(policy));
    for (old, new) in [("high: 5", "high: 6"), ("WAF-17", "WAF-18"), ("2027-01-01", "2027-01-02")] {
        assert_ne!(load(&example_with(old, new)).unwrap().digest(), loaded.digest(), "{new}");
    }
    let same = load(&example_with("maxAge: 7d", "maxAge: 168h")).unwrap();
    assert_eq!(same.digest(), loaded.digest());
}

#[test]
fn what_is_written_loads_as_the_same() {
    let loaded = load(&example()).unwrap();
    let texts: Vec<_> = loaded
        .to_canonical_json()
        .into_iter()
        .map(|bytes| ("written.json".to_owned(), String::from_utf8(bytes).unwrap()))
        .collect();
    let again = load_all(&texts);
    assert_eq!(again.set(), loaded.set());
    assert_eq!(again.exceptions(), loaded.exceptions());
    assert_eq!(again.catalogs(), loaded.catalogs());
    assert_eq!(again.trust_roots(), loaded.trust_roots());
    assert_eq!(again.digest(), loaded.digest());
}

#[test]
fn depth_aliases_and_sizes_are_bounded() {
    let limit = |text: String| {
        let errors = load(&text).unwrap_err();
        assert!(errors.iter().any(|error| error.kind == PolicyErrorKind::Limit), "{errors:?}");
    };
    for depth in [40, 300, 100_000] {
        limit(format!("a: {}{}", "[".repeat(depth), "]".repeat(depth)));
        limit("[".repeat(depth));
        limit("{\"a\":".repeat(depth));
        limit("- ".repeat(depth));
    }
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    limit(bomb);
    limit(format!("a: &a x\nb: [{}]", "*a, ".repeat(limits::MAX_ALIASES + 1)));
    limit(format!("a: {}", "x".repeat(limits::MAX_TEXT_BYTES + 1)));
    limit("x".repeat(limits::MAX_SOURCE_BYTES + 1));
    limit("---\na: 1\n".repeat(limits::MAX_DOCUMENTS + 1));
    let one = PolicySource { name: "x".to_owned(), bytes: Vec::new() };
    let errors = Policies::load(&vec![one; limits::MAX_SOURCES + 1]).unwrap_err();
    assert_eq!(errors.as_slice()[0].kind, PolicyErrorKind::Limit);
    let rules: String = (0..=limits::MAX_RULES)
        .map(|id| format!("  - {{id: r{id}, config: {{user: nonRoot}}}}\n"))
        .collect();
    limit(policy_with(&format!("  rules:\n{rules}")));
}

#[test]
fn an_alias_stands_for_its_value() {
    let text = policy_with(
        "  match: {namespaces: &ns [a, b]}\n  modes: [{namespaces: *ns, mode: warn}]\n  rules: [{id: r, config: {user: nonRoot}}]",
    );
    let loaded = load(&text).unwrap();
    let spec = &loaded.image_policies()[0].spec;
    assert_eq!(spec.modes[0].namespaces, spec.matches.as_ref().unwrap().namespaces);
}

/// A catalog as large as a large company's: a dozen layers an entry.
fn large_catalog(as_yaml: bool) -> String {
    let mut text = match as_yaml {
        true => "apiVersion: cocket.dev/v1alpha1\nkind: ImageCatalog\nmetadata: {name: c}\nspec:\n  entries:\n".to_owned(),
        false => "{\"apiVersion\":\"cocket.dev/v1alpha1\",\"kind\":\"ImageCatalog\",\"metadata\":{\"name\":\"c\"},\"spec\":{\"entries\":[".to_owned(),
    };
    for entry in 0..20_000_u32 {
        let digest =
            |layer: u32| format!("sha256:{:064x}", u64::from(entry) * 64 + u64::from(layer));
        let layers: Vec<String> = (1..=12).map(digest).collect();
        match as_yaml {
            true => {
                text.push_str(&format!(
                    "    - name: r.example.com/base:{entry}\n      digest: {}\n      diffIds:\n",
                    digest(0)
                ));
                layers.iter().for_each(|layer| text.push_str(&format!("        - {layer}\n")));
            }
            false => {
                let comma = if entry == 0 { "" } else { "," };
                let layers = layers.join("\",\"");
                text.push_str(&format!("{comma}{{\"name\":\"r.example.com/base:{entry}\",\"digest\":\"{}\",\"diffIds\":[\"{layers}\"]}}", digest(0)));
            }
        }
    }
    if !as_yaml {
        text.push_str("]}}");
    }
    text
}

#[test]
fn a_catalog_of_twenty_thousand_entries_loads() {
    let mut digests = Vec::new();
    for as_yaml in [true, false] {
        let sources = [
            ("policy.yaml".to_owned(), rule("baseImage: {catalog: c}")),
            ("catalog".to_owned(), large_catalog(as_yaml)),
        ];
        let start = std::time::Instant::now();
        let loaded = load_all(&sources);
        println!("{}: {:?}", if as_yaml { "YAML" } else { "JSON" }, start.elapsed());
        assert_eq!(loaded.catalogs()[0].spec.entries.len(), 20_000);
        assert_eq!(loaded.catalogs()[0].spec.entries[19_999].diff_ids.len(), 12);
        let error = loaded.error_at(
            DocumentKind::ImageCatalog,
            "c",
            "spec.entries[19999].digest",
            String::new(),
        );
        assert!(error.snippet.unwrap().contains("sha256:"));
        digests.push(loaded.digest());
    }
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn faults_in_a_large_catalog_do_not_take_long() {
    let text = large_catalog(false).replacen("sha256:0", "sha256:X", 4_000);
    let errors = load(&text).unwrap_err();
    assert!((2..20).contains(&errors.len()), "{}", errors.len());
    let help = errors.last().unwrap().help.as_deref().unwrap_or_default();
    assert!(help.contains("more faults"), "{help}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn cut_texts_never_panic(at in any::<prop::sample::Index>(), json in any::<bool>()) {
        let text = if json { as_json(&example())[1].clone() } else { example() };
        let cut = text.as_bytes()[..at.index(text.len())].to_vec();
        let _ = Policies::load(&[PolicySource { name: "x".to_owned(), bytes: cut }]);
    }

    #[test]
    fn changed_texts_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        json in any::<bool>(),
    ) {
        let text = if json { as_json(&example())[1].clone() } else { example() };
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at.index(length)] = byte;
        }
        if let Err(errors) = Policies::load(&[PolicySource { name: "x".to_owned(), bytes }]) {
            for error in errors.as_slice() {
                prop_assert!(error.line > 0 && error.column > 0);
                prop_assert!(!error.render().is_empty());
            }
        }
    }

    /// Whatever loads is written and read again as the same.
    #[test]
    fn loaded_models_survive_being_written(
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[a-z0-9*.:/-]"), 1..3),
    ) {
        let mut text = example();
        for (at, new) in changes {
            let at = at.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, &new);
            }
        }
        if let Ok(loaded) = load(&text) {
            let texts: Vec<_> = loaded
                .to_canonical_json()
                .into_iter()
                .map(|bytes| ("w.json".to_owned(), String::from_utf8(bytes).unwrap()))
                .collect();
            prop_assert_eq!(load_all(&texts).digest(), loaded.digest());
        }
    }
}
