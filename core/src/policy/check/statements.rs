//! Rules about signed statements: what they ask can be met, and can be missed.

use super::rules::idle;
use super::{Report, set};
use crate::evidence::predicate::time_place;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::{
    AttestationRule, Condition, Duration, MaterialRule, Operator, ProvenanceRule, SignedIdentity,
    ValueCondition,
};

/// The highest build level of SLSA v1.0.
const HIGHEST_LEVEL: u8 = 3;

pub(super) fn attestation(path: &str, rule: &AttestationRule, report: &mut Report<'_>) {
    age(path, rule.max_age, report);
    identity(path, rule.subject_name.as_ref(), report);
    if let Some(time) = &rule.time
        && time.is_many()
    {
        let detail = format!("`{time}` leads to several values, and one time is expected");
        report.add(Kind::Value, format!("{path}.time"), detail);
    }
    let has_time = rule.time.is_some() || time_place(rule.predicate_type.as_str()).is_some();
    if rule.max_age.is_some() && !has_time {
        let detail = format!(
            "where a statement of type `{}` states its time is not known, so none would pass",
            rule.predicate_type
        );
        let help = "name the place: `time: /pointer`";
        report.add_help(Kind::MissingKey, format!("{path}.maxAge"), detail, Some(help.to_owned()));
    }
    conditions(&format!("{path}.where"), &rule.conditions, report);
}

pub(super) fn provenance(path: &str, rule: &ProvenanceRule, report: &mut Report<'_>) {
    age(path, rule.max_age, report);
    identity(path, rule.subject_name.as_ref(), report);
    conditions(&format!("{path}.parameters"), &rule.parameters, report);
    for (position, builder) in rule.builders.iter().enumerate() {
        let path = format!("{path}.builders[{position}]");
        report.blank(format!("{path}.id"), &builder.id);
        if let Some(version) = &builder.version {
            report.blank(format!("{path}.version"), version);
            if builder.id.contains('@') {
                let detail = "the id names a version already, so no builder has both";
                report.add(Kind::Contradiction, format!("{path}.version"), detail);
            }
        }
        level(&format!("{path}.level"), builder.level, report);
    }
    level(&format!("{path}.minLevel"), rule.min_level, report);
    if let Some(least) = rule.min_level
        && !rule.builders.iter().any(|builder| builder.level.is_some_and(|level| level >= least))
    {
        let detail = format!("no builder is listed with level `{least}` or more");
        let help = "list builders: `builders: [{id: …, level: 3}]`";
        report.add_help(
            Kind::Contradiction,
            format!("{path}.minLevel"),
            detail,
            Some(help.to_owned()),
        );
    }
    for (key, text) in [("buildType", &rule.build_type), ("workflow", &rule.workflow)] {
        if let Some(text) = text {
            report.blank(format!("{path}.{key}"), text);
        }
    }
    if let Some(materials) = &rule.materials {
        let path = format!("{path}.materials");
        if *materials == MaterialRule::default() {
            idle(&path, "`allow`, `required` or `digests: true`", report);
        }
        for (position, uri) in materials.required.iter().enumerate() {
            report.blank(format!("{path}.required[{position}]"), uri);
        }
    }
}

fn age(path: &str, age: Option<Duration>, report: &mut Report<'_>) {
    if age.is_some_and(|age| age.seconds() == 0) {
        report.add(Kind::Contradiction, format!("{path}.maxAge"), "no statement is `0s` old");
    }
}

fn identity(path: &str, identity: Option<&SignedIdentity>, report: &mut Report<'_>) {
    if let Some(SignedIdentity::Remap(mirror)) = identity {
        set::mirror(&format!("{path}.subjectName.remap"), mirror, report);
    }
}

fn level(path: &str, level: Option<u8>, report: &mut Report<'_>) {
    if let Some(level) = level
        && !(1..=HIGHEST_LEVEL).contains(&level)
    {
        let detail = format!("`{level}` is no build level: SLSA has 1 to {HIGHEST_LEVEL}");
        report.add(Kind::Value, path, detail);
    }
}

fn conditions(path: &str, all: &[Condition], report: &mut Report<'_>) {
    for (position, one) in all.iter().enumerate() {
        condition(&format!("{path}[{position}]"), one, report);
    }
}

fn condition(path: &str, condition: &Condition, report: &mut Report<'_>) {
    match condition {
        Condition::AllOf(all) => conditions(&format!("{path}.allOf"), all, report),
        Condition::AnyOf(any) => conditions(&format!("{path}.anyOf"), any, report),
        Condition::Not(not) => self::condition(&format!("{path}.not"), not, report),
        Condition::Value(value) => self::value(path, value, report),
    }
}

fn value(path: &str, condition: &ValueCondition, report: &mut Report<'_>) {
    let ValueCondition { quantifier, operator, .. } = condition;
    match operator {
        Operator::Exists(false) if quantifier.is_some() => {
            let detail = "what a list lacks cannot be counted; use `exists: true`";
            report.add(Kind::Contradiction, format!("{path}.exists"), detail);
        }
        Operator::StartsWith(text) if text.is_empty() => {
            idle(&format!("{path}.startsWith"), "the start of a text", report);
        }
        Operator::EndsWith(text) if text.is_empty() => {
            idle(&format!("{path}.endsWith"), "the end of a text", report);
        }
        Operator::Within(length) if length.seconds() == 0 => {
            let detail = "no time in the past is `0s` ago";
            report.add(Kind::Contradiction, format!("{path}.within"), detail);
        }
        _ => {}
    }
}
