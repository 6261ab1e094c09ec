//! `podSecurity`, of rules and of exceptions.

use serde_json::Value;

use crate::import::kyverno::load::Work;
use crate::import::kyverno::pod_security::{Exclusion, Fault, PodSecurity};

const KEY: &str = "podSecurity";

pub(super) fn rule(work: &mut Work<'_>, validate: &Value, path: &str) {
    if let Some(standards) = validate.get(KEY).filter(|value| !value.is_null()) {
        let faults = PodSecurity::read(standards).err().unwrap_or_default();
        said(work, faults, &format!("{path}.{KEY}"));
    }
}

pub(super) fn exception(work: &mut Work<'_>, spec: &Value) {
    if let Some(controls) = spec.get(KEY).filter(|value| !value.is_null()) {
        let mut faults = Vec::new();
        Exclusion::read_all(controls, KEY, None, &mut faults);
        said(work, faults, "spec");
    }
}

fn said(work: &mut Work<'_>, faults: Vec<Fault>, path: &str) {
    for Fault { kind, path: inner, detail } in faults {
        let dot = if inner.is_empty() { "" } else { "." };
        work.say(kind, &format!("{path}{dot}{inner}"), detail);
    }
}
