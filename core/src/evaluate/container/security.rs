//! What containers may do: their security context.

use super::{Check, words};
use crate::kubernetes::{Container, Pod, telling};
use crate::policy::model::{AddedCapabilities, CapabilityRule, ContainerRule, ProfileType};
use crate::reasons::Code;
use crate::shown::shown;

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: Code::ContainerPrivileged,
        expected: |rule| rule.privileged.map(|_| "absent, or `false`".to_owned()),
        find: |_, pod| {
            each(pod, |one| {
                (one.security.privileged == Some(true))
                    .then_some(("privileged", "`true`".to_owned()))
            })
        },
    },
    Check {
        code: Code::ContainerPrivilegeEscalation,
        expected: |rule| rule.privilege_escalation.map(|_| "`false`".to_owned()),
        find: |_, pod| {
            must_be(pod, "allowPrivilegeEscalation", false, |one| {
                one.security.allow_privilege_escalation
            })
        },
    },
    Check {
        code: Code::ContainerRunAsRoot,
        expected: |rule| {
            let expected = "`runAsNonRoot: true`, or a `runAsUser` other than `0`";
            rule.run_as_root.map(|_| expected.to_owned())
        },
        find: |_, pod| each(pod, |one| as_root(pod, one)),
    },
    Check {
        code: Code::ContainerRootFilesystem,
        expected: |rule| rule.read_only_root_filesystem.map(|_| "`true`".to_owned()),
        find: |_, pod| {
            must_be(pod, "readOnlyRootFilesystem", true, |one| {
                one.security.read_only_root_filesystem
            })
        },
    },
    Check {
        code: Code::ContainerCapabilityKept,
        expected: |rule| {
            let drop = &rule.capabilities.as_ref()?.drop;
            (!drop.is_empty()).then(|| words(drop.iter().map(String::as_str)))
        },
        find: kept,
    },
    Check {
        code: Code::ContainerCapabilityAdded,
        expected: |rule| match rule.capabilities.as_ref()?.add.as_ref()? {
            AddedCapabilities::Deny => Some("nothing".to_owned()),
            AddedCapabilities::Allow(names) => Some(words(names.iter().map(String::as_str))),
        },
        find: added,
    },
    Check {
        code: Code::ContainerSeccomp,
        expected: |rule| rule.seccomp.as_ref().map(|types| words(names(types))),
        find: |rule, pod| {
            profiles(pod, "seccompProfile.type", rule.seccomp.as_deref(), |one| {
                one.security.seccomp.or(pod.security.seccomp)
            })
        },
    },
    Check {
        code: Code::ContainerAppArmor,
        expected: |rule| rule.app_armor.as_ref().map(|types| words(names(types))),
        find: |rule, pod| {
            profiles(pod, "appArmorProfile.type", rule.app_armor.as_deref(), |one| {
                app_armor(pod, one)
            })
        },
    },
    Check {
        code: Code::ContainerSeLinux,
        expected: |rule| {
            let types = rule.se_linux_types.as_ref()?;
            Some(format!("{}, and neither user nor role", words(types.iter().map(String::as_str))))
        },
        find: se_linux,
    },
];

/// What `find` says of each container: a field of its security context, and what it is.
fn each<'p>(
    pod: &'p Pod<'_>,
    find: impl Fn(&'p Container<'p>) -> Option<(&'static str, String)>,
) -> Vec<String> {
    let found = pod.containers.iter().filter_map(|one| {
        let (field, is) = find(one)?;
        Some(one.telling(&one.security.at, field, is))
    });
    found.collect()
}

fn must_be<'p>(
    pod: &'p Pod<'_>,
    field: &'static str,
    wanted: bool,
    of: impl Fn(&'p Container<'p>) -> Option<bool>,
) -> Vec<String> {
    each(pod, |one| match of(one) {
        Some(found) if found == wanted => None,
        Some(found) => Some((field, format!("`{found}`"))),
        None => Some((field, "absent".to_owned())),
    })
}

