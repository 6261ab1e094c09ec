//! What crosses the boundary as JSON: small things whose members are to be checked by name.

use cocket::Timestamp;
use cocket::reference::Digest;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::{Fault, Faults};

/// Reads what the wrapper wrote of the caller's values.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, Faults> {
    // By way of a value, so that a message names no position in a text that nobody sees.
    let value: Result<serde_json::Value, _> = serde_json::from_str(json);
    let read = value.and_then(serde_json::from_value);
    read.map_err(|error| Fault::request("", error.to_string()).into())
}

pub(crate) fn write<T: Serialize>(value: &T) -> Result<String, Faults> {
    serde_json::to_string(value).map_err(|error| Fault::request("", error.to_string()).into())
}

/// RFC 3339, with an offset.
pub(crate) fn time(text: &str) -> Result<Timestamp, Faults> {
    text.parse().map_err(|error| {
        Fault::request("/now", format!("not RFC 3339 text with an offset: {error}")).into()
    })
}

pub(crate) fn digest(text: &str, path: &str) -> Result<Digest, Faults> {
    text.parse().map_err(|error| Fault::request(path, format!("not a digest: {error}")).into())
}
