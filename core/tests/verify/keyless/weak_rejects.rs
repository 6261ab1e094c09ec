//! What the public conformance suite expects to be refused, and can be refused for another reason:
//! each forgery here is good in every respect but one, and the cause is that one.

use super::*;

fn log(fault: LogFault) -> R {
    R::Log { position: 0, fault }
}

/// The annotations of a legacy layout that a certificate's key signed, and what they say with one
/// text of one of them changed.
fn legacy(name: &str, from: &str, to: &str) -> Result<Signer, Refusal> {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    let annotations = Instance::of(2026).annotations(&payload, &person(), 7);
    let changed: Vec<(String, String)> = annotations
        .into_iter()
        .map(|(found, text)| match found.ends_with(name) {
            true => (found, text.replacen(from, to, 1)),
            false => (found, text),
        })
        .collect();
    let pairs: Vec<(&str, &str)> =
        changed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let attached = attached(AttachedKind::SimpleSigning, &payload, &pairs);
    let document = SignedDocument::read(&attached)?;
    verify(&document, &dev(), "dev", &digest(), now()).map(|one| one.signer().clone())
}

#[test]
fn a_forged_proof_is_refused() {
    let zero = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let hash = edited(|bundle| entry(bundle, "/inclusionProof/hashes")[0] = zero.clone());
    assert_eq!(refusal(&hash, &dev()), log(LogFault::Proof));
    let index = edited(|bundle| *entry(bundle, "/inclusionProof/logIndex") = json!("0"));
    assert_eq!(refusal(&index, &dev()), log(LogFault::Proof));
    // The proof of another entry, with that entry's own, well signed checkpoint.
    let stranger = Certified::new(ISSUER, San::Email("eve@acme.example".into()));
    let other = entry(&mut bundle_of(&stranger), "/inclusionProof").clone();
    let borrowed = edited(|bundle| *entry(bundle, "/inclusionProof") = other.clone());
    assert_eq!(refusal(&borrowed, &dev()), log(LogFault::Proof));
    // A proof that is right, in a tree that another log signed under the name of this one.
    let elsewhere = Instance::of(2026).logging_elsewhere();
    let mut forged = elsewhere.approval(&digest().to_string(), &person(), 7);
    let proof = entry(&mut forged, "/inclusionProof").clone();
    let forged = edited(|bundle| *entry(bundle, "/inclusionProof") = proof.clone());
    assert_eq!(refusal(&forged, &dev()), log(LogFault::Checkpoint));
}

#[test]
fn a_shifted_integrated_time_is_refused() {
    // Still inside the certificate's validity, which a check of that alone lets pass.
    for seconds in ["1780833601", "1780833599"] {
        let shifted = edited(|bundle| *entry(bundle, "/integratedTime") = json!(seconds));
        assert_eq!(refusal(&shifted, &dev()), log(LogFault::Promise), "{seconds}");
        let time = format!("\"integratedTime\":{seconds}");
        let refused = legacy("/bundle", "\"integratedTime\":1780833600", &time);
        assert_eq!(refused, Err(log(LogFault::Promise).into()), "{seconds}");
    }
    assert!(legacy("/bundle", "", "").is_ok());
}

#[test]
fn a_wrong_key_that_is_well_formed_is_refused_in_each_place_of_the_trusted_root() {
    let asks = |place: &str| {
        let (mut root, other) =
            (Instance::of(2026).trusted_root(), Instance::of(2024).trusted_root());
        *root.pointer_mut(place).unwrap() = other.pointer(place).unwrap().clone();
        let verifier = verifier_of(&root, &identity(exact(ISSUER), exact(EMAIL)));
        refusal(&bundle_of(&person()), &verifier)
    };
    // Under the ids of the right ones.
    assert_eq!(asks("/tlogs/0/publicKey/rawBytes"), log(LogFault::Promise));
    assert_eq!(asks("/ctlogs/0/publicKey/rawBytes"), R::Sct(SctFault::Signature));
    let authority = asks("/certificateAuthorities/0/certChain");
    assert!(matches!(authority, R::NoAuthority { .. } | R::Untrusted { .. }), "{authority}");
    let stamper = asks("/timestampAuthorities/0/certChain");
    let untrusted =
        matches!(stamper, R::Timestamp { position: 0, fault: TimestampFault::Untrusted(_) });
    assert!(untrusted, "{stamper}");
}

