//! Plain text for people: one block an image, what failed first, and what to do.

use std::collections::{BTreeMap, BTreeSet};

use super::Judged;
use super::escape::{short, short_reference, subject_name, visible};
use super::finding::{Finding, Weight, findings};
use crate::decision::{Decision, ExceptionEffect, Outcome, Reason, Subject, Verdict};
use crate::reasons::ReasonKind;

/// The decisions as text, for a terminal or a log: what failed first, with what to do, then what
/// is waived, then what passed in one line, and the counts at the end. `color` adds ANSI colours.
/// Nothing depends on the width of the screen.
#[must_use]
pub fn table(judged: &[Judged], color: bool) -> String {
    let mut page = Page { out: String::new(), paint: Paint(color) };
    for one in judged {
        page.image(one);
        page.out.push('\n');
    }
    page.out.push_str(&summary(judged));
    page.out.push('\n');
    page.out.extend(moments(judged));
    page.out
}

/// The counts, in one line without a break at its end.
pub(super) fn summary(judged: &[Judged]) -> String {
    if judged.is_empty() {
        return "no image was judged".to_owned();
    }
    let verdicts =
        |wanted: Verdict| judged.iter().filter(|one| one.decision.verdict == wanted).count();
    let weights: Vec<Weight> = judged
        .iter()
        .flat_map(|one| findings(&one.decision))
        .filter(|finding| finding.rule.is_some())
        .map(|finding| finding.weight)
        .collect();
    let rules = |wanted: Weight| weights.iter().filter(|weight| **weight == wanted).count();
    let (deny, warn, allow) =
        (verdicts(Verdict::Deny), verdicts(Verdict::Warn), verdicts(Verdict::Allow));
    let mut text = counted(judged);
    text.push_str(&format!(": {deny} denied, {warn} with warnings, {allow} allowed"));
    let failed: Vec<String> = [
        (Weight::Deny, "enforced"),
        (Weight::Warn, "warned"),
        (Weight::Audit, "audited"),
        (Weight::Waived, "waived"),
    ]
    .iter()
    .filter_map(|(weight, word)| match rules(*weight) {
        0 => None,
        count => Some(format!("{count} {word}")),
    })
    .collect();
    if !failed.is_empty() {
        text.push_str(&format!("; rules not satisfied: {}", failed.join(", ")));
    }
    text
}

/// How many images and objects there are.
fn counted(judged: &[Judged]) -> String {
    let images = judged.iter().filter(|one| one.decision.image().is_some()).count();
    let named = |count: usize, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {one}s")),
    };
    let objects = named(judged.len().saturating_sub(images), "object");
    named(images, "image").into_iter().chain(objects).collect::<Vec<_>>().join(" and ")
}

/// For which moment was decided, and until when that holds.
fn moments(judged: &[Judged]) -> Option<String> {
    let moments: BTreeSet<_> = judged.iter().map(|one| one.decision.now).collect();
    let first = moments.first()?;
    let mut text = match moments.len() {
        1 => format!("decided for {first}"),
        _ => format!("decided for {first} and later moments"),
    };
    if let Some(until) = judged.iter().filter_map(|one| one.decision.valid_until).min() {
        text.push_str(&format!("; a date in it can change the answer from {until} on"));
    }
    text.push('\n');
    Some(text)
}

struct Page {
    out: String,
    paint: Paint,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn image(&mut self, one: &Judged) {
        let decision = &one.decision;
        let word = match decision.verdict {
            Verdict::Allow => self.paint.green("ALLOW"),
            Verdict::Warn => format!("{} ", self.paint.yellow("WARN")),
            Verdict::Deny => format!("{} ", self.paint.red("DENY")),
        };
        let subject = match &decision.subject {
            Subject::Image(image) if image.given.is_empty() => "(no name)".to_owned(),
            Subject::Image(image) => short_reference(&image.given),
            Subject::Object(_) => visible(&subject_name(decision)),
        };
        self.line(&format!("{word}  {}{}", self.paint.bold(&subject), place(one)));
        if let Some(more) = meaning(decision) {
            self.line(&format!("       {}", self.paint.dim(&more)));
        }
        for finding in findings(decision) {
            self.finding(&finding);
        }
        self.exceptions(decision);
        self.quiet("pass", &by_policy(decision, Outcome::Pass));
        self.quiet("note", &general_passes(decision));
        let excluded = by_policy(decision, Outcome::Excluded);
        self.quiet("excluded", &[excluded, left_out(decision, Outcome::Excluded)].concat());
        let skipped = by_policy(decision, Outcome::Skipped);
        self.quiet("no match", &[skipped, left_out(decision, Outcome::Skipped)].concat());
    }

    /// Things in order, or not concerned: one line.
    fn quiet(&mut self, label: &str, items: &[String]) {
        if !items.is_empty() {
            let label = match label {
                "pass" => self.paint.green("pass    "),
                other => self.paint.dim(&format!("{other:<8}")),
            };
            self.line(&format!("  {label}  {}", items.join("; ")));
        }
    }

