//! Kyverno's functions that look at data which was handed in.

use serde_json::Value as Json;

use super::request::CelRequest;
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Host;
use crate::import::cel::value::{Key, Value};

/// Who answers for signatures in an `ImageValidatingPolicy`.
pub trait ImageVerifier {
    /// How many of the attestors have signed the image.
    ///
    /// # Errors
    /// Why this cannot be told.
    fn signatures(&self, image: &str, attestors: &[Json]) -> Result<u32, String>;
    /// How many of the attestors have signed an attestation of this kind for the image.
    ///
    /// # Errors
    /// Why this cannot be told.
    fn attestations(&self, image: &str, kind: &Json, attestors: &[Json]) -> Result<u32, String>;
    /// The payload of a verified attestation of this kind.
    ///
    /// # Errors
    /// Why there is none.
    fn payload(&self, image: &str, kind: &Json) -> Result<Json, String>;
}

/// Nothing is verified: every function that asks for it is an error.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoVerifier;

impl NoVerifier {
    fn refusal<T>(image: &str) -> Result<T, String> {
        Err(format!("no evidence about `{image}` is at hand"))
    }
}

impl ImageVerifier for NoVerifier {
    fn signatures(&self, image: &str, _: &[Json]) -> Result<u32, String> {
        Self::refusal(image)
    }

    fn attestations(&self, image: &str, _: &Json, _: &[Json]) -> Result<u32, String> {
        Self::refusal(image)
    }

    fn payload(&self, image: &str, _: &Json) -> Result<Json, String> {
        Self::refusal(image)
    }
}

pub(super) struct PolicyHost<'h> {
    pub(super) request: CelRequest<'h>,
    pub(super) verifier: &'h dyn ImageVerifier,
}

impl Host for PolicyHost<'_> {
    fn call(&self, function: &str, arguments: &[Value]) -> Option<Result<Value, CelError>> {
        let texts: Option<Vec<&str>> = arguments.iter().map(Value::as_text).collect();
        match (function, texts.as_deref(), arguments) {
            ("resource.Get" | "resource.get", Some([version, kind, namespace, name]), _) => {
                let listed = self.request.data.listed(version, kind, namespace);
                let is_meant = |object: &&Json| {
                    object.pointer("/metadata/name").and_then(Json::as_str) == Some(*name)
                };
                let found = listed.into_iter().find(is_meant);
                Some(found.map(Value::from).ok_or_else(|| {
                    let missing =
                        format!("{kind} \"{name}\" not found in namespace \"{namespace}\"");
                    CelError::Missing(missing)
                }))
            }
            ("resource.List" | "resource.list", Some([version, kind, namespace]), _) => {
                let found = self.request.data.listed(version, kind, namespace);
                let items = Value::list(found.into_iter().map(Value::from).collect());
                Some(Ok(Value::map([("items".to_owned(), items)])))
            }
            ("globalContext.Get" | "globalContext.get", Some([name, ..]), _) => {
                let found = self.request.data.global.get(*name);
                let missing =
                    || CelError::Missing(format!("global context entry `{name}` is not at hand"));
                Some(found.map(Value::from).ok_or_else(missing))
            }
            (
                "image.GetMetadata" | "image.getMetadata" | "imageData.Get" | "imageData.get",
                Some([image]),
                _,
            ) => {
                let own = self.request.images.get(*image);
                let found = own.or_else(|| self.request.data.images.get(*image));
                let missing =
                    || CelError::Missing(format!("the metadata of `{image}` is not at hand"));
                Some(found.map(Value::from).ok_or_else(missing))
            }
            ("verifyImageSignatures", _, [image, Value::List(attestors)]) => {
                let attestors: Vec<Json> = attestors.iter().map(json).collect();
                Some(count(self.verifier.signatures(image.as_text()?, &attestors)))
            }
            ("verifyAttestationSignatures", _, [image, kind, Value::List(attestors)]) => {
                let attestors: Vec<Json> = attestors.iter().map(json).collect();
                Some(count(self.verifier.attestations(image.as_text()?, &json(kind), &attestors)))
            }
            ("extractPayload" | "payload", _, [image, kind]) => {
                let found = self.verifier.payload(image.as_text()?, &json(kind));
                Some(found.map(|found| Value::from(&found)).map_err(CelError::Missing))
            }
            _ => None,
        }
    }
}

fn count(counted: Result<u32, String>) -> Result<Value, CelError> {
    counted.map(|count| Value::Int(i64::from(count))).map_err(CelError::Missing)
}

/// The values that attestors and attestations are made of.
fn json(value: &Value) -> Json {
    match value {
        Value::Bool(it) => Json::Bool(*it),
        Value::Int(it) => Json::from(*it),
        Value::Text(it) => Json::String(it.to_string()),
        Value::List(it) => it.iter().map(json).collect(),
        Value::Map(it) => {
            let entries = it.iter().map(|(key, value)| (Key::text(key), json(value)));
            Json::Object(entries.collect())
        }
        _ => Json::Null,
    }
}
