//! Signatures with certificates, against a small Sigstore instance that is made here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evidence::AttachedKind;
use cocket::evidence::signing::SignedDocument;
use cocket::policy::model::{LogUse, RegexText, TimestampUse};
use cocket::verify::{
    CertificateFault, Claim, Identity, KeylessRefusal as R, KeylessVerifier, LogFault, Pattern,
    Refusal, Signer, TimestampFault, TrustedRoot, verify,
};
use cocket_testkit::{Certified, Instance, San, mutants};
use serde_json::{Value, json};

use crate::sample::*;

const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";

fn person() -> Certified {
    Certified::new(ISSUER, San::Email(EMAIL.to_owned()))
}

fn exact(text: &str) -> Pattern {
    Pattern::Exact(text.to_owned())
}

fn regex(text: &str) -> Pattern {
    Pattern::Regex(RegexText::try_from(text.to_owned()).unwrap())
}

fn identity(issuer: Pattern, subject: Pattern) -> Identity {
    Identity { issuer: Some(issuer), subject, claims: BTreeMap::new(), any_repository: false }
}

fn verifier_of(root: &Value, identity: &Identity) -> KeylessVerifier {
    let root = TrustedRoot::parse(&root.to_string()).unwrap();
    KeylessVerifier::new(identity, Arc::new(root)).unwrap()
}

fn dev() -> KeylessVerifier {
    verifier_of(&Instance::of(2026).trusted_root(), &identity(exact(ISSUER), exact(EMAIL)))
}

fn ask(bundle: &Value, verifier: &KeylessVerifier, at: &str) -> Result<Signer, Refusal> {
    let attached = attached(AttachedKind::Bundle, bundle.to_string().as_bytes(), &[]);
    let document = SignedDocument::read(&attached)?;
    verify(&document, verifier, "dev", &digest(), time(at)).map(|one| one.signer().clone())
}

fn refusal(bundle: &Value, verifier: &KeylessVerifier) -> R {
    match ask(bundle, verifier, NOW) {
        Err(Refusal::Keyless(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

const NOW: &str = "2026-11-23T15:00:00Z";

fn bundle_of(who: &Certified) -> Value {
    Instance::of(2026).approval(&digest().to_string(), who, 7)
}

fn edited(edit: impl Fn(&mut Value)) -> Value {
    let mut bundle = bundle_of(&person());
    edit(&mut bundle);
    bundle
}

/// A place in the one log entry.
fn entry<'a>(bundle: &'a mut Value, place: &str) -> &'a mut Value {
    bundle.pointer_mut(&format!("/verificationMaterial/tlogEntries/0{place}")).unwrap()
}

#[test]
fn a_certificate_of_the_right_person_counts() {
    let signer = ask(&bundle_of(&person()), &dev(), NOW).unwrap();
    assert_eq!(signer.id, format!("{ISSUER} {EMAIL}"));
    assert_eq!(signer.proven_at, Some(time("2026-06-07T12:00:00Z")));
    assert_eq!(
        signer.checks,
        [
            "ecdsa-p256-sha256",
            "rfc3161",
            "rekor-promise",
            "rekor-proof",
            "certificate-chain",
            "certificate-log"
        ]
    );
}

#[test]
fn a_promise_is_told_from_a_proof() {
    let mut bundle = bundle_of(&person());
    bundle["mediaType"] = json!("application/vnd.dev.sigstore.bundle+json;version=0.1");
    entry(&mut bundle, "").as_object_mut().unwrap().remove("inclusionProof");
    let checks = ask(&bundle, &dev(), NOW).unwrap().checks;
    assert!(checks.iter().any(|check| check == "rekor-promise"));
    assert!(!checks.iter().any(|check| check == "rekor-proof"));
}

#[test]
fn the_machines_clock_is_no_matter() {
    // Made far in the future of any machine that runs this, and judged then; and long ago.
    for year in [2024, 2089] {
        let instance = Instance::of(year);
        let bundle = instance.approval(&digest().to_string(), &person(), 7);
        let verifier =
            verifier_of(&instance.trusted_root(), &identity(exact(ISSUER), exact(EMAIL)));
        for at in ["06-07T12:00:00Z", "06-07T11:56:00Z", "12-31T23:00:00Z"] {
            let signer = ask(&bundle, &verifier, &format!("{year}-{at}")).unwrap();
            assert_eq!(signer.proven_at, Some(time(&format!("{year}-06-07T12:00:00Z"))));
        }
        // Nothing counts that is proven for later than the decision, but for clocks that differ.
        for at in ["06-07T11:54:59Z", "01-01T00:00:00Z"] {
            let refused = ask(&bundle, &verifier, &format!("{year}-{at}")).unwrap_err();
            assert!(matches!(refused, Refusal::Keyless(R::Future { .. })), "{refused}");
        }
    }
}

#[test]
fn no_clock_is_read_by_anything_that_verifies() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/verify")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(folder).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for clock in ["Timestamp::now", "SystemTime", "Instant::now", "UnixTime::now"] {
                assert!(!text.contains(clock), "{}: {clock}", path.display());
            }
            read += 1;
        }
    }
    assert!(read > 20, "{read}");
}

