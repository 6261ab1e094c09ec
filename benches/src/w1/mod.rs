//! The reference workload `w1` of the corpus: nine rules about a thousand images. Its README there
//! is the definition.

pub(crate) mod hand;
pub(crate) mod product;
pub(crate) mod rego;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use cocket::evaluate::Engine;
use serde_json::Value;

/// The ids that a violated rule names; empty for rules that name none.
pub(crate) type Violations = BTreeMap<String, BTreeSet<String>>;

/// The workload's files.
pub(crate) struct Workload {
    folder: PathBuf,
    pub(crate) heads: Vec<Value>,
    expected: Vec<Violations>,
}

impl Workload {
    pub(crate) fn read(corpus: &Path) -> Result<Self, Box<dyn Error>> {
        let folder = corpus.join("w1");
        let lines = |file: &str| -> Result<Vec<Value>, Box<dyn Error>> {
            let text = fs::read_to_string(folder.join(file))?;
            Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
        };
        let (heads, answers) = (lines("images.jsonl")?, lines("expected-3-200.jsonl")?);
        let told = |answer: &Value| answer.get("violations").map(violations).unwrap_or_default();
        let expected = answers.iter().map(told).collect();
        Ok(Self { folder, heads, expected })
    }

    /// The policy with so many registries.
    pub(crate) fn policy(&self, registries: usize) -> Result<String, Box<dyn Error>> {
        Ok(fs::read_to_string(self.folder.join(format!("policy-{registries}.json")))?)
    }

    /// The reports with so many findings: for an image that passes, and for one that does not.
    pub(crate) fn reports(&self, findings: usize) -> Result<[String; 2], Box<dyn Error>> {
        // Without findings there is nothing to deny.
        let denied = if findings == 0 { "allow" } else { "deny" };
        let read = |which: &str| {
            fs::read_to_string(self.folder.join(format!("trivy-{findings}-{which}.json")))
        };
        Ok([read("allow")?, read(denied)?])
    }

    /// Fails unless all three evaluators give the decision that comes with the workload.
    pub(crate) fn gate(&self) -> Result<(), Box<dyn Error>> {
        let policy = self.policy(3)?;
        let w1: Value = serde_json::from_str(&policy)?;
        let engine = Engine::new(&product::policies(&w1)?)?.listing(usize::MAX);
        let limit = hand::Policy::read(&w1)?;
        let mut peer = rego::Rego::compile(&policy)?;
        let texts = self.reports(200)?;
        let read = texts.each_ref().map(|text| product::report(&text.as_bytes().into()));
        for (at, (head, expected)) in self.heads.iter().zip(&self.expected).enumerate() {
            let which = which(head);
            let subject = product::Subject::new(&engine, head, &read[which])?;
            let scan = hand::Scan::read(&texts[which])?;
            let found = [
                product::written(&subject.check(&engine)),
                hand::written(&limit.judge(&hand::Head::read(head)?, &scan)),
                rego::written(&peer.judge(input(head, &texts[which])?)?)?,
            ];
            for (name, found) in ["cocket", "by hand", "regorus"].iter().zip(found) {
                if found != *expected {
                    return Err(format!("image {at}, {name}: {found:?}, not {expected:?}").into());
                }
            }
        }
        Ok(())
    }
}

/// Which of the two reports goes with an image.
pub(crate) fn which(head: &Value) -> usize {
    usize::from(text(head, "report") == "deny")
}

/// What Rego is given about one image.
pub(crate) fn input(head: &Value, report: &str) -> Result<regorus::Value, Box<dyn Error>> {
    with(head, regorus::Value::from_json_str(report)?)
}

/// The same with a report that was read before.
pub(crate) fn with(head: &Value, report: regorus::Value) -> Result<regorus::Value, Box<dyn Error>> {
    let mut input = regorus::Value::from_json_str(&head.to_string())?;
    input.as_object_mut()?.insert("trivy".into(), report);
    Ok(input)
}

fn violations(list: &Value) -> Violations {
    let mut violations = Violations::new();
    for violation in list.as_array().into_iter().flatten() {
        let ids = violation.get("ids").and_then(Value::as_array).into_iter().flatten();
        let ids = ids.filter_map(Value::as_str).map(str::to_owned);
        violations.entry(text(violation, "rule").to_owned()).or_default().extend(ids);
    }
    violations
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
