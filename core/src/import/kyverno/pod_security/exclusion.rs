//! `exclude` of a rule, and `podSecurity` of an exception.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Fault, Finding, below, unknown};
use crate::import::kyverno::context::{Context, Unresolved};
use crate::import::kyverno::wildcard::wildcard_match;
use crate::kubernetes::pod_security::{PodSecurityControl as Control, PodSecurityLevel as Level};
use crate::shown::shown;

/// Controls that do not count, for some images or for what is the pod's own.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::import::kyverno) struct Exclusion {
    controls: &'static [Control],
    /// Whose containers it is about; without any it is about the pod's own fields.
    images: Vec<String>,
    /// The only field, and the values, that do not count.
    field: Option<(String, Vec<String>)>,
}

/// Whose fields a control of Kyverno looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Pod,
    Containers,
    Both,
}

/// Kyverno's names, which are the standards' own, with the controls of Kubernetes behind them.
const CONTROLS: [(&str, Of, &[Control]); 16] = [
    ("/proc Mount Type", Of::Containers, &[Control::ProcMount, Control::ProcMountRestricted]),
    ("AppArmor", Of::Both, &[Control::AppArmorProfile]),
    (
        "Capabilities",
        Of::Containers,
        &[Control::CapabilitiesBaseline, Control::CapabilitiesRestricted],
    ),
    ("Host Namespaces", Of::Pod, &[Control::HostNamespaces]),
    ("Host Ports", Of::Containers, &[Control::HostPorts]),
    ("Host Probes / Lifecycle Hooks", Of::Containers, &[Control::HostProbesAndHostLifecycle]),
    ("HostPath Volumes", Of::Pod, &[Control::HostPathVolumes]),
    ("HostProcess", Of::Both, &[Control::WindowsHostProcess]),
    ("Privilege Escalation", Of::Containers, &[Control::AllowPrivilegeEscalation]),
    ("Privileged Containers", Of::Containers, &[Control::Privileged]),
    ("Running as Non-root", Of::Both, &[Control::RunAsNonRoot]),
    ("Running as Non-root user", Of::Both, &[Control::RunAsUser]),
    ("SELinux", Of::Both, &[Control::SeLinuxOptions]),
    ("Seccomp", Of::Both, &[Control::SeccompProfileBaseline, Control::SeccompProfileRestricted]),
    ("Sysctls", Of::Pod, &[Control::Sysctls]),
    ("Volume Types", Of::Pod, &[Control::RestrictedVolumes]),
];

/// Those that `baseline` does not have.
const RESTRICTED: [&str; 4] =
    ["Privilege Escalation", "Running as Non-root", "Running as Non-root user", "Volume Types"];

impl Exclusion {
    /// Reads a list of exclusions; at `level`, where that is known.
    pub(in crate::import::kyverno) fn read_all(
        list: &Value,
        path: &str,
        level: Option<Level>,
        faults: &mut Vec<Fault>,
    ) -> Vec<Self> {
        let Some(entries) = list.as_array().filter(|entries| !entries.is_empty()) else {
            faults.push(Fault::invalid(path, "a list is expected, with one entry at least"));
            return Vec::new();
        };
        let numbered = entries.iter().enumerate();
        numbered
            .filter_map(|(position, entry)| {
                Self::read(entry, &format!("{path}[{position}]"), level, faults)
            })
            .collect()
    }

