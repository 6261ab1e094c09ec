//! What loads and is probably not meant.

use std::collections::HashSet;

use jiff::Timestamp;

use super::check::covers;
use super::load::joined;
use super::model::{
    AttestationRule, BaseProof, Family, FixableLimits, ImageCatalog, ImagePolicy, Limit, Match,
    Mode, Name, PolicyException, ProvenanceRule, RegistryRule, Rule, Select, SeverityLimits,
    VulnerabilitiesRule,
};
use super::{DocumentKind, Policies};

/// A doubt about a place of a document.
pub(super) struct Doubt<'a> {
    pub(super) kind: DocumentKind,
    pub(super) name: &'a str,
    pub(super) path: String,
    pub(super) detail: String,
    pub(super) help: Option<&'static str>,
}

/// The doubts about one document.
struct Doubts<'a, 'o> {
    kind: DocumentKind,
    name: &'a str,
    out: &'o mut Vec<Doubt<'a>>,
}

impl Doubts<'_, '_> {
    fn add(&mut self, path: impl Into<String>, detail: String, help: Option<&'static str>) {
        let (kind, name, path) = (self.kind, self.name, path.into());
        self.out.push(Doubt { kind, name, path, detail, help });
    }
}

pub(super) fn all(policies: &Policies, now: Timestamp) -> Vec<Doubt<'_>> {
    let mut out = Vec::new();
    for one in policies.image_policies() {
        let (kind, name) = (DocumentKind::ImagePolicy, one.metadata.name.as_str());
        policy(one, now, &mut Doubts { kind, name, out: &mut out });
    }
    for one in policies.exceptions() {
        let (kind, name) = (DocumentKind::PolicyException, one.metadata.name.as_str());
        exception(one, policies, now, &mut Doubts { kind, name, out: &mut out });
    }
    for one in policies.catalogs() {
        let (kind, name) = (DocumentKind::ImageCatalog, one.metadata.name.as_str());
        catalog(one, policies, now, &mut Doubts { kind, name, out: &mut out });
    }
    out
}

fn rules(policies: &Policies) -> impl Iterator<Item = (&ImagePolicy, &Rule)> {
    let policies = policies.image_policies().iter();
    policies.flat_map(|policy| policy.spec.rules.iter().map(move |rule| (policy, rule)))
}

fn policy(policy: &ImagePolicy, now: Timestamp, doubts: &mut Doubts<'_, '_>) {
    let spec = &policy.spec;
    if let Some(date) = spec.enforce_from {
        let stale = "leave it out, and write `mode: enforce`";
        if spec.mode.unwrap_or(Mode::Enforce) == Mode::Enforce {
            let detail = "`enforceFrom` changes nothing where the mode is `enforce` already";
            doubts.add("spec.enforceFrom", detail.to_owned(), None);
        } else if date <= now {
            let detail = format!("`enforceFrom` `{date}` is past, so the policy is enforced");
            doubts.add("spec.enforceFrom", detail, Some(stale));
        }
    }
    if let (Some(matches), Some(exclude)) = (&spec.matches, &spec.exclude)
        && excludes_all(matches, exclude)
    {
        let detail = "every namespace that `match` names is excluded".to_owned();
        doubts.add("spec.exclude", detail, None);
    }
    let used: HashSet<&Name> = spec.rules.iter().flat_map(authorities).collect();
    for name in spec.authorities.keys().filter(|name| !used.contains(name)) {
        let path = joined("spec.authorities", name.as_str());
        doubts.add(path, format!("no rule names the authority `{name}`"), None);
    }
    for (position, rule) in spec.rules.iter().enumerate() {
        let path = format!("spec.rules[{position}].{}", rule.family.name());
        match &rule.family {
            Family::Registry(rule) => registry(&path, rule, doubts),
            Family::Attestation(rule) => attestation(&path, rule, doubts),
            Family::Provenance(rule) => provenance(&path, rule, doubts),
            Family::Vulnerabilities(rule) => vulnerabilities(&path, rule, now, doubts),
            Family::BaseImage(rule) if rule.proof == Some(BaseProof::Label) => {
                let detail = "with `proof: label` an image says itself what it is built on";
                let help = Some("`proof: layers` is proof");
                doubts.add(format!("{path}.proof"), detail.to_owned(), help);
            }
            _ => {}
        }
    }
}

/// Whether an `exclude` by namespace alone takes away all that a `match` names.
fn excludes_all(matches: &Match, exclude: &Match) -> bool {
    !matches.namespaces.is_empty()
        && exclude.images.is_empty()
        && exclude.images_as.is_empty()
        && exclude.namespace_labels.is_empty()
        && exclude.owner_labels.is_empty()
        && matches.namespaces.iter().all(|own| {
            exclude
                .namespaces
                .iter()
                .any(|other| own == other || (own.is_literal() && other.matches(own.as_str())))
        })
}

fn authorities(rule: &Rule) -> Vec<&Name> {
    let requirements = rule.family.requirements().into_iter();
    requirements.flat_map(|(_, require)| require.authorities()).collect()
}

