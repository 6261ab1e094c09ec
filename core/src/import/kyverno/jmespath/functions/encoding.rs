//! Functions between texts and what they encode.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Call, Function, function};
use crate::import::kyverno::images::ImageInfo;
use crate::import::kyverno::jmespath::JmesError;
use crate::import::text;

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64_decode", 1, 1, |call| {
        let bytes = STANDARD.decode(call.text(0)?).map_err(|_| call.wrong(0, "base64"))?;
        String::from_utf8(bytes).map(Value::from).map_err(|_| call.fault("it decodes to no text"))
    }),
    function("base64_encode", 1, 1, |call| Ok(STANDARD.encode(call.text(0)?).into())),
    function("image_normalize", 1, 1, |call| {
        let image = call.text(0)?;
        let image = ImageInfo::parse(image);
        Ok(image.ok_or_else(|| call.wrong(0, "an image"))?.to_string().into())
    }),
    function("parse_json", 1, 1, |call| {
        let text = call.text(0)?;
        call.spend(text.len())?;
        serde_json::from_str(text).map_err(|_| call.wrong(0, "JSON"))
    }),
    function("parse_yaml", 1, 1, parse_yaml),
    function("path_canonicalize", 1, 1, |call| Ok(canonical(call.text(0)?).into())),
    function("sha256", 1, 1, |call| {
        let digest = Sha256::digest(call.text(0)?.as_bytes());
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
    }),
];

fn parse_yaml(call: &Call<'_>) -> Result<Value, JmesError> {
    let yaml = call.text(0)?;
    call.spend(yaml.len())?;
    let documents = text::documents(yaml).map_err(|_| call.wrong(0, "YAML"))?;
    Ok(documents.into_iter().next().map(|document| document.value).unwrap_or_default())
}

/// A path without `.`, `..` and double slashes (Go's `filepath.Clean`).
fn canonical(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            ("..", None) if is_absolute => {}
            _ => parts.push(part),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}
