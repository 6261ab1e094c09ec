//! Which objects of a text carry pods.

use std::rc::Rc;
use std::sync::Arc;

use super::fields::{self, At, Fields};
use super::tree::{self, Fault, Node, Place, Value};
use super::value::json;
use super::{Object, ObjectError, Objects, Unjudged, Workload, pods};

/// Most objects in one text, with those in lists.
pub const MAX_OBJECTS: usize = 50_000;
/// How deep lists may hold lists.
pub const MAX_NESTED_LISTS: u32 = 4;

impl Objects {
    /// Reads YAML or JSON with one object, several documents, or lists of objects.
    ///
    /// The kinds of Kubernetes that carry pods give workloads; everything else is passed over
    /// and listed, with whether something in it looks like a pod: a custom resource that makes
    /// pods must not go through unseen. A text without any object gives none.
    ///
    /// Limits: [`MAX_BYTES`](super::MAX_BYTES), [`MAX_DOCUMENTS`](super::MAX_DOCUMENTS),
    /// [`MAX_OBJECTS`], [`MAX_DEPTH`](super::MAX_DEPTH), [`MAX_ALIASES`](super::MAX_ALIASES),
    /// [`MAX_VALUES`](super::MAX_VALUES), [`MAX_NESTED_LISTS`].
    ///
    /// ```
    /// use cocket::kubernetes::Objects;
    /// let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n\
    ///             spec:\n  containers:\n  - name: a\n    image: nginx:1.27\n";
    /// let objects = Objects::parse("pod.yaml", text.as_bytes())?;
    /// let image = &objects.workloads[0].images[0];
    /// assert_eq!((image.image.as_str(), image.line), ("nginx:1.27", 7));
    /// assert_eq!(image.path, "spec.containers[0].image");
    /// # Ok::<(), cocket::kubernetes::ObjectError>(())
    /// ```
    ///
    /// # Errors
    /// [`ObjectError`] with the place: for what is not YAML, for duplicate keys anywhere, for a
    /// key that differs by case only from one that is read, for a value of the wrong type where
    /// one is read, for an object without `apiVersion` or `kind`, for a workload without
    /// containers, and over the limits.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, ObjectError> {
        let mut reader = Reader { file, objects: Self::default() };
        reader.read(bytes).map_err(|fault| ObjectError {
            file: file.to_owned(),
            line: fault.place.line,
            column: fault.place.column,
            path: fault.path,
            detail: fault.detail,
        })?;
        Ok(reader.objects)
    }

    /// Reads the one object that `node` is: what it lists is a part of it and no object.
    pub(super) fn single(node: &Node<'_>) -> Result<Self, Fault> {
        let mut reader = Reader { file: "", objects: Self::default() };
        reader.object(node, &At::Root, None, ALONE)?;
        Ok(reader.objects)
    }
}

/// In the place of a number of lists: an object that is none.
const ALONE: u32 = u32::MAX;

struct Reader<'f> {
    file: &'f str,
    objects: Objects,
}

/// What an element of a list is, where it does not say so itself: `PodList` and the like.
struct Implied<'t> {
    api_version: &'t str,
    kind: &'t str,
}

