//! Policies: the typed model and its strict loader.

pub mod model;
