//! Values of a predicate by their place, in one pass through its text that keeps nothing but what
//! was asked for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::path::Segment;
use crate::evidence::json::differs_by_case_only;
use crate::evidence::signing::object::short;
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// Most values that one path leads to.
pub const MAX_MATCHES: usize = 100_000;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as written.
    Number(&'a str),
    /// Text.
    Text(Cow<'a, str>),
    /// A list, as JSON text.
    List(&'a str),
    /// An object, as JSON text.
    Object(&'a str),
}

/// The values that a path leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches<'a> {
    /// One each place: `None` where the object or list that would hold the value lacks it.
    pub values: Vec<Option<Value<'a>>>,
    /// A list of `*` is missing or is no list, or what should hold a value is no object: how many
    /// values there would be is not known.
    pub is_open: bool,
}

/// The values at `path` in a JSON text that is known to hold no duplicate key.
///
/// ```
/// use cocket::evidence::predicate::{Value, ValuePath, find};
/// let path = ValuePath::try_from("/checks/*/ok".to_owned())?;
/// let found = find(r#"{"checks": [{"ok": true}, {}]}"#, path.segments())?;
/// assert_eq!(found.values, [Some(Value::Bool(true)), None]);
/// assert!(!found.is_open);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `Ambiguous` for a key on the way that differs by case only from the one that is asked for,
/// `TooLarge` for more than [`MAX_MATCHES`] values, `Invalid` for text that is not JSON.
pub fn find<'a>(text: &'a str, path: &[Segment]) -> Result<Matches<'a>, EvidenceError> {
    let mut search = Search { found: Matches::default(), fault: None };
    let mut reader = serde_json::Deserializer::from_str(text);
    let done = Step { path, search: &mut search }.deserialize(&mut reader);
    match (search.fault, done.and_then(|()| reader.end())) {
        (Some(fault), _) => Err(fault),
        (None, Ok(())) => Ok(search.found),
        (None, Err(error)) => {
            let place = format!("{}:{}", error.line(), error.column());
            Err(EvidenceError::new(EvidenceErrorKind::Invalid, place, error.to_string()))
        }
    }
}

/// The items of a list, as [`Value::List`] holds it.
///
/// # Errors
/// As [`find`].
pub(crate) fn items(list: &str) -> Result<Vec<Value<'_>>, EvidenceError> {
    let found = find(list, &[Segment::Each])?;
    Ok(found.values.into_iter().flatten().collect())
}

impl<'a> Value<'a> {
    fn of(raw: &'a RawValue) -> Result<Self, serde_json::Error> {
        let text = raw.get();
        Ok(match text.bytes().next() {
            Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'"') => match text.get(1..text.len().saturating_sub(1)) {
                Some(plain) if !plain.contains('\\') => Self::Text(Cow::Borrowed(plain)),
                _ => Self::Text(Cow::Owned(serde_json::from_str(text)?)),
            },
            Some(b'[') => Self::List(text),
            Some(b'{') => Self::Object(text),
            _ => Self::Number(text),
        })
    }
}

impl fmt::Display for Value<'_> {
    /// The value in backticks, clipped; of lists and objects only what they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("`null`"),
            Self::Bool(value) => write!(f, "`{value}`"),
            Self::Number(text) => write!(f, "the number `{}`", clip(text)),
            Self::Text(text) => write!(f, "`{}`", clip(text)),
            Self::List(_) => f.write_str("a list"),
            Self::Object(_) => f.write_str("an object"),
        }
    }
}

/// The start of a text that anyone may have written at any length.
pub(crate) fn clip(text: &str) -> Cow<'_, str> {
    short(text)
}

struct Search<'a> {
    found: Matches<'a>,
    fault: Option<EvidenceError>,
}

impl<'a> Search<'a> {
    fn keep<E: serde::de::Error>(&mut self, value: Option<Value<'a>>) -> Result<(), E> {
        if self.found.values.len() >= MAX_MATCHES {
            let detail = format!("a path leads to more than {MAX_MATCHES} values");
            return Err(self.fail(EvidenceErrorKind::TooLarge, detail));
        }
        self.found.values.push(value);
        Ok(())
    }

    fn fail<E: serde::de::Error>(&mut self, kind: EvidenceErrorKind, detail: String) -> E {
        let error = E::custom(&detail);
        self.fault.get_or_insert(EvidenceError::new(kind, "", detail));
        error
    }
}

/// The rest of a path, from one value on.
struct Step<'p, 's, 'a> {
    path: &'p [Segment],
    search: &'s mut Search<'a>,
}

impl<'a> DeserializeSeed<'a> for Step<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.path.is_empty() {
            return deserializer.deserialize_any(self);
        }
        let raw: &'a RawValue = serde::Deserialize::deserialize(deserializer)?;
        match Value::of(raw) {
            Ok(value) => self.search.keep(Some(value)),
            Err(error) => Err(self.search.fail(EvidenceErrorKind::Invalid, error.to_string())),
        }
    }
}

impl Step<'_, '_, '_> {
    /// What should be an object or a list is neither.
    fn open<E>(self) -> Result<(), E> {
        self.search.found.is_open = true;
        Ok(())
    }
}

