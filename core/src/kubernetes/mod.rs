//! Kubernetes objects: the images that a workload runs.
