//! Rules about signed statements: attacks by name.

mod laws;

use std::collections::BTreeMap;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::decision::{Decision, Outcome, RuleResult, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest, Verifiers};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reasons::Code;
use cocket::verify::{
    AttestationCall, AttestationVerifier, Call, Refusal, SignatureVerifier, Signer as Proven,
    attesting,
};
use cocket_testkit::{Image, Signature, Signer};
use serde_json::{Value, json};

use super::world::{attach, now};

const TYPE: &str = "https://acme.example/hardening/v1";
const REPOSITORY: &str = "registry.example.com/team/app";

fn image() -> Image {
    Image::new(&["base", "app"], &json!({"User": "10001"}), &json!({}))
}

/// An engine whose one rule is an `attestation` with these keys; the authorities are `a`, `b`.
fn engine(rule: &Value) -> Engine {
    let key = |name: &str| json!({"key": {"pem": Signer::named(name).pem()}});
    of_authorities(json!({"a": key("a"), "b": key("b")}), rule, &Verifiers::new())
}

fn of_authorities(authorities: Value, rule: &Value, verifiers: &Verifiers) -> Engine {
    let mut attestation = json!({"type": TYPE, "time": "/on"});
    for (key, value) in rule.as_object().unwrap() {
        attestation[key] = value.clone();
    }
    let policy = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy", "metadata": {"name": "p"},
        "spec": {
            "authorities": authorities,
            "rules": [{"id": "r", "attestation": attestation}],
        },
    });
    let policy = policy.to_string();
    let policies = Policies::from_text("p.json", &policy)
        .unwrap_or_else(|errors| panic!("{errors}\n{policy}"));
    Engine::with_verifiers(&policies, verifiers).unwrap()
}

fn evidence(attached: &[Signature]) -> Evidence {
    let image = image();
    let mut evidence = Evidence::new();
    for (media_type, bytes) in image.blobs() {
        evidence.add_blob(Some(media_type), bytes.to_vec());
    }
    for one in attached {
        attach(&mut evidence, &image.digest(), one);
    }
    evidence
}

fn decide(engine: &Engine, evidence: &Evidence) -> Decision {
    decide_at(engine, evidence, now())
}

fn decide_at(engine: &Engine, evidence: &Evidence, now: Timestamp) -> Decision {
    let request = ImageRequest {
        image: format!("{REPOSITORY}@{}", image().digest()),
        ..ImageRequest::default()
    };
    engine.check(&request, evidence, &History::default(), now)
}

fn result(engine: &Engine, attached: &[Signature]) -> RuleResult {
    decide(engine, &evidence(attached)).results.remove(0)
}

fn codes(result: &RuleResult) -> Vec<Code> {
    result.reasons.iter().map(|reason| reason.code).collect()
}

fn attest(key: &str, predicate: &Value) -> Signature {
    Signer::named(key).statement(&image().digest(), TYPE, predicate)
}

fn said(profile: &str, days_ago: i32) -> Value {
    json!({"profile": profile, "on": ago(days_ago).to_string()})
}

fn ago(days: i32) -> Timestamp {
    now().checked_sub(jiff::SignedDuration::from_hours(24).saturating_mul(days)).unwrap()
}

fn good_only(more: &Value) -> Value {
    let mut rule = json!({"anyOf": ["a"], "where": [{"path": "/profile", "equals": "good"}]});
    for (key, value) in more.as_object().unwrap() {
        rule[key] = value.clone();
    }
    rule
}

#[test]
fn an_old_statement_that_is_attached_again_stays_old() {
    let engine = engine(&good_only(&json!({})));
    let (old, new) = (attest("a", &said("good", 9)), attest("a", &said("bad", 1)));
    let mut again = old.clone();
    again.annotations.insert("attached".to_owned(), "again".to_owned());
    let result = result(&engine, &[new, old, again]);
    assert_eq!(codes(&result), [Code::AttestationCondition]);
}

#[test]
fn one_statement_in_two_envelopes_is_one() {
    // Without a time two statements could not be ordered.
    let undated = json!({"profile": "good"});
    let one = attest("a", &undated);
    let mut other = one.clone();
    let text = String::from_utf8(other.bytes).unwrap();
    let hint = text.replacen("\"hint\":\"", "\"hint\":\"x", 1);
    assert_ne!(text, hint);
    other.bytes = hint.into_bytes();
    let engine = engine(&good_only(&json!({})));
    assert_eq!(codes(&result(&engine, &[one.clone(), other])), [Code::AttestationVerified]);
    let third = attest("a", &json!({"profile": "good", "more": 1}));
    assert_eq!(codes(&result(&engine, &[one, third])), [Code::EvidenceUndated]);
}

