//! What an attacker, or a careless tool, puts beside an image.

use cocket::evidence::signing::SIGNATURE_ANNOTATION;
use cocket::evidence::{AttachedKind, EvidenceErrorKind};
use cocket::reference::Digest;
use cocket::verify::{APPROVAL_PREDICATE, Refusal, attests};
use p256::ecdsa::Signature;

use crate::sample::*;

const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";

fn good_simple() -> String {
    simple_payload(&digest().to_string(), REPOSITORY, "null")
}

fn malformed(attached: &cocket::evidence::Attached) -> EvidenceErrorKind {
    match approved(attached) {
        Err(Refusal::Malformed(error)) => error.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_signed_by_the_key_is_approved_in_each_layout() {
    let id = verifier(1).key_ids().next().unwrap();
    for attached in
        [signed_simple(1, &good_simple()), envelope(&approval(), &[1]), bundle(&approval(), &[1])]
    {
        let signer = approved(&attached).unwrap();
        assert_eq!((signer.id.as_str(), signer.proven_at), (id.as_str(), None));
        assert_eq!(signer.checks, ["ecdsa-p256-sha256"]);
    }
}

#[test]
fn a_stranger_signs_in_vain() {
    for attached in
        [signed_simple(2, &good_simple()), envelope(&approval(), &[2]), bundle(&approval(), &[2])]
    {
        assert_eq!(approved(&attached), Err(Refusal::Signature));
    }
}

#[test]
fn a_moved_signature_is_about_another_image() {
    let other = Digest::sha256(b"another image");
    let payload = simple_payload(&other.to_string(), REPOSITORY, "null");
    let wrong = Refusal::WrongSubject { wanted: digest(), found: vec![other.to_string()] };
    assert_eq!(approved(&signed_simple(1, &payload)), Err(wrong.clone()));
    let subject = format!(r#""digest":{{"sha256":"{}"}}"#, other.hex());
    assert_eq!(approved(&bundle(&statement(APPROVAL_PREDICATE, &subject), &[1])), Err(wrong));
}

#[test]
fn a_signature_copied_to_another_repository_does_not_count() {
    let payload = simple_payload(&digest().to_string(), "registry.example.com/other", "null");
    let refusal = approved(&signed_simple(1, &payload)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "it is for the repository `registry.example.com/other`, not for `registry.example.com/app`"
    );
}

#[test]
fn an_attestation_is_not_an_approval() {
    let subject = format!(r#""digest":{{"sha256":"{}"}}"#, digest().hex());
    let scan = statement(VULN, &subject);
    for attached in [envelope(&scan, &[1]), bundle(&scan, &[1])] {
        assert_eq!(
            approved(&attached),
            Err(Refusal::NotAnApproval { predicate_type: VULN.to_owned() })
        );
        let document = verified(&attached, &verifier(1)).unwrap();
        assert_eq!(attests(&document, &digest(), VULN), Ok(()));
    }
    for near in ["https://sigstore.dev/cosign/sign/v1/", "https://sigstore.dev/cosign/sign/v10"] {
        assert!(approved(&bundle(&statement(near, &subject), &[1])).is_err(), "{near}");
    }
}

#[test]
fn an_attestation_has_the_type_and_the_subject_asked_for() {
    let subject = format!(r#""digest":{{"sha256":"{}"}}"#, digest().hex());
    let document = verified(&bundle(&statement(VULN, &subject), &[1]), &verifier(1)).unwrap();
    assert!(matches!(
        attests(&document, &digest(), "https://spdx.dev/Document"),
        Err(Refusal::OtherPredicate { found: Some(found), .. }) if found == VULN
    ));
    let other = Digest::sha256(b"another image");
    assert!(matches!(attests(&document, &other, VULN), Err(Refusal::WrongSubject { .. })));
    let document = verified(&signed_simple(1, &good_simple()), &verifier(1)).unwrap();
    let refusal = attests(&document, &digest(), VULN).unwrap_err();
    assert!(matches!(&refusal, Refusal::OtherPredicate { found: None, .. }), "{refusal}");
}

#[test]
fn an_annotation_beside_a_document_says_nothing() {
    let subject = format!(r#""digest":{{"sha256":"{}"}}"#, digest().hex());
    let scan = statement(VULN, &subject);
    let json = envelope_json(&scan, &signatures(&scan, &[1]));
    let lies = [("predicateType", APPROVAL_PREDICATE)];
    let attached = attached(AttachedKind::Envelope, json.as_bytes(), &lies);
    assert!(matches!(approved(&attached), Err(Refusal::NotAnApproval { .. })));
}

#[test]
fn junk_beside_a_good_signature_hides_nothing_in_an_envelope() {
    assert!(approved(&envelope(&approval(), &[2, 1, 3])).is_ok());
    let mut signatures = signatures(&approval(), &[1]);
    signatures.insert(0, vec![0; 70]);
    let json = envelope_json(&approval(), &signatures);
    assert!(approved(&attached(AttachedKind::Envelope, json.as_bytes(), &[])).is_ok());
    assert_eq!(approved(&envelope(&approval(), &[2, 3])), Err(Refusal::Signature));
}

#[test]
fn a_bundle_has_exactly_one_signature() {
    for seeds in [&[1, 1][..], &[1, 2], &[]] {
        assert_eq!(malformed(&bundle(&approval(), seeds)), EvidenceErrorKind::Invalid);
    }
}

#[test]
fn signatures_are_der_and_nothing_else() {
    let payload = good_simple();
    let der = sign(&key(1), payload.as_bytes());
    let parsed = Signature::from_der(&der).unwrap();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = der.clone();
        change(&mut changed);
        changed
    };
    // The lengths written in two bytes where one is enough.
    let long_form = {
        let mut long = vec![0x30, 0x81];
        long.extend_from_slice(&der[1..]);
        long
    };
    let nested_trailing = with(&|der| {
        der[1] += 1;
        der.push(0);
    });
    for signature in [
        parsed.to_bytes().to_vec(),
        with(&|der| der.push(0)),
        nested_trailing,
        long_form,
        with(&|der| der.truncate(der.len() - 1)),
        vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
        vec![0x30, 0x00],
    ] {
        let refusal = approved(&simple(payload.as_bytes(), &signature));
        assert_eq!(refusal, Err(Refusal::Signature), "{signature:02x?}");
    }
    assert_eq!(malformed(&simple(payload.as_bytes(), b"")), EvidenceErrorKind::Invalid);
}

#[test]
fn both_values_of_s_count() {
    let payload = good_simple();
    let parsed = Signature::from_der(&sign(&key(1), payload.as_bytes())).unwrap();
    let high = Signature::from_scalars(parsed.r(), -*parsed.s()).unwrap();
    assert_ne!(parsed, high);
    for signature in [parsed, high] {
        let der = signature.to_der();
        assert!(approved(&simple(payload.as_bytes(), der.as_bytes())).is_ok());
    }
}

#[test]
fn upper_case_and_bare_digests_match_nothing() {
    for digest in
        [digest().to_string().to_uppercase(), digest().hex().to_uppercase(), digest().hex()]
    {
        let payload = simple_payload(&digest, REPOSITORY, "null");
        assert_eq!(malformed(&signed_simple(1, &payload)), EvidenceErrorKind::Invalid);
    }
    let upper = digest().hex().to_uppercase();
    let subject = format!(r#""digest":{{"sha256":"{upper}"}}"#);
    assert_eq!(
        approved(&bundle(&statement(APPROVAL_PREDICATE, &subject), &[1])),
        Err(Refusal::WrongSubject { wanted: digest(), found: vec![format!("sha256:{upper}")] })
    );
}

#[test]
fn only_the_digest_of_the_judged_algorithm_matters() {
    let (right, zeros) = (digest().hex(), "0".repeat(128));
    let judge = |digests: &str| {
        let subject = format!(r#""digest":{{{digests}}}"#);
        approved(&bundle(&statement(APPROVAL_PREDICATE, &subject), &[1]))
    };
    assert!(judge(&format!(r#""sha256":"{right}","sha512":"{zeros}""#)).is_ok());
    assert!(judge(&format!(r#""sha256":"{right}","gitCommit":"d20ace""#)).is_ok());
    let only_long = judge(&format!(r#""sha512":"{zeros}""#));
    assert!(matches!(only_long, Err(Refusal::WrongSubject { .. })), "{only_long:?}");
    for unbound in [r#""gitCommit":"d20ace""#, ""] {
        assert_eq!(judge(unbound), Err(Refusal::NoSubject { wanted: digest() }));
    }
}

#[test]
fn duplicate_members_and_twins_are_ambiguous() {
    let good = good_simple();
    let digest = digest();
    let member = format!(r#""docker-manifest-digest":"{digest}""#);
    for (from, to) in [
        (member.as_str(), format!(r#"{member},"docker-manifest-digest":"{digest}""#)),
        (member.as_str(), format!(r#"{member},"Docker-Manifest-Digest":"{digest}""#)),
        (member.as_str(), format!(r#""Docker-Manifest-Digest":"{digest}""#)),
        (r#""optional":null"#, r#""optional":null,"Critical":{}"#.to_owned()),
    ] {
        let payload = good.replace(from, &to);
        assert_ne!(payload, good);
        let kind = malformed(&signed_simple(1, &payload));
        assert_eq!(kind, EvidenceErrorKind::Ambiguous, "{payload}");
    }
    for extra in [r#","subject":[]"#, r#","predicate_type":"x""#, r#","Subject":[]"#] {
        let payload = approval();
        let payload = format!("{}{extra}}}", payload.strip_suffix('}').unwrap());
        assert_eq!(malformed(&bundle(&payload, &[1])), EvidenceErrorKind::Ambiguous, "{extra}");
    }
    let doubled = approval().replace(r#""digest":"#, r#""digest":{},"digest":"#);
    assert_eq!(malformed(&envelope(&doubled, &[1])), EvidenceErrorKind::Ambiguous);
}

#[test]
fn unknown_members_of_payloads_are_allowed() {
    let payload = good_simple().replace(r#""optional""#, r#""more":[1],"optional""#);
    assert!(approved(&signed_simple(1, &payload)).is_ok());
    let payload = approval().replace(r#""predicate":"#, r#""more":[1],"predicate":"#);
    assert!(approved(&bundle(&payload, &[1])).is_ok());
}

#[test]
fn annotations_beside_a_keyed_signature_change_nothing() {
    let mut attached = signed_simple(1, &good_simple());
    attached.annotations.insert("dev.sigstore.cosign/certificate".into(), "junk".into());
    assert!(approved(&attached).is_ok());
    attached.annotations.remove(SIGNATURE_ANNOTATION);
    assert_eq!(malformed(&attached), EvidenceErrorKind::Invalid);
}
