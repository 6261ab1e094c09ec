//! ECDSA on every curve and Ed25519: which signatures are a key's, and which are nearly so.

use cocket::verify::{KeyError, KeyVerifier, PublicKey, Refusal, TrustedKey};
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::sample::*;
use cocket::evidence::AttachedKind::{Bundle, Envelope};

/// One key of each algorithm, by name.
struct Keys {
    p256: p256::ecdsa::SigningKey,
    p384: p384::ecdsa::SigningKey,
    p521: p521::ecdsa::SigningKey,
    ed25519: ed25519_dalek::SigningKey,
}

impl Keys {
    fn new(seed: u8) -> Self {
        let mut p521 = [seed; 66];
        p521[0] = 0;
        Self {
            p256: key(seed),
            p384: p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap(),
            p521: p521::ecdsa::SigningKey::from_slice(&p521).unwrap(),
            ed25519: ed25519_dalek::SigningKey::from_bytes(&[seed; 32]),
        }
    }

    fn public(&self) -> [PublicKey; 4] {
        let read = |pem: String| PublicKey::from_pem(&pem).unwrap();
        [
            read(self.p256.verifying_key().to_public_key_pem(LineEnding::LF).unwrap()),
            read(self.p384.verifying_key().to_public_key_pem(LineEnding::LF).unwrap()),
            read(self.p521.verifying_key().to_public_key_pem(LineEnding::LF).unwrap()),
            read(armour("PUBLIC KEY", &ed25519_info(self.ed25519.verifying_key().as_bytes()))),
        ]
    }

    /// A signature with the key of this number, of each way in which it signs.
    fn sign(&self, which: usize, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let (sha256, sha384, sha512) =
            (Sha256::digest(bytes), Sha384::digest(bytes), Sha512::digest(bytes));
        let p384 = |hash: &[u8]| {
            let signature: p384::ecdsa::Signature = self.p384.sign_prehash(hash).unwrap();
            signature.to_der().as_bytes().to_vec()
        };
        let p521 = |hash: &[u8]| {
            let signature: p521::ecdsa::Signature = self.p521.sign_prehash(hash).unwrap();
            signature.to_der().as_bytes().to_vec()
        };
        match which {
            0 => vec![("ecdsa-p256-sha256", sign(&self.p256, bytes))],
            1 => vec![("ecdsa-p384-sha384", p384(&sha384)), ("ecdsa-p384-sha256", p384(&sha256))],
            2 => vec![("ecdsa-p521-sha512", p521(&sha512)), ("ecdsa-p521-sha256", p521(&sha256))],
            _ => {
                let state = Sha512::new_with_prefix(bytes);
                let prehashed = self.ed25519.sign_prehashed(state, None).unwrap();
                vec![
                    ("ed25519", self.ed25519.sign(bytes).to_vec()),
                    ("ed25519ph-sha512", prehashed.to_vec()),
                ]
            }
        }
    }
}

/// Subject public key info as RFC 8410 writes it.
fn ed25519_info(key: &[u8]) -> Vec<u8> {
    let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    der.extend_from_slice(key);
    der
}

