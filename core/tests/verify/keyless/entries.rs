//! The kinds of log entries about statements, each about exactly what is verified.

use cocket_testkit::Entry;

use super::*;

const TYPE: &str = "https://acme.example/check/v1";

fn logged(kind: Entry) -> Value {
    Instance::of(2026).approval_logged_as(kind, &digest().to_string(), &person(), 7)
}

/// The body of a bundle's entry with one part changed, signed by nobody.
fn body(bundle: &mut Value, edit: impl Fn(&mut Value)) {
    let place = entry(bundle, "/canonicalizedBody");
    let mut body = STANDARD.decode(place.as_str().unwrap()).unwrap();
    let mut read: Value = serde_json::from_slice(&body).unwrap();
    edit(&mut read);
    body = read.to_string().into_bytes();
    *place = json!(STANDARD.encode(body));
}

#[test]
fn every_kind_of_entry_counts_in_a_bundle() {
    for kind in [Entry::Dsse, Entry::InToto1, Entry::InToto2] {
        let signer = ask(&logged(kind), &dev(), NOW).unwrap();
        assert!(signer.checks.iter().any(|check| check == "rekor-proof"), "{kind:?}");
    }
}

#[test]
fn an_in_toto_entry_of_the_first_kind_is_about_this_payload_and_this_certificate() {
    let other = |fault: &'static str| R::Log { position: 0, fault: LogFault::Other(fault) };
    let mut stranger = Instance::of(2026).approval_logged_as(
        Entry::InToto1,
        &digest().to_string(),
        &Certified::new(ISSUER, San::Email("eve@acme.example".to_owned())),
        7,
    );
    let mut bundle = logged(Entry::InToto1);
    *entry(&mut bundle, "") = entry(&mut stranger, "").clone();
    assert_eq!(refusal(&bundle, &dev()), other("certificate"));
    let image = format!("sha256:{}", "0".repeat(64));
    let mut elsewhere = Instance::of(2026).approval_logged_as(Entry::InToto1, &image, &person(), 7);
    let mut bundle = logged(Entry::InToto1);
    *entry(&mut bundle, "") = entry(&mut elsewhere, "").clone();
    assert_eq!(refusal(&bundle, &dev()), other("payload"));
    // What the body says is what the log signed, and nothing else.
    let mut bundle = logged(Entry::InToto1);
    body(&mut bundle, |body| body["spec"]["content"]["hash"]["value"] = json!("00"));
    assert_eq!(refusal(&bundle, &dev()), R::Log { position: 0, fault: LogFault::Promise });
    for place in ["/spec/content/payloadHash", "/spec/publicKey", "/spec"] {
        let mut bundle = logged(Entry::InToto1);
        body(&mut bundle, |body| *body.pointer_mut(place).unwrap() = json!(null));
        let refused = refusal(&bundle, &dev());
        let is_body = matches!(refused, R::Log { fault: LogFault::Body(_), .. });
        assert!(is_body, "{place}: {refused}");
    }
}

#[test]
fn no_change_of_an_in_toto_entry_is_accepted() {
    for kind in [Entry::InToto1, Entry::InToto2] {
        let bundle = logged(kind);
        let entry = bundle.pointer("/verificationMaterial/tlogEntries/0").unwrap();
        let all = mutants(entry);
        assert!(all.len() > 250, "{}", all.len());
        for (place, mutant) in all {
            let mut changed = bundle.clone();
            changed["verificationMaterial"]["tlogEntries"][0] = mutant;
            // The timestamp proves the time that the promise proves as well.
            let expected = place == " without inclusionPromise";
            assert_eq!(ask(&changed, &dev(), NOW).is_ok(), expected, "{kind:?} {place}");
        }
    }
}

#[test]
fn an_envelope_that_stands_alone_is_byte_for_byte_what_was_logged() {
    let instance = Instance::of(2026);
    let asks = |kind: Entry, edit: &dyn Fn(String) -> String| {
        let made = instance.attestation(kind, &digest().to_string(), TYPE, &person(), 7);
        let bytes = edit(String::from_utf8(made.bytes).unwrap()).into_bytes();
        let pairs: Vec<(&str, &str)> =
            made.annotations.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let attached = attached(AttachedKind::Envelope, &bytes, &pairs);
        let document = SignedDocument::read(&attached).unwrap();
        verify(&document, &dev(), "dev", &digest(), time(NOW)).map(|one| one.signer().clone())
    };
    let spaced = |text: String| text.replacen('{', "{ ", 1);
    for kind in [Entry::Dsse, Entry::InToto1, Entry::InToto2] {
        assert!(asks(kind, &|text| text).is_ok(), "{kind:?}");
    }
    // The other kinds hold the signature; this one holds the envelope's digest in its place.
    let refused = asks(Entry::InToto1, &spaced).unwrap_err();
    let fault = LogFault::Other("envelope");
    assert_eq!(refused, R::Log { position: 0, fault }.into());
    assert!(asks(Entry::InToto2, &spaced).is_ok());
}
