//! Signatures with certificates, against a small Sigstore instance that is made here.

mod entries;
mod forgeries;
mod identities;
mod times;
mod weak_rejects;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evidence::AttachedKind;
use cocket::evidence::signing::SignedDocument;
use cocket::policy::model::{LogUse, RegexText, TimestampUse};
use cocket::verify::{
    CertificateFault, Claim, Identity, KeylessRefusal as R, KeylessVerifier, LogFault, Pattern,
    Refusal, SctFault, Signer, TimestampFault, TrustedRoot, verify,
};
use cocket_testkit::{Certified, Instance, San, mutants};
use serde_json::{Value, json};

use crate::sample::*;

const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";

fn person() -> Certified {
    Certified::new(ISSUER, San::Email(EMAIL.to_owned()))
}

fn exact(text: &str) -> Pattern {
    Pattern::Exact(text.to_owned())
}

fn regex(text: &str) -> Pattern {
    Pattern::Regex(RegexText::try_from(text.to_owned()).unwrap())
}

fn identity(issuer: Pattern, subject: Pattern) -> Identity {
    Identity { issuer: Some(issuer), subject, claims: BTreeMap::new(), any_repository: false }
}

fn verifier_of(root: &Value, identity: &Identity) -> KeylessVerifier {
    let root = TrustedRoot::parse(&root.to_string()).unwrap();
    KeylessVerifier::new(identity, Arc::new(root)).unwrap()
}

fn dev() -> KeylessVerifier {
    verifier_of(&Instance::of(2026).trusted_root(), &identity(exact(ISSUER), exact(EMAIL)))
}

fn ask(bundle: &Value, verifier: &KeylessVerifier, at: &str) -> Result<Signer, Refusal> {
    let attached = attached(AttachedKind::Bundle, bundle.to_string().as_bytes(), &[]);
    let document = SignedDocument::read(&attached)?;
    verify(&document, verifier, "dev", &digest(), time(at)).map(|one| one.signer().clone())
}

fn refusal(bundle: &Value, verifier: &KeylessVerifier) -> R {
    match ask(bundle, verifier, NOW) {
        Err(Refusal::Keyless(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

const NOW: &str = "2026-11-23T15:00:00Z";

fn bundle_of(who: &Certified) -> Value {
    Instance::of(2026).approval(&digest().to_string(), who, 7)
}

fn edited(edit: impl Fn(&mut Value)) -> Value {
    let mut bundle = bundle_of(&person());
    edit(&mut bundle);
    bundle
}

/// A place in the one log entry.
fn entry<'a>(bundle: &'a mut Value, place: &str) -> &'a mut Value {
    bundle.pointer_mut(&format!("/verificationMaterial/tlogEntries/0{place}")).unwrap()
}

#[test]
fn a_certificate_of_the_right_person_counts() {
    let signer = ask(&bundle_of(&person()), &dev(), NOW).unwrap();
    assert_eq!(signer.id, format!("{ISSUER} {EMAIL}"));
    assert_eq!(signer.proven_at, Some(time("2026-06-07T12:00:00Z")));
    assert_eq!(
        signer.checks,
        [
            "ecdsa-p256-sha256",
            "rfc3161",
            "rekor-promise",
            "rekor-proof",
            "certificate-chain",
            "certificate-log"
        ]
    );
}

#[test]
fn annotations_are_a_bundle_in_other_clothes() {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    let annotations = Instance::of(2026).annotations(&payload, &person(), 7);
    let asks = |edit: &dyn Fn(&str, &str) -> String| {
        let changed: Vec<(String, String)> =
            annotations.iter().map(|(name, text)| (name.clone(), edit(name, text))).collect();
        let pairs: Vec<(&str, &str)> =
            changed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let attached = attached(AttachedKind::SimpleSigning, &payload, &pairs);
        let document = SignedDocument::read(&attached).unwrap();
        verify(&document, &dev(), "dev", &digest(), now()).map(|one| one.signer().clone())
    };
    let signer = asks(&|_, text| text.to_owned()).unwrap();
    assert_eq!(signer.proven_at, Some(time("2026-06-07T12:00:00Z")));
    for (name, from, to) in [
        ("bundle", r#""logIndex":2500"#, r#""logIndex":2501"#),
        ("bundle", r#""integratedTime":1"#, r#""integratedTime":2"#),
        ("certificate", "BEGIN", "begin"),
        ("chain", "BEGIN", "begin"),
    ] {
        let name = format!("dev.sigstore.cosign/{name}");
        let refused = asks(&|found, text| match found == name {
            true => text.replacen(from, to, 1),
            false => text.to_owned(),
        });
        assert!(refused.is_err(), "{name} {to}");
    }
    let gone = asks(&|name, text| match name.ends_with("/bundle") {
        true => String::new(),
        false => text.to_owned(),
    });
    assert_eq!(gone, Err(R::NoLog.into()));
}

#[test]
fn a_trusted_root_is_read_whole_or_not_at_all() {
    let good = Instance::of(2026).trusted_root();
    assert!(TrustedRoot::parse(&good.to_string()).is_ok());
    for (pointer, other) in [
        ("/mediaType", json!("application/json")),
        ("/tlogs/0/publicKey/validFor", json!({"end": "2026-01-01T00:00:00Z"})),
        (
            "/tlogs/0/publicKey/validFor",
            json!({"start": "2026-02-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}),
        ),
        ("/tlogs/0/logId/keyId", json!("AAA=")),
        ("/tlogs/0/hashAlgorithm", json!("SHA2_512")),
        ("/certificateAuthorities/0/certChain/certificates", json!([])),
        ("/certificateAuthorities/0/certChain/certificates/0/rawBytes", json!("AAAA")),
        ("/timestampAuthorities/0/validFor", json!({"start": "x"})),
    ] {
        let mut root = good.clone();
        *root.pointer_mut(pointer).unwrap() = other;
        assert!(TrustedRoot::parse(&root.to_string()).is_err(), "{pointer}");
    }
    let mut twice = good.clone();
    let log = twice["tlogs"][0].clone();
    twice["tlogs"].as_array_mut().unwrap().push(log);
    assert!(TrustedRoot::parse(&twice.to_string()).is_err());
    let misspelt = good.to_string().replace("validFor", "validfor");
    assert!(TrustedRoot::parse(&misspelt).is_err());
    for instance in ["public-good", "staging", "github"] {
        assert!(TrustedRoot::parse(TrustedRoot::embedded(instance).unwrap()).is_ok(), "{instance}");
    }
}
