//! The table of pods and the level and version of the Pod Security Standards that they meet or
//! fail, with the control that fails: judged as a policy judges them.

use std::collections::BTreeMap;
use std::path::Path;

use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Engine, ObjectRequest};
use cocket::evidence::Evidence;
use cocket::kubernetes::{Objects, Operation};
use cocket::policy::Policies;
use serde_json::Value;

use super::index::{Row, read_json};
use super::{Outcome, Tally};

pub(super) fn table(
    row: &Row<'_>,
    folder: &Path,
    now: Timestamp,
    tally: &mut Tally,
) -> Result<(), String> {
    let cases: Vec<Value> = serde_json::from_slice(row.bytes).map_err(|error| error.to_string())?;
    let companions = row.companions.as_array().into_iter().flatten();
    let mut files = companions.filter_map(|one| one.get("file").and_then(Value::as_str));
    let pods = read_json(&folder.join(files.next().ok_or("no companion with the pods")?))?;
    if cases.is_empty() {
        return Err("the table has no rows".to_owned());
    }
    let mut engines = BTreeMap::new();
    for (position, case) in cases.iter().enumerate() {
        let name = format!("{}#{position} {}", row.file, text(case, "fixture"));
        let level = (text(case, "level"), text(case, "version"));
        let engine = match engines.get(&level) {
            Some(engine) => engine,
            None => engines.entry(level).or_insert(engine(level)?),
        };
        let pod = pods.get(text(case, "pod")).ok_or_else(|| format!("{name}: no such pod"))?;
        tally.row(row.kind, &name, judged(engine, case, pod, now));
    }
    Ok(())
}

fn text<'v>(case: &'v Value, key: &str) -> &'v str {
    case.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn engine((level, version): (&str, &str)) -> Result<Engine, String> {
    let policy = format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {{name: pods}}\n\
         spec: {{rules: [{{id: level, podSecurity: {{level: {level}, version: {version}}}}}]}}\n"
    );
    let fault = |error: &dyn std::fmt::Display| format!("{level} {version}: {error}");
    let policies = Policies::from_text("policy.yaml", &policy).map_err(|error| fault(&error))?;
    Engine::new(&policies).map_err(|error| fault(&error))
}

/// Controls of `restricted` that take the place of one of `baseline`.
const STRICTER: [(&str, &str); 3] = [
    ("capabilities_baseline", "capabilities_restricted"),
    ("hostpathvolumes", "restrictedvolumes"),
    ("seccompprofile_baseline", "seccompprofile_restricted"),
];

fn judged(engine: &Engine, case: &Value, pod: &Value, now: Timestamp) -> Outcome {
    let expected = text(case, "expect");
    let objects = match Objects::parse("pod.json", pod.to_string().as_bytes()) {
        Ok(objects) => objects,
        Err(error) => return Outcome::failed(expected, error.to_string()),
    };
    let Some(object) = objects.all.first() else { return Outcome::failed(expected, "no object") };
    let request = ObjectRequest {
        object,
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: None,
        namespace: None,
        namespace_labels: None,
        digests: &BTreeMap::new(),
    };
    let Some(decision) = engine.check_object(&request, &Evidence::new(), now) else {
        return Outcome::failed(expected, "no decision");
    };
    let reasons = decision.results.iter().flat_map(|result| &result.reasons);
    let found: Vec<String> =
        reasons.filter_map(|reason| reason.found.as_ref()).map(ToString::to_string).collect();
    // The table has names of controls in small letters, and a stricter control may have taken the
    // place of the one that a pod was written for.
    let control = text(case, "check");
    let named = found.iter().any(|found| {
        let found = found.to_ascii_lowercase();
        let name = found.split(':').next().unwrap_or_default();
        name == control || STRICTER.contains(&(control, name))
    });
    match (expected, decision.verdict) {
        ("pass", Verdict::Allow) => Outcome::Passed,
        ("fail", Verdict::Deny) if named => Outcome::Passed,
        _ => Outcome::failed(format!("{expected} ({control})"), found.join("; ")),
    }
}
