//! Signed material: simple signing, DSSE, in-toto statements, Sigstore bundles.