    fn read(
        entry: &Value,
        path: &str,
        level: Option<Level>,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let before = faults.len();
        unknown(entry, &["controlName", "images", "restrictedField", "values"], path, faults);
        let images = texts(entry, "images", path, faults);
        let values = texts(entry, "values", path, faults);
        let control = control(entry, path, level, faults);
        let field = match entry.get("restrictedField") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
            Some(_) => {
                faults.push(Fault::invalid(&below(path, "restrictedField"), "a text is expected"));
                None
            }
        };
        match (&field, values.is_empty()) {
            (Some(_), true) => {
                let detail = "with `restrictedField` it says which values do not count";
                faults.push(Fault::invalid(&below(path, "values"), detail));
            }
            (None, false) => {
                let detail = "with `values` it says of which field they are";
                faults.push(Fault::invalid(&below(path, "restrictedField"), detail));
            }
            _ => {}
        }
        let (of, controls) = control?;
        let misplaced = match (of, images.is_empty()) {
            (Of::Containers, true) => "a control of containers needs `images`",
            (Of::Pod, false) => "a control of the pod itself has no `images`",
            _ => "",
        };
        if !misplaced.is_empty() {
            faults.push(Fault::invalid(&below(path, "controlName"), misplaced));
        }
        let is_good = faults.len() == before;
        let field = field.map(|field| (field, values));
        is_good.then_some(Self { controls, images, field })
    }

    /// Values that do not count say nothing of a field that has none: only Kyverno takes that for
    /// covered.
    fn covers(&self, finding: &Finding<'_>, context: &Context<'_>) -> bool {
        let is_meant = match finding.image {
            Some(image) => self.images.iter().any(|pattern| wildcard_match(pattern, image)),
            None => self.images.is_empty(),
        };
        if !is_meant || !self.is_about(finding) {
            return false;
        }
        if self.field.is_none() || !finding.values.is_empty() {
            return true;
        }
        if context.is_kyverno() {
            let detail = format!("`values` took out `{}`, which is absent", finding.field);
            context.note("podSecurityAbsentValue", detail);
        }
        context.is_kyverno()
    }

    fn is_about(&self, finding: &Finding<'_>) -> bool {
        let holds = |(field, values): &(String, Vec<String>)| {
            let is_excluded =
                |value: &String| values.iter().any(|pattern| wildcard_match(pattern, value));
            *field == finding.restricted && finding.values.iter().all(is_excluded)
        };
        self.controls.contains(&finding.control) && self.field.as_ref().is_none_or(holds)
    }

    /// Kyverno judges what is the pod's own by a pod with one container that says nothing: what
    /// the first container leaves unsaid is then taken for the same.
    fn stands_in(&self, finding: &Finding<'_>) -> bool {
        self.images.is_empty()
            && finding.values.is_empty()
            && finding.restricted.starts_with("spec.containers[*]")
            && self.is_about(finding)
    }
}

/// The controls that exclusions take out whole; `None` where one takes out a part.
pub(super) fn whole(exclusions: &[Exclusion]) -> Option<BTreeSet<Control>> {
    let mut all = BTreeSet::new();
    for exclusion in exclusions {
        if exclusion.field.is_some() {
            return None;
        }
        let (_, of, controls) =
            CONTROLS.iter().find(|(_, _, controls)| *controls == exclusion.controls)?;
        let is_about =
            |other: &&Exclusion| other.controls == exclusion.controls && other.field.is_none();
        let same = || exclusions.iter().filter(is_about);
        let of_pod = same().any(|other| other.images.is_empty());
        let of_containers = same().any(|other| other.images.iter().any(|image| image == "*"));
        let is_whole = match of {
            Of::Pod => of_pod,
            Of::Containers => of_containers,
            Of::Both => of_pod && of_containers,
        };
        if !is_whole {
            return None;
        }
        all.extend(controls.iter().copied());
    }
    Some(all)
}

/// What the exclusions leave.
pub(super) fn left<'v>(
    context: &Context<'_>,
    mut findings: Vec<Finding<'v>>,
    exclusions: &[Exclusion],
) -> Result<Vec<Finding<'v>>, Unresolved> {
    for exclusion in exclusions {
        context.spend(u64::try_from(findings.len()).unwrap_or(u64::MAX))?;
        findings.retain(|finding| !exclusion.covers(finding, context));
        let first = findings.iter().position(|finding| exclusion.stands_in(finding));
        if let Some(position) = first.filter(|_| context.is_kyverno()) {
            let field = findings.remove(position).field;
            let detail = format!("an exclusion of the pod's own fields took out `{field}`");
            context.note("podSecurityStandIn", detail);
        }
    }
    Ok(findings)
}

fn control(
    entry: &Value,
    path: &str,
    level: Option<Level>,
    faults: &mut Vec<Fault>,
) -> Option<(Of, &'static [Control])> {
    let path = below(path, "controlName");
    let Some(name) = entry.get("controlName").and_then(Value::as_str) else {
        faults.push(Fault::invalid(&path, "the name of a control is expected"));
        return None;
    };
    let Some((_, of, controls)) = CONTROLS.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<&str> = CONTROLS.iter().map(|(known, ..)| *known).collect();
        let detail = format!("{} is none of `{}`", shown(name), known.join("`, `"));
        faults.push(Fault::invalid(&path, detail));
        return None;
    };
    if level == Some(Level::Baseline) && RESTRICTED.contains(&name) {
        let detail = format!("`baseline` has no control `{name}`");
        faults.push(Fault::invalid(&path, detail));
    }
    Some((*of, *controls))
}

fn texts(entry: &Value, key: &str, path: &str, faults: &mut Vec<Fault>) -> Vec<String> {
    let texts = match entry.get(key) {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        }
        Some(_) => None,
    };
    texts.unwrap_or_else(|| {
        faults.push(Fault::invalid(&below(path, key), "a list of texts is expected"));
        Vec::new()
    })
}
