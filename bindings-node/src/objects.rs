//! Kubernetes objects: the images that they would run.

use cocket::kubernetes::{self, ContainerKind};
use napi_derive::napi;

use crate::fault::guarded;

/// What a text of Kubernetes objects holds.
#[napi(object)]
pub struct Objects {
    /// Objects that carry pods.
    pub workloads: Vec<Workload>,
    /// Objects that were passed over.
    pub unjudged: Vec<Unjudged>,
}

/// An object that carries pods.
#[napi(object)]
pub struct Workload {
    /// The text's name.
    pub file: String,
    /// Line of the object, from 1.
    pub line: u32,
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`, or `metadata.generateName` and `*`.
    pub name: String,
    /// `metadata.namespace`: the object's own claim.
    pub namespace: Option<String>,
    /// Its images.
    pub images: Vec<WorkloadImage>,
}

/// One image of a workload.
#[napi(object)]
pub struct WorkloadImage {
    /// `init`, `regular`, `ephemeral` or `volume`.
    pub kind: String,
    /// The container's or volume's name.
    pub container: String,
    /// Where, such as `spec.containers[0].image`.
    pub path: String,
    /// Line of the image's text, from 1.
    pub line: u32,
    /// The reference as written; empty where it is absent.
    pub image: String,
}

/// An object that was passed over.
#[napi(object)]
pub struct Unjudged {
    /// The text's name.
    pub file: String,
    /// Line of the object, from 1.
    pub line: u32,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// Whether something in it looks like a pod.
    pub carries_pods: bool,
}

/// Reads a text of Kubernetes objects.
#[napi]
pub fn read_objects(name: String, text: &[u8]) -> napi::Result<Objects> {
    let read = guarded(|| Ok(kubernetes::Objects::parse(&name, text)?))?;
    Ok(Objects {
        workloads: read.workloads.into_iter().map(Workload::from).collect(),
        unjudged: read.unjudged.into_iter().map(Unjudged::from).collect(),
    })
}

impl From<kubernetes::Workload> for Workload {
    fn from(read: kubernetes::Workload) -> Self {
        Self {
            file: read.file,
            line: read.line,
            api_version: read.api_version,
            kind: read.kind,
            name: read.name,
            namespace: read.namespace,
            images: read.images.into_iter().map(WorkloadImage::from).collect(),
        }
    }
}

impl From<kubernetes::WorkloadImage> for WorkloadImage {
    fn from(read: kubernetes::WorkloadImage) -> Self {
        let kind = match read.kind {
            ContainerKind::Init => "init",
            ContainerKind::Regular => "regular",
            ContainerKind::Ephemeral => "ephemeral",
            ContainerKind::Volume => "volume",
            _ => "other",
        };
        Self {
            kind: kind.to_owned(),
            container: read.container,
            path: read.path,
            line: read.line,
            image: read.image,
        }
    }
}

impl From<kubernetes::Unjudged> for Unjudged {
    fn from(read: kubernetes::Unjudged) -> Self {
        Self {
            file: read.file,
            line: read.line,
            kind: read.kind,
            name: read.name,
            carries_pods: read.carries_pods,
        }
    }
}
