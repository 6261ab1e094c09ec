use serde::{Deserialize, Serialize};

use super::{Name, RegexText};

/// Signers with certificates of their identity: exactly one of `issuer` and `issuerRegex` (unless
/// the trust root has `pki`), of `subject` and `subjectRegex`, and of every other such pair at
/// most one. What is named has to
/// stand in the certificate; expressions match whole texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Keyless {
    /// The OpenID Connect issuer that vouches for the signer, as it is spelled in the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// An expression for the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_regex: Option<RegexText>,
    /// The signer: an email address, a user name with its `!`, or the URI of a workflow or service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// An expression for the signer. User names match only one that has a `!` in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_regex: Option<RegexText>,
    /// The URI of the source repository, such as `https://github.com/acme/app`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// An expression for the URI of the source repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_regex: Option<RegexText>,
    /// The branch or tag, such as `refs/heads/main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#ref: Option<String>,
    /// An expression for the branch or tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ref_regex: Option<RegexText>,
    /// The URI of the build's own instructions, with the branch or tag they were taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// An expression for the URI of the build's own instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_regex: Option<RegexText>,
    /// The version of the build's own instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_digest: Option<String>,
    /// The URI of the instructions that signed: those of a reusable workflow, where one is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_signer_uri: Option<String>,
    /// An expression for the URI of the instructions that signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_signer_uri_regex: Option<RegexText>,
    /// The version of the instructions that signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_signer_digest: Option<String>,
    /// On whose machines the build ran: `github-hosted` or `self-hosted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_environment: Option<String>,
    /// The event that started the build, such as `push`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_repository_digest: Option<String>,
    /// The number of the source repository, which outlives its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_repository_identifier: Option<String>,
    /// The URI of the source repository's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_repository_owner_uri: Option<String>,
    /// The number of the source repository's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_repository_owner_identifier: Option<String>,
    /// The URI of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_invocation_uri: Option<String>,
    /// Whether the source repository was `public` when it was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_repository_visibility: Option<String>,
    /// Builds of any source repository count: a reusable workflow's name is shared by all who
    /// call it, so this is asked where an issuer vouches for builds and no repository is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any_repository: Option<bool>,
    /// The `TrustRoot` document with the trusted root.
    pub trust_root: Name,
}

impl Keyless {
    /// Nothing asked of signers yet.
    pub(crate) fn of(trust_root: Name) -> Self {
        Self {
            issuer: None,
            issuer_regex: None,
            subject: None,
            subject_regex: None,
            repository: None,
            repository_regex: None,
            r#ref: None,
            ref_regex: None,
            workflow: None,
            workflow_regex: None,
            workflow_digest: None,
            build_signer_uri: None,
            build_signer_uri_regex: None,
            build_signer_digest: None,
            runner_environment: None,
            trigger: None,
            source_repository_digest: None,
            source_repository_identifier: None,
            source_repository_owner_uri: None,
            source_repository_owner_identifier: None,
            run_invocation_uri: None,
            source_repository_visibility: None,
            any_repository: None,
            trust_root,
        }
    }

    /// Whether a source repository is named, or said to be of no matter.
    #[must_use]
    pub fn settles_repository(&self) -> bool {
        self.repository.is_some()
            || self.repository_regex.is_some()
            || self.source_repository_identifier.is_some()
            || self.any_repository == Some(true)
    }
}

/// Whether an issuer is one that vouches for builds and not for people, as far as its name tells:
/// GitHub Actions (also an enterprise's own), GitLab, Buildkite, Codefresh, CircleCI.
///
/// ```
/// use cocket::policy::model::vouches_for_builds;
/// assert!(vouches_for_builds("https://token.actions.githubusercontent.com/acme"));
/// assert!(!vouches_for_builds("https://accounts.google.com"));
/// ```
#[must_use]
pub fn vouches_for_builds(issuer: &str) -> bool {
    build_issuers().iter().any(|known| {
        issuer.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether an expression for issuers matches one that is known to vouch for builds.
pub(crate) fn matches_builds(regex: &RegexText) -> bool {
    regex.compile().is_ok_and(|regex| build_issuers().iter().any(|issuer| regex.is_match(issuer)))
}

/// The issuers that are known to vouch for builds.
fn build_issuers() -> &'static [&'static str] {
    &[
        "https://token.actions.githubusercontent.com",
        "https://gitlab.com",
        "https://agent.buildkite.com",
        "https://oidc.codefresh.io",
        "https://oidc.circleci.com",
    ]
}
