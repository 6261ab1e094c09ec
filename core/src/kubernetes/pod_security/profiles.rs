//! Profiles of the kernel's security modules. Pod Security Standards, "AppArmor", "SELinux" and
//! "Seccomp".

use super::privileges::not_for_windows;
use super::{
    Baseline, Check, Findings, Is, PodSecurityControl as Control, PodSecurityLevel, Restricted,
};
use crate::kubernetes::{Pod, SecurityContext};
use crate::shown::shown;

pub(super) const CHECKS: &[Check] = &[
    check(Control::AppArmorProfile, Baseline, (0, None), app_armor),
    check(Control::SeccompProfileBaseline, Baseline, (0, Some(19)), seccomp_annotations),
    check(Control::SeccompProfileBaseline, Baseline, (19, None), |pod, findings| {
        profiles(pod, findings, "seccompProfile.type", |context| context.seccomp);
    }),
    Check {
        instead_of: Some(Control::SeccompProfileBaseline),
        ..check(Control::SeccompProfileRestricted, Restricted, (19, Some(25)), seccomp_required)
    },
    Check {
        instead_of: Some(Control::SeccompProfileBaseline),
        ..check(Control::SeccompProfileRestricted, Restricted, (25, None), |pod, findings| {
            not_for_windows(pod, findings, seccomp_required);
        })
    },
    check(Control::SeLinuxOptions, Baseline, (0, Some(31)), |pod, findings| {
        se_linux(pod, findings, &SE_LINUX_TYPES);
    }),
    check(Control::SeLinuxOptions, Baseline, (31, None), |pod, findings| {
        se_linux(pod, findings, &SE_LINUX_TYPES_1_31);
    }),
];

const SE_LINUX_TYPES: [&str; 4] = ["", "container_t", "container_init_t", "container_kvm_t"];
const SE_LINUX_TYPES_1_31: [&str; 5] =
    ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

const fn check(
    control: Control,
    level: PodSecurityLevel,
    (from, until): (u32, Option<u32>),
    find: for<'v> fn(&Pod<'v>, &mut Findings<'v, '_>),
) -> Check {
    Check { control, level, from, until, instead_of: None, find }
}

fn is_confined(profile: &str) -> bool {
    matches!(profile, "RuntimeDefault" | "Localhost")
}

/// No profile that is said is another than the runtime's or one of the node's.
fn profiles<'v>(
    pod: &Pod<'v>,
    findings: &mut Findings<'v, '_>,
    field: &str,
    of: impl Fn(&SecurityContext<'v>) -> Option<&'v str>,
) {
    let bad = |context| of(context).filter(|profile| !is_confined(profile));
    if let Some(profile) = bad(&pod.security) {
        findings.pod(&pod.security.at, field, &Is::Value(profile));
    }
    for container in &pod.containers {
        if let Some(profile) = bad(&container.security) {
            findings.container(container, &container.security.at, field, &Is::Value(profile));
        }
    }
}

fn app_armor<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    profiles(pod, findings, "appArmorProfile.type", |context| context.app_armor);
    for (key, value) in pod.annotations.iter().filter(|(key, _)| key.starts_with(PREFIX)) {
        let is_good =
            value.is_empty() || *value == "runtime/default" || value.starts_with("localhost/");
        if !is_good {
            annotation(pod, findings, key, value);
        }
    }
}

/// Until 1.18 annotations said it.
fn seccomp_annotations<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    const POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
    const CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
    for (key, value) in &pod.annotations {
        let name = key.strip_prefix(CONTAINER);
        let is_meant = *key == POD
            || name.is_some_and(|name| pod.containers.iter().any(|one| one.name == name));
        let is_good = matches!(*value, "runtime/default" | "docker/default")
            || value.starts_with("localhost/");
        if is_meant && !is_good {
            annotation(pod, findings, key, value);
        }
    }
}

fn annotation<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>, key: &str, value: &str) {
    let at = format!("{}[{}]", pod.annotations_at, shown(key).trim_matches('`'));
    findings.pod(&at, "", &Is::Value(value));
}

fn seccomp_required<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    const FIELD: &str = "seccompProfile.type";
    profiles(pod, findings, FIELD, |context| context.seccomp);
    if pod.security.seccomp.is_some_and(is_confined) {
        return;
    }
    for container in pod.containers.iter().filter(|one| one.security.seccomp.is_none()) {
        let is = Is::Absent("absent and not set for the pod");
        findings.container(container, &container.security.at, FIELD, &is);
    }
}

fn se_linux<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>, types: &[&str]) {
    for (field, is) in se_linux_of(&pod.security, types) {
        findings.pod(&pod.security.at, field, &Is::Value(is));
    }
    for container in &pod.containers {
        for (field, is) in se_linux_of(&container.security, types) {
            findings.container(container, &container.security.at, field, &Is::Value(is));
        }
    }
}

fn se_linux_of<'v>(
    context: &SecurityContext<'v>,
    types: &[&str],
) -> impl Iterator<Item = (&'static str, &'v str)> {
    let options = context.se_linux;
    let kind = options.map(|options| options.kind).filter(|kind| !types.contains(kind));
    let user = options.map(|options| options.user).filter(|user| !user.is_empty());
    let role = options.map(|options| options.role).filter(|role| !role.is_empty());
    let bad = [
        ("seLinuxOptions.type", kind),
        ("seLinuxOptions.user", user),
        ("seLinuxOptions.role", role),
    ];
    bad.into_iter().filter_map(|(field, value)| Some((field, value?)))
}
