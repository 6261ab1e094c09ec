//! Kubernetes objects: the images that a workload would run.

mod workload;

pub use workload::{ContainerKind, ObjectError, Objects, Unjudged, Workload, WorkloadImage};
