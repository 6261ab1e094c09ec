//! Which objects of a text carry pods.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::fields::{self, At, Fields};
use super::tree::{self, Fault, Node, Place, Value};
use super::value::json;
use super::workload::PodPlaces;
use super::{
    CustomKind, Object, ObjectError, Objects, Step, Unjudged, Workload, WorkloadImage, pods,
};

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
        Self::parse_with(file, bytes, &[])
    }

    /// The same, where objects of these kinds are workloads too.
    ///
    /// # Errors
    /// As [`Objects::parse`]; also for an object of such a kind that has none of the places, or
    /// something like a pod in another one.
    pub fn parse_with(file: &str, bytes: &[u8], kinds: &[CustomKind]) -> Result<Self, ObjectError> {
        let mut reader = Reader { file, kinds, objects: Self::default() };
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
    pub(super) fn single(node: &Node<'_>, kinds: &[CustomKind]) -> Result<Self, Fault> {
        let mut reader = Reader { file: "", kinds, objects: Self::default() };
        reader.object(node, &At::Root, None, ALONE)?;
        Ok(reader.objects)
    }
}

/// In the place of a number of lists: an object that is none.
const ALONE: u32 = u32::MAX;

struct Reader<'f> {
    file: &'f str,
    kinds: &'f [CustomKind],
    objects: Objects,
}

/// What an element of a list is, where it does not say so itself: `PodList` and the like.
struct Implied<'t> {
    api_version: &'t str,
    kind: &'t str,
}

impl<'f> Reader<'f> {
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
        let carrier = self.carrier(api_version, kind);
        if lists != ALONE
            && let Some(items) = self.list_of(&object, api_version, kind)
        {
            return match carrier {
                Carrier::None => self.list(&object, items, &Implied { api_version, kind }, lists),
                Carrier::BuiltIn(_) | Carrier::Custom(_) => Err(fields::fault(
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
        let value = Arc::new(json(node, api_version, kind));
        let (images, pods) = carrier.read(node, at, &value)?;
        self.objects.all.push(Object {
            file: self.file.to_owned(),
            line: node.place.line,
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            name: name.name.clone(),
            namespace: name.namespace.clone(),
            images: images.iter().map(|image| image.image.clone()).collect(),
            value,
            pods: pods.clone(),
        });
        let passed_over = match (&carrier, &pods) {
            (Carrier::None, PodPlaces::Nowhere { seems_to }) => Some(*seems_to),
            // Of a kind whose places may all be absent.
            (Carrier::Custom(_), PodPlaces::Declared(places)) => {
                (places.is_empty() && images.is_empty()).then_some(false)
            }
            _ => None,
        };
        if let Some(seems_to) = passed_over {
            self.objects.unjudged.push(Unjudged {
                file: self.file.to_owned(),
                line: node.place.line,
                kind: kind.to_owned(),
                name: name.name,
                carries_pods: seems_to,
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

    /// What carries the pods of a kind.
    fn carrier(&self, api_version: &str, kind: &str) -> Carrier<'f> {
        if let Some(path) = pods::path(api_version, kind) {
            return Carrier::BuiltIn(path);
        }
        let declared = self.kinds.iter().filter(|custom| custom.is(api_version, kind));
        match declared.collect::<Vec<_>>() {
            none if none.is_empty() => Carrier::None,
            declared => Carrier::Custom(declared),
        }
    }

    /// The `items` of an object that is a list. Kubernetes' tools take any object with `items`
    /// for one. Here it is one if its kind says so, or if each of its items says what it is; a
    /// custom resource that has `items` of its own is neither.
    fn list_of<'n, 't>(
        &self,
        object: &Fields<'n, 't>,
        api_version: &str,
        kind: &str,
    ) -> Option<&'n Node<'t>> {
        let items = object.get("items")?;
        let is_object = |item: &Rc<Node<'_>>| match &item.value {
            Value::Map(entries) => entries.iter().any(|(key, _)| key == "kind"),
            _ => false,
        };
        let carries = |kind| !matches!(self.carrier(api_version, kind), Carrier::None);
        let is_known = kind == "List" || kind.strip_suffix("List").is_some_and(carries);
        match &items.value {
            _ if is_known || carries(kind) => Some(items),
            Value::List(items_in) if !items_in.is_empty() => {
                items_in.iter().all(is_object).then_some(items)
            }
            _ => None,
        }
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

/// What carries the pods of an object.
enum Carrier<'k> {
    None,
    /// A kind of Kubernetes, with the way to the pod's specification.
    BuiltIn(&'static [&'static str]),
    /// A kind that the policy set declares, in all that declares it.
    Custom(Vec<&'k CustomKind>),
}

impl Carrier<'_> {
    /// The images of an object, and where its pods stand.
    fn read(
        &self,
        node: &Node<'_>,
        at: &At<'_>,
        value: &serde_json::Value,
    ) -> Result<(Vec<WorkloadImage>, PodPlaces), Fault> {
        match self {
            Self::None => {
                let seems_to = pods::looks_like_one(value, &HashSet::new());
                Ok((Vec::new(), PodPlaces::Nowhere { seems_to }))
            }
            Self::BuiltIn(path) => {
                let images = pods::images(&Fields::of(node, at, path)?, path)?;
                // The last part is the pod's `spec`; its metadata stands beside that.
                let template = path.split_last().map_or(*path, |(_, template)| template);
                let steps = template.iter().map(|key| Step::Key((*key).to_owned())).collect();
                Ok((images, PodPlaces::Templates(vec![steps])))
            }
            Self::Custom(kinds) => {
                let found = CustomKind::read_all(kinds, node, at)?;
                let places: Vec<Vec<Step>> = found.pods.into_iter().collect();
                let known = places.iter().filter_map(|steps| below(value, steps));
                if pods::looks_like_one(value, &known.map(std::ptr::from_ref).collect()) {
                    let detail = "something in it looks like a pod, in a place that the policy \
                                  set does not declare for its kind";
                    return Err(fields::fault(node, at, detail));
                }
                Ok((found.images, PodPlaces::Declared(places)))
            }
        }
    }
}

fn below<'v>(value: &'v serde_json::Value, steps: &[Step]) -> Option<&'v serde_json::Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Item(position) => value.get(position),
    })
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
