//! `imageExtractors`: where images stand in objects of kinds that Kyverno does not know.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::images::ImageInfo;
use super::jmespath::Expression;
use crate::kubernetes::ObjectPointer;
use crate::shown::shown;

/// The extractors of a rule, by the kind of the objects.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Extractors(BTreeMap<String, Vec<Extractor>>);

/// One place (kyverno.io/v1 `ImageExtractorConfig`).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Extractor {
    /// The way to the object that has the image.
    fields: Vec<String>,
    /// The field with the image in it.
    value: String,
    /// The field that names it there, if its place does not.
    key: Option<String>,
    /// What the images are called together.
    name: String,
    /// What gives the image from the field's text.
    reading: Option<Expression>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    path: String,
    value: Option<String>,
    name: Option<String>,
    key: Option<String>,
    jmes_path: Option<String>,
}

/// An image that was found.
#[derive(Debug, PartialEq, Eq)]
struct Extracted {
    key: String,
    image: String,
    pointer: String,
}

impl Extractors {
    /// Reads `imageExtractors`.
    ///
    /// # Errors
    /// Every fault, with the path to it.
    pub(super) fn read(value: &Value) -> Result<Self, Vec<(String, String)>> {
        let Some(kinds) = value.as_object() else {
            return Err(vec![(String::new(), "extractors by kind are expected".to_owned())]);
        };
        let (mut read, mut faults) = (BTreeMap::new(), Vec::new());
        for (kind, list) in kinds {
            let written = match list.as_array().filter(|list| !list.is_empty()) {
                Some(written) => written,
                None => {
                    let detail = "a list is expected, with one extractor at least".to_owned();
                    faults.push((kind.clone(), detail));
                    continue;
                }
            };
            let mut extractors = Vec::new();
            for (position, one) in written.iter().enumerate() {
                match Extractor::read(one) {
                    Ok(extractor) => extractors.push(extractor),
                    Err((inner, detail)) => {
                        let path = format!("{kind}[{position}]");
                        let dot = if inner.is_empty() { "" } else { "." };
                        faults.push((format!("{path}{dot}{inner}"), detail));
                    }
                }
            }
            read.insert(kind.clone(), extractors);
        }
        match faults.is_empty() {
            true => Ok(Self(read)),
            false => Err(faults),
        }
    }

    /// By kind.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[Extractor])> {
        self.0.iter().map(|(kind, extractors)| (kind.as_str(), extractors.as_slice()))
    }

    fn of(&self, object: &Value) -> &[Extractor] {
        let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
        self.0.get(kind).map_or(&[], Vec::as_slice)
    }

    /// What `images` has beside the images of containers: by name, by key.
    pub(super) fn variable(
        &self,
        object: &Value,
        now: Timestamp,
    ) -> Result<Map<String, Value>, String> {
        let mut images = Map::new();
        for extractor in self.of(object) {
            let mut found = Map::new();
            for Extracted { key, image, pointer } in extractor.images(object, now)? {
                let info = ImageInfo::parse(&image)
                    .ok_or_else(|| format!("invalid image '{image}'"))?
                    .value(&pointer);
                found.insert(key, info);
            }
            if !found.is_empty() {
                images.insert(extractor.name.clone(), Value::Object(found));
            }
        }
        Ok(images)
    }

    /// The images of an object, if it is of a kind that has extractors.
    pub(super) fn named(
        &self,
        object: &Value,
        now: Timestamp,
    ) -> Result<Option<Vec<String>>, String> {
        let extractors = self.of(object);
        let mut all = Vec::new();
        for extractor in extractors {
            all.extend(extractor.images(object, now)?.into_iter().map(|one| one.image));
        }
        Ok((!extractors.is_empty()).then_some(all))
    }
}

