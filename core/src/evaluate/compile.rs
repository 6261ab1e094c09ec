//! From loaded policies to an engine: everything that can be settled once is settled here.

mod authorities;
mod families;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Judgement, content_by_tag};
use super::exceptions::CompiledException;
use super::scope::Scope;
use super::signed_images::CompiledJudge;
use super::workload::PodFamily;
use super::{
    Engine, LISTED_FINDINGS, Verifiers, alternatives, attestation, base_image, config, expression,
    provenance, reference, registry, signature, vulnerabilities,
};
use crate::evidence::Platform;
use crate::facts::Authority;
use crate::kubernetes::CustomKind;
use crate::policy::model::{
    DefaultVerdict, ImagePolicy, Mode, Name, NameGlob, PolicyException, Rule, RuleSeverity,
    ScopedMode, StaticRule, TagOnly, Unqualified,
};
use crate::policy::{DocumentKind, ObjectJudge, Policies, PolicyError, PolicyErrors};
use crate::reference::{Digest, PatternIndex, Reference, RepositoryPrefix};
use crate::verify::VerificationCache;
use authorities::Authorities;
use families::family;

#[derive(Debug)]
pub(super) struct CompiledSet {
    pub(super) default: DefaultVerdict,
    pub(super) exclude: Vec<NameGlob>,
    pub(super) modes: Vec<ScopedMode>,
    pub(super) refuse_unqualified: bool,
    pub(super) clock_skew: SignedDuration,
    pub(super) workloads: Vec<CustomKind>,
    /// Longest prefix first.
    mirrors: Vec<(RepositoryPrefix, RepositoryPrefix)>,
}

#[derive(Debug)]
pub(super) struct CompiledPolicy {
    pub(super) name: Arc<str>,
    pub(super) version: Option<Arc<str>>,
    pub(super) digest: Digest,
    pub(super) mode: Mode,
    pub(super) enforce_from: Option<Timestamp>,
    pub(super) modes: Vec<ScopedMode>,
    pub(super) matches: Option<Scope>,
    pub(super) exclude: Option<Scope>,
    pub(super) platforms: Vec<Platform>,
    tag_only: TagOnly,
    /// By id.
    pub(super) rules: Vec<CompiledRule>,
    /// Those about the pods of objects, by id; images have the other ones.
    pub(super) pod_rules: Vec<CompiledRule<PodFamily>>,
}

#[derive(Debug)]
pub(super) struct CompiledRule<F = CompiledFamily> {
    pub(super) id: Arc<str>,
    pub(super) mode: Option<Mode>,
    pub(super) modes: Vec<ScopedMode>,
    pub(super) severity: Option<RuleSeverity>,
    pub(super) controls: Arc<[String]>,
    pub(super) message: Option<Arc<str>>,
    pub(super) scope: Option<Scope>,
    pub(super) family: F,
}

#[derive(Debug)]
pub(super) enum CompiledFamily {
    Registry(registry::Compiled),
    Reference(reference::Compiled),
    Signature(signature::Compiled),
    Attestation(Box<attestation::Compiled>),
    Provenance(Box<provenance::Compiled>),
    Vulnerabilities(Box<vulnerabilities::Compiled>),
    Config(Box<config::Compiled>),
    BaseImage(base_image::Compiled),
    Alternatives(alternatives::Compiled),
    Expression(Box<expression::Compiled>),
    Static(StaticRule),
}

impl CompiledSet {
    /// The internal name that takes the reference's place, if a mirror covers it.
    pub(super) fn mirrored(&self, given: &Reference) -> Option<Reference> {
        self.mirrors.iter().find_map(|(from, to)| given.relocated(from, to))
    }

    /// The name under which the image of an object is judged; `None` where it cannot be read.
    pub(super) fn judged(&self, image: &str) -> Option<Reference> {
        let given = Reference::parse(image).ok()?;
        Some(self.mirrored(&given).unwrap_or(given))
    }
}

impl CompiledRule {
    pub(super) fn judge(
        &self,
        policy: &CompiledPolicy,
        case: &mut Case<'_>,
        exceptions: &[&CompiledException],
    ) -> Judgement {
        if !self.family.is_about_name()
            && policy.tag_only == TagOnly::Deny
            && let Some(reason) = content_by_tag(case)
        {
            return reason.into();
        }
        self.family.judge(&policy.platforms, case, exceptions)
    }
}

impl CompiledFamily {
    /// Whether it looks at nothing but the image's name.
    pub(super) fn is_about_name(&self) -> bool {
        match self {
            Self::Registry(_) | Self::Reference(_) | Self::Static(_) => true,
            Self::Alternatives(rule) => rule.is_about_name(),
            _ => false,
        }
    }

