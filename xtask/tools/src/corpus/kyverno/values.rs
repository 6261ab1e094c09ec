//! What a test of Kyverno supplies: its values file, and who asks.

use std::collections::BTreeMap;
use std::path::Path;

use cocket::Timestamp;
use cocket::import::kyverno::{Supplied, UserInfo};
use serde_json::Value;

pub(super) struct World {
    pub(super) supplied: Supplied,
    pub(super) user: UserInfo,
    pub(super) namespaces: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) operation: String,
    pub(super) now: Timestamp,
}

impl World {
    /// The empty world of Kyverno's command line: every list of the API server is empty.
    pub(super) fn empty() -> Self {
        let mut api_calls = BTreeMap::new();
        for path in
            ["/apis/apps/v1/namespaces/staging/deployments", "/api/v1/pods", "/api/v1/services"]
        {
            api_calls.insert(path.to_owned(), serde_json::json!({"items": []}));
        }
        Self {
            supplied: Supplied { api_calls, ..Supplied::default() },
            user: UserInfo::default(),
            namespaces: BTreeMap::new(),
            operation: "CREATE".to_owned(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    /// Adds what a file says for one policy, rule and resource.
    pub(super) fn add(
        &mut self,
        path: &Path,
        policy: &str,
        rule: &str,
        resource: &str,
    ) -> Result<(), String> {
        for document in super::documents(path)? {
            match document.get("kind").and_then(Value::as_str) {
                Some("UserInfo") => self.user(&document),
                _ => self.values(&document, policy, rule, resource),
            }
        }
        Ok(())
    }

    fn user(&mut self, document: &Value) {
        let list = |key: &str| {
            let list = document.get(key).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let name = document.pointer("/userInfo/username").and_then(Value::as_str);
        self.user = UserInfo {
            username: name.unwrap_or_default().to_owned(),
            groups: Vec::new(),
            roles: list("roles"),
            cluster_roles: list("clusterRoles"),
        };
    }

    fn values(&mut self, document: &Value, policy: &str, rule: &str, resource: &str) {
        let list = |value: &Value, key: &str| {
            value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let named =
            |value: &Value, name: &str| value.get("name").and_then(Value::as_str) == Some(name);
        self.set(document.get("globalValues"));
        for own in list(document, "policies").iter().filter(|own| named(own, policy)) {
            for own in list(own, "rules").iter().filter(|own| named(own, rule)) {
                self.set(own.get("values"));
            }
            for own in list(own, "resources").iter().filter(|own| named(own, resource)) {
                self.set(own.get("values"));
            }
        }
        for own in list(document, "namespaceSelector") {
            let labels = own.get("labels").and_then(Value::as_object).into_iter().flatten();
            let labels = labels
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect();
            if let Some(name) = own.get("name").and_then(Value::as_str) {
                self.namespaces.insert(name.to_owned(), labels);
            }
        }
    }

    fn set(&mut self, values: Option<&Value>) {
        for (key, value) in values.and_then(Value::as_object).into_iter().flatten() {
            if key == "request.operation" {
                self.operation = value.as_str().unwrap_or_default().to_owned();
            }
            self.supplied.variables.insert(key.clone(), value.clone());
        }
    }
}
