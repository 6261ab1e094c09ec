//! The boundary for other languages: request bytes in, answer bytes out.