fn registry(path: &str, rule: &RegistryRule, doubts: &mut Doubts<'_, '_>) {
    /// Comparing each with each takes the square of their number.
    const COMPARED: usize = 1_000;
    let allow = rule.allow.iter().flatten();
    for (list, patterns) in
        [("allow", allow.collect::<Vec<_>>()), ("deny", rule.deny.iter().collect())]
    {
        for (position, own) in patterns.iter().enumerate().take(COMPARED) {
            let wider = patterns.iter().take(COMPARED).enumerate().find(|(other, wide)| {
                // Of two equal ones the second is idle.
                *other != position
                    && covers(wide, own)
                    && (*other < position || wide.as_str() != own.as_str())
            });
            if let Some((_, wide)) = wider {
                let detail = format!("`{}` is covered by `{}`", own.as_str(), wide.as_str());
                doubts.add(format!("{path}.{list}[{position}]"), detail, None);
            }
        }
    }
}

fn attestation(path: &str, rule: &AttestationRule, doubts: &mut Doubts<'_, '_>) {
    if rule.select == Some(Select::Any) && !rule.conditions.is_empty() {
        let detail = "with `select: any` an old statement that passes is enough, whatever a later \
                      one says";
        let help = Some("leave `select` out, for the latest");
        doubts.add(format!("{path}.select"), detail.to_owned(), help);
    }
}

fn provenance(path: &str, rule: &ProvenanceRule, doubts: &mut Doubts<'_, '_>) {
    if rule.builders.is_empty() && rule.sources.is_empty() {
        let detail = "neither `builders` nor `sources` is asked for, so provenance of any build \
                      passes that the authorities attest";
        doubts.add(path, detail.to_owned(), None);
    }
}

fn vulnerabilities(
    path: &str,
    rule: &VulnerabilitiesRule,
    now: Timestamp,
    doubts: &mut Doubts<'_, '_>,
) {
    let fixable = rule.fixable.as_ref().map(FixableLimits::limits);
    for (key, limits) in [("max", &rule.max), ("fixable", &fixable)] {
        let Some(limits) = limits else { continue };
        let levels = levels(limits);
        let given = levels.iter().filter(|(_, limit)| limit.is_some());
        let unlimited = |(_, limit): &&(&str, Option<Limit>)| *limit == Some(Limit::Unlimited);
        if given.clone().all(|level| unlimited(&level)) {
            let detail = format!("`{key}` bounds nothing: each level given is `unlimited`");
            doubts.add(format!("{path}.{key}"), detail, None);
            continue;
        }
        for (level, _) in given.filter(unlimited).filter(|(level, _)| *level != "unknown") {
            let path = format!("{path}.{key}.{level}");
            doubts.add(path, format!("findings of severity `{level}` are not bounded"), None);
        }
    }
    for (position, ignored) in rule.ignore.iter().enumerate().filter(|(_, one)| one.expires <= now)
    {
        let path = format!("{path}.ignore[{position}].expires");
        let detail = format!("`{}` is ignored no longer, since `{}`", ignored.id, ignored.expires);
        doubts.add(path, detail, Some("remove the entry"));
    }
}

fn levels(limits: &SeverityLimits) -> [(&'static str, Option<Limit>); 6] {
    [
        ("critical", limits.critical),
        ("high", limits.high),
        ("medium", limits.medium),
        ("low", limits.low),
        ("negligible", limits.negligible),
        ("unknown", limits.unknown),
    ]
}

fn exception(
    exception: &PolicyException,
    policies: &Policies,
    now: Timestamp,
    doubts: &mut Doubts<'_, '_>,
) {
    let spec = &exception.spec;
    if spec.expires <= now {
        let detail = format!("the exception has no effect since `{}`", spec.expires);
        doubts.add("spec.expires", detail, Some("remove it, or have it approved anew"));
    }
    let findings = !spec.vulnerabilities.is_empty() || !spec.packages.is_empty() || spec.until_fix;
    for (position, name) in spec.rules.iter().enumerate() {
        let meant = rules(policies).find(|(policy, rule)| {
            rule.id.as_str() == name || format!("{}/{}", policy.metadata.name, rule.id) == *name
        });
        let Some((_, rule)) = meant else { continue };
        let has_findings = matches!(rule.family, Family::Vulnerabilities(_));
        if findings && !has_findings {
            let detail = format!(
                "the exception is about findings, and `{name}` is a `{}` rule, which has none",
                rule.family.name()
            );
            doubts.add(format!("spec.rules[{position}]"), detail, None);
        }
    }
}

fn catalog(
    catalog: &ImageCatalog,
    policies: &Policies,
    now: Timestamp,
    doubts: &mut Doubts<'_, '_>,
) {
    let name = &catalog.metadata.name;
    let mut users = rules(policies).filter_map(|(_, rule)| match &rule.family {
        Family::BaseImage(rule) if rule.catalog == *name => Some(rule.proof),
        _ => None,
    });
    let Some(first) = users.next() else {
        doubts.add("metadata.name", format!("no rule names the catalog `{name}`"), None);
        return;
    };
    let by_layers =
        std::iter::once(first).chain(users).any(|proof| proof != Some(BaseProof::Label));
    for (position, entry) in catalog.spec.entries.iter().enumerate() {
        let path = format!("spec.entries[{position}]");
        if let Some(expires) = entry.expires.filter(|expires| *expires <= now) {
            let detail = format!("`{}` is no member since `{expires}`", entry.name);
            doubts.add(format!("{path}.expires"), detail, None);
        } else if by_layers && entry.layers.is_empty() && entry.diff_ids.is_empty() {
            let detail =
                format!("`{}` has no layers, so no image is proven to be built on it", entry.name);
            doubts.add(path, detail, Some("add `layers` or `diffIds`"));
        }
    }
}
