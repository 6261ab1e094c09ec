//! The workload as cocket is given it.

use std::error::Error;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::decision::{Decision, Outcome};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{Evidence, Vouched, VouchedDocument};
use cocket::facts::Facts;
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket_testkit::w1;
use serde_json::Value;

use super::{Violations, text};

/// One image: what is asked, what is at hand, and what was gathered of that.
pub(crate) struct Subject {
    pub(crate) request: ImageRequest,
    pub(crate) evidence: Evidence,
    pub(crate) facts: Facts,
    pub(crate) now: Timestamp,
}

/// A report that was read, under its digest.
pub(crate) type Report = (Digest, Arc<VouchedDocument>);

pub(crate) fn report(bytes: &Arc<[u8]>) -> Report {
    (Digest::sha256(bytes), Arc::new(VouchedDocument::read(bytes)))
}

pub(crate) fn policies(w1: &Value) -> Result<Policies, Box<dyn Error>> {
    Ok(Policies::from_text("w1.yaml", &w1::policies(w1))?)
}

impl Subject {
    pub(crate) fn new(
        engine: &Engine,
        head: &Value,
        report: &Report,
    ) -> Result<Self, Box<dyn Error>> {
        let image = w1::image(head);
        let digest: Digest = image.digest().parse()?;
        let request = ImageRequest {
            image: w1::reference(head, &image),
            digest: Some(digest),
            ..ImageRequest::default()
        };
        let mut evidence = Evidence::new();
        for (media_type, bytes) in image.blobs() {
            evidence.add_blob(Some(media_type), bytes.to_vec());
        }
        let (of_report, document) = report;
        let document = Arc::clone(document);
        evidence.vouch_read(Vouched { subject: Some(digest), digest: *of_report, document });
        let now = text(head, "now").parse()?;
        let facts = engine.facts(&request, &evidence, now);
        Ok(Self { request, evidence, facts, now })
    }

    /// On parsed input.
    pub(crate) fn judge(&self, engine: &Engine) -> Decision {
        engine.evaluate(&self.request, &self.facts, &History::default())
    }

    /// From evidence, whose manifest and configuration are read and whose signatures are verified.
    pub(crate) fn check(&self, engine: &Engine) -> Decision {
        engine.check(&self.request, &self.evidence, &History::default(), self.now)
    }
}

/// In the form in which answers are compared.
pub(crate) fn written(decision: &Decision) -> Violations {
    let failed = decision.results.iter().filter(|result| result.outcome == Outcome::Fail);
    let ids = |result: &cocket::decision::RuleResult| {
        let counted = result.findings.iter().flat_map(|findings| &findings.counted.items);
        let counted = counted.filter(|finding| match &*result.rule {
            "critical" => finding.severity == "critical",
            "high" => finding.severity == "high" && finding.fixed.is_some(),
            _ => false,
        });
        counted.map(|finding| finding.id.to_string()).collect()
    };
    failed.map(|result| (result.rule.to_string(), ids(result))).collect()
}
