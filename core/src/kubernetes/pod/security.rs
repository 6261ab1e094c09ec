//! `SecurityContext` and `PodSecurityContext`.

use super::PodError;
use super::members::Members;

/// The security context of a pod or of a container; without any, everything is absent.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecurityContext<'v> {
    /// Where it stands, or would stand.
    pub(crate) at: String,
    pub(crate) privileged: Option<bool>,
    pub(crate) allow_privilege_escalation: Option<bool>,
    pub(crate) read_only_root_filesystem: Option<bool>,
    pub(crate) run_as_non_root: Option<bool>,
    pub(crate) run_as_user: Option<i64>,
    pub(crate) proc_mount: Option<&'v str>,
    /// `windowsOptions.hostProcess`.
    pub(crate) host_process: Option<bool>,
    /// `capabilities.add`.
    pub(crate) added: Vec<&'v str>,
    /// `capabilities.drop`.
    pub(crate) dropped: Vec<&'v str>,
    /// `seccompProfile.type`; empty where the profile has no type.
    pub(crate) seccomp: Option<&'v str>,
    /// `appArmorProfile.type`; likewise.
    pub(crate) app_armor: Option<&'v str>,
    pub(crate) se_linux: Option<SeLinuxOptions<'v>>,
    /// The names of `sysctls`.
    pub(crate) sysctls: Vec<&'v str>,
}

/// `seLinuxOptions`; what is absent is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeLinuxOptions<'v> {
    pub(crate) kind: &'v str,
    pub(crate) user: &'v str,
    pub(crate) role: &'v str,
}

/// The security context of what `holder` is.
pub(super) fn context<'v>(holder: &Members<'v, '_>) -> Result<SecurityContext<'v>, PodError> {
    const KEY: &str = "securityContext";
    let read = holder.inner(KEY, |context| {
        let capabilities = context.inner("capabilities", |capabilities| {
            Ok((capabilities.texts("add")?, capabilities.texts("drop")?))
        })?;
        let (added, dropped) = capabilities.unwrap_or_default();
        Ok(SecurityContext {
            at: String::new(),
            privileged: context.truth("privileged")?,
            allow_privilege_escalation: context.truth("allowPrivilegeEscalation")?,
            read_only_root_filesystem: context.truth("readOnlyRootFilesystem")?,
            run_as_non_root: context.truth("runAsNonRoot")?,
            run_as_user: context.number("runAsUser")?,
            proc_mount: context.text("procMount")?,
            host_process: context
                .inner("windowsOptions", |options| options.truth("hostProcess"))?
                .flatten(),
            added,
            dropped,
            seccomp: profile(context, "seccompProfile")?,
            app_armor: profile(context, "appArmorProfile")?,
            se_linux: context.inner("seLinuxOptions", se_linux)?,
            sysctls: context
                .each("sysctls", |sysctl| Ok(sysctl.text("name")?.unwrap_or_default()))?,
        })
    })?;
    Ok(SecurityContext { at: holder.place(KEY), ..read.unwrap_or_default() })
}

fn profile<'v>(context: &Members<'v, '_>, key: &str) -> Result<Option<&'v str>, PodError> {
    context.inner(key, |profile| Ok(profile.text("type")?.unwrap_or_default()))
}

fn se_linux<'v>(options: &Members<'v, '_>) -> Result<SeLinuxOptions<'v>, PodError> {
    Ok(SeLinuxOptions {
        kind: options.text("type")?.unwrap_or_default(),
        user: options.text("user")?.unwrap_or_default(),
        role: options.text("role")?.unwrap_or_default(),
    })
}
