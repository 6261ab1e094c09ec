//! A second evaluator of rules about statements, and laws that hold for every input.

use cocket::decision::Outcome;
use cocket_testkit::{Signature, Signer};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{TYPE, ago, attest, decide, decide_at, engine, evidence, image, result};

/// A statement before it is written: who makes it, about this image or another, with which
/// profile, how many days ago.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    key: &'static str,
    about_this: bool,
    good: bool,
    days: Option<i32>,
}

#[derive(Debug, Clone)]
struct Asked {
    select: &'static str,
    max_age: Option<i32>,
    all_of: bool,
}

impl Said {
    fn signed(&self) -> Signature {
        let other = cocket_testkit::digest(b"another image");
        let about = if self.about_this { image().digest() } else { other };
        let mut predicate = json!({"profile": if self.good { "good" } else { "bad" }});
        if let Some(days) = self.days {
            predicate["on"] = json!(ago(days).to_string());
        }
        Signer::named(self.key).statement(&about, TYPE, &predicate)
    }

    /// It passes by itself.
    fn passes(&self, asked: &Asked) -> bool {
        let in_time = match (self.days, asked.max_age) {
            (None, max_age) => max_age.is_none(),
            (Some(days), max_age) => days >= 0 && max_age.is_none_or(|most| days <= most),
        };
        self.good && in_time
    }
}

impl Asked {
    fn rule(&self) -> Value {
        let who = if self.all_of { "allOf" } else { "anyOf" };
        let mut rule = json!({
            who: ["a", "b"], "select": self.select,
            "where": [{"path": "/profile", "equals": "good"}],
        });
        if let Some(days) = self.max_age {
            rule["maxAge"] = json!(format!("{days}d"));
        }
        rule
    }

    /// Whether the authority passes: `None` where it has said nothing.
    fn authority(&self, own: &[&Said]) -> Option<bool> {
        let last = own.iter().map(|one| one.days).min()?;
        let several = own.len() > 1;
        Some(match self.select {
            "any" => own.iter().any(|one| one.passes(self)),
            "latest" if several && own.iter().any(|one| one.days.is_none_or(|days| days < 0)) => {
                false
            }
            "latest" => own.iter().filter(|one| one.days == last).all(|one| one.passes(self)),
            _ => own.iter().all(|one| one.passes(self)),
        })
    }

    fn passes(&self, all: &[Said]) -> bool {
        let answers: Vec<Option<bool>> = ["a", "b"]
            .map(|key| {
                let mut own: Vec<&Said> = Vec::new();
                for one in all.iter().filter(|one| one.key == key && one.about_this) {
                    if !own.contains(&one) {
                        own.push(one);
                    }
                }
                self.authority(&own)
            })
            .to_vec();
        let vouch = answers.iter().filter(|answer| **answer == Some(true)).count();
        let fails = answers.contains(&Some(false)) && self.select != "any";
        !fails && vouch >= if self.all_of { 2 } else { 1 }
    }
}

fn statements() -> impl Strategy<Value = Vec<Said>> {
    let one = (
        prop::sample::select(vec!["a", "a", "b", "b", "stranger"]),
        prop::bool::weighted(0.85),
        prop::bool::weighted(0.7),
        proptest::option::weighted(0.9, -1..4_i32),
    )
        .prop_map(|(key, about_this, good, days)| Said { key, about_this, good, days });
    prop::collection::vec(one, 0..5)
}

fn asked() -> impl Strategy<Value = Asked> {
    (
        prop::sample::select(vec!["latest", "all", "any"]),
        proptest::option::of(1..3_i32),
        any::<bool>(),
    )
        .prop_map(|(select, max_age, all_of)| Asked { select, max_age, all_of })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn two_readings_of_the_statements_agree(asked in asked(), all in statements()) {
        let signed: Vec<Signature> = all.iter().map(Said::signed).collect();
        let engine = engine(&asked.rule());
        let own = result(&engine, &signed);
        prop_assert_eq!(own.outcome == Outcome::Pass, asked.passes(&all), "{:#?}", own);
        let turned: Vec<Signature> = signed.into_iter().rev().collect();
        prop_assert_eq!(own, result(&engine, &turned));
    }

    #[test]
    fn a_decision_on_statements_holds_until_it_says(asked in asked(), all in statements()) {
        let signed: Vec<Signature> = all.iter().map(Said::signed).collect();
        let (engine, evidence) = (engine(&asked.rule()), evidence(&signed));
        let decision = decide(&engine, &evidence);
        let last = match decision.valid_until {
            Some(until) => until.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap(),
            None => ago(-1_000),
        };
        let then = decide_at(&engine, &evidence, last);
        prop_assert_eq!(then.results[0].outcome, decision.results[0].outcome);
    }

    #[test]
    fn quantifiers_count_what_holds_and_trust_no_gap(
        list in prop::collection::vec(prop::sample::select(vec!["pass", "fail", "number", "none"]), 0..5),
        least in 0..4_usize,
        most in 0..4_usize,
    ) {
        let items: Vec<Value> = list.iter().map(|kind| match *kind {
            "number" => json!({"result": 5}),
            "none" => json!({}),
            text => json!({"result": text}),
        }).collect();
        let count = |wanted: &[&str]| list.iter().filter(|kind| wanted.contains(*kind)).count();
        let (holds, gaps) = (count(&["pass"]), count(&["number", "none"]));
        let possible = count(&["pass", "number", "none"]);
        let statement = attest("a", &json!({"list": items}));
        let holds_for = |quantifier: Value| {
            let condition = json!({"path": "/list/*/result", "quantifier": quantifier, "equals": "pass"});
            let rule = json!({"anyOf": ["a"], "where": [condition]});
            result(&engine(&rule), std::slice::from_ref(&statement)).outcome == Outcome::Pass
        };
        prop_assert_eq!(holds_for(json!("all")), !list.is_empty() && holds == list.len());
        prop_assert_eq!(holds_for(json!("any")), holds > 0);
        prop_assert_eq!(holds_for(json!("none")), holds == 0 && gaps == 0);
        if least <= most {
            let range = json!({"count": {"atLeast": least, "atMost": most}});
            prop_assert_eq!(holds_for(range), holds >= least && possible <= most);
        }
    }
}
