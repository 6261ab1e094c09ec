//! Kinds that are not Kubernetes' own and carry pods or name images, as a policy set declares
//! them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::fields::{self, At, Fields};
use super::tree::{Fault, Node, Value};
use super::{ContainerKind, WorkloadImage, pods};
use crate::shown::shown;

/// A kind of objects, and where in them pods and images stand. At least one of the places must
/// be there in each object, unless the kind is `optional`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomKind {
    /// `apiVersion`, such as `kubeflow.org/v1`; `kubeflow.org/*` is every version of a group, and
    /// `*` every one of all.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// Where pods stand: pod templates (`metadata` and `spec`), or pod specifications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<ObjectPointer>,
    /// Where references of images stand that no container has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ObjectPointer>,
    /// What stands before the references at `images` and is no part of them, such as `docker://`.
    /// An image that is named so is never pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_prefix: Option<String>,
    /// Whether an object may have none of the places: it then names no image.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// A place in an object: a JSON pointer (RFC 6901) whose part `*` stands for every member of an
/// object or every item of a list, such as `/spec/replicaSpecs/*/template`.
///
/// ```
/// use cocket::kubernetes::ObjectPointer;
/// assert!(ObjectPointer::try_from("/spec/template".to_owned()).is_ok());
/// assert!(ObjectPointer::try_from("spec.template".to_owned()).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String", extend("pattern" = "^(/[^/]+)+$")))]
#[serde(try_from = "String", into = "String")]
pub struct ObjectPointer {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Key(String),
    Any,
}

impl TryFrom<String> for ObjectPointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        /// More parts lead deeper than objects are read.
        const MOST: usize = super::MAX_DEPTH;
        let fault = |detail: &str| Err(format!("{} is no JSON pointer: {detail}", shown(&text)));
        let Some(rest) = text.strip_prefix('/') else {
            return fault("it does not start with `/`");
        };
        let mut parts = Vec::new();
        for part in rest.split('/') {
            // `~` stands only before `0` and `1`.
            let is_escaped = part.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
            match part {
                "" => return fault("a part is empty"),
                _ if !is_escaped => return fault("`~` is followed by neither `0` nor `1`"),
                "*" => parts.push(Part::Any),
                part => parts.push(Part::Key(part.replace("~1", "/").replace("~0", "~"))),
            }
        }
        match parts.len() <= MOST {
            true => Ok(Self { text, parts }),
            false => fault("it has too many parts"),
        }
    }
}

impl From<ObjectPointer> for String {
    fn from(pointer: ObjectPointer) -> Self {
        pointer.text
    }
}

/// A step from a value to one in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Key(String),
    Item(usize),
}

/// What an object of a declared kind has.
#[derive(Default)]
pub(super) struct Found {
    /// Places of pods, each once.
    pub(super) pods: BTreeSet<Vec<Step>>,
    /// Places of images that no container has, each once.
    named: BTreeSet<Vec<Step>>,
    pub(super) images: Vec<WorkloadImage>,
}

impl CustomKind {
    /// Whether it is a kind of Kubernetes, whose pods stand in a known place.
    pub(crate) fn is_built_in(&self) -> bool {
        pods::path(&self.api_version, &self.kind).is_some()
    }

    pub(super) fn is(&self, api_version: &str, kind: &str) -> bool {
        let is_version = || match self.api_version.strip_suffix('*') {
            Some("") => true,
            Some(group) => api_version.strip_prefix(group).is_some_and(|rest| !rest.is_empty()),
            None => self.api_version == api_version,
        };
        self.kind == kind && is_version()
    }

    /// Reads an object of a kind that some of `kinds` declare: what any of them says is there.
    pub(super) fn read_all(kinds: &[&Self], node: &Node<'_>, at: &At<'_>) -> Result<Found, Fault> {
        let mut found = Found::default();
        for kind in kinds {
            kind.read(node, at, &mut found)?;
        }
        Ok(found)
    }

