//! Changed documents never verify, and nothing that is cut short panics.

use cocket::evidence::signing::{Bundle, Claim, Envelope, SIGNATURE_ANNOTATION, SignedDocument};
use cocket::evidence::{Attached, AttachedKind};
use proptest::prelude::*;

use crate::sample::*;

fn samples() -> Vec<Attached> {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, r#"{"env":"prod"}"#);
    vec![signed_simple(1, &payload), envelope(&approval(), &[1]), bundle(&approval(), &[1])]
}

#[test]
fn no_bit_of_a_payload_or_signature_can_be_flipped() {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    let signature = sign(&key(1), &payload);
    assert!(approved(&simple(&payload, &signature)).is_ok());
    for bit in 0..payload.len() * 8 {
        let mut changed = payload.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(approved(&simple(&changed, &signature)).is_err(), "payload bit {bit}");
    }
    for bit in 0..signature.len() * 8 {
        let mut changed = signature.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(approved(&simple(&payload, &changed)).is_err(), "signature bit {bit}");
    }
}

#[test]
fn no_bit_of_a_statement_can_be_flipped() {
    let payload = approval();
    let signatures = signatures(&payload, &[1]);
    for bit in 0..payload.len() * 8 {
        let mut changed = payload.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        // What is not UTF-8 is not a statement either.
        let Ok(changed) = String::from_utf8(changed) else { continue };
        let json = bundle_json(r#"{"publicKey":{}}"#, &envelope_json(&changed, &signatures));
        let attached = attached(AttachedKind::Bundle, json.as_bytes(), &[]);
        assert!(approved(&attached).is_err(), "bit {bit}");
    }
}

#[test]
fn a_document_that_is_cut_short_is_not_read() {
    for sample in samples() {
        for end in 0..sample.bytes.len() {
            let cut = Attached { bytes: sample.bytes[..end].into(), ..sample.clone() };
            assert!(SignedDocument::read(&cut).is_err(), "{end}");
        }
        for end in 0..sample.annotations.get(SIGNATURE_ANNOTATION).map_or(0, String::len) {
            let mut cut = sample.clone();
            cut.annotations.get_mut(SIGNATURE_ANNOTATION).unwrap().truncate(end);
            assert!(approved(&cut).is_err(), "{end}");
        }
    }
}

/// What is signed, as far as the reader sees it, with what is not authenticated left out.
fn signed(attached: &Attached) -> Option<(Claim, String)> {
    let signer = approved(attached).ok()?;
    Some((SignedDocument::read(attached).unwrap().claim().clone(), signer.id))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_changed_byte_changes_nothing_that_is_approved(
        which in 0_usize..3,
        position: prop::sample::Index,
        byte: u8,
    ) {
        let sample = samples().swap_remove(which);
        let mut bytes = sample.bytes.to_vec();
        let position = position.index(bytes.len());
        bytes[position] = byte;
        let changed = Attached { bytes: bytes.into(), ..sample.clone() };
        // Envelopes hold hints, and JSON has more than one spelling; the claim has one.
        if let Some(seen) = signed(&changed) {
            prop_assert_eq!(Some(seen), signed(&sample));
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>, text in r#"[\[\]{}:,"0a\\ ]{0,60}"#) {
        for bytes in [&bytes[..], text.as_bytes()] {
            prop_assert!(Envelope::parse(bytes).is_err());
            prop_assert!(Bundle::parse(bytes).is_err());
            prop_assert!(Claim::from_statement(bytes).is_err());
        }
    }
}
