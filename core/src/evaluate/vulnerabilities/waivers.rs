//! What keeps findings from counting: the rule's ignore list, filters of the scanner that the
//! rule accepts, statements of authorities, and exceptions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Ignored;
use super::rows::{Row, rating};
use super::vex::Statements;
use crate::evaluate::case::Judgement;
use crate::evaluate::exceptions::{CompiledException, Waivable};
use crate::evidence::scan::{Document, Status};
use crate::policy::model::{NameGlob, SeverityFrom};

pub(super) struct Waivers<'a> {
    pub(super) ignored: Vec<&'a Ignored>,
    pub(super) filters: &'a [NameGlob],
    pub(super) exceptions: &'a [&'a CompiledException],
}

impl Waivers<'_> {
    /// Takes the rows that do not count out of all rows of a report, and gives them with why.
    /// Exceptions that keep one from counting are noted in the judgement.
    pub(super) fn take<'a>(
        &self,
        rows: &mut Vec<Row<'a>>,
        report: &'a Document,
        from: SeverityFrom,
        statements: &Statements<'_>,
        judgement: &mut Judgement,
    ) -> Vec<(Row<'a>, Arc<str>)> {
        if rows.is_empty() {
            return Vec::new();
        }
        let waived = match self.needs_every_row(report, statements) {
            true => {
                let why = |row| self.why(row, statements, &mut judgement.used);
                let each = rows.iter().map(why).enumerate();
                each.filter_map(|(position, why)| Some((position, why?))).collect()
            }
            false => self.by_id(rows, report, from),
        };
        if waived.is_empty() {
            return Vec::new();
        }
        let mut waived = waived.into_iter().peekable();
        let mut position = 0_usize;
        let mut taken = Vec::new();
        rows.retain(|row| {
            let why = waived.next_if(|(waived, _)| *waived == position);
            position = position.saturating_add(1);
            let counts = why.is_none();
            taken.extend(why.map(|(_, why)| (*row, why)));
            counts
        });
        taken
    }

    /// What the ignore list alone keeps from counting, in the order of rows: few of its entries are
    /// found in a report, and a report knows where an id is.
    fn by_id(
        &self,
        rows: &[Row<'_>],
        report: &Document,
        from: SeverityFrom,
    ) -> BTreeMap<usize, Arc<str>> {
        let ranking = report.ranking(rating(from));
        let mut waived = BTreeMap::new();
        for ignored in &self.ignored {
            for position in report.positions(ranking, &ignored.entry.id) {
                let row = rows.get(position);
                if row.is_some_and(|row| ignored.holds_in(row.finding().package())) {
                    // The first entry that fits is the one that is told.
                    waived.entry(position).or_insert_with(|| Arc::clone(&ignored.why));
                }
            }
        }
        waived
    }

    /// Whether more than the ignore list may keep a row from counting.
    fn needs_every_row(&self, report: &Document, statements: &Statements<'_>) -> bool {
        !statements.is_empty()
            || !self.exceptions.is_empty()
            || (!self.filters.is_empty() && report.findings().any(|finding| finding.is_set_aside()))
    }

    /// Why a row does not count, where that is so.
    fn why(
        &self,
        row: &Row<'_>,
        statements: &Statements<'_>,
        used: &mut BTreeSet<usize>,
    ) -> Option<Arc<str>> {
        let finding = row.finding();
        let package = finding.package();
        if let Some(filter) = finding.set_aside_as().map(Status::name)
            && self.filters.iter().any(|accepted| accepted.matches(filter))
        {
            return Some(format!("set aside by the scanner: {filter}").into());
        }
        let mut ignored = self.ignored.iter();
        if let Some(ignored) = ignored.find(|one| row.is(&one.entry.id) && one.holds_in(package)) {
            return Some(Arc::clone(&ignored.why));
        }
        if let Some(statement) = statements.suppressing(row) {
            return Some(statement.into());
        }
        let ids = [finding.id(), row.name()];
        let waivable = Waivable { ids, package, fixable: row.ranked.is_fixable };
        let position = self.exceptions.iter().position(|exception| exception.waives(waivable))?;
        used.insert(position);
        let name = self.exceptions.get(position).map_or("", |one| one.name.as_str());
        Some(format!("exception {name}").into())
    }
}
