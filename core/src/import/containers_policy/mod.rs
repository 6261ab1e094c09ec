//! `policy.json` of the containers project (containers-policy.json(5)), which Podman, Buildah,
//! Skopeo and CRI-O read.
//!
//! There the most specific scope alone counts for an image, and each of its requirements must hold:
//! a scope becomes an `ImagePolicy` for the images of which it is the most specific one. Images of
//! clusters come by the transport `docker`; sections for others are passed over.

mod model;
mod sigstore;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

use self::model::{ContainersPolicy, Requirement};
use self::sigstore::Making;
use super::faults::Faults;
use super::foreign::ForeignKind;
use super::load::Work;
use super::supplied::Supplied;
use crate::policy::model::{
    Family, ForeignPattern, ImagePolicy, ImagePolicySpec, Match, Metadata, Mode, Name, Rule,
    StaticAction, StaticRule,
};
use crate::policy::{Foreign, ForeignDocument, joined};
use crate::reference::ContainersScope;

pub(super) fn translate(foreign: &Foreign<'_, '_>, supplied: &Supplied<'_>, work: &mut Work) {
    for (position, document) in foreign.documents.iter().enumerate() {
        if ForeignKind::of_head(document.head()) != Some(ForeignKind::ContainersPolicy) {
            continue;
        }
        let policy: ContainersPolicy = match document.decode() {
            Ok(policy) => policy,
            Err(errors) => {
                work.errors.extend(errors);
                continue;
            }
        };
        let mut faults = Faults::default();
        validate::policy(&policy, &mut faults);
        if faults.tell(document, work) {
            sections(position, document, &policy, supplied, work);
        }
    }
}

/// One policy for each scope of `docker`, and one for the default.
fn sections(
    position: usize,
    document: &ForeignDocument<'_>,
    policy: &ContainersPolicy,
    supplied: &Supplied<'_>,
    work: &mut Work,
) {
    for transport in policy.transports.keys().filter(|name| *name != "docker") {
        let detail = format!("images of clusters do not come by the transport `{transport}`");
        work.inexact(document, &joined("transports", transport), &detail);
    }
    let none = BTreeMap::new();
    let scopes = policy.transports.get("docker").unwrap_or(&none);
    let mut sections: Vec<(String, &str, &[Requirement])> = scopes
        .iter()
        .map(|(scope, list)| (validate::place("docker", scope), scope.as_str(), list.as_slice()))
        .collect();
    if scopes.contains_key("") {
        let detail = "it is for other transports alone: `docker` has a scope for every image";
        work.inexact(document, "default", detail);
    } else {
        sections.push(("default".to_owned(), "", &policy.default));
    }
    let mut names = BTreeSet::new();
    for (path, scope, requirements) in sections {
        let name = name(scope, &mut names);
        let mut making = Making::new(position, document, &name, supplied, work);
        let each = requirements.iter().enumerate();
        let rules = each
            .map(|(at, one)| rule(at, family(&format!("{path}[{at}]"), one, &mut making)))
            .collect();
        let authorities = making.finish();
        let except = scopes.keys().filter(|other| *other != scope).cloned().collect();
        let scope = ForeignPattern::Containers(ContainersScope { scope: scope.to_owned(), except });
        let spec = ImagePolicySpec {
            mode: Some(Mode::Enforce),
            enforce_from: None,
            modes: Vec::new(),
            matches: Some(Match { images_as: vec![scope], ..Match::default() }),
            exclude: None,
            platforms: Vec::new(),
            tag_only: None,
            authorities,
            rules,
        };
        let metadata = Metadata { name, version: None, description: None };
        work.made.policies.push((position, ImagePolicy { metadata, spec }));
    }
}

/// A name for the policy of a scope: of its own letters, as far as names may have them.
fn name(scope: &str, taken: &mut BTreeSet<Name>) -> Name {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let spelled: String = scope.chars().map(plain).collect();
    let spelled = spelled.trim_matches(['-', '.']);
    let whole = match spelled {
        "" => "containers-default".to_owned(),
        spelled => format!("containers-{spelled}"),
    };
    let mut name = Name::try_from(whole.clone());
    let mut number = 1_usize;
    while name.as_ref().map_or(true, |name| taken.contains(name)) {
        number = number.saturating_add(1);
        name = Ok(Name::numbered(&whole, number));
    }
    let name = name.unwrap_or_else(|_| Name::of("containers"));
    taken.insert(name.clone());
    name
}

fn family(path: &str, one: &Requirement, making: &mut Making<'_, '_>) -> Family {
    match one.kind.as_str() {
        "insecureAcceptAnything" => {
            Family::Static(StaticRule { action: StaticAction::Pass, message: None })
        }
        "reject" => Family::Static(StaticRule { action: StaticAction::Fail, message: None }),
        "sigstoreSigned" => making.signed(path, one),
        "signedBy" => {
            making.untaken(path, "signatures by GPG (`signedBy`) are not verified".to_owned(), None)
        }
        _ => {
            let detail = "the containers project verifies nothing of `signedBaseLayer`, and lets \
                          no image pass by it";
            making.inexact(path, detail);
            failing(detail.to_owned())
        }
    }
}

fn failing(message: String) -> Family {
    Family::Static(StaticRule { action: StaticAction::Fail, message: Some(message) })
}

fn rule(position: usize, family: Family) -> Rule {
    Rule {
        id: Name::numbered("requirement", position),
        mode: None,
        modes: Vec::new(),
        severity: None,
        controls: Vec::new(),
        message: None,
        matches: None,
        family,
    }
}
