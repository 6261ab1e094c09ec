//! Kept results of verification: nothing that could change an answer is answered from them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cocket::Timestamp;
use cocket::evaluate::{Engine, History, ImageRequest, Verifiers};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket::verify::{Call, Refusal, SignatureVerifier, Signer as Proven, VerificationCache};
use cocket_testkit::{Certified, Instance, San, Signer};
use serde_json::{Value, json};

const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";

fn image() -> Digest {
    Digest::sha256(b"the image")
}

fn engine(authority: &Value, spec: &Value) -> Engine {
    let policy = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy", "metadata": {"name": "p"},
        "spec": {
            "authorities": {"one": authority},
            "rules": [{"id": "signed", "signature": {"anyOf": ["one"]}}],
        },
    });
    let root = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot",
        "metadata": {"name": "root"}, "spec": spec,
    });
    let policies = Policies::from_text("p.yaml", &format!("{policy}\n---\n{root}")).unwrap();
    Engine::new(&policies).unwrap()
}

/// Policies that differ in whom they trust, since when, and with what taken back.
fn engines() -> Vec<Engine> {
    let key = Signer::named("release");
    let keyed = |more: Value, beside: Value| {
        let mut own = json!({"pem": key.pem()});
        own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut authority = json!({"key": own, "log": "ignore"});
        authority.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        authority
    };
    let instance = |year: i32| json!({"sigstore": {"trustedRoot": Instance::of(year).trusted_root().to_string()}});
    let mut revoking = instance(2026);
    revoking["revoked"] = json!([{"key": key.id(), "since": "2026-06-06"}]);
    let logged = json!({"log": "required", "logTrustRoot": "root"});
    let by_name = json!({"keyless": {"issuer": ISSUER, "subject": EMAIL, "trustRoot": "root"}});
    let another = json!({
        "keyless": {"issuer": ISSUER, "subject": "eve@acme.example", "trustRoot": "root"},
    });
    vec![
        engine(&keyed(json!({}), json!({})), &instance(2026)),
        engine(&keyed(json!({"notAfter": "2026-06-08"}), json!({})), &instance(2026)),
        engine(&keyed(json!({"notBefore": "2026-06-08"}), json!({})), &instance(2026)),
        engine(&keyed(json!({"compromisedAt": "2026-06-08"}), logged.clone()), &instance(2026)),
        engine(&keyed(json!({}), logged.clone()), &instance(2026)),
        engine(&keyed(json!({}), logged.clone()), &revoking),
        engine(&keyed(json!({}), logged), &instance(2024)),
        engine(&by_name, &instance(2026)),
        engine(&by_name, &instance(2024)),
        engine(&another, &instance(2026)),
    ]
}

/// What is attached: good, from another day, of others, moved, and with other annotations.
fn attachments() -> Vec<Evidence> {
    let instance = Instance::of(2026);
    let (key, stranger) = (Signer::named("release"), Signer::named("stranger"));
    let who = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
    let (own, other) = (image().to_string(), Digest::sha256(b"another").to_string());
    let mut unlogged = instance.approval_by_key(&own, &key, 7);
    unlogged["verificationMaterial"]["tlogEntries"] = json!([]);
    let bundles = [
        instance.approval_by_key(&own, &key, 7),
        instance.approval_by_key(&own, &key, 9),
        instance.approval_by_key(&own, &stranger, 7),
        instance.approval_by_key(&other, &key, 7),
        instance.approval(&own, &who, 7),
        instance.approval(&own, &who, 9),
        unlogged,
    ];
    let attached = |bundle: &Value, annotations: BTreeMap<String, String>| {
        let mut evidence = Evidence::new();
        let bytes = bundle.to_string().into_bytes();
        evidence.attach(Some(image()), AttachedKind::Bundle, bytes, annotations);
        evidence
    };
    let noted = BTreeMap::from([("note".to_owned(), "2".to_owned())]);
    let noted = attached(&bundles[0], noted);
    bundles.iter().map(|bundle| attached(bundle, BTreeMap::new())).chain([noted]).collect()
}

const TIMES: [&str; 7] = [
    "2026-06-01T00:00:00Z",
    "2026-06-07T11:58:00Z",
    "2026-06-07T12:00:00Z",
    "2026-06-08T00:00:00Z",
    "2026-06-09T12:00:00Z",
    "2026-12-31T23:59:59Z",
    "2027-01-01T00:00:00Z",
];

static ENGINES: LazyLock<Vec<Engine>> = LazyLock::new(engines);
static ATTACHMENTS: LazyLock<Vec<Evidence>> = LazyLock::new(attachments);

