use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::escape::{subject_name, visible};
use super::finding::{Finding, Weight, findings, rule_name};
use super::{Judged, word};
use crate::decision::{Decision, Outcome, Reason, Verdict};

/// JUnit XML: one test suite an image. Its first test case is the verdict, then comes one for
/// each rule. What denies is a failure; what only warns, is audited, waived or not concerned is
/// a skipped test with the reason, so that nothing that blocks looks green and nothing that does
/// not block looks red.
#[must_use]
pub fn junit(judged: &[Judged]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory does not fail; half a document is never an answer.
    match document(&mut writer, judged) {
        Ok(()) => String::from_utf8(writer.into_inner()).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

type Xml = Writer<Vec<u8>>;

/// One test case: its name, and what is said instead of a silent pass.
struct Case {
    name: String,
    told: Option<Told>,
}

struct Told {
    fails: bool,
    kind: String,
    message: String,
    text: String,
}

fn document(xml: &mut Xml, judged: &[Judged]) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites: Vec<(&Judged, Vec<Case>)> =
        judged.iter().map(|one| (one, cases(&one.decision))).collect();
    let (tests, failures, skipped) = counts(suites.iter().flat_map(|(_, cases)| cases));
    let root = xml.create_element("testsuites").with_attributes([
        ("name", "cocket"),
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", "0"),
        ("skipped", skipped.as_str()),
    ]);
    root.write_inner_content(|xml| {
        suites.iter().try_for_each(|(one, cases)| suite(xml, one, cases))
    })?;
    xml.write_event(Event::Text(BytesText::new("\n")))
}

fn suite(xml: &mut Xml, one: &Judged, cases: &[Case]) -> io::Result<()> {
    let image = visible(&subject_name(&one.decision));
    let mut name = image.clone();
    if let Some(origin) = &one.origin {
        let (object, place) = (visible(&origin.object), visible(&origin.place()));
        name.push_str(&format!(" ({})", format!("{object} {place}").trim_start()));
    }
    let file = one.origin.as_ref().filter(|origin| origin.file != "-");
    let file = file.map(|origin| visible(&origin.file));
    let (tests, failures, skipped) = counts(cases.iter());
    let element = xml
        .create_element("testsuite")
        .with_attributes([
            ("name", name.as_str()),
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
            ("errors", "0"),
            ("skipped", skipped.as_str()),
        ])
        .with_attributes(file.as_deref().map(|file| ("file", file)));
    element.write_inner_content(|xml| {
        cases.iter().try_for_each(|case| write_case(xml, &image, case))
    })?;
    Ok(())
}

fn write_case(xml: &mut Xml, image: &str, case: &Case) -> io::Result<()> {
    let element = xml
        .create_element("testcase")
        .with_attributes([("name", case.name.as_str()), ("classname", image)]);
    let Some(told) = &case.told else {
        element.write_empty()?;
        return Ok(());
    };
    element.write_inner_content(|xml| {
        let message = ("message", told.message.as_str());
        if told.fails {
            xml.create_element("failure")
                .with_attributes([message, ("type", told.kind.as_str())])
                .write_text_content(BytesText::new(&told.text))?;
        } else {
            xml.create_element("skipped").with_attribute(message).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> (String, String, String) {
    let (mut tests, mut failures, mut skipped) = (0_u64, 0_u64, 0_u64);
    for case in cases {
        tests = tests.saturating_add(1);
        match &case.told {
            Some(told) if told.fails => failures = failures.saturating_add(1),
            Some(_) => skipped = skipped.saturating_add(1),
            None => {}
        }
    }
    (tests.to_string(), failures.to_string(), skipped.to_string())
}

fn cases(decision: &Decision) -> Vec<Case> {
    let findings = findings(decision);
    let general: Vec<&Reason> = decision.general.iter().collect();
    let mut cases = vec![verdict_case(decision.verdict, &general)];
    for rule in &decision.results {
        let name = rule_name(rule);
        let finding =
            findings.iter().find(|finding| finding.rule.is_some_and(|own| std::ptr::eq(own, rule)));
        let told = match (finding, rule.outcome) {
            (Some(finding), _) => Some(told(finding)),
            (None, Outcome::Skipped) => {
                Some(skipped("not concerned: the rule does not match".to_owned()))
            }
            (None, Outcome::Excluded) => Some(skipped("excluded".to_owned())),
            (None, Outcome::Pass | Outcome::Fail | Outcome::Waived) => None,
        };
        cases.push(Case { name: visible(&name), told });
    }
    cases
}

/// The verdict is a test of its own, so that a denied image is never without a failure.
fn verdict_case(verdict: Verdict, general: &[&Reason]) -> Case {
    let message = std::iter::once(format!("the verdict is {}", word(verdict)))
        .chain(general.iter().map(|reason| first_line(reason)))
        .collect::<Vec<_>>()
        .join("; ");
    let told = match verdict {
        Verdict::Deny => {
            Some(Told { fails: true, kind: "deny".to_owned(), message, text: text(general) })
        }
        Verdict::Warn => Some(skipped(message)),
        Verdict::Allow if !general.is_empty() => Some(skipped(message)),
        Verdict::Allow => None,
    };
    Case { name: "verdict".to_owned(), told }
}

fn told(finding: &Finding<'_>) -> Told {
    let why =
        finding.reasons.iter().map(|reason| first_line(reason)).collect::<Vec<_>>().join("; ");
    let message = match finding.weight {
        Weight::Deny => why,
        Weight::Warn => format!("warning, does not block: {why}"),
        Weight::Audit => format!("audited only, does not block: {why}"),
        Weight::Waived => {
            let by = finding.waived_by.iter().map(|used| {
                visible(&format!("{} ({}) until {}", used.name, used.ticket, used.expires))
            });
            format!("waived by {}: {why}", by.collect::<Vec<_>>().join(", "))
        }
    };
    let kind = finding.reasons.first().map_or("fail", |reason| reason.code.code()).to_owned();
    let note = finding.rule.and_then(|rule| rule.message.as_deref());
    let note = note.map_or_else(String::new, |note| format!("{}\n", visible(note)));
    let waived = finding.waived_by.iter().map(|used| {
        let (waiving, until) = (finding.waiving(), used.expires);
        visible(&format!("{waiving} {} ({}) until {until}", used.name, used.ticket))
    });
    let text = std::iter::once(format!("{note}{}", text(&finding.reasons))).chain(waived);
    let text = text.collect::<Vec<_>>().join("\n");
    Told { fails: finding.weight == Weight::Deny, kind, message, text }
}

fn skipped(message: String) -> Told {
    Told { fails: false, kind: String::new(), message, text: String::new() }
}

fn first_line(reason: &Reason) -> String {
    let platform = reason.platform.as_ref().map(|platform| format!(" [{platform}]"));
    visible(&format!("{}{}: {reason}", reason.code, platform.unwrap_or_default()))
}

fn text(reasons: &[&Reason]) -> String {
    let mut lines = Vec::new();
    for reason in reasons {
        lines.push(first_line(reason));
        if !reason.code.remedy().is_empty() {
            lines.push(format!("do: {}", reason.code.remedy()));
        }
    }
    lines.join("\n")
}
