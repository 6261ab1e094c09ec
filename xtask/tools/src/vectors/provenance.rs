//! `provenance`.

use cocket_testkit::Signer;
use serde_json::{Value, json};

use super::case::{Case, good_image, signed_policy};

const V1: &str = "https://slsa.dev/provenance/v1";
const V0_2: &str = "https://slsa.dev/provenance/v0.2";
const BUILDER: &str = "https://github.com/acme/builders/.github/workflows/container.yml";
const BUILD_TYPE: &str = "https://actions.github.io/buildtypes/workflow/v1";

/// What GitHub's builder says of a build of the tag `v1.2.3`.
fn v1() -> Value {
    json!({
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "workflow": {
                    "repository": "https://github.com/acme/app",
                    "ref": "refs/tags/v1.2.3",
                    "path": ".github/workflows/release.yml",
                },
                "inputs": {"push": true},
            },
            "resolvedDependencies": [
                {
                    "uri": "git+https://github.com/acme/app@refs/tags/v1.2.3",
                    "digest": {"gitCommit": "8f70009fde0c94ade6ce2a054b94718c819126ec"},
                },
                {"uri": "pkg:docker/golang@1.25", "digest": {"sha256": "0".repeat(64)}},
            ],
        },
        "runDetails": {
            "builder": {"id": format!("{BUILDER}@refs/tags/v2.1.0")},
            "metadata": {"finishedOn": "2026-11-20T08:00:00Z"},
        },
    })
}

/// What a builder of the older format says of a build of the branch `main`.
fn v0_2() -> Value {
    json!({
        "builder": {"id": format!("{BUILDER}@refs/heads/main")},
        "buildType": BUILD_TYPE,
        "invocation": {
            "configSource": {
                "uri": "git+https://github.com/acme/app@refs/heads/main",
                "digest": {"sha1": "8f70009fde0c94ade6ce2a054b94718c819126ec"},
                "entryPoint": ".github/workflows/release.yml",
            },
            "parameters": {"push": true},
        },
        "materials": [{"uri": "pkg:docker/golang@1.25"}],
        "metadata": {"buildFinishedOn": "2026-11-20T08:00:00Z"},
    })
}

fn case(name: &'static str, rule: &str, kind: &str, predicate: &Value) -> Case {
    let digest = good_image().digest();
    unattested(name, rule)
        .attached(&digest, &Signer::named("ci").statement(&digest, kind, predicate))
}

fn unattested(name: &'static str, rule: &str) -> Case {
    let comma = if rule.is_empty() { "" } else { ", " };
    let rule = format!("- id: built\n  provenance: {{anyOf: [ci]{comma}{rule}}}");
    Case::of_policy(name, &signed_policy(&["ci", "audit"], &rule)).image(&good_image())
}

pub(super) fn cases() -> Vec<Case> {
    [trust(), builders(), sources(), rest()].into_iter().flatten().collect()
}

const PASS: &[&str] = &["provenance.verified"];

fn trust() -> Vec<Case> {
    let digest = good_image().digest();
    let whole = format!(
        "builders: [{{id: '{BUILDER}', version: v2.1.0, level: 3}}], minLevel: 3, \
         sources: [github.com/acme/app], versionedTag: v1, workflow: .github/workflows/release.yml, \
         buildType: '{BUILD_TYPE}', parameters: [{{path: /inputs/push, equals: true}}], maxAge: 30d"
    );
    let both = "- id: built\n  provenance: {allOf: [ci, audit]}";
    let stranger = Signer::named("stranger").statement(&digest, V1, &v1());
    let old = v1().to_string().replace("2026-11-20", "2026-08-20");
    let old: Value = serde_json::from_str(&old).unwrap_or_default();
    vec![
        case("provenance/verified", &whole, V1, &v1()).expect("allow", PASS),
        case("provenance/older-format", "branch: main, maxAge: 30d", V0_2, &v0_2())
            .expect("allow", PASS),
        unattested("provenance/missing", &whole).expect("deny", &["provenance.missing"]),
        unattested("provenance/stranger", &whole)
            .attached(&digest, &stranger)
            .expect("deny", &["provenance.untrusted"]),
        Case::of_policy("provenance/too-few", &signed_policy(&["ci", "audit"], both))
            .image(&good_image())
            .attached(&digest, &Signer::named("ci").statement(&digest, V1, &v1()))
            .expect("deny", &["provenance.too_few"]),
        case("provenance/too-old", "maxAge: 30d", V1, &old).expect("deny", &["provenance.too_old"]),
        case("provenance/says-nothing", &whole, V1, &json!({})).expect(
            "deny",
            &[
                "evidence.undated",
                "provenance.build_type",
                "provenance.builder",
                "provenance.parameters",
                "provenance.ref",
                "provenance.source",
                "provenance.workflow",
            ],
        ),
        case("provenance/broken", "", V1, &json!({"buildDefinition": {"buildType": 1}}))
            .expect("deny", &["evidence.invalid"]),
    ]
}

