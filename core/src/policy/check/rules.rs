//! Rules: each has its own id, and there are images that pass it and images that fail it.

use std::collections::HashSet;

use super::{
    Report, all_denied, alternatives, covers, pod_security, scopes, set, statements, workloads,
};
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::load::suggestion;
use crate::policy::model::{
    BaseImageRule, ConfigRule, DigestRule, Family, ImageCatalog, ImagePolicy, NameGlob,
    ReferenceRule, RegistryRule, SeverityLimits, SignatureRule, SignedIdentity, TagRule, UserRule,
    VulnerabilitiesRule,
};
use crate::policy::shown::shown;

pub(super) fn check(
    policy: &ImagePolicy,
    catalogs: &[(usize, &ImageCatalog)],
    report: &mut Report<'_>,
) {
    scopes::exclude(policy, report);
    let mut ids = HashSet::new();
    for (position, rule) in policy.spec.rules.iter().enumerate() {
        let path = format!("spec.rules[{position}]");
        if !ids.insert(&rule.id) {
            let detail = format!("there is another rule with the id `{}`", rule.id);
            report.add(Kind::Duplicate, format!("{path}.id"), detail);
        }
        for (position, control) in rule.controls.iter().enumerate() {
            report.blank(format!("{path}.controls[{position}]"), control);
        }
        let path = format!("{path}.{}", rule.family.name());
        family(&path, &rule.family, policy, catalogs, report);
    }
}

/// What a rule or a check is about.
pub(super) fn family(
    path: &str,
    family: &Family,
    policy: &ImagePolicy,
    catalogs: &[(usize, &ImageCatalog)],
    report: &mut Report<'_>,
) {
    match family {
        Family::Registry(rule) => registry(path, rule, report),
        Family::Reference(rule) => reference(path, rule, report),
        Family::Signature(rule) => signature(path, rule, report),
        Family::Attestation(rule) => statements::attestation(path, rule, report),
        Family::Provenance(rule) => statements::provenance(path, rule, report),
        Family::Vulnerabilities(rule) => vulnerabilities(path, rule, report),
        Family::Config(rule) => config(path, rule, policy, report),
        Family::BaseImage(rule) => base_image(path, rule, catalogs, report),
        Family::Alternatives(rule) => alternatives::check(path, rule, policy, catalogs, report),
        Family::PodSecurity(rule) => pod_security::check(path, rule, report),
        Family::Container(rule) => workloads::container(path, rule, report),
        Family::Annotation(rule) => workloads::annotation(path, rule, report),
        Family::Expression(rule) => report.blank(format!("{path}.holds"), &rule.holds),
        Family::Static(rule) => {
            if let Some(message) = &rule.message {
                report.blank(format!("{path}.message"), message);
            }
        }
    }
}

/// A rule that no image can fail.
pub(super) fn idle(path: &str, wanted: &str, report: &mut Report<'_>) {
    let detail = format!("it asks for nothing, so every image passes; {wanted} is expected");
    report.add(Kind::Contradiction, path, detail);
}

fn registry(path: &str, rule: &RegistryRule, report: &mut Report<'_>) {
    let Some(allow) = &rule.allow else {
        if rule.deny.is_empty() {
            idle(path, "`allow` or `deny`", report);
        }
        return;
    };
    let denied = |own| rule.deny.iter().any(|other| covers(other, own));
    if !allow.is_empty() && allow.iter().all(denied) {
        let detail = "everything that `allow` admits is denied, so no image passes";
        report.add(Kind::Contradiction, format!("{path}.allow"), detail);
    }
}

fn reference(path: &str, rule: &ReferenceRule, report: &mut Report<'_>) {
    if let Some(tag) = &rule.tag {
        self::tag(&format!("{path}.tag"), tag, report);
    } else if rule.digest != Some(DigestRule::Required) {
        idle(path, "`digest: required` or `tag`", report);
    }
}

fn tag(path: &str, rule: &TagRule, report: &mut Report<'_>) {
    if !rule.required && rule.allow.is_none() && rule.deny.is_empty() && rule.regex.is_none() {
        idle(path, "`required: true`, `allow`, `deny` or `regex`", report);
    }
    let any = |glob: &NameGlob| glob.as_str().bytes().all(|b| b == b'*');
    if rule.allow.as_ref().is_some_and(|allow| all_denied(allow, &rule.deny)) {
        let detail = "every tag that `allow` admits is denied";
        report.add(Kind::Contradiction, format!("{path}.allow"), detail);
    } else if rule.required && rule.deny.iter().any(any) {
        let detail = "a tag is required, and every tag is denied";
        report.add(Kind::Contradiction, format!("{path}.deny"), detail);
    }
    if let (Some(allow), Some(regex)) = (&rule.allow, &rule.regex)
        && !allow.is_empty()
        && let Ok(compiled) = regex.compile()
        && allow.iter().all(|glob| glob.is_literal() && !compiled.is_match(glob.as_str()))
    {
        let detail = format!("no tag that `allow` admits matches {}", shown(regex.as_str()));
        report.add(Kind::Contradiction, format!("{path}.regex"), detail);
    }
}

fn signature(path: &str, rule: &SignatureRule, report: &mut Report<'_>) {
    if let Some(SignedIdentity::Remap(mirror)) = &rule.signed_identity {
        set::mirror(&format!("{path}.signedIdentity.remap"), mirror, report);
    }
}

