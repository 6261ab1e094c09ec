use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::super::Limit;
use crate::policy::shown::shown;

/// Longest duration in days: a hundred years. Sums with any time in evidence stay in range.
const LONGEST_DAYS: u64 = 36_500;
/// Most bytes: beyond it JSON numbers are no longer exact (RFC 8785, section 3.2.2.3).
const MOST_BYTES: u64 = (1 << 53) - 1;

/// A length of time in seconds; written `90s`, `30m`, `12h`, `30d` or `2w`, a day being 24 hours.
///
/// ```
/// use cocket::policy::model::Duration;
/// let two_weeks = Duration::try_from("2w".to_owned())?;
/// assert_eq!(two_weeks.seconds(), 1_209_600);
/// assert_eq!(String::from(two_weeks), "14d");
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(with = "String", extend("pattern" = "^(0|[1-9][0-9]*)[smhdw]$"))
)]
#[serde(into = "String")]
pub struct Duration(u64);

impl Duration {
    /// The length in seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl TryFrom<String> for Duration {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (digits, unit) = number_and_unit(&text);
        let seconds: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            "M" | "mo" | "month" | "months" | "y" | "yr" | "year" | "years" => {
                return Err(format!(
                    "{} is not a duration: months and years differ in length; count days, as in \
                     `30d` or `365d`",
                    shown(&text)
                ));
            }
            "" if !digits.is_empty() => {
                return Err(format!(
                    "{} has no unit: one of `s`, `m`, `h`, `d`, `w` is expected, as in `7d`",
                    shown(&text)
                ));
            }
            _ => {
                return Err(format!(
                    "{} is not a duration: a number and one of `s`, `m`, `h`, `d`, `w` is \
                     expected, as in `7d`",
                    shown(&text)
                ));
            }
        };
        let count = plain_number(&text, digits)?;
        count
            .checked_mul(seconds)
            .filter(|all| *all <= LONGEST_DAYS.saturating_mul(86_400))
            .map(Self)
            .ok_or_else(|| format!("{} is longer than {LONGEST_DAYS} days", shown(&text)))
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Length;
        impl Visitor<'_> for Length {
            type Value = Duration;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as `7d`")
            }

            // A bare number is refused for want of a unit, not for want of quotes.
            fn visit_u64<E: Error>(self, count: u64) -> Result<Duration, E> {
                Duration::try_from(count.to_string()).map_err(E::custom)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
                Duration::try_from(text.to_owned()).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Length)
    }
}

/// A run of digits, and what follows it.
fn number_and_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn plain_number(text: &str, digits: &str) -> Result<u64, String> {
    if digits.is_empty() {
        return Err(format!("{} does not start with a number", shown(text)));
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(format!("the number in {} has leading zeros", shown(text)));
    }
    digits.parse().map_err(|_| format!("the number in {} is too large", shown(text)))
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest =
            [(86_400, 'd'), (3_600, 'h'), (60, 'm')].into_iter().find_map(|(unit, sign)| {
                let whole = self.0 > 0 && self.0.checked_rem(unit) == Some(0);
                whole.then(|| (self.0.checked_div(unit).unwrap_or_default(), sign))
            });
        let (count, sign) = largest.unwrap_or((self.0, 's'));
        write!(f, "{count}{sign}")
    }
}

impl From<Duration> for String {
    fn from(value: Duration) -> Self {
        value.to_string()
    }
}

/// A number of bytes; written as an integer or with `kB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

