//! What a container may do beyond others. Pod Security Standards, "Privileged Containers",
//! "Capabilities" and "Privilege Escalation".

use super::{Baseline, Check, Findings, Is, PodSecurityControl as Control, Restricted};
use crate::kubernetes::Pod;

pub(super) const CHECKS: &[Check] = &[
    Check {
        control: Control::Privileged,
        level: Baseline,
        from: 0,
        until: None,
        instead_of: None,
        find: privileged,
    },
    Check {
        control: Control::CapabilitiesBaseline,
        level: Baseline,
        from: 0,
        until: None,
        instead_of: None,
        find: default_capabilities,
    },
    Check {
        control: Control::CapabilitiesRestricted,
        level: Restricted,
        from: 22,
        until: Some(25),
        instead_of: Some(Control::CapabilitiesBaseline),
        find: no_capabilities,
    },
    Check {
        control: Control::CapabilitiesRestricted,
        level: Restricted,
        from: 25,
        until: None,
        instead_of: Some(Control::CapabilitiesBaseline),
        find: |pod, findings| not_for_windows(pod, findings, no_capabilities),
    },
    Check {
        control: Control::AllowPrivilegeEscalation,
        level: Restricted,
        from: 8,
        until: Some(25),
        instead_of: None,
        find: escalation,
    },
    Check {
        control: Control::AllowPrivilegeEscalation,
        level: Restricted,
        from: 25,
        until: None,
        instead_of: None,
        find: |pod, findings| not_for_windows(pod, findings, escalation),
    },
];

/// The capabilities that container runtimes give by default, without `NET_RAW`.
const DEFAULT: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The API server refuses a pod for Windows that sets fields of Linux, so they cannot be asked
/// for.
pub(super) fn not_for_windows<'v>(
    pod: &Pod<'v>,
    findings: &mut Findings<'v, '_>,
    find: impl FnOnce(&Pod<'v>, &mut Findings<'v, '_>),
) {
    if !pod.is_for_windows() {
        find(pod, findings);
    }
}

fn privileged<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for container in &pod.containers {
        if container.security.privileged == Some(true) {
            findings.container(container, &container.security.at, "privileged", &Is::Value("true"));
        }
    }
}

fn default_capabilities<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    added(pod, findings, &DEFAULT);
}

fn no_capabilities<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for container in &pod.containers {
        if !container.security.dropped.contains(&"ALL") {
            let is = Is::Without("without `ALL`", &container.security.dropped);
            findings.container(container, &container.security.at, "capabilities.drop", &is);
        }
    }
    added(pod, findings, &["NET_BIND_SERVICE"]);
}

fn added<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>, allowed: &[&str]) {
    for container in &pod.containers {
        for name in container.security.added.iter().filter(|name| !allowed.contains(name)) {
            let is = Is::With(name);
            findings.container(container, &container.security.at, "capabilities.add", &is);
        }
    }
}

fn escalation<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for container in &pod.containers {
        let is = match container.security.allow_privilege_escalation {
            Some(false) => continue,
            Some(true) => Is::Value("true"),
            None => Is::Absent("absent"),
        };
        let field = "allowPrivilegeEscalation";
        findings.container(container, &container.security.at, field, &is);
    }
}
