//! Reading Kubernetes objects as the policy set declares their kinds.

use super::Engine;
use crate::kubernetes::{AdmissionReview, CustomKind, ObjectError, Objects};

impl Engine {
    /// The kinds of objects that the policy set declares.
    #[must_use]
    pub fn workload_kinds(&self) -> &[CustomKind] {
        &self.set.workloads
    }

    /// Reads a text of Kubernetes objects, where the kinds that the policy set declares are
    /// workloads too: what this engine would judge of it.
    ///
    /// ```
    /// use cocket::evaluate::Engine;
    /// use cocket::policy::Policies;
    ///
    /// let engine = Engine::new(&Policies::from_text("policy.yaml", "
    /// apiVersion: cocket.dev/v1alpha1
    /// kind: PolicySet
    /// metadata: {name: acme}
    /// spec: {workloads: [{apiVersion: acme.example/v1, kind: Server, images: [/spec/image]}]}
    /// ---
    /// apiVersion: cocket.dev/v1alpha1
    /// kind: ImagePolicy
    /// metadata: {name: production}
    /// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
    /// ")?)?;
    /// let text = "{apiVersion: acme.example/v1, kind: Server, spec: {image: 'nginx:1.27'}}";
    /// let objects = engine.objects("server.yaml", text.as_bytes())?;
    /// assert_eq!(objects.workloads[0].images[0].image, "nginx:1.27");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Objects::parse_with`].
    pub fn objects(&self, file: &str, bytes: &[u8]) -> Result<Objects, ObjectError> {
        Objects::parse_with(file, bytes, self.workload_kinds())
    }

    /// Reads an admission review, likewise; [`AdmissionReview::images`] are what evidence is wanted
    /// about. It never fails: a malformed one says so in `request`.
    #[must_use]
    pub fn review(&self, bytes: &[u8]) -> AdmissionReview {
        AdmissionReview::parse_with(bytes, self.workload_kinds())
    }
}
