use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::Step;

/// What a text of Kubernetes objects holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects {
    /// Objects that carry pods.
    pub workloads: Vec<Workload>,
    /// Objects that were passed over, and why.
    pub unjudged: Vec<Unjudged>,
    /// Every object, also of those that carry no pods, in the order of the text.
    pub all: Vec<Object>,
}

/// A whole object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The source's name.
    pub file: String,
    /// Line of the object, from 1.
    pub line: u32,
    /// `apiVersion`; that of the list, where an element does not say it.
    pub api_version: String,
    /// `kind`; likewise.
    pub kind: String,
    /// `metadata.name`, or `metadata.generateName` followed by `*`.
    pub name: String,
    /// `metadata.namespace`: the object's own claim.
    pub namespace: Option<String>,
    /// The references of the images that it would run, as written.
    pub images: Vec<String>,
    /// The object as JSON, as the API server would read it.
    pub value: Arc<Value>,
    pub(crate) pods: PodPlaces,
}

/// Where the pods of an object stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PodPlaces {
    /// Nowhere; whether something in it looks like a pod all the same.
    Nowhere { seems_to: bool },
    /// In templates at these places, by steps from the object.
    Templates(Vec<Vec<Step>>),
    /// In templates, or as mere specifications, as a policy set says.
    Declared(Vec<Vec<Step>>),
}

impl Object {
    /// Whether it is the one that was passed over.
    #[must_use]
    pub fn is(&self, other: &Unjudged) -> bool {
        (&self.file, self.line, &self.kind, &self.name)
            == (&other.file, other.line, &other.kind, &other.name)
    }
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// It is made.
    #[default]
    Create,
    /// It is changed.
    Update,
    /// It is removed.
    Delete,
    /// A connection to it is opened.
    Connect,
}

impl Operation {
    /// Whether containers may run by it that the object names: the object is made or changed, and
    /// not only its `status` or `scale`, of which the API server takes over nothing else.
    #[must_use]
    pub fn runs_containers(self, subresource: &str) -> bool {
        matches!(self, Self::Create | Self::Update) && !matches!(subresource, "status" | "scale")
    }
}

/// Who asks for an operation, as the API server tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct User {
    /// The name, such as `system:serviceaccount:shop:deployer`.
    pub username: String,
    /// The groups that the user belongs to.
    pub groups: Vec<String>,
}

impl Operation {
    /// The name, such as `CREATE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

/// An object that carries pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// The source's name.
    pub file: String,
    /// Line of the object, from 1.
    pub line: u32,
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`, or `metadata.generateName` followed by `*`.
    pub name: String,
    /// `metadata.namespace`: the object's own claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its images, in the order of the pod's fields.
    pub images: Vec<WorkloadImage>,
}

/// One image of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadImage {
    /// What uses it.
    pub kind: ContainerKind,
    /// The container's or volume's name.
    pub container: String,
    /// Where, such as `spec.template.spec.containers[0].image`.
    pub path: String,
    /// Line of the image's text, from 1.
    pub line: u32,
    /// The reference as written; empty where it is absent.
    pub image: String,
}

/// What uses an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ContainerKind {
    /// `initContainers`.
    Init,
    /// `containers`.
    Regular,
    /// `ephemeralContainers`.
    Ephemeral,
    /// `volumes[].image`.
    Volume,
    /// A place that the policy set declares.
    Declared,
}

impl ContainerKind {
    /// The name, such as `regular`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Regular => "regular",
            Self::Ephemeral => "ephemeral",
            Self::Volume => "volume",
            Self::Declared => "declared",
        }
    }
}

/// An object that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unjudged {
    /// The source's name.
    pub file: String,
    /// Line of the object, from 1.
    pub line: u32,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// Whether something in it looks like a pod, so that passing over it would be wrong.
    pub carries_pods: bool,
}

/// Why a text is not Kubernetes objects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {detail}")]
pub struct ObjectError {
    /// The source's name.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Where in the document.
    pub path: String,
    /// What is wrong.
    pub detail: String,
}
