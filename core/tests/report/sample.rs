//! Decisions made by hand: one of everything, and one that is hostile.

use cocket::Timestamp;
use cocket::decision::{
    Decision, Detail, ExceptionEffect, ExceptionUse, JudgedImage, JudgedPlatform, Outcome,
    PolicyUse, Reason, RuleResult, Subject, Verdict,
};
use cocket::policy::model::{Mode, RuleSeverity};
use cocket::reasons::Code;
use cocket::reference::Digest;
use cocket::report::{Judged, Origin};

/// What an image, a file name or a label could hold to break out of a format.
pub(crate) const HOSTILE: &str = "]]>--><script>\n::error::x\r\n##[error]x|a\\|b`c``d\u{1b}[2J\u{202e}\u{0}\u{fffe}\u{85}\
    [link](https://evil.example)@team#1{0}\"'&amp;%0A*_~$(x)\u{2028}- x: y #";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn image(given: &str, namespace: Option<&str>) -> JudgedImage {
    JudgedImage {
        given: given.to_owned(),
        canonical: Some(given.to_owned()),
        mirror: None,
        digest: Some(Digest::sha256(given.as_bytes())),
        namespace: namespace.map(str::to_owned),
        platforms: Vec::new(),
    }
}

pub(crate) fn decision(verdict: Verdict, image: JudgedImage) -> Decision {
    Decision {
        verdict,
        now: time("2026-11-23T12:00:00Z"),
        inputs: Digest::sha256(b"inputs"),
        valid_until: None,
        subject: Subject::Image(image),
        policies: Vec::new(),
        results: Vec::new(),
        general: Vec::new(),
        exceptions: Vec::new(),
        evidence: Vec::new(),
    }
}

pub(crate) fn image_of(decision: &mut Decision) -> &mut JudgedImage {
    match &mut decision.subject {
        Subject::Image(image) => image,
        Subject::Object(object) => panic!("an object: {object:?}"),
    }
}

pub(crate) fn rule(id: &str, outcome: Outcome, mode: Mode, reasons: Vec<Reason>) -> RuleResult {
    RuleResult {
        policy: "production".into(),
        rule: id.into(),
        outcome,
        mode,
        severity: None,
        message: None,
        controls: Default::default(),
        reasons,
        counts: None,
        findings: None,
    }
}

pub(crate) fn exception(name: &str, rule: &str, effect: ExceptionEffect) -> ExceptionUse {
    ExceptionUse {
        name: name.to_owned(),
        rule: rule.to_owned(),
        effect,
        reason: "shielded by WAF-17".to_owned(),
        approved_by: "security@acme.example".to_owned(),
        ticket: "SEC-1234".to_owned(),
        expires: time("2026-12-15T00:00:00Z"),
    }
}

pub(crate) fn policy(name: &str, outcome: Outcome, excluded_by: Option<&str>) -> PolicyUse {
    PolicyUse {
        name: name.into(),
        version: None,
        digest: Digest::sha256(name.as_bytes()),
        mode: Mode::Enforce,
        outcome,
        excluded_by: excluded_by.map(str::to_owned),
    }
}

pub(crate) fn origin(file: &str, line: u32, object: &str) -> Option<Origin> {
    Some(Origin {
        file: file.to_owned(),
        line: Some(line),
        object: object.to_owned(),
        field: "spec.template.spec.containers[0].image".to_owned(),
    })
}