    fn read(&self, node: &Node<'_>, at: &At<'_>, found: &mut Found) -> Result<(), Fault> {
        let mut is_there = false;
        for pointer in &self.pods {
            each(node, at, &pointer.parts, &mut Vec::new(), &mut |node, at, steps| {
                is_there = true;
                if found.pods.insert(steps.to_vec()) {
                    found.images.extend(pods::template_or_pod(node, at)?);
                }
                Ok(())
            })?;
        }
        for pointer in &self.images {
            each(node, at, &pointer.parts, &mut Vec::new(), &mut |node, at, steps| {
                is_there = true;
                if found.named.insert(steps.to_vec()) {
                    found.images.push(self.image(node, at)?);
                }
                Ok(())
            })?;
        }
        if !is_there && !self.optional {
            let detail = "none of the places is there that the policy set declares for its kind";
            return Err(fields::fault(node, at, detail));
        }
        Ok(())
    }

    fn image(&self, node: &Node<'_>, at: &At<'_>) -> Result<WorkloadImage, Fault> {
        let Value::Text(text) = &node.value else {
            let detail = format!("{} where the reference of an image belongs", node.value.title());
            return Err(fields::fault(node, at, detail));
        };
        let prefix = self.image_prefix.as_deref().unwrap_or_default();
        Ok(WorkloadImage {
            kind: ContainerKind::Declared,
            container: String::new(),
            path: at.to_string(),
            line: node.place.line,
            image: text.strip_prefix(prefix).unwrap_or(text).to_owned(),
        })
    }
}

/// What is done with a value, its place, and the steps to it.
type Visit<'f> = dyn FnMut(&Node<'_>, &At<'_>, &[Step]) -> Result<(), Fault> + 'f;

/// Calls `found` for each value that `parts` lead to; an absent one, and `null`, is none.
fn each(
    node: &Node<'_>,
    at: &At<'_>,
    parts: &[Part],
    steps: &mut Vec<Step>,
    found: &mut Visit<'_>,
) -> Result<(), Fault> {
    let Some((part, rest)) = parts.split_first() else { return found(node, at, steps) };
    let mut down = |inner: &Node<'_>, at: &At<'_>, step: Step| {
        if matches!(inner.value, Value::Null) {
            return Ok(());
        }
        steps.push(step);
        let result = each(inner, at, rest, steps, found);
        steps.pop();
        result
    };
    match (&node.value, part) {
        (Value::Map(_), Part::Key(key)) => match Fields::of(node, at, &[key])?.get(key) {
            Some(inner) => down(inner, &At::Key(at, key), Step::Key(key.clone())),
            None => Ok(()),
        },
        (Value::Map(entries), Part::Any) => entries.iter().try_for_each(|(key, inner)| {
            down(inner, &At::Key(at, key), Step::Key(key.to_string()))
        }),
        (Value::List(items), Part::Key(key)) => {
            let position = key.parse::<usize>().ok();
            match position.and_then(|position| Some((position, items.get(position)?))) {
                Some((position, inner)) => {
                    down(inner, &At::Item(at, position), Step::Item(position))
                }
                None => Ok(()),
            }
        }
        (Value::List(items), Part::Any) => {
            items.iter().enumerate().try_for_each(|(position, inner)| {
                down(inner, &At::Item(at, position), Step::Item(position))
            })
        }
        (Value::Null | Value::Text(_) | Value::Other(_), _) => {
            let detail = format!("{} where an object or a list belongs", node.value.title());
            Err(fields::fault(node, at, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_read_as_the_rfc_says() {
        for text in ["/spec", "/spec/a~1b/~0", "/spec/*/template"] {
            let pointer = ObjectPointer::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(pointer), text);
        }
        let pointer = ObjectPointer::try_from("/a~1b/~01/*".to_owned()).unwrap();
        let key = |text: &str| Part::Key(text.to_owned());
        assert_eq!(pointer.parts, [key("a/b"), key("~1"), Part::Any]);
        for text in ["", "/", "spec", "/spec/", "//", "/a~", "/a~2", "/a~~0"] {
            assert!(ObjectPointer::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert!(ObjectPointer::try_from("/a".repeat(1_000)).is_err());
    }
}
