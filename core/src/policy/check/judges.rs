//! Judges of objects that a program supplies: each can answer for something, has a name of its
//! own, and authorities that can count.

use std::sync::Arc;

use super::{Report, authorities, by_kind};
use crate::policy::load::{Collection, Note, joined, sorted};
use crate::policy::{ObjectJudge, PolicyError, PolicyErrorKind as Kind, PolicyErrors};

impl Collection<'_> {
    /// Adds the judges of a program.
    pub(in crate::policy) fn take_judges(
        &mut self,
        judges: Vec<Arc<dyn ObjectJudge>>,
    ) -> Result<(), PolicyErrors> {
        let mut errors = Vec::new();
        for judge in judges {
            let faults = self.faults(&*judge).into_iter();
            errors.extend(faults.map(|fault| placed(judge.name(), fault)));
            self.judges.push(judge);
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(PolicyErrors(sorted(errors))),
        }
    }

    fn faults(&self, judge: &dyn ObjectJudge) -> Vec<Note> {
        let documents = by_kind(self);
        let mut notes = Vec::new();
        let mut report = Report { document: 0, notes: &mut notes };
        if judge.rules().is_empty() {
            report.add(Kind::MissingKey, "rules", "a judge answers for one rule at least");
        }
        let name = judge.name();
        let policies = documents.policies.iter().map(|(_, policy)| policy.metadata.name.as_str());
        // Exceptions and decisions tell them apart by nothing else.
        if policies.chain(self.judges.iter().map(|other| other.name())).any(|other| other == name) {
            let detail = format!("there is another policy with the name `{name}`");
            report.add(Kind::Duplicate, "name", detail);
        }
        for (authority, model) in judge.authorities() {
            let path = joined("authorities", authority.as_str());
            authorities::authority(&path, model, &documents.trust_roots, &mut report);
        }
        notes
    }
}

/// A judge stands in no text: its name is where it is.
fn placed(judge: &str, note: Note) -> PolicyError {
    PolicyError {
        kind: note.kind,
        file: judge.to_owned(),
        line: 1,
        column: 1,
        path: note.path,
        detail: note.detail,
        help: note.help,
        snippet: None,
    }
}
