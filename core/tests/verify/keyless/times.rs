//! What proves when a signature was made, and what does not.

use super::*;

#[test]
fn a_promise_is_told_from_a_proof() {
    let mut bundle = bundle_of(&person());
    bundle["mediaType"] = json!("application/vnd.dev.sigstore.bundle+json;version=0.1");
    entry(&mut bundle, "").as_object_mut().unwrap().remove("inclusionProof");
    let checks = ask(&bundle, &dev(), NOW).unwrap().checks;
    assert!(checks.iter().any(|check| check == "rekor-promise"));
    assert!(!checks.iter().any(|check| check == "rekor-proof"));
}

#[test]
fn the_machines_clock_is_no_matter() {
    // Made far in the future of any machine that runs this, and judged then; and long ago.
    for year in [2024, 2089] {
        let instance = Instance::of(year);
        let bundle = instance.approval(&digest().to_string(), &person(), 7);
        let verifier =
            verifier_of(&instance.trusted_root(), &identity(exact(ISSUER), exact(EMAIL)));
        for at in ["06-07T12:00:00Z", "06-07T11:56:00Z", "12-31T23:00:00Z"] {
            let signer = ask(&bundle, &verifier, &format!("{year}-{at}")).unwrap();
            assert_eq!(signer.proven_at, Some(time(&format!("{year}-06-07T12:00:00Z"))));
        }
        // Nothing counts that is proven for later than the decision, but for clocks that differ.
        for at in ["06-07T11:54:59Z", "01-01T00:00:00Z"] {
            let refused = ask(&bundle, &verifier, &format!("{year}-{at}")).unwrap_err();
            assert!(matches!(refused, Refusal::Keyless(R::Future { .. })), "{refused}");
        }
    }
}

#[test]
fn no_clock_is_read_by_anything_that_verifies() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/verify")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(folder).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for clock in ["Timestamp::now", "SystemTime", "Instant::now", "UnixTime::now"] {
                assert!(!text.contains(clock), "{}: {clock}", path.display());
            }
            read += 1;
        }
    }
    assert!(read > 20, "{read}");
}

#[test]
fn every_window_of_the_trusted_root_counts() {
    let instance = Instance::of(2026);
    let list = [
        ("/tlogs/0/publicKey/validFor", "log"),
        ("/ctlogs/0/publicKey/validFor", "certificate log"),
        ("/certificateAuthorities/0/validFor", "authority"),
        ("/timestampAuthorities/0/validFor", "timestamper"),
    ];
    for (place, what) in list {
        for (start, end, counts) in [
            ("2026-06-07T12:00:00Z", Some("2026-06-07T12:00:00Z"), true),
            ("2026-06-07T12:00:01Z", None, false),
            ("2026-01-01T00:00:00Z", Some("2026-06-07T11:59:59Z"), false),
        ] {
            let mut root = instance.trusted_root();
            let window = root.pointer_mut(place).unwrap();
            *window = match end {
                None => json!({ "start": start }),
                Some(end) => json!({"start": start, "end": end}),
            };
            let verifier = verifier_of(&root, &identity(exact(ISSUER), exact(EMAIL)));
            let answer = ask(&bundle_of(&person()), &verifier, NOW);
            assert_eq!(answer.is_ok(), counts, "{what} {start} {end:?}: {answer:?}");
        }
    }
}

#[test]
fn timestamps_have_to_hold() {
    let token = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps";
    let mut bundle = bundle_of(&person());
    let list = bundle.pointer_mut(token).unwrap().as_array_mut().unwrap();
    let one = list[0].clone();
    list.push(one);
    let twice = R::Timestamp { position: 1, fault: TimestampFault::Duplicate };
    assert_eq!(refusal(&bundle, &dev()), twice);
    // Outside the certificate: of the day after, over the same signature.
    let mut late = bundle_of(&person());
    let next = Instance::of(2026).approval(&digest().to_string(), &person(), 8);
    *late.pointer_mut(token).unwrap() = next.pointer(token).unwrap().clone();
    assert!(matches!(refusal(&late, &dev()), R::Outside { .. }));
    let mut none = bundle_of(&person());
    *none.pointer_mut(token).unwrap() = json!([]);
    assert!(ask(&none, &dev(), NOW).is_ok());
    let required = dev().timestamp(TimestampUse::Required);
    assert_eq!(refusal(&none, &required), R::NoTimestamp);
    let mut root = Instance::of(2026).trusted_root();
    root["timestampAuthorities"] = json!([]);
    let without = verifier_of(&root, &identity(exact(ISSUER), exact(EMAIL)));
    let unknown = R::Timestamp { position: 0, fault: TimestampFault::NoAuthority };
    assert_eq!(refusal(&bundle_of(&person()), &without), unknown);
}

#[test]
fn something_has_to_prove_a_time_even_where_no_log_is_asked_for() {
    let bare = edited(|bundle| {
        let material = bundle["verificationMaterial"].as_object_mut().unwrap();
        material.remove("tlogEntries");
        material.remove("timestampVerificationData");
    });
    for log in [LogUse::Ignore, LogUse::Optional] {
        assert_eq!(refusal(&bare, &dev().log(log)), R::NoTime);
    }
    assert_eq!(refusal(&bare, &dev()), R::NoLog);
    // A log that is ignored proves none.
    let logged = edited(|bundle| {
        bundle["verificationMaterial"]["timestampVerificationData"] = json!({});
    });
    assert_eq!(refusal(&logged, &dev().log(LogUse::Ignore)), R::NoTime);
    assert!(ask(&logged, &dev(), NOW).is_ok());
}
