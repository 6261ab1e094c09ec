use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::policy::shown::shown;

macro_rules! decimal {
    ($(#[$doc:meta])* $name:ident, $digits:literal, $most:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The value in units of the last digit that it may have.
            #[must_use]
            pub fn units(self) -> u32 {
                self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                units(&text, $digits)
                    .filter(|units| *units <= $most)
                    .map(Self)
                    .ok_or_else(|| format!("{} is not {}", shown(&text), $what))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                written(self.0, $digits, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Written;
                impl Visitor<'_> for Written {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!($what, ", in quotes where it is not a whole number"))
                    }

                    fn visit_u64<E: Error>(self, count: u64) -> Result<$name, E> {
                        $name::try_from(count.to_string()).map_err(E::custom)
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        $name::try_from(text.to_owned()).map_err(E::custom)
                    }
                }
                deserializer.deserialize_any(Written)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": concat!($what, "; in quotes where it is not a whole number."),
                    "oneOf": [
                        {"type": "integer", "minimum": 0},
                        {"type": "string", "pattern": "^(0|[1-9][0-9]*)([.][0-9]+)?$"},
                    ],
                })
            }
        }
    };
}

decimal! {
    /// A CVSS score: from 0 to 10 with one digit after the point; its unit is a tenth.
    Score, 1, 100, "a score from 0 to 10 such as `7.5`"
}

decimal! {
    /// A share: from 0 to 1 with at most six digits after the point; its unit is a millionth.
    Fraction, 6, 1_000_000, "a share from 0 to 1 such as `0.95`"
}

/// A decimal in units of its last digit, exactly; `None` for more digits than it may have.
fn units(text: &str, digits: u32) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    let given = u32::try_from(rest.len()).ok()?;
    let missing = match rest {
        "0" => digits.checked_sub(1)?,
        _ => digits.checked_sub(given)?,
    };
    if !is_number(whole) || !is_number(rest) || leading_zero {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let rest: u32 = rest.parse().ok()?;
    whole
        .checked_mul(10_u32.checked_pow(digits)?)?
        .checked_add(rest.checked_mul(10_u32.checked_pow(missing)?)?)
}

fn written(units: u32, digits: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let one = 10_u32.saturating_pow(digits);
    let whole = units.checked_div(one).unwrap_or_default();
    let rest = units.checked_rem(one).unwrap_or_default();
    if rest == 0 {
        return write!(f, "{whole}");
    }
    let width = usize::try_from(digits).unwrap_or_default();
    let rest = format!("{rest:0width$}");
    write!(f, "{whole}.{}", rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_each() {
        for (text, units, spelling) in [
            ("7", 70, "7"),
            ("7.0", 70, "7"),
            ("7.5", 75, "7.5"),
            ("10", 100, "10"),
            ("0.1", 1, "0.1"),
        ] {
            let score = Score::try_from(text.to_owned()).unwrap();
            assert_eq!((score.units(), score.to_string().as_str()), (units, spelling));
        }
        let share = Fraction::try_from("0.95".to_owned()).unwrap();
        assert_eq!((share.units(), share.to_string().as_str()), (950_000, "0.95"));
        for text in ["", ".5", "7.", "7.55", "10.1", "07", "-1", "1e1", "7,5", " 7", "99999999999"]
        {
            assert!(Score::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert!(Fraction::try_from("1.000001".to_owned()).is_err());
        assert!(Fraction::try_from("0.0000001".to_owned()).is_err());
    }
}
