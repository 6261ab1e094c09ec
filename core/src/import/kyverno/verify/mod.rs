//! Rules of Kyverno that verify images (`verifyImages`), as policies of our own.
//!
//! An image is judged by what it is: the name that a signature gives for it is not compared, as
//! Kyverno does not. Both forms of signatures are read where Kyverno reads cosign's own alone.

mod attestors;
mod conditions;
mod document;
mod extracted;
pub(in crate::import) mod trust;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::attestors::Making;
use self::document::{Document, Filters, Resources, Rule};
use super::verify_images::{SignatureFormat, VerifyImages};
use crate::import::foreign::ForeignKind;
use crate::import::load::{Options, Work, load};
use crate::import::supplied::Supplied;
use crate::policy::model::{
    self, DigestRule, Family, ForeignPattern, ImagePolicy, ImagePolicySpec, Match, Metadata, Mode,
    Name, NameGlob, ReferenceRule, TagOnly,
};
use crate::policy::{
    Foreign, ForeignDocument, Policies, PolicyErrorKind as Kind, PolicyErrors, PolicySource,
};
use crate::reference::KyvernoImages;

/// What one entry of `verifyImages`, its variables put in, asks of the images that it names: a
/// policy with a rule for each part. `beside` are secrets and keys that the entry names.
///
/// ```
/// use cocket::import::{Options, kyverno};
/// let entry = serde_json::json!({
///     "imageReferences": ["registry.example.com/*"],
///     "attestors": [{"entries": [{"keyless": {"issuer": "https://accounts.example.com", "subject": "*@acme.example"}}]}],
/// });
/// let policies = kyverno::entry_policies(&entry, &[], Options::default())?;
/// assert_eq!(policies.image_policies()[0].spec.rules.len(), 1);
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
///
/// # Errors
/// As for [`import::load`](crate::import::load); places are those in a policy around the entry.
pub fn entry_policies(
    entry: &Value,
    beside: &[PolicySource],
    options: Options,
) -> Result<Policies, PolicyErrors> {
    let document = json!({
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "entry"},
        "spec": {
            "validationFailureAction": "Enforce",
            "rules": [{
                "name": "entry",
                "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
                "verifyImages": [entry],
            }],
        },
    });
    let own = PolicySource { name: "entry".to_owned(), bytes: document.to_string().into_bytes() };
    let sources: Vec<PolicySource> = [&[own], beside].concat();
    load(&sources, options)
}

pub(in crate::import) fn translate(
    foreign: &Foreign<'_, '_>,
    supplied: &Supplied<'_>,
    work: &mut Work,
) {
    for (position, document) in foreign.documents.iter().enumerate() {
        let kind = ForeignKind::of_head(document.head());
        let is_meant =
            matches!(kind, Some(ForeignKind::KyvernoClusterPolicy | ForeignKind::KyvernoPolicy));
        if is_meant && document.head().has_rule_with("verifyImages") {
            match document.decode::<Document>() {
                Ok(policy) => {
                    let ours = &foreign.trust_roots;
                    self::policy(position, document, &policy, (ours, supplied), work);
                }
                Err(errors) => work.errors.extend(errors),
            }
        }
    }
}

