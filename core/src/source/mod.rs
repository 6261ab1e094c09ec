//! Evidence sources: where evidence is read from.
