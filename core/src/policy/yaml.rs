//! Loaded policies as people would write them.

use serde_json::Value;

use super::Policies;

impl Policies {
    /// Everything loaded as YAML, one document after the other, in the order of
    /// [`Policies::to_canonical_json`]. Loading it gives equal policies with the same digest. What
    /// was made of other engines' policies stands there as policies of our own.
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
        for document in self.to_canonical_json() {
            let mut options = serde_saphyr::SerializerOptions::default();
            // What some reader would take for something else than text is quoted.
            options.yaml_12 = false;
            if !out.is_empty() {
                out.push_str("---\n");
            }
            // The canonical text is JSON, and every value of JSON can be written: neither fails.
            let value: Value = serde_json::from_slice(&document).unwrap_or_default();
            let _ = serde_saphyr::to_fmt_writer_with_options(&mut out, &value, options);
        }
        out
    }
}
