//! VEX documents: what they say, and what they must not be taken to say.
#![cfg(test)]

use cocket::evidence::purl::PackageUrl;
use cocket::evidence::vex::{VexBinding, VexDocument, VexFormat, VexImage, VexPackage, VexStatus};
use cocket::evidence::{EvidenceError, EvidenceErrorKind};
use cocket::reference::{Digest, Reference};
use proptest::prelude::*;
use serde_json::{Value, json};

#[path = "vex/csaf.rs"]
mod csaf;
#[path = "vex/cyclonedx.rs"]
mod cyclonedx;

const ID: &str = "CVE-2024-0001";
const PURL: &str = "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64&distro=debian-12";

fn judged() -> Digest {
    Digest::sha256(b"judged")
}

fn parse(document: &Value) -> Result<VexDocument, EvidenceError> {
    VexDocument::parse(document.to_string().as_bytes())
}

fn kind(document: &Value) -> EvidenceErrorKind {
    parse(document).expect_err(&document.to_string()).kind
}

/// What the document decides about `PURL` in the judged image: by digest only.
fn decided(document: &VexDocument) -> Option<(VexStatus, bool)> {
    decided_for(document, PURL, &[ID])
}

fn decided_for(document: &VexDocument, purl: &str, ids: &[&str]) -> Option<(VexStatus, bool)> {
    let digests = [judged()];
    let image = VexImage { digests: &digests, reference: None, by_version: false };
    let purl = PackageUrl::parse(purl).unwrap();
    let package = VexPackage {
        purl: Some(&purl),
        name: purl.name(),
        version: purl.version().unwrap_or_default(),
    };
    let found = document.statement_for(&image, &package, ids)?;
    Some((found.status(), found.suppresses()))
}

/// Whether it fits the image of that name by version, where that is allowed.
fn by_version(document: &VexDocument, reference: &str) -> bool {
    let reference = Reference::parse(reference).unwrap();
    let digests = [judged()];
    let image = VexImage { digests: &digests, reference: Some(&reference), by_version: true };
    let package = VexPackage { purl: None, name: "zlib1g", version: "1:1.2.13" };
    let found = document.statement_for(&image, &package, &[ID]);
    let strict = VexImage { by_version: false, ..image };
    assert!(document.statement_for(&strict, &package, &[ID]).is_none(), "without leave");
    found.inspect(|found| assert_eq!(found.binding, VexBinding::Version)).is_some()
}

fn product() -> Value {
    json!({"@id": format!("pkg:oci/app@{}", judged())})
}

fn with_parts(parts: &[&str]) -> Value {
    let parts: Vec<Value> = parts.iter().map(|part| json!({"@id": part})).collect();
    json!({"@id": format!("pkg:oci/app@{}", judged()), "subcomponents": parts})
}

fn statement(status: &str, product: Value) -> Value {
    let mut statement =
        json!({"vulnerability": {"name": ID}, "status": status, "products": [product]});
    if status == "not_affected" {
        statement["justification"] = json!("vulnerable_code_not_present");
    }
    statement
}

fn openvex(statements: Vec<Value>) -> Value {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1",
        "author": "Acme", "timestamp": "2026-11-01T00:00:00Z", "version": 3,
        "statements": statements,
    })
}

fn read(statements: Vec<Value>) -> VexDocument {
    parse(&openvex(statements)).unwrap()
}

const SUPPRESSED: Option<(VexStatus, bool)> = Some((VexStatus::NotAffected, true));

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
fn a_statement_about_the_image_is_about_all_in_it() {
    let document = read(vec![statement("not_affected", product())]);
    assert_eq!(decided(&document), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &["CVE-2024-0002"]), None);
    assert_eq!(decided_for(&document, PURL, &["cve-2024-0001"]), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &[]), None);
}

#[test]
fn a_product_of_another_image_does_not_suppress() {
    let other = Digest::sha256(b"other");
    let longer = "sha512:".to_owned() + &"a".repeat(128);
    for product in [
        json!({"@id": format!("pkg:oci/app@{other}")}),
        json!({"@id": format!("pkg:oci/app@{}", judged().to_string().to_uppercase())}),
        json!({"@id": format!("pkg:oci/app@{}", judged().to_string().get(..70).unwrap())}),
        json!({"@id": format!("pkg:oci/app@{longer}")}),
        json!({"@id": "pkg:oci/app"}),
        json!({"@id": "app"}),
        json!({}),
        // Another type, though the digest is right.
        json!({"@id": format!("pkg:docker/app@{}", judged())}),
        json!({"@id": format!("pkg:generic/app@{}", judged())}),
        json!({"@id": "pkg:deb/debian/zlib1g"}),
        // Two identities, one of them another's.
        json!({"@id": format!("pkg:oci/app@{}", judged()),
            "identifiers": {"purl": format!("pkg:oci/app@{other}")}}),
        json!({"@id": format!("pkg:oci/app@{}", judged()), "hashes": {"sha-256": other.hex()}}),
        json!({"@id": format!("pkg:oci/app@{}", judged()), "hashes": {"sha-256": "ABC"}}),
        json!({"@id": format!("pkg:oci/app@{}", judged()), "identifiers": {"purl": "pkg:oci/"}}),
    ] {
        let document = read(vec![statement("not_affected", product.clone())]);
        assert_eq!(decided(&document), None, "{product}");
    }
    for product in [
        json!({"@id": "app", "hashes": {"sha-256": judged().hex()}}),
        json!({"@id": "app", "hashes": {"sha-256": judged().hex(), "md5": "x"}}),
        json!({"identifiers": {"purl": format!("pkg:oci/app@{}", judged())}}),
    ] {
        let document = read(vec![statement("not_affected", product.clone())]);
        assert_eq!(decided(&document), SUPPRESSED, "{product}");
    }
}

