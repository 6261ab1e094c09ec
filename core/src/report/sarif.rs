use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::escape::{subject_name, visible};
use super::finding::{Finding, Weight, findings};
use super::json::canonical;
use super::{Judged, Origin};
use crate::decision::{Reason, Subject};
use crate::reasons::{Code, ReasonKind};
use crate::reference::Digest;

/// SARIF 2.1.0 (OASIS): the rules are the catalogue of reasons, the results are the reasons of
/// rules that are not satisfied: `error` where they deny, `warning` where they warn, else `note`;
/// waived ones are suppressed. A fingerprint stays the same while line numbers, digests and what
/// was found change.
#[must_use]
pub fn sarif(judged: &[Judged]) -> String {
    let rules: Vec<Code> =
        Code::ALL.iter().copied().filter(|code| code.kind() == ReasonKind::Fail).collect();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = judged
        .iter()
        .flat_map(|one| findings(&one.decision).into_iter().map(move |finding| (one, finding)))
        .flat_map(|(one, finding)| results(one, &finding, &rules, &mut seen))
        .collect();
    canonical(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "cocket",
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.code(),
        "shortDescription": {"text": code.title()},
        "help": {"text": format!("What to do: {}", code.remedy())},
        "defaultConfiguration": {"level": "error"},
    })
}

fn results(
    one: &Judged,
    finding: &Finding<'_>,
    rules: &[Code],
    seen: &mut BTreeMap<String, u32>,
) -> Vec<Value> {
    let level = match finding.weight {
        Weight::Deny => "error",
        Weight::Warn => "warning",
        Weight::Audit | Weight::Waived => "note",
    };
    let suppressions: Vec<Value> = finding
        .waived_by
        .iter()
        // What still fails in part is not suppressed.
        .filter(|_| finding.weight == Weight::Waived)
        .map(|used| {
            let why = format!(
                "exception {} ({}), approved by {}, until {}: {}",
                used.name, used.ticket, used.approved_by, used.expires, used.reason
            );
            json!({"kind": "external", "status": "accepted", "justification": visible(&why)})
        })
        .collect();
    let written = finding.reasons.iter().map(|reason| {
        let mut result = json!({
            "ruleId": reason.code.code(),
            "level": level,
            "message": {"text": message(one, finding, reason)},
            "locations": [location(one)],
            "partialFingerprints": {"cocketReason/v1": fingerprint(one, finding, reason, seen)},
            "suppressions": suppressions,
        });
        if let Some((list, members)) = counted(finding).zip(result.as_object_mut()) {
            members.insert("properties".to_owned(), json!({"findings": list}));
        }
        if let Some((index, members)) =
            rules.iter().position(|code| *code == reason.code).zip(result.as_object_mut())
        {
            members.insert("ruleIndex".to_owned(), index.into());
        }
        result
    });
    written.collect()
}

/// What the rule counted, with the links.
fn counted(finding: &Finding<'_>) -> Option<Vec<Value>> {
    let listed = &finding.rule?.findings.as_ref()?.counted.items;
    let written = listed.iter().map(|one| {
        let mut members = Map::new();
        let texts = [
            ("severity", Some(one.severity)),
            ("id", Some(&*one.id)),
            ("package", Some(&*one.package)),
            ("installed", Some(&*one.installed)),
            ("fixed", one.fixed.as_deref()),
            ("link", one.link.as_deref()),
        ];
        for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            members.insert(name.to_owned(), visible(text).into());
        }
        Value::Object(members)
    });
    Some(written.collect())
}

fn message(one: &Judged, finding: &Finding<'_>, reason: &Reason) -> String {
    let platform = reason.platform.as_ref().map(|platform| format!(" [{platform}]"));
    let text = format!(
        "{}: {}{}: {}",
        visible(&finding.name()),
        visible(&subject_name(&one.decision)),
        visible(&platform.unwrap_or_default()),
        visible(&reason.to_string())
    );
    // Section 3.11.5: braces are placeholders unless doubled. Section 3.11.6: `[text](target)`
    // is a link, which evidence may not set.
    text.replace("](", "] (").replace('{', "{{").replace('}', "}}")
}

fn location(one: &Judged) -> Value {
    let canonical = one.decision.image().and_then(|image| image.canonical.as_deref());
    let name = visible(canonical.unwrap_or(&subject_name(&one.decision)));
    let logical = json!([{"fullyQualifiedName": name, "kind": "resource"}]);
    match one.origin.as_ref().filter(|origin| origin.file != "-") {
        None => json!({"logicalLocations": logical}),
        Some(origin) => {
            json!({"physicalLocation": physical(origin), "logicalLocations": logical})
        }
    }
}

fn physical(origin: &Origin) -> Value {
    let artifact = json!({"uri": uri(&origin.file)});
    match origin.line {
        None => json!({"artifactLocation": artifact}),
        Some(line) => {
            json!({"artifactLocation": artifact, "region": {"startLine": line.max(1)}})
        }
    }
}

/// A path as a URI reference (RFC 3986): relative paths stay relative.
fn uri(path: &str) -> String {
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Which problem it is, told apart from all others and the same in the next run.
fn fingerprint(
    one: &Judged,
    finding: &Finding<'_>,
    reason: &Reason,
    seen: &mut BTreeMap<String, u32>,
) -> String {
    let name = match &one.decision.subject {
        Subject::Image(image) => {
            let name = image.canonical.as_ref().unwrap_or(&image.given);
            name.split_once('@').map_or(name.as_str(), |(name, _)| name).to_owned()
        }
        Subject::Object(object) => {
            format!("{}/{}/{}", object.api_version, object.kind, object.name)
        }
    };
    let origin = one.origin.as_ref();
    let parts = [
        finding.name(),
        reason.code.code().to_owned(),
        reason.platform.as_ref().map(ToString::to_string).unwrap_or_default(),
        name,
        one.decision.namespace().unwrap_or_default().to_owned(),
        origin.map(|origin| origin.file.clone()).unwrap_or_default(),
        origin.map(|origin| origin.object.clone()).unwrap_or_default(),
        origin.map(|origin| origin.field.clone()).unwrap_or_default(),
    ];
    // As JSON, so that no two lists of parts run together into one text.
    let key = canonical(&parts);
    let count = seen.entry(key.clone()).or_default();
    *count = count.saturating_add(1);
    Digest::sha256(format!("{key}{count}").as_bytes()).hex()
}
