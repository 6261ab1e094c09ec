//! A policy of Kyverno as the engine asks it.

use std::sync::Arc;

use serde_json::Value;

use super::policy::{Body, FailureAction};
use super::{KyvernoException, KyvernoPolicy, NoEvidence, Request, native};
use crate::import::Dialect;
use crate::import::cluster_data::{ClusterData, user_of};
use crate::import::image_data::ImageData;
use crate::import::judged::{digest_of, is_about_time, severity, soon};
use crate::policy::model::{ImagePolicy, Mode, RuleSeverity};
use crate::policy::{ObjectAnswer, ObjectCase, ObjectJudge, ObjectResult};
use crate::reference::Digest;

/// The rules of a policy that do not verify images; those that do are policies about images.
#[derive(Debug)]
pub(in crate::import) struct KyvernoJudge {
    policy: KyvernoPolicy,
    name: String,
    digest: Digest,
    severity: Option<RuleSeverity>,
    asks_registry: bool,
    is_about_time: bool,
    exceptions: Arc<[KyvernoException]>,
    data: Arc<ClusterData>,
    dialect: Dialect,
}

/// What all policies of a set share.
#[derive(Debug, Clone)]
pub(in crate::import) struct Surroundings {
    pub(in crate::import) exceptions: Arc<[KyvernoException]>,
    pub(in crate::import) data: Arc<ClusterData>,
    /// The digest of exceptions, data and dialect.
    pub(in crate::import) digest: Digest,
    pub(in crate::import) dialect: Dialect,
}

impl KyvernoJudge {
    /// `None` where no rule is left to judge objects by.
    pub(in crate::import) fn new(
        mut policy: KyvernoPolicy,
        document: &Value,
        around: &Surroundings,
    ) -> Option<Self> {
        policy.rules.retain(|rule| !matches!(rule.body, Body::VerifyImages(_) | Body::NoDecision));
        if policy.rules.is_empty() {
            return None;
        }
        let text: String = policy.rules.iter().map(|rule| rule.spec.to_string()).collect();
        let asks_registry = text.contains("imageRegistry") || text.contains("etMetadata");
        Some(Self {
            name: policy.name(),
            digest: digest_of(document, around.digest),
            severity: severity(document),
            asks_registry,
            is_about_time: is_about_time(&text),
            exceptions: Arc::clone(&around.exceptions),
            data: Arc::clone(&around.data),
            dialect: around.dialect,
            policy,
        })
    }
}

impl ObjectJudge for KyvernoJudge {
    fn name(&self) -> &str {
        &self.name
    }

    fn digest(&self) -> Digest {
        self.digest
    }

    fn rules(&self) -> Vec<String> {
        self.policy.rule_names().map(str::to_owned).collect()
    }

    fn equivalent(&self) -> Option<ImagePolicy> {
        native::policy(&self.policy, self.severity, &self.exceptions, self.dialect)
    }

    fn judge(&self, case: &ObjectCase<'_>) -> ObjectAnswer {
        let found = match self.asks_registry {
            true => ImageData::read(case, self.policy.images(case.object, case.now)),
            false => ImageData::default(),
        };
        let user = user_of(case, &self.data);
        let request = Request {
            object: case.object,
            old_object: case.old,
            operation: case.operation.name(),
            subresource: case.subresource,
            namespace: case.namespace,
            namespace_labels: case.namespace_labels,
            user: &user,
            data: &self.data,
            images: &found.by_image,
            now: case.now,
            dialect: self.dialect,
        };
        let result = |answer: crate::policy::RuleResult| {
            let mode = match self.policy.action(
                &answer.rule,
                request.namespace(),
                case.namespace_labels,
            ) {
                FailureAction::Enforce => Mode::Enforce,
                FailureAction::Audit => Mode::Audit,
            };
            ObjectResult {
                answer,
                mode,
                severity: self.severity,
                controls: Vec::new(),
                evidence: found.evidence.clone(),
                refused: Vec::new(),
            }
        };
        let answers = self.policy.judge(&request, &self.exceptions, &NoEvidence);
        ObjectAnswer {
            results: answers.into_iter().map(result).collect(),
            excluded_by: None,
            valid_until: soon(case.now).filter(|_| self.is_about_time),
        }
    }
}
