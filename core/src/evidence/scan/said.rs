//! What readers tell of a finding, in words that all formats share.
//!
//! A finding is read twice by the same reader: once with the report, where a [`Keeper`] keeps
//! what every rule asks for, and again from its own bytes where the rest is asked for, by
//! [`Details`](super::Details). So the rest costs no memory, and was still read strictly.
//!
//! [`Keeper`]: super::store::Keeper

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserializer;
use serde::de::Error as _;

use super::rating::Cvss;
use super::{Epss, FixState, Status};
use crate::evidence::Severity;
use crate::evidence::json::Value;

/// One thing that a report says of a finding.
#[derive(Debug)]
pub(super) enum Said<'a> {
    Id(Cow<'a, str>),
    Package(Cow<'a, str>),
    Installed(Cow<'a, str>),
    /// The fixed versions, with commas between them.
    Fixed(Cow<'a, str>),
    /// A version that fixes the named package.
    FixOf {
        name: Cow<'a, str>,
        ecosystem: Cow<'a, str>,
        version: Cow<'a, str>,
    },
    Alias(Cow<'a, str>),
    /// By the scanner's own choice.
    Severity(Severity),
    SeverityBy(Cow<'a, str>, Severity),
    SeveritySource(Cow<'a, str>),
    Status(Status),
    FixState(FixState),
    FixAvailable(Timestamp),
    SetAside(Status),
    SetAsideReason(Cow<'a, str>),
    Purl(Cow<'a, str>),
    Url(Cow<'a, str>),
    Location(Cow<'a, str>),
    Published(Timestamp),
    Cvss(Cvss<'a>),
    Epss(Epss),
    KnownExploited,
}

/// Someone who is told of a finding.
pub(super) trait Listener<'de> {
    /// Whether dates are worth reading: they are many, and a broken one is no fault.
    const WANTS_DATES: bool = true;

    /// Hears one thing.
    ///
    /// # Errors
    /// Why it cannot be kept.
    fn hear(&mut self, said: Said<'de>) -> Result<(), &'static str>;

    /// Sees the first key of the finding.
    ///
    /// # Errors
    /// What is wrong with it.
    fn opens(&mut self, _first: Cow<'de, str>) -> Result<(), &'static str> {
        Ok(())
    }
}

/// Tells one thing.
pub(super) fn tell<'de, L: Listener<'de>, E: serde::de::Error>(
    listener: &mut L,
    said: Said<'de>,
) -> Result<(), E> {
    listener.hear(said).map_err(E::custom)
}

/// Tells a text, if there is one.
pub(super) fn tell_text<'de, L: Listener<'de>, D: Deserializer<'de>>(
    listener: &mut L,
    value: Value<'_, 'de, D>,
    said: impl FnOnce(Cow<'de, str>) -> Said<'de>,
) -> Result<(), D::Error> {
    match value.text()? {
        Some(text) => listener.hear(said(text)).map_err(D::Error::custom),
        None => Ok(()),
    }
}

/// Tells a date, if there is a readable one. Databases are full of broken dates; a finding
/// without a date is judged as one whose date is not known.
pub(super) fn tell_date<'de, L: Listener<'de>, D: Deserializer<'de>>(
    listener: &mut L,
    value: Value<'_, 'de, D>,
    said: impl FnOnce(Timestamp) -> Said<'de>,
) -> Result<(), D::Error> {
    match value.text()?.filter(|_| L::WANTS_DATES).and_then(|text| date(&text)) {
        Some(date) => tell(listener, said(date)),
        None => Ok(()),
    }
}

/// A time as RFC 3339 writes it, or a day, which is its first moment in UTC. Go's zero time is
/// no time.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    let day = || TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.into()).ok();
    text.parse().ok().or_else(day).filter(is_set)
}

/// Reads a time that must be one, if it is there.
pub(super) fn time<'de, D: Deserializer<'de>>(
    value: Value<'_, 'de, D>,
) -> Result<Option<Timestamp>, D::Error> {
    let time = value.parsed(|text| match text {
        "" => Ok(None),
        text => text
            .parse::<Timestamp>()
            .map(Some)
            .map_err(|_| format!("`{text}` is not a time as RFC 3339 writes it")),
    })?;
    Ok(time.flatten().filter(is_set))
}

/// Go writes the first moment of the year 1 for a time that was never set.
fn is_set(time: &Timestamp) -> bool {
    /// `0001-01-01T00:00:00Z`, in seconds since 1970.
    const GO_ZERO_TIME: i64 = -62_135_596_800;
    time.as_second() != GO_ZERO_TIME
}
