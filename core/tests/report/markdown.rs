//! Markdown.

use cocket::report::markdown;

use crate::sample::{acts_on_a_screen, hostile, sample};

#[test]
fn markdown_shows_a_table_and_what_to_do() {
    let text = markdown(&sample());
    assert!(text.starts_with("## cocket: deny\n\n3 images: 1 denied,"), "{text}");
    for line in [
        "| **deny** | `registry.example.com/shop/api:1.4` | `Deployment/shop-api`, `deploy/shop.yaml:17`, \
         namespace `production-a` | `baseImage.not_in_catalog`, `config.too_old`, `config.user_root`, `signature.untrusted` |",
        "| **allow** | `registry.k8s.io/pause:3.10` | `Pod/pause`, `standard input:3`, namespace `kube-system` |  |",
        "### deny: `registry.example.com/shop/api:1.4` in `Deployment/shop-api`, `deploy/shop.yaml:17`, namespace `production-a`",
        "- **fails** `production/signed`",
        "- **audited** `production/base` (does not block)",
        "- passed: `production/pinned`, `production/registries`",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nin\n{text}");
    }
}

/// A line without its code spans, read as CommonMark reads them.
fn outside_of_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        let run = rest[start..].bytes().take_while(|byte| *byte == b'`').count();
        out.push_str(&rest[..start]);
        let after = &rest[start + run..];
        let mut end = None;
        let mut from = 0;
        while let Some(at) = after[from..].find('`') {
            let found = from + at;
            let length = after[found..].bytes().take_while(|byte| *byte == b'`').count();
            if length == run {
                end = Some(found + length);
                break;
            }
            from = found + length;
        }
        rest = &after[end.unwrap_or_else(|| panic!("an open code span in {line}"))..];
    }
    out.push_str(rest);
    out
}

#[test]
fn hostile_text_stays_in_code_spans_in_markdown() {
    let text = markdown(&hostile());
    assert_eq!(acts_on_a_screen(&text), None);
    for line in text.lines() {
        let open = outside_of_code(line);
        assert!(!open.contains(['<', '@', '[']), "{open}\nfrom\n{line}");
        assert!(!open.contains("evil.example"), "{line}");
        if line.starts_with('|') {
            assert_eq!(line.matches('|').count(), 5, "{line}");
        }
    }
}
