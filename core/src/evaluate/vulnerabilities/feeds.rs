//! Feeds that the caller hands in: exploit predictions, and known exploitation.

use super::rows::Row;
use crate::decision::Reason;
use crate::evaluate::case::Case;
use crate::policy::model::VulnerabilitiesRule;

pub(super) struct Feeds<'a> {
    _of: std::marker::PhantomData<&'a ()>,
}

impl<'a> Feeds<'a> {
    pub(super) fn new(_rule: &VulnerabilitiesRule, _case: &mut Case<'a>) -> Result<Self, Reason> {
        Ok(Self { _of: std::marker::PhantomData })
    }

    /// Score and percentile in millionths.
    pub(super) fn epss(&self, _row: &Row<'_>) -> Option<(u32, u32)> {
        None
    }

    pub(super) fn known_exploited(&self, _row: &Row<'_>) -> Option<bool> {
        None
    }
}
