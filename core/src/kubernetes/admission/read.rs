//! From bytes to a review.

use std::rc::Rc;

use serde::Deserialize;

use super::{AdmissionRequest, AdmissionReview, ReviewFault, ReviewVersion, ReviewedObject};
use crate::kubernetes::fields::{self, At, Fields};
use crate::kubernetes::tree::{Fault, Node, Value};
use crate::kubernetes::{CustomKind, Objects, Operation, User, json};

/// Longest `uid` that is taken: the API server makes UUIDs.
const MAX_UID: usize = 253;

/// The members that are read; another key may not look like one of them.
const REVIEW: [&str; 4] = ["apiVersion", "kind", "request", "response"];
const REQUEST: [&str; 10] = [
    "uid",
    "kind",
    "subResource",
    "name",
    "namespace",
    "operation",
    "userInfo",
    "object",
    "oldObject",
    "dryRun",
];

impl AdmissionReview {
    /// Reads a review in JSON, as the API server sends it. It never fails: a malformed one tells
    /// what is wrong in `request`.
    ///
    /// Malformed is what is no JSON, has a key twice, another `apiVersion` or `kind`, no `request`
    /// or no `uid`, an object of another kind or namespace than the request says, no object, or
    /// more than [`MAX_BYTES`](crate::kubernetes::MAX_BYTES); everything else that makes an object
    /// unreadable does too. Members that are not known are passed over.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self::parse_with(bytes, &[])
    }

    /// The same, where objects of these kinds are workloads too; see
    /// [`Objects::parse_with`](crate::kubernetes::Objects::parse_with).
    #[must_use]
    pub fn parse_with(bytes: &[u8], kinds: &[CustomKind]) -> Self {
        let mut review = Self {
            version: ReviewVersion::V1,
            uid: None,
            kind: None,
            operation: None,
            namespace: None,
            request: Err(ReviewFault { path: String::new(), detail: String::new() }),
        };
        let read = json::tree(bytes).and_then(|node| review.read(&node, kinds));
        review.request =
            read.map_err(|fault| ReviewFault { path: fault.path, detail: fault.detail });
        review.uid = review.uid.or_else(|| uid_alone(bytes));
        review
    }

    fn read(&mut self, node: &Node<'_>, kinds: &[CustomKind]) -> Result<AdmissionRequest, Fault> {
        let review = Fields::of(node, &At::Root, &REVIEW)?;
        let at = At::Key(&At::Root, "request");
        let request = match review.get("request") {
            Some(request) => Fields::of(request, &at, &REQUEST)?,
            None => return Err(fields::fault(node, &At::Root, "a review without `request`")),
        };
        // What can be told is told before anything else is refused.
        let head = self.head(&request);
        self.version = version(&review)?;
        if let Some(response) = review.get("response") {
            let at = At::Key(&At::Root, "response");
            return Err(fields::fault(response, &at, "a review that has been answered"));
        }
        self.request(&request, head?, kinds)
    }

    /// The members that name the request; the first fault in them.
    fn head(&mut self, request: &Fields<'_, '_>) -> Result<Kind, Fault> {
        let uid = uid(request).map(|uid| self.uid = Some(uid));
        let kind = kind(request).inspect(|kind| self.kind = Some(kind.kind.clone()));
        let operation = operation(request).map(|operation| self.operation = Some(operation));
        let namespace = request.text("namespace").map(|namespace| {
            let given = namespace.filter(|namespace| !namespace.is_empty());
            self.namespace = given.map(str::to_owned);
        });
        uid.and(operation).and(namespace).and(kind)
    }

    fn request(
        &self,
        request: &Fields<'_, '_>,
        kind: Kind,
        kinds: &[CustomKind],
    ) -> Result<AdmissionRequest, Fault> {
        let operation = self.operation.unwrap_or_default();
        let reviewed = |key| self.object(request, key, &kind, kinds);
        let (object, old) = match operation {
            Operation::Delete => (reviewed("oldObject")?, None),
            Operation::Update => (reviewed("object")?, reviewed("oldObject")?),
            Operation::Create | Operation::Connect => (reviewed("object")?, None),
        };
        let missing = match operation {
            Operation::Delete => "a deletion without `oldObject`",
            _ => "a request without `object`",
        };
        Ok(AdmissionRequest {
            uid: self.uid.clone().unwrap_or_default(),
            operation,
            subresource: request.text("subResource")?.unwrap_or_default().to_owned(),
            namespace: self.namespace.clone(),
            user: user(request)?,
            dry_run: flag(request, "dryRun")?,
            object: object.ok_or_else(|| fields::fault(request.node, request.at, missing))?,
            old,
        })
    }

    /// The object at `key`; `null` and an object without members are none.
    fn object(
        &self,
        request: &Fields<'_, '_>,
        key: &str,
        kind: &Kind,
        kinds: &[CustomKind],
    ) -> Result<Option<ReviewedObject>, Fault> {
        let Some(node) = request.get(key) else { return Ok(None) };
        if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
            return Ok(None);
        }
        let at = At::Key(request.at, key);
        let Objects { mut workloads, mut unjudged, mut all } =
            Objects::single(node, kinds).map_err(|fault| under(&at, fault))?;
        let Some(object) = all.pop() else { return Ok(None) };
        if (&object.api_version, &object.kind) != (&kind.api_version, &kind.kind) {
            let (own, claimed) = (&object.kind, &kind.kind);
            let (version, asked) = (&object.api_version, &kind.api_version);
            let detail = format!(
                "`{own}` of `{version}`, where the request is about `{claimed}` of `{asked}`"
            );
            return Err(fields::fault(node, &at, detail));
        }
        if object.namespace.is_some() && object.namespace != self.namespace {
            let own = object.namespace.as_deref().unwrap_or_default();
            let asked = self.namespace.as_deref().unwrap_or_default();
            let detail = format!("the namespace `{own}`, where the request is about `{asked}`");
            return Err(fields::fault(
                node,
                &At::Key(&At::Key(&at, "metadata"), "namespace"),
                detail,
            ));
        }
        Ok(Some(ReviewedObject {
            object,
            images: workloads.pop().map(|workload| workload.images).unwrap_or_default(),
            seems_to_carry_pods: unjudged.pop().is_some_and(|passed| passed.carries_pods),
        }))
    }
}

