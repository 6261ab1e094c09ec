//! A row of the manifest as a policy and a wire request: what its command asks of cosign.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evidence::{AttachedKind, Evidence, GapKind};
use cocket::reference::Digest;
use cocket::wire;
use serde_json::{Value, json};

use super::super::bundles;
use super::{list, predicate_type, text};

/// Asked of every language in the same words.
pub(in super::super) struct Question {
    /// Policy documents, each on a line of its own: JSON, which YAML takes.
    pub(super) policy: String,
    /// The wire request, without the policy.
    pub(super) request: Value,
}

impl Question {
    /// About an image, with this evidence.
    pub(super) fn image(
        folder: &Path,
        case: &Value,
        now: &str,
        evidence: &Evidence,
    ) -> Result<Self, String> {
        let command: Vec<&str> = list(case, "command").collect();
        let option = |name| options(&command, name).next();
        let ignores = command.contains(&"--insecure-ignore-tlog");
        let asked = Authority {
            trust: bundles::trust(folder, case)?,
            issuer: json!({"issuer": option("--certificate-oidc-issuer").unwrap_or_default()}),
            subject: json!({"subject": option("--certificate-identity").unwrap_or_default()}),
            more: if ignores { json!({"log": "ignore"}) } else { json!({}) },
        };
        let rule = match command.get(1) {
            Some(&"verify") => {
                let annotations: BTreeMap<&str, &str> =
                    options(&command, "-a").filter_map(|pair| pair.split_once('=')).collect();
                json!({"signature": {"anyOf": ["one"], "annotations": annotations}})
            }
            Some(&"verify-attestation") => attestation(option("--type").unwrap_or_default()),
            other => return Err(format!("{}: the command {other:?}", text(case, "id"))),
        };
        let image = json!({"image": text(case, "reference"), "digest": text(case, "digest")});
        Ok(Self { policy: asked.policy(&rule), request: request(&image, now, evidence) })
    }

    /// About a file, as if it were an image that the bundle hangs beside.
    pub(super) fn file(folder: &Path, case: &Value, now: &str) -> Result<Self, String> {
        let (bundle, artifact) = bundles::files(folder, case)??;
        let digest = Digest::sha256(&artifact);
        let mut evidence = Evidence::new();
        let own: Value = serde_json::from_slice(&artifact).unwrap_or_default();
        evidence.add_blob(Some(text(&own, "mediaType")), artifact);
        evidence.attach(Some(digest), AttachedKind::Bundle, bundle, BTreeMap::new());
        let flags: Vec<&str> = list(case, "flags").collect();
        let mut more = json!({});
        if flags.contains(&"--insecure-ignore-tlog") {
            extend(&mut more, json!({"log": "ignore"}));
        }
        if flags.contains(&"--use-signed-timestamps") {
            extend(&mut more, json!({"timestamp": "required"}));
        }
        let subject = match text(case, "identity_regexp") {
            "" => json!({"subject": text(case, "identity")}),
            regex => json!({"subjectRegex": regex}),
        };
        let issuer = json!({"issuer": text(case, "issuer")});
        let trust = bundles::trust(folder, case)?;
        let rule = match text(case, "type") {
            "" => json!({"signature": {"anyOf": ["one"]}}),
            kind => attestation(kind),
        };
        let image = json!({"image": format!("registry.example.com/file@{digest}")});
        let policy = Authority { trust, issuer, subject, more }.policy(&rule);
        Ok(Self { policy, request: request(&image, now, &evidence) })
    }

    /// What the core answers.
    pub(super) fn answer(&self) -> Vec<u8> {
        let mut request = self.request.clone();
        extend(&mut request, json!({"policies": [{"name": "policy.yaml", "text": self.policy}]}));
        wire::answer(request.to_string().as_bytes())
    }
}

fn attestation(kind: &str) -> Value {
    json!({"attestation": {"type": predicate_type(kind), "anyOf": ["one"]}})
}

/// Who is trusted: a key, else an identity under the root.
struct Authority {
    trust: (Option<String>, Option<String>),
    issuer: Value,
    subject: Value,
    more: Value,
}

impl Authority {
    fn policy(&self, rule: &Value) -> String {
        let (key, root) = &self.trust;
        let mut one = match key {
            Some(pem) => json!({"key": {"pem": pem}}),
            None => {
                let mut keyless = json!({"anyRepository": true, "trustRoot": "root"});
                extend(&mut keyless, self.issuer.clone());
                extend(&mut keyless, self.subject.clone());
                json!({"keyless": keyless})
            }
        };
        if key.is_some() && root.is_some() && self.more.get("log").is_none() {
            extend(&mut one, json!({"logTrustRoot": "root"}));
        }
        extend(&mut one, self.more.clone());
        let mut rule = rule.clone();
        extend(&mut rule, json!({"id": "row"}));
        let policy = json!({
            "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
            "metadata": {"name": "row"},
            "spec": {"authorities": {"one": one}, "rules": [rule]},
        });
        let used = root.as_ref().filter(|_| key.is_none() || one.get("logTrustRoot").is_some());
        let root = used.map(|root| {
            let root = json!({
                "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot",
                "metadata": {"name": "root"}, "spec": {"sigstore": {"trustedRoot": root}},
            });
            format!("---\n{root}\n")
        });
        format!("{policy}\n{}", root.unwrap_or_default())
    }
}

/// Adds the members of one object to another.
pub(super) fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}

fn request(image: &Value, now: &str, evidence: &Evidence) -> Value {
    let blobs = evidence.blobs().map(|(digest, blob)| {
        let media_type = blob.media_type.as_deref().unwrap_or("application/octet-stream");
        let mut item = json!({"mediaType": media_type, "data": STANDARD.encode(&blob.bytes)});
        if digest.algorithm() != "sha256" {
            extend(&mut item, json!({"digest": digest}));
        }
        item
    });
    let attached = evidence.attached().iter().map(|one| {
        json!({
            "mediaType": one.kind.media_type(), "subject": one.subject,
            "annotations": one.annotations, "data": STANDARD.encode(&one.bytes),
        })
    });
    let gaps = evidence.gaps().iter().map(|gap| {
        let kind = match gap.kind {
            GapKind::Unavailable => "unavailable",
            _ => "incomplete",
        };
        json!({"subject": gap.subject, "kind": kind, "detail": gap.detail})
    });
    json!({
        "op": "check", "now": now, "context": {"images": [image]},
        "evidence": blobs.chain(attached).collect::<Vec<_>>(), "gaps": gaps.collect::<Vec<_>>(),
    })
}

/// The values of an option, as often as it is there.
pub(crate) fn options<'a>(command: &'a [&'a str], name: &'a str) -> impl Iterator<Item = &'a str> {
    let pairs = command.iter().zip(command.iter().skip(1));
    pairs.filter(move |(option, _)| **option == name).map(|(_, value)| *value)
}
