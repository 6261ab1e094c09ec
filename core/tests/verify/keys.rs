//! Keys: what is read as one, and when it counts.

use cocket::Timestamp;
use cocket::evidence::signing::SignedDocument;
use cocket::verify::{
    KeyError, KeyVerifier, PublicKey, Refusal, SignatureVerifier as _, Signer, TrustedKey, verify,
};
use p256::pkcs8::EncodePublicKey as _;

use crate::sample::*;

fn read(pem: &str) -> KeyError {
    PublicKey::from_pem(pem).unwrap_err()
}

/// Subject public key info with an algorithm's identifier as given in DER.
fn key_info(algorithm: &[u8]) -> Vec<u8> {
    let mut der = vec![0x30, algorithm.len() as u8 + 4];
    der.extend_from_slice(algorithm);
    der.extend_from_slice(&[0x03, 0x02, 0x00, 0x04]);
    der
}

#[test]
fn one_key_has_one_spelling() {
    let good = pem(&key(1));
    let read = PublicKey::from_pem(&good).unwrap();
    assert_eq!(read.algorithm(), "ECDSA P-256");
    assert!(read.id().starts_with("sha256:") && read.id().len() == 71);
    for other in [
        good.replace('\n', "\r\n"),
        format!("\n  {}\n\n", good.trim_end()),
        good.trim_end().to_owned(),
        armour("PUBLIC KEY", key(1).verifying_key().to_public_key_der().unwrap().as_bytes()),
    ] {
        assert_eq!(PublicKey::from_pem(&other).as_ref(), Ok(&read), "{other}");
    }
    // The same point, compressed.
    let point = key(1).verifying_key().to_sec1_point(true);
    let mut der = vec![0x30, 0x39, 0x30, 0x13];
    der.extend_from_slice(&[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]);
    der.extend_from_slice(&[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    der.extend_from_slice(&[0x03, 0x22, 0x00]);
    der.extend_from_slice(point.as_bytes());
    assert_eq!(PublicKey::from_pem(&armour("PUBLIC KEY", &der)), Ok(read));
}

#[test]
fn what_is_no_public_key_is_named() {
    let good = pem(&key(1));
    for text in ["", "ssh-ed25519 AAAA", "-----BEGIN PUBLIC KEY", "BEGIN PUBLIC KEY"] {
        assert_eq!(read(text), KeyError::NotPem, "{text:?}");
    }
    for label in ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY"] {
        assert_eq!(read(&armour(label, b"x")), KeyError::PrivateKey(label.to_owned()));
    }
    for label in ["CERTIFICATE REQUEST", "TRUSTED CERTIFICATE", "DSA PUBLIC KEY"] {
        assert_eq!(read(&armour(label, b"x")), KeyError::Label(label.to_owned()));
    }
    for label in ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"] {
        assert!(matches!(read(&armour(label, b"x")), KeyError::Broken(_)), "{label}");
    }
    assert_eq!(read(&format!("{good}{good}")), KeyError::Several(2));
    assert_eq!(read(&format!("{good}{}", armour("CERTIFICATE", b"x"))), KeyError::Several(2));
    let other_end = good.replace("END PUBLIC", "END PRIVATE");
    for text in
        [format!("{good}junk"), format!("junk\n{good}"), other_end, good.split_at(100).0.to_owned()]
    {
        assert!(matches!(read(&text), KeyError::Frame(_)), "{text}");
    }
    assert!(matches!(read(&" ".repeat(20_000)), KeyError::TooLarge(20_000)));
}

#[test]
fn an_error_never_repeats_a_private_key() {
    let secret = armour("PRIVATE KEY", &[7; 40]);
    let without_dashes = secret.replacen("KEY-----", "KEY", 1);
    let one_line = without_dashes.replace('\n', " ");
    for text in [secret, without_dashes, one_line] {
        let error = read(&text);
        assert!(!error.to_string().contains("BwcH"), "{error}");
    }
}