#[test]
fn every_window_of_the_trusted_root_counts() {
    let instance = Instance::of(2026);
    let list = [
        ("/tlogs/0/publicKey/validFor", "log"),
        ("/ctlogs/0/publicKey/validFor", "certificate log"),
        ("/certificateAuthorities/0/validFor", "authority"),
        ("/timestampAuthorities/0/validFor", "timestamper"),
    ];
    for (place, what) in list {
        for (start, end, counts) in [
            ("2026-06-07T12:00:00Z", Some("2026-06-07T12:00:00Z"), true),
            ("2026-06-07T12:00:01Z", None, false),
            ("2026-01-01T00:00:00Z", Some("2026-06-07T11:59:59Z"), false),
        ] {
            let mut root = instance.trusted_root();
            let window = root.pointer_mut(place).unwrap();
            *window = match end {
                None => json!({ "start": start }),
                Some(end) => json!({"start": start, "end": end}),
            };
            let verifier = verifier_of(&root, &identity(exact(ISSUER), exact(EMAIL)));
            let answer = ask(&bundle_of(&person()), &verifier, NOW);
            assert_eq!(answer.is_ok(), counts, "{what} {start} {end:?}: {answer:?}");
        }
    }
}

#[test]
fn known_forgeries_are_refused_with_their_cause() {
    let log = |fault| R::Log { position: 0, fault };
    let zero = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    // A forged proof.
    let forged = edited(|bundle| entry(bundle, "/inclusionProof/hashes")[0] = zero.clone());
    assert_eq!(refusal(&forged, &dev()), log(LogFault::Proof));
    let other = edited(|bundle| *entry(bundle, "/inclusionProof/rootHash") = zero.clone());
    assert_eq!(refusal(&other, &dev()), log(LogFault::OtherTree));
    // A shifted integrated time.
    let shifted = edited(|bundle| *entry(bundle, "/integratedTime") = json!("1780833601"));
    assert_eq!(refusal(&shifted, &dev()), log(LogFault::Promise));
    // A log that is not trusted.
    let unknown = edited(|bundle| *entry(bundle, "/logId/keyId") = zero.clone());
    assert!(matches!(refusal(&unknown, &dev()), R::Log { fault: LogFault::UnknownLog(_), .. }));
    // An entry twice, and one for another signature.
    let twice = edited(|bundle| {
        let one = entry(bundle, "").clone();
        let list = bundle.pointer_mut("/verificationMaterial/tlogEntries").unwrap();
        list.as_array_mut().unwrap().push(one);
    });
    assert_eq!(refusal(&twice, &dev()), R::Log { position: 1, fault: LogFault::Duplicate });
    let mut borrowed = bundle_of(&person());
    let mut stranger = bundle_of(&Certified::new(ISSUER, San::Email("eve@acme.example".into())));
    *entry(&mut borrowed, "") = entry(&mut stranger, "").clone();
    assert_eq!(refusal(&borrowed, &dev()), log(LogFault::Other("certificate")));
    // No proof, no entry, no time.
    let bare = edited(|bundle| {
        entry(bundle, "").as_object_mut().unwrap().remove("inclusionProof");
    });
    assert_eq!(refusal(&bare, &dev()), log(LogFault::NoProof));
    let unlogged = edited(|bundle| bundle["verificationMaterial"]["tlogEntries"] = json!([]));
    assert_eq!(refusal(&unlogged, &dev()), R::NoLog);
    let timeless = edited(|bundle| {
        entry(bundle, "").as_object_mut().unwrap().remove("inclusionPromise");
        bundle["verificationMaterial"]["timestampVerificationData"] = json!({});
    });
    assert_eq!(refusal(&timeless, &dev()), R::NoTime);
    // Another kind than the body's.
    let kind = edited(|bundle| *entry(bundle, "/kindVersion/kind") = json!("hashedrekord"));
    assert!(matches!(refusal(&kind, &dev()), R::Log { fault: LogFault::OtherKind { .. }, .. }));
}

