//! Readers that the formats share.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserializer;

use super::MAX_COMPONENTS;
use crate::evidence::json::{Elements, Value};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// `0001-01-01T00:00:00Z`, in seconds since 1970: Go writes it for a time that was never set.
const GO_ZERO_TIME: i64 = -62_135_596_800;

/// Reads a text; an absent one and an empty one are none.
pub(super) fn text<'de, D: Deserializer<'de>>(
    value: Value<'_, 'de, D>,
) -> Result<Option<Box<str>>, D::Error> {
    let text = value.text()?.filter(|text| !text.trim().is_empty());
    Ok(text.map(|text| text.as_ref().into()))
}

/// Reads a text that many may share.
pub(super) fn shared<'de, D: Deserializer<'de>>(
    value: Value<'_, 'de, D>,
) -> Result<Option<Arc<str>>, D::Error> {
    Ok(text(value)?.map(Arc::from))
}

/// Reads a time as RFC 3339 writes it.
pub(super) fn time<'de, D: Deserializer<'de>>(
    value: Value<'_, 'de, D>,
) -> Result<Option<Timestamp>, D::Error> {
    let time = value.parsed(|text| {
        let fault = |_| format!("`{text}` is not a time as RFC 3339 writes it");
        text.parse::<Timestamp>().map_err(fault)
    })?;
    Ok(time.filter(|time| time.as_second() != GO_ZERO_TIME))
}

/// Reads a text that must be one of `words`; an empty one is none.
pub(super) fn one_of<'de, D: Deserializer<'de>>(
    value: Value<'_, 'de, D>,
    words: &[&str],
) -> Result<Option<Box<str>>, D::Error> {
    let word = value.parsed(|text| match text {
        "" => Ok(None),
        text if words.contains(&text) => Ok(Some(text.into())),
        other => Err(format!("`{other}`, where one of `{}` is expected", words.join("`, `"))),
    })?;
    Ok(word.flatten())
}

/// Reads a list of texts, up to a number of them; empty ones are left out.
pub(super) struct Texts<'a> {
    pub(super) into: &'a mut Vec<Box<str>>,
    pub(super) max: usize,
}

impl<'de> Elements<'de> for Texts<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.into.len() >= self.max {
            let detail = format!("more than {} texts", self.max);
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        self.into.extend(text(value)?);
        Ok(())
    }
}

/// How many components may still be named.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MAX_COMPONENTS)
    }

    /// Takes one; the error says that there is none left.
    pub(super) fn spend(&mut self) -> Result<(), String> {
        self.0 = self
            .0
            .checked_sub(1)
            .ok_or_else(|| format!("more than {MAX_COMPONENTS} components are named"))?;
        Ok(())
    }
}

/// An `Invalid` error.
pub(super) fn invalid(place: impl Into<String>, detail: impl Into<String>) -> EvidenceError {
    EvidenceError::new(EvidenceErrorKind::Invalid, place, detail)
}

/// An `Unsupported` error.
pub(super) fn unsupported(place: impl Into<String>, detail: impl Into<String>) -> EvidenceError {
    EvidenceError::new(EvidenceErrorKind::Unsupported, place, detail)
}
