use std::cmp::Ordering;
use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Most bytes of a number's text.
const NUMBER_BYTES: usize = 1_024;
/// Below it a whole number is exact in every reader of JSON (RFC 8785, section 3.2.2.3).
const EXACT: u64 = 1 << 53;

/// A decimal number, exactly as written: never a float. `1.10`, `1.1` and `11e-1` are one number,
/// and 2⁵³ + 1 is not 2⁵³.
///
/// ```
/// use cocket::evidence::predicate::Number;
/// let number = |text| Number::parse(text);
/// assert_eq!(number("1.10"), number("11e-1"));
/// assert!(number("9007199254740993") > number("9007199254740992"));
/// assert_eq!(number("1,5"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: String,
    /// The value is `0.digits` times ten to this power.
    exponent: i64,
}

impl Number {
    /// The number that `text` is in JSON's grammar (RFC 8259, section 6); `None` for anything
    /// else, and for numbers of more than 1,024 bytes or with an exponent of more than 9 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > NUMBER_BYTES {
            return None;
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, text),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, exponent(power)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction),
            None => (mantissa, ""),
        };
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || leading_zero || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let zeros = i64::try_from(all.len().checked_sub(digits.len())?).ok()?;
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let whole = i64::try_from(whole.len()).ok()?;
        let exponent = power.checked_add(whole)?.checked_sub(zeros)?;
        Some(Self { negative, digits: digits.to_owned(), exponent })
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            // Digits without zeros in front compare as text where the exponents are equal.
            (false, false) => {
                self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
            }
        }
    }
}

fn exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1_i64, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(sign)
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Most zeros that are written out.
        const ZEROS: usize = 20;
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        let sign = if self.negative { "-" } else { "" };
        let places = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX);
        let digits = &self.digits;
        if self.exponent <= 0 {
            return match places <= ZEROS {
                true => write!(f, "{sign}0.{}{digits}", "0".repeat(places)),
                false => write!(f, "{sign}0.{digits}e{}", self.exponent),
            };
        }
        match (digits.split_at_checked(places), places.checked_sub(digits.len())) {
            (Some((whole, "")), _) => write!(f, "{sign}{whole}"),
            (Some((whole, fraction)), _) => write!(f, "{sign}{whole}.{fraction}"),
            (None, Some(zeros)) if zeros <= ZEROS => {
                write!(f, "{sign}{digits}{}", "0".repeat(zeros))
            }
            _ => write!(f, "{sign}0.{digits}e{}", self.exponent),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.to_string();
        match text.parse::<u64>() {
            Ok(whole) if whole < EXACT => serializer.serialize_u64(whole),
            _ => serializer.serialize_str(&text),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number such as `5`, in quotes where it is not a whole number")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<Number, E> {
                self.visit_str(&count.to_string())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let unexpected = serde::de::Unexpected::Str(text);
                Number::parse(text).ok_or_else(|| E::invalid_value(unexpected, &self))
            }
        }
        deserializer.deserialize_any(Written)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A decimal number, exactly; in quotes where it is not a whole number.",
            "oneOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]{1,9})?$"},
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn one_value_has_one_form() {
        let rows: [(&[&str], &str); 9] = [
            (&["0", "-0", "0.00", "0e5", "-0.0e-3"], "0"),
            (&["1", "1.0", "10e-1", "0.1e1", "1E+0"], "1"),
            (&["1.10", "11e-1", "0.110e1"], "1.1"),
            (&["-7.5", "-75e-1"], "-7.5"),
            (&["0.001", "1e-3"], "0.001"),
            (&["1200", "1.2e3"], "1200"),
            (&["9007199254740993"], "9007199254740993"),
            (&["1e400"], "0.1e401"),
            (&["1e-400"], "0.1e-399"),
        ];
        for (texts, written) in rows {
            for text in texts {
                assert_eq!(number(text), number(written), "{text}");
                assert_eq!(number(text).to_string(), written, "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_of_json() {
        for text in ["", "-", ".5", "5.", "05", "+1", "1e", "1e+", "0x1", "1_0", "NaN", " 1", "1 "]
        {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert_eq!(Number::parse("1e9999999999"), None);
        assert_eq!(Number::parse(&"9".repeat(1_025)), None);
    }

    #[test]
    fn policies_write_whole_numbers_without_quotes() {
        let json = |text: &str| serde_json::to_string(&number(text)).unwrap();
        assert_eq!([json("5"), json("-5"), json("7.50")], ["5", "\"-5\"", "\"7.5\""]);
        assert_eq!(json("9007199254740992"), "\"9007199254740992\"");
        assert_eq!(serde_json::from_str::<Number>("\"0.5\"").unwrap(), number("0.5"));
        assert!(serde_json::from_str::<Number>("true").is_err());
    }

    proptest! {
        #[test]
        fn order_is_that_of_the_values(a in -10_000_i64..10_000, b in -10_000_i64..10_000, by in 0_u32..6) {
            // In units of 10^-by.
            let text = |value: i64| format!("{value}e-{by}");
            prop_assert_eq!(number(&text(a)).cmp(&number(&text(b))), a.cmp(&b));
            let shown = number(&text(a)).to_string();
            prop_assert_eq!(number(&shown), number(&text(a)));
        }
    }
}
