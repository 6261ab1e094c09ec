use std::fmt::Write as _;

use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Judged;
use super::escape::is_hidden;
use super::json::Document;

/// YAML with the content of [`json`](super::json()), keys sorted alike. Text that a YAML 1.1 or
/// 1.2 reader could take for something else than text is quoted; characters that cannot be seen
/// are escaped.
#[must_use]
pub fn yaml(judged: &[Judged]) -> String {
    let mut options = serde_saphyr::SerializerOptions::default();
    options.yaml_12 = false;
    options.prefer_block_scalars = false;
    let mut out = String::new();
    // As with JSON: no way to fail for these types, and half a document is never an answer.
    let written = serde_json::to_value(Document::new(judged)).map(|value| {
        serde_saphyr::to_fmt_writer_with_options(&mut out, &Quoted(&value), options).is_ok()
    });
    if matches!(written, Ok(true)) { escaped(&out) } else { String::new() }
}

/// A value in which text with hidden characters is double-quoted, where they can be escaped.
struct Quoted<'a>(&'a Value);

impl Serialize for Quoted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) if text.chars().any(is_hidden) => {
                serde_saphyr::DoubleQuoted(text).serialize(serializer)
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Quoted(item))?;
                }
                list.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, &Quoted(value))?;
                }
                map.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

/// Hidden characters that the writer left as they are: they stand in double quotes only, so the
/// escapes of YAML 1.2.2, section 5.7 hold. The line breaks outside of quotes stay.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !is_hidden(character) {
            out.push(character);
        } else {
            let _ = write!(out, "\\U{:08X}", u32::from(character));
        }
    }
    out
}
