//! A small world: a policy, an image and its evidence, before they are written as bytes.

use cocket::Timestamp;
use cocket::decision::Decision;
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket_testkit::{Finding, Image, Report, Signature, Signer};
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) const KEYS: [&str; 3] = ["a", "b", "c"];
const PATTERNS: [&str; 4] = [
    "registry.example.com/**",
    "registry.example.com/team/*",
    "registry.example.com/other/**",
    "docker.io/**",
];

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) rules: Vec<(Rule, Mode)>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) image: WorldImage,
    pub(crate) signatures: Vec<WorldSignature>,
    pub(crate) reports: Vec<WorldReport>,
    pub(crate) default_allow: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Enforce,
    Warn,
    Audit,
}

#[derive(Debug, Clone)]
pub(crate) enum Rule {
    /// Positions in `PATTERNS`.
    Registry {
        allow: Vec<usize>,
        deny: Vec<usize>,
    },
    Digest,
    NoLatest,
    /// How many of the first `of` keys.
    Signed {
        at_least: usize,
        of: usize,
    },
    Scan {
        critical: Option<u32>,
        high: Option<u32>,
        fixable_high: Option<u32>,
    },
    NonRoot,
    Base,
}

/// A waiver of one rule, by position: as a whole, or of one finding by position.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    pub(crate) rule: usize,
    pub(crate) finding: Option<usize>,
    pub(crate) expired: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct WorldImage {
    pub(crate) registry: usize,
    pub(crate) tag: Option<&'static str>,
    pub(crate) pinned: bool,
    pub(crate) user: &'static str,
    pub(crate) layers: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct WorldSignature {
    /// A key's position; beyond the keys: a stranger.
    pub(crate) key: usize,
    pub(crate) about_this: bool,
    pub(crate) bundle: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct WorldReport {
    pub(crate) about_this: bool,
    pub(crate) age_days: i32,
    /// Positions in `findings()`.
    pub(crate) findings: Vec<usize>,
}

pub(crate) fn findings() -> [Finding; 6] {
    let finding =
        |id: &str, package, fixed, severity| Finding::new(id, package, "1.0", fixed, severity);
    [
        finding("CVE-2026-1", "a", "1.1", "CRITICAL"),
        finding("CVE-2026-1", "b", "1.1", "CRITICAL"),
        finding("CVE-2026-2", "a", "", "CRITICAL"),
        finding("CVE-2026-3", "a", "2.0", "HIGH"),
        finding("CVE-2026-4", "c", "", "HIGH"),
        finding("CVE-2026-5", "c", "2.0", "LOW"),
    ]
}

pub(crate) const REGISTRIES: [&str; 3] =
    ["registry.example.com/team/app", "registry.example.com/other/app", "docker.io/library/app"];

impl WorldImage {
    pub(crate) fn built(&self) -> Image {
        Image::new(&self.layers, &json!({"User": self.user}), &json!({}))
    }

    pub(crate) fn reference(&self) -> String {
        let mut reference = REGISTRIES[self.registry].to_owned();
        if let Some(tag) = self.tag {
            reference += &format!(":{tag}");
        }
        if self.pinned {
            reference += &format!("@{}", self.built().digest());
        }
        reference
    }
}

impl World {
    pub(crate) fn policy(&self) -> String {
        let rules = self.rules.iter().enumerate().map(|(position, (rule, mode))| {
            let mut written = rule.written();
            written["id"] = json!(format!("r{position}"));
            written["mode"] = json!(format!("{mode:?}").to_lowercase());
            written
        });
        let authorities =
            KEYS.map(|name| (name.to_owned(), json!({"key": {"pem": Signer::named(name).pem()}})));
        let authorities: serde_json::Map<String, Value> = authorities.into_iter().collect();
        let mut documents = vec![
            json!({
                "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
                "metadata": {"name": "world"},
                "spec": {"authorities": authorities, "rules": rules.collect::<Vec<_>>()},
            }),
            json!({
                "apiVersion": "cocket.dev/v1alpha1", "kind": "PolicySet",
                "metadata": {"name": "set"},
                "spec": {"default": if self.default_allow { "allow" } else { "deny" }},
            }),
            json!({
                "apiVersion": "cocket.dev/v1alpha1", "kind": "ImageCatalog",
                "metadata": {"name": "bases"},
                "spec": {"entries": [{
                    "name": "base", "digest": cocket_testkit::digest(b"base image"),
                    "diffIds": [Image::diff_id("base"), Image::diff_id("certificates")],
                }]},
            }),
        ];
        documents.extend(
            self.exceptions
                .iter()
                .enumerate()
                .map(|(position, exception)| exception.written(position)),
        );
        documents.iter().map(|document| format!("---\n{document}\n")).collect()
    }

    pub(crate) fn engine(&self) -> Engine {
        let policy = self.policy();
        let policies = Policies::from_text("world.yaml", &policy)
            .unwrap_or_else(|errors| panic!("{errors}\n{policy}"));
        Engine::new(&policies).unwrap()
    }

    pub(crate) fn request(&self) -> ImageRequest {
        let digest = self.image.built().digest().parse().unwrap();
        ImageRequest {
            image: self.image.reference(),
            digest: Some(digest),
            ..ImageRequest::default()
        }
    }

    pub(crate) fn evidence(&self) -> Evidence {
        let image = self.image.built();
        let mut evidence = Evidence::new();
        for (media_type, bytes) in image.blobs() {
            evidence.add_blob(Some(media_type), bytes.to_vec());
        }
        for signature in &self.signatures {
            let signed = signature.signed(&self.image, &image.digest());
            attach(&mut evidence, &image.digest(), &signed);
        }
        for report in &self.reports {
            evidence.vouch(None, report.report(&image).to_json().into_bytes());
        }
        evidence
    }

    pub(crate) fn decide(&self) -> Decision {
        self.engine().check(&self.request(), &self.evidence(), &History::default(), now())
    }
}

pub(crate) fn attach(evidence: &mut Evidence, subject: &str, signed: &Signature) {
    evidence.attach(
        Some(subject.parse().unwrap()),
        AttachedKind::from_media_type(signed.media_type),
        signed.bytes.clone(),
        signed.annotations.clone(),
    );
}

pub(crate) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

impl Rule {
    fn written(&self) -> Value {
        match self {
            Self::Registry { allow, deny } => {
                let names = |list: &[usize]| -> Vec<&str> {
                    list.iter().map(|position| PATTERNS[*position]).collect()
                };
                let mut rule = json!({"allow": names(allow)});
                if !deny.is_empty() {
                    rule["deny"] = json!(names(deny));
                }
                json!({"registry": rule})
            }
            Self::Digest => json!({"reference": {"digest": "required"}}),
            Self::NoLatest => json!({"reference": {"tag": {"deny": ["latest"]}}}),
            Self::Signed { at_least, of } => {
                json!({"signature": {"atLeast": at_least, "of": &KEYS[..*of]}})
            }
            Self::Scan { critical, high, fixable_high } => {
                let mut rule = json!({"from": {"trust": "caller"}, "maxAge": "7d"});
                let mut max = json!({});
                for (name, limit) in [("critical", critical), ("high", high)] {
                    if let Some(limit) = limit {
                        max[name] = json!(limit);
                    }
                }
                rule["max"] = max;
                if let Some(limit) = fixable_high {
                    rule["fixable"] = json!({"high": limit});
                }
                json!({"vulnerabilities": rule})
            }
            Self::NonRoot => json!({"config": {"user": "nonRoot"}}),
            Self::Base => json!({"baseImage": {"catalog": "bases"}}),
        }
    }
}

impl Exception {
    fn written(&self, position: usize) -> Value {
        let mut spec = json!({
            "rules": [format!("world/r{}", self.rule)],
            "reason": "firewall", "approvedBy": "security@example.com", "ticket": "SEC-1",
            "expires": if self.expired { "2026-11-23T12:00:00Z" } else { "2026-11-23T12:00:01Z" },
        });
        if let Some(finding) = self.finding {
            spec["vulnerabilities"] = json!([findings()[finding].id]);
            spec["packages"] = json!([findings()[finding].package]);
        }
        json!({
            "apiVersion": "cocket.dev/v1alpha1", "kind": "PolicyException",
            "metadata": {"name": format!("e{position}")}, "spec": spec,
        })
    }
}

impl WorldSignature {
    pub(crate) fn signed(&self, image: &WorldImage, digest: &str) -> Signature {
        let signer = Signer::named(KEYS.get(self.key).copied().unwrap_or("stranger"));
        let other = cocket_testkit::digest(b"another image");
        let about = if self.about_this { digest } else { &other };
        match self.bundle {
            true => signer.bundle(about),
            false => signer.simple_signing(REGISTRIES[image.registry], about, &json!(null)),
        }
    }
}

impl WorldReport {
    pub(crate) fn report(&self, image: &Image) -> Report {
        let other = Image::new(&["another"], &json!({}), &json!({}));
        let about = if self.about_this { image } else { &other };
        let all = findings();
        let date = now()
            .checked_sub(jiff::SignedDuration::from_hours(24).saturating_mul(self.age_days))
            .unwrap();
        let found = self.findings.iter().map(|position| all[*position].clone()).collect();
        Report::about(about, &date.to_string(), found)
    }
}

pub(crate) fn rule() -> impl Strategy<Value = Rule> {
    let some = |most: u32| proptest::option::of(0..=most);
    prop_oneof![
        (
            prop::collection::vec(0..PATTERNS.len(), 1..3),
            prop::collection::vec(2..PATTERNS.len(), 0..2)
        )
            .prop_filter("not every allowed one is denied", |(allow, deny)| {
                allow.iter().any(|one| !deny.contains(one))
            })
            .prop_map(|(allow, deny)| Rule::Registry { allow, deny }),
        Just(Rule::Digest),
        Just(Rule::NoLatest),
        (1..=3_usize)
            .prop_flat_map(|of| (1..=of).prop_map(move |at_least| Rule::Signed { at_least, of })),
        (0..=1_u32, some(2), some(2)).prop_map(|(critical, high, fixable_high)| Rule::Scan {
            critical: Some(critical),
            high,
            fixable_high
        }),
        Just(Rule::NonRoot),
        Just(Rule::Base),
    ]
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let mode = prop::sample::select(vec![Mode::Enforce, Mode::Enforce, Mode::Warn, Mode::Audit]);
    let rules = prop::collection::vec((rule(), mode), 1..5);
    let image = (
        0..REGISTRIES.len(),
        prop::sample::select(vec![None, Some("latest"), Some("1.2")]),
        any::<bool>(),
        prop::sample::select(vec!["", "0", "root", "10001", "app"]),
        prop::sample::select(vec![
            vec!["base", "certificates", "app"],
            vec!["base", "app"],
            vec!["base", "certificates"],
            vec!["scratch"],
        ]),
    )
        .prop_map(|(registry, tag, pinned, user, layers)| WorldImage {
            registry,
            tag,
            pinned,
            user,
            layers,
        });
    let signature = (0..4_usize, prop::bool::weighted(0.8), any::<bool>())
        .prop_map(|(key, about_this, bundle)| WorldSignature { key, about_this, bundle });
    let report = (
        prop::bool::weighted(0.8),
        prop::sample::select(vec![0_i32, 1, 7, 8]),
        prop::collection::vec(0..6_usize, 0..5),
    )
        .prop_map(|(about_this, age_days, findings)| WorldReport {
            about_this,
            age_days,
            findings,
        });
    let finding = proptest::option::weighted(0.7, 0..6_usize);
    let exception = (any::<prop::sample::Index>(), finding, any::<bool>());
    (
        rules,
        image,
        prop::collection::vec(signature, 0..4),
        prop::collection::vec(report, 0..3),
        prop::collection::vec(exception, 0..3),
        any::<bool>(),
    )
        .prop_map(|(rules, image, signatures, reports, exceptions, default_allow)| {
            let exceptions = exceptions
                .into_iter()
                .map(|(rule, finding, expired)| Exception {
                    rule: rule.index(rules.len()),
                    finding,
                    expired,
                })
                .collect();
            World { rules, exceptions, image, signatures, reports, default_allow }
        })
}
