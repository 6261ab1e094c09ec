//! The names of the controls.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! controls {
    ($($variant:ident, $name:literal, $meaning:literal;)*) => {
        /// A control of the Pod Security Standards, by the name that Kubernetes' own admission
        /// gives it.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum PodSecurityControl {
            $(
                #[doc = $meaning]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl PodSecurityControl {
            /// Every control there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name, such as `hostNamespaces`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

controls! {
    HostNamespaces, "hostNamespaces", "Not the host's network, processes and IPC.";
    HostPathVolumes, "hostPathVolumes", "No volumes of the host's file system.";
    HostPorts, "hostPorts", "No ports of the host.";
    HostProbesAndHostLifecycle, "hostProbesAndHostLifecycle",
        "No other hosts in probes and lifecycle handlers; since v1.34.";
    WindowsHostProcess, "windowsHostProcess", "No processes of a Windows host.";
    Privileged, "privileged", "No privileged containers.";
    CapabilitiesBaseline, "capabilities_baseline", "No capabilities beyond the default ones.";
    CapabilitiesRestricted, "capabilities_restricted",
        "All capabilities dropped, and at most `NET_BIND_SERVICE` added; since v1.22.";
    AllowPrivilegeEscalation, "allowPrivilegeEscalation",
        "No more privileges than the parent process has; since v1.8.";
    RunAsNonRoot, "runAsNonRoot", "Not as root.";
    RunAsUser, "runAsUser", "Not as user 0; since v1.23.";
    AppArmorProfile, "appArmorProfile", "No AppArmor profile switched off.";
    SeccompProfileBaseline, "seccompProfile_baseline", "No seccomp profile switched off.";
    SeccompProfileRestricted, "seccompProfile_restricted",
        "A seccomp profile that is said; since v1.19.";
    SeLinuxOptions, "seLinuxOptions", "SELinux types for containers, and no user or role.";
    ProcMount, "procMount", "The default masks of `/proc`.";
    ProcMountRestricted, "procMount_restricted",
        "The same, also for pods with users of their own; since v1.35.";
    Sysctls, "sysctls", "Safe sysctls only.";
    RestrictedVolumes, "restrictedVolumes", "Volumes of the cluster only.";
}

impl fmt::Display for PodSecurityControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
