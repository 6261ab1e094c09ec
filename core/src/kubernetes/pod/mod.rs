//! Pods, read by type (Kubernetes API, `PodTemplateSpec` and `PodSpec`): what rules about them
//! look at.

mod members;
mod read;
mod security;

pub(crate) use security::SecurityContext;

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
}

/// A container of a pod.
#[derive(Debug, Clone)]
pub(crate) struct Container<'v> {
    pub(crate) name: &'v str,
    pub(crate) image: &'v str,
    pub(crate) security: SecurityContext<'v>,
    /// Ports of the host that it takes, each with its place.
    pub(crate) host_ports: Vec<(String, i64)>,
    /// Hosts that its probes and handlers name, each with its place.
    pub(crate) hosts: Vec<(String, &'v str)>,
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
