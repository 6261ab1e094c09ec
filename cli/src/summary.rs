//! `cocket scan-summary`.

use std::sync::Arc;

use cocket::Timestamp;
use cocket::evaluate::{counting_rule, summary};
use cocket::evidence::scan::Document;
use cocket::import::Options;
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
        (Some(policies), name) => Some(
            counting_rule(policies, name.as_deref())
                .map_err(|detail| Failure::Usage(format!("{detail} (`--rule POLICY/RULE`)")))?,
        ),
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
                    let numbers = summary(&document, rule.as_ref().map(|(_, rule)| *rule), now);
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
