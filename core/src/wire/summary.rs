//! `summary`: scan reports in numbers, for people.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;

use super::answer::{Answer, Fault, Summarised};
use super::check::{decoded, now, one, policies};
use super::imported::only_of_policies;
use super::request::Request;
use crate::evaluate::{counting_rule, summary};
use crate::evidence::scan::Document;
use crate::policy::Policies;
use crate::report::scan_summary;

pub(super) fn summarised(mut request: Request) -> Result<Answer, Vec<Fault>> {
    only_of_policies(&request, "`summary`").map_err(one)?;
    let now = now(&request).map_err(one)?;
    let asked = request.summary.take().filter(|asked| !asked.reports.is_empty());
    let Some(asked) = asked else {
        return Err(one(Fault::request("/summary", "there is nothing to sum up".to_owned())));
    };
    let policies = match request.policies.is_empty() && request.trust.is_empty() {
        true => None,
        false => Some(policies(&mut request)?),
    };
    let rule = asked.rule.as_deref();
    let mut reports = Vec::new();
    for (position, report) in asked.reports.into_iter().enumerate() {
        let path = format!("/summary/reports/{position}/data");
        let bytes = decoded(&report.data, &path).map_err(one)?;
        let text = summed(&report.name, bytes.into(), (policies.as_ref(), rule), now, &path)?;
        reports.push(Summarised { name: report.name, text });
    }
    Ok(Answer::Summary { reports })
}

/// One scan report in numbers, as `cocket scan-summary` prints it: what the scanner says, beside
/// what the rule counts, or what holds where no rule says otherwise. `rule` is `POLICY/RULE` or an
/// end of that; without it the policies must have one `vulnerabilities` rule alone.
///
/// ```
/// use cocket::wire::summary_of;
/// let report = br#"{"SchemaVersion":2,"ArtifactType":"container_image","Results":[]}"#;
/// let now = "2026-11-30T00:00:00Z".parse().unwrap();
/// let text = summary_of("report.json", report.as_slice().into(), (None, None), now).unwrap();
/// assert!(text.starts_with("report.json"));
/// ```
///
/// # Errors
/// The fault of a report that cannot be read, and of a rule that is not there.
pub fn summary_of(
    name: &str,
    report: Arc<[u8]>,
    counting: (Option<&Policies>, Option<&str>),
    now: Timestamp,
) -> Result<String, Vec<Fault>> {
    let told = catch_unwind(AssertUnwindSafe(|| summed(name, report, counting, now, "")));
    told.unwrap_or_else(|_| Err(one(Fault::internal())))
}

fn summed(
    name: &str,
    report: Arc<[u8]>,
    (policies, rule): (Option<&Policies>, Option<&str>),
    now: Timestamp,
    path: &str,
) -> Result<String, Vec<Fault>> {
    let rule = match (policies, rule) {
        (Some(policies), name) => Some(
            counting_rule(policies, name)
                .map_err(|detail| one(Fault::request("/summary/rule", detail)))?,
        ),
        (None, Some(_)) => {
            let detail = "a rule is named, and there are no policies".to_owned();
            return Err(one(Fault::request("/summary/rule", detail)));
        }
        (None, None) => None,
    };
    let document = Document::parse(&report)
        .map_err(|error| one(Fault::evidence(path, format!("{name}: {}", error.detail))))?;
    let numbers = summary(&document, rule.as_ref().map(|(_, rule)| *rule), now);
    let evidence = document.clone().about_an_image().err();
    let under = rule.map(|(name, _)| format!("under {name}"));
    Ok(scan_summary(name, &document, &numbers, under.as_deref(), evidence.as_ref()))
}