fn policy(
    position: usize,
    document: &ForeignDocument<'_>,
    policy: &Document,
    (ours, supplied): (&BTreeSet<&str>, &Supplied<'_>),
    work: &mut Work,
) {
    let name = match Name::try_from(policy.metadata.name.clone()) {
        Ok(name) => name,
        Err(detail) => {
            return work.errors.push(document.remark(Kind::Value, "metadata.name", detail, None));
        }
    };
    let mut general = policy.spec.validation_failure_action.as_deref();
    if policy.spec.validation_failure_action_overrides.is_some() {
        let detail = "overrides by namespace are left aside: the policy is enforced everywhere";
        work.inexact(document, "spec.validationFailureActionOverrides", detail);
        general = Some("Enforce");
    }
    let mut rules = Vec::new();
    let mut making = Making::new(position, document, &name, ours, supplied, work);
    let rules_written = policy.spec.rules.iter().enumerate();
    for (at, rule) in rules_written.filter(|(_, rule)| rule.verify_images.is_some()) {
        let path = format!("spec.rules[{at}]");
        for (key, is_there) in [
            ("validate", rule.validate.is_some()),
            ("mutate", rule.mutate.is_some()),
            ("generate", rule.generate.is_some()),
        ] {
            if is_there {
                let detail = format!("`{key}` beside `verifyImages`: a rule does one thing");
                let fault =
                    document.remark(Kind::Contradiction, &format!("{path}.{key}"), detail, None);
                making.work.errors.push(fault);
            }
        }
        let scope = scope(&path, rule, policy.metadata.namespace.as_deref(), &mut making);
        for (entry, value) in rule.verify_images.iter().flatten().enumerate() {
            let path = format!("{path}.verifyImages[{entry}]");
            let numbered = at.saturating_mul(100).saturating_add(entry);
            let id = Name::numbered(plain(&rule.name), numbered);
            match VerifyImages::read(value) {
                Err((place, detail)) => {
                    let path = format!("{path}.{place}");
                    making.work.errors.push(document.remark(Kind::Value, &path, detail, None));
                }
                Ok(entry) => {
                    rules.extend(self::entry(&path, &id, &entry, &scope, general, &mut making))
                }
            }
        }
    }
    let authorities = making.finish();
    let spec = ImagePolicySpec {
        mode: None,
        enforce_from: None,
        modes: Vec::new(),
        matches: None,
        exclude: None,
        platforms: Vec::new(),
        // Kyverno puts the digest in the place of the tag, or is asked to accept the tag.
        tag_only: Some(TagOnly::Accept),
        authorities,
        rules,
    };
    let metadata = Metadata { name, version: None, description: None };
    // A rule without entries asks for nothing, and neither does a policy of such rules.
    if !spec.rules.is_empty() {
        work.made.policies.push((position, ImagePolicy { metadata, spec }));
    }
}

/// A rule's name as far as names may have its letters.
fn plain(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
    let start = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
    match start.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        true => start,
        false => "verify-images",
    }
}

/// Where a rule is about images: in which namespaces, and kinds of objects.
#[derive(Default)]
struct Where {
    namespaces: Vec<NameGlob>,
    kinds: Vec<NameGlob>,
    /// Checks that fail for every image there: they stand for what is not taken.
    failing: Vec<Family>,
}

/// What a rule is about. What narrows it further is left aside, and said.
fn scope(path: &str, rule: &Rule, namespace: Option<&str>, making: &mut Making<'_, '_>) -> Where {
    for (key, is_there) in
        [("exclude", rule.exclude.is_some()), ("preconditions", rule.preconditions.is_some())]
    {
        if is_there {
            let detail = "it is left aside: the rule is taken to be about every object here";
            making.work.inexact(making.document, &format!("{path}.{key}"), detail);
        }
    }
    let mut read = Where::default();
    if rule.context.is_some() {
        let detail = "`context` of a rule that verifies images is not taken".to_owned();
        read.failing.push(making.untaken(&format!("{path}.context"), detail, None));
    }
    let scalar = |one: &&Resources| one.kinds.is_one() || one.namespaces.is_one();
    if resources(&rule.matches).iter().any(scalar) {
        let detail = "a text stands where a list is needed, and is read as a list of one; Kyverno \
                      drops such a policy without a word";
        making.work.inexact(making.document, &format!("{path}.match"), detail);
    }
    let extracted = extracted::kinds(path, rule, making, &mut read.failing);
    let (globs, is_narrower) = namespaces(&rule.matches, &extracted);
    if is_narrower {
        let detail = "the rule is taken to be about every object in these namespaces";
        making.work.inexact(making.document, &format!("{path}.match"), detail);
    }
    let globs = match namespace {
        Some(own) => vec![own.to_owned()],
        None => globs,
    };
    // A rule that is also about pods is about images that are asked about by themselves.
    // So is one with a filter that names no kind.
    let of_extracted = resources(&rule.matches).iter().all(|one| {
        let kinds = one.kinds.as_slice();
        let is_extracted = |kind: &String| extracted.iter().any(|own| own == kind_of(kind));
        !kinds.is_empty() && kinds.iter().all(is_extracted)
    });
    if of_extracted {
        read.kinds =
            extracted.into_iter().filter_map(|kind| NameGlob::try_from(kind).ok()).collect();
    }
    for glob in globs {
        match NameGlob::try_from(glob) {
            Ok(glob) => read.namespaces.push(glob),
            // Left out, the rule would be about fewer namespaces, or about all.
            Err(detail) => {
                let path = format!("{path}.match");
                let fault = making.document.remark(Kind::Value, &path, detail, None);
                making.work.errors.push(fault);
            }
        }
    }
    read
}

