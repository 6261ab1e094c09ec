//! Decisions that `check -o json=FILE` recorded, told in full.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use cocket::report::visible;
use serde::Deserialize;

use crate::failure::Failure;

/// Largest record that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

#[derive(Deserialize)]
struct Record {
    decisions: Vec<Decision>,
}

#[derive(Deserialize)]
struct Decision {
    verdict: String,
    now: String,
    image: Option<Image>,
    object: Option<Object>,
    results: Vec<Rule>,
    #[serde(default)]
    general: Vec<Reason>,
}

#[derive(Deserialize)]
struct Image {
    given: String,
}

#[derive(Deserialize)]
struct Object {
    kind: String,
    name: String,
}

#[derive(Deserialize)]
struct Rule {
    policy: String,
    rule: String,
    outcome: String,
    mode: String,
    #[serde(default)]
    reasons: Vec<Reason>,
    #[serde(default)]
    findings: Findings,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
    message: String,
    remedy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Findings {
    counted: List,
    set_apart: List,
}

#[derive(Default, Deserialize)]
struct List {
    items: Vec<Finding>,
    more: u64,
}

#[derive(Deserialize)]
struct Finding {
    severity: String,
    id: String,
    package: String,
    installed: String,
    fixed: Option<String>,
    link: Option<String>,
    because: Option<String>,
}

/// Every rule of every recorded decision, with every finding that was recorded and its link.
pub(crate) fn explained(path: &Path) -> Result<String, Failure> {
    let failed = |detail: String| Failure::Unreadable(format!("{}: {detail}", path.display()));
    let bytes = read(path).map_err(|error| failed(error.to_string()))?;
    let record: Record = serde_json::from_slice(&bytes).map_err(|error| {
        failed(format!("this is no record that `cocket check -o json` writes: {error}"))
    })?;
    let mut text = String::new();
    for decision in &record.decisions {
        let subject = match (&decision.image, &decision.object) {
            (Some(image), None) => image.given.clone(),
            (None, Some(object)) => format!("{}/{}", object.kind, object.name),
            _ => return Err(failed("a decision is about one image or one object".to_owned())),
        };
        add(&mut text, &decision.verdict.to_uppercase(), &subject);
        add(&mut text, "  decided for", &decision.now);
        reasons(&mut text, &decision.general);
        for rule in &decision.results {
            add(
                &mut text,
                &format!("  {}", rule.outcome),
                &format!("{}/{} ({})", rule.policy, rule.rule, rule.mode),
            );
            reasons(&mut text, &rule.reasons);
            list(&mut text, "counted", &rule.findings.counted);
            list(&mut text, "set apart", &rule.findings.set_apart);
        }
        text.push('\n');
    }
    Ok(text)
}

/// The file's bytes; what is too long is refused, not cut.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= MAX_BYTES) {
        return Ok(bytes);
    }
    Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {MAX_BYTES} bytes")))
}

/// One line. The label may be evidence, too: a record is a file that anybody may have written.
fn add(out: &mut String, label: &str, rest: &str) {
    let _ = writeln!(out, "{}  {}", visible(label), visible(rest));
}

fn reasons(out: &mut String, reasons: &[Reason]) {
    for reason in reasons {
        add(out, &format!("    {}", reason.code), &reason.message);
        if let Some(remedy) = reason.remedy.as_deref().filter(|remedy| !remedy.is_empty()) {
            add(out, "      do", remedy);
        }
    }
}

fn list(out: &mut String, label: &str, list: &List) {
    for one in &list.items {
        let fixed = one.fixed.as_ref().map(|fixed| format!(" (fixed in {fixed})"));
        let because = one.because.as_ref().map(|because| format!(": {because}"));
        let text = format!(
            "{} {} in {} {}{}{}",
            one.severity,
            one.id,
            one.package,
            one.installed,
            fixed.unwrap_or_default(),
            because.unwrap_or_default()
        );
        add(out, &format!("    {label}"), &text);
        if let Some(link) = &one.link {
            add(out, "      see", link);
        }
    }
    if list.more > 0 {
        add(out, &format!("    {label}"), &format!("{} more that were not recorded", list.more));
    }
}
