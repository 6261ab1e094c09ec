//! Sizes, depths and counts are bounded, and what is large loads.

use cocket::policy::{DocumentKind, Policies, PolicyErrorKind, PolicySource, limits};

use crate::sample::{load, load_all, policy_with, rule};

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

#[test]
fn many_warnings_are_counted() {
    let sources = [
        ("policy.yaml".to_owned(), rule("baseImage: {catalog: c}")),
        (
            "catalog".to_owned(),
            large_catalog(false).replace("\"diffIds\"", "\"expires\":\"2026-01-01\",\"diffIds\""),
        ),
    ];
    let found = load_all(&sources).warnings("2026-02-01T00:00:00Z".parse().unwrap());
    assert_eq!(found.len(), limits::MAX_FAULTS + 1);
    assert_eq!(found[0].path, "spec.entries[0].expires");
    assert!(found.last().unwrap().detail.contains("more than"));
}

#[test]
fn many_broken_documents_do_not_take_long() {
    let document = rule("registry: {allow: [x*, y*, z*]}") + "---\n";
    let errors = load(&document.repeat(limits::MAX_DOCUMENTS / 2)).unwrap_err();
    assert_eq!(errors.len(), limits::MAX_FAULTS + 1);
}
