//! Reading the members of a JSON object by type, as the API server does: `null` is absent, and a
//! value of another type is a fault.

use serde_json::{Map, Value};

use super::PodError;
use crate::evidence::json::differs_by_case_only;
use crate::kubernetes::fields::At;
use crate::shown::shown;

/// An object whose members are read.
pub(super) struct Members<'v, 'p> {
    map: &'v Map<String, Value>,
    pub(super) at: &'p At<'p>,
}

impl<'v, 'p> Members<'v, 'p> {
    pub(super) fn of(value: &'v Value, at: &'p At<'p>) -> Result<Self, PodError> {
        match value {
            Value::Object(map) => Ok(Self { map, at }),
            other => Err(wrong(other, at, "an object")),
        }
    }

    /// The value of a member. A key that differs by case only is refused: the API server passes
    /// over it, and other readers take it for this one.
    pub(super) fn get(&self, key: &str) -> Result<Option<&'v Value>, PodError> {
        if let Some(other) = self.map.keys().find(|other| differs_by_case_only(other, key)) {
            let detail = format!("the key {} differs from `{key}` by case only", shown(other));
            return Err(PodError { path: At::Key(self.at, key).to_string(), detail });
        }
        Ok(self.map.get(key).filter(|value| !value.is_null()))
    }

    pub(super) fn truth(&self, key: &str) -> Result<Option<bool>, PodError> {
        self.read(key, "`true` or `false`", Value::as_bool)
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<i64>, PodError> {
        self.read(key, "a whole number", Value::as_i64)
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'v str>, PodError> {
        self.read(key, "a text", Value::as_str)
    }

    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'v str>, PodError> {
        let at = At::Key(self.at, key);
        self.items(key)?
            .iter()
            .enumerate()
            .map(|(position, item)| {
                item.as_str().ok_or_else(|| wrong(item, &At::Item(&at, position), "a text"))
            })
            .collect()
    }

    /// Every member of an object with free keys.
    pub(super) fn free(&self) -> impl Iterator<Item = (&'v str, &'v Value)> {
        self.map.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// What an object in a member says.
    pub(super) fn inner<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Members<'v, '_>) -> Result<T, PodError>,
    ) -> Result<Option<T>, PodError> {
        let Some(value) = self.get(key)? else { return Ok(None) };
        let at = At::Key(self.at, key);
        read(&Members::of(value, &at)?).map(Some)
    }

    /// What each object of a list in a member says.
    pub(super) fn each<T>(
        &self,
        key: &str,
        mut read: impl FnMut(&Members<'v, '_>) -> Result<T, PodError>,
    ) -> Result<Vec<T>, PodError> {
        let at = At::Key(self.at, key);
        self.items(key)?
            .iter()
            .enumerate()
            .map(|(position, item)| {
                let at = At::Item(&at, position);
                read(&Members::of(item, &at)?)
            })
            .collect()
    }

    /// Where a member stands, or would stand.
    pub(super) fn place(&self, key: &str) -> String {
        At::Key(self.at, key).to_string()
    }

    fn items(&self, key: &str) -> Result<&'v [Value], PodError> {
        match self.get(key)? {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(wrong(other, &At::Key(self.at, key), "a list")),
        }
    }

    fn read<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&'v Value) -> Option<T>,
    ) -> Result<Option<T>, PodError> {
        let Some(value) = self.get(key)? else { return Ok(None) };
        match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(wrong(value, &At::Key(self.at, key), expected)),
        }
    }
}

pub(super) fn wrong(value: &Value, at: &At<'_>, expected: &str) -> PodError {
    let found = match value {
        Value::Null => "`null`".to_owned(),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::Number(number) => format!("`{number}`"),
        Value::String(text) => format!("the text {}", shown(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    PodError { path: at.to_string(), detail: format!("{found} where {expected} belongs") }
}
