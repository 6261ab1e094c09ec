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
use cocket_testkit::w1;
use serde_json::Value;

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
    let policy = w1::policies(&read_json(&folder.join("policy-3.json"))?);
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

type Report = (Digest, Arc<VouchedDocument>);

fn decide(engine: &Engine, head: &Value, report: &Report) -> Result<Decision, String> {
    let image = w1::image(head);
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
        image: w1::reference(head, &image),
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
            (result.rule.to_string(), ids.map(|finding| finding.id.to_string()).collect())
        })
        .collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