fn vulnerabilities(path: &str, rule: &VulnerabilitiesRule, report: &mut Report<'_>) {
    if rule.is_idle() {
        idle(path, "`max`, `fixable` or another bound", report);
    }
    match rule.max_age {
        None => report.add_help(
            Kind::MissingKey,
            path,
            "the key `maxAge` is missing: an old scan says nothing about today",
            Some("write `maxAge: 7d`, or what your scans keep up with".to_owned()),
        ),
        Some(age) if age.seconds() == 0 => {
            let detail = "no scan is `0s` old";
            report.add(Kind::Contradiction, format!("{path}.maxAge"), detail);
        }
        Some(_) => {}
    }
    vulnerability_bounds(path, rule, report);
    for (position, id) in rule.deny.iter().enumerate() {
        report.blank(format!("{path}.deny[{position}]"), id);
    }
    for (position, ignored) in rule.ignore.iter().enumerate() {
        if rule.deny.contains(&ignored.id) {
            let detail = format!("{} is in `deny`, which nothing waives", shown(&ignored.id));
            report.add(Kind::Contradiction, format!("{path}.ignore[{position}].id"), detail);
        }
        report.blank(format!("{path}.ignore[{position}].id"), &ignored.id);
        report.blank(format!("{path}.ignore[{position}].reason"), &ignored.reason);
    }
}

fn vulnerability_bounds(path: &str, rule: &VulnerabilitiesRule, report: &mut Report<'_>) {
    if let Some(epss) = &rule.epss {
        let path = format!("{path}.epss");
        match (epss.score, epss.percentile) {
            (Some(_), None) | (None, Some(_)) => {}
            (None, None) => {
                report.add(Kind::MissingKey, path, "one of `score` and `percentile` is missing");
            }
            (Some(_), Some(_)) => {
                let detail = "it has `score` and `percentile`, and exactly one is expected";
                report.add(Kind::Contradiction, path, detail);
            }
        }
    }
    if let Some(published) = &rule.published
        && published.max == SeverityLimits::default()
    {
        idle(&format!("{path}.published.max"), "a bound", report);
    }
    if let Some(feeds) = &rule.feeds
        && feeds.epss.is_none()
        && feeds.kev.is_none()
    {
        idle(&format!("{path}.feeds"), "`epss` or `kev`", report);
    }
    if let (Some(accepted), Some(required)) = (&rule.scanners, &rule.require_scanners) {
        for (position, name) in required.iter().enumerate() {
            if !accepted.contains(name) {
                let detail = format!("reports of `{name}` do not count: it is not in `scanners`");
                let path = format!("{path}.requireScanners[{position}]");
                report.add(Kind::Contradiction, path, detail);
            }
        }
    }
}

fn config(path: &str, rule: &ConfigRule, policy: &ImagePolicy, report: &mut Report<'_>) {
    config_is_idle(path, rule, report);
    if let Some(UserRule::OneOf(users)) = &rule.user {
        for (position, user) in users.iter().enumerate() {
            report.blank(format!("{path}.user.oneOf[{position}]"), user);
        }
    }
    for (position, label) in rule.labels.iter().flat_map(|labels| &labels.required).enumerate() {
        report.blank(format!("{path}.labels.required[{position}]"), label);
    }
    if let Some(ports) = &rule.ports
        && let Some(allow) = &ports.allow
        && !allow.is_empty()
        && allow.iter().all(|own| ports.deny.iter().any(|other| other.covers(own)))
    {
        let detail = "every port that `allow` admits is denied";
        report.add(Kind::Contradiction, format!("{path}.ports.allow"), detail);
    }
    let runs = &policy.spec.platforms;
    if let Some(own) = &rule.platforms
        && !own.is_empty()
        && !runs.is_empty()
        && !own.iter().any(|own| runs.iter().any(|run| own.admits(run) || run.admits(own)))
    {
        let detail = "none of these is among the policy's own `platforms`, so no image passes";
        report.add(Kind::Contradiction, format!("{path}.platforms"), detail);
    }
    if rule.max_age.is_some_and(|age| age.seconds() == 0) {
        report.add(Kind::Contradiction, format!("{path}.maxAge"), "no image is `0s` old");
    }
    if rule.max_size.is_some_and(|size| size.0 == 0) {
        report.add(Kind::Contradiction, format!("{path}.maxSize"), "no image has `0` bytes");
    }
}

fn config_is_idle(path: &str, rule: &ConfigRule, report: &mut Report<'_>) {
    if *rule == ConfigRule::default() {
        idle(path, "at least one check", report);
    }
    if rule
        .labels
        .as_ref()
        .is_some_and(|labels| labels.required.is_empty() && labels.regex.is_empty())
    {
        idle(&format!("{path}.labels"), "`required` or `regex`", report);
    }
    if rule.env.as_ref().is_some_and(|env| env.deny.is_empty() && env.secrets.is_none()) {
        idle(&format!("{path}.env"), "`deny` or `secrets`", report);
    }
    if rule.ports.as_ref().is_some_and(|ports| ports.allow.is_none() && ports.deny.is_empty()) {
        idle(&format!("{path}.ports"), "`allow` or `deny`", report);
    }
}

fn base_image(
    path: &str,
    rule: &BaseImageRule,
    catalogs: &[(usize, &ImageCatalog)],
    report: &mut Report<'_>,
) {
    if catalogs.iter().any(|(_, catalog)| catalog.metadata.name == rule.catalog) {
        return;
    }
    let names = catalogs.iter().map(|(_, catalog)| catalog.metadata.name.as_str());
    let help = suggestion(rule.catalog.as_str(), names);
    let detail = format!("there is no `ImageCatalog` `{}`", rule.catalog);
    report.add_help(Kind::Reference, format!("{path}.catalog"), detail, help);
}