#[test]
fn a_broken_key_is_no_key() {
    let der = key(1).verifying_key().to_public_key_der().unwrap().as_bytes().to_vec();
    let broken = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = der.clone();
        change(&mut changed);
        read(&armour("PUBLIC KEY", &changed))
    };
    let trailing = broken(&|der| der.push(0));
    let off_curve = broken(&|der| *der.last_mut().unwrap() ^= 1);
    let cut = broken(&|der| der.truncate(der.len() - 1));
    // The point at infinity.
    let p256 = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    let mut algorithm = vec![0x30, 0x13];
    algorithm.extend_from_slice(&p256);
    algorithm.extend_from_slice(&[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    let mut infinity = key_info(&algorithm);
    *infinity.last_mut().unwrap() = 0;
    let infinity = read(&armour("PUBLIC KEY", &infinity));
    for error in [trailing, off_curve, cut, infinity, read(&armour("PUBLIC KEY", b""))] {
        assert!(matches!(error, KeyError::Broken(_)), "{error:?}");
    }
    let letters = pem(&key(1)).replace('M', "*");
    assert!(matches!(read(&letters), KeyError::Broken(_)));
}

#[test]
fn other_algorithms_are_named() {
    let ec = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    let on_curve = |curve: &[u8]| {
        let mut body = ec.to_vec();
        body.extend_from_slice(curve);
        let mut algorithm = vec![0x30, body.len() as u8];
        algorithm.extend(body);
        algorithm
    };
    for (algorithm, name) in [
        (
            on_curve(&[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x21]),
            "ECDSA on the curve `1.3.132.0.33`",
        ),
        (on_curve(&[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a]), "ECDSA secp256k1"),
        (vec![0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "DSA"),
        (vec![0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71], "Ed448"),
        (vec![0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x01], "the algorithm `1.3.101.1`"),
    ] {
        let error = read(&armour("PUBLIC KEY", &key_info(&algorithm)));
        assert_eq!(error, KeyError::Unsupported(name.to_owned()));
        assert!(error.to_string().starts_with(&format!("{name} is not supported; ")), "{error}");
    }
    // A curve given by its parameters, as CVE-2020-0601 did.
    let explicit = key_info(&on_curve(&[0x30, 0x00]));
    assert!(matches!(read(&armour("PUBLIC KEY", &explicit)), KeyError::Broken(_)));
}

fn at(now: &str, key: TrustedKey) -> Result<Signer, Refusal> {
    let document = SignedDocument::read(&bundle(&approval(), &[1])).unwrap();
    let verifier = KeyVerifier::new(vec![key]);
    verify(&document, &verifier, "ci", &digest(), time(now)).map(|seen| seen.signer().clone())
}

#[test]
fn a_window_holds_at_the_time_of_the_decision() {
    let (from, to) = (time("2026-01-01T00:00:00Z"), time("2027-01-01T00:00:00Z"));
    let windowed =
        || TrustedKey { not_before: Some(from), not_after: Some(to), ..trusted(&key(1)) };
    assert!(at("2026-01-01T00:00:00Z", windowed()).is_ok());
    assert!(at("2026-12-31T23:59:59.999999999Z", windowed()).is_ok());
    let (early, late) = ("2025-12-31T23:59:59.999999999Z", "2027-01-01T00:00:00Z");
    let (id, refusal) = (windowed().key.id(), at(early, windowed()));
    let expected = Refusal::KeyNotYetValid { key: id.clone(), not_before: from, at: time(early) };
    assert_eq!(refusal, Err(expected));
    let expected = Refusal::KeyExpired { key: id, not_after: to, at: time(late) };
    assert_eq!(at(late, windowed()), Err(expected));
    assert_eq!(KeyVerifier::new(vec![windowed()]).dates(), [from, to]);
}

#[test]
fn nothing_proves_that_a_signature_is_older_than_a_compromise() {
    let compromised_at = time("2026-06-01T00:00:00Z");
    for now in ["2020-01-01T00:00:00Z", "2026-05-31T23:59:59Z", "2026-11-23T15:00:00Z"] {
        let key = TrustedKey { compromised_at: Some(compromised_at), ..trusted(&key(1)) };
        let id = key.key.id();
        let expected = Refusal::KeyCompromised { key: id, compromised_at, proven_at: None };
        assert_eq!(at(now, key), Err(expected), "{now}");
    }
    let key = TrustedKey { compromised_at: Some(compromised_at), ..trusted(&key(1)) };
    assert_eq!(KeyVerifier::new(vec![key]).dates(), Vec::<Timestamp>::new());
}

#[test]
fn any_one_key_of_an_authority_is_enough_in_any_order() {
    let expired =
        || TrustedKey { not_after: Some(time("2020-01-01T00:00:00Z")), ..trusted(&key(1)) };
    let judge = |keys: Vec<TrustedKey>, seeds: &[u8]| {
        verified(&envelope(&approval(), seeds), &KeyVerifier::new(keys))
            .map(|document| document.signer().clone())
    };
    assert!(judge(vec![trusted(&key(2)), trusted(&key(1))], &[1]).is_ok());
    // The same key twice, as in a renewal: the window that is open counts.
    assert!(judge(vec![expired(), trusted(&key(1))], &[1]).is_ok());
    assert!(judge(vec![expired(), trusted(&key(2))], &[1, 2]).is_ok());
    let refusal = judge(vec![trusted(&key(2)), expired()], &[1]);
    assert!(matches!(refusal, Err(Refusal::KeyExpired { .. })), "{refusal:?}");
    assert_eq!(judge(vec![expired()], &[3]), Err(Refusal::Signature));
    assert_eq!(judge(Vec::new(), &[1]), Err(Refusal::Signature));
    let windows = |from: &str| TrustedKey { not_before: Some(time(from)), ..trusted(&key(1)) };
    let (early, late) = ("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
    let refusal = judge(vec![windows(late), windows(early), expired()], &[1]);
    assert_eq!(refusal, judge(vec![expired(), windows(early), windows(late)], &[1]));
    let one = judge(vec![trusted(&key(1)), trusted(&key(2))], &[1, 2]);
    assert_eq!(one, judge(vec![trusted(&key(2)), trusted(&key(1))], &[2, 1]));
}
