//! Laws that hold for every input.

use cocket::decision::{Decision, Outcome, Verdict};
use cocket::evaluate::{Engine, History};
use cocket::policy::{Policies, PolicySource};
use proptest::prelude::*;

use super::world::{Mode, Rule, WorldReport, WorldSignature, now, rule, world};

fn json(decision: &Decision) -> String {
    decision.to_canonical_json().unwrap()
}

fn failing(decision: &Decision) -> Vec<&str> {
    let failed = decision.results.iter().filter(|result| result.outcome == Outcome::Fail);
    failed.map(|result| &*result.rule).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn order_changes_no_byte(world in world(), seed in any::<u64>()) {
        let mut turned = world.clone();
        turn(&mut turned.signatures, seed);
        turn(&mut turned.reports, seed);
        for report in &mut turned.reports {
            turn(&mut report.findings, seed);
        }
        let straight = world.decide();
        // Findings in another order are another report, so only the answer is the same.
        prop_assert_eq!(straight.verdict, turned.decide().verdict);
        let mut same_reports = turned;
        same_reports.reports = world.reports.clone();
        turn(&mut same_reports.reports, seed);
        prop_assert_eq!(json(&straight), json(&same_reports.decide()));

        let policy = world.policy();
        let mut documents: Vec<&str> = policy.split("---\n").filter(|text| !text.is_empty()).collect();
        turn(&mut documents, seed);
        let sources: Vec<PolicySource> = documents
            .iter()
            .enumerate()
            .map(|(position, text)| PolicySource {
                name: format!("{position}.yaml"),
                bytes: text.as_bytes().to_vec(),
            })
            .collect();
        let engine = Engine::new(&Policies::load(&sources).unwrap()).unwrap();
        let decision = engine.check(&world.request(), &world.evidence(), &History::default(), now());
        prop_assert_eq!(json(&straight), json(&decision));
    }

    #[test]
    fn an_enforced_rule_more_never_turns_deny_into_allow(world in world(), rule in rule()) {
        // Of an image that an enforced rule already covers.
        prop_assume!(world.rules.iter().any(|(_, mode)| *mode == Mode::Enforce));
        let before = world.decide().verdict;
        let mut more = world;
        more.rules.push((rule, Mode::Enforce));
        prop_assert!(more.decide().verdict >= before);
    }

    #[test]
    fn a_finding_more_never_helps(world in world(), finding in 0..6_usize) {
        let before = world.decide();
        let mut more = world.clone();
        for report in &mut more.reports {
            report.findings.push(finding);
        }
        let after = more.decide();
        let after = failing(&after);
        for rule in failing(&before) {
            prop_assert!(after.contains(&rule), "{rule}");
        }
    }

    #[test]
    fn a_signature_less_never_helps(world in world(), position in 0..4_usize) {
        prop_assume!(position < world.signatures.len());
        let before = world.decide();
        let mut less = world.clone();
        less.signatures.remove(position);
        let after = less.decide();
        let after = failing(&after);
        for rule in failing(&before) {
            prop_assert!(after.contains(&rule), "{rule}");
        }
    }

    #[test]
    fn without_reports_no_scan_rule_passes(world in world()) {
        let mut less = world;
        less.reports.clear();
        let decision = less.decide();
        for (result, position) in decision.results.iter().zip(0..) {
            let is_scan = matches!(less.rules[position].0, Rule::Scan { .. });
            prop_assert!(!is_scan || result.outcome != Outcome::Pass);
        }
    }

    #[test]
    fn strangers_change_no_outcome(
        world in world(),
        signatures in prop::collection::vec(any::<(bool, bool)>(), 1..4),
        findings in prop::collection::vec(0..6_usize, 0..3),
    ) {
        let before = world.decide();
        let mut more = world;
        more.signatures.extend(signatures.into_iter().map(|(about_this, bundle)| {
            WorldSignature { key: 3, about_this, bundle }
        }));
        more.reports.push(WorldReport { about_this: false, age_days: 0, findings });
        let after = more.decide();
        let outcomes = |decision: &Decision| -> Vec<Outcome> {
            decision.results.iter().map(|result| result.outcome).collect()
        };
        prop_assert_eq!(outcomes(&before), outcomes(&after));
        prop_assert_eq!(before.verdict, after.verdict);
    }

    #[test]
    fn a_decision_holds_until_it_says(world in world()) {
        let decision = world.decide();
        if let Some(until) = decision.valid_until {
            prop_assert!(until > now());
            let last = until.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap();
            let (engine, request, evidence) = (world.engine(), world.request(), world.evidence());
            let then = engine.check(&request, &evidence, &History::default(), last);
            prop_assert_eq!(then.verdict, decision.verdict);
            prop_assert_eq!(failing(&then), failing(&decision));
        }
    }

    #[test]
    fn an_allow_has_something_that_passed_or_a_default(world in world()) {
        let decision = world.decide();
        if decision.verdict == Verdict::Allow {
            let covered = decision.results.iter().any(|result| result.outcome != Outcome::Fail);
            prop_assert!(covered || !decision.general.is_empty());
            for result in &decision.results {
                prop_assert!(!result.reasons.is_empty(), "{}", result.rule);
            }
        }
    }
}

/// Another order, that the seed picks.
fn turn<T>(list: &mut [T], seed: u64) {
    let by = usize::try_from(seed).unwrap_or_default().checked_rem(list.len());
    list.rotate_left(by.unwrap_or_default());
    if seed.is_multiple_of(2) {
        list.reverse();
    }
}

#[test]
fn one_engine_serves_many_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
    let world = super::attacks::good();
    let (engine, request, evidence) = (world.engine(), world.request(), world.evidence());
    let history = History::default();
    let alone = json(&engine.check(&request, &evidence, &history, now()));
    std::thread::scope(|scope| {
        let decide = || json(&engine.check(&request, &evidence, &history, now()));
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(decide)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), alone);
        }
    });
}
