//! A policy in expressions as the engine asks it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::binding::Binding;
use super::policy::{Action, CelPolicy};
use super::verifying::Verifying;
use super::{Attestors, CelRequest, Exception};
use crate::import::Dialect;
use crate::import::cluster_data::{ClusterData, user_of};
use crate::import::image_data::ImageData;
use crate::import::judged::{digest_of, is_about_time, severity, soon};
use crate::import::kyverno::images_named;
use crate::policy::model::{Authority, Mode, Name, RuleSeverity};
use crate::policy::{ObjectAnswer, ObjectCase, ObjectJudge, ObjectResult, RuleResult};
use crate::reference::Digest;

/// The one rule of such a policy.
const RULE: &str = "validations";

/// A `ValidatingPolicy`, `ImageValidatingPolicy` or `ValidatingAdmissionPolicy`.
#[derive(Debug)]
pub(in crate::import) struct CelJudge {
    policy: CelPolicy,
    name: String,
    digest: Digest,
    severity: Option<RuleSeverity>,
    asks_registry: bool,
    is_about_time: bool,
    bindings: Vec<Binding>,
    attestors: Attestors,
    around: Surroundings,
}

/// What all policies of a set share.
#[derive(Debug, Clone)]
pub(in crate::import) struct Surroundings {
    pub(in crate::import) exceptions: Arc<[Exception]>,
    pub(in crate::import) data: Arc<ClusterData>,
    /// The digest of exceptions, bindings, data and dialect.
    pub(in crate::import) digest: Digest,
    pub(in crate::import) dialect: Dialect,
}

impl CelJudge {
    /// Without bindings, the policy itself says what a failure does.
    pub(in crate::import) fn new(
        policy: CelPolicy,
        document: &Value,
        bindings: Vec<Binding>,
        attestors: Attestors,
        around: Surroundings,
    ) -> Self {
        let text = document.to_string();
        Self {
            name: policy.full_name(),
            digest: digest_of(document, around.digest),
            severity: severity(document),
            asks_registry: text.contains("etMetadata") || text.contains("imageData."),
            is_about_time: is_about_time(&text),
            policy,
            bindings,
            attestors,
            around,
        }
    }

    /// The weights of a failure for a request; none where no binding is about it.
    fn mode(&self, request: &CelRequest<'_>) -> Option<Mode> {
        let bound = self.bindings.iter().filter(|binding| binding.chooses(request));
        let actions: Vec<Action> = match self.bindings.is_empty() {
            true => self.policy.actions(),
            false => bound.flat_map(|binding| binding.actions.clone()).collect(),
        };
        let weight = |action| match action {
            Action::Deny => Mode::Enforce,
            Action::Warn => Mode::Warn,
            Action::Audit => Mode::Audit,
        };
        actions.into_iter().map(weight).max()
    }
}

impl ObjectJudge for CelJudge {
    fn name(&self) -> &str {
        &self.name
    }

    fn digest(&self) -> Digest {
        self.digest
    }

    fn rules(&self) -> Vec<String> {
        vec![RULE.to_owned()]
    }

    fn authorities(&self) -> Vec<(&Name, &Authority)> {
        self.attestors.authorities()
    }

    fn judge(&self, case: &ObjectCase<'_>) -> ObjectAnswer {
        let found = match self.asks_registry {
            true => ImageData::read(case, images_named(case.object)),
            false => ImageData::default(),
        };
        let data = &self.around.data;
        let namespace = namespace_object(case, data);
        let user = user_of(case, data);
        let request = CelRequest {
            object: case.object,
            old_object: case.old,
            operation: case.operation.name(),
            subresource: case.subresource,
            namespace: case.namespace,
            namespace_object: namespace.as_deref(),
            user: &user,
            data,
            images: &found.by_image,
            now: case.now,
            dialect: self.around.dialect,
        };
        let mut answer = ObjectAnswer::default();
        let Some(mode) = self.mode(&request) else { return answer };
        let verifying = Verifying::new(&self.policy, &self.attestors, case.signed);
        let result = self.policy.judge(&request, &self.around.exceptions, &verifying);
        let seen = verifying.finish();
        let evidence: BTreeSet<Digest> =
            found.evidence.iter().copied().chain(seen.evidence).collect();
        answer.results.extend(result.map(|result| ObjectResult {
            answer: RuleResult { rule: RULE.to_owned(), ..result },
            mode,
            severity: self.severity,
            controls: Vec::new(),
            evidence: evidence.into_iter().collect(),
            refused: seen.refused.into_iter().collect(),
        }));
        answer.valid_until = soon(case.now).filter(|_| self.is_about_time);
        answer
    }
}

/// The `Namespace` object: as handed in, or with the labels that the caller knows.
fn namespace_object<'c>(case: &ObjectCase<'c>, data: &'c ClusterData) -> Option<Cow<'c, Value>> {
    let own = || case.object.pointer("/metadata/namespace").and_then(Value::as_str);
    let name = case.namespace.or_else(own)?;
    let known = data.namespace(name).map(Cow::Borrowed);
    known.or_else(|| {
        let metadata = json!({"name": name, "labels": case.namespace_labels?});
        Some(Cow::Owned(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})))
    })
}
