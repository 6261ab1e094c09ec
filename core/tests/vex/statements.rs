//! What statements say, and which of several decides.

use super::*;

fn dated(status: &str, time: Option<&str>) -> Value {
    let mut one = statement(status, product());
    one["timestamp"] = json!(time);
    one
}

#[test]
fn what_a_document_says_of_itself() {
    let mut source = openvex(vec![statement("fixed", product())]);
    source["last_updated"] = json!("2026-11-02T00:00:00+01:00");
    let document = parse(&source).unwrap();
    assert_eq!(document.format(), VexFormat::OpenVex);
    assert_eq!(document.format_version(), "https://openvex.dev/ns/v0.2.0");
    assert_eq!(document.author(), Some("Acme"));
    assert_eq!(document.id(), Some("https://example.com/vex/1"));
    assert_eq!(document.version(), Some("3"));
    assert_eq!(document.timestamp().unwrap().to_string(), "2026-11-01T00:00:00Z");
    assert_eq!(document.last_updated().unwrap().to_string(), "2026-11-01T23:00:00Z");
    assert_eq!(document.statements()[0].timestamp, document.timestamp(), "inherited");
}

#[test]
fn the_oldest_form_has_strings() {
    let mut old = json!({
        "@context": "https://openvex.dev/ns", "@id": "vex-1", "author": "Acme", "version": "1",
        "statements": [{
            "vulnerability": ID, "status": "not_affected", "impact_statement": "not linked",
            "products": [format!("pkg:oci/app@sha256%3A{}", judged().hex())],
            "subcomponents": ["pkg:deb/debian/zlib1g"], "timestamp": "2026-01-01T00:00:00Z",
        }],
    });
    let document = parse(&old).unwrap();
    assert_eq!((document.timestamp(), document.version()), (None, Some("1")));
    assert_eq!(decided(&document), SUPPRESSED);
    assert_eq!(decided_for(&document, "pkg:deb/debian/bash@5", &[ID]), None);
    old["statements"][0]["products"] = json!([with_parts(&["pkg:deb/debian/bash"])]);
    assert_eq!(kind(&old), EvidenceErrorKind::Ambiguous);
}

#[test]
fn only_fixed_and_a_reasoned_not_affected_suppress() {
    let status = |status: &str| decided(&read(vec![statement(status, product())])).unwrap();
    assert_eq!(status("not_affected"), (VexStatus::NotAffected, true));
    assert_eq!(status("fixed"), (VexStatus::Fixed, true));
    assert_eq!(status("under_investigation"), (VexStatus::UnderInvestigation, false));
    assert_eq!(status("affected"), (VexStatus::Affected, false));
}

#[test]
fn not_affected_needs_a_reason() {
    for (justification, impact, kept) in [
        (json!(null), json!(null), false),
        (json!(""), json!(""), false),
        (json!(""), json!(" \t\n"), false),
        (json!(null), json!("never called"), true),
        (json!("component_not_present"), json!(""), true),
        (json!("because"), json!("never called"), false),
    ] {
        let mut one = statement("not_affected", product());
        one["justification"] = justification;
        one["impact_statement"] = impact;
        let document = openvex(vec![one]);
        match parse(&document) {
            Ok(_) => assert!(kept, "{document}"),
            Err(error) => {
                assert!(!kept && error.kind == EvidenceErrorKind::Invalid, "{error}");
                assert!(error.place.starts_with("/statements/0"), "{error}");
            }
        }
    }
}

#[test]
fn the_latest_wins_and_affected_wins_a_tie() {
    let (old, new) = (Some("2026-01-01T00:00:00Z"), Some("2026-06-01T02:00:00+02:00"));
    let winner = |statements: Vec<Value>| decided(&read(statements)).unwrap().0;
    let cases = [
        (dated("affected", old), dated("not_affected", new), VexStatus::NotAffected),
        (dated("not_affected", old), dated("affected", new), VexStatus::Affected),
        (dated("fixed", old), dated("under_investigation", new), VexStatus::UnderInvestigation),
        (dated("not_affected", new), dated("affected", new), VexStatus::Affected),
        (dated("fixed", new), dated("under_investigation", new), VexStatus::UnderInvestigation),
        (dated("under_investigation", new), dated("affected", new), VexStatus::Affected),
        // Equal moments in two zones.
        (
            dated("not_affected", new),
            dated("affected", Some("2026-06-01T00:00:00Z")),
            VexStatus::Affected,
        ),
    ];
    for (one, other, expected) in cases {
        assert_eq!(winner(vec![one.clone(), other.clone()]), expected, "{one} {other}");
        assert_eq!(winner(vec![other.clone(), one.clone()]), expected, "{other} {one}");
        let all = vec![one.clone(), other.clone(), one.clone(), other.clone()];
        assert_eq!(winner(all), expected, "twice");
    }
}

