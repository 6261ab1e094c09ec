//! `podSecurity`.

use std::collections::{BTreeMap, BTreeSet};

use super::case::Judgement;
use super::workload::{Workload, listed};
use crate::decision::Reason;
use crate::kubernetes::Pod;
use crate::kubernetes::pod_security::{
    self, PodSecurityControl as Control, PodSecurityLevel, PodSecurityVersion, Violation,
};
use crate::policy::model::PodSecurityRule;
use crate::reasons::Code;
use crate::reference::PatternIndex;

#[derive(Debug)]
pub(super) struct Compiled {
    level: PodSecurityLevel,
    version: PodSecurityVersion,
    exempt: Vec<Exemption>,
}

#[derive(Debug)]
struct Exemption {
    controls: Vec<Control>,
    images: Option<PatternIndex>,
}

impl Compiled {
    pub(super) fn new(rule: &PodSecurityRule) -> Self {
        let exempt = rule.exempt.iter().map(|exempt| Exemption {
            controls: exempt.controls.clone(),
            images: (!exempt.images.is_empty()).then(|| PatternIndex::new(&exempt.images)),
        });
        Self {
            level: rule.level,
            version: rule.version.unwrap_or_default(),
            exempt: exempt.collect(),
        }
    }

    pub(super) fn judge(&self, pods: &[Pod<'_>], workload: &Workload<'_>) -> Judgement {
        let mut failed: BTreeMap<Control, Vec<String>> = BTreeMap::new();
        let mut exempt: BTreeMap<Control, Vec<String>> = BTreeMap::new();
        for pod in pods {
            let violations = pod_security::violations(pod, self.level, self.version);
            let stepped_down: BTreeSet<Control> = violations
                .iter()
                .filter(|violation| self.exempts(violation, workload))
                .map(|violation| violation.control)
                .collect();
            for violation in violations {
                let by = pod_security::replaced_by(violation.control, self.level, self.version);
                if by.is_some_and(|stricter| !stepped_down.contains(&stricter)) {
                    continue;
                }
                let into =
                    if self.exempts(&violation, workload) { &mut exempt } else { &mut failed };
                into.entry(violation.control).or_default().push(violation.found);
            }
        }
        let mut reasons = Vec::new();
        let met = Reason::new(Code::PodSecurityMet).found(format!(
            "{} {}",
            self.level.name(),
            self.version
        ));
        reasons.extend(failed.is_empty().then_some(met));
        reasons.extend(failed.into_iter().map(|(control, found)| {
            let (code, expected) = meaning(control);
            Reason::new(code).found(format!("{control}: {}", listed(found))).expected(expected)
        }));
        reasons.extend(exempt.into_iter().map(|(control, found)| {
            Reason::new(Code::PodSecurityExempt).found(format!("{control}: {}", listed(found)))
        }));
        reasons.into()
    }

    fn exempts(&self, violation: &Violation<'_>, workload: &Workload<'_>) -> bool {
        let covers = |images: &PatternIndex| {
            let image = violation.image.and_then(|image| workload.judged(image));
            image.is_some_and(|image| images.matches(&image).is_some())
        };
        self.exempt.iter().any(|exempt| {
            exempt.controls.contains(&violation.control)
                && exempt.images.as_ref().is_none_or(covers)
        })
    }
}

/// The code of a control, and what it expects.
fn meaning(control: Control) -> (Code, &'static str) {
    match control {
        Control::HostNamespaces => (Code::PodSecurityHostNamespaces, "absent, or `false`"),
        Control::HostPathVolumes => (Code::PodSecurityHostPathVolumes, "no `hostPath`"),
        Control::HostPorts => (Code::PodSecurityHostPorts, "absent, or `0`"),
        Control::HostProbesAndHostLifecycle => (Code::PodSecurityHostProbes, "absent, or empty"),
        Control::WindowsHostProcess => (Code::PodSecurityHostProcess, "absent, or `false`"),
        Control::Privileged => (Code::PodSecurityPrivileged, "absent, or `false`"),
        Control::CapabilitiesBaseline => {
            (Code::PodSecurityCapabilities, "default capabilities without `NET_RAW`, at most")
        }
        Control::CapabilitiesRestricted => (
            Code::PodSecurityCapabilitiesRestricted,
            "`drop: [ALL]`, and at most `add: [NET_BIND_SERVICE]`",
        ),
        Control::AllowPrivilegeEscalation => (Code::PodSecurityPrivilegeEscalation, "`false`"),
        Control::RunAsNonRoot => (Code::PodSecurityRunAsNonRoot, "`true`"),
        Control::RunAsUser => (Code::PodSecurityRunAsUser, "absent, or another number"),
        Control::AppArmorProfile => {
            (Code::PodSecurityAppArmor, "absent, `RuntimeDefault` or `Localhost`")
        }
        Control::SeccompProfileBaseline => {
            (Code::PodSecuritySeccomp, "absent, `RuntimeDefault` or `Localhost`")
        }
        Control::SeccompProfileRestricted => {
            (Code::PodSecuritySeccompRestricted, "`RuntimeDefault` or `Localhost`")
        }
        Control::SeLinuxOptions => {
            (Code::PodSecuritySeLinux, "a type for containers, and neither user nor role")
        }
        Control::ProcMount => (Code::PodSecurityProcMount, "absent, or `Default`"),
        Control::ProcMountRestricted => {
            (Code::PodSecurityProcMountRestricted, "absent, or `Default`")
        }
        Control::Sysctls => (Code::PodSecuritySysctls, "safe sysctls"),
        Control::RestrictedVolumes => (
            Code::PodSecurityVolumes,
            "`configMap`, `csi`, `downwardAPI`, `emptyDir`, `ephemeral`, `image`, \
             `persistentVolumeClaim`, `projected` or `secret`",
        ),
    }
}
