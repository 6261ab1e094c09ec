//! The reference workload: a thousand images under nine rules, against the decision that comes
//! with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::decision::{Decision, Outcome as RuleOutcome};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{Evidence, Vouched, VouchedDocument};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket_testkit::Image;
use serde_json::{Value, json};

use super::index::{read, read_json};
use super::{Outcome, Tally};

const KIND: &str = "w1";

/// The ids that a violated rule names; empty for rules that name none.
type Violations = BTreeMap<String, BTreeSet<String>>;

pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let folder = root.join("w1");
    let lines = |file: &str| -> Result<Vec<Value>, String> {
        let text = read(&folder.join(file))?;
        let text = String::from_utf8(text).map_err(|error| format!("{file}: {error}"))?;
        let rows = text.lines().map(serde_json::from_str);
        rows.collect::<Result<_, _>>().map_err(|error| format!("{file}: {error}"))
    };
    let policy = policy(&read_json(&folder.join("policy-3.json"))?);
    let policies = Policies::from_text("w1.yaml", &policy).map_err(|errors| errors.to_string())?;
    let engine = Engine::new(&policies).map_err(|errors| errors.to_string())?.listing(usize::MAX);
    let mut reports = BTreeMap::new();
    for name in ["allow", "deny"] {
        let bytes: Arc<[u8]> = read(&folder.join(format!("trivy-200-{name}.json")))?.into();
        let read = (Digest::sha256(&bytes), Arc::new(VouchedDocument::read(&bytes)));
        reports.insert(name, read);
    }
    let (heads, answers) = (lines("images.jsonl")?, lines("expected-3-200.jsonl")?);
    if heads.len() != answers.len() {
        return Err(format!("{} images and {} answers", heads.len(), answers.len()));
    }
    for (position, (head, answer)) in heads.iter().zip(&answers).enumerate() {
        let report = reports.get(text(head, "report")).ok_or("an image without a report")?;
        let decision = decide(&engine, head, report)?;
        let outcome = Outcome::equal(&expected(answer), &found(&decision));
        tally.row(KIND, &format!("image {position}"), outcome);
    }
    Ok(())
}

/// The nine rules as one policy, and the catalog.
fn policy(w1: &Value) -> String {
    let of = |key: &str| w1.get(key).cloned().unwrap_or_default();
    let scan = |more: Value| {
        let mut rule = json!({
            "from": {"trust": "caller"}, "countBy": "vulnerability", "maxAge": "36500d",
        });
        if let (Value::Object(rule), Value::Object(more)) = (&mut rule, more) {
            rule.extend(more);
        }
        json!({"vulnerabilities": rule})
    };
    let ignore: Vec<Value> = of("ignore")
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| json!({"id": one.get("id"), "expires": one.get("expires"), "reason": "w1"}))
        .collect();
    let age = format!("{}d", of("max_scan_age_days"));
    let rules = [
        ("registry", json!({"registry": {"allow": of("allowed_registries")}})),
        ("tag", json!({"reference": {"tag": {"required": true, "deny": ["latest"]}}})),
        ("digest", json!({"reference": {"digest": "required"}})),
        (
            "critical",
            scan(json!({
                "ignore": ignore,
                "max": {"critical": of("max_critical"), "unknown": "unlimited"},
            })),
        ),
        (
            "high",
            scan(json!({
                "ignore": ignore,
                "fixable": {
                    "high": of("max_high_fixable"), "critical": "unlimited", "unknown": "unlimited",
                },
            })),
        ),
        ("scan-age", scan(json!({"maxAge": age, "max": {"critical": "unlimited"}}))),
        ("user", json!({"config": {"user": "nonRootOrNamed"}})),
        ("label", json!({"config": {"labels": {"required": of("required_labels")}}})),
        ("base", json!({"baseImage": {"catalog": "w1", "proof": "label"}})),
    ];
    let rules = rules.map(|(id, mut rule)| {
        if let Value::Object(members) = &mut rule {
            members.insert("id".to_owned(), json!(id));
        }
        rule
    });
    let bases = of("base_catalog");
    let bases = bases.as_array().into_iter().flatten().enumerate();
    let entries: Vec<Value> = bases
        .map(|(number, digest)| json!({"name": format!("base.example.com/b{number}"), "digest": digest}))
        .collect();
    let version = "cocket.dev/v1alpha1";
    let policy = json!({
        "apiVersion": version, "kind": "ImagePolicy", "metadata": {"name": "w1"},
        "spec": {"rules": rules},
    });
    let catalog = json!({
        "apiVersion": version, "kind": "ImageCatalog", "metadata": {"name": "w1"},
        "spec": {"entries": entries},
    });
    format!("---\n{policy}\n---\n{catalog}\n")
}

type Report = (Digest, Arc<VouchedDocument>);

/// The head as an image of its own: blobs have the digest of their bytes, so the head's digest
/// stands for that of the image made here.
fn decide(engine: &Engine, head: &Value, report: &Report) -> Result<Decision, String> {
    let given = head.get("config").unwrap_or(&Value::Null);
    let mut labels = given.get("Labels").cloned().unwrap_or_else(|| json!({}));
    if let (Value::Object(labels), Some(base)) = (&mut labels, given.get("BaseDigest")) {
        labels.insert("org.opencontainers.image.base.digest".to_owned(), base.clone());
    }
    let mut config = json!({"Labels": labels});
    if let (Value::Object(config), Some(user)) = (&mut config, given.get("User")) {
        config.insert("User".to_owned(), user.clone());
    }
    let image = Image::new(&["layer"], &config, &json!({}));
    let digest: Digest = image.digest().parse().map_err(|_| "a digest")?;
    let mut evidence = Evidence::new();
    for (media_type, bytes) in image.blobs() {
        evidence.add_blob(Some(media_type), bytes.to_vec());
    }
    let (of_report, document) = report;
    evidence.vouch_read(Vouched {
        subject: Some(digest),
        digest: *of_report,
        document: Arc::clone(document),
    });
    let request = ImageRequest {
        image: text(head, "reference").replace(text(head, "digest"), &image.digest()),
        digest: Some(digest),
        ..ImageRequest::default()
    };
    let now: Timestamp = text(head, "now").parse().map_err(|_| "a head without `now`")?;
    Ok(engine.check(&request, &evidence, &History::default(), now))
}

fn expected(answer: &Value) -> Violations {
    let mut violations = Violations::new();
    for violation in answer.get("violations").and_then(Value::as_array).into_iter().flatten() {
        let ids = violation.get("ids").and_then(Value::as_array).into_iter().flatten();
        let ids = ids.filter_map(Value::as_str).map(str::to_owned);
        violations.entry(text(violation, "rule").to_owned()).or_default().extend(ids);
    }
    violations
}

fn found(decision: &Decision) -> Violations {
    let failed = decision.results.iter().filter(|result| result.outcome == RuleOutcome::Fail);
    failed
        .map(|result| {
            let counted = result.findings.iter().flat_map(|findings| &findings.counted.items);
            let ids = counted.filter(|finding| match &*result.rule {
                "critical" => finding.severity == "critical",
                "high" => finding.severity == "high" && finding.fixed.is_some(),
                _ => false,
            });
            (result.rule.to_string(), ids.map(|finding| finding.id.clone()).collect())
        })
        .collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
