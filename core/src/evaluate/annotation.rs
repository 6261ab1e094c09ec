//! `annotation`.

use regex::Regex;

use super::case::Judgement;
use super::workload::listed;
use crate::decision::Reason;
use crate::kubernetes::Pod;
use crate::policy::model::{AnnotationRule, AnnotationValue};
use crate::reasons::Code;
use crate::shown::shown;

#[derive(Debug)]
pub(super) struct Compiled {
    name: String,
    value: Value,
    expected: String,
}

#[derive(Debug)]
enum Value {
    OneOf(Vec<String>),
    Matches(Regex),
}

impl Compiled {
    pub(super) fn new(rule: &AnnotationRule) -> Result<Self, String> {
        let value = match &rule.value {
            AnnotationValue::Equals(text) => Value::OneOf(vec![text.clone()]),
            AnnotationValue::OneOf(texts) => Value::OneOf(texts.clone()),
            AnnotationValue::Matches(regex) => Value::Matches(regex.compile()?),
        };
        let expected = match &rule.value {
            AnnotationValue::Equals(text) => shown(text),
            AnnotationValue::OneOf(texts) => {
                texts.iter().map(|text| shown(text)).collect::<Vec<_>>().join(", ")
            }
            AnnotationValue::Matches(regex) => format!("a match of {}", shown(regex.as_str())),
        };
        Ok(Self { name: rule.name.clone(), value, expected })
    }

    /// Each pod must have it. That anyone could have written it is said either way.
    pub(super) fn judge(&self, pods: &[Pod<'_>]) -> Judgement {
        let (mut missing, mut others, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for pod in pods {
            let own = pod.annotations.iter().find(|(name, _)| *name == self.name);
            let place = format!("`{}` in `{}`", self.name, pod.annotations_at);
            match own {
                None => missing.push(format!("no {place}")),
                Some((_, text)) if !self.admits(text) => {
                    others.push(format!("{place} is {}", shown(text)));
                }
                Some(_) => {}
            }
            places.push(place);
        }
        let mut reasons = vec![Reason::new(Code::AnnotationSelfAsserted).found(listed(places))];
        for (code, found) in
            [(Code::AnnotationMissing, missing), (Code::AnnotationMismatch, others)]
        {
            if !found.is_empty() {
                reasons
                    .push(Reason::new(code).found(listed(found)).expected(self.expected.clone()));
            }
        }
        if reasons.len() == 1 {
            reasons.push(Reason::new(Code::AnnotationAccepted).found(self.expected.clone()));
        }
        reasons.into()
    }

    fn admits(&self, text: &str) -> bool {
        match &self.value {
            Value::OneOf(texts) => texts.iter().any(|known| known == text),
            Value::Matches(regex) => regex.is_match(text),
        }
    }
}
