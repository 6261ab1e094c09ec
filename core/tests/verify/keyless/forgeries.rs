//! Changed bundles.

use super::*;

#[test]
fn known_forgeries_are_refused_with_their_cause() {
    let log = |fault| R::Log { position: 0, fault };
    let zero = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    // A forged proof.
    let forged = edited(|bundle| entry(bundle, "/inclusionProof/hashes")[0] = zero.clone());
    assert_eq!(refusal(&forged, &dev()), log(LogFault::Proof));
    let other = edited(|bundle| *entry(bundle, "/inclusionProof/rootHash") = zero.clone());
    assert_eq!(refusal(&other, &dev()), log(LogFault::OtherTree));
    // A shifted integrated time.
    let shifted = edited(|bundle| *entry(bundle, "/integratedTime") = json!("1780833601"));
    assert_eq!(refusal(&shifted, &dev()), log(LogFault::Promise));
    // A log that is not trusted.
    let unknown = edited(|bundle| *entry(bundle, "/logId/keyId") = zero.clone());
    assert!(matches!(refusal(&unknown, &dev()), R::Log { fault: LogFault::UnknownLog(_), .. }));
    // An entry twice, and one for another signature.
    let twice = edited(|bundle| {
        let one = entry(bundle, "").clone();
        let list = bundle.pointer_mut("/verificationMaterial/tlogEntries").unwrap();
        list.as_array_mut().unwrap().push(one);
    });
    assert_eq!(refusal(&twice, &dev()), R::Log { position: 1, fault: LogFault::Duplicate });
    let mut borrowed = bundle_of(&person());
    let mut stranger = bundle_of(&Certified::new(ISSUER, San::Email("eve@acme.example".into())));
    *entry(&mut borrowed, "") = entry(&mut stranger, "").clone();
    assert_eq!(refusal(&borrowed, &dev()), log(LogFault::Other("certificate")));
    // No proof, no entry, no time.
    let bare = edited(|bundle| {
        entry(bundle, "").as_object_mut().unwrap().remove("inclusionProof");
    });
    assert_eq!(refusal(&bare, &dev()), log(LogFault::NoProof));
    let unlogged = edited(|bundle| bundle["verificationMaterial"]["tlogEntries"] = json!([]));
    assert_eq!(refusal(&unlogged, &dev()), R::NoLog);
    let timeless = edited(|bundle| {
        entry(bundle, "").as_object_mut().unwrap().remove("inclusionPromise");
        bundle["verificationMaterial"]["timestampVerificationData"] = json!({});
    });
    assert_eq!(refusal(&timeless, &dev()), R::NoTime);
    // Another kind than the body's.
    let kind = edited(|bundle| *entry(bundle, "/kindVersion/kind") = json!("hashedrekord"));
    assert!(matches!(refusal(&kind, &dev()), R::Log { fault: LogFault::OtherKind { .. }, .. }));
}

#[test]
fn certificates_have_to_come_from_the_trusted_root() {
    let stranger = Instance::of(2024).approval(&digest().to_string(), &person(), 7);
    let certificate = stranger["verificationMaterial"]["certificate"].clone();
    // Another authority's certificate for the same key, name and content.
    let swapped = edited(|bundle| {
        bundle["verificationMaterial"]["certificate"] = certificate.clone();
    });
    assert_eq!(
        refusal(&swapped, &dev()),
        R::Log { position: 0, fault: LogFault::Other("certificate") }
    );
    let ignoring = dev().log(LogUse::Ignore);
    assert!(matches!(refusal(&swapped, &ignoring), R::Outside { .. }));
    let chain = |media: &str, more: &str| {
        edited(|bundle| {
            bundle["mediaType"] = json!(media);
            let material = &mut bundle["verificationMaterial"];
            let own = material["certificate"].take();
            material["x509CertificateChain"] = json!({"certificates": [own, {"rawBytes": more}]});
        })
    };
    let root = Instance::of(2026).root_certificate();
    let old = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    assert_eq!(refusal(&chain(old, &root), &dev()), R::RootInChain { position: 1 });
    let oldest = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    assert_eq!(
        refusal(&chain(oldest, &root), &dev()),
        R::RootInChain { position: 1 },
        "out of order"
    );
    let new = "application/vnd.dev.sigstore.bundle.v0.3+json";
    assert_eq!(refusal(&chain(new, &root), &dev()), R::Chain);
    let other = Certified { usage: "1.3.6.1.5.5.7.3.2", ..person() };
    assert!(matches!(refusal(&bundle_of(&other), &dev()), R::Untrusted { .. }));
}

/// What nobody signs and nothing follows from, so that it may change.
fn is_unauthenticated(place: &str, bundle: &Value) -> bool {
    const TOKEN: &str =
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp";
    const ABSENT: [&str; 4] = [
        // The log's promise proves the time as well as a timestamp, and the other way round.
        "/verificationMaterial without timestampVerificationData",
        "/verificationMaterial/timestampVerificationData without rfc3161Timestamps",
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps without 0",
        "/verificationMaterial/tlogEntries/0 without inclusionPromise",
    ];
    if ABSENT.contains(&place) {
        return true;
    }
    // RFC 5652 signs neither the list of digest algorithms (section 5.1) nor the signer's version
    // and the name of the signature's algorithm (section 5.3): the first of the names, the only
    // number before a name, and the only name.
    const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const VERSION: &[u8] = &[0x02, 0x01, 0x01, 0x30];
    const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let rest = place.strip_prefix(TOKEN).and_then(|rest| rest.strip_prefix(" byte "));
    let at = rest.and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    let Some(at) = at else { return false };
    let token = bundle.pointer(TOKEN).and_then(Value::as_str).unwrap();
    let token = STANDARD.decode(token).unwrap();
    [SHA256, VERSION, ECDSA_SHA256].iter().any(|name| {
        let start = token.windows(name.len()).position(|window| window == *name).unwrap();
        (start..start + name.len()).contains(&at)
    })
}

#[test]
fn no_change_of_a_bundle_is_accepted_but_for_what_nobody_signs() {
    let bundle = bundle_of(&person());
    assert!(ask(&bundle, &dev(), NOW).is_ok());
    let all = mutants(&bundle);
    assert!(all.len() > 800, "{}", all.len());
    let accepted: BTreeSet<String> = all
        .iter()
        .filter(|(_, mutant)| ask(mutant, &dev(), NOW).is_ok())
        .map(|(place, _)| place.clone())
        .filter(|place| !is_unauthenticated(place, &bundle))
        .collect();
    assert_eq!(accepted, BTreeSet::new());
}
