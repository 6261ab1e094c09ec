//! What Kyverno prints of the controls that fail.

use super::Finding;
use crate::kubernetes::pod_security::PodSecurityControl as Control;

/// Each control with its fields, by the names that Kubernetes gives controls.
pub(super) fn of(findings: &mut [Finding<'_>]) -> String {
    findings.sort_by_key(|finding| finding.control.name());
    let of_controls = findings.chunk_by(|a, b| a.control == b.control);
    of_controls
        .map(|fields| {
            let control = fields.first().map(|finding| finding.control);
            let reason = control.map_or("", |control| reason(control, fields.len()));
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("(Forbidden reason: {reason}, field error list: [{}])", fields.join(", "))
        })
        .collect()
}

fn field(finding: &Finding<'_>) -> String {
    let Finding { field, control, values, .. } = finding;
    let is_list =
        matches!(control, Control::CapabilitiesBaseline | Control::CapabilitiesRestricted);
    match values.as_slice() {
        [] if *control == Control::RestrictedVolumes => format!("{field}: Forbidden"),
        [] => format!("{field}: Required value"),
        values => {
            let mut values = values.to_vec();
            values.sort();
            let shown = match is_list {
                true => format!("[{}]", values.join(" ")),
                false => values.join(" "),
            };
            format!("{field} is forbidden, forbidden values found: {shown}")
        }
    }
}

/// What Kubernetes says of a control that fails in so many places.
fn reason(control: Control, places: usize) -> &'static str {
    match control {
        Control::HostNamespaces => "host namespaces",
        Control::HostPathVolumes => "hostPath volumes",
        Control::HostPorts => "hostPort",
        Control::HostProbesAndHostLifecycle => "probe or lifecycle host",
        Control::WindowsHostProcess => "hostProcess",
        Control::Privileged => "privileged",
        Control::CapabilitiesBaseline => "non-default capabilities",
        Control::CapabilitiesRestricted => "unrestricted capabilities",
        Control::AllowPrivilegeEscalation => "allowPrivilegeEscalation != false",
        Control::RunAsNonRoot => "runAsNonRoot != true",
        Control::RunAsUser => "runAsUser=0",
        Control::AppArmorProfile if places > 1 => "forbidden AppArmor profiles",
        Control::AppArmorProfile => "forbidden AppArmor profile",
        Control::SeccompProfileBaseline | Control::SeccompProfileRestricted => "seccompProfile",
        Control::SeLinuxOptions => "seLinuxOptions",
        Control::ProcMount | Control::ProcMountRestricted => "procMount",
        Control::Sysctls => "forbidden sysctls",
        Control::RestrictedVolumes => "restricted volume types",
    }
}
