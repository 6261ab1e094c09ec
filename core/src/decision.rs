//! Decisions: what was decided, and why.
