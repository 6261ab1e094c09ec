//! Certificates as keys: their key and dates count, and nothing else.

use cocket::Timestamp;
use cocket::evidence::signing::SignedDocument;
use cocket::verify::{KeyError, KeyVerifier, PublicKey, Refusal, TrustedKey, verify};
use p256::pkcs8::EncodePublicKey as _;

use crate::sample::*;

fn utc(text: &str) -> Vec<u8> {
    der(0x17, text.as_bytes())
}

fn generalized(text: &str) -> Vec<u8> {
    der(0x18, text.as_bytes())
}

/// The fields of a certificate for the key of seed 1, in their order (RFC 5280, section 4.1).
struct Fields {
    signed: Vec<Vec<u8>>,
    rest: Vec<Vec<u8>>,
}

impl Fields {
    fn new(from: Vec<u8>, to: Vec<u8>) -> Self {
        let ecdsa = der(0x30, &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);
        let name = || der(0x30, &[]);
        let key = key(1).verifying_key().to_public_key_der().unwrap().into_vec();
        let version = der(0xa0, &der(0x02, &[2]));
        let serial = der(0x02, &[1]);
        let validity = der(0x30, &[from, to].concat());
        let extensions = der(0xa3, &der(0x30, &der(0x30, &[])));
        Self {
            signed: vec![version, serial, ecdsa.clone(), name(), validity, name(), key, extensions],
            rest: vec![ecdsa, der(0x03, &[0, 1, 2, 3])],
        }
    }

    fn der(&self) -> Vec<u8> {
        let signed = der(0x30, &self.signed.concat());
        der(0x30, &[signed, self.rest.concat()].concat())
    }

    fn read(&self) -> Result<TrustedKey, KeyError> {
        TrustedKey::from_pem(&armour("CERTIFICATE", &self.der()))
    }
}

fn of_2026() -> Fields {
    Fields::new(utc("260101000000Z"), utc("261231235959Z"))
}

fn window(key: &TrustedKey) -> (Option<Timestamp>, Option<Timestamp>) {
    (key.not_before, key.not_after)
}

#[test]
fn its_key_and_dates_count() {
    let read = of_2026().read().unwrap();
    assert_eq!(read.key, trusted(&key(1)).key);
    let (start, end) = (time("2026-01-01T00:00:00Z"), time("2027-01-01T00:00:00Z"));
    assert_eq!(window(&read), (Some(start), Some(end)));
    assert_eq!((read.compromised_at, read.revoked), (None, None));
    let document = SignedDocument::read(&bundle(&approval(), &[1])).unwrap();
    let verifier = KeyVerifier::new(vec![read]);
    let at = |now| verify(&document, &verifier, "ci", &digest(), time(now)).map(drop);
    assert_eq!(at("2026-12-31T23:59:59.9Z"), Ok(()));
    assert!(matches!(at("2027-01-01T00:00:00Z"), Err(Refusal::KeyExpired { .. })));
    assert!(matches!(at("2025-12-31T23:59:59Z"), Err(Refusal::KeyNotYetValid { .. })));
}

#[test]
fn a_bare_key_has_no_dates_and_a_certificate_is_no_bare_key() {
    let bare = TrustedKey::from_pem(&pem(&key(1))).unwrap();
    assert_eq!((&bare.key, window(&bare)), (&trusted(&key(1)).key, (None, None)));
    let certificate = armour("CERTIFICATE", &of_2026().der());
    assert_eq!(PublicKey::from_pem(&certificate), Err(KeyError::Certificate));
    let old = armour("X509 CERTIFICATE", &of_2026().der());
    assert!(TrustedKey::from_pem(&old).is_ok());
    let two = format!("{certificate}{certificate}");
    assert_eq!(TrustedKey::from_pem(&two).unwrap_err(), KeyError::Several(2));
}

#[test]
fn dates_have_two_forms() {
    let until = |to| window(&Fields::new(utc("491231235959Z"), to).read().unwrap()).1;
    assert_eq!(until(generalized("20500101000000Z")), Some(time("2050-01-01T00:00:01Z")));
    // The end of the calendar is no end (RFC 5280, section 4.1.2.5).
    assert_eq!(until(generalized("99991231235959Z")), None);
    for broken in [
        utc("2601010000Z"),
        utc("261301000000Z"),
        utc("260101000000+0100"),
        generalized("20260101000000.5Z"),
        generalized("20260230000000Z"),
        der(0x0c, b"260101000000Z"),
        der(0x05, &[]),
    ] {
        for fields in [
            Fields::new(broken.clone(), utc("261231235959Z")),
            Fields::new(utc("260101000000Z"), broken),
        ] {
            assert!(matches!(fields.read(), Err(KeyError::Broken(_))));
        }
    }
    let never = Fields::new(generalized("99991231235958Z"), generalized("99991231235959Z"));
    assert!(matches!(never.read(), Err(KeyError::Broken(_))));
}

#[test]
fn every_field_has_its_place() {
    // The first version of certificates says none, and has no extensions.
    let mut first_version = of_2026();
    first_version.signed.remove(7);
    first_version.signed.remove(0);
    assert!(first_version.read().is_ok());
    let broken = |fields: &Fields, what: &str| {
        let read = fields.read();
        assert!(matches!(read, Err(KeyError::Broken(_))), "{what}: {read:?}");
    };
    for missing in 1..7 {
        let mut fields = of_2026();
        fields.signed.remove(missing);
        broken(&fields, &format!("without field {missing}"));
    }
    for missing in 0..2 {
        let mut fields = of_2026();
        fields.rest.remove(missing);
        broken(&fields, &format!("without the end's field {missing}"));
    }
    let mut longer = of_2026();
    longer.rest.push(der(0x05, &[]));
    broken(&longer, "with one more field");
    let certificate = of_2026().der();
    for end in 0..certificate.len() {
        let read = TrustedKey::from_pem(&armour("CERTIFICATE", &certificate[..end]));
        assert!(matches!(read, Err(KeyError::Broken(_))), "{end}: {read:?}");
    }
    let trailing = [&certificate[..], &[0]].concat();
    let read = TrustedKey::from_pem(&armour("CERTIFICATE", &trailing));
    assert!(matches!(read, Err(KeyError::Broken(_))), "{read:?}");
}

#[test]
fn its_key_is_of_a_supported_kind() {
    let mut fields = of_2026();
    // Ed448 (RFC 8410, section 3).
    let algorithm = der(0x30, &[0x06, 0x03, 0x2b, 0x65, 0x71]);
    fields.signed[6] = der(0x30, &[algorithm, der(0x03, &[0; 58])].concat());
    assert_eq!(fields.read().unwrap_err(), KeyError::Unsupported("Ed448".to_owned()));
}