#[test]
fn certificates_have_to_come_from_the_trusted_root() {
    let stranger = Instance::of(2024).approval(&digest().to_string(), &person(), 7);
    let certificate = stranger["verificationMaterial"]["certificate"].clone();
    // Another authority's certificate for the same key, name and content.
    let swapped = edited(|bundle| {
        bundle["verificationMaterial"]["certificate"] = certificate.clone();
    });
    assert_eq!(
        refusal(&swapped, &dev()),
        R::Log { position: 0, fault: LogFault::Other("certificate") }
    );
    let ignoring = dev().log(LogUse::Ignore);
    assert!(matches!(refusal(&swapped, &ignoring), R::Outside { .. }));
    let chain = |media: &str, more: &str| {
        edited(|bundle| {
            bundle["mediaType"] = json!(media);
            let material = &mut bundle["verificationMaterial"];
            let own = material["certificate"].take();
            material["x509CertificateChain"] = json!({"certificates": [own, {"rawBytes": more}]});
        })
    };
    let root = Instance::of(2026).root_certificate();
    let old = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    assert_eq!(refusal(&chain(old, &root), &dev()), R::RootInChain { position: 1 });
    let oldest = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    assert_eq!(
        refusal(&chain(oldest, &root), &dev()),
        R::RootInChain { position: 1 },
        "out of order"
    );
    let new = "application/vnd.dev.sigstore.bundle.v0.3+json";
    assert_eq!(refusal(&chain(new, &root), &dev()), R::Chain);
    let other = Certified { usage: "1.3.6.1.5.5.7.3.2", ..person() };
    assert!(matches!(refusal(&bundle_of(&other), &dev()), R::Untrusted { .. }));
}

#[test]
fn timestamps_have_to_hold() {
    let token = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps";
    let mut bundle = bundle_of(&person());
    let list = bundle.pointer_mut(token).unwrap().as_array_mut().unwrap();
    let one = list[0].clone();
    list.push(one);
    let twice = R::Timestamp { position: 1, fault: TimestampFault::Duplicate };
    assert_eq!(refusal(&bundle, &dev()), twice);
    // Outside the certificate: of the day after, over the same signature.
    let mut late = bundle_of(&person());
    let next = Instance::of(2026).approval(&digest().to_string(), &person(), 8);
    *late.pointer_mut(token).unwrap() = next.pointer(token).unwrap().clone();
    assert!(matches!(refusal(&late, &dev()), R::Outside { .. }));
    let mut none = bundle_of(&person());
    *none.pointer_mut(token).unwrap() = json!([]);
    assert!(ask(&none, &dev(), NOW).is_ok());
    let required = dev().timestamp(TimestampUse::Required);
    assert_eq!(refusal(&none, &required), R::NoTimestamp);
    let mut root = Instance::of(2026).trusted_root();
    root["timestampAuthorities"] = json!([]);
    let without = verifier_of(&root, &identity(exact(ISSUER), exact(EMAIL)));
    let unknown = R::Timestamp { position: 0, fault: TimestampFault::NoAuthority };
    assert_eq!(refusal(&bundle_of(&person()), &without), unknown);
}

#[test]
fn something_has_to_prove_a_time_even_where_no_log_is_asked_for() {
    let bare = edited(|bundle| {
        let material = bundle["verificationMaterial"].as_object_mut().unwrap();
        material.remove("tlogEntries");
        material.remove("timestampVerificationData");
    });
    for log in [LogUse::Ignore, LogUse::Optional] {
        assert_eq!(refusal(&bare, &dev().log(log)), R::NoTime);
    }
    assert_eq!(refusal(&bare, &dev()), R::NoLog);
    // A log that is ignored proves none.
    let logged = edited(|bundle| {
        bundle["verificationMaterial"]["timestampVerificationData"] = json!({});
    });
    assert_eq!(refusal(&logged, &dev().log(LogUse::Ignore)), R::NoTime);
    assert!(ask(&logged, &dev(), NOW).is_ok());
}

#[test]
fn a_certificate_has_one_name_and_one_issuer() {
    let email = San::Email(EMAIL.to_owned());
    let uri = San::Uri("https://acme.example/x".to_owned());
    let fault = |who: Certified| match refusal(&bundle_of(&who), &dev()) {
        R::Certificate(fault) => fault,
        other => panic!("{other}"),
    };
    let two = Certified { names: vec![email.clone(), uri], ..person() };
    assert_eq!(fault(two), CertificateFault::Names(2));
    assert_eq!(fault(Certified { names: vec![], ..person() }), CertificateFault::Names(0));
    let differ = person().with(1, "https://evil.example");
    assert!(matches!(fault(differ), CertificateFault::Issuers(..)));
    let twice = person().with(8, ISSUER);
    assert!(matches!(fault(twice), CertificateFault::Duplicate(_)));
    let none = Certified { texts: vec![], ..person() };
    assert_eq!(fault(none), CertificateFault::NoIssuer);
    let spaced = Certified { names: vec![San::Email("a b@acme.example".to_owned())], ..person() };
    assert_eq!(fault(spaced), CertificateFault::Spelling);
    let agreeing = person().with(1, ISSUER);
    assert!(ask(&bundle_of(&agreeing), &dev(), NOW).is_ok());
}

