//! What the targets of `cocket check` ask about.

use std::io::{self, Read as _};
use std::path::Path;

use cocket::evaluate::Engine;
use cocket::kubernetes::{Object, Unjudged, Workload};
use cocket::reference::{Digest, Reference};
use cocket::report::Origin;
use cocket::source::{LayoutImage, MAX_OBJECTS_BYTES, SourceError, read_objects};

use crate::failure::note;
use crate::sources::Sources;

/// One image to judge.
#[derive(Debug)]
pub(crate) struct Request {
    /// The reference as written.
    pub(crate) image: String,
    /// Its digest, where the target itself says it.
    pub(crate) digest: Option<Digest>,
    /// The kind of the object that names it.
    pub(crate) kind: Option<String>,
    /// The namespace that the object claims.
    pub(crate) namespace: Option<String>,
    /// Where it was found.
    pub(crate) origin: Option<Origin>,
}

/// What all targets hold, in the order given.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Images.
    pub(crate) images: Vec<Request>,
    /// Whole Kubernetes objects.
    pub(crate) objects: Vec<Object>,
    /// Those of them that run no image.
    pub(crate) passed_over: Vec<Unjudged>,
}

/// The images and objects of all targets; the images of objects where `engine` judges them. What
/// cannot be read is said and remembered.
pub(crate) fn collect(targets: &[String], engine: &Engine, sources: &mut Sources) -> Asked {
    let mut asked = Asked::default();
    for target in targets {
        let path = Path::new(target);
        if target == "-" {
            match standard_input(MAX_OBJECTS_BYTES) {
                Ok(bytes) => objects(("-", &bytes), engine, sources, &mut asked),
                Err(failed) => sources.unread(format!("standard input: {failed}")),
            }
        } else if is_layout(path) {
            match sources.add(path) {
                Ok(images) => layout(target, &images, sources, &mut asked.images),
                Err(failed) => sources.unread(failed),
            }
        } else if path.exists() || is_meant_as_path(target) {
            match read_objects(path) {
                Ok(files) => {
                    for (name, bytes) in &files {
                        objects((name, bytes), engine, sources, &mut asked);
                    }
                }
                Err(failed) => sources.unread(failed),
            }
        } else {
            asked.images.push(named(target));
        }
    }
    asked
}

/// What comes on standard input, up to `most` bytes.
pub(crate) fn standard_input(most: u64) -> Result<Vec<u8>, SourceError> {
    let failed = |detail: String| SourceError { path: "-".into(), detail };
    let mut bytes = Vec::new();
    // One byte more than is taken, so that a longer text is noticed and not cut.
    io::stdin()
        .lock()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.to_string()))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        return Ok(bytes);
    }
    Err(failed(format!("more than {most} bytes")))
}

/// The OCI image specification's `image-layout.md`: a marker file and an index. One of them is
/// enough to take a directory for a layout, whose own reader then says what is missing.
pub(crate) fn is_layout(path: &Path) -> bool {
    path.is_dir() && (path.join("oci-layout").exists() || path.join("index.json").exists())
}

/// Whether a target that is not there was meant as one: an image reference has not this form.
fn is_meant_as_path(target: &str) -> bool {
    let extension = Path::new(target).extension().and_then(|extension| extension.to_str());
    target.starts_with(['.', '/', '~'])
        || target.ends_with('/')
        || target.contains('\\')
        || matches!(extension, Some("yaml" | "yml" | "json"))
}

fn named(target: &str) -> Request {
    if let Ok(reference) = Reference::parse(target)
        && !reference.is_qualified()
        && target.contains('/')
        && reference.tag().is_none()
        && reference.digest().is_none()
    {
        note(format!("there is no file `{target}`; it is taken as the image `{reference}`"));
    }
    Request { image: target.to_owned(), digest: None, kind: None, namespace: None, origin: None }
}

fn layout(file: &str, images: &[LayoutImage], sources: &mut Sources, requests: &mut Vec<Request>) {
    if images.is_empty() {
        sources.unread(format!("{file}: the layout holds no image"));
    }
    for image in images {
        if image.name.is_none() {
            let digest = image.digest;
            note(format!(
                "{file}: the image {digest} has no name there; judge it as \
                 `NAME@{digest}` with `--evidence {file}`"
            ));
        }
        requests.push(Request {
            image: image.name.clone().unwrap_or_default(),
            digest: Some(image.digest),
            kind: None,
            namespace: None,
            origin: Some(Origin {
                file: file.to_owned(),
                line: None,
                object: String::new(),
                field: String::new(),
            }),
        });
    }
}

fn objects(
    (file, bytes): (&str, &[u8]),
    engine: &Engine,
    sources: &mut Sources,
    asked: &mut Asked,
) {
    let objects = match engine.objects(file, bytes) {
        Ok(objects) => objects,
        Err(failed) => return sources.unread(failed),
    };
    asked.objects.extend(objects.all);
    for passed in objects.unjudged {
        let (line, kind, name) = (passed.line, &passed.kind, &passed.name);
        if passed.carries_pods {
            let object = format!("{file}:{line}: `{kind}/{name}`");
            sources.unread(format!("{object} seems to carry pods and is of no known kind"));
        } else {
            asked.passed_over.push(passed);
        }
    }
    for workload in objects.workloads {
        if workload.images.is_empty() {
            let (line, kind, name) = (workload.line, &workload.kind, &workload.name);
            sources
                .unread(format!("{file}:{line}: `{kind}/{name}` carries pods and names no image"));
        }
        if engine.judges_images() {
            asked.images.extend(of_workload(workload));
        }
    }
}

fn of_workload(workload: Workload) -> impl Iterator<Item = Request> {
    let Workload { file, kind, name, namespace, images, .. } = workload;
    images.into_iter().map(move |image| Request {
        image: image.image,
        digest: None,
        kind: Some(kind.clone()),
        namespace: namespace.clone(),
        origin: Some(Origin {
            file: file.clone(),
            line: Some(image.line),
            object: format!("{kind}/{name}"),
            field: image.path,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_not_taken_for_paths() {
        for image in
            ["nginx", "acme/app", "registry.example.com/a/b:1.0", "localhost:5000/x@sha256:0"]
        {
            assert!(!is_meant_as_path(image), "{image}");
        }
        for path in ["./x", "../x", "/x", "~/x", "deploy/", "deploy/shop.yaml", "a.json", r"a\b"] {
            assert!(is_meant_as_path(path), "{path}");
        }
    }
}