impl Extractor {
    fn read(value: &Value) -> Result<Self, (String, String)> {
        let written: Written = serde_path_to_error::deserialize(value).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            (path, error.inner().to_string())
        })?;
        let mut fields: Vec<String> = written
            .path
            .split('/')
            .map(str::trim)
            .filter(|field| !field.is_empty())
            .map(str::to_owned)
            .collect();
        let value = written.value.filter(|value| !value.is_empty()).or_else(|| fields.pop());
        let value = value.filter(|value| value != "*").ok_or_else(|| {
            let detail = format!("{} leads to no field", shown(&written.path));
            ("path".to_owned(), detail)
        })?;
        let reading = match written.jmes_path.filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => {
                let fault = |detail: String| ("jmesPath".to_owned(), detail);
                let expression =
                    Expression::parse(&text).map_err(|error| fault(error.to_string()))?;
                if let Some(name) = expression.unknown_functions().first() {
                    return Err(fault(format!("the function `{name}` is not known")));
                }
                Some(expression)
            }
        };
        let name = written.name.filter(|name| !name.is_empty());
        let extractor = Self {
            fields,
            value,
            key: written.key.filter(|key| !key.is_empty()),
            name: name.unwrap_or_else(|| "custom".to_owned()),
            reading,
        };
        match extractor.pointer() {
            Ok(_) => Ok(extractor),
            Err(detail) => Err(("path".to_owned(), detail)),
        }
    }

    /// The place of the images as a pointer.
    pub(super) fn pointer(&self) -> Result<ObjectPointer, String> {
        let all = self.fields.iter().chain(std::iter::once(&self.value));
        let escaped = all.map(|field| field.replace('~', "~0").replace('/', "~1"));
        ObjectPointer::try_from(escaped.fold(String::new(), |text, field| text + "/" + &field))
    }

    /// What stands before each reference and is left out, if there is anything; `None` where the
    /// image is made in another way from the field's text.
    pub(super) fn prefix(&self) -> Option<&str> {
        match &self.reading {
            None => Some(""),
            Some(expression) => expression.trimmed_prefix(),
        }
    }

    fn images(&self, object: &Value, now: Timestamp) -> Result<Vec<Extracted>, String> {
        let mut found = Vec::new();
        self.extract(object, &self.fields, &mut Vec::new(), now, &mut found)?;
        Ok(found)
    }

    fn extract<'v>(
        &'v self,
        value: &'v Value,
        fields: &'v [String],
        path: &mut Vec<String>,
        now: Timestamp,
        found: &mut Vec<Extracted>,
    ) -> Result<(), String> {
        let mut down = |inner: &'v Value, step: String, rest: &'v [String]| {
            path.push(step);
            let result = self.extract(inner, rest, path, now, found);
            path.pop();
            result
        };
        match (value, fields.split_first()) {
            (Value::Null, _) => Ok(()),
            (Value::Array(items), Some((field, rest))) if field == "*" => items
                .iter()
                .enumerate()
                .try_for_each(|(position, item)| down(item, position.to_string(), rest)),
            (Value::Object(entries), Some((field, rest))) if field == "*" => {
                entries.iter().try_for_each(|(key, inner)| down(inner, key.clone(), rest))
            }
            (_, Some((field, _))) if field == "*" => Err("invalid type".to_owned()),
            (Value::Object(entries), Some((field, rest))) => match entries.get(field) {
                Some(inner) => down(inner, field.clone(), rest),
                None => Ok(()),
            },
            (Value::Object(entries), None) => {
                let pointer = format!("/{}/{}", path.join("/"), self.value);
                found.extend(self.extracted(entries, pointer, now)?);
                Ok(())
            }
            _ => Err("invalid image config".to_owned()),
        }
    }

    fn extracted(
        &self,
        holder: &Map<String, Value>,
        pointer: String,
        now: Timestamp,
    ) -> Result<Option<Extracted>, String> {
        let text = |key: &str| holder.get(key).and_then(Value::as_str);
        let key = match &self.key {
            Some(key) => text(key).ok_or("invalid key")?.to_owned(),
            None => pointer.clone(),
        };
        // The image may not be there.
        let Some(written) = text(&self.value).filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        let image = match &self.reading {
            None => written.to_owned(),
            Some(expression) => match expression.search(&written.into(), now) {
                Ok(Value::String(image)) => image,
                Ok(other) => return Err(format!("jmesPath must produce a string: {other}")),
                Err(error) => return Err(format!("failed to apply jmesPath: {error}")),
            },
        };
        Ok(Some(Extracted { key, image, pointer }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variable(extractors: &Value, object: &Value) -> Result<Value, String> {
        let now = "2026-11-30T00:00:00Z".parse().unwrap();
        Extractors::read(extractors).unwrap().variable(object, now).map(Value::Object)
    }

    #[test]
    fn images_are_found_as_kyverno_finds_them() {
        let task = json!({"kind": "Task", "spec": {"steps": [
            {"name": "a", "image": "ghcr.io/acme/a:1"}, {"name": "b"}, {"name": "c", "image": " "},
        ]}});
        let by_place = json!({"Task": [{"path": "/spec/steps/*/image"}]});
        let found = variable(&by_place, &task).unwrap();
        assert_eq!(found["custom"]["/spec/steps/0/image"]["path"], "acme/a");
        assert_eq!(found["custom"].as_object().unwrap().len(), 1);
        let by_name = json!({"Task": [
            {"path": "/spec/steps/*", "name": "steps", "value": "image", "key": "name"},
        ]});
        assert_eq!(variable(&by_name, &task).unwrap()["steps"]["a"]["tag"], "1");
        let volume = json!({"kind": "DataVolume", "spec": {"url": "docker://quay.io/acme/disk:2"}});
        let trimmed = json!({"DataVolume": [
            {"path": "/spec/url", "jmesPath": "trim_prefix(@, 'docker://')"},
        ]});
        let found = variable(&trimmed, &volume).unwrap();
        assert_eq!(found["custom"]["/spec/url"]["registry"], "quay.io");
        assert_eq!(variable(&by_place, &volume), Ok(json!({})));
    }

    #[test]
    fn what_is_no_image_is_an_error() {
        let by_place = json!({"Task": [{"path": "/spec/steps/*/image"}]});
        for (steps, detail) in [
            (json!("a"), "invalid type"),
            (json!(["a"]), "invalid image config"),
            (json!([{"image": "a:"}]), "invalid image 'a:'"),
        ] {
            let task = json!({"kind": "Task", "spec": {"steps": steps}});
            assert_eq!(variable(&by_place, &task), Err(detail.to_owned()));
        }
        let keyed = json!({"Task": [{"path": "/spec/*", "value": "image", "key": "name"}]});
        let task = json!({"kind": "Task", "spec": {"a": {"image": "b"}}});
        assert_eq!(variable(&keyed, &task), Err("invalid key".to_owned()));
    }

    #[test]
    fn faults_name_their_place() {
        for (extractors, place) in [
            (json!([]), ""),
            (json!({"Task": []}), "Task"),
            (json!({"Task": [{}]}), "Task[0]"),
            (json!({"Task": [{"path": "/"}]}), "Task[0].path"),
            (json!({"Task": [{"path": "/spec/*"}]}), "Task[0].path"),
            (json!({"Task": [{"path": "/a", "jmesPath": "a("}]}), "Task[0].jmesPath"),
            (json!({"Task": [{"path": "/a", "jmesPath": "odd(@)"}]}), "Task[0].jmesPath"),
            (json!({"Task": [{"path": "/a"}, {"path": "/b", "vale": "c"}]}), "Task[1].vale"),
        ] {
            let faults = Extractors::read(&extractors).unwrap_err();
            assert_eq!(faults[0].0, place, "{extractors}");
        }
    }
}
