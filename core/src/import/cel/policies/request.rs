//! What a policy is asked about, and with which data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::import::Dialect;
use crate::import::cluster_data::{ClusterData, UserInfo, plural};

/// One object in one operation, with everything that expressions may look at.
#[derive(Debug, Clone, Copy)]
pub struct CelRequest<'a> {
    /// The object; for `DELETE` the one that goes.
    pub object: &'a Value,
    /// The object before the operation.
    pub old_object: Option<&'a Value>,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: &'a str,
    /// Empty for the object itself.
    pub subresource: &'a str,
    /// The request's namespace; the object's own where none is given.
    pub namespace: Option<&'a str>,
    /// The `Namespace` object, where it is known.
    pub namespace_object: Option<&'a Value>,
    /// Who asks.
    pub user: &'a UserInfo,
    /// Objects of the cluster, entries of `globalContext`, and what `image.GetMetadata` gives.
    pub data: &'a ClusterData,
    /// The last for the object's images, by the image as it names them; before `data`.
    pub images: &'a BTreeMap<String, Value>,
    /// The clock of time functions.
    pub now: Timestamp,
    /// How closely Kyverno is followed.
    pub dialect: Dialect,
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Group and version of `apiVersion`.
pub(super) fn group_version(object: &Value) -> (&str, &str) {
    let version = text(object, "/apiVersion");
    version.split_once('/').unwrap_or(("", version))
}

impl CelRequest<'_> {
    pub(super) fn kind(&self) -> &str {
        text(self.object, "/kind")
    }

    pub(super) fn name(&self) -> &str {
        text(self.object, "/metadata/name")
    }

    pub(super) fn namespace(&self) -> &str {
        match self.kind() {
            "Namespace" => "",
            _ => self.namespace.unwrap_or_else(|| text(self.object, "/metadata/namespace")),
        }
    }

    pub(super) fn is_delete(&self) -> bool {
        self.operation == "DELETE"
    }

    /// The variable `request`.
    pub(super) fn variable(&self) -> Value {
        let (group, version) = group_version(self.object);
        json!({
            "kind": {"group": group, "version": version, "kind": self.kind()},
            "resource": {"group": group, "version": version, "resource": plural(self.kind())},
            "subResource": self.subresource,
            "name": self.name(),
            "namespace": self.namespace(),
            "operation": self.operation,
            "userInfo": {"username": self.user.username, "groups": self.user.groups},
            "dryRun": false,
        })
    }

    /// The variable `namespaceObject`.
    pub(super) fn namespace_variable(&self) -> Value {
        match (self.namespace_object, self.namespace()) {
            (Some(object), _) => object.clone(),
            (None, "") => Value::Null,
            (None, name) => json!({"metadata": {"name": name}}),
        }
    }
}
