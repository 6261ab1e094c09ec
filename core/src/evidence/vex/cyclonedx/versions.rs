//! The versions of a component to which an analysis is narrowed.

use serde::Deserializer;

use super::super::read::{Budget, text};
use super::super::{VexComponent, VexStatus};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

/// A version or a range of versions, with what is said about it.
#[derive(Default)]
pub(super) struct Version {
    version: Option<Box<str>>,
    has_range: bool,
    status: Option<Status>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Affected,
    Unaffected,
    Unknown,
}

pub(super) struct Versions<'b> {
    pub(super) into: &'b mut Vec<Version>,
    pub(super) budget: &'b mut Budget,
}

impl<'de> Elements<'de> for Versions<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut version = Version::default();
        value.object(&mut version)?;
        self.into.push(version);
        Ok(())
    }
}

impl<'de> Members<'de> for Version {
    const KNOWN: &'static [&'static str] = &["version", "range", "status"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "version" => self.version = text(value)?,
            "range" => self.has_range = text(value)?.is_some(),
            _ => {
                self.status = value.parsed(|text| match text {
                    "affected" => Ok(Status::Affected),
                    "unaffected" => Ok(Status::Unaffected),
                    "unknown" => Ok(Status::Unknown),
                    other => Err(format!("`{other}` is not a status of a version")),
                })?;
            }
        }
        Ok(())
    }
}

/// Whether an analysis with these versions is about the component. No versions: any. Ranges are
/// not computed, so that good news holds only for a version that is listed, and is not listed as
/// affected; bad news holds wherever it may.
pub(super) fn cover(versions: &[Version], component: &VexComponent, status: VexStatus) -> bool {
    if versions.is_empty() {
        return true;
    }
    let of_purl = component.purls.first().and_then(|purl| purl.version());
    let own = component.version.as_deref().or(of_purl);
    let is_own = |listed: &&Version| listed.version.is_some() && listed.version.as_deref() == own;
    match status {
        VexStatus::NotAffected | VexStatus::Fixed => {
            let mut own = versions.iter().filter(is_own).peekable();
            let is_good = |status| matches!(status, None | Some(Status::Unaffected));
            own.peek().is_some() && own.all(|listed| is_good(listed.status))
        }
        VexStatus::UnderInvestigation | VexStatus::Affected => {
            let may_be = |listed: &&Version| listed.has_range || own.is_none() || is_own(listed);
            let listed = versions.iter().filter(may_be);
            listed.into_iter().any(|listed| listed.status != Some(Status::Unaffected))
        }
    }
}

/// What stands for a component in a version that the analysis is not about.
pub(super) fn left_out(reference: &str) -> VexComponent {
    let mut component = VexComponent::new(reference);
    component.set_unknown();
    component
}
