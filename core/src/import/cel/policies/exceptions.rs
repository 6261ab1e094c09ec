//! `PolicyException` of the group `policies.kyverno.io`.

use serde_json::Value;

use super::checks::NAMES;
use super::policy::CelFault;
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::{Bindings, NoHost};
use crate::import::cel::program::{Context, Program};

/// An exception from policies that it names.
#[derive(Debug, Clone)]
pub struct Exception {
    name: String,
    refs: Vec<(String, String)>,
    conditions: Vec<Program>,
    images: Vec<String>,
    values: Vec<String>,
    passes: bool,
}

impl Exception {
    /// Reads the document.
    ///
    /// # Errors
    /// Every condition that cannot be read, with its place.
    pub fn read(document: &Value) -> Result<Self, Vec<CelFault>> {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or("");
        let list = |pointer: &str| document.pointer(pointer).and_then(Value::as_array);
        let texts = |pointer: &str| {
            let texts = list(pointer).into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect::<Vec<_>>()
        };
        let part = |value: &Value, key: &str| {
            value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let refs = list("/spec/policyRefs").into_iter().flatten();
        let refs = refs.map(|one| (part(one, "kind"), part(one, "name"))).collect();
        let mut conditions = Vec::new();
        let mut faults = misshapen(document.get("spec").unwrap_or(&Value::Null));
        for (index, one) in list("/spec/matchConditions").into_iter().flatten().enumerate() {
            match Program::parse(&part(one, "expression"), &NAMES, &[]) {
                Ok(program) => conditions.push(program),
                Err(error) => {
                    let path = format!("spec.matchConditions[{index}].expression");
                    faults.push(CelFault { path, error });
                }
            }
        }
        let name = match text("/metadata/namespace") {
            "" => text("/metadata/name").to_owned(),
            namespace => format!("{namespace}/{}", text("/metadata/name")),
        };
        let (images, values) = (texts("/spec/images"), texts("/spec/allowedValues"));
        let passes = text("/spec/reportResult") == "pass";
        match faults.is_empty() {
            true => Ok(Self { name, refs, conditions, images, values, passes }),
            false => Err(faults),
        }
    }

    fn names(&self, kind: &str, name: &str) -> bool {
        self.refs.iter().any(|(of, named)| of == kind && named == name)
    }
}

/// Parts that are not as they should be: left aside, they would make the exception wider.
fn misshapen(spec: &Value) -> Vec<CelFault> {
    let fault = |path: String, what: &str| CelFault { path, error: CelError::Missing(what.into()) };
    let mut faults = Vec::new();
    for (name, value) in spec.as_object().into_iter().flatten() {
        let path = format!("spec.{name}");
        let entries = value.as_array();
        let holds = |is: &dyn Fn(&Value) -> bool| entries.is_some_and(|all| all.iter().all(is));
        let is_text = |entry: &Value, key: &str| entry.get(key).is_some_and(Value::is_string);
        let is_good = match name.as_str() {
            "policyRefs" => holds(&|one| is_text(one, "kind") && is_text(one, "name")),
            "matchConditions" => holds(&|one| is_text(one, "expression")),
            "images" | "allowedValues" => holds(&Value::is_string),
            "reportResult" => value.is_string(),
            _ => {
                faults.push(fault(path, "it is not known here"));
                continue;
            }
        };
        if !is_good {
            faults.push(fault(path, "it is not as it should be"));
        }
    }
    faults
}

/// What the exceptions of a policy come to.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) names: Vec<String>,
    pub(super) images: Vec<String>,
    pub(super) values: Vec<String>,
    pub(super) passes: bool,
}

impl Matched {
    pub(super) fn of(
        exceptions: &[Exception],
        policy: (&str, &str),
        bindings: &Bindings,
        now: jiff::Timestamp,
    ) -> Result<Self, CelError> {
        let mut matched = Self::default();
        for one in exceptions.iter().filter(|one| one.names(policy.0, policy.1)) {
            let context = Context::new(bindings, &NoHost, now);
            if super::checks::met(&one.conditions, &context)? {
                matched.passes |= one.passes && matched.names.is_empty();
                matched.names.push(one.name.clone());
                matched.images.extend(one.images.iter().cloned());
                matched.values.extend(one.values.iter().cloned());
            }
        }
        Ok(matched)
    }

    /// Whether the whole policy is excepted from, not only some images or values.
    pub(super) fn is_whole(&self) -> bool {
        !self.names.is_empty() && self.images.is_empty() && self.values.is_empty()
    }
}
