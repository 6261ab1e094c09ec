//! What the API server asks.

use crate::kubernetes::{Object, Operation, User, WorkloadImage};

/// One review as it came in. What could be read of it stands here also where the rest is
/// malformed, so that even a refusal names what it answers.
///
/// ```
/// use cocket::kubernetes::{AdmissionReview, Operation};
/// let review = AdmissionReview::parse(br#"{
///     "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
///         "uid": "705ab4f5", "operation": "CREATE", "namespace": "shop",
///         "kind": {"group": "", "version": "v1", "kind": "Pod"},
///         "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
///             "spec": {"containers": [{"name": "a", "image": "nginx:1.27"}]}}}}"#);
/// assert_eq!(review.uid.as_deref(), Some("705ab4f5"));
/// assert_eq!(review.images(), ["nginx:1.27"]);
/// let request = review.request?;
/// assert_eq!((request.operation, request.namespace.as_deref()), (Operation::Create, Some("shop")));
/// assert_eq!(request.object.images[0].image, "nginx:1.27");
///
/// let review = AdmissionReview::parse(br#"{"request": {"uid": "705ab4f5"}}"#);
/// assert_eq!(review.uid.as_deref(), Some("705ab4f5"));
/// assert_eq!(review.request.unwrap_err().to_string(), "a review without `apiVersion`");
/// # Ok::<(), cocket::kubernetes::ReviewFault>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AdmissionReview {
    /// The version that is answered in.
    pub version: ReviewVersion,
    /// `request.uid`.
    pub uid: Option<String>,
    /// `request.kind.kind`.
    pub kind: Option<String>,
    /// `request.operation`.
    pub operation: Option<Operation>,
    /// `request.namespace`.
    pub namespace: Option<String>,
    /// The whole request, or what is wrong with it.
    pub request: Result<AdmissionRequest, ReviewFault>,
}

impl AdmissionReview {
    /// The images that its object would run, as written, each once and sorted: what a caller
    /// resolves and collects evidence about before it has the review decided.
    #[must_use]
    pub fn images(&self) -> Vec<&str> {
        let images = self.request.iter().flat_map(|request| &request.object.images);
        let mut names: Vec<&str> = images.map(|image| image.image.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The versions of `AdmissionReview`, which have the same members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReviewVersion {
    /// `admission.k8s.io/v1`.
    #[default]
    V1,
    /// `admission.k8s.io/v1beta1`.
    V1Beta1,
}

impl ReviewVersion {
    /// As it stands in `apiVersion`.
    #[must_use]
    pub fn api_version(self) -> &'static str {
        match self {
            Self::V1 => "admission.k8s.io/v1",
            Self::V1Beta1 => "admission.k8s.io/v1beta1",
        }
    }
}

/// A request that can be decided.
#[derive(Debug, Clone, PartialEq)]
pub struct AdmissionRequest {
    /// The request's id, which the response repeats.
    pub uid: String,
    /// What is done.
    pub operation: Operation,
    /// The part of the object that is written to, such as `ephemeralcontainers`; empty for the
    /// object itself.
    pub subresource: String,
    /// The namespace; `None` for what belongs to no namespace.
    pub namespace: Option<String>,
    /// Who asks.
    pub user: Option<User>,
    /// Whether nothing will be kept. It changes no decision.
    pub dry_run: bool,
    /// The object; for `DELETE` the one that goes, for `CONNECT` the options of the connection.
    pub object: ReviewedObject,
    /// What it replaces, on `UPDATE`.
    pub old: Option<ReviewedObject>,
}

impl AdmissionRequest {
    /// Whether containers may run by it that the object names: something is made or changed, and
    /// not only its `status` or `scale`, of which the API server takes over nothing else.
    #[must_use]
    pub fn runs_containers(&self) -> bool {
        self.operation.runs_containers(&self.subresource)
    }
}

/// An object of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewedObject {
    /// The object.
    pub object: Object,
    /// The images that it would run, in the order of the pod's fields.
    pub images: Vec<WorkloadImage>,
    /// Whether something in it looks like a pod although its kind is not known to carry one.
    pub seems_to_carry_pods: bool,
}

/// What is wrong with a review, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{detail}", if .path.is_empty() { String::new() } else { format!("`{path}`: ") })]
pub struct ReviewFault {
    /// Where, such as `request.uid`; empty for the whole review.
    pub path: String,
    /// What is wrong.
    pub detail: String,
}
