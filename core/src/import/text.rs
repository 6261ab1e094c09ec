//! Texts of other engines as values with places, read as Kubernetes' tools read them.

mod build;
mod scalar;

use std::collections::BTreeMap;

use serde_json::Value;

/// Largest text, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most documents in one text.
pub const MAX_DOCUMENTS: usize = 20_000;
/// Deepest nesting, with what aliases stand for.
pub const MAX_DEPTH: usize = 64;
/// Most values in one text, with what aliases stand for.
pub const MAX_VALUES: usize = 1_000_000;

/// A place in a text, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

impl Place {
    /// The start of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// One document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Where it starts.
    pub start: Place,
    /// Where each value stands, by path: `spec.rules[0].name`.
    places: BTreeMap<String, Place>,
}

impl Document {
    /// A document that came without a text.
    #[must_use]
    pub fn unplaced(value: Value) -> Self {
        Self { value, start: Place::START, places: BTreeMap::new() }
    }

    /// Where the value at `path` stands, or the nearest one around it.
    #[must_use]
    pub fn place(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return *place;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = path.get(..end).unwrap_or_default(),
                None => return self.start,
            }
        }
    }
}

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {detail}", line = place.line, column = place.column)]
pub struct TextError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub detail: String,
}

/// The documents of a text in YAML or JSON, without those that are empty.
///
/// ```
/// let documents = cocket::import::text::documents("a: [1, yes]\n---\nb: 0x10\n")?;
/// assert_eq!(documents[0].value, serde_json::json!({"a": [1, true]}));
/// assert_eq!(documents[1].place("b").line, 3);
/// # Ok::<(), cocket::import::text::TextError>(())
/// ```
///
/// # Errors
/// [`TextError`] with the place: for what is not YAML, duplicate keys, merge keys, tags, keys
/// that are no text, and over the limits.
pub fn documents(text: &str) -> Result<Vec<Document>, TextError> {
    if text.len() > MAX_BYTES {
        let detail = format!("{} bytes where {MAX_BYTES} are read", text.len());
        return Err(TextError { place: Place::START, detail });
    }
    build::read(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::documents;

    #[test]
    fn values_are_what_kubernetes_tools_read() {
        let text = "a: on\nb: '1'\nc: 1.50\nd: ~\ne: 0644\nf: 2026-01-01\ng: &x [1]\nh: *x\n";
        let expected = json!({
            "a": true, "b": "1", "c": 1.5, "d": null, "e": 420, "f": "2026-01-01",
            "g": [1], "h": [1],
        });
        assert_eq!(documents(text).unwrap()[0].value, expected);
    }

    #[test]
    fn places_are_of_the_values() {
        let document = &documents("a:\n  - b: 1\n  - c: {d: 2}\n").unwrap()[0];
        let place = document.place("a[1].c.d");
        assert_eq!((place.line, place.column), (3, 12));
        assert_eq!(document.place("a[1].nothing").line, 3);
    }

    #[test]
    fn what_readers_disagree_about_is_refused() {
        for text in ["a: 1\na: 2", "a: !x 1", "<<: {a: 1}", "a: [", "? [a]\n: 1", "a: *b"] {
            assert!(documents(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(documents(&deep).is_err());
    }

    #[test]
    fn aliases_are_counted_with_what_they_stand_for() {
        let mut text = "a: &a [1,1,1,1,1,1,1,1,1,1]\n".to_owned();
        for (name, of) in [("b", "a"), ("c", "b"), ("d", "c"), ("e", "d"), ("f", "e"), ("g", "f")] {
            let list = format!("*{of},").repeat(10);
            text.push_str(&format!("{name}: &{name} [{list}]\n"));
        }
        assert!(documents(&text).is_err());
    }
}
