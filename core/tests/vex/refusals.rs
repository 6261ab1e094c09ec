//! Documents that are refused.

use super::*;

#[test]
fn what_other_readers_could_read_otherwise_is_ambiguous() {
    let good = openvex(vec![statement("not_affected", product())]).to_string();
    for (from, to) in [
        (r#""status":"#, r#""status":"affected","status":"#),
        (r#""status":"#, r#""Status":"affected","status":"#),
        (r#""author":"#, r#""x":{"a":1,"a":2},"author":"#),
        (r#""@id":"pkg"#, r#""@ID":"x","@id":"pkg"#),
        (r#""statements":"#, r#""bomFormat":"CycloneDX","statements":"#),
        (r#""name":"#, r#""NAME":"x","name":"#),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        let error = VexDocument::parse(text.as_bytes()).expect_err(&text);
        assert_eq!(error.kind, EvidenceErrorKind::Ambiguous, "{error} {text}");
    }
}

#[test]
fn broken_documents_are_refused() {
    use EvidenceErrorKind as Kind;
    let change = |pointer: &str, value: Value| {
        let mut document = openvex(vec![statement("not_affected", product())]);
        match document.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => panic!("{pointer}"),
        }
        kind(&document)
    };
    assert_eq!(change("/@context", json!("https://openvex.dev/ns/v9")), Kind::Unsupported);
    assert_eq!(change("/@context", json!("https://example.com")), Kind::Unsupported);
    assert_eq!(change("/@context", json!(null)), Kind::Unsupported);
    assert_eq!(change("/timestamp", json!("yesterday")), Kind::Invalid);
    assert_eq!(change("/statements", json!(null)), Kind::Invalid);
    assert_eq!(change("/statements", json!({})), Kind::Invalid);
    assert_eq!(change("/statements/0/status", json!("NOT_AFFECTED")), Kind::Invalid);
    assert_eq!(change("/statements/0/status", json!(null)), Kind::Invalid);
    assert_eq!(change("/statements/0/vulnerability", json!({})), Kind::Invalid);
    assert_eq!(change("/statements/0/vulnerability", json!(" ")), Kind::Invalid);
    assert_eq!(change("/statements/0/vulnerability", json!(7)), Kind::Invalid);
    assert_eq!(change("/statements/0/products", json!("x")), Kind::Invalid);
    let aliases = json!({"name": ID, "aliases": vec!["x"; 101]});
    assert_eq!(change("/statements/0/vulnerability", aliases), Kind::TooLarge);
    assert_eq!(change("/statements/0/vulnerability", json!("x".repeat(257))), Kind::TooLarge);
    assert_eq!(kind(&json!({"SchemaVersion": 2})), Kind::Unsupported);
    assert_eq!(kind(&json!([])), Kind::Unsupported);
    assert_eq!(VexDocument::parse(b"{").unwrap_err().kind, Kind::Invalid);
    assert_eq!(VexDocument::parse(b"").unwrap_err().kind, Kind::Invalid);
}

#[test]
fn cut_at_any_byte() {
    refused_at_every_cut(&openvex(vec![
        statement("not_affected", with_parts(&["pkg:deb/debian/zlib1g"])),
        statement("fixed", product()),
    ]));
}
