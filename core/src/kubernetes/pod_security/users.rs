//! Whom a container runs as. Pod Security Standards, "Running as Non-root" and "Running as
//! Non-root user".

use super::{Check, Findings, Is, PodSecurityControl as Control, Restricted};
use crate::kubernetes::Pod;

pub(super) const CHECKS: &[Check] = &[
    restricted(Control::RunAsNonRoot, 0, Some(35), non_root),
    restricted(Control::RunAsNonRoot, 35, None, |pod, findings| {
        of_the_host(pod, findings, non_root);
    }),
    restricted(Control::RunAsUser, 23, Some(35), user),
    restricted(Control::RunAsUser, 35, None, |pod, findings| of_the_host(pod, findings, user)),
];

const fn restricted(
    control: Control,
    from: u32,
    until: Option<u32>,
    find: for<'v> fn(&Pod<'v>, &mut Findings<'v, '_>),
) -> Check {
    Check { control, level: Restricted, from, until, instead_of: None, find }
}

/// Root of a pod with users of its own is nobody on the host (KEP-127).
fn of_the_host<'v>(
    pod: &Pod<'v>,
    findings: &mut Findings<'v, '_>,
    find: impl FnOnce(&Pod<'v>, &mut Findings<'v, '_>),
) {
    if !pod.has_own_users() {
        find(pod, findings);
    }
}

/// Neither pod nor container may say `false`, and one of them says `true` for each container.
fn non_root<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    const FIELD: &str = "runAsNonRoot";
    if pod.security.run_as_non_root == Some(false) {
        findings.pod(&pod.security.at, FIELD, &Is::Value("false"));
    }
    for container in &pod.containers {
        let is = match (container.security.run_as_non_root, pod.security.run_as_non_root) {
            (Some(true), _) | (None, Some(true)) => continue,
            (Some(false), _) => Is::Value("false"),
            (None, _) => Is::Absent("absent and not `true` for the pod"),
        };
        findings.container(container, &container.security.at, FIELD, &is);
    }
}

fn user<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    if pod.security.run_as_user == Some(0) {
        findings.pod(&pod.security.at, "runAsUser", &Is::Value("0"));
    }
    for container in &pod.containers {
        if container.security.run_as_user == Some(0) {
            findings.container(container, &container.security.at, "runAsUser", &Is::Value("0"));
        }
    }
}