#[test]
fn a_checkpoint_is_refused_by_a_wrong_key_also_where_no_promise_is_given() {
    let (mut root, other) = (Instance::of(2026).trusted_root(), Instance::of(2024).trusted_root());
    let place = "/tlogs/0/publicKey/rawBytes";
    *root.pointer_mut(place).unwrap() = other.pointer(place).unwrap().clone();
    let verifier = verifier_of(&root, &identity(exact(ISSUER), exact(EMAIL)));
    let unpromised = edited(|bundle| {
        entry(bundle, "").as_object_mut().unwrap().remove("inclusionPromise");
    });
    assert!(ask(&unpromised, &dev(), NOW).is_ok());
    assert_eq!(refusal(&unpromised, &verifier), log(LogFault::Checkpoint));
}

#[test]
fn a_timestamp_outside_the_certificate_is_refused_although_the_log_entry_is_inside() {
    let token = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps";
    let image = digest().to_string();
    // Good timestamps over the very same signature, of the day before and of the day after.
    for day in [6, 8] {
        let mut bundle = bundle_of(&person());
        let other = Instance::of(2026).approval(&image, &person(), day);
        assert_eq!(bundle["dsseEnvelope"], other["dsseEnvelope"]);
        *bundle.pointer_mut(token).unwrap() = other.pointer(token).unwrap().clone();
        assert!(matches!(refusal(&bundle, &dev()), R::Outside { .. }), "{day}");
    }
}

#[test]
fn an_entry_given_twice_is_refused_however_it_is_spelled() {
    let twice = |edit: &dyn Fn(&mut Value)| {
        edited(|bundle| {
            let mut again = entry(bundle, "").clone();
            edit(&mut again);
            let list = bundle.pointer_mut("/verificationMaterial/tlogEntries").unwrap();
            list.as_array_mut().unwrap().push(again);
        })
    };
    let duplicate = R::Log { position: 1, fault: LogFault::Duplicate };
    assert_eq!(refusal(&twice(&|_| {}), &dev()), duplicate);
    let moved = |again: &mut Value| again["logIndex"] = json!("2501");
    assert_eq!(refusal(&twice(&moved), &dev()), duplicate);
    let bare = |again: &mut Value| {
        again.as_object_mut().unwrap().remove("inclusionPromise");
    };
    assert_eq!(refusal(&twice(&bare), &dev()), duplicate);
}

#[test]
fn a_root_in_the_chain_is_refused_where_chains_are_given() {
    let instance = Instance::of(2026);
    let chain = |media: &str, more: &[String]| {
        edited(|bundle| {
            bundle["mediaType"] = json!(media);
            let material = &mut bundle["verificationMaterial"];
            let mut certificates = vec![material["certificate"].take()];
            certificates.extend(more.iter().map(|der| json!({ "rawBytes": der })));
            material.as_object_mut().unwrap().remove("certificate");
            material["x509CertificateChain"] = json!({ "certificates": certificates });
        })
    };
    let root = instance.root_certificate();
    let middle = instance.trusted_root();
    let middle = middle.pointer("/certificateAuthorities/0/certChain/certificates/0/rawBytes");
    let middle = middle.and_then(Value::as_str).unwrap().to_owned();
    let second = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    assert!(ask(&chain(second, std::slice::from_ref(&middle)), &dev(), NOW).is_ok());
    let refused = refusal(&chain(second, &[middle.clone(), root.clone()]), &dev());
    assert_eq!(refused, R::RootInChain { position: 2 });
    // The first version ended its chains with it, and it counts for nothing there.
    let first = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    assert!(ask(&chain(first, &[middle.clone(), root.clone()]), &dev(), NOW).is_ok());
    let refused = refusal(&chain(first, &[root, middle]), &dev());
    assert_eq!(refused, R::RootInChain { position: 1 });
    // Another root does not bring its trust with it.
    let stranger = Instance::of(2024);
    let forged = stranger.approval(&digest().to_string(), &person(), 7);
    let forged = forged["verificationMaterial"]["certificate"].clone();
    let mut bundle = chain(first, &[stranger.root_certificate()]);
    bundle["verificationMaterial"]["x509CertificateChain"]["certificates"][0] = forged;
    assert!(ask(&bundle, &dev().log(LogUse::Ignore), NOW).is_err());
}
