//! A second evaluator, as plain as can be: it reads the world, not bytes, and knows nothing of
//! the engine's ways.

use std::collections::BTreeSet;

use cocket::decision::{Outcome, Verdict};
use proptest::prelude::*;

use super::world::{KEYS, Mode, Rule, World, WorldReport, findings, world};

fn expected(world: &World) -> (Verdict, Vec<Outcome>) {
    let outcomes: Vec<Outcome> =
        (0..world.rules.len()).map(|position| outcome(world, position)).collect();
    let mut verdict = Verdict::Allow;
    for (outcome, (_, mode)) in outcomes.iter().zip(&world.rules) {
        let weight = match (outcome, mode) {
            (Outcome::Fail, Mode::Enforce) => Verdict::Deny,
            (Outcome::Fail, Mode::Warn) => Verdict::Warn,
            _ => Verdict::Allow,
        };
        verdict = verdict.max(weight);
    }
    if world.rules.iter().all(|(_, mode)| *mode == Mode::Audit) && !world.default_allow {
        verdict = Verdict::Deny;
    }
    (verdict, outcomes)
}

fn outcome(world: &World, position: usize) -> Outcome {
    let rule = &world.rules[position].0;
    if passes(world, rule, &[]) {
        return Outcome::Pass;
    }
    let in_force = world.exceptions.iter().filter(|one| one.rule == position && !one.expired);
    if in_force.clone().any(|one| one.finding.is_none()) {
        return Outcome::Waived;
    }
    let waived: Vec<usize> = in_force.filter_map(|one| one.finding).collect();
    if !waived.is_empty() && matches!(rule, Rule::Scan { .. }) && passes(world, rule, &waived) {
        return Outcome::Waived;
    }
    Outcome::Fail
}

fn passes(world: &World, rule: &Rule, waived: &[usize]) -> bool {
    let image = &world.image;
    match rule {
        Rule::Registry { allow, deny } => {
            let matched = |pattern: &usize| match pattern {
                0 => image.registry < 2,
                1 => image.registry == 0,
                2 => image.registry == 1,
                _ => image.registry == 2,
            };
            allow.iter().any(matched) && !deny.iter().any(matched)
        }
        Rule::Digest => image.pinned,
        Rule::NoLatest => match image.tag {
            Some(tag) => tag != "latest",
            None => image.pinned,
        },
        Rule::Signed { at_least, of } => {
            let signers: BTreeSet<usize> = world
                .signatures
                .iter()
                .filter(|one| one.about_this && one.key < *of && one.key < KEYS.len())
                .map(|one| one.key)
                .collect();
            signers.len() >= *at_least
        }
        Rule::Scan { critical, high, fixable_high } => {
            let bound: Vec<&WorldReport> =
                world.reports.iter().filter(|report| report.about_this).collect();
            let Some(latest) = bound.iter().map(|report| report.age_days).min() else {
                return false;
            };
            bound.iter().filter(|report| report.age_days == latest).all(|report| {
                latest <= 7
                    && within(report, waived, *critical, *high, false)
                    && within(report, waived, None, *fixable_high, true)
            })
        }
        Rule::NonRoot => image.user == "10001",
        Rule::Base => image.layers.starts_with(&["base", "certificates"]),
    }
}

/// A bound on `high` alone bounds `critical` too, by itself.
fn within(
    report: &WorldReport,
    waived: &[usize],
    critical: Option<u32>,
    high: Option<u32>,
    fixable: bool,
) -> bool {
    let all = findings();
    let count = |severity: &str| {
        let rows = report.findings.iter().map(|position| &all[*position]);
        let rows = rows.filter(|row| {
            row.severity == severity
                && (!fixable || !row.fixed.is_empty())
                && !waived
                    .iter()
                    .any(|one| all[*one].id == row.id && all[*one].package == row.package)
        });
        rows.map(|row| (&row.id, &row.package)).collect::<BTreeSet<_>>().len()
    };
    let at_most = |limit: Option<u32>, count: usize| {
        limit.is_none_or(|limit| count <= usize::try_from(limit).unwrap())
    };
    at_most(critical.or(high), count("CRITICAL")) && at_most(high, count("HIGH"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn two_evaluators_agree(world in world()) {
        let decision = world.decide();
        let outcomes: Vec<Outcome> =
            decision.results.iter().map(|result| result.outcome).collect();
        prop_assert_eq!((decision.verdict, outcomes), expected(&world), "{:#?}", decision);
    }
}
