use std::fmt;

use serde::{Deserialize, Serialize};

/// Most bytes of a path.
pub const MAX_PATH_BYTES: usize = 1_024;
/// Most segments of a path.
pub const MAX_PATH_SEGMENTS: usize = 32;

/// A place in a JSON document: a pointer (RFC 6901) in which a segment `*` stands for every item
/// of a list. At most 1,024 bytes and 32 segments. A member that is called `*` cannot be named.
///
/// ```
/// use cocket::evidence::predicate::ValuePath;
/// assert!(ValuePath::try_from("/checks/*/result".to_owned())?.is_many());
/// assert!(ValuePath::try_from("checks".to_owned()).is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(with = "String", extend("pattern" = "^(/([^~]|~[01])*)+$", "maxLength" = 1024))
)]
#[serde(try_from = "String", into = "String")]
pub struct ValuePath {
    text: String,
    segments: Vec<Segment>,
}

/// One step of a [`ValuePath`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// A member of an object, or an item of a list by its position.
    Key(String),
    /// Every item of a list.
    Each,
}

impl ValuePath {
    /// The steps; at least one.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it may lead to several values.
    #[must_use]
    pub fn is_many(&self) -> bool {
        self.segments.contains(&Segment::Each)
    }

    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for ValuePath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len() > MAX_PATH_BYTES {
            return Err(format!("the path is longer than {MAX_PATH_BYTES} bytes"));
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("`{text}` is not a path: it must start with `/`, as in `/a/b`"));
        };
        let segments: Vec<Segment> =
            rest.split('/').map(segment).collect::<Option<_>>().ok_or_else(|| {
                format!("`{text}` is not a path: after `~` only `0` (for `~`) and `1` (for `/`)")
            })?;
        if segments.len() > MAX_PATH_SEGMENTS {
            return Err(format!("`{text}` has more than {MAX_PATH_SEGMENTS} segments"));
        }
        Ok(Self { text, segments })
    }
}

fn segment(text: &str) -> Option<Segment> {
    if text == "*" {
        return Some(Segment::Each);
    }
    let mut key = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        key.push(match letter {
            '~' => match letters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            letter => letter,
        });
    }
    Some(Segment::Key(key))
}

impl From<ValuePath> for String {
    fn from(path: ValuePath) -> Self {
        path.text
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ValuePath, String> {
        ValuePath::try_from(text.to_owned())
    }

    #[test]
    fn segments_are_unescaped() {
        let key = |text: &str| Segment::Key(text.to_owned());
        assert_eq!(read("/a~1b/~01/*").unwrap().segments(), [key("a/b"), key("~1"), Segment::Each]);
        assert_eq!(read("/").unwrap().segments(), [key("")]);
        assert_eq!(read("/a*").unwrap().segments(), [key("a*")]);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "a", "/~", "/~2", "/a/~x"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&"/a".repeat(32)).is_ok() && read(&"/a".repeat(33)).is_err());
        assert!(read(&format!("/{}", "a".repeat(1_024))).is_err());
    }
}