#[test]
fn a_part_of_another_package_does_not_suppress() {
    for part in [
        "pkg:deb/debian/zlib1g",
        "pkg:deb/debian/zlib1g@1:1.2.13",
        "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64",
        "pkg:deb/debian/zlib1g?distro=bookworm",
    ] {
        let document = read(vec![statement("not_affected", with_parts(&[part]))]);
        assert_eq!(decided(&document), SUPPRESSED, "{part}");
    }
    for part in [
        "pkg:deb/debian/zlib1g-dev",
        "pkg:deb/ubuntu/zlib1g",
        "pkg:deb/zlib1g",
        "pkg:apk/debian/zlib1g",
        "pkg:deb/debian/zlib1g@1:1.2.14",
        "pkg:deb/debian/zlib1g@1:1.2.13?arch=arm64",
        "pkg:deb/debian/%zz",
        "zlib1g",
        "",
    ] {
        let document = read(vec![statement("not_affected", with_parts(&[part]))]);
        assert_eq!(decided(&document), None, "{part}");
    }
    let one_of_two = with_parts(&["pkg:deb/debian/bash", "pkg:deb/debian/zlib1g"]);
    assert_eq!(decided(&read(vec![statement("not_affected", one_of_two)])), SUPPRESSED);
}

#[test]
fn without_a_type_a_package_needs_name_and_version() {
    let digests = [judged()];
    let image = VexImage { digests: &digests, reference: None, by_version: false };
    let fits = |part: &str, name: &str, version: &str| {
        let document = read(vec![statement("not_affected", with_parts(&[part]))]);
        let package = VexPackage { purl: None, name, version };
        document.statement_for(&image, &package, &[ID]).is_some()
    };
    assert!(fits("pkg:deb/debian/zlib1g@1.2", "zlib1g", "1.2"));
    assert!(!fits("pkg:deb/debian/zlib1g@1.2", "zlib1g", "1.3"));
    assert!(!fits("pkg:deb/debian/zlib1g", "zlib1g", "1.2"));
    assert!(!fits("pkg:deb/debian/zlib1g@1.2", "", ""));
}

#[test]
fn by_version_needs_the_repository_and_the_tag_that_is_stated() {
    let fits = |id: &str, reference: &str| {
        let document = read(vec![statement("not_affected", json!({"@id": id}))]);
        by_version(&document, reference)
    };
    let tagged = "pkg:oci/app?repository_url=ghcr.io/acme/app&tag=1.0";
    assert!(fits(tagged, "ghcr.io/acme/app:1.0"));
    assert!(!fits(tagged, "ghcr.io/acme/app:2.0"));
    assert!(!fits(tagged, "ghcr.io/acme/app"));
    assert!(!fits(tagged, "ghcr.io/other/app:1.0"));
    assert!(!fits(tagged, "ghcr.io/acme/app/app:1.0"));
    assert!(fits("pkg:oci/app@1.0?repository_url=ghcr.io/acme", "ghcr.io/acme/app:1.0"));
    assert!(!fits(
        "pkg:oci/app@1.0?repository_url=ghcr.io/acme/app&tag=1.1",
        "ghcr.io/acme/app:1.0"
    ));
    assert!(fits("pkg:oci/app?repository_url=ghcr.io/acme/app", "ghcr.io/acme/app:7"));
    assert!(fits("pkg:oci/debian?repository_url=index.docker.io/library", "debian:12"));
    // Another name, no repository, or a digest that is another's.
    assert!(!fits("pkg:oci/mismatch", "debian:12"));
    assert!(!fits("pkg:oci/debian", "debian:12"));
    assert!(!fits("pkg:oci/mismatch?repository_url=ghcr.io/acme/app", "ghcr.io/acme/app:1"));
    assert!(!fits("pkg:oci/app?repository_url=ghcr.io/acme/app:1", "ghcr.io/acme/app:1"));
    let other = Digest::sha256(b"other");
    let pinned = format!("pkg:oci/app@{other}?repository_url=ghcr.io/acme/app&tag=1.0");
    assert!(!fits(&pinned, "ghcr.io/acme/app:1.0"));
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
fn an_alias_joins_but_never_two_cves() {
    let mut one = statement("not_affected", product());
    one["vulnerability"]["aliases"] = json!(["GHSA-aaaa-bbbb-cccc"]);
    let document = read(vec![one]);
    let ghsa = "GHSA-aaaa-bbbb-cccc";
    assert_eq!(decided_for(&document, PURL, &[ghsa]), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &[ghsa, ID]), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &["CVE-2024-9999", ghsa]), None);
}

fn dated(status: &str, time: Option<&str>) -> Value {
    let mut one = statement(status, product());
    one["timestamp"] = json!(time);
    one
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

/// Each proper start of a document is refused: nothing is half read.
fn refused_at_every_cut(document: &Value) {
    let text = document.to_string();
    assert!(VexDocument::parse(text.as_bytes()).is_ok(), "{text}");
    for end in 0..text.len() {
        assert!(VexDocument::parse(text.as_bytes().get(..end).unwrap()).is_err(), "cut at {end}");
    }
}

#[test]
fn cut_at_any_byte() {
    refused_at_every_cut(&openvex(vec![
        statement("not_affected", with_parts(&["pkg:deb/debian/zlib1g"])),
        statement("fixed", product()),
    ]));
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
