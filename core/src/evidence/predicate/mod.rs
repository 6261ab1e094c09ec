//! What statements say: the predicate types that are known, values of a predicate by their
//! place, and typed readings.

mod number;
mod path;
mod query;
pub mod slsa;
mod types;

pub use number::Number;
pub use path::{MAX_PATH_BYTES, MAX_PATH_SEGMENTS, Segment, ValuePath};
pub use query::{MAX_MATCHES, Matches, Value, find};
pub(crate) use query::{clip, items};
pub use types::{SHORT_NAMES, time_place};

use jiff::Timestamp;

/// The moment that a text in a predicate says (RFC 3339). The first moment of year 1 is what Go
/// writes where no time was set, so it is none.
#[must_use]
pub fn moment(text: &str) -> Option<Timestamp> {
    /// 0001-01-01T00:00:00Z in seconds from 1970.
    const UNSET: i64 = -62_135_596_800;
    let time: Timestamp = text.parse().ok()?;
    (time.as_second() > UNSET).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn an_unset_time_is_none() {
        assert_eq!(moment("0001-01-01T00:00:00Z"), None);
        assert_eq!(moment("yesterday"), None);
        let early = moment("2022-11-21T17:45:50.52Z").unwrap();
        assert_eq!(early.to_string(), "2022-11-21T17:45:50.52Z");
        assert_eq!(moment("2026-12-15T09:00:00+02:00"), moment("2026-12-15T07:00:00Z"));
    }
}