#[test]
fn without_a_time_bad_news_stands() {
    let mut source =
        openvex(vec![dated("affected", None), dated("not_affected", Some("2026-06-01T00:00:00Z"))]);
    source["timestamp"] = json!("0001-01-01T00:00:00Z");
    let document = parse(&source).unwrap();
    assert_eq!(document.timestamp(), None, "Go's zero time is none");
    assert_eq!(decided(&document), Some((VexStatus::Affected, false)));
    source["statements"] = json!([
        dated("not_affected", None),
        dated("under_investigation", Some("2026-06-01T00:00:00Z")),
    ]);
    let document = parse(&source).unwrap();
    assert_eq!(decided(&document), Some((VexStatus::UnderInvestigation, false)));
}

#[test]
fn a_time_in_the_future_is_kept_to_be_judged() {
    let document = read(vec![
        dated("affected", Some("2026-06-01T00:00:00Z")),
        dated("not_affected", Some("2999-01-01T00:00:00Z")),
    ]);
    let digests = [judged()];
    let image = VexImage { digests: &digests, reference: None, by_version: false };
    let package = VexPackage { purl: None, name: "a", version: "1" };
    let found = document.statement_for(&image, &package, &[ID]).unwrap();
    assert_eq!(found.timestamp().unwrap().to_string(), "2999-01-01T00:00:00Z");
    assert_eq!((found.position, found.status()), (1, VexStatus::NotAffected));
}

#[test]
fn an_unfitting_statement_hides_nothing() {
    let other = json!({"@id": format!("pkg:oci/app@{}", Digest::sha256(b"other"))});
    let mut later = statement("not_affected", other);
    later["timestamp"] = json!("2026-12-01T00:00:00Z");
    let document = read(vec![later, statement("affected", product())]);
    assert_eq!(decided(&document), Some((VexStatus::Affected, false)));
}

fn any_statement() -> impl Strategy<Value = Value> {
    let status =
        prop::sample::select(vec!["not_affected", "affected", "fixed", "under_investigation"]);
    let time = prop::sample::select(vec![
        None,
        Some("2026-01-01T00:00:00Z"),
        Some("2026-01-02T00:00:00Z"),
        Some("2026-12-31T00:00:00Z"),
    ]);
    (status, time, 0..3_u8).prop_map(|(status, time, which)| {
        let product = match which {
            0 => product(),
            1 => with_parts(&["pkg:deb/debian/zlib1g"]),
            _ => json!({"@id": format!("pkg:oci/app@{}", Digest::sha256(b"other"))}),
        };
        let mut one = statement(status, product);
        one["timestamp"] = json!(time);
        one
    })
}

proptest! {
    #[test]
    fn the_order_of_statements_does_not_matter(
        (given, shuffled) in prop::collection::vec(any_statement(), 0..8)
            .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
    ) {
        let (given, shuffled) = (read(given), read(shuffled));
        prop_assert_eq!(decided(&given), decided(&shuffled));
    }

    #[test]
    fn a_statement_about_something_else_changes_nothing(
        list in prop::collection::vec(any_statement(), 0..6),
        more in any_statement(),
    ) {
        let mut elsewhere = more;
        elsewhere["vulnerability"]["name"] = json!("CVE-2000-0001");
        let before = decided(&read(list.clone()));
        let after = decided(&read(list.into_iter().chain([elsewhere]).collect()));
        prop_assert_eq!(before, after);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = VexDocument::parse(&bytes);
    }
}
