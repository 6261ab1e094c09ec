//! Documents, rules and their values that are not what they should be.

use cocket::policy::PolicyErrorKind;

use crate::sample::{check, policy_with, rule};

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