impl TryFrom<String> for ByteSize {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (digits, unit) = number_and_unit(&text);
        let bytes: u64 = match unit {
            "kB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => {
                return Err(format!(
                    "{} is not a size: a whole number of bytes, or one with `kB`, `MB`, `GB` \
                     (powers of 1000), `KiB`, `MiB` or `GiB` (powers of 1024) is expected",
                    shown(&text)
                ));
            }
        };
        let count = plain_number(&text, digits)?;
        let size = count.checked_mul(bytes).filter(|size| *size <= MOST_BYTES);
        size.map(Self).ok_or_else(|| format!("{} is too large", shown(&text)))
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Size;
        impl Visitor<'_> for Size {
            type Value = ByteSize;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as `500MB`")
            }

            fn visit_u64<E: Error>(self, size: u64) -> Result<ByteSize, E> {
                match size <= MOST_BYTES {
                    true => Ok(ByteSize(size)),
                    false => Err(E::custom(format!("`{size}` is too large"))),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ByteSize, E> {
                ByteSize::try_from(text.to_owned()).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Size)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ByteSize {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ByteSize".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of bytes; written as an integer or with `kB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`.",
            "oneOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^(0|[1-9][0-9]*)(kB|MB|GB|KiB|MiB|GiB)$"},
            ],
        })
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AtMost(count) => serializer.serialize_u32(*count),
            Self::Unlimited => serializer.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bound;
        impl Visitor<'_> for Bound {
            type Value = Limit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count or `unlimited`")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<Limit, E> {
                let count = u32::try_from(count).map_err(|_| {
                    E::custom(format!(
                        "`{count}` is too large; `unlimited` is the word for no bound"
                    ))
                })?;
                Ok(Limit::AtMost(count))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Limit, E> {
                match text {
                    "unlimited" => Ok(Limit::Unlimited),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Bound)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Limit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A count that must not be exceeded, or `unlimited`.",
            "oneOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteSize, Duration, Limit};

    #[test]
    fn durations_count_seconds() {
        let rows = [
            ("0s", 0, "0s"),
            ("90s", 90, "90s"),
            ("60s", 60, "1m"),
            ("30m", 1_800, "30m"),
            ("12h", 43_200, "12h"),
            ("24h", 86_400, "1d"),
            ("30d", 2_592_000, "30d"),
            ("2w", 1_209_600, "14d"),
            ("36500d", 3_153_600_000, "36500d"),
        ];
        for (text, seconds, canonical) in rows {
            let read = Duration::try_from(text.to_owned()).unwrap();
            assert_eq!((read.seconds(), read.to_string()), (seconds, canonical.to_owned()));
            assert_eq!(Duration::try_from(canonical.to_owned()), Ok(read));
        }
    }

    #[test]
    fn other_durations_are_refused_with_the_reason() {
        let rows = [
            ("", "not a duration"),
            ("7", "has no unit"),
            ("d", "start with a number"),
            ("1M", "months and years"),
            ("1y", "months and years"),
            ("1D", "not a duration"),
            ("1h30m", "not a duration"),
            ("1.5h", "not a duration"),
            ("-1d", "not a duration"),
            ("+1d", "not a duration"),
            (" 1d", "not a duration"),
            ("07d", "leading zeros"),
            ("36501d", "longer than"),
            ("18446744073709551615w", "longer than"),
            ("99999999999999999999s", "too large"),
        ];
        for (text, cause) in rows {
            let error = Duration::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains(cause), "{text:?}: {error}");
        }
    }

    #[test]
    fn sizes_and_bounds() {
        for (text, bytes) in
            [("1kB", 1_000), ("2MiB", 2_097_152), ("3GB", 3_000_000_000), ("0KiB", 0)]
        {
            assert_eq!(ByteSize::try_from(text.to_owned()), Ok(ByteSize(bytes)));
        }
        for text in
            ["1", "1KB", "1 MB", "1.5GB", "-1kB", "9007199254741kB", "99999999999999999999GB"]
        {
            assert!(ByteSize::try_from(text.to_owned()).is_err(), "{text}");
        }
        let json = |text: &str| serde_json::from_str::<ByteSize>(text);
        assert_eq!(json("12").unwrap(), ByteSize(12));
        assert_eq!(json("\"1MB\"").unwrap(), ByteSize(1_000_000));
        assert!(json("-1").is_err() && json("9007199254740992").is_err());
        let limit = |text: &str| serde_json::from_str::<Limit>(text);
        assert_eq!(limit("0").unwrap(), Limit::AtMost(0));
        assert_eq!(limit("\"unlimited\"").unwrap(), Limit::Unlimited);
        for bad in ["-1", "1.5", "4294967296", "\"5\"", "\"none\"", "null", "true"] {
            assert!(limit(bad).is_err(), "{bad}");
        }
    }
}
