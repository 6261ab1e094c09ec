//! The catalogue of reasons.
