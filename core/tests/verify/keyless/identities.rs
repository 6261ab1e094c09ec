//! Whom a certificate names.

use super::*;

#[test]
fn a_certificate_has_one_name_and_one_issuer() {
    let email = San::Email(EMAIL.to_owned());
    let uri = San::Uri("https://acme.example/x".to_owned());
    let fault = |who: Certified| match refusal(&bundle_of(&who), &dev()) {
        R::Certificate(fault) => fault,
        other => panic!("{other}"),
    };
    let two = Certified { names: vec![email.clone(), uri], ..person() };
    assert_eq!(fault(two), CertificateFault::Names(2));
    assert_eq!(fault(Certified { names: vec![], ..person() }), CertificateFault::Names(0));
    let differ = person().with(1, "https://evil.example");
    assert!(matches!(fault(differ), CertificateFault::Issuers(..)));
    let twice = person().with(8, ISSUER);
    assert!(matches!(fault(twice), CertificateFault::Duplicate(_)));
    let none = Certified { texts: vec![], ..person() };
    assert_eq!(fault(none), CertificateFault::NoIssuer);
    let spaced = Certified { names: vec![San::Email("a b@acme.example".to_owned())], ..person() };
    assert_eq!(fault(spaced), CertificateFault::Spelling);
    let agreeing = person().with(1, ISSUER);
    assert!(ask(&bundle_of(&agreeing), &dev(), NOW).is_ok());
}

#[test]
fn patterns_match_whole_names_and_not_user_names_by_accident() {
    let root = Instance::of(2026).trusted_root();
    let asks = |who: &Certified, subject: Pattern| {
        ask(&bundle_of(who), &verifier_of(&root, &identity(exact(ISSUER), subject)), NOW).is_ok()
    };
    assert!(asks(&person(), regex(r".+@acme\.example")));
    assert!(!asks(&person(), regex("dev")));
    assert!(!asks(&person(), exact("Dev@acme.example")));
    let user = Certified::new(ISSUER, San::UserName("ci-bot!acme.example".to_owned()));
    assert!(asks(&user, exact("ci-bot!acme.example")));
    assert!(asks(&user, regex(r"ci-bot!.+")));
    assert!(!asks(&user, regex(".+")));
    let posing = Certified::new(ISSUER, San::UserName(EMAIL.to_owned()));
    assert!(!asks(&posing, exact(EMAIL)) && !asks(&posing, regex(r".+@acme\.example")));
    let issuer = format!("{ISSUER}/");
    let slash = verifier_of(&root, &identity(exact(&issuer), exact(EMAIL)));
    assert!(matches!(refusal(&bundle_of(&person()), &slash), R::OtherIssuer { .. }));
}

#[test]
fn builds_are_trusted_for_their_repository() {
    const GITHUB: &str = "https://token.actions.githubusercontent.com";
    const WORKFLOW: &str = "https://github.com/acme/shared/.github/workflows/sign.yml@refs/tags/v1";
    let root = Instance::of(2026).trusted_root();
    let build = Certified::new(GITHUB, San::Uri(WORKFLOW.to_owned()))
        .with(12, "https://github.com/acme/app")
        .with(14, "refs/heads/main")
        .with(20, "push");
    let asks = |who: &Certified, claims: &[(Claim, Pattern)], any: bool| {
        let mut identity = identity(exact(GITHUB), exact(WORKFLOW));
        identity.claims = claims.iter().cloned().collect();
        identity.any_repository = any;
        match ask(&bundle_of(who), &verifier_of(&root, &identity), NOW) {
            Ok(_) => Ok(()),
            Err(Refusal::Keyless(refusal)) => Err(refusal),
            Err(other) => panic!("{other}"),
        }
    };
    assert!(matches!(asks(&build, &[], false), Err(R::NoRepositoryNamed { .. })));
    assert_eq!(asks(&build, &[], true), Ok(()));
    let ours = (Claim::Repository, exact("https://github.com/acme/app"));
    let main = (Claim::Ref, regex("refs/heads/(main|release)"));
    assert_eq!(asks(&build, &[ours.clone(), main], false), Ok(()));
    let theirs = (Claim::Repository, regex("https://github.com/evil/.+"));
    assert!(matches!(asks(&build, &[theirs], false), Err(R::OtherClaim { .. })));
    let absent = (Claim::RunnerEnvironment, exact("github-hosted"));
    let refused = asks(&build, &[ours.clone(), absent], false);
    assert!(matches!(refused, Err(R::OtherClaim { found: None, .. })), "{refused:?}");
    // What GitHub's older certificates call the repository.
    let old = Certified::new(GITHUB, San::Uri(WORKFLOW.to_owned())).with(5, "acme/app");
    assert_eq!(asks(&old, &[ours], false), Ok(()));
}
