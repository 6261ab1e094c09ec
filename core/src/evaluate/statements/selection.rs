//! Which of several statements count, and how old they are.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Statement, Statements, from};
use crate::decision::{Detail, Reason};
use crate::evaluate::case::{Case, code};
use crate::evaluate::history::rollback;
use crate::evidence::predicate::{Value, ValuePath, find, moment};
use crate::policy::model::Select;
use crate::reasons::Code;
use crate::reference::Digest;

/// A statement with the time that it states.
pub(super) struct Dated<'s, 'a> {
    pub(super) statement: &'s Statement<'a>,
    stated: Stated,
}

/// What a statement says of its own time.
enum Stated {
    At(Timestamp),
    Nothing,
    /// What stands at the time's place is no time, or cannot be told.
    Unreadable(Box<Reason>),
}

impl Dated<'_, '_> {
    /// The time that orders it and that its age counts from: a statement is never later than it
    /// is proven to have existed.
    ///
    /// One that states no time has that from which its certificate counts, by which it cannot be
    /// older. What is proven of a key's statement says nothing: anyone can have it logged again.
    fn time(&self) -> Result<Timestamp, Reason> {
        match &self.stated {
            Stated::At(time) => Ok(self.statement.proven_at.map_or(*time, |at| at.min(*time))),
            Stated::Unreadable(reason) => Err(Reason::clone(reason)),
            Stated::Nothing if let Some(time) = self.statement.signed_after => Ok(time),
            Stated::Nothing => Err(Reason::new(Code::EvidenceUndated)
                .found("a statement without a time")
                .expected("the time that it was made")),
        }
    }
}

impl Statements {
    /// The statements of one authority that count.
    pub(super) fn selected<'s, 'a>(
        &self,
        case: &mut Case<'_>,
        statements: impl Iterator<Item = &'s Statement<'a>>,
    ) -> Result<Vec<Dated<'s, 'a>>, Reason> {
        let mut dated: Vec<Dated<'s, 'a>> =
            statements.map(|statement| self.dated(statement)).collect();
        if self.select != Select::Latest || dated.len() < 2 {
            return Ok(dated);
        }
        let mut latest: Option<Timestamp> = None;
        for one in &dated {
            let time = one.time().map_err(|reason| from(reason, one.statement))?;
            // A statement from the future would hide every other.
            case.is_older(time, u64::MAX).map_err(|reason| from(reason, one.statement))?;
            latest = latest.max(Some(time));
        }
        dated.retain(|one| one.time().ok() == latest);
        Ok(dated)
    }

    /// Why what an authority says of a digest is not all that it said, going by what was recorded.
    /// Where any statement is enough, a later one would change nothing.
    pub(super) fn rolled_back(
        &self,
        case: &mut Case<'_>,
        (position, digest): (usize, Digest),
        statements: &BTreeMap<Digest, Statement<'_>>,
    ) -> Option<Reason> {
        let mut newest = None;
        let mut undated = None;
        for statement in statements.values() {
            match self.dated(statement).time() {
                Ok(time) => {
                    statement.documents.iter().for_each(|one| case.dated(*one, time));
                    newest = newest.max(Some(time));
                }
                Err(reason) => undated = undated.or(Some(from(reason, statement))),
            }
        }
        let types = self.types.iter().map(|(kind, _)| kind.as_str());
        let recorded = case.history.latest(digest, self.parties.name(position), types);
        let recorded = recorded.filter(|_| self.select != Select::Any)?;
        undated.or_else(|| rollback(recorded, newest))
    }

    fn dated<'s, 'a>(&self, statement: &'s Statement<'a>) -> Dated<'s, 'a> {
        let place = self.types.iter().find(|(wanted, _)| wanted == statement.predicate_type);
        let place = place.and_then(|(_, place)| place.as_ref());
        Dated { statement, stated: stated(statement, place) }
    }

    /// Why the statement's age does not pass, if it does not.
    pub(super) fn aged(&self, case: &mut Case<'_>, one: &Dated<'_, '_>) -> Option<Reason> {
        let time = match (&one.stated, self.max_age) {
            // Without a bound only a time in the future matters.
            (Stated::Nothing | Stated::Unreadable(_), None) => return None,
            _ => match one.time() {
                Ok(time) => time,
                Err(reason) => return Some(reason),
            },
        };
        // The future is judged by what the statement says, whatever is proven of it.
        if let Stated::At(stated) = one.stated
            && let Err(reason) = case.is_older(stated, u64::MAX)
        {
            return Some(reason);
        }
        let limit = self.max_age?;
        match case.is_older(time, limit.seconds()) {
            Ok(false) => None,
            Ok(true) => {
                let reason = Reason::new(self.words.too_old);
                let expected = format!("not older than {limit}");
                Some(reason.found(Detail::Time(time)).expected(expected))
            }
            Err(reason) => Some(reason),
        }
    }
}

/// The time that stands at its place.
fn stated(statement: &Statement<'_>, place: Option<&ValuePath>) -> Stated {
    let Some(place) = place else { return Stated::Nothing };
    let found = match find(statement.predicate, place.segments()) {
        Ok(found) => found,
        Err(error) => {
            let reason = Reason::new(code(error.kind)).found(error.to_string());
            return Stated::Unreadable(Box::new(reason));
        }
    };
    let value = match found.values.into_iter().next().flatten() {
        None | Some(Value::Null) => return Stated::Nothing,
        Some(value) => value,
    };
    let time = match &value {
        Value::Text(text) if text.is_empty() || text.starts_with("0001-01-01") => {
            return Stated::Nothing;
        }
        Value::Text(text) => moment(text),
        _ => None,
    };
    time.map_or_else(
        || {
            let reason = Reason::new(Code::EvidenceInvalid)
                .found(format!("`{place}` is {value}"))
                .expected("a time as in RFC 3339");
            Stated::Unreadable(Box::new(reason))
        },
        Stated::At,
    )
}
