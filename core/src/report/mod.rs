//! Renderings of decisions, one file a format.
