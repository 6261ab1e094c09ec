//! From an object to its pods.

use serde_json::Value;

use super::members::{self, Members};
use super::{Container, Pod, PodError, Volume, security};
use crate::kubernetes::fields::At;
use crate::kubernetes::workload::PodPlaces;
use crate::kubernetes::{ContainerKind, Object, Step, pods};

impl<'v> Pod<'v> {
    /// The pods of an object; none where its kind carries none and nothing in it looks like one.
    ///
    /// # Errors
    /// [`PodError`] where a field that is read has not the form that Kubernetes gives it, where a
    /// kind that carries a pod has none, and where an unknown kind looks as if it carried one.
    pub(crate) fn all_of(object: &'v Object) -> Result<Vec<Self>, PodError> {
        let (places, read): (&[Vec<Step>], Read<'v>) = match &object.pods {
            PodPlaces::Nowhere { seems_to: false } => return Ok(Vec::new()),
            PodPlaces::Nowhere { seems_to: true } => {
                return Err(PodError {
                    path: String::new(),
                    detail: "it seems to carry pods, and its kind is not known".to_owned(),
                });
            }
            PodPlaces::Templates(places) => (places, template),
            PodPlaces::Declared(places) => (places, template_or_pod),
        };
        places.iter().map(|steps| below(&object.value, &At::Root, steps, read)).collect()
    }
}

impl<'v> Pod<'v> {
    /// The pod of an object of a kind of Kubernetes that carries one; `None` for other kinds.
    ///
    /// # Errors
    /// As [`Pod::all_of`].
    pub(crate) fn of_kind(object: &'v Value) -> Result<Option<Self>, PodError> {
        let text = |key| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let Some(path) = pods::path(text("apiVersion"), text("kind")) else { return Ok(None) };
        // The last part is the pod's `spec`; its metadata stands beside that.
        let holder = path.split_last().map_or(path, |(_, holder)| holder);
        let steps: Vec<Step> = holder.iter().map(|key| Step::Key((*key).to_owned())).collect();
        below(object, &At::Root, &steps, template).map(Some)
    }
}

type Read<'v> = fn(&'v Value, &At<'_>) -> Result<Pod<'v>, PodError>;

fn below<'v>(
    value: &'v Value,
    at: &At<'_>,
    steps: &[Step],
    read: Read<'v>,
) -> Result<Pod<'v>, PodError> {
    let Some((step, rest)) = steps.split_first() else { return read(value, at) };
    let (inner, at) = match step {
        Step::Key(key) => (Members::of(value, at)?.get(key)?, At::Key(at, key)),
        Step::Item(position) => (value.get(position), At::Item(at, *position)),
    };
    match inner {
        Some(inner) => below(inner, &at, rest, read),
        None => Err(missing(&at)),
    }
}

/// A template, or the mere specification of a pod.
fn template_or_pod<'v>(value: &'v Value, at: &At<'_>) -> Result<Pod<'v>, PodError> {
    let holder = Members::of(value, at)?;
    match holder.get("spec")? {
        Some(_) => template(value, at),
        None => specification(&holder),
    }
}

/// What has `metadata` and `spec`.
fn template<'v>(value: &'v Value, at: &At<'_>) -> Result<Pod<'v>, PodError> {
    let holder = Members::of(value, at)?;
    let metadata = holder.inner("metadata", |metadata| {
        let annotations = metadata.inner("annotations", annotations)?;
        Ok((metadata.place("annotations"), annotations.unwrap_or_default()))
    })?;
    let (annotations_at, annotations) = metadata
        .unwrap_or_else(|| (format!("{}.annotations", holder.place("metadata")), Vec::new()));
    let pod = holder.inner("spec", specification)?;
    let pod = pod.ok_or_else(|| missing(&At::Key(at, "spec")))?;
    Ok(Pod { annotations_at, annotations, ..pod })
}

fn annotations<'v>(members: &Members<'v, '_>) -> Result<Vec<(&'v str, &'v str)>, PodError> {
    let text = |(key, value): (&'v str, &'v Value)| match value {
        Value::String(text) => Ok((key, text.as_str())),
        other => Err(members::wrong(other, &At::Key(members.at, key), "a text")),
    };
    members.free().map(text).collect()
}