    fn finding(&mut self, finding: &Finding<'_>) {
        let (label, note) = match finding.weight {
            Weight::Deny => (self.paint.red("FAIL    "), ""),
            Weight::Warn => (self.paint.yellow("warning "), "  warns, does not block"),
            Weight::Audit => (self.paint.dim("audit   "), "  audited only, does not block"),
            Weight::Waived => (self.paint.blue("waived  "), ""),
        };
        let severity = finding
            .rule
            .and_then(|rule| rule.severity)
            .map(|severity| format!("  severity {}", format!("{severity:?}").to_lowercase()));
        let name = self.paint.bold(&visible(&finding.name()));
        self.line(&format!("  {label}  {name}{}{note}", severity.unwrap_or_default()));
        for used in &finding.waived_by {
            let text = format!(
                "{} exception {} ({}, {}) until {}: {}",
                finding.waiving(),
                used.name,
                used.ticket,
                used.approved_by,
                used.expires,
                used.reason
            );
            self.line(&format!("            {}", visible(&text)));
        }
        if let Some(message) = finding.rule.and_then(|rule| rule.message.as_deref()) {
            self.line(&format!("            {}", visible(message)));
        }
        for (position, reason) in finding.reasons.iter().enumerate() {
            let next = finding.reasons.get(position.saturating_add(1));
            let last_of_code = next.is_none_or(|next| next.code != reason.code);
            self.reason(reason, last_of_code && finding.weight != Weight::Waived);
        }
    }

    fn reason(&mut self, reason: &Reason, with_remedy: bool) {
        let platform = reason.platform.as_ref().map(|platform| format!(" [{platform}]"));
        let platform = visible(&platform.unwrap_or_default());
        let code = self.paint.bold(reason.code.code());
        self.line(&format!("            {code}{platform}: {}", reason.code.title()));
        for (label, detail) in [("found", &reason.found), ("expected", &reason.expected)] {
            if let Some(detail) = detail {
                self.line(&format!("              {label:<8}  {}", visible(&detail.to_string())));
            }
        }
        if with_remedy && !reason.code.remedy().is_empty() {
            self.line(&format!("              do        {}", reason.code.remedy()));
        }
    }

    /// Exceptions without effect: a reader must see why they did not help.
    fn exceptions(&mut self, decision: &Decision) {
        for used in &decision.exceptions {
            let effect = match used.effect {
                // Told beside the rule that it waives.
                ExceptionEffect::Used => continue,
                ExceptionEffect::Expired => {
                    format!("has expired on {} and does nothing", used.expires)
                }
                ExceptionEffect::NotEnough => {
                    format!("is in force until {} and does not cover all that fails", used.expires)
                }
            };
            let text =
                format!("exception {} ({}) for {} {effect}", used.name, used.ticket, used.rule);
            let label = self.paint.yellow("note    ");
            self.line(&format!("  {label}  {}", visible(&text)));
        }
    }
}

fn place(one: &Judged) -> String {
    let mut parts = Vec::new();
    if let Some(origin) = &one.origin {
        // An object is named by what stands before this.
        let object = match &one.decision.subject {
            Subject::Image(_) => visible(&origin.object),
            Subject::Object(_) => String::new(),
        };
        let joint = if object.is_empty() { "in " } else { " in " };
        parts.push(format!("{object}{joint}{}", visible(&origin.place())));
    }
    if let Some(namespace) = one.decision.namespace() {
        parts.push(format!("namespace {}", visible(namespace)));
    }
    if parts.is_empty() { String::new() } else { format!("  ({})", parts.join(", ")) }
}

/// What the name stands for, where that is more than what was written.
fn meaning(decision: &Decision) -> Option<String> {
    let image = decision.image()?;
    let mut parts = Vec::new();
    let bare = |name: &str| name.split_once('@').map_or(name, |(name, _)| name).to_owned();
    if let Some(canonical) = image.canonical.as_deref().map(bare)
        && canonical != bare(&image.given)
    {
        parts.push(format!("means {}", visible(&canonical)));
    }
    if let Some(mirror) = &image.mirror {
        parts.push(format!("judged as {}", short_reference(mirror)));
    }
    match &image.digest {
        Some(digest) if image.given.ends_with(&digest.to_string()) => {}
        Some(digest) => parts.push(format!("digest {}", short(digest))),
        None => parts.push("digest not known".to_owned()),
    }
    if image.platforms.len() > 1 {
        let named = image.platforms.iter().map(|one| match &one.platform {
            Some(platform) => visible(&platform.to_string()),
            None => short(&one.digest),
        });
        parts.push(format!("platforms {}", named.collect::<Vec<_>>().join(", ")));
    }
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

/// What belongs to no rule and is no fault, such as a namespace that the policy set keeps out.
fn general_passes(decision: &Decision) -> Vec<String> {
    let general = decision.general.iter();
    let passing = general.filter(|reason| reason.code.kind() == ReasonKind::Pass);
    passing.map(|reason| visible(&format!("{}: {reason}", reason.code))).collect()
}

/// The rules with this outcome: `policy: rule, rule`.
fn by_policy(decision: &Decision, outcome: Outcome) -> Vec<String> {
    let mut policies: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for rule in decision.results.iter().filter(|rule| rule.outcome == outcome) {
        policies.entry(&rule.policy).or_default().push(visible(&rule.rule));
    }
    let written =
        policies.iter().map(|(policy, rules)| format!("{}: {}", visible(policy), rules.join(", ")));
    written.collect()
}

/// The policies that were not applied, and what kept them out.
fn left_out(decision: &Decision, outcome: Outcome) -> Vec<String> {
    let named: BTreeSet<&str> = decision.results.iter().map(|rule| &*rule.policy).collect();
    let policies = decision.policies.iter();
    policies
        .filter(|policy| policy.outcome == outcome && !named.contains(&*policy.name))
        .map(|policy| match (&policy.excluded_by, outcome) {
            (Some(why), Outcome::Excluded) => {
                format!("{} ({})", visible(&policy.name), visible(why))
            }
            _ => visible(&policy.name),
        })
        .collect()
}

/// ANSI colours, where they are wanted: ECMA-48, "SGR".
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn red(self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    fn blue(self, text: &str) -> String {
        self.with("34", text)
    }
}
