//! `AdmissionReview` of `admission.k8s.io`: what the API server asks, and what it is answered.

mod read;
mod request;
mod response;

pub use request::{AdmissionRequest, AdmissionReview, ReviewFault, ReviewVersion, ReviewedObject};
pub use response::{AdmissionResponse, ImagePatch, MAX_MESSAGE, MAX_WARNING, MAX_WARNINGS, Status};
