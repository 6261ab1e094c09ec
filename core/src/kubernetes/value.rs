//! A tree as JSON.

use serde_json::{Map, Number, Value as Json};

use super::tree::{Node, Value};

/// The object as JSON, with what it is where an element of a list does not say so itself.
pub(super) fn json(node: &Node<'_>, api_version: &str, kind: &str) -> Json {
    let mut value = convert(node);
    if let Some(members) = value.as_object_mut() {
        for (key, text) in [("apiVersion", api_version), ("kind", kind)] {
            members.entry(key).or_insert_with(|| text.into());
        }
    }
    value
}

/// The depth is bounded by what the tree may have.
fn convert(node: &Node<'_>) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Text(text) => Json::String(text.to_string()),
        Value::Other(text) => other(text),
        Value::List(items) => Json::Array(items.iter().map(|item| convert(item)).collect()),
        Value::Map(entries) => {
            let members = entries.iter().map(|(key, value)| (key.to_string(), convert(value)));
            Json::Object(members.collect::<Map<_, _>>())
        }
    }
}

/// A plain scalar that is no string for some reader, as `sigs.k8s.io/yaml` reads it: words of
/// YAML 1.1 are truth values, whole numbers may have a base and underscores. Dates and what is
/// not finite stay text, which no rule takes for a number.
fn other(text: &str) -> Json {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => return Json::Bool(true),
        "false" | "no" | "off" | "n" => return Json::Bool(false),
        _ => {}
    }
    let digits = text.replace('_', "");
    if let Some(number) = whole(&digits) {
        return number;
    }
    let number = digits.parse::<f64>().ok().and_then(Number::from_f64);
    number.map_or_else(|| Json::String(text.to_owned()), Json::Number)
}

fn whole(digits: &str) -> Option<Json> {
    let (negative, unsigned) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let lower = unsigned.to_ascii_lowercase();
    let (radix, rest) = [("0x", 16), ("0o", 8), ("0b", 2)]
        .iter()
        .find_map(|(prefix, radix)| Some((*radix, lower.strip_prefix(prefix)?)))
        .or_else(|| octal(&lower))
        .unwrap_or((10, lower.as_str()));
    match negative {
        false => u64::from_str_radix(rest, radix).ok().map(Json::from),
        true => i64::from_str_radix(&format!("-{rest}"), radix).ok().map(Json::from),
    }
}

/// YAML 1.1 takes `0644` for octal; the decimal digits 8 and 9 make it no octal.
fn octal(text: &str) -> Option<(u32, &str)> {
    let rest = text.strip_prefix('0')?;
    let is_octal = !rest.is_empty() && rest.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    is_octal.then_some((8, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_are_what_the_api_server_reads() {
        let cases = [
            ("true", json!(true)),
            ("Off", json!(false)),
            ("80", json!(80)),
            ("-1", json!(-1)),
            ("0644", json!(420)),
            ("0x1F", json!(31)),
            ("1_000", json!(1000)),
            ("1.5", json!(1.5)),
            ("089", json!(89)),
            ("18446744073709551615", json!(u64::MAX)),
            (".inf", json!(".inf")),
            ("2026-11-01", json!("2026-11-01")),
        ];
        for (text, expected) in cases {
            assert_eq!(other(text), expected, "{text}");
        }
    }
}
