//! Kubernetes objects: whole, and the images that a workload would run.

mod admission;
mod custom;
mod fields;
mod json;
mod objects;
mod pod;
pub mod pod_security;
mod pods;
mod tree;
mod value;
mod workload;

pub use admission::{
    AdmissionRequest, AdmissionResponse, AdmissionReview, ImagePatch, MAX_MESSAGE, MAX_WARNING,
    MAX_WARNINGS, ReviewFault, ReviewVersion, ReviewedObject, Status,
};
pub(crate) use custom::Step;
pub use custom::{CustomKind, ObjectPointer};
pub use objects::{MAX_NESTED_LISTS, MAX_OBJECTS};
pub use pod::PodError;
pub(crate) use pod::{Container, Pod, SeLinuxOptions, SecurityContext, telling};
pub use tree::{MAX_ALIASES, MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS, MAX_VALUES};
pub use workload::{
    ContainerKind, Object, ObjectError, Objects, Operation, Unjudged, User, Workload, WorkloadImage,
};