fn decide(engine: &Engine, evidence: &Evidence, at: &str) -> String {
    let now: Timestamp = at.parse().unwrap();
    let request = ImageRequest {
        image: "registry.example.com/app".to_owned(),
        digest: Some(image()),
        ..Default::default()
    };
    engine.check(&request, evidence, &History::default(), now).to_canonical_json().unwrap()
}

/// Engines with other policies, trust and revocations share one cache, and are asked about other
/// evidence at one time and then at another, later or earlier.
#[test]
fn no_decision_depends_on_what_is_kept() {
    let none = Arc::new(VerificationCache::new(0));
    let forgetting: Vec<Engine> =
        engines().into_iter().map(|one| one.caching(Arc::clone(&none))).collect();
    let asked = || {
        (0..forgetting.len())
            .flat_map(|engine| (0..ATTACHMENTS.len()).map(move |one| (engine, one)))
    };
    let mut expected = BTreeMap::new();
    for ((engine, evidence), at) in asked().flat_map(|one| TIMES.map(|at| (one, at))) {
        let decision = decide(&forgetting[engine], &ATTACHMENTS[evidence], at);
        expected.insert((engine, evidence, at), decision);
    }
    assert_eq!(none.statistics().entries, 0);
    for (first, second) in TIMES.iter().flat_map(|first| TIMES.iter().map(move |at| (*first, *at)))
    {
        let cache = Arc::new(VerificationCache::new(1_000));
        let keeping: Vec<Engine> =
            engines().into_iter().map(|one| one.caching(Arc::clone(&cache))).collect();
        for at in [first, second] {
            for (engine, evidence) in asked() {
                let found = decide(&keeping[engine], &ATTACHMENTS[evidence], at);
                let wanted = &expected[&(engine, evidence, at)];
                assert_eq!(found, *wanted, "engine {engine}, evidence {evidence}: {first}, {at}");
            }
        }
        assert!(cache.statistics().hits > 0 || first > second);
    }
}

#[test]
fn what_is_asked_again_is_found_again_by_every_thread() {
    let engine = &ENGINES[0];
    let before = engine.cache().statistics();
    let first = decide(engine, &ATTACHMENTS[0], TIMES[4]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(decide(engine, &ATTACHMENTS[0], TIMES[4]), first));
        }
    });
    let after = engine.cache().statistics();
    assert_eq!(after.misses - before.misses, 1);
    assert_eq!(after.hits - before.hits, 4);
    assert_eq!(after.oldest, Some(TIMES[4].parse().unwrap()));
    // Other annotations, and a time before the one that it was worked out for.
    decide(engine, &ATTACHMENTS[7], TIMES[4]);
    decide(engine, &ATTACHMENTS[0], TIMES[3]);
    assert_eq!(engine.cache().statistics().misses - after.misses, 2);
}

#[test]
fn the_number_of_kept_results_is_bounded() {
    let cache = Arc::new(VerificationCache::new(2));
    let engine = engines().swap_remove(0).caching(Arc::clone(&cache));
    for evidence in ATTACHMENTS.iter() {
        decide(&engine, evidence, TIMES[4]);
    }
    assert!(cache.statistics().entries <= 2, "{cache:?}");
}

/// Refuses the first time, and knows the signer from then on.
#[derive(Debug, Default)]
struct Late(std::sync::atomic::AtomicBool);

impl SignatureVerifier for Late {
    fn id(&self) -> &str {
        "late/1"
    }

    fn verify(&self, call: &Call<'_>) -> Result<Proven, Refusal> {
        let id = "late".to_owned();
        match self.0.swap(true, std::sync::atomic::Ordering::SeqCst) {
            true => Ok(Proven { id, proven_at: None, signed_after: None, checks: Vec::new() }),
            false => Err(Refusal::VerifierFailed {
                authority: call.authority.to_owned(),
                detail: "no connection".to_owned(),
            }),
        }
    }
}

#[test]
fn what_a_programs_own_verifier_says_is_never_kept() {
    let policy = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: p}\nspec:\n  authorities: {one: {verifier: {name: late}}}\n  rules: [{id: r, signature: {anyOf: [one]}}]\n";
    let policies = Policies::from_text("p.yaml", policy).unwrap();
    let late: Arc<dyn SignatureVerifier> = Arc::new(Late::default());
    let verifiers: Verifiers = BTreeMap::from([("late".to_owned(), late)]);
    let engine = Engine::with_verifiers(&policies, &verifiers).unwrap();
    let verdict = |text: String| {
        let decision: Value = serde_json::from_str(&text).unwrap();
        decision["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(decide(&engine, &ATTACHMENTS[0], TIMES[4])), "deny");
    assert_eq!(verdict(decide(&engine, &ATTACHMENTS[0], TIMES[4])), "allow");
    assert_eq!(engine.cache().statistics().misses, 0);
}
