//! `config`.

use cocket_testkit::Image;
use serde_json::{Value, json};

use super::case::{Case, good_image, image};

fn case(name: &'static str, rule: &str, image: &Image) -> Case {
    Case::new(name, &format!("- id: config\n  config: {{{rule}}}")).image(image)
}

fn of(config: Value) -> Image {
    image(&config)
}

pub(super) fn cases() -> Vec<Case> {
    [users(), labels(), secrets(), rest()].into_iter().flatten().collect()
}

fn users() -> Vec<Case> {
    let non_root = "user: nonRoot";
    let one_of = "user: {oneOf: ['65532']}";
    let user = |user: &str| of(json!({"User": user}));
    let (root, unknown) = (&["config.user_root"], &["config.user_unknown"]);
    vec![
        case("config/user-number", non_root, &user("10001:10001"))
            .expect("allow", &["config.accepted"]),
        case("config/user-absent", non_root, &of(json!({}))).expect("deny", root),
        case("config/user-empty", non_root, &user("")).expect("deny", root),
        case("config/user-zero", non_root, &user("0")).expect("deny", root),
        case("config/user-zero-and-group", non_root, &user("0:10001")).expect("deny", root),
        case("config/user-root", non_root, &user("root:app")).expect("deny", root),
        case("config/user-zeros", non_root, &user("000")).expect("deny", root),
        case("config/user-name", non_root, &user("app")).expect("deny", unknown),
        case("config/user-name-believed", "user: nonRootOrNamed", &user("app"))
            .expect("allow", &["config.accepted"]),
        case("config/user-allowed", one_of, &user("65532")).expect("allow", &["config.accepted"]),
        case("config/user-not-allowed", one_of, &user("1000"))
            .expect("deny", &["config.user_not_allowed"]),
    ]
}

fn labels() -> Vec<Case> {
    let required = "labels: {required: [org.opencontainers.image.source]}";
    let regex = "labels: {regex: {version: '\\d+'}}";
    let label = |name: &str, value: &str| of(json!({"Labels": {name: value}}));
    vec![
        case("config/label", required, &good_image()).expect("allow", &["config.accepted"]),
        case("config/label-missing", required, &of(json!({})))
            .expect("deny", &["config.label_missing"]),
        case("config/label-empty", required, &label("org.opencontainers.image.source", ""))
            .expect("deny", &["config.label_missing"]),
        case("config/label-matches", regex, &label("version", "12"))
            .expect("allow", &["config.accepted"]),
        case("config/label-mismatch", regex, &label("version", "12a"))
            .expect("deny", &["config.label_mismatch"]),
    ]
}

fn secrets() -> Vec<Case> {
    let env = "env: {deny: ['DEBUG*'], secrets: deny}";
    let with = |variable: &str| of(json!({"Env": [variable]}));
    let history = |command: &str| {
        Image::new(&["base", "app"], &json!({}), &json!({"history": [{"created_by": command}]}))
    };
    vec![
        case("config/env", env, &with("PATH=/bin")).expect("allow", &["config.accepted"]),
        case("config/env-denied", env, &with("DEBUG_LEVEL=3"))
            .expect("deny", &["config.env_denied"]),
        case("config/env-secret", env, &with("AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP"))
            .expect("deny", &["config.secret"]),
        case(
            "config/history-secret",
            "history: {secrets: deny}",
            &history("RUN API_KEY=abcdef12 make"),
        )
        .expect("deny", &["config.secret"]),
        case("config/history", "history: {secrets: deny}", &history("RUN make install"))
            .expect("allow", &["config.accepted"]),
    ]
}

fn rest() -> Vec<Case> {
    let ports = "ports: {allow: ['1024-65535/tcp']}";
    let exposing = |port: &str| of(json!({"ExposedPorts": {port: {}}}));
    let entrypoint = "entrypoint: ['/app( .*)?']";
    let started = |path: &str| of(json!({"Entrypoint": [path]}));
    let extra = |extra: Value| Image::new(&["base", "app"], &json!({}), &extra);
    vec![
        case("config/port", ports, &exposing("8080/tcp")).expect("allow", &["config.accepted"]),
        case("config/port-denied", ports, &exposing("22/tcp"))
            .expect("deny", &["config.port_denied"]),
        case("config/port-unreadable", ports, &exposing("http"))
            .expect("deny", &["config.port_denied"]),
        case("config/platform", "platforms: [linux/amd64]", &good_image())
            .expect("allow", &["config.accepted"]),
        case("config/platform-not-allowed", "platforms: [linux/arm64]", &good_image())
            .expect("deny", &["config.platform_not_allowed"]),
        case("config/entrypoint", entrypoint, &started("/app"))
            .expect("allow", &["config.accepted"]),
        case("config/entrypoint-not-allowed", entrypoint, &started("/bin/sh"))
            .expect("deny", &["config.entrypoint_not_allowed"]),
        case("config/entrypoint-absent", entrypoint, &of(json!({})))
            .expect("deny", &["config.entrypoint_not_allowed"]),
        case("config/age", "maxAge: 30d", &good_image()).expect("allow", &["config.accepted"]),
        case("config/too-old", "maxAge: 3d", &good_image()).expect("deny", &["config.too_old"]),
        case("config/undated", "maxAge: 30d", &extra(json!({"created": null})))
            .expect("deny", &["config.undated"]),
        case("config/size", "maxSize: 1kB", &good_image()).expect("allow", &["config.accepted"]),
        case("config/too-large", "maxSize: 5", &good_image()).expect("deny", &["config.too_large"]),
    ]
}
