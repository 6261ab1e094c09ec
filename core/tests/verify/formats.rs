//! What is refused before any signature is looked at.

use cocket::evidence::signing::{
    Bundle, BundleVersion, Claim, MAX_SUBJECTS, Material, SIGNATURE_ANNOTATION, SignedDocument,
    SignedWith,
};
use cocket::evidence::{Attached, AttachedKind, EvidenceErrorKind};
use cocket::verify::Refusal;

use crate::sample::*;

fn kind(attached: &Attached) -> EvidenceErrorKind {
    SignedDocument::read(attached).unwrap_err().kind
}

#[test]
fn other_kinds_of_attachment_are_named() {
    let other = attached(AttachedKind::Other("text/plain".into()), b"{}", &[]);
    let error = SignedDocument::read(&other).unwrap_err();
    assert_eq!(error.kind, EvidenceErrorKind::Unsupported);
    assert!(error.detail.contains("`text/plain`"), "{error}");
}

#[test]
fn types_are_among_the_known_ones() {
    let good = simple_payload(&digest().to_string(), REPOSITORY, "null");
    let payload = good.replace("cosign container image signature", "something else");
    assert_eq!(kind(&signed_simple(1, &payload)), EvidenceErrorKind::Unsupported);
    let payload = good.replace("cosign container image", "atomic container");
    assert!(approved(&signed_simple(1, &payload)).is_ok());
    for (from, to) in [("Statement/v1", "Statement/v2"), ("https://in-toto", "http://in-toto")] {
        let payload = approval().replace(from, to);
        assert_eq!(kind(&bundle(&payload, &[1])), EvidenceErrorKind::Unsupported);
    }
    let payload = approval().replace("Statement/v1", "Statement/v0.1");
    assert!(approved(&bundle(&payload, &[1])).is_ok());
    let json = envelope_json(&approval(), &signatures(&approval(), &[1]))
        .replace("application/vnd.in-toto+json", "application/json");
    let attached = attached(AttachedKind::Envelope, json.as_bytes(), &[]);
    assert_eq!(kind(&attached), EvidenceErrorKind::Unsupported);
}

#[test]
fn versions_of_bundles() {
    let version = BundleVersion::from_media_type;
    let prefix = "application/vnd.dev.sigstore.bundle";
    for (suffix, expected) in [
        ("+json;version=0.1", BundleVersion::V0_1),
        ("+json;version=0.2", BundleVersion::V0_2),
        ("+json;version=0.3", BundleVersion::V0_3),
        (".v0.3+json", BundleVersion::V0_3),
        (".v0.3.1+json", BundleVersion::V0_3),
    ] {
        assert_eq!(version(&format!("{prefix}{suffix}")), Some(expected), "{suffix}");
    }
    for suffix in
        ["", "+json", "+json;version=99.9", ".v0.4+json", ".v0.3", ".v0.3.+json", ".v0.3.x+json"]
    {
        assert_eq!(version(&format!("{prefix}{suffix}")), None, "{suffix}");
    }
    assert_eq!(version(""), None);
}

