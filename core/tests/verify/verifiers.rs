//! Verifiers that the embedding program supplies.

use std::sync::Mutex;

use cocket::Timestamp;
use cocket::evidence::signing::{Material, SignedDocument};
use cocket::verify::{Call, Refusal, SignatureVerifier, Signer, verify};

use crate::sample::*;

/// Answers as told, and keeps what it was asked.
#[derive(Debug)]
struct Host {
    answer: fn() -> Result<Signer, Refusal>,
    asked: Mutex<Vec<String>>,
}

impl SignatureVerifier for Host {
    fn id(&self) -> &str {
        "host/1"
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        let material = match call.material {
            Material::Detached { payload, annotations, .. } => {
                format!("detached {} {}", payload.len(), annotations.len())
            }
            Material::Envelope { signatures, .. } => format!("envelope {}", signatures.len()),
            Material::Bundle { bytes, bundle, .. } => {
                format!("bundle {} {}", bytes.len(), bundle.log_entries.len())
            }
            _ => "unknown".to_owned(),
        };
        self.asked.lock().unwrap().push(format!("{} {material}", call.authority));
        (self.answer)()
    }
}

fn ask(answer: fn() -> Result<Signer, Refusal>) -> (Result<Signer, Refusal>, Vec<String>) {
    let host = Host { answer, asked: Mutex::default() };
    let document = SignedDocument::read(&bundle(&approval(), &[1])).unwrap();
    let verified = verify(&document, &host, "device", &digest(), now());
    let answer = verified.map(|document| document.signer().clone());
    (answer, host.asked.into_inner().unwrap())
}

fn signer(id: &str) -> Signer {
    let proven_at: Option<Timestamp> = Some(now());
    Signer { id: id.to_owned(), proven_at, signed_after: None, checks: vec!["hsm".to_owned()] }
}

#[test]
fn a_host_sees_the_material_and_its_answer_is_kept() {
    let (answer, asked) = ask(|| Ok(signer("hsm:7")));
    assert_eq!(answer, Ok(signer("hsm:7")));
    let bytes = bundle(&approval(), &[1]).bytes.len();
    assert_eq!(asked, [format!("device bundle {bytes} 0")]);
}

#[test]
fn a_panic_of_a_host_is_a_refusal() {
    let (answer, _) = ask(|| panic!("at 0x{:x}", 42));
    let refusal = answer.unwrap_err();
    let text = "the verifier of the authority `device` failed: it panicked";
    assert_eq!(refusal.to_string(), text);
}

#[test]
fn a_signer_has_a_name() {
    let (answer, _) = ask(|| Ok(signer("")));
    assert!(matches!(answer, Err(Refusal::VerifierFailed { .. })), "{answer:?}");
}

#[test]
fn a_refusal_of_a_host_is_passed_on() {
    let (answer, _) = ask(|| Err(Refusal::Signature));
    assert_eq!(answer, Err(Refusal::Signature));
}
