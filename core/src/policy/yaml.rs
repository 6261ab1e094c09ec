//! Loaded policies as people would write them.

use serde_json::Value;

use super::Policies;
use super::model::{ImagePolicy, Rule};

impl Policies {
    /// Everything loaded as YAML, one document after the other, in the order of
    /// [`Policies::to_canonical_json`]. Loading it gives equal policies with the same digest. What
    /// was made of other engines' policies stands there as policies of our own; of those that judge
    /// objects and have no [equivalent](super::ObjectJudge::equivalent) a comment at the start says
    /// the names.
    ///
    /// ```
    /// use cocket::policy::Policies;
    /// let policies = Policies::from_text("policy.yaml", "
    /// apiVersion: cocket.dev/v1alpha1
    /// kind: ImagePolicy
    /// metadata: {name: production}
    /// spec: {rules: [{id: pinned, reference: {digest: required}}]}
    /// ")?;
    /// let again = Policies::from_text("again.yaml", &policies.to_yaml())?;
    /// assert_eq!(again.digest(), policies.digest());
    /// # Ok::<(), cocket::policy::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        let mut native = self.clone();
        native.judges.clear();
        for judge in &self.judges {
            if !judge.equivalent().is_some_and(|policy| native.take_in(policy)) {
                let name = judge.name().replace(char::is_control, " ");
                out.push_str(&format!("# `{name}` judges objects and has no equivalent here.\n"));
            }
        }
        let mut is_first = true;
        for document in native.to_canonical_json() {
            let mut options = serde_saphyr::SerializerOptions::default();
            // What some reader would take for something else than text is quoted.
            options.yaml_12 = false;
            if !std::mem::take(&mut is_first) {
                out.push_str("---\n");
            }
            // The canonical text is JSON, and every value of JSON can be written: neither fails.
            let value: Value = serde_json::from_slice(&document).unwrap_or_default();
            let _ = serde_saphyr::to_fmt_writer_with_options(&mut out, &value, options);
        }
        out
    }

    /// Adds a policy, if it can be. One with the same name, made of other rules of the same
    /// document, takes in its rules where both are about the same.
    fn take_in(&mut self, policy: ImagePolicy) -> bool {
        let name = &policy.metadata.name;
        match self.policies.binary_search_by(|own| own.metadata.name.cmp(name)) {
            Err(at) => self.policies.insert(at, policy),
            Ok(at) => match self.policies.get_mut(at) {
                Some(own) if is_open_to(own, &policy) => own.spec.rules.extend(policy.spec.rules),
                _ => return false,
            },
        }
        true
    }
}

/// Whether rules mean the same in both: each says its own weight.
fn is_open_to(own: &ImagePolicy, other: &ImagePolicy) -> bool {
    let (spec, new) = (&own.spec, &other.spec);
    let has = |rule: &Rule| spec.rules.iter().any(|known| known.id == rule.id);
    (&spec.matches, &spec.exclude) == (&new.matches, &new.exclude)
        && spec.modes.is_empty()
        && spec.enforce_from.is_none()
        && new.rules.iter().all(|rule| rule.mode.is_some() && !has(rule))
}
