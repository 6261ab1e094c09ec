//! Kyverno's `json`, `yaml`, `hash` and `user`, and the encoders extension.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Answer, Maybe};
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Scope;
use crate::import::cel::value::Value;
use crate::import::text;
use crate::reference::Digest;

pub(super) fn call(scope: &Scope<'_>, name: &str, values: &[Value]) -> Maybe {
    let paid = |text: &str| scope.budget.reserve(text.len().saturating_mul(16));
    Some(match (name, values) {
        ("base64.encode", [Value::Bytes(bytes)]) => Ok(Value::from(STANDARD.encode(bytes))),
        ("base64.encode", [Value::Text(text)]) => Ok(Value::from(STANDARD.encode(&**text))),
        ("base64.decode", [Value::Text(text)]) => STANDARD
            .decode(&**text)
            .map(|bytes| Value::Bytes(bytes.into()))
            .map_err(|_| CelError::invalid("base64", text)),
        ("json.unmarshal", [Value::Text(text)]) => paid(text).and_then(|()| json(text)),
        ("yaml.parse", [Value::Text(text)]) => paid(text).and_then(|()| yaml(text)),
        ("hash.sha256" | "sha256", [Value::Text(text)]) => {
            Ok(Value::from(Digest::sha256(text.as_bytes()).hex()))
        }
        ("user.parseServiceAccount" | "parseServiceAccount", [Value::Text(user)]) => account(user),
        _ => return None,
    })
}

fn json(text: &str) -> Answer {
    let read = serde_json::from_str::<serde_json::Value>(text);
    read.map(|value| Value::from(&value)).map_err(|_| CelError::invalid("JSON", text))
}

fn yaml(text: &str) -> Answer {
    match text::documents(text).map(|documents| documents.into_iter().next()) {
        Ok(Some(document)) => Ok(Value::from(&document.value)),
        Ok(None) => Ok(Value::Null),
        Err(_) => Err(CelError::invalid("YAML", text)),
    }
}

/// The name and namespace of a service account's user; empty for other users.
fn account(user: &str) -> Answer {
    let parts = user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let (namespace, name) = parts.unwrap_or(("", ""));
    Ok(Value::map([
        ("Name".to_owned(), Value::from(name)),
        ("Namespace".to_owned(), Value::from(namespace)),
    ]))
}