#[test]
fn patterns_match_whole_names_and_not_user_names_by_accident() {
    let root = Instance::of(2026).trusted_root();
    let asks = |who: &Certified, subject: Pattern| {
        ask(&bundle_of(who), &verifier_of(&root, &identity(exact(ISSUER), subject)), NOW).is_ok()
    };
    assert!(asks(&person(), regex(r".+@acme\.example")));
    assert!(!asks(&person(), regex("dev")));
    assert!(!asks(&person(), exact("Dev@acme.example")));
    let user = Certified::new(ISSUER, San::UserName("ci-bot!acme.example".to_owned()));
    assert!(asks(&user, exact("ci-bot!acme.example")));
    assert!(asks(&user, regex(r"ci-bot!.+")));
    assert!(!asks(&user, regex(".+")));
    let posing = Certified::new(ISSUER, San::UserName(EMAIL.to_owned()));
    assert!(!asks(&posing, exact(EMAIL)) && !asks(&posing, regex(r".+@acme\.example")));
    let issuer = format!("{ISSUER}/");
    let slash = verifier_of(&root, &identity(exact(&issuer), exact(EMAIL)));
    assert!(matches!(refusal(&bundle_of(&person()), &slash), R::OtherIssuer { .. }));
}

#[test]
fn builds_are_trusted_for_their_repository() {
    const GITHUB: &str = "https://token.actions.githubusercontent.com";
    const WORKFLOW: &str = "https://github.com/acme/shared/.github/workflows/sign.yml@refs/tags/v1";
    let root = Instance::of(2026).trusted_root();
    let build = Certified::new(GITHUB, San::Uri(WORKFLOW.to_owned()))
        .with(12, "https://github.com/acme/app")
        .with(14, "refs/heads/main")
        .with(20, "push");
    let asks = |who: &Certified, claims: &[(Claim, Pattern)], any: bool| {
        let mut identity = identity(exact(GITHUB), exact(WORKFLOW));
        identity.claims = claims.iter().cloned().collect();
        identity.any_repository = any;
        match ask(&bundle_of(who), &verifier_of(&root, &identity), NOW) {
            Ok(_) => Ok(()),
            Err(Refusal::Keyless(refusal)) => Err(refusal),
            Err(other) => panic!("{other}"),
        }
    };
    assert!(matches!(asks(&build, &[], false), Err(R::NoRepositoryNamed { .. })));
    assert_eq!(asks(&build, &[], true), Ok(()));
    let ours = (Claim::Repository, exact("https://github.com/acme/app"));
    let main = (Claim::Ref, regex("refs/heads/(main|release)"));
    assert_eq!(asks(&build, &[ours.clone(), main], false), Ok(()));
    let theirs = (Claim::Repository, regex("https://github.com/evil/.+"));
    assert!(matches!(asks(&build, &[theirs], false), Err(R::OtherClaim { .. })));
    let absent = (Claim::RunnerEnvironment, exact("github-hosted"));
    let refused = asks(&build, &[ours.clone(), absent], false);
    assert!(matches!(refused, Err(R::OtherClaim { found: None, .. })), "{refused:?}");
    // What GitHub's older certificates call the repository.
    let old = Certified::new(GITHUB, San::Uri(WORKFLOW.to_owned())).with(5, "acme/app");
    assert_eq!(asks(&old, &[ours], false), Ok(()));
}