    pub(super) fn judge(
        &self,
        platforms: &[Platform],
        case: &mut Case<'_>,
        exceptions: &[&CompiledException],
    ) -> Judgement {
        match self {
            Self::Registry(rule) => rule.judge(case),
            Self::Reference(rule) => rule.judge(case),
            Self::Signature(rule) => rule.judge(platforms, case),
            Self::Attestation(rule) => rule.judge(platforms, case),
            Self::Provenance(rule) => rule.judge(platforms, case),
            Self::Vulnerabilities(rule) => rule.judge(platforms, case, exceptions),
            Self::Config(rule) => rule.judge(platforms, case),
            Self::BaseImage(rule) => rule.judge(platforms, case),
            Self::Alternatives(rule) => rule.judge(platforms, case),
            Self::Expression(rule) => rule.judge(platforms, case),
            Self::Static(rule) => alternatives::fixed(rule),
        }
    }
}

pub(super) fn compile(policies: &Policies, verifiers: &Verifiers) -> Result<Engine, PolicyErrors> {
    let mut authorities = Authorities::new(policies, verifiers);
    let mut compiled = Vec::new();
    let digests = policies.digests();
    for (one, digest) in policies.image_policies().iter().zip(digests.policies) {
        compiled.push(policy(one, digest, policies, &mut authorities)?);
    }
    compiled.sort_by(|a, b| a.name.cmp(&b.name));
    let mut exceptions = Vec::new();
    for one in policies.exceptions() {
        exceptions.push(exception(one, policies)?);
    }
    exceptions.sort_by(|a, b| a.name.cmp(&b.name));
    let judges = policies.object_judges().iter().map(|judge| compiled_judge(judge, policies));
    let judges = judges.collect::<Result<_, _>>()?;
    Ok(Engine {
        digest: digests.whole,
        set: set(policies)?,
        policies: compiled,
        judges,
        exceptions,
        authorities: authorities.finish(),
        listed: LISTED_FINDINGS,
        cache: Arc::new(VerificationCache::new(VerificationCache::DEFAULT_CAPACITY)),
    })
}

/// A judge with its authorities: by themselves, so that nothing is verified for them elsewhere.
fn compiled_judge(
    judge: &Arc<dyn ObjectJudge>,
    policies: &Policies,
) -> Result<CompiledJudge, PolicyErrors> {
    let verifiers = Verifiers::new();
    let mut authorities = Authorities::new(policies, &verifiers);
    let mut compiled = Vec::new();
    for (name, model) in judge.authorities() {
        let one = authorities.compiled(name, model).map_err(|fault| {
            let detail = format!("the authority `{name}` of `{}`: {}", judge.name(), fault.detail);
            policies.error_at(DocumentKind::ImagePolicy, judge.name(), "", detail)
        })?;
        compiled.push(one);
    }
    Ok(CompiledJudge { judge: Arc::clone(judge), authorities: compiled })
}

/// One authority by itself.
pub(super) fn authority(
    policies: &Policies,
    verifiers: &Verifiers,
    policy: &ImagePolicy,
    name: &Name,
) -> Result<Arc<Authority>, PolicyErrors> {
    let place = format!("spec.authorities.{name}");
    let model = policy.spec.authorities.get(name);
    let missing = || Fault::new(Place::Policy(place.clone()), "it is not there".to_owned());
    let mut authorities = Authorities::new(policies, verifiers);
    model
        .ok_or_else(missing)
        .and_then(|model| authorities.compiled(name, model))
        .map_err(|fault| fault.located(&place, policy, policies))
}

fn set(policies: &Policies) -> Result<CompiledSet, PolicyErrors> {
    /// How far in the future a date may lie where the set does not say, in seconds.
    const CLOCK_SKEW: u64 = 300;
    let spec = policies.set().map(|set| set.spec.clone()).unwrap_or_default();
    let mut mirrors = Vec::new();
    for (position, mirror) in spec.mirrors.iter().enumerate() {
        let prefix = |text: &str, key: &str| {
            RepositoryPrefix::parse(text).map_err(|error| {
                let name = policies.set().map_or("", |set| set.metadata.name.as_str());
                let path = format!("spec.mirrors[{position}].{key}");
                policies.error_at(DocumentKind::PolicySet, name, &path, error.to_string())
            })
        };
        mirrors.push((prefix(&mirror.from, "from")?, prefix(&mirror.to, "to")?));
    }
    mirrors.sort_by_key(|(from, _)| std::cmp::Reverse(from.as_str().len()));
    let skew = spec.clock_skew.map_or(CLOCK_SKEW, |skew| skew.seconds());
    Ok(CompiledSet {
        default: spec.default.unwrap_or(DefaultVerdict::Deny),
        exclude: spec.exclude.map(|exclude| exclude.namespaces).unwrap_or_default(),
        modes: spec.modes,
        workloads: spec.workloads,
        refuse_unqualified: spec.unqualified == Some(Unqualified::Deny),
        clock_skew: SignedDuration::from_secs(i64::try_from(skew).unwrap_or(i64::MAX)),
        mirrors,
    })
}

