//! From loaded policies to an engine: everything that can be settled once is settled here.

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Judgement};
use super::exceptions::CompiledException;
use super::scope::Scope;
use super::{Engine, base_image, config, reference, registry, signature, vulnerabilities};
use crate::evidence::Platform;
use crate::policy::Policies;
use crate::policy::model::{
    DefaultVerdict, Family, ImagePolicy, Mode, NameGlob, Rule, RuleSeverity, ScopedMode, Unqualified,
};
use crate::reference::{Digest, PatternIndex, Reference, RepositoryPrefix};

/// A policy that was read and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {detail}")]
pub struct CompileError {
    /// Where: the document and the rule.
    pub place: String,
    /// What is wrong with it.
    pub detail: String,
}

#[derive(Debug)]
pub(super) struct CompiledSet {
    pub(super) default: DefaultVerdict,
    pub(super) exclude: Vec<NameGlob>,
    pub(super) modes: Vec<ScopedMode>,
    pub(super) refuse_unqualified: bool,
    pub(super) clock_skew: SignedDuration,
    /// Longest prefix first.
    mirrors: Vec<(RepositoryPrefix, RepositoryPrefix)>,
}

#[derive(Debug)]
pub(super) struct CompiledPolicy {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) digest: Digest,
    pub(super) mode: Mode,
    pub(super) enforce_from: Option<Timestamp>,
    pub(super) modes: Vec<ScopedMode>,
    pub(super) matches: Option<Scope>,
    pub(super) exclude: Option<Scope>,
    pub(super) platforms: Vec<Platform>,
    /// By id.
    pub(super) rules: Vec<CompiledRule>,
}

#[derive(Debug)]
pub(super) struct CompiledRule {
    pub(super) id: String,
    pub(super) mode: Option<Mode>,
    pub(super) modes: Vec<ScopedMode>,
    pub(super) severity: Option<RuleSeverity>,
    pub(super) controls: Vec<String>,
    pub(super) message: Option<String>,
    pub(super) scope: Option<Scope>,
    family: CompiledFamily,
}

#[derive(Debug)]
enum CompiledFamily {
    Registry(registry::Compiled),
    Reference(reference::Compiled),
    Signature(signature::Compiled),
    Vulnerabilities(vulnerabilities::Compiled),
    Config(config::Compiled),
    BaseImage(base_image::Compiled),
}

impl CompiledSet {
    /// The internal name that takes the reference's place, if a mirror covers it.
    pub(super) fn mirrored(&self, given: &Reference) -> Option<Reference> {
        self.mirrors.iter().find_map(|(from, to)| given.relocated(from, to))
    }
}

impl CompiledRule {
    pub(super) fn judge(
        &self,
        policy: &CompiledPolicy,
        case: &mut Case<'_>,
        exceptions: &[&CompiledException],
    ) -> Judgement {
        match &self.family {
            CompiledFamily::Registry(rule) => rule.judge(case),
            CompiledFamily::Reference(rule) => rule.judge(case),
            CompiledFamily::Signature(rule) => rule.judge(&policy.platforms, case),
            CompiledFamily::Vulnerabilities(rule) => {
                rule.judge(&policy.platforms, case, exceptions)
            }
            CompiledFamily::Config(rule) => rule.judge(&policy.platforms, case),
            CompiledFamily::BaseImage(rule) => rule.judge(&policy.platforms, case),
        }
    }
}

pub(super) fn compile(policies: &Policies) -> Result<Engine, CompileError> {
    let mut compiled = policies
        .policies
        .iter()
        .map(|one| policy(one, policies))
        .collect::<Result<Vec<_>, _>>()?;
    if compiled.is_empty() {
        return Err(fault("policies", "there is no ImagePolicy"));
    }
    compiled.sort_by(|a, b| a.name.cmp(&b.name));
    let exceptions = exceptions(policies, &compiled)?;
    Ok(Engine { set: set(policies)?, policies: compiled, exceptions })
}

fn set(policies: &Policies) -> Result<CompiledSet, CompileError> {
    /// SEMANTICS: how far in the future a date may lie where the set does not say.
    const CLOCK_SKEW: u64 = 300;
    let spec = policies.set.as_ref().map(|set| set.spec.clone()).unwrap_or_default();
    let prefix = |text: &str| {
        RepositoryPrefix::parse(text)
            .map_err(|error| fault("PolicySet spec.mirrors", &error.to_string()))
    };
    let mut mirrors = Vec::new();
    for mirror in &spec.mirrors {
        mirrors.push((mirror.from.len(), prefix(&mirror.from)?, prefix(&mirror.to)?));
    }
    mirrors.sort_by_key(|(length, ..)| std::cmp::Reverse(*length));
    let skew = spec.clock_skew.map_or(CLOCK_SKEW, |skew| skew.seconds());
    Ok(CompiledSet {
        default: spec.default.unwrap_or(DefaultVerdict::Deny),
        exclude: spec.exclude.map(|exclude| exclude.namespaces).unwrap_or_default(),
        modes: spec.modes,
        refuse_unqualified: spec.unqualified == Some(Unqualified::Deny),
        clock_skew: SignedDuration::from_secs(i64::try_from(skew).unwrap_or(i64::MAX)),
        mirrors: mirrors.into_iter().map(|(_, from, to)| (from, to)).collect(),
    })
}

