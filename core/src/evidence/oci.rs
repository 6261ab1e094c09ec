//! OCI and Docker manifests, indexes and descriptors.
