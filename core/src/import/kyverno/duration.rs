//! Durations as Go writes them: `1h30m`, `250ms`.

/// Nanoseconds of a duration in Go's form (`time.ParseDuration`); `None` for other texts.
pub(in crate::import) fn parse(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "0" {
        return Some(0);
    }
    if unsigned.is_empty() {
        return None;
    }
    let mut rest = unsigned;
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let (number, after) = rest.split_at_checked(rest.find(|c| !is_number(c))?)?;
        let is_unit_end = |c: char| is_number(c);
        let (unit, next) =
            after.split_at_checked(after.find(is_unit_end).unwrap_or(after.len()))?;
        total = total.checked_add(part(number, nanos_of(unit)?)?)?;
        rest = next;
    }
    let total = if text.starts_with('-') { total.checked_neg()? } else { total };
    i64::try_from(total).ok()
}

fn nanos_of(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

fn part(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let fraction = fraction.get(..fraction.len().min(15))?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    digits.checked_mul(unit)?.checked_div(scale)
}

/// A duration in Go's form (`time.Duration.String`).
pub(in crate::import) fn text(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let unsigned = nanos.unsigned_abs();
    let over = |unit: u64| {
        (unsigned.checked_div(unit).unwrap_or(0), unsigned.checked_rem(unit).unwrap_or(0))
    };
    let decimal = |unit: u64, width: usize| {
        let (whole, rest) = over(unit);
        let fraction = format!("{rest:0width$}");
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") }
    };
    match unsigned {
        0 => "0s".to_owned(),
        1..=999 => format!("{sign}{unsigned}ns"),
        1_000..=999_999 => format!("{sign}{}µs", decimal(1_000, 3)),
        1_000_000..=999_999_999 => format!("{sign}{}ms", decimal(1_000_000, 6)),
        _ => {
            let (minutes, rest) = over(60_000_000_000);
            let seconds = text_of_seconds(rest);
            match (minutes.wrapping_div(60), minutes.wrapping_rem(60)) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

fn text_of_seconds(nanos: u64) -> String {
    let (whole, rest) = (nanos.wrapping_div(1_000_000_000), nanos.wrapping_rem(1_000_000_000));
    let fraction = format!("{rest:09}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::{parse, text};

    #[test]
    fn durations_are_read_and_written_as_go_does() {
        for (given, nanos, written) in [
            ("8h", 28_800_000_000_000, "8h0m0s"),
            ("1h30m", 5_400_000_000_000, "1h30m0s"),
            ("1.5s", 1_500_000_000, "1.5s"),
            ("-2m", -120_000_000_000, "-2m0s"),
            ("250ms", 250_000_000, "250ms"),
            ("0", 0, "0s"),
            ("1500ns", 1_500, "1.5µs"),
        ] {
            assert_eq!(parse(given), Some(nanos), "{given}");
            assert_eq!(text(nanos), written);
        }
    }

    #[test]
    fn other_texts_are_none() {
        for given in ["", "1", "h", "1d", "1h 2m", "1.2.3s", "9999999999h", "m1", "5 m"] {
            assert_eq!(parse(given), None, "{given}");
        }
    }
}
