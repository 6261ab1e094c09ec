//! `kyverno/cases/index.json`: the cases of Kyverno's own tests whose policies are expressions.

use std::collections::BTreeMap;
use std::path::Path;

use cocket::Timestamp;
use cocket::import::cel::policies::{
    CelPolicy, CelRequest, CelRule, Exception, NoVerifier, UserInfo,
};
use cocket::import::text::{self, Document};
use cocket::import::{Dialect, RuleOutcome};
use serde_json::Value;

use super::index::{read, read_json};
use super::{Outcome, Tally};

const KIND: &str = "kyverno-cases-cel";

/// What a test supplies.
#[derive(Default)]
struct World {
    resources: Vec<Value>,
    images: BTreeMap<String, Value>,
    namespaces: Vec<Value>,
    exceptions: Vec<Exception>,
}

pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let folder = root.join("kyverno/cases");
    let index = read_json(&folder.join("index.json"))?;
    let cases = index.get("cases").and_then(Value::as_array).ok_or("no `cases`")?;
    for case in cases {
        let family = member(case, "family");
        if !matches!(family, "VPOL(CEL)" | "IVPOL" | "CPOL validate.cel") {
            continue;
        }
        let (policy, rule) = (member(case, "policy"), member(case, "rule"));
        let label = format!("{family} {policy}/{rule} {}", member(case, "resource"));
        let outcome = match found(&folder, case) {
            Ok(found) => compared(case, &found),
            Err(fault) => Outcome::failed("an answer", fault),
        };
        tally.row(KIND, &label, outcome);
    }
    Ok(())
}

/// Decision and messages; `Excluded` is what the test tool says of objects that a rule is not about.
fn compared(case: &Value, found: &[(RuleOutcome, String)]) -> Outcome {
    let expected = member(case, "expected");
    let wanted: Vec<&str> =
        texts(case, "messages").into_iter().filter(|one| *one != "Excluded").collect();
    let is_equal = !found.is_empty()
        && found.iter().all(|(outcome, _)| outcome.name() == expected)
        && wanted.iter().all(|wanted| found.iter().any(|(_, message)| message == wanted));
    match is_equal {
        true => Outcome::Passed,
        false => Outcome::failed(format!("{expected} {wanted:?}"), format!("{found:?}")),
    }
}

fn found(folder: &Path, case: &Value) -> Result<Vec<(RuleOutcome, String)>, String> {
    let base = folder.join(member(case, "src"));
    let mut world = World::default();
    for aux in texts(case, "aux") {
        for document in documents(&base.join(aux))? {
            world.add(&document.value)?;
        }
    }
    let policies = documents(&folder.join(member(case, "policy_path")))?;
    let policy = policies
        .iter()
        .find(|one| at(&one.value, "/metadata/name") == member(case, "policy"))
        .ok_or("the policy is not there")?;
    let resource = member(case, "resource");
    let (namespace, name) = match resource.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, resource),
    };
    let mut found = Vec::new();
    for path in texts(case, "resource_paths") {
        for document in documents(&folder.join(path))? {
            let object = with_namespace(document.value);
            let is_meant = at(&object, "/kind") == member(case, "kind")
                && at(&object, "/metadata/name") == name
                && namespace.is_none_or(|wanted| at(&object, "/metadata/namespace") == wanted);
            if is_meant {
                found.extend(world.judge(policy, member(case, "rule"), &object)?);
            }
        }
    }
    Ok(found)
}

impl World {
    fn add(&mut self, document: &Value) -> Result<(), String> {
        let list = |pointer: &str| {
            document.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        if at(document, "/kind") == "PolicyException" {
            let exception = Exception::read(document).map_err(|faults| format!("{faults:?}"))?;
            self.exceptions.push(exception);
        }
        self.resources.extend(list("/spec/resources"));
        self.namespaces.extend(list("/namespaces"));
        for image in list("/spec/images") {
            self.images.insert(member(&image, "image").to_owned(), image);
        }
        Ok(())
    }

    fn judge(
        &self,
        policy: &Document,
        rule: &str,
        object: &Value,
    ) -> Result<Option<(RuleOutcome, String)>, String> {
        let own = at(object, "/metadata/namespace");
        let request = CelRequest {
            object,
            old_object: None,
            operation: "CREATE",
            subresource: "",
            namespace: None,
            namespace_object: self.namespaces.iter().find(|one| at(one, "/metadata/name") == own),
            user: &UserInfo::default(),
            resources: &self.resources,
            images: &self.images,
            global: &BTreeMap::new(),
            now: Timestamp::UNIX_EPOCH,
            dialect: Dialect::Kyverno,
        };
        if at(&policy.value, "/kind") != "ClusterPolicy" {
            let policy = CelPolicy::read(policy).map_err(|faults| format!("{faults:?}"))?;
            let result = policy.judge(&request, &self.exceptions, &NoVerifier);
            return Ok(result.map(|result| (result.outcome, result.message)));
        }
        let rule = made(policy, rule, at(object, "/kind"))?;
        let template = template(at(object, "/kind"));
        let rule = CelRule::read(&rule, template).map_err(|faults| format!("{faults:?}"))?;
        Ok(Some(rule.judge(&request)))
    }
}

/// The rule with this name, named as Kyverno names the one that it makes for a controller. Which
/// rules match is not compared here.
fn made(policy: &Document, name: &str, kind: &str) -> Result<Value, String> {
    let name = name.trim_start_matches("autogen-").trim_start_matches("cronjob-");
    let rules = policy.value.pointer("/spec/rules").and_then(Value::as_array);
    let rule = rules.into_iter().flatten().find(|rule| member(rule, "name") == name);
    let mut rule = rule.ok_or_else(|| format!("there is no rule `{name}`"))?.clone();
    let prefix = match template(kind) {
        None => "",
        Some("spec.template") => "autogen-",
        Some(_) => "autogen-cronjob-",
    };
    if let Some(own) = rule.get_mut("name") {
        *own = format!("{prefix}{name}").into();
    }
    Ok(rule)
}

fn template(kind: &str) -> Option<&'static str> {
    match kind {
        "CronJob" => Some("spec.jobTemplate.spec.template"),
        "Deployment" | "DaemonSet" | "Job" | "ReplicaSet" | "StatefulSet" => Some("spec.template"),
        _ => None,
    }
}

fn documents(path: &Path) -> Result<Vec<Document>, String> {
    let fault = |error: String| format!("{}: {error}", path.display());
    let text = String::from_utf8(read(path)?).map_err(|error| fault(error.to_string()))?;
    text::documents(&text).map_err(|error| fault(error.to_string()))
}

/// Kyverno's command line puts objects without a namespace into `default`.
fn with_namespace(mut object: Value) -> Value {
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.entry("namespace").or_insert_with(|| "default".into());
    }
    object
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn member<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    let list = value.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}
