//! Container-image policy engine: decides whether an image or a workload may run, given a
//! typed policy and the image's evidence, and says why.
//!
//! One way down: [`policy`] and [`evidence`] are data; [`verify`] turns claims into what is
//! proven; [`evaluate`] is a pure function from those to a [`decision`]; [`report`] renders it.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod decision;
pub mod evaluate;
pub mod evidence;
pub mod facts;
pub mod import;
pub mod kubernetes;
pub mod policy;
pub mod reasons;
pub mod reference;
pub mod report;
mod shown;
pub mod source;
pub mod verify;
pub mod wire;

pub use jiff::Timestamp;