fn builders() -> Vec<Case> {
    let builder = |name, entry: &str| case(name, &format!("builders: [{{{entry}}}]"), V1, &v1());
    let level = format!(
        "builders: [{{id: '{BUILDER}', level: 2}}, {{id: 'https://ci.example.com', level: 3}}], minLevel: 3"
    );
    let any = format!("builders: [{{id: '{BUILDER}'}}]");
    vec![
        builder("provenance/builder-of-any-version", &format!("id: '{BUILDER}'"))
            .expect("allow", PASS),
        builder("provenance/builder-whole", &format!("id: '{BUILDER}@refs/tags/v2.1.0'"))
            .expect("allow", PASS),
        builder("provenance/builder-version", &format!("id: '{BUILDER}', version: v2.1.0"))
            .expect("allow", PASS),
        builder("provenance/builder-other-version", &format!("id: '{BUILDER}', version: v2.1"))
            .expect("deny", &["provenance.builder"]),
        builder(
            "provenance/builder-prefix",
            &format!("id: '{}'", BUILDER.trim_end_matches(".yml")),
        )
        .expect("deny", &["provenance.builder"]),
        case("provenance/builder-from-a-branch", &any, V0_2, &v0_2())
            .expect("deny", &["provenance.builder"]),
        case("provenance/level", &level, V1, &v1()).expect("deny", &["provenance.level"]),
    ]
}

fn sources() -> Vec<Case> {
    let source = |name, source: &str| case(name, &format!("sources: ['{source}']"), V1, &v1());
    let other = json!({"uri": "git+https://github.com/mallory/app"});
    let mut two = v1();
    two["buildDefinition"]["externalParameters"]["source"] = other;
    let at = |name, rule: &str| case(name, rule, V1, &v1());
    let mut pushed = v1();
    pushed["buildDefinition"]["internalParameters"] =
        json!({"GITHUB_EVENT_PAYLOAD": {"base_ref": "refs/heads/main"}});
    let refused = &["provenance.source"];
    vec![
        source("provenance/source", "https://github.com/acme/app.git").expect("allow", PASS),
        source("provenance/source-longer", "github.com/acme/appA").expect("deny", refused),
        source("provenance/source-shorter", "github.com/acme/ap").expect("deny", refused),
        source("provenance/source-other-host", "Agithub.com/acme/app").expect("deny", refused),
        case("provenance/two-sources", "sources: [github.com/acme/app]", V1, &two)
            .expect("deny", refused),
        at("provenance/ref", "ref: refs/tags/v1.2.3").expect("allow", PASS),
        at("provenance/tag", "tag: 'v1.*'").expect("allow", PASS),
        at("provenance/versioned-tag", "versionedTag: v1.2").expect("allow", PASS),
        at("provenance/other-versioned-tag", "versionedTag: v1.20")
            .expect("deny", &["provenance.ref"]),
        at("provenance/tag-is-no-branch", "branch: '*'").expect("deny", &["provenance.ref"]),
        case("provenance/tag-on-the-branch", "branch: main", V1, &pushed).expect("allow", PASS),
        case("provenance/tag-on-another-branch", "branch: release", V1, &pushed)
            .expect("deny", &["provenance.ref"]),
        case("provenance/branch-is-no-tag", "tag: '*'", V0_2, &v0_2())
            .expect("deny", &["provenance.ref"]),
    ]
}

fn rest() -> Vec<Case> {
    let of_v1 = |name, rule: &str| case(name, rule, V1, &v1());
    let of_v0_2 = |name, rule: &str| case(name, rule, V0_2, &v0_2());
    let golang = "materials: {required: ['pkg:docker/golang@1.25']}";
    vec![
        of_v1("provenance/build-type", "buildType: 'https://ci.example.com/build/v1'")
            .expect("deny", &["provenance.build_type"]),
        of_v1("provenance/workflow", "workflow: release.yml")
            .expect("deny", &["provenance.workflow"]),
        of_v0_2("provenance/parameters", "parameters: [{path: /push, equals: true}]")
            .expect("allow", PASS),
        of_v0_2("provenance/parameters-other", "parameters: [{path: /push, equals: false}]")
            .expect("deny", &["provenance.parameters"]),
        of_v1("provenance/material", golang).expect("allow", PASS),
        of_v0_2("provenance/material-without-digest", golang)
            .expect("deny", &["provenance.material_missing"]),
        of_v1(
            "provenance/materials-allowed",
            "materials: {digests: true, allow: ['git\\+https://github\\.com/acme/.*', 'pkg:docker/.*']}",
        )
        .expect("allow", PASS),
        of_v1("provenance/material-not-allowed", "materials: {allow: ['git\\+https://github\\.com/acme/.*']}")
            .expect("deny", &["provenance.material_not_allowed"]),
    ]
}
