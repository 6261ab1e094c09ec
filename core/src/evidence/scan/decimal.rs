//! Numbers as they are written, read into whole parts of a power of ten.

/// `text` times ten to the power of `places`, rounded to the nearest whole; `None` for a
/// negative number, which some scanners write where they have none.
///
/// # Errors
/// A text that is not a number, or one above `most`.
pub(super) fn scaled(text: &str, places: i32, most: u32) -> Result<Option<u32>, String> {
    let Some(number) = Number::read(text) else {
        return Err(format!("`{text}` is not a number"));
    };
    if number.is_negative && number.digits.bytes().any(|digit| digit != b'0') {
        return Ok(None);
    }
    let scaled = number.scaled(places).and_then(|scaled| u32::try_from(scaled).ok());
    match scaled.filter(|scaled| *scaled <= most) {
        Some(scaled) => Ok(Some(scaled)),
        None => Err(format!("`{text}` is larger than such a number can be")),
    }
}

/// A number's digits without leading zeros, and the power of ten that they are multiplied by.
struct Number {
    is_negative: bool,
    digits: String,
    power: i32,
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(part) {
            return None;
        }
        let digits = format!("{whole}{part}").trim_start_matches('0').to_owned();
        let power = power.checked_sub(i32::try_from(part.len()).ok()?)?;
        Some(Self { is_negative, digits, power })
    }

    fn scaled(&self, places: i32) -> Option<u64> {
        let power = i64::from(self.power.checked_add(places)?);
        let count = i64::try_from(self.digits.len()).ok()?;
        if self.digits.is_empty() || count.checked_add(power)? < 0 {
            return Some(0);
        }
        if power >= 0 {
            let factor = 10_u64.checked_pow(u32::try_from(power).ok()?)?;
            return self.digits.parse::<u64>().ok()?.checked_mul(factor);
        }
        let kept = usize::try_from(count.checked_add(power)?).ok()?;
        let (whole, part) = self.digits.split_at_checked(kept)?;
        let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
        let rounds_up = part.bytes().next().is_some_and(|digit| digit >= b'5');
        whole.checked_add(u64::from(rounds_up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        for (text, places, expected) in [
            ("9.8", 1, Some(98)),
            ("10", 1, Some(100)),
            ("0", 1, Some(0)),
            ("-0.0", 1, Some(0)),
            ("-1", 1, None),
            ("7.800000190734863", 1, Some(78)),
            ("7.85", 1, Some(79)),
            ("0.04", 1, Some(0)),
            ("0.05", 1, Some(1)),
            ("0.00043", 6, Some(430)),
            ("4.3e-04", 6, Some(430)),
            ("4.3E-7", 6, Some(0)),
            ("5e-7", 6, Some(1)),
            ("1e-999999999", 6, Some(0)),
            ("1e0", 6, Some(1_000_000)),
            ("0.91123", 6, Some(911_230)),
        ] {
            assert_eq!(scaled(text, places, 1_000_000), Ok(expected), "{text}");
        }
        for text in ["10.1", "1e9", "1e999999999", "99999999999999999999999", "1e99999999999"] {
            assert!(scaled(text, 1, 100).is_err(), "{text}");
        }
        for text in ["", ".5", "x", "1.2.3", "1 ", "NaN", "+1", "--1", "1e", "0x1"] {
            assert!(scaled(text, 1, 100).is_err(), "{text}");
        }
    }
}
