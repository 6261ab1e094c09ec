//! What a pod sees and sets of the kernel. Pod Security Standards, "`/proc` Mount Type" and
//! "Sysctls".

use super::{Baseline, Check, Findings, Is, PodSecurityControl as Control, Restricted};
use crate::kubernetes::Pod;

pub(super) const CHECKS: &[Check] = &[
    baseline(Control::ProcMount, 0, Some(35), proc_mount),
    baseline(Control::ProcMount, 35, None, |pod, findings| {
        if !pod.has_own_users() {
            proc_mount(pod, findings);
        }
    }),
    Check {
        control: Control::ProcMountRestricted,
        level: Restricted,
        from: 35,
        until: None,
        instead_of: Some(Control::ProcMount),
        find: proc_mount,
    },
    baseline(Control::Sysctls, 0, Some(27), |pod, findings| sysctls(pod, findings, 0)),
    baseline(Control::Sysctls, 27, Some(29), |pod, findings| sysctls(pod, findings, 27)),
    baseline(Control::Sysctls, 29, Some(32), |pod, findings| sysctls(pod, findings, 29)),
    baseline(Control::Sysctls, 32, Some(37), |pod, findings| sysctls(pod, findings, 32)),
    baseline(Control::Sysctls, 37, None, |pod, findings| sysctls(pod, findings, 37)),
];

/// The sysctls that touch nothing outside a pod, each with the version that took it in.
const SAFE: [(&str, u32); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_notsent_lowat", 37),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
];

const fn baseline(
    control: Control,
    from: u32,
    until: Option<u32>,
    find: for<'v> fn(&Pod<'v>, &mut Findings<'v, '_>),
) -> Check {
    Check { control, level: Baseline, from, until, instead_of: None, find }
}

fn proc_mount<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for container in &pod.containers {
        if let Some(mount) = container.security.proc_mount.filter(|mount| *mount != "Default") {
            findings.container(container, &container.security.at, "procMount", &Is::Value(mount));
        }
    }
}

fn sysctls<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>, version: u32) {
    let is_safe = |name: &str| SAFE.iter().any(|(safe, since)| *safe == name && *since <= version);
    for (position, name) in pod.security.sysctls.iter().enumerate() {
        if !is_safe(name) {
            let field = format!("sysctls[{position}].name");
            findings.pod(&pod.security.at, &field, &Is::Value(name));
        }
    }
}
