//! Judges of Kubernetes objects that are written in another language: asked in JSON, answering in
//! JSON, so that all languages ask and fail alike.

mod answer;
mod at_hand;
mod case;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::Fault;
use super::check::one;
use super::decode;
use crate::policy::model::{Authority, ImagePolicy, Mode, Name};
use crate::policy::{
    ObjectAnswer, ObjectCase, ObjectJudge, ObjectResult, RuleOutcome, RuleResult, image_policy,
};
use crate::reference::Digest;
use answer::Answer;
use case::{Case, Question};

/// Most rules that a judge declares, and most questions about signatures.
const MAX_DECLARED: usize = 1000;

/// How many characters of why there is no answer a decision keeps.
const MAX_DETAIL: usize = 200;

/// The program's side of a [`judge`].
pub trait JudgeHost: fmt::Debug + Send + Sync {
    /// Answers one case. It is called from every thread that decides, also at the same time; the
    /// same case must give the same answer.
    ///
    /// `case` is a JSON object: `object`, `operation` (such as `CREATE`), `subresource`, `images`
    /// (references as written), `digests` (by reference), `now` (RFC 3339), `signed`, and where they
    /// are known `old`, `user` (`username`, `groups`), `namespace`, `namespaceLabels` and
    /// `ownerLabels`. `signed` has an element for each image and each of the declaration's questions,
    /// with `image`, `authority` and either `documents` (digests of what approves of the image),
    /// `statements` (each with `document` and `statement`), `refused` (why nothing counts) or
    /// `unknown` (why it cannot be told). Where the declaration asks for `evidence`, it has that
    /// too, unverified: `blobs` (manifests, indexes and configurations), `attached`, `vouched` and
    /// `gaps`, with `digest`, `subject`, `mediaType`, `annotations` and `data` (base64; not of what
    /// is vouched for) as far as each has them.
    ///
    /// The answer is a JSON object: `results`, none where the judge is not about the object;
    /// `excludedBy`, what keeps an object away that it would be about; `validUntil`, the first moment
    /// (RFC 3339) at which the answer could change, which lies after `now`. A result has `rule`, `outcome` (`pass`, `fail`,
    /// `skip`, `excepted` or `error`), and may have `message`, `mode` (`enforce`, else `warn` or
    /// `audit`), `severity` (`low` to `critical`), `controls`, `evidence` (digests that it rests on
    /// beside those of `signed`), `refused` (why signatures did not count that it asked for) and
    /// `notes` (each with `quirk` and `detail`).
    ///
    /// # Errors
    /// Why there is no answer. Its first 200 characters become a part of the decision, so that they
    /// should be the same each time.
    fn judge(&self, case: &str) -> Result<Vec<u8>, String>;
}

/// The judge of a declaration, for [`Policies::load_with_judges`]. Where the host has no answer, or
/// one that cannot be read, each of its rules is an error and enforced, which denies.
///
/// The declaration is a JSON object: `name`, by which exceptions name it; `id`, its own name and
/// version, which changes with its answers and is a part of the digests; `rules`, the names of all
/// rules that it answers for, at least one. It may have `authorities`, by name and as in an
/// `ImagePolicy`, with `signed`, what is asked of them about each image of an object: `authority`
/// with `annotations` (who approves of it), or with `predicateType` (what is stated); `evidence`,
/// `true` where it wants to see everything at hand; and `equivalent`, the `ImagePolicy` that decides
/// as it does, for [`Policies::to_yaml`] to write.
///
/// ```
/// use std::sync::Arc;
/// use cocket::policy::Policies;
/// use cocket::wire::{JudgeHost, judge};
///
/// #[derive(Debug)]
/// struct NoHostNetwork;
/// impl JudgeHost for NoHostNetwork {
///     fn judge(&self, case: &str) -> Result<Vec<u8>, String> {
///         let outcome = if case.contains(r#""hostNetwork":true"#) { "fail" } else { "pass" };
///         let answer = format!(r#"{{"results":[{{"rule":"host-network","outcome":"{outcome}"}}]}}"#);
///         Ok(answer.into_bytes())
///     }
/// }
/// let declaration = br#"{"name":"pods","id":"acme-pods/1","rules":["host-network"]}"#;
/// let pods = judge(declaration, Arc::new(NoHostNetwork)).unwrap();
/// let policies = Policies::load_with_judges(&[], vec![pods])?;
/// assert_eq!(policies.object_judges()[0].name(), "pods");
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
///
/// # Errors
/// The faults of the declaration.
///
/// [`Policies::load_with_judges`]: crate::policy::Policies::load_with_judges
/// [`Policies::to_yaml`]: crate::policy::Policies::to_yaml
pub fn judge(
    declaration: &[u8],
    host: Arc<dyn JudgeHost>,
) -> Result<Arc<dyn ObjectJudge>, Vec<Fault>> {
    let declared = catch_unwind(AssertUnwindSafe(|| {
        let declared: Declaration = decode(declaration).map_err(one)?;
        declared.check().map_err(one)?;
        let equivalent = declared.equivalent.as_ref().map(|document| {
            image_policy("equivalent.json", &document.to_string())
                .map_err(|errors| Fault::policies(&errors))
        });
        let digest = declared.digest();
        Ok(JsonJudge { equivalent: equivalent.transpose()?, digest, declared, host })
    }));
    let judge = declared.unwrap_or_else(|_| Err(one(Fault::internal())))?;
    Ok(Arc::new(judge))
}