/// What a container does not say holds as the pod says it.
fn as_root(pod: &Pod<'_>, one: &Container<'_>) -> Option<(&'static str, String)> {
    let user = one.security.run_as_user.or(pod.security.run_as_user);
    let non_root = one.security.run_as_non_root.or(pod.security.run_as_non_root);
    match (user, non_root) {
        (Some(0), _) => Some(("runAsUser", "`0`".to_owned())),
        (Some(_), _) | (None, Some(true)) => None,
        (None, Some(false)) => Some(("runAsNonRoot", "`false`".to_owned())),
        (None, None) => Some(("runAsNonRoot", "absent".to_owned())),
    }
}

fn kept(rule: &ContainerRule, pod: &Pod<'_>) -> Vec<String> {
    let Some(CapabilityRule { drop, .. }) = &rule.capabilities else { return Vec::new() };
    each(pod, |one| {
        let dropped = &one.security.dropped;
        let is_kept = |name: &&String| !dropped.iter().any(|own| *own == "ALL" || own == name);
        let kept: Vec<&str> = drop.iter().filter(is_kept).map(String::as_str).collect();
        let is = format!("without {}", words(kept.iter().copied()));
        (!kept.is_empty()).then_some(("capabilities.drop", is))
    })
}

fn added(rule: &ContainerRule, pod: &Pod<'_>) -> Vec<String> {
    let allowed = match rule.capabilities.as_ref().and_then(|rule| rule.add.as_ref()) {
        None => return Vec::new(),
        Some(AddedCapabilities::Deny) => &[][..],
        Some(AddedCapabilities::Allow(names)) => names.as_slice(),
    };
    each(pod, |one| {
        let is_other = |name: &&&str| !allowed.iter().any(|allowed| allowed == **name);
        let first = one.security.added.iter().find(is_other)?;
        Some(("capabilities.add", format!("with {}", shown(first))))
    })
}

fn names(types: &[ProfileType]) -> impl Iterator<Item = &'static str> {
    types.iter().map(|one| one.name())
}

fn profiles<'p>(
    pod: &'p Pod<'_>,
    field: &'static str,
    allowed: Option<&[ProfileType]>,
    of: impl Fn(&'p Container<'p>) -> Option<&'p str>,
) -> Vec<String> {
    let allowed = allowed.unwrap_or_default();
    each(pod, |one| match of(one) {
        None => Some((field, "absent".to_owned())),
        Some(kind) if names(allowed).any(|allowed| allowed == kind) => None,
        Some(kind) => Some((field, shown(kind))),
    })
}

/// The profile by the container's field, by its annotation of older versions, or by the pod's
/// field. Field and annotation that disagree are refused by the API server.
fn app_armor<'p>(pod: &'p Pod<'_>, one: &'p Container<'p>) -> Option<&'p str> {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    let own = |(key, _): &&(&str, &str)| key.strip_prefix(PREFIX) == Some(one.name);
    let annotated = pod.annotations.iter().find(own).map(|(_, value)| match *value {
        "runtime/default" => "RuntimeDefault",
        "unconfined" => "Unconfined",
        value if value.starts_with("localhost/") => "Localhost",
        other => other,
    });
    one.security.app_armor.or(annotated).or(pod.security.app_armor)
}

fn se_linux(rule: &ContainerRule, pod: &Pod<'_>) -> Vec<String> {
    let types = rule.se_linux_types.as_deref().unwrap_or_default();
    let bad = |options: crate::kubernetes::SeLinuxOptions<'_>| {
        let is_other = |kind: &&str| !kind.is_empty() && !types.iter().any(|one| one == kind);
        let is_set = |text: &&str| !text.is_empty();
        let kind = Some(options.kind).filter(is_other).map(|kind| ("seLinuxOptions.type", kind));
        let user = Some(options.user).filter(is_set).map(|user| ("seLinuxOptions.user", user));
        let role = Some(options.role).filter(is_set).map(|role| ("seLinuxOptions.role", role));
        kind.or(user).or(role).map(|(field, text)| (field, shown(text)))
    };
    let of_pod = pod.security.se_linux.and_then(bad);
    let mut found = each(pod, |one| one.security.se_linux.and_then(bad));
    found.extend(of_pod.map(|(field, is)| telling(&pod.security.at, field, is)));
    found
}
