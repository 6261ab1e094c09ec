//! `baseImage`.

use cocket_testkit::Image;
use serde_json::{Value, json};

use super::case::{Case, policy};

fn catalogued(name: &'static str, proof: &str, layers: &[&str], config: &Value) -> Case {
    let digest = |text: &str| cocket_testkit::digest(text.as_bytes());
    let entry = |name: &str, layers: &[&str], more: &str| {
        let diff_ids: Vec<String> = layers.iter().map(|layer| Image::diff_id(layer)).collect();
        format!(
            "    - {{name: {name}, digest: \"{}\", diffIds: {}{more}}}\n",
            digest(name),
            json!(diff_ids)
        )
    };
    let catalog = format!(
        "---\napiVersion: cocket.dev/v1alpha1\nkind: ImageCatalog\nmetadata: {{name: bases}}\nspec:\n  entries:\n{}{}",
        entry("registry.example.com/base/debian:12", &["base", "certificates"], ""),
        entry("registry.example.com/base/debian:11", &["old"], ", expires: 2026-11-01"),
    );
    let rule = format!("- id: base\n  baseImage: {{catalog: bases{proof}}}");
    let image = Image::new(layers, config, &json!({}));
    Case::of_policy(name, &(policy("", &rule) + &catalog)).image(&image)
}

pub(super) fn cases() -> Vec<Case> {
    let none = json!({});
    let label = |name: &str| json!({"Labels": {"org.opencontainers.image.base.digest": cocket_testkit::digest(name.as_bytes())}});
    let points = label("registry.example.com/base/debian:12");
    vec![
        catalogued("baseImage/proven", "", &["base", "certificates", "app"], &none)
            .expect("allow", &["baseImage.proven"]),
        catalogued("baseImage/part-of-the-layers", "", &["base", "app"], &none)
            .expect("deny", &["baseImage.not_in_catalog"]),
        catalogued("baseImage/not-in-catalog", "", &["scratch"], &none)
            .expect("deny", &["baseImage.not_in_catalog"]),
        catalogued("baseImage/label-proves-nothing", "", &["scratch"], &points)
            .expect("deny", &["baseImage.unproven"]),
        catalogued("baseImage/label-accepted", ", proof: label", &["scratch"], &points)
            .expect("allow", &["baseImage.self_asserted"]),
        catalogued("baseImage/label-of-nothing", ", proof: label", &["scratch"], &label("x"))
            .expect("deny", &["baseImage.not_in_catalog"]),
        catalogued("baseImage/expired", "", &["old", "app"], &none)
            .expect("deny", &["baseImage.expired"]),
    ]
}
