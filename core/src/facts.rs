//! Facts: what verification proved or refused.
