//! RSA: what is read as a key, and what it signs.

use std::convert::Infallible;
use std::sync::LazyLock;

use cocket::decision::Verdict;
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::AttachedKind::{Bundle, Envelope};
use cocket::evidence::Evidence;
use cocket::policy::Policies;
use cocket::policy::model::Padding;
use cocket::verify::{KeyError, KeyVerifier, PublicKey, Refusal, TrustedKey};
use p256::pkcs8::EncodePublicKey as _;
use proptest::prelude::*;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::{PrivateKey, pkcs1v15};
use serde_json::json;
use sha2::{Digest as _, Sha256, Sha512};

use crate::sample::*;

/// The same numbers each time, so that a test that fails can be run again.
struct Numbers(u64);

impl TryRng for Numbers {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|number| number as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 += 1;
        let digest = Sha256::digest(self.0.to_le_bytes());
        Ok(u64::from_le_bytes(digest[..8].try_into().unwrap()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Numbers {}

static KEY: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::new(&mut Numbers(0), 2048).unwrap());

fn text() -> String {
    armour("PUBLIC KEY", KEY.to_public_key().to_public_key_der().unwrap().as_bytes())
}

fn public() -> PublicKey {
    PublicKey::from_pem(&text()).unwrap()
}

fn pkcs1v15(bytes: &[u8]) -> Vec<u8> {
    pkcs1v15::SigningKey::<Sha256>::new(KEY.clone()).sign(bytes).to_vec()
}

fn pss(bytes: &[u8]) -> Vec<u8> {
    KEY.pss_sign_with_rng::<Sha256, _>(&mut Numbers(1 << 32), bytes).unwrap()
}

/// The two numbers of a key, each as its bytes.
fn bare(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let positive = |bytes: &[u8]| match bytes.first() {
        Some(first) if *first >= 0x80 => der(0x02, &[&[0], bytes].concat()),
        _ => der(0x02, bytes),
    };
    der(0x30, &[positive(modulus), positive(exponent)].concat())
}

fn read(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, KeyError> {
    PublicKey::from_pem(&armour("RSA PUBLIC KEY", &bare(modulus, exponent)))
}

/// An odd number of this many bits.
fn modulus(bits: usize) -> Vec<u8> {
    let mut bytes = vec![0xff; bits.div_ceil(8)];
    bytes[0] >>= bytes.len() * 8 - bits;
    bytes
}

const F4: [u8; 3] = [1, 0, 1];

#[test]
fn one_key_has_one_spelling() {
    let key = KEY.to_public_key();
    let bare = key.to_pkcs1_der().unwrap().into_vec();
    assert_eq!(PublicKey::from_pem(&armour("RSA PUBLIC KEY", &bare)), Ok(public()));
    assert_eq!(public().algorithm(), "RSA PKCS#1 v1.5");
    let pss = public().with_padding(Padding::Pss).unwrap();
    assert_eq!((pss.algorithm(), pss.id()), ("RSA PSS", public().id()));
    assert_ne!(pss, public());
    assert_eq!(pss.with_padding(Padding::Pkcs1v15), Ok(public()));
    // Without the NULL that belongs there (RFC 3279, section 2.3.1), and with something else.
    let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let info = |parameters: &[u8]| {
        let algorithm = der(0x30, &[&oid, parameters].concat());
        let key = der(0x03, &[&[0], &bare[..]].concat());
        PublicKey::from_pem(&armour("PUBLIC KEY", &der(0x30, &[algorithm, key].concat())))
    };
    assert_eq!(info(&[0x05, 0x00]), Ok(public()));
    assert_eq!(info(&[]), Ok(public()));
    assert!(matches!(info(&[0x30, 0x00]), Err(KeyError::Broken(_))));
}

#[test]
fn a_modulus_is_neither_short_nor_long() {
    for bits in [2048, 2056, 3072, 4096] {
        assert!(read(&modulus(bits), &F4).is_ok(), "{bits}");
    }
    for bits in [8, 512, 1024, 2040, 2047, 2049, 4095, 4097, 4104, 8192, 65_536] {
        assert_eq!(read(&modulus(bits), &F4), Err(KeyError::ModulusSize(bits)), "{bits}");
    }
    assert_eq!(read(&[0], &F4), Err(KeyError::ModulusSize(0)));
    let mut even = modulus(2048);
    even[255] = 0xfe;
    assert_eq!(read(&even, &F4), Err(KeyError::EvenModulus));
}

#[test]
fn an_exponent_is_neither_small_nor_long() {
    for good in [&F4[..], &[0x7f, 0xff, 0xff, 0xff], &[1, 0, 3]] {
        assert!(read(&modulus(2048), good).is_ok(), "{good:?}");
    }
    let long = [0xff; 300];
    for bad in [
        &[0][..],
        &[1],
        &[2],
        &[3],
        &[17],
        &[0xff, 0xff],
        &[1, 0, 0],
        &[1, 0, 2],
        &[0x80, 0, 0, 1],
        &[1, 0, 0, 0, 1],
        &[2, 0, 0, 0, 1],
        &long,
    ] {
        assert_eq!(read(&modulus(2048), bad), Err(KeyError::Exponent), "{bad:?}");
    }
}

#[test]
fn numbers_are_positive_and_written_shortest() {
    let broken = |der: &[u8]| {
        let error = PublicKey::from_pem(&armour("RSA PUBLIC KEY", der)).unwrap_err();
        assert!(matches!(error, KeyError::Broken(_)), "{error}");
    };
    let (good, positive) = (modulus(2048), [&[0][..], &modulus(2048)].concat());
    broken(&der(0x30, &[der(0x02, &good), der(0x02, &F4)].concat()));
    broken(&der(0x30, &[der(0x02, &[&[0], &positive[..]].concat()), der(0x02, &F4)].concat()));
    broken(&der(0x30, &[der(0x02, &positive), der(0x02, &[0, 1, 0, 1])].concat()));
    broken(&der(0x30, &[der(0x02, &positive), der(0x02, &[])].concat()));
    broken(&der(0x30, &der(0x02, &positive)));
    broken(&der(0x30, &[der(0x02, &positive), der(0x02, &F4), der(0x02, &F4)].concat()));
    broken(&[bare(&good, &F4), vec![0]].concat());
}

#[test]
fn it_signs_simple_payloads_envelopes_and_bundles_with_the_padding_asked_for() {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    let (plain, padded) = (public(), public().with_padding(Padding::Pss).unwrap());
    type Sign = fn(&[u8]) -> Vec<u8>;
    let kinds: [(PublicKey, Sign, _); 4] = [
        (plain.clone(), pkcs1v15, Some("rsa-pkcs1v15-sha256")),
        (padded.clone(), pss, Some("rsa-pss-sha256")),
        (plain, pss, None),
        (padded, pkcs1v15, None),
    ];
    for (key, sign, check) in kinds {
        let verifier = KeyVerifier::new(vec![TrustedKey::new(key)]);
        let signature = sign(&pre_authentication(&approval()));
        let envelope = envelope_json(&approval(), &[signature]);
        let bundle = bundle_json(r#"{"publicKey":{"hint":"x"}}"#, &envelope);
        for attached in [
            simple(&payload, &sign(&payload)),
            attached(Envelope, envelope.as_bytes(), &[]),
            attached(Bundle, bundle.as_bytes(), &[]),
        ] {
            match (verified(&attached, &verifier), check) {
                (Ok(document), Some(check)) => assert_eq!(document.signer().checks, [check]),
                (Err(refusal), None) => assert_eq!(refusal, Refusal::Signature),
                (other, check) => panic!("{other:?} where {check:?} is expected"),
            }
        }
    }
}

#[test]
fn the_hash_is_sha256_alone() {
    let sha512 = pkcs1v15::SigningKey::<Sha512>::new(KEY.clone()).sign(b"payload").to_vec();
    assert_eq!(checked(&public(), b"payload", &sha512), None);
    let unprefixed = pkcs1v15::SigningKey::<Sha256>::new_unprefixed(KEY.clone());
    assert_eq!(checked(&public(), b"payload", &unprefixed.sign(b"payload").to_vec()), None);
    let padded = public().with_padding(Padding::Pss).unwrap();
    let sha512 = KEY.pss_sign_with_rng::<Sha512, _>(&mut Numbers(9), b"payload").unwrap();
    assert_eq!(checked(&padded, b"payload", &sha512), None);
}

#[test]
fn a_signature_is_as_long_as_the_modulus() {
    let good = pkcs1v15(b"payload");
    assert!(checked(&public(), b"payload", &good).is_some());
    let longer = [&[0], &good[..]].concat();
    for wrong in [&good[1..], &good[..255], &longer, &[0; 256], &[0xff; 256], &[], &[0; 2000]] {
        assert_eq!(checked(&public(), b"payload", wrong), None);
    }
}

#[test]
fn who_signed_does_not_depend_on_the_order_of_paddings() {
    let padded = public().with_padding(Padding::Pss).unwrap();
    let encoded = pre_authentication(&approval());
    let both = envelope_json(&approval(), &[pss(&encoded), pkcs1v15(&encoded)]);
    let both = attached(Envelope, both.as_bytes(), &[]);
    let signer = |keys: [PublicKey; 2]| {
        let verifier = KeyVerifier::new(keys.map(TrustedKey::new).into());
        verified(&both, &verifier).unwrap().signer().clone()
    };
    assert_eq!(signer([public(), padded.clone()]), signer([padded, public()]));
}

/// Whether an image with this signature beside it is allowed, where the authority has this key.
fn allowed(signed: &(Vec<u8>, Vec<u8>), key: &serde_json::Value) -> bool {
    let header = |kind: &str| json!({"apiVersion": "cocket.dev/v1alpha1", "kind": kind});
    let mut policy = header("ImagePolicy");
    policy["metadata"] = json!({"name": "signed"});
    policy["spec"] = json!({
        "authorities": {"ci": {"key": key}},
        "rules": [{"id": "signed", "signature": {"anyOf": ["ci"]}}],
    });
    let mut root = header("TrustRoot");
    root["metadata"] = json!({"name": "acme"});
    root["spec"] = json!({"keys": {"release": {"pem": text()}}});
    let policies = Policies::from_text("p.yaml", &format!("{policy}\n---\n{root}")).unwrap();
    let attached = simple(&signed.0, &signed.1);
    let mut evidence = Evidence::new();
    let (kind, bytes) = (attached.kind.clone(), attached.bytes.to_vec());
    evidence.attach(Some(digest()), kind, bytes, attached.annotations);
    let image = format!("{REPOSITORY}@{}", digest());
    let request = ImageRequest { image, ..Default::default() };
    let engine = Engine::new(&policies).unwrap();
    engine.check(&request, &evidence, &History::default(), now()).verdict == Verdict::Allow
}

#[test]
fn an_authority_says_which_padding_its_key_has() {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    let plain = (payload.clone(), pkcs1v15(&payload));
    let padded = (payload.clone(), pss(&payload));
    for own in [json!({"pem": text()}), json!({"trustRoot": "acme", "name": "release"})] {
        let mut key = own.clone();
        assert!(allowed(&plain, &key) && !allowed(&padded, &key));
        key["padding"] = json!("pkcs1v15");
        assert!(allowed(&plain, &key) && !allowed(&padded, &key));
        key["padding"] = json!("pss");
        assert!(!allowed(&plain, &key) && allowed(&padded, &key));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_changed_bit_is_another_signature(padded: bool, bit in 0_usize..2048, payload: Vec<u8>) {
        let padding = if padded { Padding::Pss } else { Padding::Pkcs1v15 };
        let key = public().with_padding(padding).unwrap();
        let mut signature = if padded { pss(&payload) } else { pkcs1v15(&payload) };
        prop_assert!(checked(&key, &payload, &signature).is_some());
        signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(checked(&key, &payload, &signature), None);
    }
}
