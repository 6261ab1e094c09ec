//! Signed documents, of the kind that the first byte chooses, through the verifiers for keys and
//! certificates; nothing that can be made here stands for the judged image.
#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::signing::SignedDocument;
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::policy::model::RegexText;
use cocket::reference::Digest;
use cocket::verify::{Identity, KeylessVerifier, Pattern, TrustedRoot, verify};
use libfuzzer_sys::fuzz_target;

const POLICY: &str = r#"
apiVersion: cocket.dev/v1alpha1
kind: TrustRoot
metadata: {name: public-good}
spec: {sigstore: {instance: public-good}}
---
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: p}
spec:
  authorities:
    key: {key: {pem: "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhn8ij47C+nHw7VjxAEEQfXixgvYn\nMRZVOf1wkZX7NjnIfIaqJBSUnKBcjVec+6Ku1o+1JFlBUsH0wNkEkHyEUA==\n-----END PUBLIC KEY-----\n"}, logTrustRoot: public-good}
    name: {keyless: {issuer: https://issuer.example, subject: someone, anyRepository: true, trustRoot: public-good}}
  rules: [{id: signed, signature: {anyOf: [key, name]}}]
"#;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let policies = Policies::from_text("p.yaml", POLICY).expect("the policy loads");
    Engine::new(&policies).expect("the policy compiles")
});

/// Anyone whom the public instance knows, so that certificates of the seeds are looked at to the
/// end.
static ANYONE: LazyLock<KeylessVerifier> = LazyLock::new(|| {
    let any = || Pattern::Regex(RegexText::try_from(".+".to_owned()).expect("an expression"));
    let text = TrustedRoot::embedded("public-good").expect("it is carried");
    let root = Arc::new(TrustedRoot::parse(text).expect("it is one"));
    let (issuer, subject, claims) = (Some(any()), any(), BTreeMap::new());
    let identity = Identity { issuer, subject, claims, any_repository: true };
    KeylessVerifier::new(&identity, root).expect("expressions that hold")
});

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let kind = match choice % 3 {
        0 => AttachedKind::Bundle,
        1 => AttachedKind::Envelope,
        _ => AttachedKind::SimpleSigning,
    };
    // The annotations of a layer stand before the payload, as lines `key=value`, up to an empty one.
    let (mut annotations, mut rest) = (BTreeMap::new(), bytes);
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        match line.split_once('=') {
            Some((key, value)) => annotations.insert(key.to_owned(), value.replace('\u{1}', "\n")),
            None => break,
        };
    }
    let payload = if annotations.is_empty() { bytes } else { rest };
    let judged = Digest::sha256(b"judged");
    let now: Timestamp = Timestamp::constant(1_790_000_000, 0);
    let mut evidence = Evidence::new();
    evidence.attach(Some(judged), kind, payload.to_vec(), annotations);
    for attached in evidence.attached() {
        if let Ok(document) = SignedDocument::read(attached) {
            let _ = verify(&document, &*ANYONE, "anyone", &judged, now);
        }
    }
    let request = ImageRequest {
        image: "registry.example.com/app".to_owned(),
        digest: Some(judged),
        ..Default::default()
    };
    let decision = ENGINE.check(&request, &evidence, &History::default(), now);
    assert_eq!(decision.verdict, Verdict::Deny);
});