fn policy(policy: &ImagePolicy, policies: &Policies) -> Result<CompiledPolicy, CompileError> {
    let name = policy.metadata.name.to_string();
    let spec = &policy.spec;
    let scope = |rule: &_| Scope::new(rule).map_err(|error| fault(&name, &error));
    let mut rules = Vec::new();
    for rule in &spec.rules {
        let place = format!("{name}/{}", rule.id);
        let family = family(rule, policy, policies).map_err(|error| fault(&place, &error))?;
        rules.push(CompiledRule {
            id: rule.id.to_string(),
            mode: rule.mode,
            modes: rule.modes.clone(),
            severity: rule.severity,
            controls: rule.controls.clone(),
            message: rule.message.clone(),
            scope: rule.matches.as_ref().map(scope).transpose()?,
            family,
        });
    }
    if rules.is_empty() {
        return Err(fault(&name, "the policy has no rules"));
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(CompiledPolicy {
        digest: crate::policy::digest(policy),
        version: policy.metadata.version.clone(),
        mode: spec.mode.unwrap_or(Mode::Enforce),
        enforce_from: spec.enforce_from,
        modes: spec.modes.clone(),
        matches: spec.matches.as_ref().map(scope).transpose()?,
        exclude: spec.exclude.as_ref().map(scope).transpose()?,
        platforms: spec.platforms.clone(),
        rules,
        name,
    })
}

fn family(
    rule: &Rule,
    policy: &ImagePolicy,
    policies: &Policies,
) -> Result<CompiledFamily, String> {
    Ok(match &rule.family {
        Family::Registry(rule) => CompiledFamily::Registry(registry::Compiled::new(rule)?),
        Family::Reference(rule) => CompiledFamily::Reference(reference::Compiled::new(rule)?),
        Family::Signature(rule) => {
            CompiledFamily::Signature(signature::Compiled::new(rule, policy, policies)?)
        }
        Family::Vulnerabilities(rule) => {
            CompiledFamily::Vulnerabilities(vulnerabilities::Compiled::new(rule)?)
        }
        Family::Config(rule) => CompiledFamily::Config(config::Compiled::new(rule)?),
        Family::BaseImage(rule) => {
            let catalog = policies
                .catalogs
                .iter()
                .find(|catalog| catalog.metadata.name == rule.catalog)
                .ok_or_else(|| format!("there is no catalog `{}`", rule.catalog))?;
            CompiledFamily::BaseImage(base_image::Compiled::new(rule, catalog))
        }
    })
}

fn exceptions(
    policies: &Policies,
    compiled: &[CompiledPolicy],
) -> Result<Vec<CompiledException>, CompileError> {
    let names: Vec<(String, &str)> = compiled
        .iter()
        .flat_map(|policy| {
            policy.rules.iter().map(|rule| (format!("{}/{}", policy.name, rule.id), &*rule.id))
        })
        .collect();
    let mut found = Vec::new();
    for exception in &policies.exceptions {
        let place = exception.metadata.name.to_string();
        let mut rules = Vec::new();
        for rule in &exception.spec.rules {
            let meant: Vec<&str> = names
                .iter()
                .filter(|(full, bare)| full == rule || bare == rule)
                .map(|(full, _)| full.as_str())
                .collect();
            match meant.as_slice() {
                [one] => rules.push((*one).to_owned()),
                [] => return Err(fault(&place, &format!("there is no rule `{rule}`"))),
                _ => return Err(fault(&place, &format!("`{rule}` is a rule of several policies"))),
            }
        }
        let images = &exception.spec.images;
        let images = (!images.is_empty()).then(|| PatternIndex::new(images)).transpose();
        found.push(CompiledException {
            rules,
            images: images.map_err(|error| fault(&place, &error.to_string()))?,
            spec: exception.spec.clone(),
            name: place,
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn fault(place: &str, detail: &str) -> CompileError {
    CompileError { place: place.to_owned(), detail: detail.to_owned() }
}