/// Denied: every outcome and every mode at once.
pub(crate) fn denied() -> Judged {
    let mut image = image("registry.example.com/shop/api:1.4", Some("production-a"));
    image.platforms = ["linux/amd64", "linux/arm64"]
        .map(|platform| JudgedPlatform {
            digest: Digest::sha256(platform.as_bytes()),
            platform: Some(platform.parse().unwrap()),
        })
        .to_vec();
    let root = |platform: &str| {
        let mut reason =
            Reason::new(Code::ConfigUserRoot).found("user `0`").expected("a number other than 0");
        reason.platform = Some(platform.parse().unwrap());
        reason
    };
    let mut signed = rule(
        "signed",
        Outcome::Fail,
        Mode::Enforce,
        vec![
            Reason::new(Code::SignatureUntrusted)
                .found("1 signature by an unknown key")
                .expected("one of `ci-key`, `release`"),
        ],
    );
    signed.severity = Some(RuleSeverity::High);
    signed.message = Some("ask #platform for a signing key".into());
    let findings = Detail::List { items: vec!["CVE-2021-44228 log4j-core".to_owned()], more: 0 };
    let mut denied = decision(Verdict::Deny, image);
    denied.valid_until = Some(time("2026-12-15T00:00:00Z"));
    denied.results = vec![
        rule(
            "base",
            Outcome::Fail,
            Mode::Audit,
            vec![Reason::new(Code::BaseImageNotInCatalog).found("no member")],
        ),
        rule(
            "fresh",
            Outcome::Fail,
            Mode::Warn,
            vec![
                Reason::new(Code::ConfigTooOld)
                    .found(Detail::Time(time("2025-01-01T00:00:00Z")))
                    .expected("at most 90d"),
            ],
        ),
        rule(
            "nonroot",
            Outcome::Fail,
            Mode::Enforce,
            vec![root("linux/amd64"), root("linux/arm64")],
        ),
        rule(
            "pinned",
            Outcome::Pass,
            Mode::Enforce,
            vec![Reason::new(Code::ReferenceAccepted).found("1.4")],
        ),
        rule(
            "registries",
            Outcome::Pass,
            Mode::Enforce,
            vec![Reason::new(Code::RegistryAllowed).found("x")],
        ),
        signed,
        rule(
            "vulnerabilities",
            Outcome::Waived,
            Mode::Enforce,
            vec![
                Reason::new(Code::VulnerabilitiesTooMany)
                    .found(findings)
                    .expected("critical at most 0"),
            ],
        ),
        rule("windows", Outcome::Skipped, Mode::Enforce, Vec::new()),
        rule("legacy", Outcome::Excluded, Mode::Enforce, Vec::new()),
    ];
    denied.exceptions = vec![
        exception("log4j-2026-11", "production/vulnerabilities", ExceptionEffect::Used),
        exception("old-debt", "production/nonroot", ExceptionEffect::Expired),
        exception("small-debt", "production/signed", ExceptionEffect::NotEnough),
    ];
    denied.policies = vec![
        policy("production", Outcome::Fail, None),
        policy("staging", Outcome::Skipped, Some("notMatched")),
    ];
    Judged { decision: denied, origin: origin("deploy/shop.yaml", 17, "Deployment/shop-api") }
}

pub(crate) fn warned() -> Judged {
    let digest = Digest::sha256(b"pinned");
    let mut image = image(&format!("nginx@{digest}"), None);
    image.canonical = Some(format!("docker.io/library/nginx@{digest}"));
    image.mirror = Some(format!("mirror.example.com/library/nginx@{digest}"));
    image.digest = Some(digest);
    let mut warned = decision(Verdict::Warn, image);
    warned.general = vec![Reason::new(Code::PolicyNotCovered)];
    Judged { decision: warned, origin: None }
}

pub(crate) fn excluded() -> Judged {
    let mut allowed =
        decision(Verdict::Allow, image("registry.k8s.io/pause:3.10", Some("kube-system")));
    allowed.policies =
        vec![policy("production", Outcome::Excluded, Some("excluded: namespace `kube-system`"))];
    Judged { decision: allowed, origin: origin("-", 3, "Pod/pause") }
}

pub(crate) fn sample() -> Vec<Judged> {
    vec![denied(), warned(), excluded()]
}

/// Every text that can come from outside, hostile.
pub(crate) fn hostile() -> Vec<Judged> {
    everywhere(HOSTILE)
}

/// A decision with `text` wherever text can come from outside.
pub(crate) fn everywhere(text: &str) -> Vec<Judged> {
    let mut one = denied();
    image_of(&mut one.decision).given = text.to_owned();
    image_of(&mut one.decision).canonical = Some(text.to_owned());
    image_of(&mut one.decision).mirror = Some(text.to_owned());
    image_of(&mut one.decision).namespace = Some(text.to_owned());
    for rule in &mut one.decision.results {
        rule.policy = text.into();
        rule.rule = [&*rule.rule, text].concat().as_str().into();
        rule.message = Some(text.into());
        for reason in &mut rule.reasons {
            reason.found = Some(text.to_owned().into());
            reason.expected = Some(Detail::List { items: vec![text.to_owned()], more: 2 });
        }
    }
    one.decision.general = vec![Reason::new(Code::ReferenceInvalid).found(text.to_owned())];
    for used in &mut one.decision.exceptions {
        used.name = text.to_owned();
        used.rule = format!("{text}/vulnerabilities{text}");
        used.reason = text.to_owned();
        used.ticket = text.to_owned();
        used.approved_by = text.to_owned();
    }
    for policy in &mut one.decision.policies {
        policy.name = text.into();
        policy.excluded_by = Some(text.to_owned());
    }
    one.origin = Some(Origin {
        file: text.to_owned(),
        line: Some(1),
        object: text.to_owned(),
        field: text.to_owned(),
    });
    vec![one]
}

/// Characters that act on the reader's screen, other than line feeds.
pub(crate) fn acts_on_a_screen(text: &str) -> Option<char> {
    text.chars().find(|&character| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{fffe}')
    })
}
