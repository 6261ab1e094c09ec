//! Timestamps and durations. There is no clock: `now` is what was handed in.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::{Offset, TimeZone};

use super::Maybe;
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Scope;
use crate::import::cel::value::Value;
use crate::import::kyverno::duration;

pub(super) fn call(scope: &Scope<'_>, name: &str, values: &[Value]) -> Maybe {
    Some(match (name, values) {
        ("now" | "time.now", []) => Ok(Value::Time(scope.now)),
        ("timestamp", [Value::Text(text)]) => {
            text.parse().map(Value::Time).map_err(|_| CelError::invalid("timestamp", text))
        }
        ("timestamp", [Value::Int(seconds)]) => Timestamp::from_second(*seconds)
            .map(Value::Time)
            .map_err(|_| CelError::Overflow("timestamp")),
        ("timestamp", [value @ Value::Time(_)]) | ("duration", [value @ Value::Span(_)]) => {
            Ok(value.clone())
        }
        ("duration", [Value::Text(text)]) => duration::parse(text)
            .map(Value::Span)
            .ok_or_else(|| CelError::invalid("duration", text)),
        (name, [Value::Span(nanos)]) => {
            let unit: i64 = match name {
                "getHours" => 3_600_000_000_000,
                "getMinutes" => 60_000_000_000,
                "getSeconds" => 1_000_000_000,
                "getMilliseconds" => 1_000_000,
                _ => return None,
            };
            Ok(Value::Int(nanos.checked_div(unit).unwrap_or(0)))
        }
        (name, [Value::Time(time)]) => return part(name, *time, TimeZone::UTC),
        (name, [Value::Time(time), Value::Text(zone)]) => match zone_of(zone) {
            Some(zone) => return part(name, *time, zone),
            None => Err(CelError::invalid("time zone", zone)),
        },
        _ => return None,
    })
}

/// Offsets and UTC; named zones would need a database that changes.
fn zone_of(text: &str) -> Option<TimeZone> {
    if matches!(text, "UTC" | "Z" | "") {
        return Some(TimeZone::UTC);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
        return None;
    }
    let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    Some(TimeZone::fixed(Offset::from_seconds(seconds.checked_mul(sign)?).ok()?))
}

fn part(name: &str, time: Timestamp, zone: TimeZone) -> Maybe {
    let civil = zone.to_datetime(time);
    let value = match name {
        "getFullYear" => i64::from(civil.year()),
        "getMonth" => i64::from(civil.month()).saturating_sub(1),
        "getDate" => i64::from(civil.day()),
        "getDayOfMonth" => i64::from(civil.day()).saturating_sub(1),
        "getDayOfWeek" => i64::from(civil.weekday().since(Weekday::Sunday)),
        "getDayOfYear" => i64::from(civil.day_of_year()).saturating_sub(1),
        "getHours" => i64::from(civil.hour()),
        "getMinutes" => i64::from(civil.minute()),
        "getSeconds" => i64::from(civil.second()),
        "getMilliseconds" => i64::from(civil.millisecond()),
        _ => return None,
    };
    Some(Ok(Value::Int(value)))
}

/// A duration as `string()` writes it: in seconds.
pub(super) fn span_text(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let whole = nanos.unsigned_abs();
    let seconds = whole.checked_div(1_000_000_000).unwrap_or(0);
    let rest = format!("{:09}", whole.checked_rem(1_000_000_000).unwrap_or(0));
    match rest.trim_end_matches('0') {
        "" => format!("{sign}{seconds}s"),
        fraction => format!("{sign}{seconds}.{fraction}s"),
    }
}
