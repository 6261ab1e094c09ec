//! What one signature costs: with a key, beside the arithmetic alone, and with a certificate.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket::verify::VerificationCache;
use cocket_testkit::{Certified, Image, Instance, San, Signer};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;
use serde_json::{Value, json};

use crate::rounds::{Case, ROUNDS};
use crate::table::compared;

const IMAGE: &str = "registry.example.com/team/app:1.2";
const NOW: &str = "2026-11-23T15:00:00Z";
const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";

/// An image with one signature and the policy that asks for it.
struct Signed {
    policies: Policies,
    request: ImageRequest,
    evidence: Evidence,
    now: Timestamp,
}

impl Signed {
    fn new(documents: &[Value], image: &Image, attached: Attached) -> Result<Self, Box<dyn Error>> {
        let text: Vec<String> = documents.iter().map(Value::to_string).collect();
        let policies = Policies::from_text("signed.yaml", &text.join("\n---\n"))?;
        let digest: Digest = image.digest().parse()?;
        let mut evidence = Evidence::new();
        for (media_type, bytes) in image.blobs() {
            evidence.add_blob(Some(media_type), bytes.to_vec());
        }
        let Attached { kind, bytes, annotations } = attached;
        evidence.attach(Some(digest), kind, bytes, annotations);
        let image = IMAGE.to_owned();
        let request = ImageRequest { image, digest: Some(digest), ..ImageRequest::default() };
        let signed = Self { policies, request, evidence, now: NOW.parse()? };
        match signed.verdict(&signed.engine(0)?) {
            Verdict::Allow => Ok(signed),
            other => Err(format!("a signed image is judged {other:?}").into()),
        }
    }

    /// An engine that keeps so many verifications.
    fn engine(&self, kept: usize) -> Result<Engine, Box<dyn Error>> {
        Ok(Engine::new(&self.policies)?.caching(Arc::new(VerificationCache::new(kept))))
    }

    fn verdict(&self, engine: &Engine) -> Verdict {
        engine.check(&self.request, &self.evidence, &History::default(), self.now).verdict
    }
}

struct Attached {
    kind: AttachedKind,
    bytes: Vec<u8>,
    annotations: BTreeMap<String, String>,
}

fn image() -> Image {
    Image::new(&["layer"], &json!({"User": "10001"}), &json!({}))
}

fn policy(authority: &Value) -> Value {
    json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy", "metadata": {"name": "p"},
        "spec": {
            "authorities": {"one": authority},
            "rules": [{"id": "signed", "signature": {"anyOf": ["one"]}}],
        },
    })
}

pub(crate) fn measure() -> Result<(), Box<dyn Error>> {
    keyed()?;
    keyless()
}

fn keyed() -> Result<(), Box<dyn Error>> {
    let (image, signer) = (image(), Signer::named("release"));
    let made =
        signer.simple_signing("registry.example.com/team/app", &image.digest(), &Value::Null);
    let base64 = made.annotations.values().next().ok_or("no signature")?;
    let signature = STANDARD.decode(base64)?;
    let payload = made.bytes.clone();
    let attached = Attached {
        kind: AttachedKind::SimpleSigning,
        bytes: made.bytes,
        annotations: made.annotations,
    };
    let documents = [policy(&json!({"key": {"pem": signer.pem()}}))];
    let signed = Signed::new(&documents, &image, attached)?;
    let (cold, kept) = (signed.engine(0)?, signed.engine(16)?);
    let key = VerifyingKey::from_public_key_pem(&signer.pem())?;
    let given = DerSignature::from_bytes(&signature)?;
    let point = key.to_sec1_point(false);
    let peer = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point.as_bytes());
    compared(
        "one P-256 signature",
        vec![
            Case::new("the arithmetic alone, crate `p256`", 1, || {
                black_box(key.verify(&payload, &given)).unwrap_or_default();
            }),
            Case::new("… `aws-lc-rs`", 1, || {
                black_box(peer.verify(&payload, &signature)).unwrap_or_default();
            }),
            Case::new("cocket, the whole decision, verified each time", 1, || {
                black_box(signed.verdict(&cold));
            }),
            Case::new("… verified before", 1, || {
                black_box(signed.verdict(&kept));
            }),
        ],
        ROUNDS,
    );
    Ok(())
}

/// So many certificates, each with a key of its own, as signers get one for each signature.
const CERTIFICATES: usize = 200;

fn keyless() -> Result<(), Box<dyn Error>> {
    let (image, instance) = (image(), Instance::of(2026));
    let root = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot", "metadata": {"name": "root"},
        "spec": {"sigstore": {"trustedRoot": instance.trusted_root().to_string()}},
    });
    let authority = json!({"keyless": {"issuer": ISSUER, "subject": EMAIL, "trustRoot": "root"}});
    let documents = [policy(&authority), root];
    let signed = |number: usize| {
        let who = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
        let who = who.with_key(&format!("leaf {number}"));
        let attached = Attached {
            kind: AttachedKind::Bundle,
            bytes: instance.approval(&image.digest(), &who, 15).to_string().into_bytes(),
            annotations: BTreeMap::new(),
        };
        Signed::new(&documents, &image, attached)
    };
    let all = (0..CERTIFICATES).map(signed).collect::<Result<Vec<_>, _>>()?;
    let one = all.first().ok_or("no bundle")?;
    let (cold, kept) = (one.engine(0)?, one.engine(16)?);
    let mut turns = all.iter().cycle();
    compared(
        "one keyless bundle (certificate, log entry, timestamp)",
        vec![
            Case::new("cocket, the whole decision, verified each time", 1, || {
                black_box(turns.next().map(|signed| signed.verdict(&cold)));
            }),
            Case::new("… verified before", 1, || {
                black_box(one.verdict(&kept));
            }),
        ],
        ROUNDS,
    );
    Ok(())
}
