//! Plain text for people: one block an image, what failed first, and what to do.

use std::fmt::Write as _;

use crate::decision::{Decision, ExceptionEffect, Outcome, Reason, RuleResult, Verdict};
use crate::policy::model::Mode;

/// The decision as text, for a terminal or a log. Text that came from evidence is escaped, so
/// that an image cannot write control sequences to the reader's screen.
#[must_use]
pub fn table(decision: &Decision) -> String {
    let mut out = String::new();
    let word = match decision.verdict {
        Verdict::Allow => "ALLOW",
        Verdict::Warn => "WARN ",
        Verdict::Deny => "DENY ",
    };
    let image = &decision.image;
    let namespace =
        image.namespace.as_ref().map_or_else(String::new, |name| format!("  (namespace {name})"));
    line(&mut out, &format!("{word}  {}{namespace}", image.given));
    if let Some(mirror) = &image.mirror {
        line(&mut out, &format!("       judged as {mirror}"));
    }
    if let (Some(digest), Some(canonical)) = (&image.digest, &image.canonical)
        && !canonical.contains('@')
    {
        line(&mut out, &format!("       digest {digest}"));
    }
    for reason in &decision.general {
        reason_lines(&mut out, "-", reason);
    }
    for policy in decision.policies.iter() {
        if let Some(why) = &policy.excluded_by {
            line(&mut out, &format!("  -    {}: {why}", policy.name));
        }
    }
    let rank = |result: &&RuleResult| match result.outcome {
        Outcome::Fail => 0_u8,
        Outcome::Waived => 1,
        Outcome::Pass => 2,
        Outcome::Skipped | Outcome::Excluded => 3,
    };
    let mut results: Vec<&RuleResult> = decision.results.iter().collect();
    results.sort_by_key(rank);
    for result in results {
        rule_lines(&mut out, result);
    }
    for used in &decision.exceptions {
        let effect = match used.effect {
            ExceptionEffect::Used => "used",
            ExceptionEffect::Expired => "expired, no effect",
            ExceptionEffect::NotEnough => "in force, does not cover all",
        };
        let (name, rule, ticket, expires) = (&used.name, &used.rule, &used.ticket, used.expires);
        line(
            &mut out,
            &format!("  exception {name} ({effect}) for {rule}: {ticket}, until {expires}"),
        );
    }
    out
}

fn rule_lines(out: &mut String, result: &RuleResult) {
    let mark = match (result.outcome, result.mode) {
        (Outcome::Pass, _) => "pass",
        (Outcome::Waived, _) => "waived",
        (Outcome::Skipped | Outcome::Excluded, _) => "-",
        (Outcome::Fail, Mode::Enforce) => "FAIL",
        (Outcome::Fail, Mode::Warn) => "warn",
        (Outcome::Fail, Mode::Audit) => "audit",
    };
    line(out, &format!("  {mark:<6} {}/{}", result.policy, result.rule));
    if result.outcome == Outcome::Pass {
        return;
    }
    if let Some(message) = &result.message {
        line(out, &format!("         {message}"));
    }
    for reason in &result.reasons {
        reason_lines(out, " ", reason);
    }
}

fn reason_lines(out: &mut String, mark: &str, reason: &Reason) {
    let platform =
        reason.platform.as_ref().map_or_else(String::new, |platform| format!(" [{platform}]"));
    line(out, &format!("   {mark}     {}{platform}: {reason}", reason.code));
    if !reason.code.remedy().is_empty() {
        line(out, &format!("           do: {}", reason.code.remedy()));
    }
}

/// Writes one line; control characters are written as escapes.
fn line(out: &mut String, text: &str) {
    for character in text.chars() {
        if character.is_control() {
            let _ = write!(out, "{}", character.escape_default());
        } else {
            out.push(character);
        }
    }
    out.push('\n');
}
