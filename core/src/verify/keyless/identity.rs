//! Whom an authority trusts: what the certificate has to say about the signer.

use std::collections::BTreeMap;
use std::fmt;

use regex::Regex;

use super::KeylessRefusal;
use super::certificate::{Leaf, NameKind};
use crate::policy::model::{RegexText, vouches_for_builds};

/// What a text of a certificate is compared with.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// The text itself, as it is.
    Exact(String),
    /// An expression that matches the whole text.
    Regex(RegexText),
}

/// What a certificate may state beside issuer and subject (Fulcio, docs/oid-info.md), by the
/// names that policies use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Claim {
    /// `buildSignerUri`, .1.9: the instructions that were trusted to sign.
    BuildSignerUri,
    /// `buildSignerDigest`, .1.10: their version.
    BuildSignerDigest,
    /// `runnerEnvironment`, .1.11: on whose machines the build ran.
    RunnerEnvironment,
    /// `repository`, .1.12: the URI of the source repository.
    Repository,
    /// `sourceRepositoryDigest`, .1.13: the commit.
    SourceRepositoryDigest,
    /// `ref`, .1.14: the branch or tag.
    Ref,
    /// `sourceRepositoryIdentifier`, .1.15: the repository's number, which outlives its name.
    SourceRepositoryIdentifier,
    /// `sourceRepositoryOwnerUri`, .1.16: whose repository it is.
    SourceRepositoryOwnerUri,
    /// `sourceRepositoryOwnerIdentifier`, .1.17: the owner's number.
    SourceRepositoryOwnerIdentifier,
    /// `workflow`, .1.18: the URI of the build's own instructions.
    Workflow,
    /// `workflowDigest`, .1.19: their version.
    WorkflowDigest,
    /// `trigger`, .1.20: the event that started the build.
    Trigger,
    /// `runInvocationUri`, .1.21: the run.
    RunInvocationUri,
    /// `sourceRepositoryVisibility`, .1.22: whether the repository was public.
    SourceRepositoryVisibility,
}

/// What the certificate of a signer has to say.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Who vouches for the signer: the OpenID Connect issuer; `None` where the certificates come
    /// from [authorities of one's own](super::TrustedRoot::of_certificates) that name none. From
    /// others no certificate counts then.
    pub issuer: Option<Pattern>,
    /// The signer: an email address, a user name, or the URI of a workflow or service.
    pub subject: Pattern,
    /// What else has to be stated.
    pub claims: BTreeMap<Claim, Pattern>,
    /// Whether builds of any source repository count, where the issuer vouches for builds.
    pub any_repository: bool,
}

impl Pattern {
    fn compiled(&self) -> Result<Matcher, String> {
        match self {
            Self::Exact(text) => Ok(Matcher::Exact(text.clone())),
            Self::Regex(text) => {
                text.compile().map(|regex| Matcher::Regex(text.to_string(), regex))
            }
        }
    }
}

