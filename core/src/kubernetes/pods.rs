//! The images of a pod (Kubernetes API, `PodSpec`).

use std::collections::HashSet;

use serde_json::Value as Json;

use super::fields::{self, At, Fields};
use super::tree::{Fault, Node};
use super::{ContainerKind, WorkloadImage};
use crate::evidence::json::differs_by_case_only;

/// Where the pod stands in an object of a kind of Kubernetes that carries pods, of any version
/// of its group; `None` for every other kind.
pub(super) fn path(api_version: &str, kind: &str) -> Option<&'static [&'static str]> {
    let group = match api_version.split_once('/') {
        Some((group, _)) => group,
        None if api_version == "v1" => "",
        None => return None,
    };
    match (group, kind) {
        ("", "Pod") => Some(&["spec"]),
        ("", "PodTemplate") => Some(&["template", "spec"]),
        ("", "ReplicationController")
        | ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job") => Some(&["spec", "template", "spec"]),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template", "spec"]),
        _ => None,
    }
}

pub(super) const CONTAINERS: [(&str, ContainerKind); 3] = [
    ("initContainers", ContainerKind::Init),
    ("containers", ContainerKind::Regular),
    ("ephemeralContainers", ContainerKind::Ephemeral),
];

/// The images of the pod that stands at `path` in `object`: of init, regular and ephemeral
/// containers, then of volumes.
pub(super) fn images(object: &Fields<'_, '_>, path: &[&str]) -> Result<Vec<WorkloadImage>, Fault> {
    let Some((key, rest)) = path.split_first() else {
        return pod(object.node, object.at);
    };
    let at = At::Key(object.at, key);
    let Some(inner) = object.get(key) else {
        return Err(fields::fault(object.node, &at, "a workload without a pod"));
    };
    match rest {
        [] => pod(inner, &at),
        rest => images(&Fields::of(inner, &at, rest)?, rest),
    }
}

fn pod(node: &Node<'_>, at: &At<'_>) -> Result<Vec<WorkloadImage>, Fault> {
    let known = ["initContainers", "containers", "ephemeralContainers", "volumes"];
    let pod = Fields::of(node, at, &known)?;
    let mut images = Vec::new();
    for (key, kind) in CONTAINERS {
        let at = At::Key(at, key);
        if let Some(containers) = pod.get(key) {
            for (position, container) in fields::list(containers, &at)?.iter().enumerate() {
                images.push(container_image(container, &At::Item(&at, position), kind)?);
            }
        }
    }
    if images.is_empty() {
        let at = At::Key(at, "containers");
        return Err(fields::fault(node, &at, "a pod without containers"));
    }
    if let Some(volumes) = pod.get("volumes") {
        let at = At::Key(at, "volumes");
        for (position, volume) in fields::list(volumes, &at)?.iter().enumerate() {
            images.extend(volume_image(volume, &At::Item(&at, position))?);
        }
    }
    Ok(images)
}

fn container_image(
    node: &Node<'_>,
    at: &At<'_>,
    kind: ContainerKind,
) -> Result<WorkloadImage, Fault> {
    let container = Fields::of(node, at, &["name", "image"])?;
    image(&container, "image", container.text("name")?, kind)
}

fn volume_image(node: &Node<'_>, at: &At<'_>) -> Result<Option<WorkloadImage>, Fault> {
    let volume = Fields::of(node, at, &["name", "image"])?;
    let Some(source) = volume.get("image") else { return Ok(None) };
    let at = At::Key(at, "image");
    let source = Fields::of(source, &at, &["reference"])?;
    image(&source, "reference", volume.text("name")?, ContainerKind::Volume).map(Some)
}

fn image(
    holder: &Fields<'_, '_>,
    key: &str,
    name: Option<&str>,
    kind: ContainerKind,
) -> Result<WorkloadImage, Fault> {
    let line = holder.get(key).unwrap_or(holder.node).place.line;
    Ok(WorkloadImage {
        kind,
        container: name.unwrap_or_default().to_owned(),
        path: At::Key(holder.at, key).to_string(),
        line,
        image: holder.text(key)?.unwrap_or_default().to_owned(),
    })
}

/// The images of the pod template or specification that `node` is.
pub(super) fn template_or_pod(node: &Node<'_>, at: &At<'_>) -> Result<Vec<WorkloadImage>, Fault> {
    let keys = CONTAINERS.map(|(key, _)| key);
    let holder = Fields::of(node, at, &[keys[0], keys[1], keys[2], "spec"])?;
    match (holder.get("spec"), keys.iter().any(|key| holder.get(key).is_some())) {
        (Some(_), true) => {
            let detail = "`spec` beside containers: it is a template or a pod, and not both";
            Err(fields::fault(node, at, detail))
        }
        (Some(spec), false) => pod(spec, &At::Key(at, "spec")),
        (None, _) => pod(node, at),
    }
}

/// Whether something in `value` looks like a pod: a list of containers of which one has an
/// image, or a list of volumes of which one is an image; in any case of the letters. What is in
/// `known`, by where it stands in memory, is passed over.
pub(super) fn looks_like_one(value: &Json, known: &HashSet<*const Json>) -> bool {
    if known.contains(&std::ptr::from_ref(value)) {
        return false;
    }
    match value {
        Json::Array(items) => items.iter().any(|item| looks_like_one(item, known)),
        Json::Object(members) => members.iter().any(|(key, value)| {
            let is = |known: &str| key == known || differs_by_case_only(key, known);
            let is_list = CONTAINERS.iter().any(|(known, _)| is(known)) || is("volumes");
            (is_list && holds_an_image(value)) || looks_like_one(value, known)
        }),
        _ => false,
    }
}

fn holds_an_image(list: &Json) -> bool {
    let is_image = |key: &String| key == "image" || differs_by_case_only(key, "image");
    let holds = |item: &Json| item.as_object().is_some_and(|item| item.keys().any(is_image));
    list.as_array().is_some_and(|items| items.iter().any(holds))
}
