//! What a pod shares with its host. Pod Security Standards, "HostProcess", "Host Namespaces",
//! "HostPath Volumes", "Host Ports" and "Host Probes / Lifecycle Hooks".

use super::{Baseline, Check, Findings, Is, PodSecurityControl as Control};
use crate::kubernetes::Pod;

pub(super) const CHECKS: &[Check] = &[
    baseline(Control::HostNamespaces, 0, namespaces),
    baseline(Control::HostPathVolumes, 0, paths),
    baseline(Control::HostPorts, 0, ports),
    baseline(Control::HostProbesAndHostLifecycle, 34, probes),
    baseline(Control::WindowsHostProcess, 0, processes),
];

const fn baseline(
    control: Control,
    from: u32,
    find: for<'v> fn(&Pod<'v>, &mut Findings<'v, '_>),
) -> Check {
    Check { control, level: Baseline, from, until: None, instead_of: None, find }
}

fn namespaces<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    let fields =
        [("hostNetwork", pod.host_network), ("hostPID", pod.host_pid), ("hostIPC", pod.host_ipc)];
    for (field, _) in fields.iter().filter(|(_, shared)| *shared) {
        findings.pod(&pod.at, field, &Is::Value("true"));
    }
}

fn paths<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for volume in &pod.volumes {
        if let Some(path) = volume.host_path {
            findings.pod(&volume.at, "hostPath.path", &Is::Value(path));
        }
    }
}

fn ports<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for container in &pod.containers {
        for (at, number) in &container.host_ports {
            findings.container(container, at, "", &Is::Value(&number.to_string()));
        }
    }
}

fn probes<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for container in &pod.containers {
        for (at, host) in &container.hosts {
            findings.container(container, at, "", &Is::Value(host));
        }
    }
}

fn processes<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    const FIELD: &str = "windowsOptions.hostProcess";
    if pod.security.host_process == Some(true) {
        findings.pod(&pod.security.at, FIELD, &Is::Value("true"));
    }
    for container in &pod.containers {
        if container.security.host_process == Some(true) {
            findings.container(container, &container.security.at, FIELD, &Is::Value("true"));
        }
    }
}
