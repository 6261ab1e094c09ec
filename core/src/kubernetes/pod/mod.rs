//! Pods, read by type (Kubernetes API, `PodTemplateSpec` and `PodSpec`): what rules about them
//! look at.

mod members;
mod read;
mod security;

use std::fmt::Display;

use super::ContainerKind;
use crate::shown::shown;
pub(crate) use security::{SeLinuxOptions, SecurityContext};

/// Why a pod cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {detail}")]
pub struct PodError {
    /// Where in the object.
    pub path: String,
    /// What is wrong.
    pub detail: String,
}

/// A pod as it stands in an object.
#[derive(Debug, Clone)]
pub(crate) struct Pod<'v> {
    /// Where its specification stands, such as `spec.template.spec`.
    pub(crate) at: String,
    /// Where its annotations stand.
    pub(crate) annotations_at: String,
    /// By key.
    pub(crate) annotations: Vec<(&'v str, &'v str)>,
    pub(crate) host_network: bool,
    pub(crate) host_pid: bool,
    pub(crate) host_ipc: bool,
    /// Absent is `true`.
    pub(crate) host_users: Option<bool>,
    /// `os.name`.
    pub(crate) os: Option<&'v str>,
    pub(crate) security: SecurityContext<'v>,
    /// Init, regular and ephemeral ones; at least one.
    pub(crate) containers: Vec<Container<'v>>,
    pub(crate) volumes: Vec<Volume<'v>>,
    pub(crate) pull_secrets: Vec<&'v str>,
    /// Absent is what the service account says, which is `true` where it says nothing.
    pub(crate) automount_token: Option<bool>,
}

/// A container of a pod.
#[derive(Debug, Clone)]
pub(crate) struct Container<'v> {
    /// Where it stands, such as `spec.containers[0]`.
    pub(crate) at: String,
    pub(crate) kind: ContainerKind,
    pub(crate) name: &'v str,
    pub(crate) image: &'v str,
    pub(crate) pull_policy: Option<&'v str>,
    pub(crate) security: SecurityContext<'v>,
    /// Ports of the host that it takes, each with its place.
    pub(crate) host_ports: Vec<(String, i64)>,
    /// Hosts that its probes and handlers name, each with its place.
    pub(crate) hosts: Vec<(String, &'v str)>,
    /// Resources that it requests, with the amount not 0.
    pub(crate) requests: Vec<&'v str>,
    /// Resources that it is limited in, with the amount not 0.
    pub(crate) limits: Vec<&'v str>,
}

/// A volume of a pod.
#[derive(Debug, Clone)]
pub(crate) struct Volume<'v> {
    /// Where it stands.
    pub(crate) at: String,
    /// Its members beside the name: what it is made from. None means `emptyDir`, which is the
    /// API server's default.
    pub(crate) sources: Vec<&'v str>,
    /// `hostPath.path`.
    pub(crate) host_path: Option<&'v str>,
    /// `image`: its reference, and its pull policy.
    pub(crate) image: Option<(&'v str, Option<&'v str>)>,
}

/// A field and what it is, for people; without a field, `at` is the field's place.
pub(crate) fn telling(at: &str, field: &str, is: impl Display) -> String {
    let dot = if field.is_empty() { "" } else { "." };
    format!("`{at}{dot}{field}` is {is}")
}

impl Container<'_> {
    /// A field of its, and what it is, for people.
    pub(crate) fn telling(&self, at: &str, field: &str, is: impl Display) -> String {
        let dot = if field.is_empty() { "" } else { "." };
        format!("`{at}{dot}{field}` of {} is {is}", shown(self.name))
    }
}

impl Pod<'_> {
    /// Whether it says that it is for Windows: the kubelet of another system refuses it then.
    pub(crate) fn is_for_windows(&self) -> bool {
        self.os == Some("windows")
    }

    /// Whether it has users of its own, apart from the host's.
    pub(crate) fn has_own_users(&self) -> bool {
        self.host_users == Some(false)
    }
}