impl Reader<'_> {
    fn read(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let lines = before.iter().filter(|byte| **byte == b'\n').count();
            let line = u32::try_from(lines.saturating_add(1)).unwrap_or(u32::MAX);
            let place = Place { line, column: 1 };
            Fault { place, path: String::new(), detail: "not UTF-8".to_owned() }
        })?;
        for document in tree::documents(text)? {
            self.object(&document, &At::Root, None, 0)?;
        }
        Ok(())
    }

    fn object(
        &mut self,
        node: &Node<'_>,
        at: &At<'_>,
        implied: Option<&Implied<'_>>,
        lists: u32,
    ) -> Result<(), Fault> {
        let object = Fields::of(node, at, &["apiVersion", "kind", "metadata", "items"])?;
        let (api_version, kind) = match (object.text("apiVersion")?, object.text("kind")?) {
            (Some(api_version), Some(kind)) if !api_version.is_empty() && !kind.is_empty() => {
                (api_version, kind)
            }
            (None, None) if implied.is_some() => {
                implied.map(|implied| (implied.api_version, implied.kind)).unwrap_or_default()
            }
            (Some(api_version), _) if !api_version.is_empty() => {
                return Err(fields::fault(node, at, "an object without `kind`"));
            }
            _ => return Err(fields::fault(node, at, "an object without `apiVersion`")),
        };
        let pod_at = pods::path(api_version, kind);
        if lists != ALONE
            && let Some(items) = list_of(&object, api_version, kind)
        {
            return match pod_at {
                None => self.list(&object, items, &Implied { api_version, kind }, lists),
                Some(_) => Err(fields::fault(
                    items,
                    &At::Key(at, "items"),
                    format!(
                        "`items` in a `{kind}`: some readers would take it for a list of objects"
                    ),
                )),
            };
        }
        self.count(node, at)?;
        let name = Name::of(&object)?;
        let images = match pod_at {
            Some(pod_at) => pods::images(&Fields::of(node, at, pod_at)?, pod_at)?,
            None => Vec::new(),
        };
        let value = Arc::new(json(node, api_version, kind));
        self.objects.all.push(Object {
            file: self.file.to_owned(),
            line: node.place.line,
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            name: name.name.clone(),
            namespace: name.namespace.clone(),
            images: images.iter().map(|image| image.image.clone()).collect(),
            value: Arc::clone(&value),
        });
        if pod_at.is_none() {
            self.objects.unjudged.push(Unjudged {
                file: self.file.to_owned(),
                line: node.place.line,
                kind: kind.to_owned(),
                name: name.name,
                carries_pods: pods::looks_like_one(&value),
            });
            return Ok(());
        }
        self.objects.workloads.push(Workload {
            file: self.file.to_owned(),
            line: node.place.line,
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            name: name.name,
            namespace: name.namespace,
            images,
        });
        Ok(())
    }

    fn list(
        &mut self,
        list: &Fields<'_, '_>,
        items: &Node<'_>,
        own: &Implied<'_>,
        lists: u32,
    ) -> Result<(), Fault> {
        let at = At::Key(list.at, "items");
        if lists >= MAX_NESTED_LISTS {
            let detail = format!("lists nested deeper than {MAX_NESTED_LISTS}");
            return Err(fields::fault(items, &at, detail));
        }
        let element = own.kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        let implied = element.map(|kind| Implied { api_version: own.api_version, kind });
        for (position, item) in fields::list(items, &at)?.iter().enumerate() {
            let at = At::Item(&at, position);
            self.object(item, &at, implied.as_ref(), lists.saturating_add(1))?;
        }
        Ok(())
    }

    fn count(&self, node: &Node<'_>, at: &At<'_>) -> Result<(), Fault> {
        let count = self.objects.workloads.len().saturating_add(self.objects.unjudged.len());
        match count >= MAX_OBJECTS {
            true => Err(fields::fault(node, at, format!("more than {MAX_OBJECTS} objects"))),
            false => Ok(()),
        }
    }
}

/// The `items` of an object that is a list. Kubernetes' tools take any object with `items` for
/// one. Here it is one if its kind says so, or if each of its items says what it is; a custom
/// resource that has `items` of its own is neither.
fn list_of<'n, 't>(object: &Fields<'n, 't>, api_version: &str, kind: &str) -> Option<&'n Node<'t>> {
    let items = object.get("items")?;
    let is_object = |item: &Rc<Node<'_>>| match &item.value {
        Value::Map(entries) => entries.iter().any(|(key, _)| key == "kind"),
        _ => false,
    };
    let element = kind.strip_suffix("List");
    let is_known =
        kind == "List" || element.is_some_and(|element| pods::path(api_version, element).is_some());
    match &items.value {
        _ if is_known || pods::path(api_version, kind).is_some() => Some(items),
        Value::List(items_in) if !items_in.is_empty() => {
            items_in.iter().all(is_object).then_some(items)
        }
        _ => None,
    }
}

struct Name {
    name: String,
    namespace: Option<String>,
}

impl Name {
    fn of(object: &Fields<'_, '_>) -> Result<Self, Fault> {
        let at = At::Key(object.at, "metadata");
        let Some(metadata) = object.get("metadata") else {
            return Ok(Self { name: String::new(), namespace: None });
        };
        let metadata = Fields::of(metadata, &at, &["name", "generateName", "namespace"])?;
        let name = match (metadata.text("name")?, metadata.text("generateName")?) {
            (Some(name), _) if !name.is_empty() => name.to_owned(),
            (_, Some(start)) if !start.is_empty() => format!("{start}*"),
            _ => String::new(),
        };
        let namespace = metadata.text("namespace")?.filter(|namespace| !namespace.is_empty());
        Ok(Self { name, namespace: namespace.map(str::to_owned) })
    }
}
