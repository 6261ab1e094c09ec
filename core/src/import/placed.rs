//! Documents of other engines as those engines' tools read them, nulls and YAML 1.1 included.

use super::foreign::ForeignKind;
use super::load::Work;
use super::text::{self, Document};
use crate::policy::{Foreign, PolicyErrorKind as Kind};

/// A document by its position among those of other engines.
pub(super) struct Placed {
    pub(super) position: usize,
    pub(super) kind: ForeignKind,
    pub(super) document: Document,
}

/// Every document, in order. One that the two readers see differently is a fault: which of them
/// its author means cannot be told.
pub(super) fn documents(foreign: &Foreign<'_, '_>, work: &mut Work) -> Vec<Placed> {
    let mut placed = Vec::new();
    let mut positions = 0..foreign.documents.len();
    while let Some(first) = positions.next() {
        let Some(document) = foreign.documents.get(first) else { break };
        let is_same = |one: &&crate::policy::ForeignDocument<'_>| one.source() == document.source();
        let rest = foreign.documents.get(first..).unwrap_or_default();
        let count = rest.iter().take_while(is_same).count();
        // The others of this source.
        for _ in 1..count {
            positions.next();
        }
        let found = match text::documents(document.source_text()) {
            Ok(documents) => documents,
            Err(error) => {
                let detail =
                    format!("{}:{}: {}", error.place.line, error.place.column, error.detail);
                work.errors.push(document.remark(Kind::Syntax, "", detail, None));
                continue;
            }
        };
        let known = found.into_iter().filter_map(|one| Some((ForeignKind::of(&one.value)?, one)));
        let known: Vec<_> = known.collect();
        let wanted = rest.iter().take(count).map(|one| ForeignKind::of_head(one.head()));
        if !wanted.eq(known.iter().map(|(kind, _)| Some(*kind))) {
            let detail = "readers of YAML disagree about the documents of this text".to_owned();
            work.errors.push(document.remark(Kind::Syntax, "", detail, None));
            continue;
        }
        placed.extend(known.into_iter().enumerate().map(|(at, (kind, document))| Placed {
            position: first.saturating_add(at),
            kind,
            document,
        }));
    }
    placed
}
