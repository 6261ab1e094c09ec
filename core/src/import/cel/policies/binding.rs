//! `ValidatingAdmissionPolicyBinding`: where a policy of Kubernetes holds, and what it does there.

use serde_json::Value;

use super::matching::bound;
use super::policy::{Action, CelFault, fault};
use super::request::CelRequest;

/// One binding.
#[derive(Debug, Clone)]
pub(in crate::import) struct Binding {
    pub(in crate::import) policy: String,
    pub(in crate::import) actions: Vec<Action>,
    resources: Value,
}

impl Binding {
    /// Reads the document.
    ///
    /// # Errors
    /// Every part that cannot be read or is not taken, with its place.
    pub(in crate::import) fn read(document: &Value) -> Result<Self, Vec<CelFault>> {
        let spec = document.get("spec").unwrap_or(&Value::Null);
        let mut faults = Vec::new();
        for name in spec.as_object().into_iter().flatten().map(|(name, _)| name) {
            match name.as_str() {
                "policyName" | "matchResources" | "validationActions" => {}
                "paramRef" => faults.push(fault("spec.paramRef", "parameters are not taken")),
                _ => faults.push(fault(&format!("spec.{name}"), "it is not known here")),
            }
        }
        let policy = spec.get("policyName").and_then(Value::as_str).unwrap_or_default();
        if policy.is_empty() {
            faults.push(fault("spec.policyName", "no policy is named"));
        }
        let given = spec.get("validationActions").and_then(Value::as_array);
        let actions = given.into_iter().flatten().map(|one| Action::named(one.as_str()?));
        let actions: Vec<Action> = match actions.collect::<Option<Vec<_>>>() {
            Some(actions) if !actions.is_empty() => actions,
            _ => {
                let what = "`Deny`, `Warn` or `Audit` is expected";
                faults.push(fault("spec.validationActions", what));
                Vec::new()
            }
        };
        let resources = spec.get("matchResources").cloned().unwrap_or(Value::Null);
        match faults.is_empty() {
            true => Ok(Self { policy: policy.to_owned(), actions, resources }),
            false => Err(faults),
        }
    }

    pub(super) fn chooses(&self, request: &CelRequest<'_>) -> bool {
        bound(&self.resources, request)
    }
}
