//! The Pod Security Standards of Kubernetes, as `k8s.io/pod-security-admission` applies them: one
//! file for each group of controls, each control with the versions in which it holds.

mod control;
mod findings;
mod host;
mod kernel;
mod privileges;
mod profiles;
mod users;
mod version;
mod volumes;

use super::Pod;
pub use control::PodSecurityControl;
pub(crate) use findings::Violation;
use findings::{Findings, Is};
pub use version::{NEWEST_POD_SECURITY, PodSecurityLevel, PodSecurityVersion};

/// One control over a range of versions.
struct Check {
    control: PodSecurityControl,
    level: PodSecurityLevel,
    /// The first minor version of Kubernetes 1 in which it holds.
    from: u32,
    /// The first in which it holds no longer.
    until: Option<u32>,
    /// The control of the lower level whose place it takes.
    instead_of: Option<PodSecurityControl>,
    find: for<'v> fn(&Pod<'v>, &mut Findings<'v, '_>),
}

use PodSecurityLevel::{Baseline, Restricted};

const GROUPS: [&[Check]; 6] = [
    host::CHECKS,
    privileges::CHECKS,
    users::CHECKS,
    profiles::CHECKS,
    kernel::CHECKS,
    volumes::CHECKS,
];

fn in_force(
    level: PodSecurityLevel,
    version: PodSecurityVersion,
) -> impl Iterator<Item = &'static Check> {
    let minor = version.minor();
    GROUPS.into_iter().flatten().filter(move |check| {
        check.level <= level && check.from <= minor && check.until.is_none_or(|until| minor < until)
    })
}

/// The control that takes the place of `control`, where one does.
pub(crate) fn replaced_by(
    control: PodSecurityControl,
    level: PodSecurityLevel,
    version: PodSecurityVersion,
) -> Option<PodSecurityControl> {
    in_force(level, version)
        .find(|check| check.instead_of == Some(control))
        .map(|check| check.control)
}

/// Whether a control is one of a level in a version, also where a stricter one takes its place.
pub(crate) fn holds(
    control: PodSecurityControl,
    level: PodSecurityLevel,
    version: PodSecurityVersion,
) -> bool {
    in_force(level, version).any(|check| check.control == control)
}

/// Everything in the pod that a control of the level forbids, also by controls that a stricter
/// one takes the place of; see [`replaced_by`].
pub(crate) fn violations<'v>(
    pod: &Pod<'v>,
    level: PodSecurityLevel,
    version: PodSecurityVersion,
) -> Vec<Violation<'v>> {
    let mut violations = Vec::new();
    for check in in_force(level, version) {
        let mut findings = Findings::new(check.control, &mut violations);
        (check.find)(pod, &mut findings);
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_holds_once_in_each_version() {
        for minor in 0..=NEWEST_POD_SECURITY {
            let version = PodSecurityVersion::try_from(format!("v1.{minor}")).unwrap();
            let mut controls: Vec<_> =
                in_force(Restricted, version).map(|check| check.control).collect();
            let before = controls.len();
            controls.sort();
            controls.dedup();
            assert_eq!(controls.len(), before, "v1.{minor}");
        }
        let latest = in_force(Restricted, PodSecurityVersion::LATEST);
        assert_eq!(latest.count(), PodSecurityControl::ALL.len());
    }

    #[test]
    fn what_a_stricter_control_replaces_is_of_the_lower_level() {
        for check in GROUPS.into_iter().flatten() {
            let Some(other) = check.instead_of else { continue };
            assert_eq!(check.level, Restricted);
            assert!(holds(other, Baseline, PodSecurityVersion::LATEST));
        }
    }
}
