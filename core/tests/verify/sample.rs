//! Documents signed with keys made here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::Timestamp;
use cocket::evidence::signing::{Material, SIGNATURE_ANNOTATION, SignedDocument};
use cocket::evidence::{Attached, AttachedKind};
use cocket::policy::model::SignedIdentity;
use cocket::reference::{Digest, Reference};
use cocket::verify::{
    APPROVAL_PREDICATE, Call, KeyVerifier, PublicKey, Refusal, SignatureVerifier as _, Signer,
    TrustedKey, Verified, Wanted, approves, verify,
};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey as _, LineEnding};

pub(crate) const REPOSITORY: &str = "registry.example.com/app";

pub(crate) fn digest() -> Digest {
    Digest::sha256(b"the image")
}

pub(crate) fn now() -> Timestamp {
    time("2026-11-23T15:00:00Z")
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32].into()).unwrap()
}

pub(crate) fn pem(key: &SigningKey) -> String {
    key.verifying_key().to_public_key_pem(LineEnding::LF).unwrap()
}

pub(crate) fn trusted(key: &SigningKey) -> TrustedKey {
    TrustedKey::new(PublicKey::from_pem(&pem(key)).unwrap())
}

pub(crate) fn verifier(seed: u8) -> KeyVerifier {
    KeyVerifier::new(vec![trusted(&key(seed))])
}

pub(crate) fn sign(key: &SigningKey, bytes: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign(bytes);
    signature.to_der().as_bytes().to_vec()
}

pub(crate) fn attached(kind: AttachedKind, bytes: &[u8], annotations: &[(&str, &str)]) -> Attached {
    let annotations: BTreeMap<String, String> =
        annotations.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Attached {
        subject: None,
        kind,
        digest: Digest::sha256(bytes),
        bytes: bytes.into(),
        annotations,
    }
}

pub(crate) fn simple_payload(digest: &str, reference: &str, optional: &str) -> String {
    format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"{reference}"}},"image":{{"docker-manifest-digest":"{digest}"}},"type":"cosign container image signature"}},"optional":{optional}}}"#
    )
}

/// A simple signing payload with a signature beside it.
pub(crate) fn simple(payload: &[u8], signature: &[u8]) -> Attached {
    let signature = STANDARD.encode(signature);
    attached(AttachedKind::SimpleSigning, payload, &[(SIGNATURE_ANNOTATION, &signature)])
}

pub(crate) fn signed_simple(seed: u8, payload: &str) -> Attached {
    simple(payload.as_bytes(), &sign(&key(seed), payload.as_bytes()))
}

/// A statement with the members of one subject as JSON.
pub(crate) fn statement(predicate_type: &str, subject: &str) -> String {
    format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{{subject}}}],"predicateType":"{predicate_type}","predicate":{{}}}}"#
    )
}

pub(crate) fn approval() -> String {
    statement(APPROVAL_PREDICATE, &format!(r#""digest":{{"sha256":"{}"}}"#, digest().hex()))
}

pub(crate) fn pre_authentication(payload: &str) -> Vec<u8> {
    format!("DSSEv1 28 application/vnd.in-toto+json {} {payload}", payload.len()).into_bytes()
}

/// An envelope with these signatures.
pub(crate) fn envelope_json(payload: &str, signatures: &[Vec<u8>]) -> String {
    let signatures: Vec<String> = signatures
        .iter()
        .map(|signature| format!(r#"{{"keyid":"","sig":"{}"}}"#, STANDARD.encode(signature)))
        .collect();
    format!(
        r#"{{"payload":"{}","payloadType":"application/vnd.in-toto+json","signatures":[{}]}}"#,
        STANDARD.encode(payload),
        signatures.join(",")
    )
}

pub(crate) fn envelope(payload: &str, seeds: &[u8]) -> Attached {
    let json = envelope_json(payload, &signatures(payload, seeds));
    attached(AttachedKind::Envelope, json.as_bytes(), &[(SIGNATURE_ANNOTATION, "")])
}

pub(crate) fn signatures(payload: &str, seeds: &[u8]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| sign(&key(*seed), &pre_authentication(payload))).collect()
}

pub(crate) fn bundle_json(material: &str, envelope: &str) -> String {
    format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{material},"dsseEnvelope":{envelope}}}"#
    )
}

pub(crate) fn bundle(payload: &str, seeds: &[u8]) -> Attached {
    let envelope = envelope_json(payload, &signatures(payload, seeds));
    let json = bundle_json(r#"{"publicKey":{"hint":"x"}}"#, &envelope);
    attached(AttachedKind::Bundle, json.as_bytes(), &[])
}

/// Reads and verifies.
pub(crate) fn verified(
    attached: &Attached,
    verifier: &KeyVerifier,
) -> Result<Verified<SignedDocument>, Refusal> {
    verify(&SignedDocument::read(attached)?, verifier, "ci", &digest(), now())
}

/// The check that holds for a signature over any bytes; `None` where it is not the key's.
pub(crate) fn checked(key: &PublicKey, payload: &[u8], signature: &[u8]) -> Option<String> {
    let annotations = BTreeMap::new();
    let material = Material::Detached { payload, signature, annotations: &annotations };
    let call = Call { subject: &digest(), material, authority: "ci", now: now() };
    match KeyVerifier::new(vec![TrustedKey::new(key.clone())]).verify(&call) {
        Ok(Signer { id, proven_at, checks, .. }) => {
            assert_eq!((id, proven_at), (key.id(), None));
            assert_eq!(checks.len(), 1);
            checks.into_iter().next()
        }
        Err(Refusal::Signature) => None,
        Err(other) => panic!("{other}"),
    }
}

pub(crate) fn armour(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// One value in DER, with the length written as it has to be.
pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=0x7f => out.push(short as u8),
        medium @ 0x80..=0xff => out.extend([0x81, medium as u8]),
        long => out.extend([0x82, (long >> 8) as u8, long as u8]),
    }
    out.extend_from_slice(content);
    out
}

/// Whether `attached` approves of the image [`REPOSITORY`] at [`digest`], by the key of seed 1.
pub(crate) fn approved(attached: &Attached) -> Result<Signer, Refusal> {
    approved_as(attached, REPOSITORY, &SignedIdentity::WhenNamed, &[])
}

pub(crate) fn approved_as(
    attached: &Attached,
    reference: &str,
    identity: &SignedIdentity,
    annotations: &[(&str, &str)],
) -> Result<Signer, Refusal> {
    let document = verified(attached, &verifier(1))?;
    let annotations: BTreeMap<String, String> =
        annotations.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (digest, reference) = (digest(), Reference::parse(reference).unwrap());
    let wanted =
        Wanted { digest: &digest, reference: &reference, identity, annotations: &annotations };
    approves(&document, &wanted).map(|()| document.signer().clone())
}