impl Claim {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::BuildSignerUri,
        Self::BuildSignerDigest,
        Self::RunnerEnvironment,
        Self::Repository,
        Self::SourceRepositoryDigest,
        Self::Ref,
        Self::SourceRepositoryIdentifier,
        Self::SourceRepositoryOwnerUri,
        Self::SourceRepositoryOwnerIdentifier,
        Self::Workflow,
        Self::WorkflowDigest,
        Self::Trigger,
        Self::RunInvocationUri,
        Self::SourceRepositoryVisibility,
    ];

    /// The name in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BuildSignerUri => "buildSignerUri",
            Self::BuildSignerDigest => "buildSignerDigest",
            Self::RunnerEnvironment => "runnerEnvironment",
            Self::Repository => "repository",
            Self::SourceRepositoryDigest => "sourceRepositoryDigest",
            Self::Ref => "ref",
            Self::SourceRepositoryIdentifier => "sourceRepositoryIdentifier",
            Self::SourceRepositoryOwnerUri => "sourceRepositoryOwnerUri",
            Self::SourceRepositoryOwnerIdentifier => "sourceRepositoryOwnerIdentifier",
            Self::Workflow => "workflow",
            Self::WorkflowDigest => "workflowDigest",
            Self::Trigger => "trigger",
            Self::RunInvocationUri => "runInvocationUri",
            Self::SourceRepositoryVisibility => "sourceRepositoryVisibility",
        }
    }

    /// The last number of the extension, and of the one that only GitHub's older certificates
    /// have for the same (.1.2, .1.3, .1.5, .1.6).
    fn numbers(self) -> (u8, Option<u8>) {
        match self {
            Self::BuildSignerUri => (9, None),
            Self::BuildSignerDigest => (10, None),
            Self::RunnerEnvironment => (11, None),
            Self::Repository => (12, Some(5)),
            Self::SourceRepositoryDigest => (13, Some(3)),
            Self::Ref => (14, Some(6)),
            Self::SourceRepositoryIdentifier => (15, None),
            Self::SourceRepositoryOwnerUri => (16, None),
            Self::SourceRepositoryOwnerIdentifier => (17, None),
            Self::Workflow => (18, None),
            Self::WorkflowDigest => (19, None),
            Self::Trigger => (20, Some(2)),
            Self::RunInvocationUri => (21, None),
            Self::SourceRepositoryVisibility => (22, None),
        }
    }

    fn stated(self, leaf: &Leaf) -> Option<String> {
        let (number, older) = self.numbers();
        if let Some(text) = leaf.texts.get(&number) {
            return Some(text.clone());
        }
        let older = leaf.texts.get(&older?).filter(|_| leaf.issuer.as_deref() == Some(GITHUB))?;
        match self {
            Self::Repository => Some(format!("https://github.com/{older}")),
            _ => Some(older.clone()),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// An [`Identity`] whose expressions are compiled.
#[derive(Debug)]
pub(super) struct Expected {
    issuer: Option<Matcher>,
    subject: Matcher,
    claims: Vec<(Claim, Matcher)>,
    /// Whether a source repository is named, or any will do.
    repository_settled: bool,
}

#[derive(Debug)]
enum Matcher {
    Exact(String),
    Regex(String, Regex),
}

impl Expected {
    pub(super) fn new(identity: &Identity) -> Result<Self, String> {
        let names = [Claim::Repository, Claim::SourceRepositoryIdentifier];
        let named = names.iter().any(|claim| identity.claims.contains_key(claim));
        let claims = identity.claims.iter();
        Ok(Self {
            issuer: identity.issuer.as_ref().map(Pattern::compiled).transpose()?,
            subject: identity.subject.compiled()?,
            claims: claims
                .map(|(claim, pattern)| Ok((*claim, pattern.compiled()?)))
                .collect::<Result<_, String>>()?,
            repository_settled: named || identity.any_repository,
        })
    }

    pub(super) fn check(&self, leaf: &Leaf, own_authorities: bool) -> Result<(), KeylessRefusal> {
        self.check_issuer(leaf, own_authorities)?;
        // A pattern for addresses could match a user name that looks like one: user names count
        // only for a pattern with their own mark in it.
        let meant = leaf.subject.kind != NameKind::UserName || self.subject.text().contains('!');
        if !meant || !self.subject.matches(&leaf.subject.text) {
            let (kind, found) = (leaf.subject.kind.title(), clipped(&leaf.subject.text));
            return Err(KeylessRefusal::OtherSubject { wanted: self.subject.text(), kind, found });
        }
        let issuer = leaf.issuer.as_deref().unwrap_or_default();
        let builds = vouches_for_builds(issuer)
            || leaf.texts.keys().any(|number| matches!(number, 5 | 12 | 15));
        if builds && !self.repository_settled {
            return Err(KeylessRefusal::NoRepositoryNamed { issuer: clipped(issuer) });
        }
        for (claim, wanted) in &self.claims {
            let found = claim.stated(leaf);
            if !found.as_ref().is_some_and(|found| wanted.matches(found)) {
                let (claim, wanted) = (*claim, wanted.text());
                let found = found.as_deref().map(clipped);
                return Err(KeylessRefusal::OtherClaim { claim, wanted, found });
            }
        }
        Ok(())
    }

    fn check_issuer(&self, leaf: &Leaf, own_authorities: bool) -> Result<(), KeylessRefusal> {
        let found = leaf.issuer.as_deref();
        let as_asked = match &self.issuer {
            Some(wanted) => found.is_some_and(|found| wanted.matches(found)),
            None => own_authorities,
        };
        if as_asked {
            return Ok(());
        }
        let wanted = self.issuer.as_ref().map(Matcher::text).unwrap_or_default();
        Err(KeylessRefusal::OtherIssuer { wanted, found: clipped(found.unwrap_or_default()) })
    }
}

impl Matcher {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(wanted) => wanted == text,
            Self::Regex(_, regex) => regex.is_match(text),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Exact(text) | Self::Regex(text, _) => text.clone(),
        }
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}
