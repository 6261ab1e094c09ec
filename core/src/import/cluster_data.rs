//! What policies look up in a cluster, handed in beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::policy::ObjectCase;

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

    /// Whether roles are known: a review of the API server does not tell them.
    pub(super) fn has_roles(&self) -> bool {
        !self.roles.is_empty() || !self.cluster_roles.is_empty()
    }

    /// Namespace and name of the service account that the user is.
    pub(super) fn service_account(&self) -> Option<(&str, &str)> {
        self.username.strip_prefix("system:serviceaccount:")?.split_once(':')
    }
}

/// Who asks: as the request says, else as the data say.
pub(super) fn user_of(case: &ObjectCase<'_>, data: &ClusterData) -> UserInfo {
    match (case.user, &data.user) {
        (Some(user), _) => UserInfo {
            username: user.username.clone(),
            groups: user.groups.clone(),
            ..UserInfo::default()
        },
        (None, Some(user)) => user.clone(),
        (None, None) => UserInfo::default(),
    }
}

/// Data that other engines would fetch, handed in instead.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterData {
    /// Objects of the cluster.
    pub resources: Vec<Value>,
    /// Whether there are no others, so that a list of what is not among them is empty.
    pub is_whole: bool,
    /// Answers of the API server, by path, where `resources` do not give them.
    pub api_calls: BTreeMap<String, Value>,
    /// Entries of the global context, by name.
    pub global: BTreeMap<String, Value>,
    /// What a registry says of images, by the image as policies name it.
    pub images: BTreeMap<String, Value>,
    /// Variables that stand for what an entry of `context` would load.
    pub variables: Vec<Variables>,
    /// Who asks, where the request does not say.
    pub user: Option<UserInfo>,
}

/// Variables by dotted name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variables {
    /// For this policy alone.
    pub policy: Option<String>,
    /// For this rule alone.
    pub rule: Option<String>,
    /// For objects of this name alone.
    pub object: Option<String>,
    /// The values.
    pub values: BTreeMap<String, Value>,
}

/// A part of a document that cannot be taken: its path, and why.
pub(super) type Untaken = (String, String);

impl ClusterData {
    /// Takes a `ConfigMap`, or `Values`, `Context` or `UserInfo` of Kyverno's command line.
    pub(super) fn add(&mut self, document: &Value) -> Result<(), Vec<Untaken>> {
        match document.get("kind").and_then(Value::as_str) {
            Some("ConfigMap") => {
                self.resources.push(document.clone());
                Ok(())
            }
            Some("UserInfo") => self.add_user(document),
            Some("Context") => self.add_context(document),
            _ => self.add_values(document),
        }
    }

    fn add_user(&mut self, document: &Value) -> Result<(), Vec<Untaken>> {
        only(
            document,
            "",
            &["apiVersion", "kind", "metadata", "userInfo", "roles", "clusterRoles"],
        )?;
        let info = document.get("userInfo").unwrap_or(&Value::Null);
        only(info, "userInfo", &["username", "groups", "uid", "extra"])?;
        self.user = Some(UserInfo {
            username: info.get("username").and_then(Value::as_str).unwrap_or_default().to_owned(),
            groups: texts(info, "userInfo", "groups")?,
            roles: texts(document, "", "roles")?,
            cluster_roles: texts(document, "", "clusterRoles")?,
        });
        Ok(())
    }

    fn add_context(&mut self, document: &Value) -> Result<(), Vec<Untaken>> {
        only(document, "", &["apiVersion", "kind", "metadata", "spec"])?;
        let spec = document.get("spec").unwrap_or(&Value::Null);
        only(spec, "spec", &["resources", "images", "globalContext", "apiCalls"])?;
        self.is_whole = true;
        self.resources.extend(list(spec, "spec", "resources")?.iter().cloned());
        for (position, image) in list(spec, "spec", "images")?.iter().enumerate() {
            let name = image.get("image").and_then(Value::as_str).ok_or_else(|| {
                vec![(format!("spec.images[{position}]"), "it names no `image`".to_owned())]
            })?;
            self.images.insert(name.to_owned(), image.clone());
        }
        for (key, into) in [("globalContext", &mut self.global), ("apiCalls", &mut self.api_calls)]
        {
            into.extend(entries(spec, "spec", key)?.clone());
        }
        Ok(())
    }

