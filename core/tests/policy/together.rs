//! Parts of policies that cannot hold together.

use cocket::policy::PolicyErrorKind;

use crate::sample::{PEM_A, PEM_B, check, example, example_with, load, policy_with, rule};

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
            (
                Kind::Contradiction,
                7,
                24,
                "spec.rules[0].vulnerabilities",
                "`fixable` or another bound",
            ),
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
