//! Names and annotations that an approval must have.

use cocket::policy::model::{Mirror, SignedIdentity};
use cocket::verify::{APPROVAL_PREDICATE, Refusal};

use crate::sample::*;

fn named_simple(reference: &str) -> cocket::evidence::Attached {
    signed_simple(1, &simple_payload(&digest().to_string(), reference, "null"))
}

fn named_statement(name: &str) -> cocket::evidence::Attached {
    let subject = format!(r#""name":"{name}","digest":{{"sha256":"{}"}}"#, digest().hex());
    bundle(&statement(APPROVAL_PREDICATE, &subject), &[1])
}

fn judge(attached: &cocket::evidence::Attached, identity: &SignedIdentity) -> Result<(), Refusal> {
    approved_as(attached, REPOSITORY, identity, &[]).map(drop)
}

#[test]
fn a_name_that_is_given_must_be_the_judged_one() {
    let when_named = SignedIdentity::WhenNamed;
    for reference in [REPOSITORY, "registry.example.com/app:v1"] {
        assert_eq!(judge(&named_simple(reference), &when_named), Ok(()));
        assert_eq!(judge(&named_statement(reference), &when_named), Ok(()));
    }
    for other in ["registry.example.com/app2", "registry.example.com/app/x", "app"] {
        for attached in [named_simple(other), named_statement(other)] {
            let refusal = judge(&attached, &when_named);
            assert!(matches!(refusal, Err(Refusal::OtherRepository { .. })), "{other}");
        }
    }
    for unreadable in ["UPPER/Case", "a b", "registry.example.com/app@sha256:12"] {
        for attached in [named_simple(unreadable), named_statement(unreadable)] {
            let refusal = judge(&attached, &when_named);
            assert!(matches!(refusal, Err(Refusal::UnreadableRepository { .. })), "{unreadable}");
        }
    }
}

#[test]
fn names_are_compared_by_what_they_mean() {
    let payload = simple_payload(&digest().to_string(), "index.docker.io/library/nginx", "null");
    let attached = signed_simple(1, &payload);
    for judged in ["nginx:1.27", "docker.io/nginx"] {
        assert!(approved_as(&attached, judged, &SignedIdentity::WhenNamed, &[]).is_ok());
    }
    assert!(approved_as(&attached, "nginx.io/nginx", &SignedIdentity::WhenNamed, &[]).is_err());
}

#[test]
fn a_missing_name_is_a_matter_of_the_format_and_the_policy() {
    let wanted = REPOSITORY.to_owned();
    let none = || Err(Refusal::NoRepository { wanted: wanted.clone() });
    let unnamed = bundle(&approval(), &[1]);
    assert_eq!(judge(&unnamed, &SignedIdentity::WhenNamed), Ok(()));
    assert_eq!(judge(&named_statement(""), &SignedIdentity::WhenNamed), Ok(()));
    assert_eq!(judge(&unnamed, &SignedIdentity::ExactRepository), none());
    assert_eq!(judge(&named_statement(""), &SignedIdentity::ExactRepository), none());
    assert_eq!(judge(&named_simple(""), &SignedIdentity::WhenNamed), none());
    assert_eq!(judge(&named_simple(REPOSITORY), &SignedIdentity::ExactRepository), Ok(()));
    assert_eq!(judge(&named_statement(REPOSITORY), &SignedIdentity::ExactRepository), Ok(()));
    assert!(judge(&named_statement("other/app"), &SignedIdentity::ExactRepository).is_err());
}

#[test]
fn same_digest_compares_no_name() {
    for attached in [named_simple("any.example/x"), named_simple(""), bundle(&approval(), &[1])] {
        assert_eq!(judge(&attached, &SignedIdentity::SameDigest), Ok(()));
    }
}

#[test]
fn a_mirror_carries_the_signatures_of_its_source() {
    let mirror = |from: &str, to: &str| {
        SignedIdentity::Remap(Mirror { from: from.to_owned(), to: to.to_owned() })
    };
    let remap = mirror("docker.io/library", "registry.example.com/hub");
    let nginx = named_simple("nginx");
    let judged = "registry.example.com/hub/nginx:1.27";
    assert!(approved_as(&nginx, judged, &remap, &[]).is_ok());
    let signed_as_mirror = named_simple("registry.example.com/hub/nginx");
    assert!(matches!(
        approved_as(&signed_as_mirror, judged, &remap, &[]),
        Err(Refusal::OtherRepository { wanted, .. }) if wanted == "docker.io/library/nginx"
    ));
    for outside in ["nginx", "registry.example.com/hub2/nginx", "registry.example.com/nginx"] {
        let refusal = approved_as(&nginx, outside, &remap, &[]);
        assert!(matches!(refusal, Err(Refusal::NotMirrored { .. })), "{outside}: {refusal:?}");
    }
    let unnamed = approved_as(&bundle(&approval(), &[1]), judged, &remap, &[]);
    assert!(matches!(unnamed, Err(Refusal::NoRepository { .. })));
    let broken = approved_as(&nginx, judged, &mirror("docker.io/library", "HUB!"), &[]);
    assert!(matches!(broken, Err(Refusal::UnreadableRepository { .. })));
}

#[test]
fn annotations_are_text_of_equal_value() {
    let optional = r#"{"env":"prod","n":1,"none":null}"#;
    let simple = signed_simple(1, &simple_payload(&digest().to_string(), REPOSITORY, optional));
    let subject = format!(r#""digest":{{"sha256":"{}"}},"annotations":{optional}"#, digest().hex());
    let bundle = bundle(&statement(APPROVAL_PREDICATE, &subject), &[1]);
    for attached in [simple, bundle] {
        let judge = |annotations: &[(&str, &str)]| {
            approved_as(&attached, REPOSITORY, &SignedIdentity::WhenNamed, annotations).map(drop)
        };
        assert_eq!(judge(&[("env", "prod")]), Ok(()));
        let different = judge(&[("env", "staging")]).unwrap_err();
        assert_eq!(different.to_string(), "the annotation `env` is `prod`, not `staging`");
        for (name, wanted) in [("n", "1"), ("none", "null"), ("ENV", "prod"), ("x", "")] {
            let (name, wanted) = (name.to_owned(), wanted.to_owned());
            let refusal = judge(&[("env", "prod"), (&name, &wanted)]);
            assert_eq!(refusal, Err(Refusal::AnnotationMissing { name, wanted }));
        }
    }
}

#[test]
fn name_and_annotations_stand_at_one_subject() {
    let two = |first: &str, second: &str| {
        let digest = format!(r#""digest":{{"sha256":"{}"}}"#, digest().hex());
        let subject = format!("{first},{digest}}},{{{second},{digest}");
        bundle(&statement(APPROVAL_PREDICATE, &subject), &[1])
    };
    let name = format!(r#""name":"{REPOSITORY}""#);
    let (env, other) =
        (r#""annotations":{"env":"prod"}"#, r#""name":"registry.example.com/other""#);
    let judge = |attached: &cocket::evidence::Attached| {
        approved_as(attached, REPOSITORY, &SignedIdentity::ExactRepository, &[("env", "prod")])
    };
    assert!(judge(&two(&name, &format!("{other},{env}"))).is_err());
    assert!(judge(&two(other, &format!("{name},{env}"))).is_ok());
}
