//! References and patterns, against attacks.
#![cfg(test)]

use cocket::reference::{ImagePattern, PatternIndex, Reference, RepositoryPrefix};
use proptest::prelude::*;

#[test]
fn what_was_given_stays_apart_from_what_it_means() {
    let none = Reference::parse("nginx").unwrap();
    let latest = Reference::parse("nginx:latest").unwrap();
    assert_eq!((none.tag(), latest.tag()), (None, Some("latest")));
    assert!(!none.is_qualified() && Reference::parse("docker.io/nginx").unwrap().is_qualified());
    for alias in ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"] {
        let name = Reference::parse(&format!("{alias}/nginx")).unwrap();
        assert_eq!(name.to_string(), "docker.io/library/nginx");
    }
}

#[test]
fn lookalikes_do_not_match() {
    let pattern = ImagePattern::try_from("registry.example.com/team/**".to_owned()).unwrap();
    let good = Reference::parse("registry.example.com/team/app").unwrap();
    assert!(pattern.matches(&good));
    for evil in [
        "registry.example.com.evil.io/team/app",
        "registry.example.com:5000/team/app",
        "evil.io/registry.example.com/team/app",
        "registry-example.com/team/app",
        "registry.example.com/team-evil/app",
        "registry.example.com/team",
        "registry.example.com/teams/app",
        "xregistry.example.com/team/app",
    ] {
        assert!(!pattern.matches(&Reference::parse(evil).unwrap()), "{evil}");
    }
    for broken in [
        "registry.example.com@evil.io/team/app",
        "user:password@registry.example.com/team/app",
        "registry.example.com./team/app",
        "registry.exаmple.com/team/app",
        "registry.example.com//team/app",
        "registry.example.com/team/../app",
        "registry.example.com/Team/app",
        "https://registry.example.com/team/app",
        "registry.example.com/team/app:tag\n",
        " registry.example.com/team/app",
    ] {
        assert!(Reference::parse(broken).is_err(), "{broken}");
    }
}

#[test]
fn patterns_that_say_less_than_they_seem_are_refused() {
    for (pattern, help) in [
        ("registry.example.com*", "registry.example.com/**"),
        ("registry.example.com", "registry.example.com/**"),
        ("registry.example.com:5000", "registry.example.com:5000/**"),
        ("ghcr.io/org*", "ghcr.io/org/**"),
        ("org*", "/**"),
        ("*.com/x", "last two labels"),
        ("registry*.example.com/app", "one whole label"),
        ("ghcr.io/team/a**", "whole segment"),
        ("ghcr.io/[a]/b", "wildcards"),
        ("ghcr.io/team/", "cannot be part"),
        ("ghcr.io/team/app:", "not a tag"),
    ] {
        match ImagePattern::try_from(pattern.to_owned()) {
            Ok(_) => panic!("{pattern} loads"),
            Err(error) => assert!(error.contains(help), "{pattern}: {error}"),
        }
    }
}

#[test]
fn stars_stay_in_their_segment() {
    let matches = |pattern: &str, image: &str| {
        let pattern = ImagePattern::try_from(pattern.to_owned()).unwrap();
        pattern.matches(&Reference::parse(image).unwrap())
    };
    assert!(matches("ghcr.io/acme/*", "ghcr.io/acme/app"));
    assert!(!matches("ghcr.io/acme/*", "ghcr.io/acme/app/sub"));
    assert!(matches("ghcr.io/acme/**/api", "ghcr.io/acme/a/b/api"));
    assert!(matches("ghcr.io/acme/app-*:1.*", "ghcr.io/acme/app-x:1.2"));
    assert!(!matches("ghcr.io/acme/app-*:1.*", "ghcr.io/acme/app-x"));
    assert!(matches("*.dkr.ecr.*.amazonaws.com/prod/**", "1.dkr.ecr.eu-1.amazonaws.com/prod/x"));
    assert!(!matches("*.dkr.ecr.*.amazonaws.com/prod/**", "1.2.dkr.ecr.eu-1.amazonaws.com/prod/x"));
    assert!(matches("nginx", "docker.io/library/nginx:1"));
    assert!(matches("nginx:1.27", "docker.io/library/nginx:1.27"));
    assert!(!matches("nginx:1.27", "nginx:1.28"));
    assert!(!matches("nginx", "evil/nginx"));
    assert!(matches("docker.io/**", "nginx"));
    assert!(matches("docker.io/library/*", "nginx"));
}

#[test]
fn mirrors_end_at_a_segment() {
    let prefix = |text| RepositoryPrefix::parse(text).unwrap();
    let image = Reference::parse("docker.io/bitnami/redis:7").unwrap();
    let to = prefix("registry.example.com/hub");
    let moved = image.relocated(&prefix("docker.io"), &to).unwrap();
    assert_eq!(moved.to_string(), "registry.example.com/hub/bitnami/redis:7");
    assert_eq!(moved.given(), "docker.io/bitnami/redis:7");
    assert!(image.relocated(&prefix("docker.io/bit"), &to).is_none());
    assert!(RepositoryPrefix::parse("library").is_err());
}

fn pattern() -> impl Strategy<Value = String> {
    let host = prop::sample::select(vec![
        "a.io",
        "b.io",
        "*.c.io",
        "x.c.io",
        "*.*.c.io",
        "x.*.c.io",
        "*.y.c.io",
        "*.c.io:5000",
    ]);
    let path = prop::sample::select(vec![
        "**", "t/**", "t/a", "t/*", "t/u/**", "**/a", "t/u/a", "t/**/a", "t/**/u/*", "t/?", "?/a",
        "t/a*", "*/u/**", "t/*/a", "**/u/**",
    ]);
    let tag = prop::sample::select(vec!["", ":1", ":1*"]);
    (host, path, tag).prop_map(|(host, path, tag)| format!("{host}/{path}{tag}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_index_agrees_with_its_patterns(
        patterns in prop::collection::vec(pattern(), 0..12),
        host in prop::sample::select(
            vec!["a.io", "b.io", "x.c.io", "x.y.c.io", "c.io", "x.c.io:5000", "xc.io"],
        ),
        path in "[tu](/[tua]){0,3}",
        tag in prop::sample::select(vec!["", ":1", ":12", ":2"]),
    ) {
        let image = Reference::parse(&format!("{host}/{path}{tag}")).unwrap();
        let load = |text| ImagePattern::try_from(text).unwrap();
        let patterns: Vec<_> = patterns.into_iter().map(load).collect();
        let naive = patterns.iter().position(|pattern| pattern.matches(&image));
        prop_assert_eq!(PatternIndex::new(&patterns).matches(&image), naive);
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,60}") {
        let _ = Reference::parse(&text);
        let _ = ImagePattern::try_from(text.clone());
        let _ = RepositoryPrefix::parse(&text);
    }
}
