//! `import`: write the policies as policies of our own.

use super::answer::{Answer, Fault};
use super::check::{one, only, policies};
use super::request::{Context, HistoryItem, Request};

pub(super) fn imported(mut request: Request) -> Result<Answer, Vec<Fault>> {
    only_of_policies(&request, "`import`").map_err(one)?;
    let policies = policies(&mut request)?;
    let judges = policies.object_judges().iter();
    Ok(Answer::Imported {
        yaml: policies.to_yaml(),
        left: judges
            .filter(|judge| judge.equivalent().is_none())
            .map(|judge| judge.name().to_owned())
            .collect(),
        notes: policies.notes().iter().map(Fault::from).collect(),
    })
}

/// Refuses what no operation has that decides on nothing.
pub(super) fn only_of_policies(request: &Request, operation: &str) -> Result<(), Fault> {
    let of_deciding = [
        ("/evidence", request.evidence.is_empty()),
        ("/vouched", request.vouched.is_empty()),
        ("/gaps", request.gaps.is_empty()),
        ("/verify", request.verify.is_none()),
        ("/review", request.review.is_none()),
        ("/context", request.context == Context::default()),
        ("/history", request.history == HistoryItem::default()),
    ];
    only(&of_deciding, &format!("operations that decide have it, not {operation}"))?;
    if operation == "`import`" {
        only(&[("/now", request.now.is_none())], "`import` asks for no moment")?;
    }
    Ok(())
}
