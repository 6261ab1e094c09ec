//! What a pod mounts. Pod Security Standards, "Volume Types".

use super::{Check, Findings, Is, PodSecurityControl as Control, Restricted};
use crate::kubernetes::Pod;

pub(super) const CHECKS: &[Check] = &[Check {
    control: Control::RestrictedVolumes,
    level: Restricted,
    from: 0,
    until: None,
    instead_of: Some(Control::HostPathVolumes),
    find: restricted,
}];

const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Each source that is named must be allowed: a volume with two would be refused by the API
/// server, but this may not rest on it. A volume without any is an `emptyDir`.
fn restricted<'v>(pod: &Pod<'v>, findings: &mut Findings<'v, '_>) {
    for volume in &pod.volumes {
        for source in volume.sources.iter().filter(|source| !ALLOWED.contains(source)) {
            findings.pod(&volume.at, "", &Is::Kind(source));
        }
    }
}
