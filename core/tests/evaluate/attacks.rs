//! Every byte of a signed image's evidence: cut and changed.

use cocket::decision::Verdict;
use cocket::evaluate::History;
use cocket::evidence::signing::MAX_SIGNATURES;
use cocket::evidence::{AttachedKind, Evidence};
use cocket::reasons::Code;
use cocket_testkit::{Signature, Signer};
use serde_json::Value;

use super::world::{Mode, Rule, World, WorldImage, WorldReport, WorldSignature, attach, now};

pub(crate) fn good() -> World {
    World {
        rules: vec![
            (Rule::Registry { allow: vec![0], deny: vec![] }, Mode::Enforce),
            (Rule::Digest, Mode::Enforce),
            (Rule::Signed { at_least: 1, of: 3 }, Mode::Enforce),
            (Rule::Scan { critical: Some(0), high: Some(0), fixable_high: None }, Mode::Enforce),
            (Rule::NonRoot, Mode::Enforce),
            (Rule::Base, Mode::Enforce),
        ],
        exceptions: vec![],
        image: WorldImage {
            registry: 0,
            tag: None,
            pinned: true,
            user: "10001",
            layers: vec!["base", "certificates", "app"],
        },
        signatures: vec![],
        reports: vec![],
        default_allow: false,
    }
}

/// The parts of the evidence, by name.
struct Parts {
    manifest: Vec<u8>,
    config: Vec<u8>,
    signature: Signature,
    report: Vec<u8>,
}

impl Parts {
    fn new(world: &World, bundle: bool) -> Self {
        let image = world.image.built();
        let signature = WorldSignature { key: 0, about_this: true, bundle };
        let report = WorldReport { about_this: true, age_days: 1, findings: vec![5] };
        Self {
            signature: signature.signed(&world.image, &image.digest()),
            report: report.report(&image).to_json().into_bytes(),
            manifest: image.manifest,
            config: image.config,
        }
    }

    fn evidence(&self, world: &World) -> Evidence {
        let mut evidence = Evidence::new();
        evidence.add_blob(None, self.manifest.clone());
        evidence.add_blob(None, self.config.clone());
        evidence.attach(
            Some(world.image.built().digest().parse().unwrap()),
            AttachedKind::from_media_type(self.signature.media_type),
            self.signature.bytes.clone(),
            self.signature.annotations.clone(),
        );
        evidence.vouch(None, self.report.clone());
        evidence
    }
}

#[test]
fn no_cut_and_no_changed_byte_of_signed_evidence_is_allowed() {
    let world = good();
    let (engine, request) = (world.engine(), world.request());
    let verdict = |parts: &Parts| {
        engine.check(&request, &parts.evidence(&world), &History::default(), now()).verdict
    };
    for bundle in [false, true] {
        let straight = Parts::new(&world, bundle);
        assert_eq!(verdict(&straight), Verdict::Allow);
        // Manifest and configuration are named by digest, the payload is signed.
        let fields: [fn(&mut Parts) -> &mut Vec<u8>; 3] = [
            |parts| &mut parts.manifest,
            |parts| &mut parts.config,
            |parts| &mut parts.signature.bytes,
        ];
        for field in fields {
            let length = field(&mut Parts::new(&world, bundle)).len();
            for position in 0..length {
                let mut changed = Parts::new(&world, bundle);
                field(&mut changed)[position] ^= 1;
                let is_hint = bundle && is_unauthenticated(&changed.signature, &straight.signature);
                let allowed = verdict(&changed) == Verdict::Allow;
                assert!(!allowed || is_hint, "byte {position} of {length}, bundle {bundle}");
                let mut cut = Parts::new(&world, bundle);
                field(&mut cut).truncate(position);
                assert_eq!(verdict(&cut), Verdict::Deny, "cut at {position}, bundle {bundle}");
            }
        }
    }
}

