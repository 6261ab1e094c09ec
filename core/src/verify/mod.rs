//! Verification: from claims to what is proven.