    fn add_values(&mut self, document: &Value) -> Result<(), Vec<Untaken>> {
        const KNOWN: [&str; 8] = [
            "apiVersion",
            "kind",
            "metadata",
            "globalValues",
            "policies",
            "namespaceSelector",
            "namespaces",
            "subresources",
        ];
        only(document, "", &KNOWN)?;
        self.add_variables(Variables::default(), document, "", "globalValues")?;
        for (position, policy) in list(document, "", "policies")?.iter().enumerate() {
            let path = format!("policies[{position}]");
            let own = Variables { policy: Some(named(policy, &path)?), ..Variables::default() };
            only(policy, &path, &["name", "rules", "resources"])?;
            for (position, rule) in list(policy, &path, "rules")?.iter().enumerate() {
                let path = format!("{path}.rules[{position}]");
                only(rule, &path, &["name", "values", "foreachValues"])?;
                if rule.get("foreachValues").is_some() {
                    let what = "values of elements are not taken".to_owned();
                    return Err(vec![(format!("{path}.foreachValues"), what)]);
                }
                let own = Variables { rule: Some(named(rule, &path)?), ..own.clone() };
                self.add_variables(own, rule, &path, "values")?;
            }
            for (position, object) in list(policy, &path, "resources")?.iter().enumerate() {
                let path = format!("{path}.resources[{position}]");
                only(object, &path, &["name", "values"])?;
                let own = Variables { object: Some(named(object, &path)?), ..own.clone() };
                self.add_variables(own, object, &path, "values")?;
            }
        }
        for (position, one) in list(document, "", "namespaceSelector")?.iter().enumerate() {
            let path = format!("namespaceSelector[{position}]");
            only(one, &path, &["name", "labels"])?;
            let labels = one.get("labels").cloned().unwrap_or_else(|| json!({}));
            let metadata = json!({"name": named(one, &path)?, "labels": labels});
            self.resources.push(json!({
                "apiVersion": "v1", "kind": "Namespace", "metadata": metadata,
            }));
        }
        self.resources.extend(list(document, "", "namespaces")?.iter().cloned());
        Ok(())
    }

    fn add_variables(
        &mut self,
        own: Variables,
        holder: &Value,
        path: &str,
        key: &str,
    ) -> Result<(), Vec<Untaken>> {
        let values: BTreeMap<String, Value> =
            entries(holder, path, key)?.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        if !values.is_empty() {
            self.variables.push(Variables { values, ..own });
        }
        Ok(())
    }

    /// An object that is there twice: which one is meant cannot be told.
    pub(super) fn doubled(&self) -> Option<String> {
        let mut seen = BTreeSet::new();
        let name = |object: &Value| {
            ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"]
                .map(|pointer| text(object, pointer).to_owned())
        };
        let mut names = self.resources.iter().map(name);
        names.find(|name| !seen.insert(name.clone())).map(|name| name.join(" "))
    }

    /// Whether variables stand in the place of what the request itself says.
    pub(super) fn replaces_the_request(&self) -> bool {
        let mut names = self.variables.iter().flat_map(|one| one.values.keys());
        names.any(|name| name == "request" || name.starts_with("request."))
    }