#[test]
fn annotations_are_a_bundle_in_other_clothes() {
    let payload = simple_payload(&digest().to_string(), REPOSITORY, "null").into_bytes();
    let annotations = Instance::of(2026).annotations(&payload, &person(), 7);
    let asks = |edit: &dyn Fn(&str, &str) -> String| {
        let changed: Vec<(String, String)> =
            annotations.iter().map(|(name, text)| (name.clone(), edit(name, text))).collect();
        let pairs: Vec<(&str, &str)> =
            changed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let attached = attached(AttachedKind::SimpleSigning, &payload, &pairs);
        let document = SignedDocument::read(&attached).unwrap();
        verify(&document, &dev(), "dev", &digest(), now()).map(|one| one.signer().clone())
    };
    let signer = asks(&|_, text| text.to_owned()).unwrap();
    assert_eq!(signer.proven_at, Some(time("2026-06-07T12:00:00Z")));
    for (name, from, to) in [
        ("bundle", r#""logIndex":2500"#, r#""logIndex":2501"#),
        ("bundle", r#""integratedTime":1"#, r#""integratedTime":2"#),
        ("certificate", "BEGIN", "begin"),
        ("chain", "BEGIN", "begin"),
    ] {
        let name = format!("dev.sigstore.cosign/{name}");
        let refused = asks(&|found, text| match found == name {
            true => text.replacen(from, to, 1),
            false => text.to_owned(),
        });
        assert!(refused.is_err(), "{name} {to}");
    }
    let gone = asks(&|name, text| match name.ends_with("/bundle") {
        true => String::new(),
        false => text.to_owned(),
    });
    assert_eq!(gone, Err(R::NoLog.into()));
}

/// What nobody signs and nothing follows from, so that it may change.
fn is_unauthenticated(place: &str, bundle: &Value) -> bool {
    const TOKEN: &str =
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp";
    const ABSENT: [&str; 4] = [
        // The log's promise proves the time as well as a timestamp, and the other way round.
        "/verificationMaterial without timestampVerificationData",
        "/verificationMaterial/timestampVerificationData without rfc3161Timestamps",
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps without 0",
        "/verificationMaterial/tlogEntries/0 without inclusionPromise",
    ];
    if ABSENT.contains(&place) {
        return true;
    }
    // RFC 5652 signs neither the list of digest algorithms (section 5.1) nor the name of the
    // signature's algorithm (section 5.3): the first of the two names, and the only one.
    const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let rest = place.strip_prefix(TOKEN).and_then(|rest| rest.strip_prefix(" byte "));
    let at = rest.and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    let Some(at) = at else { return false };
    let token = bundle.pointer(TOKEN).and_then(Value::as_str).unwrap();
    let token = STANDARD.decode(token).unwrap();
    [SHA256, ECDSA_SHA256].iter().any(|name| {
        let start = token.windows(name.len()).position(|window| window == *name).unwrap();
        (start..start + name.len()).contains(&at)
    })
}

#[test]
fn no_change_of_a_bundle_is_accepted_but_for_what_nobody_signs() {
    let bundle = bundle_of(&person());
    assert!(ask(&bundle, &dev(), NOW).is_ok());
    let all = mutants(&bundle);
    assert!(all.len() > 800, "{}", all.len());
    let accepted: BTreeSet<String> = all
        .iter()
        .filter(|(_, mutant)| ask(mutant, &dev(), NOW).is_ok())
        .map(|(place, _)| place.clone())
        .filter(|place| !is_unauthenticated(place, &bundle))
        .collect();
    assert_eq!(accepted, BTreeSet::new());
}

#[test]
fn a_trusted_root_is_read_whole_or_not_at_all() {
    let good = Instance::of(2026).trusted_root();
    assert!(TrustedRoot::parse(&good.to_string()).is_ok());
    for (pointer, other) in [
        ("/mediaType", json!("application/json")),
        ("/tlogs/0/publicKey/validFor", json!({"end": "2026-01-01T00:00:00Z"})),
        (
            "/tlogs/0/publicKey/validFor",
            json!({"start": "2026-02-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}),
        ),
        ("/tlogs/0/logId/keyId", json!("AAA=")),
        ("/tlogs/0/hashAlgorithm", json!("SHA2_512")),
        ("/certificateAuthorities/0/certChain/certificates", json!([])),
        ("/certificateAuthorities/0/certChain/certificates/0/rawBytes", json!("AAAA")),
        ("/timestampAuthorities/0/validFor", json!({"start": "x"})),
    ] {
        let mut root = good.clone();
        *root.pointer_mut(pointer).unwrap() = other;
        assert!(TrustedRoot::parse(&root.to_string()).is_err(), "{pointer}");
    }
    let mut twice = good.clone();
    let log = twice["tlogs"][0].clone();
    twice["tlogs"].as_array_mut().unwrap().push(log);
    assert!(TrustedRoot::parse(&twice.to_string()).is_err());
    let misspelt = good.to_string().replace("validFor", "validfor");
    assert!(TrustedRoot::parse(&misspelt).is_err());
    for instance in ["public-good", "staging", "github"] {
        assert!(TrustedRoot::parse(TrustedRoot::embedded(instance).unwrap()).is_ok(), "{instance}");
    }
}
