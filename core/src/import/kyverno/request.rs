//! What Kyverno's policies are asked about, and with which data.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::import::Dialect;
use crate::import::cluster_data::{ClusterData, UserInfo};

/// One object in one operation.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
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
    /// Labels of that namespace, where they are known.
    pub namespace_labels: Option<&'a BTreeMap<String, String>>,
    /// Who asks.
    pub user: &'a UserInfo,
    /// Data for `context` entries.
    pub data: &'a ClusterData,
    /// What is known of the object's images, by the image as it names them; before `data`.
    pub images: &'a BTreeMap<String, Value>,
    /// The clock of time functions.
    pub now: Timestamp,
    /// How closely Kyverno is followed.
    pub dialect: Dialect,
}

impl Request<'_> {
    /// The `Namespace` object: as handed in, or with the labels that are known.
    pub(super) fn namespace_object(&self) -> Option<Cow<'_, Value>> {
        let known = self.data.namespace(self.namespace()).map(Cow::Borrowed);
        known.or_else(|| {
            let labels = self.namespace_labels?;
            let metadata = json!({"name": self.namespace(), "labels": labels});
            Some(Cow::Owned(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})))
        })
    }

    pub(super) fn namespace(&self) -> &str {
        let own = || self.object.pointer("/metadata/namespace").and_then(Value::as_str);
        self.namespace.or_else(own).unwrap_or_default()
    }

    pub(super) fn kind(&self) -> &str {
        self.object.get("kind").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        let text = |pointer| self.object.pointer(pointer).and_then(Value::as_str);
        text("/metadata/name").or_else(|| text("/metadata/generateName")).unwrap_or_default()
    }

    /// The variable `request`.
    pub(super) fn variable(&self) -> Value {
        let mut request = Map::new();
        let mut put = |key: &str, value: Value| drop(request.insert(key.to_owned(), value));
        match self.operation {
            "DELETE" => put("oldObject", self.old_object.unwrap_or(self.object).clone()),
            _ => {
                put("object", self.object.clone());
                if let Some(old) = self.old_object {
                    put("oldObject", old.clone());
                }
            }
        }
        put("operation", self.operation.into());
        put("namespace", self.namespace().into());
        put("name", self.name().into());
        let version = self.object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        put("kind", json!({"group": group, "version": version, "kind": self.kind()}));
        if !self.subresource.is_empty() {
            put("subResource", self.subresource.into());
        }
        if self.user.is_known() {
            let UserInfo { username, groups, roles, cluster_roles } = self.user;
            put("userInfo", json!({"username": username, "groups": groups}));
            put("roles", json!(roles));
            put("clusterRoles", json!(cluster_roles));
        }
        Value::Object(request)
    }
}
