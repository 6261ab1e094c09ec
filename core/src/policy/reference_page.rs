//! The reference page of the policy language, made from the schema.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::limits;

/// The policy reference in Markdown: every kind, key, type and meaning, and the loader's bounds.
#[must_use]
pub fn reference_markdown() -> String {
    let schema = super::schema();
    let empty = Map::new();
    let definitions = schema.get("$defs").and_then(Value::as_object).unwrap_or(&empty);
    let mut page = Page { definitions, out: String::new() };
    page.out.push_str(INTRODUCTION);
    let kinds = schema.get("oneOf").and_then(Value::as_array);
    for kind in kinds.into_iter().flatten() {
        page.kind(kind);
    }
    page.shared(kinds.into_iter().flatten());
    page.limits();
    page.out
}

const INTRODUCTION: &str = "\
# Policy reference

<!-- Generated from the model by `cargo xtask gen`; do not edit. -->

A policy set is one or more files in YAML 1.2 or JSON, in UTF-8. A YAML file may hold several
documents. Each document has `apiVersion: cocket.dev/v1alpha1`, a `kind`, `metadata` and `spec`.

Reading is strict. Unknown and duplicate keys are errors. A value without quotes that a reader of
YAML might take for something else (`no`, `1.10`, `017`) is refused where text is expected: put it
in quotes. A key without a value is refused: leave the key out. Tags, merge keys and directives
are refused; anchors and aliases work. Lists and mappings that are written and empty are refused
wherever that could mean two things.

";

struct Page<'s> {
    definitions: &'s Map<String, Value>,
    out: String,
}

impl<'s> Page<'s> {
    fn kind(&mut self, kind: &'s Value) {
        let title = text(kind, "title");
        let _ = write!(self.out, "## {title}\n\n{}\n\n", text(kind, "description"));
        let required = required(kind);
        let Some(spec) = kind.get("properties").and_then(|keys| keys.get("spec")) else { return };
        if let Some(target) = self.target(spec) {
            let _ = write!(self.out, "Keys of `spec`:\n\n");
            self.keys(target);
        }
        if !required.contains("spec") {
            self.out.push_str("`spec` may be left out.\n\n");
        }
    }

    /// The types that kinds share, by name.
    fn shared(&mut self, kinds: impl Iterator<Item = &'s Value>) {
        let shown: BTreeSet<&str> = kinds
            .filter_map(|kind| kind.get("properties")?.get("spec")?.get("$ref")?.as_str())
            .filter_map(|target| target.rsplit('/').next())
            .collect();
        self.out.push_str("## Types\n\n");
        for (name, definition) in self.definitions {
            if shown.contains(name.as_str()) {
                continue;
            }
            let _ = write!(self.out, "### {name}\n\n");
            let description = text(definition, "description");
            if !description.is_empty() {
                let _ = write!(self.out, "{description}\n\n");
            }
            if definition.get("properties").is_some() {
                self.keys(definition);
            } else {
                self.form(definition);
            }
        }
    }

    fn keys(&mut self, definition: &Value) {
        let Some(keys) = definition.get("properties").and_then(Value::as_object) else { return };
        let required = required(definition);
        self.out.push_str("| key | type | | meaning |\n|---|---|---|---|\n");
        for (key, value) in keys {
            let needed = if required.contains(key.as_str()) { "required" } else { "" };
            let meaning = cell(text(value, "description"));
            let _ = writeln!(self.out, "| `{key}` | {} | {needed} | {meaning} |", kind_of(value));
        }
        self.out.push('\n');
    }

    /// A type that is not a mapping with known keys.
    fn form(&mut self, definition: &Value) {
        let options = definition.get("oneOf").and_then(Value::as_array);
        let Some(options) = options else {
            let _ = write!(self.out, "Written as {}.", kind_of(definition));
            if let Some(words) = definition.get("pattern").and_then(Value::as_str) {
                let _ = write!(self.out, " It matches `{words}`.");
            }
            self.out.push_str("\n\n");
            return;
        };
        self.out.push_str("One of:\n\n");
        for option in options {
            let meaning = text(option, "description").replace('\n', " ");
            let keyed = option.get("properties").and_then(Value::as_object);
            let form = match keyed.and_then(|keys| keys.iter().next()) {
                Some((key, value)) => format!("`{key}:` {}", kind_of(value)),
                None => kind_of(option),
            };
            let dash = if meaning.is_empty() { "" } else { ": " };
            let _ = writeln!(self.out, "- {form}{dash}{meaning}");
        }
        self.out.push('\n');
    }

    fn target(&self, value: &Value) -> Option<&'s Value> {
        let name = value.get("$ref")?.as_str()?.rsplit('/').next()?;
        self.definitions.get(name)
    }

    fn limits(&mut self) {
        self.out.push_str("## Limits\n\n| what | most | |\n|---|---|---|\n");
        for (name, most, meaning) in limits::ALL {
            let _ = writeln!(self.out, "| {name} | {} | {meaning} |", grouped(most));
        }
    }
}

/// A type in words, with links to the types of this page.
fn kind_of(value: &Value) -> String {
    if let Some(target) = value.get("$ref").and_then(Value::as_str) {
        let name = target.rsplit('/').next().unwrap_or(target);
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(word) = value.get("const") {
        return format!("`{}`", word.as_str().unwrap_or_default());
    }
    if let Some(words) = value.get("enum").and_then(Value::as_array) {
        let words: Vec<String> =
            words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    match value.get("type").and_then(Value::as_str) {
        Some("array") => match value.get("items") {
            Some(items) => format!("list of {}", kind_of(items)),
            None => "list".to_owned(),
        },
        Some("object") => match map_value(value) {
            Some(values) => format!("mapping of names to {}", kind_of(values)),
            None => "mapping".to_owned(),
        },
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        _ => "value".to_owned(),
    }
}

/// What the values of a mapping with free keys are.
fn map_value(value: &Value) -> Option<&Value> {
    let free = value.get("additionalProperties").filter(|values| values.is_object());
    let by_pattern = || value.get("patternProperties")?.as_object()?.values().next();
    free.or_else(by_pattern)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn required(value: &Value) -> BTreeSet<&str> {
    let list = value.get("required").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Text inside a table.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

/// A number with `,` between thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(position);
        if position > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn links_lead_to_types_of_the_page() {
        let page = super::reference_markdown();
        for link in page.split("](#").skip(1) {
            let name = link.split(')').next().unwrap();
            let heading = |line: &str| {
                line.strip_prefix("### ").is_some_and(|title| title.to_lowercase() == name)
            };
            assert!(page.lines().any(heading), "{name}");
        }
        assert!(
            page.contains("| `maxAge` |") && page.contains("| bytes per source | 67,108,864 |")
        );
        assert_eq!(super::grouped(1), "1");
    }

    #[test]
    fn nothing_is_left_without_a_type() {
        let page = super::reference_markdown();
        assert!(!page.contains("| value |") && !page.contains("list of value"), "{page}");
    }
}
