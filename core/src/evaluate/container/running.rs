//! How containers are started: resources, pulling, and the token that they are given.

use super::{Check, words};
use crate::kubernetes::{Container, ContainerKind, Pod, telling};
use crate::policy::model::{ContainerRule, PullPolicy, PullSecretRule, ResourceRule};
use crate::reasons::Code;
use crate::reference::Reference;
use crate::shown::shown;

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: Code::ContainerResources,
        expected: |rule| rule.resources.as_ref().map(asked),
        find: resources,
    },
    Check {
        code: Code::ContainerPullPolicy,
        expected: |rule| {
            let policies = rule.pull_policy.as_ref()?;
            Some(words(policies.iter().map(|policy| policy.name())))
        },
        find: pull_policies,
    },
    Check {
        code: Code::ContainerPullSecret,
        expected: |rule| match rule.pull_secrets.as_ref()? {
            PullSecretRule::Required => Some("the name of a secret".to_owned()),
            PullSecretRule::OneOf(names) => Some(words(names.iter().map(String::as_str))),
        },
        find: pull_secrets,
    },
    Check {
        code: Code::ContainerServiceAccountToken,
        expected: |rule| rule.service_account_token.map(|_| "`false`".to_owned()),
        find: |_, pod| {
            let is = match pod.automount_token {
                Some(false) => return Vec::new(),
                Some(true) => "`true`",
                None => "absent",
            };
            vec![telling(&pod.at, "automountServiceAccountToken", is)]
        },
    },
];

fn asked(rule: &ResourceRule) -> String {
    let lists = [("requests", &rule.requests), ("limits", &rule.limits)];
    let lists = lists.iter().filter(|(_, names)| !names.is_empty());
    let lists: Vec<String> = lists
        .map(|(key, names)| format!("{key} of {}", words(names.iter().map(String::as_str))))
        .collect();
    lists.join(" and ")
}

/// An ephemeral container cannot have any.
fn resources(rule: &ContainerRule, pod: &Pod<'_>) -> Vec<String> {
    let Some(rule) = &rule.resources else { return Vec::new() };
    let mut found = Vec::new();
    for one in pod.containers.iter().filter(|one| one.kind != ContainerKind::Ephemeral) {
        // The API server makes a request of a limit that has none.
        let requested = |name: &str| one.requests.contains(&name) || one.limits.contains(&name);
        let limited = |name: &str| one.limits.contains(&name);
        found.extend(lacking(one, "resources.requests", &rule.requests, requested));
        found.extend(lacking(one, "resources.limits", &rule.limits, limited));
    }
    found
}

fn lacking(
    one: &Container<'_>,
    field: &str,
    names: &[String],
    has: impl Fn(&str) -> bool,
) -> Option<String> {
    let lacking: Vec<&str> = names.iter().map(String::as_str).filter(|name| !has(name)).collect();
    let is = format!("without {}", words(lacking.iter().copied()));
    (!lacking.is_empty()).then(|| one.telling(&one.at, field, is))
}

fn pull_policies(rule: &ContainerRule, pod: &Pod<'_>) -> Vec<String> {
    let allowed = rule.pull_policy.as_deref().unwrap_or_default();
    let is_bad = |image: &str, own: Option<&str>| {
        let own = own.filter(|own| !own.is_empty());
        let meant = own.map(str::to_owned).or_else(|| by_default(image).map(str::to_owned));
        match (own, meant) {
            (_, Some(meant)) if allowed.iter().any(|policy| policy.name() == meant) => None,
            (Some(own), _) => Some(shown(own)),
            (None, Some(meant)) => Some(format!("absent, which means `{meant}`")),
            (None, None) => Some(format!("absent, for the image {}", shown(image))),
        }
    };
    let containers = pod.containers.iter().filter_map(|one| {
        let is = is_bad(one.image, one.pull_policy)?;
        Some(one.telling(&one.at, "imagePullPolicy", is))
    });
    let volumes = pod.volumes.iter().filter_map(|volume| {
        let (image, own) = volume.image?;
        Some(telling(&volume.at, "image.pullPolicy", is_bad(image, own)?))
    });
    containers.chain(volumes).collect()
}

/// What the API server makes of an absent pull policy; `None` for what is no image's name.
fn by_default(image: &str) -> Option<&'static str> {
    let image = Reference::parse(image).ok()?;
    let is_latest = match image.tag() {
        Some(tag) => tag == "latest",
        None => image.digest().is_none(),
    };
    let policy = if is_latest { PullPolicy::Always } else { PullPolicy::IfNotPresent };
    Some(policy.name())
}

fn pull_secrets(rule: &ContainerRule, pod: &Pod<'_>) -> Vec<String> {
    const FIELD: &str = "imagePullSecrets";
    let named: Vec<&str> =
        pod.pull_secrets.iter().copied().filter(|name| !name.is_empty()).collect();
    if named.is_empty() {
        return vec![telling(&pod.at, FIELD, "absent")];
    }
    let Some(PullSecretRule::OneOf(allowed)) = &rule.pull_secrets else { return Vec::new() };
    let others = named.into_iter().filter(|name| !allowed.iter().any(|allowed| allowed == name));
    others.map(|name| telling(&pod.at, FIELD, format_args!("with {}", shown(name)))).collect()
}
