//! What Kyverno's policies are asked about, and with which data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::import::Dialect;

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
    /// Labels of that namespace.
    pub namespace_labels: &'a BTreeMap<String, String>,
    /// Who asks.
    pub user: &'a UserInfo,
    /// Data for `context` entries.
    pub supplied: &'a Supplied,
    /// The clock of time functions.
    pub now: Timestamp,
    /// How closely Kyverno is followed.
    pub dialect: Dialect,
}

/// Who asks for an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserInfo {
    /// The name, such as `system:serviceaccount:shop:deployer`.
    pub username: String,
    /// Groups.
    pub groups: Vec<String>,
    /// Roles, as `namespace:name`.
    pub roles: Vec<String>,
    /// Cluster roles.
    pub cluster_roles: Vec<String>,
}

impl UserInfo {
    pub(super) fn is_known(&self) -> bool {
        *self != Self::default()
    }

    /// Namespace and name of the service account that the user is.
    pub(super) fn service_account(&self) -> Option<(&str, &str)> {
        self.username.strip_prefix("system:serviceaccount:")?.split_once(':')
    }
}

/// Data that Kyverno would fetch, handed in instead.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Supplied {
    /// Config maps, by `namespace/name`.
    pub config_maps: BTreeMap<String, Value>,
    /// Answers of the API server, by path.
    pub api_calls: BTreeMap<String, Value>,
    /// Global context entries, by name.
    pub global: BTreeMap<String, Value>,
    /// What `imageRegistry` gives, by the image as the policy names it.
    pub images: BTreeMap<String, Value>,
    /// Variables by dotted name, set before all else; they stand for the entry of their name.
    pub variables: BTreeMap<String, Value>,
}

impl Request<'_> {
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
