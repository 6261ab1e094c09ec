//! Members of JSON objects by their exact names, with the place of each for errors.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// One JSON object whose members are read by name. Its text went through
/// [`json::check`](crate::evidence::json::check), so no name stands in it twice.
pub(in crate::evidence) struct Object<'a> {
    place: String,
    members: BTreeMap<String, &'a RawValue>,
}

impl<'a> Object<'a> {
    /// The object that `text` is. A member whose name is one of `known` but for case, or for the
    /// underscores by which protobuf's JSON readers also know it, is refused: they would read it.
    ///
    /// # Errors
    /// `Invalid` where `text` is no object, `Ambiguous` for such a twin.
    pub(in crate::evidence) fn read(
        text: &'a str,
        place: &str,
        known: &[&str],
    ) -> Result<Self, EvidenceError> {
        let members: BTreeMap<String, &'a RawValue> =
            serde_json::from_str(text).map_err(|_| wrong(place, "an object", text))?;
        for name in members.keys() {
            let twin = |known: &&&str| **known != name.as_str() && folded(known) == folded(name);
            if let Some(known) = known.iter().find(twin) {
                return Err(EvidenceError::new(
                    EvidenceErrorKind::Ambiguous,
                    member(place, name),
                    format!("some readers would take the key `{}` for `{known}`", short(name)),
                ));
            }
        }
        Ok(Self { place: place.to_owned(), members })
    }

    /// Refuses members that are not among `known`.
    ///
    /// # Errors
    /// `Invalid`, with the first such member.
    pub(in crate::evidence) fn only(self, known: &[&str]) -> Result<Self, EvidenceError> {
        match self.members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(self),
            Some(name) => Err(EvidenceError::new(
                EvidenceErrorKind::Invalid,
                self.at(name),
                format!("the key `{}` is not part of the format", short(name)),
            )),
        }
    }

    /// The place of the member `name`.
    pub(in crate::evidence) fn at(&self, name: &str) -> String {
        member(&self.place, name)
    }

    /// The names and texts of all members.
    pub(in crate::evidence) fn members(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value.get()))
    }

    /// The JSON text of a member; `null` is absence.
    pub(in crate::evidence) fn raw(&self, name: &str) -> Option<&'a str> {
        self.members.get(name).map(|value| value.get()).filter(|text| *text != "null")
    }

    /// A member that is text.
    ///
    /// # Errors
    /// `Invalid` where it is something else.
    pub(in crate::evidence) fn text(&self, name: &str) -> Result<Option<String>, EvidenceError> {
        let Some(text) = self.raw(name) else { return Ok(None) };
        match serde_json::from_str(text) {
            Ok(text) => Ok(Some(text)),
            Err(_) if text.starts_with('"') => {
                let detail = "text with an escape that is no character";
                Err(EvidenceError::new(EvidenceErrorKind::Invalid, self.at(name), detail))
            }
            Err(_) => Err(wrong(&self.at(name), "text", text)),
        }
    }

    /// A member that is an object.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub(in crate::evidence) fn object(
        &self,
        name: &str,
        known: &[&str],
    ) -> Result<Option<Object<'a>>, EvidenceError> {
        self.raw(name).map(|text| Object::read(text, &self.at(name), known)).transpose()
    }

    /// The places and texts of the items of a member that is a list of at most `most`; absence
    /// is an empty list.
    ///
    /// # Errors
    /// `Invalid` where it is no list, `TooLarge` where it is a longer one.
    pub(in crate::evidence) fn list(
        &self,
        name: &str,
        most: usize,
    ) -> Result<Vec<(String, &'a str)>, EvidenceError> {
        let Some(text) = self.raw(name) else { return Ok(Vec::new()) };
        let place = self.at(name);
        let items: Vec<&'a RawValue> =
            serde_json::from_str(text).map_err(|_| wrong(&place, "a list", text))?;
        if items.len() > most {
            let detail = format!("{} items where {most} are read", items.len());
            return Err(EvidenceError::new(EvidenceErrorKind::TooLarge, place, detail));
        }
        let item =
            |(position, item): (usize, &'a RawValue)| (format!("{place}/{position}"), item.get());
        Ok(items.into_iter().enumerate().map(item).collect())
    }

    /// What a member must be there for.
    ///
    /// # Errors
    /// `Invalid` where `value` is absent.
    pub(in crate::evidence) fn required<T>(
        &self,
        name: &str,
        value: Option<T>,
    ) -> Result<T, EvidenceError> {
        value.ok_or_else(|| {
            let detail = "absent or null where content belongs";
            EvidenceError::new(EvidenceErrorKind::Invalid, self.at(name), detail)
        })
    }
}

/// The pointer of a member (RFC 6901).
fn member(place: &str, name: &str) -> String {
    format!("{place}/{}", short(name).replace('~', "~0").replace('/', "~1"))
}

/// The start of a text that anyone may have written at any length, for an error.
pub(in crate::evidence) fn short(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)) {
        None => Cow::Borrowed(text),
        Some(start) => Cow::Owned(format!("{start}…")),
    }
}

/// What readers that fold case make of a name; up and down again, so that `ſ` is an `s`.
fn folded(name: &str) -> String {
    name.replace('_', "").to_uppercase().to_lowercase()
}

fn wrong(place: &str, expected: &str, text: &str) -> EvidenceError {
    let found = match text.trim_start().chars().next() {
        Some('{') => "an object",
        Some('[') => "a list",
        Some('"') => "text",
        Some('t' | 'f') => "a truth value",
        Some('n') => "null",
        _ => "a number",
    };
    let detail = format!("{found} where {expected} is expected");
    EvidenceError::new(EvidenceErrorKind::Invalid, place, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_of_known_names_are_refused() {
        let known = ["_type", "predicateType", "subject"];
        assert!(Object::read(r#"{"_type":1,"other":2,"Other":3}"#, "", &known).is_ok());
        for name in ["type", "_Type", "predicate_type", "PredicateType", "\\u017fubject"] {
            let text = format!(r#"{{"_type":1,"{name}":2}}"#);
            let error = Object::read(&text, "/a", &known).err().expect(name);
            assert_eq!(error.kind, EvidenceErrorKind::Ambiguous, "{name}");
            assert!(error.place.starts_with("/a/"), "{}", error.place);
        }
    }

    #[test]
    fn members_have_types_and_places() {
        let object = Object::read(r#"{"a":"x","b":null,"c":[1,2],"d/e":{},"f":"\ud800"}"#, "", &[]);
        let object = object.unwrap();
        assert_eq!(object.text("a"), Ok(Some("x".to_owned())));
        assert_eq!((object.text("b"), object.text("z")), (Ok(None), Ok(None)));
        assert_eq!(object.list("c", 2).unwrap().last(), Some(&("/c/1".to_owned(), "2")));
        assert_eq!(object.list("c", 1).unwrap_err().kind, EvidenceErrorKind::TooLarge);
        let error = object.text("d/e").unwrap_err().to_string();
        assert_eq!(error, "invalid at `/d~1e`: an object where text is expected");
        assert!(object.text("f").is_err() && object.list("a", 1).is_err());
        assert!(object.object("c", &[]).is_err());
        assert!(object.only(&["a", "b"]).is_err());
    }

    #[test]
    fn errors_do_not_repeat_endless_texts() {
        assert_eq!(short("ä").len(), 2);
        let long = "ä".repeat(100_000);
        let text = format!(r#"{{"{long}":1}}"#);
        let error = Object::read(&text, "", &[]).unwrap().only(&[]).err().unwrap();
        assert!(error.to_string().len() < 1_000);
    }
}