/// What a judge says of itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    name: Name,
    id: String,
    rules: Vec<Name>,
    #[serde(default)]
    authorities: BTreeMap<Name, Authority>,
    #[serde(default)]
    signed: Vec<Question>,
    #[serde(default)]
    evidence: bool,
    equivalent: Option<Value>,
}

impl Declaration {
    fn check(&self) -> Result<(), Fault> {
        let fault = |path: String, message: String| Err(Fault::request(&path, message));
        if self.id.trim().is_empty() {
            return fault("/id".to_owned(), "the judge has no id".to_owned());
        }
        if self.rules.is_empty() {
            let message = "a judge answers for one rule at least".to_owned();
            return fault("/rules".to_owned(), message);
        }
        for (key, count) in [("rules", self.rules.len()), ("signed", self.signed.len())] {
            if count > MAX_DECLARED {
                let message = format!("there are {count}, and {MAX_DECLARED} are the most");
                return fault(format!("/{key}"), message);
            }
        }
        for (position, rule) in self.rules.iter().enumerate() {
            if self.rules.iter().take(position).any(|other| other == rule) {
                return fault(format!("/rules/{position}"), format!("`{rule}` is there already"));
            }
        }
        for (position, question) in self.signed.iter().enumerate() {
            question
                .check(&self.authorities)
                .map_err(|message| Fault::request(&format!("/signed/{position}"), message))?;
        }
        Ok(())
    }

    fn digest(&self) -> Digest {
        // The canonical form has no number that is too large for JavaScript; the plain one has.
        let bytes = serde_json_canonicalizer::to_vec(self).or_else(|_| serde_json::to_vec(self));
        Digest::sha256(&bytes.unwrap_or_default())
    }
}

#[derive(Debug)]
struct JsonJudge {
    declared: Declaration,
    equivalent: Option<ImagePolicy>,
    digest: Digest,
    host: Arc<dyn JudgeHost>,
}

impl JsonJudge {
    fn answer(&self, case: &ObjectCase<'_>) -> Result<ObjectAnswer, String> {
        let asked = Case::new(case, &self.declared.signed, self.declared.evidence);
        let rests_on = asked.documents();
        let text = serde_json::to_string(&asked).map_err(|error| error.to_string())?;
        let told = self.host.judge(&text)?;
        let answer = Answer::read(&told, &self.declared.rules, case.now)?;
        Ok(answer.into_object_answer(self.declared.name.as_str(), &rests_on))
    }

    /// What cannot be decided denies, whatever weight an answer would have given it.
    fn failed(&self, detail: &str) -> ObjectAnswer {
        let detail: String = detail.chars().take(MAX_DETAIL).collect();
        let result = |rule: &Name| ObjectResult {
            answer: RuleResult {
                policy: self.declared.name.to_string(),
                rule: rule.to_string(),
                outcome: RuleOutcome::Error,
                message: format!("the judge failed: {detail}"),
                notes: Vec::new(),
            },
            mode: Mode::Enforce,
            severity: None,
            controls: Vec::new(),
            evidence: Vec::new(),
            refused: Vec::new(),
        };
        let results = self.declared.rules.iter().map(result).collect();
        ObjectAnswer { results, ..ObjectAnswer::default() }
    }
}

impl ObjectJudge for JsonJudge {
    fn name(&self) -> &str {
        self.declared.name.as_str()
    }

    fn digest(&self) -> Digest {
        self.digest
    }

    fn rules(&self) -> Vec<String> {
        self.declared.rules.iter().map(Name::to_string).collect()
    }

    fn authorities(&self) -> Vec<(&Name, &Authority)> {
        self.declared.authorities.iter().collect()
    }

    fn equivalent(&self) -> Option<ImagePolicy> {
        self.equivalent.clone()
    }

    fn judge(&self, case: &ObjectCase<'_>) -> ObjectAnswer {
        self.answer(case).unwrap_or_else(|detail| self.failed(&detail))
    }
}
