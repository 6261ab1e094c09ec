use jiff::Timestamp;

use crate::policy::shown::shown;

/// A date (`2026-12-15`, its first moment in UTC) or an RFC 3339 time with an offset.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(
    rename = "Time",
    with = "String",
    extend("pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$")
)]
pub(in super::super) struct TimeText;

/// Reads a date or a time (RFC 3339, section 5.6, upper-case letters only).
fn parse(text: &str) -> Result<Timestamp, String> {
    let wrong = |what: &str| format!("{} {what}", shown(text));
    let expected = "is not a time: a date such as `2026-12-15` (its first moment in UTC) or an \
                    RFC 3339 time such as `2026-12-15T09:00:00Z` is expected";
    let (date, clock) = match text.split_once('T') {
        None => (text, None),
        Some((date, clock)) => (date, Some(clock)),
    };
    if !has_shape(date, "dddd-dd-dd") {
        return Err(wrong(expected));
    }
    let full = match clock {
        None => format!("{date}T00:00:00Z"),
        Some(clock) => {
            let (time, offset) = match clock.find(['Z', '+', '-']) {
                None if is_clock(clock) => {
                    return Err(wrong(
                        "has no offset, so it is another moment in each time zone; end it with \
                         `Z` or an offset such as `+02:00`",
                    ));
                }
                None => return Err(wrong(expected)),
                Some(at) => clock.split_at_checked(at).unwrap_or((clock, "")),
            };
            if !is_clock(time)
                || !(offset == "Z" || has_shape(offset.get(1..).unwrap_or(""), "dd:dd"))
            {
                return Err(wrong(expected));
            }
            text.to_owned()
        }
    };
    full.parse().map_err(|_| wrong("is not a time that exists"))
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        None => (text, None),
        Some((whole, fraction)) => (whole, Some(fraction)),
    };
    // Second 60 is a leap second: which moment it is depends on a table.
    has_shape(whole, "dd:dd:dd")
        && !whole.ends_with(":60")
        && fraction.is_none_or(|digits| {
            (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        })
}

/// Whether a text has a digit wherever the shape says `d`, and the shape's sign elsewhere.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(own, shape)| match shape {
            b'd' => own.is_ascii_digit(),
            sign => own == sign,
        })
}

/// Optional times: a date or an RFC 3339 time.
pub(in super::super) mod time {
    use jiff::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(in super::super::super) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::required_time::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        super::required_time::deserialize(deserializer).map(Some)
    }
}

/// Times that must be there.
pub(in super::super) mod required_time {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super::super) fn serialize<S: Serializer>(
        time: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(in super::super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn dates_and_offset_times_are_moments() {
        let rows = [
            ("2026-12-15", "2026-12-15T00:00:00Z"),
            ("2026-12-15T09:00:00Z", "2026-12-15T09:00:00Z"),
            ("2026-12-15T09:00:00+02:00", "2026-12-15T07:00:00Z"),
            ("2026-12-15T09:00:00.5Z", "2026-12-15T09:00:00.5Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
        ];
        for (text, moment) in rows {
            assert_eq!(parse(text).unwrap().to_string(), moment);
            assert_eq!(parse(moment).unwrap().to_string(), moment);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let rows = [
            ("2026-12-15T09:00:00", "no offset"),
            ("2026-12-15 09:00:00Z", "not a time:"),
            ("2026-12-15t09:00:00z", "not a time:"),
            ("2026-12-15T09:00Z", "not a time:"),
            ("2026-12-15T09:00:00Z[UTC]", "not a time:"),
            ("2026-12-15T23:59:60Z", "not a time:"),
            ("2026-02-30", "exists"),
            ("2026-13-01", "exists"),
            ("2026-12-15T25:00:00Z", "exists"),
            ("15.12.2026", "not a time:"),
            ("2026-1-1", "not a time:"),
            ("tomorrow", "not a time:"),
            ("+002026-12-15", "not a time:"),
            ("", "not a time:"),
            ("2026-12-1é", "not a time:"),
        ];
        for (text, cause) in rows {
            let error = parse(text).unwrap_err();
            assert!(error.contains(cause), "{text}: {error}");
        }
    }
}