#[test]
fn every_key_signs_simple_payloads_envelopes_and_bundles() {
    let keys = Keys::new(7);
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    for (which, public) in keys.public().into_iter().enumerate() {
        let verifier = KeyVerifier::new(vec![TrustedKey::new(public)]);
        let holds = |attached, check: &str| {
            let signer = verified(&attached, &verifier).unwrap().signer().clone();
            assert_eq!(signer.checks, [check]);
        };
        for (check, signature) in keys.sign(which, &payload) {
            holds(simple(&payload, &signature), check);
        }
        for (check, signature) in keys.sign(which, &pre_authentication(&approval())) {
            let json = envelope_json(&approval(), &[signature]);
            holds(attached(Envelope, json.as_bytes(), &[]), check);
            let json = bundle_json(r#"{"publicKey":{"hint":"x"}}"#, &json);
            holds(attached(Bundle, json.as_bytes(), &[]), check);
        }
    }
}

#[test]
fn no_key_takes_anothers_signature_or_one_with_another_hash() {
    let (keys, others) = (Keys::new(7), Keys::new(8));
    for (which, public) in keys.public().iter().enumerate() {
        for other in 0..4 {
            for (_, signature) in others.sign(other, b"payload") {
                assert_eq!(checked(public, b"payload", &signature), None);
            }
            for (check, signature) in keys.sign(other, b"payload") {
                let expected = (other == which).then(|| check.to_owned());
                assert_eq!(checked(public, b"payload", &signature), expected);
                assert_eq!(checked(public, b"Payload", &signature), None);
            }
        }
    }
    let [p256, p384, p521, _] = keys.public();
    let bytes = b"payload";
    let with_sha512: p256::ecdsa::Signature =
        keys.p256.sign_prehash(&Sha512::digest(bytes)).unwrap();
    assert_eq!(checked(&p256, bytes, with_sha512.to_der().as_bytes()), None);
    let with_sha512: p384::ecdsa::Signature =
        keys.p384.sign_prehash(&Sha512::digest(bytes)).unwrap();
    assert_eq!(checked(&p384, bytes, with_sha512.to_der().as_bytes()), None);
    let with_sha384: p521::ecdsa::Signature =
        keys.p521.sign_prehash(&Sha384::digest(bytes)).unwrap();
    assert_eq!(checked(&p521, bytes, with_sha384.to_der().as_bytes()), None);
}

#[test]
fn a_point_is_of_the_curve_named_and_has_one_spelling() {
    let keys = Keys::new(7);
    let [p256, p384, p521, _] = keys.public();
    let points = |compressed| {
        [
            keys.p256.verifying_key().to_sec1_point(compressed).as_bytes().to_vec(),
            keys.p384.verifying_key().to_sec1_point(compressed).as_bytes().to_vec(),
            keys.p521.verifying_key().to_sec1_point(compressed).as_bytes().to_vec(),
        ]
    };
    let curves: [&[u8]; 3] = [
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        &[0x2b, 0x81, 0x04, 0x00, 0x22],
        &[0x2b, 0x81, 0x04, 0x00, 0x23],
    ];
    let read = |curve: &[u8], point: &[u8]| {
        let ec = der(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]);
        let algorithm = der(0x30, &[ec, der(0x06, curve)].concat());
        let point = der(0x03, &[&[0], point].concat());
        PublicKey::from_pem(&armour("PUBLIC KEY", &der(0x30, &[algorithm, point].concat())))
    };
    for (place, (curve, key)) in curves.into_iter().zip([&p256, &p384, &p521]).enumerate() {
        for points in [points(false), points(true)] {
            for (other, point) in points.iter().enumerate() {
                match other == place {
                    true => assert_eq!(read(curve, point).as_ref(), Ok(key)),
                    false => assert!(matches!(read(curve, point), Err(KeyError::Broken(_)))),
                }
            }
        }
        // The point at infinity, and no point at all.
        for none in [&[0][..], &[]] {
            assert!(matches!(read(curve, none), Err(KeyError::Broken(_))));
        }
    }
}

#[test]
fn an_ecdsa_signature_is_der_and_may_have_either_s() {
    let keys = Keys::new(7);
    let [_, p384, p521, _] = keys.public();
    let signature: p384::ecdsa::Signature =
        keys.p384.sign_prehash(&Sha384::digest(b"payload")).unwrap();
    let (r, s) = (*signature.r(), *signature.s());
    let other = p384::ecdsa::Signature::from_scalars(r, -s).unwrap();
    for either in [signature, other] {
        assert!(checked(&p384, b"payload", either.to_der().as_bytes()).is_some());
        // The two numbers side by side.
        assert_eq!(checked(&p384, b"payload", &either.to_bytes()), None);
    }
    let der = signature.to_der().as_bytes().to_vec();
    let long_length = [&[0x30, 0x81, der[1]], &der[2..]].concat();
    let trailing = [&der[..], &[0]].concat();
    for broken in [vec![], trailing, long_length, vec![0x30, 0x00], vec![0; 96], vec![0; 132]] {
        assert_eq!(checked(&p384, b"payload", &broken), None, "{broken:?}");
        assert_eq!(checked(&p521, b"payload", &broken), None, "{broken:?}");
    }
    // Zero is no number for either.
    for zero in [[0x30, 0x06, 0x02, 0x01, 0, 0x02, 0x01, 0], [0x30, 6, 2, 1, 1, 2, 1, 0]] {
        assert_eq!(checked(&p384, b"payload", &zero), None);
    }
}

/// The points of low order (RFC 7748 speaks of those of the other form of the curve): for such a
/// key, or such a first half of a signature, one signature fits many messages.
const LOW_ORDER: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn an_ed25519_key_is_one_point_of_high_order_in_one_spelling() {
    let read = |der: &[u8]| PublicKey::from_pem(&armour("PUBLIC KEY", der)).unwrap_err();
    for point in LOW_ORDER {
        assert_eq!(read(&ed25519_info(&unhex(point))), KeyError::LowOrder, "{point}");
    }
    // Numbers of the field are below 2^255-19: this is 3 and that is 3 too, 2^255-16.
    let mut three = [0_u8; 32];
    three[0] = 3;
    let mut longer = [0xff_u8; 32];
    (longer[0], longer[31]) = (0xf0, 0x7f);
    assert!(PublicKey::from_pem(&armour("PUBLIC KEY", &ed25519_info(&three))).is_ok());
    assert!(matches!(read(&ed25519_info(&longer)), KeyError::Broken(_)));
    // 2 is on no point of the curve.
    let mut two = [0_u8; 32];
    two[0] = 2;
    assert!(matches!(read(&ed25519_info(&two)), KeyError::Broken(_)));
    let mut short = ed25519_info(&three[..31]);
    (short[1], short[10]) = (0x29, 0x20);
    assert!(matches!(read(&short), KeyError::Broken(_)));
    // With parameters, which there are none of.
    let mut null = ed25519_info(&three);
    (null[1], null[3]) = (0x2c, 0x07);
    null.splice(9..9, [0x05, 0x00]);
    assert_eq!(
        read(&null),
        KeyError::Broken("Ed25519 has no parameters, and some are given".to_owned())
    );
}