    /// The variables that a rule sees for an object, the more specific ones last.
    pub(super) fn variables_of<'d>(
        &'d self,
        policy: &'d str,
        rule: &'d str,
        object: &'d str,
    ) -> impl Iterator<Item = (&'d str, &'d Value)> + 'd {
        let is = |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|w| w == own);
        let fitting = self.variables.iter().filter(move |one| {
            is(&one.policy, policy) && is(&one.rule, rule) && is(&one.object, object)
        });
        fitting.flat_map(|one| one.values.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// A config map.
    pub(super) fn config_map(&self, namespace: &str, name: &str) -> Option<&Value> {
        self.listed("v1", "configmaps", namespace).into_iter().find(|one| is_named(one, name))
    }

    /// A namespace.
    pub(super) fn namespace(&self, name: &str) -> Option<&Value> {
        self.listed("v1", "namespaces", "").into_iter().find(|one| is_named(one, name))
    }

    /// Objects of a version and a plural; without a namespace, of all.
    pub(super) fn listed(&self, api_version: &str, plural: &str, namespace: &str) -> Vec<&Value> {
        let is = |object: &&Value| {
            text(object, "/apiVersion") == api_version
                && self::plural(text(object, "/kind")) == plural
                && (namespace.is_empty() || text(object, "/metadata/namespace") == namespace)
        };
        self.resources.iter().filter(is).collect()
    }

    /// What the API server answers at a path such as `/api/v1/namespaces/shop/configmaps/limits`;
    /// none where that cannot be told.
    pub(super) fn api_call(&self, path: &str) -> Option<Value> {
        if let Some(answer) = self.api_calls.get(path) {
            return Some(answer.clone());
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ((*version).to_owned(), rest),
            ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
            _ => return None,
        };
        let (namespace, plural, name) = match *rest {
            ["namespaces", namespace, plural] => (namespace, plural, None),
            ["namespaces", namespace, plural, name] => (namespace, plural, Some(name)),
            [plural] => ("", plural, None),
            [plural, name] => ("", plural, Some(name)),
            _ => return None,
        };
        let found = self.listed(&version, plural, namespace);
        match name {
            Some(name) => found.into_iter().find(|one| is_named(one, name)).cloned(),
            // A selector would choose among them.
            None if !self.is_whole || !query.is_empty() => None,
            None => Some(json!({"items": found})),
        }
    }
}

/// The name by which the API server's paths call a kind.
pub(super) fn plural(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| kind.ends_with(ending));
    match kind.strip_suffix('y') {
        _ if kind == "endpoints" => kind,
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if ends(&["s", "x", "ch", "sh"]) => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn is_named(object: &Value, name: &str) -> bool {
    text(object, "/metadata/name") == name
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn only(value: &Value, path: &str, known: &[&str]) -> Result<(), Vec<Untaken>> {
    let members = value.as_object().into_iter().flatten();
    let unknown = members.map(|(key, _)| key).filter(|key| !known.contains(&key.as_str()));
    let found: Vec<Untaken> =
        unknown.map(|key| (joined(path, key), format!("`{key}` is not known here"))).collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn misshapen(path: &str, key: &str, wanted: &str) -> Vec<Untaken> {
    vec![(joined(path, key), format!("{wanted} is expected"))]
}

fn list<'v>(value: &'v Value, path: &str, key: &str) -> Result<&'v [Value], Vec<Untaken>> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(misshapen(path, key, "a list")),
    }
}

fn texts(value: &Value, path: &str, key: &str) -> Result<Vec<String>, Vec<Untaken>> {
    let texts = list(value, path, key)?.iter().map(|one| one.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or_else(|| misshapen(path, key, "a list of texts"))
}

fn entries<'v>(
    value: &'v Value,
    path: &str,
    key: &str,
) -> Result<&'v Map<String, Value>, Vec<Untaken>> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    match value.get(key) {
        None | Some(Value::Null) => Ok(&NONE),
        Some(Value::Object(entries)) => Ok(entries),
        Some(_) => Err(misshapen(path, key, "a mapping")),
    }
}

fn named(value: &Value, path: &str) -> Result<String, Vec<Untaken>> {
    let name = value.get("name").and_then(Value::as_str).map(str::to_owned);
    name.ok_or_else(|| misshapen(path, "name", "a text"))
}