impl<'a> Visitor<'a> for Step<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.open()
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.open()
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.open()
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.open()
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.open()
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.open()
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((Segment::Key(wanted), rest)) = self.path.split_first() else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return self.open();
        };
        let search = self.search;
        let mut is_there = false;
        while let Some(key) = map.next_key::<Key<'a>>()? {
            if key.0 == wanted.as_str() {
                is_there = true;
                map.next_value_seed(Step { path: rest, search: &mut *search })?;
                continue;
            }
            if differs_by_case_only(&key.0, wanted) {
                let detail = format!(
                    "the key `{}` differs from `{}` by case only",
                    clip(&key.0),
                    clip(wanted)
                );
                return Err(search.fail(EvidenceErrorKind::Ambiguous, detail));
            }
            map.next_value::<IgnoredAny>()?;
        }
        match (is_there, rest.is_empty()) {
            (true, _) => Ok(()),
            (false, true) => search.keep(None),
            (false, false) => {
                search.found.is_open = true;
                Ok(())
            }
        }
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        let Some((segment, rest)) = self.path.split_first() else { return self.open() };
        let wanted = match segment {
            Segment::Each => None,
            Segment::Key(key) => Some(position(key)),
        };
        let search = self.search;
        let mut at = 0_usize;
        let mut is_there = false;
        loop {
            let is_wanted = wanted.is_none_or(|wanted| wanted == Some(at));
            let more = match is_wanted {
                true => {
                    list.next_element_seed(Step { path: rest, search: &mut *search })?.is_some()
                }
                false => list.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
            is_there |= is_wanted;
            at = at.saturating_add(1);
        }
        match (wanted, is_there, rest.is_empty()) {
            (None, ..) | (_, true, _) => Ok(()),
            (Some(Some(_)), false, true) => search.keep(None),
            _ => {
                search.found.is_open = true;
                Ok(())
            }
        }
    }
}

/// The position that a segment means in a list: digits without zeros in front (RFC 6901,
/// section 4).
fn position(key: &str) -> Option<usize> {
    let is_plain = key == "0" || !key.starts_with('0');
    let is_digits = key.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain && is_digits { key.parse().ok() } else { None }
}

/// A key, borrowed where it holds no escape.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::super::ValuePath;
    use super::*;

    fn at<'a>(text: &'a str, path: &str) -> Result<Matches<'a>, EvidenceError> {
        find(text, ValuePath::try_from(path.to_owned()).unwrap().segments())
    }

    fn shown(text: &str, path: &str) -> (Vec<String>, bool) {
        let found = at(text, path).unwrap();
        let one = |value: &Option<Value<'_>>| match value {
            Some(value) => value.to_string(),
            None => "-".to_owned(),
        };
        (found.values.iter().map(one).collect(), found.is_open)
    }

    const TEXT: &str = r#"{"a": {"b~/": [1.50, "x\u0041", null, true, [2], {"c": 3}]},
        "l": [{"r": 1}, {"r": "2"}, {}, 7], "n": null, "e": []}"#;

    #[test]
    fn values_by_place() {
        let one = |text: &str| (vec![text.to_owned()], false);
        assert_eq!(shown(TEXT, "/a/b~0~1/0"), one("the number `1.50`"));
        assert_eq!(shown(TEXT, "/a/b~0~1/1"), one("`xA`"));
        assert_eq!(shown(TEXT, "/a/b~0~1/2"), one("`null`"));
        assert_eq!(shown(TEXT, "/a/b~0~1/3"), one("`true`"));
        assert_eq!(shown(TEXT, "/a/b~0~1/4"), one("a list"));
        assert_eq!(shown(TEXT, "/a/b~0~1/5/c"), one("the number `3`"));
        assert_eq!(shown(TEXT, "/a"), one("an object"));
        assert_eq!(shown(TEXT, "/n"), one("`null`"));
    }

    #[test]
    fn what_is_missing() {
        let none = |is_open| (Vec::new(), is_open);
        assert_eq!(shown(TEXT, "/x"), (vec!["-".to_owned()], false));
        assert_eq!(shown(TEXT, "/a/b~0~1/9"), (vec!["-".to_owned()], false));
        for path in ["/x/y", "/n/y", "/l/a", "/l/00", "/a/b~0~1/0/x", "/x/*", "/a/*", "/n/*"] {
            assert_eq!(shown(TEXT, path), none(true), "{path}");
        }
        assert_eq!(shown(TEXT, "/e/*"), none(false));
    }

    #[test]
    fn every_item_of_a_list() {
        let items = ["the number `1`", "`2`", "-"].map(str::to_owned).to_vec();
        assert_eq!(shown(TEXT, "/l/*/r"), (items, true));
        let nested = r#"{"a": [{"b": [1, 2]}, {"b": []}, {"b": [3]}]}"#;
        assert_eq!(shown(nested, "/a/*/b/*").0.len(), 3);
        assert_eq!(items_of("[1, \"a\", null]"), 3);
    }

    fn items_of(text: &str) -> usize {
        items(text).unwrap().len()
    }

    #[test]
    fn twins_on_the_way_are_ambiguous_and_elsewhere_not() {
        for text in [r#"{"A": {"b": 1}, "a": {"b": 1}}"#, r#"{"a": {"B": 1}}"#] {
            assert_eq!(at(text, "/a/b").unwrap_err().kind, EvidenceErrorKind::Ambiguous, "{text}");
        }
        assert!(at(r#"{"x": {"A": 1}, "a": {"b": 1}}"#, "/a/b").is_ok());
    }

    #[test]
    fn bounds() {
        let many = format!("[{}]", vec!["0"; MAX_MATCHES + 1].join(","));
        assert_eq!(at(&many, "/*").unwrap_err().kind, EvidenceErrorKind::TooLarge);
        assert_eq!(at("{", "/a").unwrap_err().kind, EvidenceErrorKind::Invalid);
        let long = format!("\"{}\"", "é".repeat(5_000));
        assert!(find(&long, &[]).unwrap().values[0].as_ref().unwrap().to_string().len() < 600);
    }
}