fn specification<'v>(spec: &Members<'v, '_>) -> Result<Pod<'v>, PodError> {
    let mut containers = Vec::new();
    for (key, kind) in pods::CONTAINERS {
        containers.extend(spec.each(key, |one| container(one, kind))?);
    }
    if containers.is_empty() {
        return Err(missing(&At::Key(spec.at, "containers")));
    }
    let truth = |key: &str| Ok::<_, PodError>(spec.truth(key)?.unwrap_or(false));
    Ok(Pod {
        at: spec.at.to_string(),
        annotations_at: String::new(),
        annotations: Vec::new(),
        host_network: truth("hostNetwork")?,
        host_pid: truth("hostPID")?,
        host_ipc: truth("hostIPC")?,
        host_users: spec.truth("hostUsers")?,
        os: spec.inner("os", |os| os.text("name"))?.flatten(),
        security: security::context(spec)?,
        containers,
        volumes: spec.each("volumes", volume)?,
        pull_secrets: spec
            .each("imagePullSecrets", |secret| Ok(secret.text("name")?.unwrap_or_default()))?,
        automount_token: spec.truth("automountServiceAccountToken")?,
    })
}

fn container<'v>(
    members: &Members<'v, '_>,
    kind: ContainerKind,
) -> Result<Container<'v>, PodError> {
    let ports = members.each("ports", |port| {
        let number = port.number("hostPort")?.unwrap_or_default();
        Ok((port.place("hostPort"), number))
    })?;
    let resources = members
        .inner("resources", |all| Ok((amounts(all, "requests")?, amounts(all, "limits")?)))?;
    let (requests, limits) = resources.unwrap_or_default();
    Ok(Container {
        at: members.at.to_string(),
        kind,
        name: members.text("name")?.unwrap_or_default(),
        image: members.text("image")?.unwrap_or_default(),
        pull_policy: members.text("imagePullPolicy")?,
        security: security::context(members)?,
        host_ports: ports.into_iter().filter(|(_, number)| *number != 0).collect(),
        hosts: hosts(members)?,
        requests,
        limits,
    })
}

/// The hosts that probes and lifecycle handlers name.
fn hosts<'v>(container: &Members<'v, '_>) -> Result<Vec<(String, &'v str)>, PodError> {
    let mut hosts = Vec::new();
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        hosts.extend(container.inner(key, handler)?.into_iter().flatten());
    }
    let lifecycle = container.inner("lifecycle", |lifecycle| {
        let start = lifecycle.inner("postStart", handler)?.into_iter();
        let stop = lifecycle.inner("preStop", handler)?.into_iter();
        Ok(start.chain(stop).flatten().collect::<Vec<_>>())
    })?;
    hosts.extend(lifecycle.into_iter().flatten());
    Ok(hosts)
}

fn handler<'v>(members: &Members<'v, '_>) -> Result<Vec<(String, &'v str)>, PodError> {
    let mut hosts = Vec::new();
    for key in ["httpGet", "tcpSocket"] {
        let host = members.inner(key, |action| {
            let host = action.text("host")?.filter(|host| !host.is_empty());
            Ok(host.map(|host| (action.place("host"), host)))
        })?;
        hosts.extend(host.flatten());
    }
    Ok(hosts)
}

/// The resources whose amount is not 0: a limit of 0 is none.
fn amounts<'v>(resources: &Members<'v, '_>, key: &str) -> Result<Vec<&'v str>, PodError> {
    let named = resources.inner(key, |amounts| {
        let mut named = Vec::new();
        for (name, amount) in amounts.free() {
            let text = match amount {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                other => {
                    return Err(members::wrong(other, &At::Key(amounts.at, name), "an amount"));
                }
            };
            // Digits before the exponent or the suffix alone make the amount.
            let digits = text.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or_default();
            if digits.contains(|c| matches!(c, '1'..='9')) {
                named.push(name);
            }
        }
        Ok(named)
    })?;
    Ok(named.unwrap_or_default())
}

fn volume<'v>(members: &Members<'v, '_>) -> Result<Volume<'v>, PodError> {
    let sources = members.free().filter(|(key, value)| *key != "name" && !value.is_null());
    Ok(Volume {
        at: members.at.to_string(),
        sources: sources.map(|(key, _)| key).collect(),
        host_path: members.inner("hostPath", |path| Ok(path.text("path")?.unwrap_or_default()))?,
        image: members.inner("image", |image| {
            Ok((image.text("reference")?.unwrap_or_default(), image.text("pullPolicy")?))
        })?,
    })
}

fn missing(at: &At<'_>) -> PodError {
    PodError { path: at.to_string(), detail: "it is absent, and a pod needs it".to_owned() }
}
