//! What OpenSSL makes of the same keys and signatures. Where it is not installed, a test here
//! says so and checks nothing; the other files check the same without it.

use std::fs;
use std::path::Path;
use std::process::Command;

use cocket::policy::model::Padding;
use cocket::verify::{KeyError, PublicKey, TrustedKey};
use tempfile::TempDir;

use crate::sample::*;

const PAYLOAD: &[u8] = b"what is signed";

/// A directory with the payload, or nothing where there is no OpenSSL 3.
fn openssl_3(test: &str) -> Option<TempDir> {
    let version = Command::new("openssl").arg("version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !version.is_ok_and(|version| version.starts_with("OpenSSL 3.")) {
        eprintln!("skipped: {test}: there is no OpenSSL 3 here");
        return None;
    }
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("payload"), PAYLOAD).unwrap();
    Some(directory)
}

/// Whether it succeeds; words are split at spaces.
fn run(directory: &Path, arguments: &str) -> bool {
    let output =
        Command::new("openssl").args(arguments.split(' ')).current_dir(directory).output().unwrap();
    output.status.success()
}

fn made(directory: &Path, arguments: &str) {
    assert!(run(directory, arguments), "openssl {arguments}");
}

/// A new key, and its public half in PEM.
fn generated(directory: &Path, options: &str) -> String {
    made(directory, &format!("genpkey -out key.pem {options}"));
    made(directory, "pkey -in key.pem -pubout -out key.pub");
    fs::read_to_string(directory.join("key.pub")).unwrap()
}

/// Signs, and holds every answer about that signature and changed ones against OpenSSL's.
fn agree(directory: &Path, key: &PublicKey, check: &str, sign: &str, verify: &str) {
    made(directory, sign);
    let signature = fs::read(directory.join("signature")).unwrap();
    assert_eq!(checked(key, PAYLOAD, &signature).as_deref(), Some(check));
    assert!(run(directory, verify), "openssl {verify}");
    for at in [0, 1, 3, 4, signature.len() / 2, signature.len() - 1] {
        let mut changed = signature.clone();
        changed[at] ^= 0x10;
        fs::write(directory.join("signature"), &changed).unwrap();
        let theirs = run(directory, verify);
        assert_eq!(checked(key, PAYLOAD, &changed).is_some(), theirs, "byte {at} of {check}");
    }
}

const ED25519_SIGN: &str = "pkeyutl -sign -inkey key.pem -rawin -in payload -out signature";
const ED25519_VERIFY: &str =
    "pkeyutl -verify -pubin -inkey key.pub -rawin -in payload -sigfile signature";

#[test]
fn openssl_agrees_about_ecdsa_and_ed25519() {
    let Some(directory) = openssl_3("openssl_agrees_about_ecdsa_and_ed25519") else { return };
    let directory = directory.path();
    for (curve, hash, check) in [
        ("P-256", "sha256", "ecdsa-p256-sha256"),
        ("P-384", "sha384", "ecdsa-p384-sha384"),
        ("P-384", "sha256", "ecdsa-p384-sha256"),
        ("P-521", "sha512", "ecdsa-p521-sha512"),
        ("P-521", "sha256", "ecdsa-p521-sha256"),
    ] {
        let pem =
            generated(directory, &format!("-algorithm EC -pkeyopt ec_paramgen_curve:{curve}"));
        let key = PublicKey::from_pem(&pem).unwrap();
        let sign = format!("dgst -{hash} -sign key.pem -out signature payload");
        let verify = format!("dgst -{hash} -verify key.pub -signature signature payload");
        agree(directory, &key, check, &sign, &verify);
    }
    let key = PublicKey::from_pem(&generated(directory, "-algorithm ED25519")).unwrap();
    agree(directory, &key, "ed25519", ED25519_SIGN, ED25519_VERIFY);
}

#[test]
fn openssl_agrees_about_rsa() {
    let Some(directory) = openssl_3("openssl_agrees_about_rsa") else { return };
    let directory = directory.path();
    for bits in [2048, 3072] {
        let options = format!("-algorithm RSA -pkeyopt rsa_keygen_bits:{bits}");
        let key = PublicKey::from_pem(&generated(directory, &options)).unwrap();
        made(directory, "rsa -in key.pem -RSAPublicKey_out -out bare.pub");
        let bare = fs::read_to_string(directory.join("bare.pub")).unwrap();
        assert_eq!(PublicKey::from_pem(&bare).as_ref(), Ok(&key));
        let sign = "dgst -sha256 -sign key.pem -out signature payload";
        let verify = "dgst -sha256 -verify key.pub -signature signature payload";
        agree(directory, &key, "rsa-pkcs1v15-sha256", sign, verify);
        let key = key.with_padding(Padding::Pss).unwrap();
        for salt in ["0", "20", "digest", "max"] {
            let sign = format!(
                "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:{salt} -sign key.pem -out signature payload"
            );
            let verify = "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:auto -verify key.pub -signature signature payload";
            agree(directory, &key, "rsa-pss-sha256", &sign, verify);
        }
    }
}

#[test]
fn openssl_makes_keys_that_are_refused() {
    let Some(directory) = openssl_3("openssl_makes_keys_that_are_refused") else { return };
    let directory = directory.path();
    let unsupported = |name: &str| KeyError::Unsupported(name.to_owned());
    let explicit = KeyError::Broken("an elliptic curve that is not given by its name".to_owned());
    for (options, expected) in [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", unsupported("ECDSA secp256k1")),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:secp224r1",
            unsupported("ECDSA on the curve `1.3.132.0.33`"),
        ),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit", explicit),
        ("-algorithm ED448", unsupported("Ed448")),
        ("-algorithm X25519", unsupported("the algorithm `1.3.101.110`")),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", KeyError::ModulusSize(1024)),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3",
            KeyError::Exponent,
        ),
        (
            "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
            unsupported("a key for RSA-PSS alone"),
        ),
    ] {
        let pem = generated(directory, options);
        assert_eq!(PublicKey::from_pem(&pem), Err(expected), "{options}");
    }
    let private = fs::read_to_string(directory.join("key.pem")).unwrap();
    let expected = KeyError::PrivateKey("PRIVATE KEY".to_owned());
    assert_eq!(PublicKey::from_pem(&private), Err(expected));
}

#[test]
fn openssl_makes_certificates_that_are_read() {
    let Some(directory) = openssl_3("openssl_makes_certificates_that_are_read") else { return };
    let directory = directory.path();
    for options in [
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        "-algorithm ED25519",
    ] {
        let key = PublicKey::from_pem(&generated(directory, options)).unwrap();
        made(directory, "req -x509 -new -key key.pem -subj /CN=release -days 30 -out key.crt");
        let certificate = fs::read_to_string(directory.join("key.crt")).unwrap();
        let read = TrustedKey::from_pem(&certificate).unwrap();
        assert_eq!(read.key, key);
        let days = read.not_after.unwrap().duration_since(read.not_before.unwrap());
        assert_eq!(days.as_secs(), 30 * 24 * 60 * 60 + 1, "{options}");
    }
}
