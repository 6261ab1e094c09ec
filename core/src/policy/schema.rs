//! The JSON schema of policy documents, made from the model's own types.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::DocumentKind;
use super::load::API_VERSION;
use super::model::{ImageCatalog, ImagePolicy, PolicyException, PolicySet, TrustRoot};

/// The JSON schema (draft 2020-12) of one policy document: one shape for each `kind`, with the
/// model's own descriptions.
///
/// ```
/// let schema = cocket::policy::schema();
/// assert_eq!(schema["oneOf"].as_array().map(Vec::len), Some(5));
/// ```
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let kinds: Vec<Value> = DocumentKind::ALL
        .into_iter()
        .map(|kind| {
            let root = match kind {
                DocumentKind::PolicySet => root::<PolicySet>(&mut generator),
                DocumentKind::ImagePolicy => root::<ImagePolicy>(&mut generator),
                DocumentKind::PolicyException => root::<PolicyException>(&mut generator),
                DocumentKind::ImageCatalog => root::<ImageCatalog>(&mut generator),
                DocumentKind::TrustRoot => root::<TrustRoot>(&mut generator),
            };
            with_head(root, kind)
        })
        .collect();
    let definitions: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cocket policy document",
        "oneOf": kinds,
        "$defs": definitions,
    });
    tidy(&mut schema);
    schema
}

fn root<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    T::json_schema(generator).to_value()
}

/// Adds `apiVersion` and `kind`, which the loader takes off before the model sees a document.
fn with_head(mut schema: Value, kind: DocumentKind) -> Value {
    let head = [("apiVersion", API_VERSION), ("kind", kind.name())];
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (key, word) in head {
            properties.insert(key.to_owned(), json!({"const": word}));
        }
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.splice(0..0, head.map(|(key, _)| json!(key)));
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), json!(kind.name()));
    }
    schema
}

/// Takes out of the schema what is for readers of Rust, or what the loader does not accept.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = plain(text);
            }
            // An absent key is left out; it is not written as `null`.
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(options)) = object.get_mut("anyOf") {
                options.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
                if let [Value::Object(only)] = options.as_mut_slice() {
                    let only = std::mem::take(only);
                    object.remove("anyOf");
                    only.into_iter().for_each(|(key, value)| {
                        object.entry(key).or_insert(value);
                    });
                }
            }
            object.retain(|key, value| {
                !(key == "default"
                    && (value.is_null() || *value == json!([]) || *value == json!({})))
                    && !(key == "format" && value != "uri")
            });
            object.values_mut().for_each(tidy);
        }
        Value::Array(values) => values.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// A description without code blocks, and with `[`Type`]` as `Type`.
fn plain(text: &str) -> String {
    let text = text.split("\n```").next().unwrap_or(text);
    let text = text.split("\n\n```").next().unwrap_or(text).trim();
    text.replace("[`", "`").replace("`]", "`")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn what_the_loader_asks_for_is_required() {
        let schema = super::schema();
        let rule = &schema["$defs"]["VulnerabilitiesRule"];
        assert_eq!(rule["required"], serde_json::json!(["from", "maxAge"]));
        assert_eq!(rule["properties"]["maxAge"]["$ref"], "#/$defs/Duration");
        for kind in schema["oneOf"].as_array().unwrap() {
            let head = serde_json::json!(["apiVersion", "kind", "metadata", "spec"]);
            assert_eq!(kind["required"], head);
        }
    }

    #[test]
    fn every_key_is_described() {
        fn walk(at: &str, value: &Value, missing: &mut Vec<String>) {
            if let Some(properties) = value.get("properties").and_then(Value::as_object) {
                for (key, property) in properties {
                    let is_head = ["apiVersion", "kind"].contains(&key.as_str());
                    // The one key of an alternative is described with the alternative.
                    let is_choice = properties.len() == 1 && value.get("description").is_some();
                    if !is_head && !is_choice && property.get("description").is_none() {
                        missing.push(format!("{at}/{key}"));
                    }
                }
            }
            match value {
                Value::Object(object) => {
                    object
                        .iter()
                        .for_each(|(key, value)| walk(&format!("{at}/{key}"), value, missing));
                }
                Value::Array(values) => values.iter().for_each(|value| walk(at, value, missing)),
                _ => {}
            }
        }
        let schema = super::schema();
        let mut missing = Vec::new();
        walk("", &schema, &mut missing);
        assert_eq!(missing, Vec::<String>::new());
        let text = schema.to_string();
        assert!(!text.contains("```") && !text.contains("\"null\""), "{text}");
    }
}