#[test]
fn a_failing_statement_of_a_second_authority_is_not_outvoted() {
    let both = [attest("a", &said("good", 1)), attest("b", &said("bad", 1))];
    let rule = |select: &str| good_only(&json!({"anyOf": ["a", "b"], "select": select}));
    for select in ["latest", "all"] {
        let result = result(&engine(&rule(select)), &both);
        assert_eq!(codes(&result), [Code::AttestationCondition], "{select}");
    }
    assert_eq!(codes(&result(&engine(&rule("any")), &both)), [Code::AttestationVerified]);
}

#[test]
fn what_a_stranger_attaches_is_listed_and_changes_nothing() {
    let engine = engine(&good_only(&json!({"maxAge": "7d"})));
    let own = attest("a", &said("good", 1));
    let stranger = [attest("stranger", &said("bad", 0)), attest("stranger", &json!({"on": 5}))];
    let decision =
        decide(&engine, &evidence(&[own.clone(), stranger[0].clone(), stranger[1].clone()]));
    assert_eq!(decision.verdict, Verdict::Allow);
    let refused = decision.evidence.iter().filter(|one| one.refused.is_some());
    assert_eq!(refused.count(), 2);
    assert_eq!(codes(&result(&engine, &stranger)), [Code::AttestationUntrusted]);
}

#[test]
fn an_attestation_is_no_approval_and_an_approval_no_attestation() {
    let digest = image().digest();
    let simple = Signer::named("a").simple_signing(REPOSITORY, &digest, &json!(null));
    let result =
        result(&engine(&good_only(&json!({}))), &[Signer::named("a").bundle(&digest), simple]);
    assert_eq!(codes(&result), [Code::AttestationMissing]);
    let found = result.reasons[0].found.as_ref().unwrap().to_string();
    assert!(found.contains("https://sigstore.dev/cosign/sign/v1"), "{found}");
}

