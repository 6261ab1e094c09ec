//! Functions on times; the clock is the decision's.

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::Value;

use super::{Call, Function, function};
use crate::import::kyverno::duration;
use crate::import::kyverno::jmespath::JmesError;

pub(super) const FUNCTIONS: &[Function] = &[
    function("time_add", 2, 2, |call| {
        let (time, nanos) = (time(call, 0)?, nanos(call, 1)?);
        let sum = time.checked_add(jiff::SignedDuration::from_nanos(nanos));
        Ok(written(sum.map_err(|_| call.fault("the result is out of range"))?))
    }),
    function("time_after", 2, 2, |call| Ok((time(call, 0)? > time(call, 1)?).into())),
    function("time_before", 2, 2, |call| Ok((time(call, 0)? < time(call, 1)?).into())),
    function("time_between", 3, 3, |call| {
        let (at, from, to) = (time(call, 0)?, time(call, 1)?, time(call, 2)?);
        Ok((from < at && at < to).into())
    }),
    function("time_diff", 2, 2, |call| Ok(between(time(call, 0)?, time(call, 1)?))),
    function("time_now", 0, 0, |call| Ok(written(call.interpreter.now))),
    function("time_now_utc", 0, 0, |call| Ok(written(call.interpreter.now))),
    function("time_parse", 2, 2, |call| {
        let (layout, text) = (call.text(0)?, call.text(1)?);
        Ok(written(parsed(call, layout, text)?))
    }),
    function("time_since", 3, 3, |call| {
        let layout = call.text(0)?;
        let start = parsed(call, layout, call.text(1)?)?;
        let end = match call.text(2)? {
            "" => call.interpreter.now,
            text => parsed(call, layout, text)?,
        };
        Ok(between(start, end))
    }),
    function("time_truncate", 2, 2, |call| {
        let (time, nanos) = (time(call, 0)?, i128::from(nanos(call, 1)?));
        let over = time.as_nanosecond().checked_rem_euclid(nanos).unwrap_or(0);
        let cut = time.as_nanosecond().saturating_sub(over);
        let cut = Timestamp::from_nanosecond(cut);
        Ok(written(cut.map_err(|_| call.fault("the result is out of range"))?))
    }),
    function("time_utc", 1, 1, |call| Ok(written(time(call, 0)?))),
    function("time_to_cron", 1, 1, |call| {
        let time = jiff::tz::Offset::UTC.to_datetime(time(call, 0)?);
        let weekday = time.weekday().to_sunday_zero_offset();
        Ok(format!("{} {} {} {} {weekday}", time.minute(), time.hour(), time.day(), time.month())
            .into())
    }),
];

/// A time in RFC 3339.
fn time(call: &Call<'_>, position: usize) -> Result<Timestamp, JmesError> {
    call.text(position)?.parse().map_err(|_| call.wrong(position, "a time (RFC 3339)"))
}

fn nanos(call: &Call<'_>, position: usize) -> Result<i64, JmesError> {
    duration::parse(call.text(position)?).ok_or_else(|| call.wrong(position, "a duration"))
}

fn written(time: Timestamp) -> Value {
    time.to_string().into()
}

fn between(start: Timestamp, end: Timestamp) -> Value {
    let nanos = end.as_nanosecond().saturating_sub(start.as_nanosecond());
    duration::text(i64::try_from(nanos).unwrap_or(i64::MAX)).into()
}

/// A time in a layout of Go's, which is written as the time 2006-01-02T15:04:05 would be; without
/// a layout it is RFC 3339.
fn parsed(call: &Call<'_>, layout: &str, text: &str) -> Result<Timestamp, JmesError> {
    let fault = || call.fault(format!("`{text}` is no time in the layout `{layout}`"));
    if layout.is_empty() || layout == "2006-01-02T15:04:05Z07:00" {
        return text.parse().map_err(|_| fault());
    }
    let format = format_of(layout);
    let broken = strtime::parse(&format, text).map_err(|_| fault())?;
    if let Ok(time) = broken.to_timestamp() {
        return Ok(time);
    }
    let date = broken.to_date().map_err(|_| fault())?;
    let time = broken.to_time().unwrap_or_else(|_| jiff::civil::Time::midnight());
    jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(time)).map_err(|_| fault())
}

/// Go's layout as strftime's.
fn format_of(layout: &str) -> String {
    const PARTS: [(&str, &str); 20] = [
        ("2006", "%Y"),
        ("January", "%B"),
        ("Monday", "%A"),
        ("Z07:00", "%:z"),
        ("-07:00", "%:z"),
        ("-0700", "%z"),
        ("MST", "%Z"),
        ("Jan", "%b"),
        ("Mon", "%a"),
        (".000000", ".%6f"),
        (".000", ".%3f"),
        ("15", "%H"),
        ("01", "%m"),
        ("02", "%d"),
        ("03", "%I"),
        ("04", "%M"),
        ("05", "%S"),
        ("06", "%y"),
        ("PM", "%p"),
        ("_2", "%e"),
    ];
    let mut rest = layout;
    let mut format = String::new();
    while let Some(first) = rest.chars().next() {
        let part = PARTS.iter().find_map(|(go, own)| Some((rest.strip_prefix(go)?, *own)));
        match part {
            Some((after, own)) => {
                format.push_str(own);
                rest = after;
            }
            None => {
                if first == '%' {
                    format.push('%');
                }
                format.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    format
}