/// A fault in the object that stands at `at`.
fn under(at: &At<'_>, mut fault: Fault) -> Fault {
    fault.path = match fault.path.is_empty() {
        true => at.to_string(),
        false => format!("{at}.{}", fault.path),
    };
    fault
}

/// `request.kind`, with group and version as in `apiVersion`.
struct Kind {
    api_version: String,
    kind: String,
}

fn kind(request: &Fields<'_, '_>) -> Result<Kind, Fault> {
    let at = At::Key(request.at, "kind");
    let Some(node) = request.get("kind") else {
        return Err(fields::fault(request.node, request.at, "a request without `kind`"));
    };
    let kind = Fields::of(node, &at, &["group", "version", "kind"])?;
    let part = |key| kind.text(key).map(Option::unwrap_or_default);
    match (part("group")?, part("version")?, part("kind")?) {
        (_, "", _) | (_, _, "") => {
            Err(fields::fault(node, &at, "`version` and `kind` are expected in it"))
        }
        ("", version, kind) => Ok(Kind { api_version: version.to_owned(), kind: kind.to_owned() }),
        (group, version, kind) => {
            Ok(Kind { api_version: format!("{group}/{version}"), kind: kind.to_owned() })
        }
    }
}

fn version(review: &Fields<'_, '_>) -> Result<ReviewVersion, Fault> {
    let fault = |key, detail: String| {
        let at = At::Key(review.at, key);
        Err(fields::fault(
            review.node,
            if review.get(key).is_some() { &at } else { review.at },
            detail,
        ))
    };
    let version = match review.text("apiVersion")? {
        Some("admission.k8s.io/v1") => ReviewVersion::V1,
        Some("admission.k8s.io/v1beta1") => ReviewVersion::V1Beta1,
        Some(other) => {
            return fault("apiVersion", format!("`{other}` where `admission.k8s.io/v1` is read"));
        }
        None => return fault("apiVersion", "a review without `apiVersion`".to_owned()),
    };
    match review.text("kind")? {
        Some("AdmissionReview") => Ok(version),
        Some(other) => fault("kind", format!("`{other}` where `AdmissionReview` is read")),
        None => fault("kind", "a review without `kind`".to_owned()),
    }
}

fn uid(request: &Fields<'_, '_>) -> Result<String, Fault> {
    let fault = |detail| Err(fields::fault(request.node, &At::Key(request.at, "uid"), detail));
    match request.text("uid")? {
        None | Some("") => Err(fields::fault(request.node, request.at, "a request without `uid`")),
        Some(uid) if uid.len() > MAX_UID => fault(format!("longer than {MAX_UID} bytes")),
        Some(uid) => Ok(uid.to_owned()),
    }
}

fn operation(request: &Fields<'_, '_>) -> Result<Operation, Fault> {
    let fault = |detail: String| {
        Err(fields::fault(request.node, &At::Key(request.at, "operation"), detail))
    };
    match request.text("operation")? {
        Some("CREATE") => Ok(Operation::Create),
        Some("UPDATE") => Ok(Operation::Update),
        Some("DELETE") => Ok(Operation::Delete),
        Some("CONNECT") => Ok(Operation::Connect),
        Some(other) => fault(format!("`{other}` is not an operation")),
        None => Err(fields::fault(request.node, request.at, "a request without `operation`")),
    }
}

fn user(request: &Fields<'_, '_>) -> Result<Option<User>, Fault> {
    let at = At::Key(request.at, "userInfo");
    let Some(node) = request.get("userInfo") else { return Ok(None) };
    let user = Fields::of(node, &at, &["username", "groups"])?;
    let at = At::Key(&at, "groups");
    let listed: &[Rc<Node<'_>>] = match user.get("groups") {
        Some(groups) => fields::list(groups, &at)?,
        None => &[],
    };
    let mut groups = Vec::new();
    for (position, group) in listed.iter().enumerate() {
        match &group.value {
            Value::Text(text) => groups.push(text.to_string()),
            _ => return Err(fields::fault(group, &At::Item(&at, position), "not a text")),
        }
    }
    Ok(Some(User { username: user.text("username")?.unwrap_or_default().to_owned(), groups }))
}

fn flag(request: &Fields<'_, '_>, key: &str) -> Result<bool, Fault> {
    match request.get(key).map(|node| (node, &node.value)) {
        None => Ok(false),
        Some((_, Value::Other(text))) if text == "true" => Ok(true),
        Some((_, Value::Other(text))) if text == "false" => Ok(false),
        Some((node, _)) => Err(fields::fault(node, &At::Key(request.at, key), "not a truth value")),
    }
}

/// The `uid` of a review that cannot be read as a whole, where there is just one: an answer
/// without it would be an error of the webhook's, which a cluster may be told to ignore.
fn uid_alone(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Review {
        request: Request,
    }
    #[derive(Deserialize)]
    struct Request {
        uid: String,
    }
    let Review { request: Request { uid } } = serde_json::from_slice(bytes).ok()?;
    (!uid.is_empty() && uid.len() <= MAX_UID).then_some(uid)
}
