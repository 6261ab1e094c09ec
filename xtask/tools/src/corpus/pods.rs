//! The table of pods and the level and version of the Pod Security Standards that they meet or
//! fail, with the control that fails: judged as a policy judges them, and as a rule of Kyverno does.

use std::collections::BTreeMap;
use std::path::Path;

use cocket::Timestamp;
use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, ObjectRequest};
use cocket::evidence::Evidence;
use cocket::import::{self, Options};
use cocket::kubernetes::{Objects, Operation};
use cocket::policy::{Policies, PolicySource};
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
        let (own, of_kyverno) = match engines.get(&level) {
            Some(engines) => engines,
            None => engines.entry(level).or_insert((engine(level)?, kyverno(level)?)),
        };
        let pod = pods.get(text(case, "pod")).ok_or_else(|| format!("{name}: no such pod"))?;
        let outcome = match judged(own, case, pod, now) {
            Outcome::Passed => of_kyverno
                .iter()
                .map(|(by, engine)| judged_by_kyverno(by, engine, case, pod, now))
                .find(|outcome| !matches!(outcome, Outcome::Passed))
                .unwrap_or(Outcome::Passed),
            other => other,
        };
        tally.row(row.kind, &name, outcome);
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

fn decided(engine: &Engine, pod: &Value, now: Timestamp) -> Result<Option<Decision>, String> {
    let objects = Objects::parse("pod.json", pod.to_string().as_bytes());
    let objects = objects.map_err(|error| error.to_string())?;
    let object = objects.all.first().ok_or("no object")?;
    let request = ObjectRequest {
        object,
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: None,
        namespace: None,
        namespace_labels: None,
        owner_labels: None,
        digests: &BTreeMap::new(),
    };
    Ok(engine.check_object(&request, &Evidence::new(), now))
}

/// The same level as Kyverno's rules ask for it, and as the policy does that is written for them.
fn kyverno((level, version): (&str, &str)) -> Result<[(&'static str, Engine); 2], String> {
    let policy = format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: pods}}\nspec:\n  \
         validationFailureAction: Enforce\n  rules:\n  - name: level\n    \
         match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n    \
         validate: {{podSecurity: {{level: {level}, version: {version}}}}}\n"
    );
    let fault = |error: &dyn std::fmt::Display| format!("{level} {version}: {error}");
    let source = PolicySource { name: "kyverno.yaml".to_owned(), bytes: policy.into_bytes() };
    let policies = import::load(&[source], Options::default()).map_err(|error| fault(&error))?;
    let written = Policies::from_text("written.yaml", &policies.to_yaml());
    let written = written.map_err(|error| fault(&error))?;
    let [own, written] = [policies, written].map(|policies| Engine::new(&policies));
    Ok([
        ("the rule of Kyverno", own.map_err(|error| fault(&error))?),
        ("the policy written for it", written.map_err(|error| fault(&error))?),
    ])
}

fn judged_by_kyverno(
    by: &str,
    engine: &Engine,
    case: &Value,
    pod: &Value,
    now: Timestamp,
) -> Outcome {
    let expected = text(case, "expect");
    let Ok(Some(decision)) = decided(engine, pod, now) else {
        return Outcome::failed(expected, format!("no decision by {by}"));
    };
    match (expected, decision.verdict) {
        ("pass", Verdict::Allow) | ("fail", Verdict::Deny) => Outcome::Passed,
        _ => Outcome::failed(expected, format!("{:?} by {by}", decision.verdict)),
    }
}

/// Controls of `restricted` that take the place of one of `baseline`.
const STRICTER: [(&str, &str); 3] = [
    ("capabilities_baseline", "capabilities_restricted"),
    ("hostpathvolumes", "restrictedvolumes"),
    ("seccompprofile_baseline", "seccompprofile_restricted"),
];

fn judged(engine: &Engine, case: &Value, pod: &Value, now: Timestamp) -> Outcome {
    let expected = text(case, "expect");
    let decision = match decided(engine, pod, now) {
        Ok(Some(decision)) => decision,
        Ok(None) => return Outcome::failed(expected, "no decision"),
        Err(error) => return Outcome::failed(expected, error),
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
