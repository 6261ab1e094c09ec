use super::escape::{subject_name, visible};
use super::finding::{Finding, Weight, findings};
use super::{Judged, table::summary};

/// Workflow commands of GitHub Actions (`::error file=…,line=…,title=…::…`): one for each rule
/// that is not satisfied, an error where it denies, a warning where it warns, else a notice.
/// The last line is the count, as plain text.
#[must_use]
pub fn github(judged: &[Judged]) -> String {
    let mut out = String::new();
    for one in judged {
        for finding in findings(&one.decision) {
            out.push_str(&command(one, &finding));
        }
    }
    out.push_str(&summary(judged));
    out.push('\n');
    out
}

fn command(one: &Judged, finding: &Finding<'_>) -> String {
    let (command, word) = match finding.weight {
        Weight::Deny => ("error", "denied"),
        Weight::Warn => ("warning", "warning"),
        Weight::Audit => ("notice", "audited, not blocking"),
        Weight::Waived => ("notice", "waived"),
    };
    let mut properties = Vec::new();
    if let Some(origin) = one.origin.as_ref().filter(|origin| origin.file != "-") {
        properties.push(format!("file={}", property(&visible(&origin.file))));
        if let Some(line) = origin.line {
            properties.push(format!("line={line}"));
        }
    }
    let title = format!("{word}: {}", visible(&finding.name()));
    properties.push(format!("title={}", property(&title)));
    format!("::{command} {}::{}\n", properties.join(","), data(&message(one, finding)))
}

fn message(one: &Judged, finding: &Finding<'_>) -> String {
    let mut lines = vec![visible(&subject_name(&one.decision))];
    lines.extend(finding.rule.and_then(|rule| rule.message.as_deref()).map(visible));
    for reason in &finding.reasons {
        let platform = reason.platform.as_ref().map(|platform| format!(" [{platform}]"));
        let platform = visible(&platform.unwrap_or_default());
        lines.push(format!("{}{platform}: {}", reason.code, visible(&reason.to_string())));
        if finding.weight != Weight::Waived && !reason.code.remedy().is_empty() {
            lines.push(format!("do: {}", reason.code.remedy()));
        }
    }
    lines.extend(finding.waived_by.iter().map(|used| {
        visible(&format!(
            "{} {} ({}) until {}",
            finding.waiving(),
            used.name,
            used.ticket,
            used.expires
        ))
    }));
    lines.join("\n")
}

/// The toolkit's escaping of a command's data (`@actions/core`, `command.ts`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The toolkit's escaping of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