#[test]
fn texts_that_readers_take_differently_count_for_nothing() {
    let engine = engine(&good_only(&json!({})));
    // A twin of a key on the way.
    let twin = attest("a", &json!({"profile": "good", "Profile": "bad", "on": ago(1).to_string()}));
    assert_eq!(codes(&result(&engine, &[twin])), [Code::EvidenceAmbiguous]);
    // The same key twice, signed by the authority itself.
    let payload = format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","predicateType":"{TYPE}","subject":[{{"digest":{{"sha256":"{}"}}}}],"predicate":{{"profile":"bad","profile":"good","on":"{}"}}}}"#,
        image().digest().trim_start_matches("sha256:"),
        ago(1),
    );
    let twice = envelope(&payload);
    assert_eq!(codes(&result(&engine, &[twice])), [Code::AttestationMissing]);
    let once = envelope(&payload.replace(r#""profile":"bad","#, ""));
    assert_eq!(codes(&result(&engine, &[once])), [Code::AttestationVerified]);
}

/// A DSSE envelope of `a` around any payload.
fn envelope(payload: &str) -> Signature {
    use base64::Engine as _;
    let kind = "application/vnd.in-toto+json";
    let encoded = format!("DSSEv1 {} {kind} {} {payload}", kind.len(), payload.len());
    let envelope = json!({
        "payloadType": kind,
        "payload": base64::engine::general_purpose::STANDARD.encode(payload),
        "signatures": [{"sig": Signer::named("a").sign(encoded.as_bytes())}],
    });
    Signature {
        media_type: "application/vnd.dsse.envelope.v1+json",
        bytes: envelope.to_string().into_bytes(),
        annotations: BTreeMap::new(),
    }
}

#[test]
fn no_changed_byte_of_an_attestation_is_allowed() {
    let engine = engine(&good_only(&json!({"maxAge": "7d"})));
    let straight = attest("a", &said("good", 1));
    let is_hint = |changed: &Signature| {
        let read = |one: &Signature| serde_json::from_slice::<Value>(&one.bytes);
        let (Ok(mut changed), Ok(mut straight)) = (read(changed), read(&straight)) else {
            return false;
        };
        for bundle in [&mut changed, &mut straight] {
            bundle["verificationMaterial"]["publicKey"]["hint"] = Value::Null;
        }
        changed == straight
    };
    for position in 0..straight.bytes.len() {
        let mut changed = straight.clone();
        changed.bytes[position] ^= 1;
        let allowed = result(&engine, std::slice::from_ref(&changed)).outcome == Outcome::Pass;
        assert!(!allowed || is_hint(&changed), "byte {position}");
    }
}

#[test]
fn a_flood_hides_no_later_statement() {
    let engine = engine(&good_only(&json!({})));
    let mut evidence = evidence(&[attest("a", &said("good", 1))]);
    let mut junk = attest("stranger", &said("good", 1));
    for number in 0..10_000 {
        junk.annotations.insert("number".to_owned(), number.to_string());
        attach(&mut evidence, &image().digest(), &junk);
    }
    let decision = decide(&engine, &evidence);
    assert_eq!(codes(&decision.results[0]), [Code::EvidenceTooMuch]);
}

/// A verifier that proves a time for whatever it is given, and may know an earlier one before
/// which nothing was signed.
#[derive(Debug)]
struct Log(Timestamp, Option<Timestamp>);

impl SignatureVerifier for Log {
    fn id(&self) -> &str {
        "log/1"
    }

    fn verify(&self, _: &Call<'_>) -> Result<Proven, Refusal> {
        let (proven_at, signed_after) = (Some(self.0), self.1);
        Ok(Proven { id: "signer".to_owned(), proven_at, signed_after, checks: Vec::new() })
    }
}

#[test]
fn logging_a_statement_again_makes_it_no_younger() {
    let of = |days: i32, since: Option<i32>, predicate: &Value| {
        let log: Arc<dyn SignatureVerifier> = Arc::new(Log(ago(days), since.map(ago)));
        let verifiers = BTreeMap::from([("log".to_owned(), log)]);
        let authorities = json!({"a": {"verifier": {"name": "log"}}});
        let engine =
            of_authorities(authorities, &json!({"anyOf": ["a"], "maxAge": "7d"}), &verifiers);
        codes(&result(&engine, &[attest("a", predicate)]))
    };
    let proven = |days: i32, predicate: &Value| of(days, None, predicate);
    assert_eq!(proven(0, &json!({})), [Code::EvidenceUndated]);
    // A certificate's signature is no older than the certificate, and may be as old as it.
    assert_eq!(of(0, Some(6), &json!({})), [Code::AttestationVerified]);
    assert_eq!(of(0, Some(9), &json!({})), [Code::AttestationTooOld]);
    assert_eq!(of(0, Some(0), &said("good", 9)), [Code::AttestationTooOld]);
    assert_eq!(proven(0, &said("good", 9)), [Code::AttestationTooOld]);
    assert_eq!(proven(0, &said("good", 6)), [Code::AttestationVerified]);
    // It says that it is younger than it is proven to be.
    assert_eq!(proven(9, &said("good", 0)), [Code::AttestationTooOld]);
    assert_eq!(proven(-1, &said("good", 1)), [Code::AttestationUntrusted]);
    assert_eq!(proven(1, &said("good", -1)), [Code::EvidenceInvalid]);
}

/// Stands for every statement of one profile, whoever signed it.
#[derive(Debug)]
struct Profiles(&'static str);

impl AttestationVerifier for Profiles {
    fn id(&self) -> &str {
        "profiles/1"
    }

    fn verify(&self, asked: &AttestationCall<'_>) -> Result<Proven, Refusal> {
        let predicate: Value = serde_json::from_str(asked.predicate).unwrap();
        match asked.predicate_type == TYPE && predicate["profile"] == self.0 {
            true => Ok(Proven {
                id: asked.call.authority.to_owned(),
                proven_at: None,
                signed_after: None,
                checks: Vec::new(),
            }),
            false => Err(Refusal::Signature),
        }
    }
}

#[test]
fn a_verifier_of_attestations_never_approves() {
    let verifier = attesting(Arc::new(Profiles("good")));
    let verifiers = BTreeMap::from([("profiles".to_owned(), verifier)]);
    let authorities = json!({"a": {"verifier": {"name": "profiles"}}});
    let attested = of_authorities(authorities.clone(), &good_only(&json!({})), &verifiers);
    assert_eq!(result(&attested, &[attest("x", &said("good", 1))]).outcome, Outcome::Pass);
    let other = result(&attested, &[attest("x", &said("bad", 1))]);
    assert_eq!(codes(&other), [Code::AttestationUntrusted]);
    let policy = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy", "metadata": {"name": "p"},
        "spec": {"authorities": authorities, "rules": [{"id": "r", "signature": {"anyOf": ["a"]}}]},
    });
    let policies = Policies::from_text("p.yaml", &policy.to_string()).unwrap();
    let approving = Engine::with_verifiers(&policies, &verifiers).unwrap();
    for signature in [
        attest("x", &said("good", 1)),
        Signer::named("x").bundle(&image().digest()),
        Signer::named("x").simple_signing(
            "registry.example.com/team/app",
            &image().digest(),
            &json!(null),
        ),
    ] {
        assert_eq!(decide(&approving, &evidence(&[signature])).verdict, Verdict::Deny);
    }
}

#[test]
fn unreadable_envelopes_are_listed() {
    let mut evidence = evidence(&[attest("a", &said("good", 1))]);
    let kind = AttachedKind::from_media_type("application/vnd.dsse.envelope.v1+json");
    let about = Some(image().digest().parse().unwrap());
    evidence.attach(about, kind, b"{}".to_vec(), BTreeMap::new());
    let decision = decide(&engine(&good_only(&json!({}))), &evidence);
    assert_eq!(decision.verdict, Verdict::Allow);
    assert_eq!(decision.evidence.iter().filter(|one| one.refused.is_some()).count(), 1);
}