fn policy(
    policy: &ImagePolicy,
    digest: Digest,
    policies: &Policies,
    authorities: &mut Authorities<'_>,
) -> Result<CompiledPolicy, PolicyErrors> {
    let spec = &policy.spec;
    let (mut rules, mut pod_rules) = (Vec::new(), Vec::new());
    for (position, rule) in spec.rules.iter().enumerate() {
        let located = |fault: Fault| {
            let place = format!("spec.rules[{position}].{}", rule.family.name());
            fault.located(&place, policy, policies)
        };
        let of_pods = PodFamily::new(&rule.family);
        match of_pods.map_err(|detail| located(Fault::new(Place::Family(String::new()), detail)))? {
            Some(family) => pod_rules.push(compiled(rule, family)),
            None => {
                let family = family(&rule.family, policy, policies, authorities);
                rules.push(compiled(rule, family.map_err(located)?));
            }
        }
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    pod_rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(CompiledPolicy {
        name: policy.metadata.name.as_str().into(),
        digest,
        version: policy.metadata.version.as_deref().map(Into::into),
        mode: spec.mode.unwrap_or(Mode::Enforce),
        enforce_from: spec.enforce_from,
        modes: spec.modes.clone(),
        matches: spec.matches.as_ref().map(Scope::new),
        exclude: spec.exclude.as_ref().map(Scope::new),
        platforms: spec.platforms.clone(),
        tag_only: spec.tag_only.unwrap_or(TagOnly::Deny),
        rules,
        pod_rules,
    })
}

fn compiled<F>(rule: &Rule, family: F) -> CompiledRule<F> {
    CompiledRule {
        id: rule.id.as_str().into(),
        mode: rule.mode,
        modes: rule.modes.clone(),
        severity: rule.severity,
        controls: rule.controls.clone().into(),
        message: rule.message.as_deref().map(Into::into),
        scope: rule.matches.as_ref().map(Scope::new),
        family,
    }
}

/// What is wrong with a rule, or with what it names.
struct Fault {
    place: Place,
    detail: String,
}

/// Where a fault is.
enum Place {
    /// Under the rule's family.
    Family(String),
    /// In the policy.
    Policy(String),
    /// In another document.
    Document(DocumentKind, String, String),
}

impl Fault {
    fn new(place: Place, detail: String) -> Self {
        Self { place, detail }
    }

    /// As an error of the policies; `family` is where the rule's family stands.
    fn located(self, family: &str, policy: &ImagePolicy, policies: &Policies) -> PolicyErrors {
        let own = policy.metadata.name.as_str();
        let (kind, name, path) = match &self.place {
            Place::Family(key) => (DocumentKind::ImagePolicy, own, format!("{family}{key}")),
            Place::Policy(path) => (DocumentKind::ImagePolicy, own, path.clone()),
            Place::Document(kind, name, path) => (*kind, name.as_str(), path.clone()),
        };
        policies.error_at(kind, name, &path, self.detail).into()
    }

    /// The same, where the place under the family is under `key` in turn.
    fn under(self, key: &str) -> Self {
        match self.place {
            Place::Family(rest) => {
                Self { place: Place::Family(format!("{key}.attestation{rest}")), ..self }
            }
            _ => self,
        }
    }

    /// The same, where the place under the family is that of a check.
    fn at_check(self, place: &str) -> Self {
        match self.place {
            Place::Family(rest) => Self { place: Place::Family(format!("{place}{rest}")), ..self },
            _ => self,
        }
    }
}

fn exception(
    exception: &PolicyException,
    policies: &Policies,
) -> Result<CompiledException, PolicyError> {
    let mut rules = Vec::new();
    for (position, text) in exception.spec.rules.iter().enumerate() {
        let own = policies
            .image_policies()
            .iter()
            .flat_map(|policy| policy.spec.rules.iter().map(move |rule| (policy, rule)))
            .map(|(policy, rule)| (policy.metadata.name.to_string(), rule.id.to_string()));
        let judges = policies.object_judges().iter().flat_map(|judge| {
            let names = |rule| (judge.name().to_owned(), rule);
            judge.rules().into_iter().map(names).collect::<Vec<_>>()
        });
        let meant: Vec<(String, String)> = own
            .chain(judges)
            .filter(|(policy, id)| id == text || *text == format!("{policy}/{id}"))
            .collect();
        let fault = |detail| {
            let (kind, name) = (DocumentKind::PolicyException, exception.metadata.name.as_str());
            policies.error_at(kind, name, &format!("spec.rules[{position}]"), detail)
        };
        match meant.len() {
            1 => rules.extend(meant),
            0 => return Err(fault(format!("there is no rule `{text}`"))),
            _ => return Err(fault(format!("`{text}` is a rule of several policies"))),
        }
    }
    let images = &exception.spec.images;
    Ok(CompiledException {
        rules,
        images: (!images.is_empty()).then(|| PatternIndex::new(images)),
        spec: exception.spec.clone(),
        name: exception.metadata.name.to_string(),
    })
}