#[test]
fn an_ed25519_signature_has_one_spelling() {
    /// The order of the group, least byte first (RFC 8032, section 5.1).
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let keys = Keys::new(7);
    let [_, _, _, key] = keys.public();
    for (check, good) in keys.sign(3, b"payload") {
        assert_eq!(checked(&key, b"payload", &good).as_deref(), Some(check));
        let mut carry = 0_u16;
        let mut other = good.clone();
        for (byte, add) in other[32..].iter_mut().zip(unhex(ORDER)) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert_ne!(good, other);
        assert_eq!(checked(&key, b"payload", &other), None, "s above the order");
        for point in LOW_ORDER {
            let signature = [unhex(point), good[32..].to_vec()].concat();
            assert_eq!(checked(&key, b"payload", &signature), None);
        }
        for wrong in [&good[..63], &[&good[..], &[0]].concat(), &[0; 64], &[]] {
            assert_eq!(checked(&key, b"payload", wrong), None);
        }
    }
    // A context makes another signature (RFC 8032, section 5.1).
    let state = Sha512::new_with_prefix(b"payload");
    let signature = keys.ed25519.sign_prehashed(state, Some(b"context")).unwrap();
    assert_eq!(checked(&key, b"payload", &signature.to_vec()), None);
}

#[test]
fn padding_is_for_rsa_alone() {
    use cocket::policy::model::Padding;
    for key in Keys::new(7).public() {
        let name = key.algorithm();
        let error = key.with_padding(Padding::Pkcs1v15).unwrap_err();
        assert_eq!(error, KeyError::NotPadded(name));
    }
}

#[test]
fn the_window_of_every_kind_of_key_holds() {
    let keys = Keys::new(7);
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    for (which, public) in keys.public().into_iter().enumerate() {
        let trusted = TrustedKey { not_after: Some(now()), ..TrustedKey::new(public) };
        let verifier = KeyVerifier::new(vec![trusted]);
        let (_, signature) = keys.sign(which, &payload).swap_remove(0);
        let refusal = verified(&simple(&payload, &signature), &verifier).unwrap_err();
        assert!(matches!(refusal, Refusal::KeyExpired { .. }), "{refusal}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_changed_bit_is_another_signature(
        which in 0_usize..4,
        way: prop::sample::Index,
        bit: prop::sample::Index,
        payload: Vec<u8>,
    ) {
        let keys = Keys::new(7);
        let public = &keys.public()[which];
        let mut signed = keys.sign(which, &payload);
        let (check, mut signature) = signed.swap_remove(way.index(signed.len()));
        prop_assert_eq!(checked(public, &payload, &signature), Some(check.to_owned()));
        let bit = bit.index(signature.len() * 8);
        signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(checked(public, &payload, &signature), None);
    }

    #[test]
    fn any_bytes_are_no_key_and_no_signature(bytes: Vec<u8>) {
        for label in ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"] {
            prop_assert!(TrustedKey::from_pem(&armour(label, &bytes)).is_err());
        }
        for public in Keys::new(7).public() {
            prop_assert_eq!(checked(&public, b"payload", &bytes), None);
        }
    }

    #[test]
    fn a_changed_key_is_another_or_none(
        which in 0_usize..4,
        bit: prop::sample::Index,
    ) {
        let keys = Keys::new(7);
        let public = &keys.public()[which];
        let mut der = match which {
            0 => keys.p256.verifying_key().to_public_key_der().unwrap().into_vec(),
            1 => keys.p384.verifying_key().to_public_key_der().unwrap().into_vec(),
            2 => keys.p521.verifying_key().to_public_key_der().unwrap().into_vec(),
            _ => ed25519_info(keys.ed25519.verifying_key().as_bytes()),
        };
        let bit = bit.index(der.len() * 8);
        der[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = PublicKey::from_pem(&armour("PUBLIC KEY", &der)) {
            prop_assert_ne!(other.id(), public.id());
            for (_, signature) in keys.sign(which, b"payload") {
                prop_assert_eq!(checked(&other, b"payload", &signature), None);
            }
        }
    }
}
