//! `reference`: how the image is named.

use regex::Regex;

use super::case::{Case, Judgement};
use crate::decision::{Detail, Reason};
use crate::policy::model::{DigestRule, NameGlob, ReferenceRule};
use crate::reasons::Code;

#[derive(Debug)]
pub(super) struct Compiled {
    rule: ReferenceRule,
    regex: Option<Regex>,
}

impl Compiled {
    pub(super) fn new(rule: &ReferenceRule) -> Result<Self, String> {
        let regex = rule.tag.as_ref().and_then(|tag| tag.regex.as_ref());
        let regex = regex.map(|regex| regex.compile()).transpose()?;
        Ok(Self { rule: rule.clone(), regex })
    }

    pub(super) fn judge(&self, case: &Case<'_>) -> Judgement {
        let mut reasons = self.tag(case);
        if self.rule.digest == Some(DigestRule::Required) && case.reference.digest().is_none() {
            reasons.push(
                Reason::new(Code::ReferenceDigestMissing)
                    .found(case.reference.to_string())
                    .expected("`@` and a digest"),
            );
        }
        reasons.extend(drift(case));
        if reasons.is_empty() {
            reasons.push(Reason::new(Code::ReferenceAccepted).found(case.reference.to_string()));
        }
        reasons.into()
    }

    fn tag(&self, case: &Case<'_>) -> Vec<Reason> {
        let Some(rule) = &self.rule.tag else { return Vec::new() };
        let Some(tag) = case.reference.tag() else {
            // A runtime reads a name with neither tag nor digest as `latest`.
            let meant = case.reference.digest().is_none().then_some("latest");
            let denied = meant.is_some_and(|tag| rule.deny.iter().any(|glob| glob.matches(tag)));
            return if rule.required || denied {
                let expected = if rule.required { "a tag" } else { "a tag other than `latest`" };
                vec![Reason::new(Code::ReferenceTagMissing).found("no tag").expected(expected)]
            } else if meant.is_some() {
                self.form("latest")
            } else {
                Vec::new()
            };
        };
        let mut reasons = self.form(tag);
        if let Some(glob) = rule.deny.iter().find(|glob| glob.matches(tag)) {
            reasons.push(
                Reason::new(Code::ReferenceTagDenied)
                    .found(tag.to_owned())
                    .expected(format!("no match of `{glob}`")),
            );
        }
        reasons
    }

    /// `allow` and `regex`, each by itself.
    fn form(&self, tag: &str) -> Vec<Reason> {
        let Some(rule) = &self.rule.tag else { return Vec::new() };
        let mut reasons = Vec::new();
        let wrong = |expected: String| {
            Reason::new(Code::ReferenceTagNotAllowed).found(tag.to_owned()).expected(expected)
        };
        if let Some(allow) = &rule.allow
            && !allow.iter().any(|glob| glob.matches(tag))
        {
            let globs: Vec<&str> = allow.iter().map(NameGlob::as_str).collect();
            reasons.push(wrong(format!("one of `{}`", globs.join("`, `"))));
        }
        if let (Some(regex), Some(text)) = (&self.regex, &rule.regex)
            && !regex.is_match(tag)
        {
            reasons.push(wrong(format!("a whole match of `{text}`")));
        }
        reasons
    }
}

fn drift(case: &Case<'_>) -> Option<Reason> {
    let tag = case.reference.tag()?;
    let name = format!("{}:{tag}", case.reference.repository());
    let recorded = case.history.tags.get(&name)?;
    let digest = case.digest?;
    (digest != *recorded).then(|| {
        Reason::new(Code::ReferenceDrift)
            .found(Detail::Digest(digest))
            .expected(Detail::Digest(*recorded))
    })
}
