//! Kubernetes quantities (`resource.Quantity`): `100m`, `2Gi`, `1e3`.

use std::cmp::Ordering;

/// An exact value: `mantissa` times ten to `-9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::import) struct Quantity {
    nanos: i128,
}

const NANO: i128 = 1_000_000_000;

impl Quantity {
    /// Reads a quantity; `None` for what is none, and for what is beyond the range kept here.
    pub(in crate::import) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let end = unsigned.find(|c| !is_number(c)).unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let scale = Scale::of(suffix)?;
        // Digits beyond those that can matter are rounded up, away from zero, as Kubernetes does.
        let kept = fraction.get(..fraction.len().min(18))?;
        let digits: i128 = format!("0{whole}{kept}").parse().ok()?;
        let places = u32::try_from(kept.len()).ok()?;
        let nanos = scale.nanos(digits, places)?;
        Some(Self { nanos: if text.starts_with('-') { nanos.checked_neg()? } else { nanos } })
    }

    pub(in crate::import) fn compare(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }

    pub(in crate::import) fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self { nanos: self.nanos.checked_add(other.nanos)? })
    }

    pub(in crate::import) fn checked_sub(self, other: Self) -> Option<Self> {
        Some(Self { nanos: self.nanos.checked_sub(other.nanos)? })
    }

    #[expect(clippy::cast_precision_loss, reason = "the answer of Kyverno's arithmetic is a float")]
    pub(in crate::import) fn as_f64(self) -> f64 {
        self.nanos as f64 / NANO as f64
    }

    /// From a float; `None` beyond the range.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
    pub(in crate::import) fn from_f64(value: f64) -> Option<Self> {
        let nanos = (value * 1e9).round();
        (nanos.is_finite() && nanos.abs() < 1e37).then_some(Self { nanos: nanos as i128 })
    }

    /// As a plain number: Kubernetes would write it with the suffix that it came with.
    pub(in crate::import) fn plain(self) -> String {
        let unsigned = self.nanos.unsigned_abs();
        let nano = NANO.unsigned_abs();
        let sign = if self.nanos < 0 { "-" } else { "" };
        let (whole, rest) =
            (unsigned.checked_div(nano).unwrap_or(0), unsigned.checked_rem(nano).unwrap_or(0));
        if rest == 0 {
            return format!("{sign}{whole}");
        }
        // Kubernetes writes fractions in thousandths where they fit.
        match rest.checked_rem(1_000_000) {
            Some(0) => {
                let milli = unsigned.checked_div(1_000_000).unwrap_or(0);
                format!("{sign}{milli}m")
            }
            _ => format!("{sign}{unsigned}n"),
        }
    }
}

/// What a suffix multiplies by.
struct Scale {
    two: u32,
    ten: i32,
}

impl Scale {
    fn of(suffix: &str) -> Option<Self> {
        let (two, ten) = match suffix {
            "" => (0, 0),
            "Ki" => (10, 0),
            "Mi" => (20, 0),
            "Gi" => (30, 0),
            "Ti" => (40, 0),
            "Pi" => (50, 0),
            "Ei" => (60, 0),
            "n" => (0, -9),
            "u" => (0, -6),
            "m" => (0, -3),
            "k" => (0, 3),
            "M" => (0, 6),
            "G" => (0, 9),
            "T" => (0, 12),
            "P" => (0, 15),
            "E" => (0, 18),
            other => {
                let exponent = other.strip_prefix(['e', 'E'])?;
                (0, exponent.parse::<i32>().ok().filter(|e| (-18..=18).contains(e))?)
            }
        };
        Some(Self { two, ten })
    }

    fn nanos(&self, digits: i128, places: u32) -> Option<i128> {
        let power = self.ten.checked_add(9)?.checked_sub(i32::try_from(places).ok()?)?;
        let value = digits.checked_mul(1_i128.checked_shl(self.two)?)?;
        if power >= 0 {
            return value.checked_mul(10_i128.checked_pow(u32::try_from(power).ok()?)?);
        }
        let divisor = 10_i128.checked_pow(power.unsigned_abs())?;
        let rest = value.checked_rem(divisor)?;
        value.checked_div(divisor)?.checked_add(i128::from(rest != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    #[test]
    fn quantities_of_one_value_are_equal() {
        for (left, right) in
            [("1Gi", "1024Mi"), ("1000m", "1"), ("1e3", "1k"), ("0.5", "500m"), ("+2", "2.0")]
        {
            assert_eq!(Quantity::parse(left), Quantity::parse(right), "{left}");
        }
        assert!(Quantity::parse("2Gi") > Quantity::parse("2G"));
        assert!(Quantity::parse("-1") < Quantity::parse("0"));
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["", "abc", "1h", "1.2.3", ".", "1 Gi", "v1", "0x10", "1e99", "Gi"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
