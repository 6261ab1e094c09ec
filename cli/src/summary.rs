//! `cocket scan-summary`.

use std::sync::Arc;

use cocket::Timestamp;
use cocket::evaluate::summary;
use cocket::evidence::scan::Document;
use cocket::import::Options;
use cocket::policy::Policies;
use cocket::policy::model::{Family, VulnerabilitiesRule};
use cocket::report::scan_summary;
use cocket::source::read_reports;

use crate::arguments::ScanSummary;
use crate::failure::{self, Failure};
use crate::{output, policies};

pub(crate) fn run(arguments: &ScanSummary, now: Timestamp) -> Result<u8, Failure> {
    let policies = match arguments.policy.as_slice() {
        [] => None,
        paths => {
            Some(policies::load(paths, Options { allow_partial: true, ..Options::default() })?)
        }
    };
    let rule = match (&policies, &arguments.rule) {
        (Some(policies), name) => Some(rule(policies, name.as_deref())?),
        (None, Some(_)) => return Err(Failure::Usage("`--rule` needs `--policy`".to_owned())),
        (None, None) => None,
    };
    let mut unread = false;
    for path in &arguments.files {
        let reports = read_reports(path).map_err(|error| Failure::Unreadable(error.to_string()))?;
        for (file, bytes) in reports {
            let name = file.display().to_string();
            match Document::parse(&Arc::from(bytes)) {
                Err(error) => {
                    failure::error(format!("{name}: {error}"));
                    unread = true;
                }
                Ok(document) => {
                    let numbers = summary(&document, rule.as_ref().map(|(_, rule)| rule), now);
                    let evidence = document.clone().about_an_image().err();
                    let under = rule.as_ref().map(|(name, _)| format!("under {name}"));
                    let text = scan_summary(
                        &name,
                        &document,
                        &numbers,
                        under.as_deref(),
                        evidence.as_ref(),
                    );
                    output::to_stdout(text.as_bytes())?;
                }
            }
        }
    }
    Ok(if unread { 3 } else { 0 })
}

/// The rule under whose counting the reports are shown: the named one, or the only one.
fn rule(policies: &Policies, name: Option<&str>) -> Result<(String, VulnerabilitiesRule), Failure> {
    let rules = policies.image_policies().iter().flat_map(|policy| {
        policy.spec.rules.iter().filter_map(move |rule| match &rule.family {
            Family::Vulnerabilities(own) => {
                Some((format!("{}/{}", policy.metadata.name, rule.id), (**own).clone()))
            }
            _ => None,
        })
    });
    let mut found: Vec<_> = rules
        .filter(|(full, _)| {
            name.is_none_or(|name| name == full || full.ends_with(&format!("/{name}")))
        })
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (None, _) => Err(Failure::Usage("there is no such `vulnerabilities` rule".to_owned())),
        (Some(_), false) => {
            let text = "several `vulnerabilities` rules fit; name one by `--rule POLICY/RULE`";
            Err(Failure::Usage(text.to_owned()))
        }
    }
}
