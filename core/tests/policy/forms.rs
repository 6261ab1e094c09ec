//! What loads: the same in YAML and JSON, in any layout, and when written and read again.

use cocket::policy::model::{Family, Limit, Requirement};
use cocket::policy::{Policies, PolicySource};
use proptest::prelude::*;

use crate::sample::{as_json, example, example_with, load, load_all, policy_with};

#[test]
fn the_example_of_the_design_loads() {
    let loaded = load(&example()).unwrap();
    assert_eq!(loaded.set().unwrap().metadata.name.as_str(), "acme");
    let [policy] = loaded.image_policies() else { panic!() };
    assert_eq!(policy.spec.rules.len(), 6);
    let Family::Signature(rule) = &policy.spec.rules[2].family else { panic!() };
    assert!(matches!(&rule.require, Requirement::AnyOf(names) if names.len() == 2));
    let Family::Vulnerabilities(rule) = &policy.spec.rules[3].family else { panic!() };
    let max = rule.max.as_ref().unwrap();
    assert_eq!((max.high, max.unknown), (Some(Limit::AtMost(5)), Some(Limit::Unlimited)));
    assert_eq!(rule.max_age.unwrap().seconds(), 7 * 86_400);
    assert_eq!(loaded.exceptions()[0].spec.expires.to_string(), "2026-12-15T00:00:00Z");
    assert_eq!((loaded.catalogs().len(), loaded.trust_roots().len()), (1, 1));
}

#[test]
fn json_and_yaml_mean_the_same() {
    let yaml = load(&example()).unwrap();
    let texts: Vec<_> = as_json(&example())
        .into_iter()
        .enumerate()
        .map(|(position, text)| (format!("{position}.json"), text))
        .collect();
    let json = load_all(&texts);
    assert_eq!(json.image_policies(), yaml.image_policies());
    assert_eq!(json.exceptions(), yaml.exceptions());
    assert_eq!(json.digest(), yaml.digest());
    // JSON is YAML: the other reader must agree, too.
    let texts: Vec<_> =
        texts.into_iter().map(|(_, text)| ("x.yaml".to_owned(), format!("# y\n{text}"))).collect();
    assert_eq!(load_all(&texts).digest(), yaml.digest());
}

#[test]
fn digests_hold_for_every_layout() {
    let loaded = load(&example()).unwrap();
    let policy = &loaded.image_policies()[0];
    let mut texts: Vec<_> = as_json(&example())
        .into_iter()
        .map(|text| (format!("{}.yaml", text.len()), text))
        .collect();
    texts.reverse();
    let other = load_all(&texts);
    assert_eq!(other.digest(), loaded.digest());
    let mut shuffled = policy.clone();
    shuffled.spec.rules.reverse();
    assert_eq!(loaded.digest_of(&shuffled), loaded.digest_of(policy));
    for (old, new) in [("high: 5", "high: 6"), ("WAF-17", "WAF-18"), ("2027-01-01", "2027-01-02")] {
        assert_ne!(load(&example_with(old, new)).unwrap().digest(), loaded.digest(), "{new}");
    }
    let same = load(&example_with("maxAge: 7d", "maxAge: 168h")).unwrap();
    assert_eq!(same.digest(), loaded.digest());
}

#[test]
fn what_is_written_loads_as_the_same() {
    let loaded = load(&example()).unwrap();
    let texts: Vec<_> = loaded
        .to_canonical_json()
        .into_iter()
        .map(|bytes| ("written.json".to_owned(), String::from_utf8(bytes).unwrap()))
        .collect();
    let again = load_all(&texts);
    assert_eq!(again.set(), loaded.set());
    assert_eq!(again.exceptions(), loaded.exceptions());
    assert_eq!(again.catalogs(), loaded.catalogs());
    assert_eq!(again.trust_roots(), loaded.trust_roots());
    assert_eq!(again.digest(), loaded.digest());
}

#[test]
fn an_alias_stands_for_its_value() {
    let text = policy_with(
        "  match: {namespaces: &ns [a, b]}\n  modes: [{namespaces: *ns, mode: warn}]\n  rules: [{id: r, config: {user: nonRoot}}]",
    );
    let loaded = load(&text).unwrap();
    let spec = &loaded.image_policies()[0].spec;
    assert_eq!(spec.modes[0].namespaces, spec.matches.as_ref().unwrap().namespaces);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn cut_texts_never_panic(at in any::<prop::sample::Index>(), json in any::<bool>()) {
        let text = if json { as_json(&example())[1].clone() } else { example() };
        let cut = text.as_bytes()[..at.index(text.len())].to_vec();
        let _ = Policies::load(&[PolicySource { name: "x".to_owned(), bytes: cut }]);
    }

    #[test]
    fn changed_texts_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        json in any::<bool>(),
    ) {
        let text = if json { as_json(&example())[1].clone() } else { example() };
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at.index(length)] = byte;
        }
        if let Err(errors) = Policies::load(&[PolicySource { name: "x".to_owned(), bytes }]) {
            for error in errors.as_slice() {
                prop_assert!(error.line > 0 && error.column > 0);
                prop_assert!(!error.render().is_empty());
            }
        }
    }

    /// Whatever loads is written and read again as the same.
    #[test]
    fn loaded_models_survive_being_written(
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[a-z0-9*.:/-]"), 1..3),
    ) {
        let mut text = example();
        for (at, new) in changes {
            let at = at.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, &new);
            }
        }
        if let Ok(loaded) = load(&text) {
            let texts: Vec<_> = loaded
                .to_canonical_json()
                .into_iter()
                .map(|bytes| ("w.json".to_owned(), String::from_utf8(bytes).unwrap()))
                .collect();
            prop_assert_eq!(load_all(&texts).digest(), loaded.digest());
        }
    }
}
