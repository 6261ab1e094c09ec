//! Statements of authorities that a finding does not affect the image.

use super::rows::Row;
use crate::evaluate::case::Case;
use crate::facts::PlatformFacts;
use crate::policy::model::VulnerabilitiesRule;

pub(super) struct Statements<'a> {
    _of: std::marker::PhantomData<&'a ()>,
}

impl<'a> Statements<'a> {
    pub(super) fn new(
        _rule: &VulnerabilitiesRule,
        _case: &mut Case<'a>,
        _facts: &PlatformFacts,
    ) -> Self {
        Self { _of: std::marker::PhantomData }
    }

    /// The statement that keeps a row from counting, in words.
    pub(super) fn suppressing(&self, _row: &Row<'_>) -> Option<String> {
        None
    }
}
