//! What keeps findings from counting: the rule's ignore list, filters of the scanner that the
//! rule accepts, statements of authorities, and exceptions.

use std::collections::BTreeSet;

use super::rows::Row;
use super::vex::Statements;
use crate::evaluate::exceptions::{CompiledException, Waivable};
use crate::evaluate::scope;
use crate::evidence::scan::Status;
use crate::policy::model::{IgnoredVulnerability, NameGlob};

pub(super) struct Waivers<'a> {
    pub(super) ignored: Vec<&'a IgnoredVulnerability>,
    pub(super) filters: &'a [NameGlob],
    pub(super) exceptions: &'a [&'a CompiledException],
}

/// What becomes of a row.
pub(super) enum Fate {
    Counts,
    /// Why it does not count.
    Waived(String),
}

impl Waivers<'_> {
    /// What becomes of a row. An exception that keeps one from counting is noted in `used`.
    pub(super) fn fate(
        &self,
        row: &Row<'_>,
        statements: &Statements<'_>,
        used: &mut BTreeSet<usize>,
    ) -> Fate {
        let package = row.package;
        if let Some(filter) = row.finding.set_aside_as().map(Status::name)
            && self.filters.iter().any(|accepted| accepted.matches(filter))
        {
            return Fate::Waived(format!("set aside by the scanner: {filter}"));
        }
        let ignored = self.ignored.iter().find(|ignored| {
            row.is(&ignored.id)
                && (ignored.packages.is_empty() || scope::any(&ignored.packages, package).is_some())
        });
        if let Some(ignored) = ignored {
            return Fate::Waived(format!("ignored until {}: {}", ignored.expires, ignored.reason));
        }
        if let Some(statement) = statements.suppressing(row) {
            return Fate::Waived(statement);
        }
        let waivable = Waivable { ids: [row.id, row.name], package, fixable: row.fixable };
        match self.exceptions.iter().position(|exception| exception.waives(waivable)) {
            Some(position) => {
                used.insert(position);
                let name = self.exceptions.get(position).map_or("", |one| one.name.as_str());
                Fate::Waived(format!("exception {name}"))
            }
            None => Fate::Counts,
        }
    }
}