#[test]
fn a_bundle_says_one_thing() {
    let good = envelope_json(&approval(), &signatures(&approval(), &[1]));
    let read = |material: &str, rest: &str| {
        let json = bundle_json(material, &format!("{good}{rest}"));
        Bundle::parse(json.as_bytes()).map_err(|error| error.kind)
    };
    let key = r#"{"publicKey":{"hint":"x"}}"#;
    assert!(read(key, "").is_ok());
    assert!(read(r#"{"publicKey":{},"certificate":null,"tlogEntries":[]}"#, "").is_ok());
    for (material, rest, expected) in [
        (key, r#","messageSignature":{}"#, EvidenceErrorKind::Ambiguous),
        (key, r#","media_type":"x""#, EvidenceErrorKind::Ambiguous),
        (key, r#","dsse_envelope":{}"#, EvidenceErrorKind::Ambiguous),
        (key, r#","more":1"#, EvidenceErrorKind::Invalid),
        (r#"{"publicKey":{},"certificate":{"rawBytes":"AA=="}}"#, "", EvidenceErrorKind::Ambiguous),
        (r#"{"x509CertificateChain":{"certificates":[]}}"#, "", EvidenceErrorKind::Invalid),
        (r#"{"certificate":{}}"#, "", EvidenceErrorKind::Invalid),
        ("{}", "", EvidenceErrorKind::Invalid),
        ("null", "", EvidenceErrorKind::Invalid),
        (r#"{"publicKey":{},"tlogEntries":[{}]}"#, "", EvidenceErrorKind::Invalid),
    ] {
        assert_eq!(read(material, rest), Err(expected), "{material} {rest}");
    }
}

#[test]
fn a_bundle_has_no_unknown_members_at_any_level_that_is_read() {
    let envelope = envelope_json(&approval(), &signatures(&approval(), &[1]));
    let good = bundle_json(
        r#"{"publicKey":{"hint":"x"},"timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":"AA=="}]}}"#,
        &envelope,
    );
    let timestamps = Bundle::parse(good.as_bytes()).map(|bundle| bundle.timestamps);
    assert_eq!(timestamps, Ok(vec![vec![0]]));
    for before in
        [r#""hint""#, r#""rfc3161Timestamps""#, r#""publicKey""#, r#""payload""#, r#""sig""#]
    {
        let unknown = good.replace(before, &format!(r#""more":1,{before}"#));
        let error = Bundle::parse(unknown.as_bytes()).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Invalid);
        assert!(error.place.ends_with("/more"), "{error}");
    }
    // A legacy envelope is no protobuf: its readers leave unknown members alone.
    let unknown = envelope.replace(r#""sig""#, r#""more":1,"sig""#);
    assert!(approved(&attached(AttachedKind::Envelope, unknown.as_bytes(), &[])).is_ok());
}

#[test]
fn a_bundle_over_a_file_is_not_about_an_image() {
    let json =
        bundle_json(r#"{"publicKey":{}}"#, r#"null,"messageSignature":{"signature":"AA=="}"#);
    let bundle = Bundle::parse(json.as_bytes()).unwrap();
    assert_eq!(bundle.content.name(), "messageSignature");
    let attached = attached(AttachedKind::Bundle, json.as_bytes(), &[]);
    assert_eq!(kind(&attached), EvidenceErrorKind::NotAnImage);
}

#[test]
fn a_key_does_not_vouch_for_certificates() {
    let good = envelope_json(&approval(), &signatures(&approval(), &[1]));
    for material in [
        r#"{"certificate":{"rawBytes":"AAEC"}}"#,
        r#"{"x509CertificateChain":{"certificates":[{"rawBytes":"AAEC"}]}}"#,
    ] {
        let json = bundle_json(material, &good);
        let attached = attached(AttachedKind::Bundle, json.as_bytes(), &[]);
        let document = SignedDocument::read(&attached).unwrap();
        let Material::Bundle { bundle, bytes, .. } = document.material() else { panic!() };
        assert_eq!(bundle.signed_with, SignedWith::Certificates(vec![vec![0, 1, 2]]));
        assert_eq!(bytes, json.as_bytes());
        let expected = Refusal::NeedsCertificate { authority: "ci".to_owned() };
        assert_eq!(approved(&attached), Err(expected));
    }
}

#[test]
fn line_breaks_in_an_annotation_are_tolerated() {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null");
    let mut attached = signed_simple(1, &payload);
    let signature = attached.annotations[SIGNATURE_ANNOTATION].clone();
    let (start, end) = signature.split_at(40);
    attached.annotations.insert(SIGNATURE_ANNOTATION.into(), format!("{start}\r\n{end}\n"));
    assert!(approved(&attached).is_ok());
    attached.annotations.insert(SIGNATURE_ANNOTATION.into(), format!("{start} {end}"));
    assert_eq!(kind(&attached), EvidenceErrorKind::Invalid);
}

#[test]
fn a_predicate_keeps_its_bytes() {
    let payload = approval().replace(r#""predicate":{}"#, r#""predicate": {"a" : 1.10, "b":[ ]}"#);
    let claim = Claim::from_statement(payload.as_bytes()).unwrap();
    assert_eq!(claim.predicate.as_deref(), Some(r#"{"a" : 1.10, "b":[ ]}"#));
}

#[test]
fn what_is_too_much_is_not_read() {
    let subjects = vec!["{}"; MAX_SUBJECTS + 1].join(",");
    let payload = approval().replace(r#""subject":["#, &format!(r#""subject":[{subjects},"#));
    let error = Claim::from_statement(payload.as_bytes()).unwrap_err();
    assert_eq!((error.kind, error.place.as_str()), (EvidenceErrorKind::TooLarge, "/subject"));
    let huge = format!("{}{}", " ".repeat(1024 * 1024), "{}");
    assert_eq!(kind(&signed_simple(1, &huge)), EvidenceErrorKind::TooLarge);
    let deep = format!(r#"{{"predicate":{}}}"#, "[".repeat(100));
    assert_eq!(kind(&bundle(&deep, &[1])), EvidenceErrorKind::TooLarge);
}

#[test]
fn statements_and_payloads_have_their_types() {
    for (from, to) in [
        (r#""subject":["#, r#""subject":[1,"#),
        (r#""predicateType":"#, r#""predicateType":1,"x":"#),
        (r#""digest":{"#, r#""digest":{"sha512":1,"#),
        (r#""digest":{"#, r#""digest":{"sha512":null,"#),
        (r#""digest":{"#, r#""name":[],"digest":{"#),
    ] {
        let payload = approval().replace(from, to);
        assert_ne!(payload, approval());
        assert_eq!(kind(&bundle(&payload, &[1])), EvidenceErrorKind::Invalid, "{payload}");
    }
    let good = simple_payload(&digest().to_string(), REPOSITORY, "null");
    for (from, to) in [
        (r#""optional":null"#, r#""optional":[]"#),
        (r#""docker-reference":""#, r#""docker-reference":1,"x":""#),
        (r#""identity":{"#, r#""x":{"#),
        (r#""critical":{"#, r#""x":{"#),
    ] {
        let payload = good.replace(from, to);
        assert_ne!(payload, good);
        assert_eq!(kind(&signed_simple(1, &payload)), EvidenceErrorKind::Invalid, "{payload}");
    }
}
