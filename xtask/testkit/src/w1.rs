//! The reference workload `w1` of the corpus, as cocket is given it.

use serde_json::{Value, json};

use crate::Image;

/// The policy `policy-N.json`: its nine rules as one policy of cocket, and the catalog.
#[must_use]
pub fn policies(w1: &Value) -> String {
    let of = |key: &str| w1.get(key).cloned().unwrap_or_default();
    let scan = |more: Value| {
        let mut rule = json!({
            "from": {"trust": "caller"}, "countBy": "vulnerability", "maxAge": "36500d",
        });
        if let (Value::Object(rule), Value::Object(more)) = (&mut rule, more) {
            rule.extend(more);
        }
        json!({"vulnerabilities": rule})
    };
    let ignore: Vec<Value> = of("ignore")
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| json!({"id": one.get("id"), "expires": one.get("expires"), "reason": "w1"}))
        .collect();
    let age = format!("{}d", of("max_scan_age_days"));
    let rules = [
        ("registry", json!({"registry": {"allow": of("allowed_registries")}})),
        ("tag", json!({"reference": {"tag": {"required": true, "deny": ["latest"]}}})),
        ("digest", json!({"reference": {"digest": "required"}})),
        (
            "critical",
            scan(json!({
                "ignore": ignore,
                "max": {"critical": of("max_critical"), "unknown": "unlimited"},
            })),
        ),
        (
            "high",
            scan(json!({
                "ignore": ignore,
                "fixable": {
                    "high": of("max_high_fixable"), "critical": "unlimited", "unknown": "unlimited",
                },
            })),
        ),
        ("scan-age", scan(json!({"maxAge": age, "max": {"critical": "unlimited"}}))),
        ("user", json!({"config": {"user": "nonRootOrNamed"}})),
        ("label", json!({"config": {"labels": {"required": of("required_labels")}}})),
        ("base", json!({"baseImage": {"catalog": "w1", "proof": "label"}})),
    ];
    let rules = rules.map(|(id, mut rule)| {
        if let Value::Object(members) = &mut rule {
            members.insert("id".to_owned(), json!(id));
        }
        rule
    });
    let bases = of("base_catalog");
    let bases = bases.as_array().into_iter().flatten().enumerate();
    let entries: Vec<Value> = bases
        .map(|(number, digest)| json!({"name": format!("base.example.com/b{number}"), "digest": digest}))
        .collect();
    let version = "cocket.dev/v1alpha1";
    let policy = json!({
        "apiVersion": version, "kind": "ImagePolicy", "metadata": {"name": "w1"},
        "spec": {"rules": rules},
    });
    let catalog = json!({
        "apiVersion": version, "kind": "ImageCatalog", "metadata": {"name": "w1"},
        "spec": {"entries": entries},
    });
    format!("---\n{policy}\n---\n{catalog}\n")
}

/// The head as an image of its own: blobs have the digest of their bytes, so the digest that the
/// head names is taken by that of the image made here.
#[must_use]
pub fn image(head: &Value) -> Image {
    let given = head.get("config").unwrap_or(&Value::Null);
    let mut labels = given.get("Labels").cloned().unwrap_or_else(|| json!({}));
    if let (Value::Object(labels), Some(base)) = (&mut labels, given.get("BaseDigest")) {
        labels.insert("org.opencontainers.image.base.digest".to_owned(), base.clone());
    }
    let mut config = json!({"Labels": labels});
    if let (Value::Object(config), Some(user)) = (&mut config, given.get("User")) {
        config.insert("User".to_owned(), user.clone());
    }
    Image::new(&["layer"], &config, &json!({}))
}

/// The head's reference, about the image made of it.
#[must_use]
pub fn reference(head: &Value, image: &Image) -> String {
    let text = |key: &str| head.get(key).and_then(Value::as_str).unwrap_or_default();
    text("reference").replace(text("digest"), &image.digest())
}
