//! What pods take of their host.

use super::{Check, words};
use crate::kubernetes::{Pod, telling};
use crate::policy::model::{ContainerRule, HostPathRule};
use crate::reasons::Code;
use crate::shown::shown;

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: Code::ContainerHostNamespaces,
        expected: |rule| rule.host_namespaces.map(|_| "absent, or `false`".to_owned()),
        find: |_, pod| namespaces(pod),
    },
    Check {
        code: Code::ContainerHostPorts,
        expected: |rule| rule.host_ports.map(|_| "absent, or `0`".to_owned()),
        find: |_, pod| ports(pod),
    },
    Check {
        code: Code::ContainerHostPath,
        expected: |rule| match rule.host_paths.as_ref()? {
            HostPathRule::Deny => Some("no `hostPath`".to_owned()),
            HostPathRule::Allow(paths) => {
                Some(format!("a path in {}", words(paths.iter().map(String::as_str))))
            }
        },
        find: paths,
    },
];

fn namespaces(pod: &Pod<'_>) -> Vec<String> {
    let fields =
        [("hostNetwork", pod.host_network), ("hostPID", pod.host_pid), ("hostIPC", pod.host_ipc)];
    let shared = fields.into_iter().filter(|(_, shared)| *shared);
    shared.map(|(field, _)| telling(&pod.at, field, "`true`")).collect()
}

fn ports(pod: &Pod<'_>) -> Vec<String> {
    let ports = pod
        .containers
        .iter()
        .flat_map(|one| one.host_ports.iter().map(move |(at, number)| (one, at, number)));
    ports.map(|(one, at, number)| one.telling(at, "", format_args!("`{number}`"))).collect()
}

fn paths(rule: &ContainerRule, pod: &Pod<'_>) -> Vec<String> {
    let allowed = match &rule.host_paths {
        Some(HostPathRule::Allow(paths)) => paths.as_slice(),
        Some(HostPathRule::Deny) | None => &[],
    };
    let paths = pod.volumes.iter().filter_map(|volume| Some((volume, volume.host_path?)));
    paths
        .filter(|(_, path)| !allowed.iter().any(|allowed| is_under(path, allowed)))
        .map(|(volume, path)| telling(&volume.at, "hostPath.path", shown(path)))
        .collect()
}

/// Whether `path` is `folder` or lies under it, by whole parts. A relative path, or one that goes
/// up again, lies nowhere.
fn is_under(path: &str, folder: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split('/').filter(|part| !matches!(*part, "" | "."));
        parts.map(str::to_owned).collect()
    };
    let own = parts(path);
    path.starts_with('/') && !own.iter().any(|part| part == "..") && own.starts_with(&parts(folder))
}

#[cfg(test)]
mod tests {
    use super::is_under;

    #[test]
    fn paths_are_compared_by_whole_parts() {
        for path in ["/var/log", "/var/log/", "/var//log/./a", "/var/log/a/b"] {
            assert!(is_under(path, "/var/log"), "{path}");
        }
        for path in ["/var/logs", "/var", "var/log", "/var/log/../lib", "", "/"] {
            assert!(!is_under(path, "/var/log"), "{path}");
        }
    }
}