/// What a bundle's signature does not cover: the hint by which a verifier may look for a key, and
/// the spare bits of base64's last letter, which decoders may refuse and need not.
fn is_unauthenticated(changed: &Signature, straight: &Signature) -> bool {
    let read =
        |signature: &Signature| serde_json::from_slice::<serde_json::Value>(&signature.bytes);
    let (Ok(mut changed), Ok(mut straight)) = (read(changed), read(straight)) else { return false };
    for bundle in [&mut changed, &mut straight] {
        bundle["verificationMaterial"]["publicKey"]["hint"] = serde_json::Value::Null;
    }
    changed == straight
}

#[test]
fn a_cut_report_is_never_half_read() {
    let world = good();
    let (engine, request) = (world.engine(), world.request());
    let straight = Parts::new(&world, false);
    for position in 0..straight.report.len() {
        let mut cut = Parts::new(&world, false);
        cut.report.truncate(position);
        let decision = engine.check(&request, &cut.evidence(&world), &History::default(), now());
        assert_eq!(decision.verdict, Verdict::Deny, "{position}");
    }
}

/// Readable signatures of a stranger, each another attachment.
fn flood(evidence: &mut Evidence, digest: &str) {
    let mut junk = Signer::named("stranger").bundle(digest);
    for number in 0..5_000 {
        junk.annotations.insert("number".to_owned(), number.to_string());
        attach(evidence, digest, &junk);
    }
}

#[test]
fn a_flood_of_attachments_ends_in_a_refusal_and_not_in_work_without_end() {
    let world = good();
    let image = world.image.built();
    let mut evidence = Parts::new(&world, false).evidence(&world);
    flood(&mut evidence, &image.digest());
    let (engine, request) = (world.engine(), world.request());
    let decision = engine.check(&request, &evidence, &History::default(), now());
    let signed = &decision.results[2];
    let codes: Vec<_> = signed.reasons.iter().map(|reason| reason.code).collect();
    // The good one is among those that were looked at, or it is said that not all were.
    assert!(codes == [Code::SignatureVerified] || codes == [Code::EvidenceTooMuch], "{codes:?}");
    let mut unsigned = Evidence::new();
    for (media_type, bytes) in image.blobs() {
        unsigned.add_blob(Some(media_type), bytes.to_vec());
    }
    flood(&mut unsigned, &image.digest());
    let decision = engine.check(&request, &unsigned, &History::default(), now());
    let codes: Vec<_> = decision.results[2].reasons.iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [Code::EvidenceTooMuch]);
}

/// Envelopes of a stranger with as many signatures as are read, each another attachment.
fn flood_with_envelopes(evidence: &mut Evidence, digest: &str) {
    let bundle = Signer::named("stranger").bundle(digest);
    let bundle: Value = serde_json::from_slice(&bundle.bytes).unwrap();
    let mut envelope = bundle["dsseEnvelope"].clone();
    let signature = envelope["signatures"][0].clone();
    envelope["signatures"] = vec![signature; MAX_SIGNATURES].into();
    let bytes = envelope.to_string().into_bytes();
    for number in 0..200 {
        let annotations = [("number".to_owned(), number.to_string())].into();
        let kind = AttachedKind::Envelope;
        evidence.attach(Some(digest.parse().unwrap()), kind, bytes.clone(), annotations);
    }
}

#[test]
fn documents_with_many_signatures_are_bounded_and_hide_no_other() {
    let world = good();
    let image = world.image.built();
    let (engine, request) = (world.engine(), world.request());
    let codes = |evidence: &Evidence| {
        let decision = engine.check(&request, evidence, &History::default(), now());
        decision.results[2].reasons.iter().map(|reason| reason.code).collect::<Vec<_>>()
    };
    for bundle in [false, true] {
        let mut evidence = Parts::new(&world, bundle).evidence(&world);
        flood_with_envelopes(&mut evidence, &image.digest());
        assert_eq!(codes(&evidence), [Code::SignatureVerified]);
    }
    let mut unsigned = Evidence::new();
    for (media_type, bytes) in image.blobs() {
        unsigned.add_blob(Some(media_type), bytes.to_vec());
    }
    flood_with_envelopes(&mut unsigned, &image.digest());
    assert_eq!(codes(&unsigned), [Code::EvidenceTooMuch]);
}
