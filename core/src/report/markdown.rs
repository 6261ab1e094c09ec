use super::escape::{subject_name, visible};
use super::finding::{Finding, Weight, findings};
use super::{Judged, table::summary, verdict, word};
use crate::decision::{ExceptionEffect, ExceptionUse, Outcome, Reason};

/// Markdown (GitHub's dialect) for a pull request or a job summary: a table of the images, then
/// what is not in order about each. Whatever is not our own words stands in code spans, where
/// neither markup, links nor mentions are read.
#[must_use]
pub fn markdown(judged: &[Judged]) -> String {
    let verdict = verdict(judged).map_or("nothing judged", word);
    let mut out = format!("## cocket: {verdict}\n\n{}\n", summary(judged));
    if judged.is_empty() {
        return out;
    }
    out.push_str("\n| verdict | image | where | why |\n|---|---|---|---|\n");
    for one in judged {
        out.push_str(&row(one));
    }
    for one in judged {
        let findings = findings(&one.decision);
        let idle: Vec<&ExceptionUse> = one
            .decision
            .exceptions
            .iter()
            .filter(|used| used.effect != ExceptionEffect::Used)
            .collect();
        if findings.is_empty() && idle.is_empty() {
            continue;
        }
        let verdict = word(one.decision.verdict);
        let image = code(&subject_name(&one.decision));
        out.push_str(&format!("\n### {verdict}: {image}{}\n\n", place(one, " in ")));
        findings.iter().for_each(|finding| out.push_str(&item(finding)));
        idle.iter().for_each(|used| out.push_str(&idle_exception(used)));
        let passed = one.decision.results.iter().filter(|rule| rule.outcome == Outcome::Pass);
        let passed: Vec<String> =
            passed.map(|rule| code(&format!("{}/{}", rule.policy, rule.rule))).collect();
        if !passed.is_empty() {
            out.push_str(&format!("- passed: {}\n", passed.join(", ")));
        }
    }
    out
}

fn row(one: &Judged) -> String {
    let mut codes: Vec<&str> = findings(&one.decision)
        .iter()
        .filter(|finding| finding.weight != Weight::Waived)
        .flat_map(|finding| finding.reasons.iter().map(|reason| reason.code.code()))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let codes: Vec<String> = codes.into_iter().map(code).collect();
    let image = cell(&subject_name(&one.decision));
    let verdict = word(one.decision.verdict);
    let place = place(one, "").replace('|', r"\u{7c}");
    format!("| **{verdict}** | {image} | {place} | {} |\n", codes.join(", "))
}

fn place(one: &Judged, before: &str) -> String {
    let mut parts = Vec::new();
    if let Some(origin) = &one.origin {
        parts.extend((!origin.object.is_empty()).then(|| code(&origin.object)));
        parts.push(code(&origin.place()));
    }
    let namespace = one.decision.namespace();
    parts.extend(namespace.map(|namespace| format!("namespace {}", code(namespace))));
    if parts.is_empty() { String::new() } else { format!("{before}{}", parts.join(", ")) }
}

fn item(finding: &Finding<'_>) -> String {
    let (weight, note) = match finding.weight {
        Weight::Deny => ("fails", ""),
        Weight::Warn => ("warns", " (does not block)"),
        Weight::Audit => ("audited", " (does not block)"),
        Weight::Waived => ("waived", ""),
    };
    let mut out = format!("- **{weight}** {}{note}\n", code(&finding.name()));
    if let Some(message) = finding.rule.and_then(|rule| rule.message.as_deref()) {
        out.push_str(&format!("  - {}\n", code(message)));
    }
    for used in &finding.waived_by {
        let (name, ticket) = (code(&used.name), code(&used.ticket));
        let (by, why) = (code(&used.approved_by), code(&used.reason));
        let expires = used.expires;
        out.push_str(&format!(
            "  - {} exception {name}, {ticket}, approved by {by} until {expires}: {why}\n",
            finding.waiving()
        ));
    }
    for reason in &finding.reasons {
        out.push_str(&explained(reason, finding.weight != Weight::Waived));
    }
    out
}

fn explained(reason: &Reason, with_remedy: bool) -> String {
    let platform =
        reason.platform.as_ref().map(|platform| format!(" {}", code(&platform.to_string())));
    let mut out = format!(
        "  - {}{}: {}\n",
        code(reason.code.code()),
        platform.unwrap_or_default(),
        reason.code.title()
    );
    for (label, detail) in [("found", &reason.found), ("expected", &reason.expected)] {
        if let Some(detail) = detail {
            out.push_str(&format!("    - {label}: {}\n", code(&detail.to_string())));
        }
    }
    if with_remedy && !reason.code.remedy().is_empty() {
        out.push_str(&format!("    - do: {}\n", reason.code.remedy()));
    }
    out
}

fn idle_exception(used: &ExceptionUse) -> String {
    let effect = match used.effect {
        ExceptionEffect::Expired => "has expired and does nothing",
        ExceptionEffect::NotEnough | ExceptionEffect::Used => "does not cover all that fails",
    };
    let (name, ticket, rule) = (code(&used.name), code(&used.ticket), code(&used.rule));
    format!("- exception {name} ({ticket}, until {}) for {rule} {effect}\n", used.expires)
}

/// Text as a code span (CommonMark 0.31, section 6.1): fenced by more backticks than it holds.
fn code(text: &str) -> String {
    let text = visible(text);
    let text = if text.trim().is_empty() { "(empty)" } else { text.as_str() };
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.saturating_add(1));
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span in a table, where a bar ends the cell even inside of one.
fn cell(text: &str) -> String {
    code(text).replace('|', r"\u{7c}")
}