/// What the filters say of objects.
fn resources(filters: &Filters) -> Vec<&Resources> {
    match &filters.resources {
        Some(resources) => vec![resources],
        None => filters.any.iter().chain(&filters.all).map(|one| &one.resources).collect(),
    }
}

/// The kind that `GROUP/VERSION/KIND.SUBRESOURCE` names.
fn kind_of(written: &str) -> &str {
    let of_group = written.rsplit('/').next().unwrap_or(written);
    of_group.split_once('.').map_or(of_group, |(kind, _)| kind)
}

/// The namespaces of all filters (none: every one), and whether something else narrows them.
fn namespaces(filters: &Filters, extracted: &[String]) -> (Vec<String>, bool) {
    let each = resources(filters);
    let pods =
        |resources: &&Resources| {
            resources.kinds.as_slice().iter().any(|kind| {
                kind.ends_with("Pod") || extracted.iter().any(|own| own == kind_of(kind))
            })
        };
    let is_narrower = !filters.others.is_empty()
        || filters.all.len() > 1
        || filters.any.iter().chain(&filters.all).any(|one| !one.others.is_empty())
        || each.iter().any(|one| !one.others.is_empty())
        || !each.iter().all(pods);
    let everywhere = each.iter().any(|one| one.namespaces.as_slice().is_empty());
    match everywhere {
        true => (Vec::new(), is_narrower),
        false => {
            (each.iter().flat_map(|one| one.namespaces.as_slice()).cloned().collect(), is_narrower)
        }
    }
}

/// The rules for one entry.
fn entry(
    path: &str,
    id: &Name,
    entry: &VerifyImages,
    scope: &Where,
    general: Option<&str>,
    making: &mut Making<'_, '_>,
) -> Vec<model::Rule> {
    let action = entry.failure_action.as_deref().or(general).unwrap_or("Audit");
    let mode = match action.eq_ignore_ascii_case("enforce") {
        true => Mode::Enforce,
        false => Mode::Audit,
    };
    let images = KyvernoImages {
        any: entry.image_references.clone(),
        except: entry.skip_image_references.clone(),
    };
    let mut families = making.families(path, entry);
    if entry.verify_digest && !entry.mutate_digest {
        families.push(Family::Reference(ReferenceRule {
            digest: Some(DigestRule::Required),
            tag: None,
        }));
    }
    if entry.format == SignatureFormat::Notary {
        let detail = "signatures of Notary are not verified in policies of Kyverno";
        families = vec![making.untaken(&format!("{path}.type"), detail.to_owned(), None)];
    }
    if entry.validate.is_some() {
        let detail = "`validate` of an entry is not taken";
        families.push(making.untaken(&format!("{path}.validate"), detail.to_owned(), None));
    }
    let every = KyvernoImages { any: vec!["*".to_owned()], except: Vec::new() };
    let failing = scope.failing.iter().cloned().map(|family| (family, &every));
    let families = families.into_iter().map(|family| (family, &images)).chain(failing);
    families
        .enumerate()
        .map(|(position, (family, images))| model::Rule {
            id: Name::numbered(id.as_str(), position),
            mode: Some(mode),
            modes: Vec::new(),
            severity: None,
            controls: Vec::new(),
            message: None,
            matches: Some(Match {
                namespaces: scope.namespaces.clone(),
                kinds: scope.kinds.clone(),
                images_as: vec![ForeignPattern::Kyverno(images.clone())],
                ..Match::default()
            }),
            family,
        })
        .collect()
}
