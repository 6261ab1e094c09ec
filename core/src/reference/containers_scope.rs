//! Scopes over image names as containers-policy.json(5) has them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Reference;

/// Where a section of a `policy.json` of the containers project applies (containers-policy.json(5),
/// "Supported transports and their scopes", `docker`): an image with its tag or digest, a
/// repository, a path above it, a host, or `*.` and a domain; empty for every image. `except` are
/// the other scopes: of those that cover an image, the most specific is the one that counts.
///
/// ```
/// use cocket::reference::{ContainersScope, Reference};
/// let scope = ContainersScope {
///     scope: "registry.example.com".to_owned(),
///     except: ["registry.example.com/team".to_owned()].into(),
/// };
/// assert!(scope.matches(&Reference::parse("registry.example.com/other/app:1")?));
/// assert!(!scope.matches(&Reference::parse("registry.example.com/team/app:1")?));
/// # Ok::<(), cocket::reference::ReferenceError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainersScope {
    /// The scope; empty: every image.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The other scopes of the same policy.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<String>,
}

impl ContainersScope {
    /// Whether the scope is the most specific one for the image.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> bool {
        let found = ladder(image)
            .into_iter()
            .find(|step| *step == self.scope || self.except.contains(step));
        found.is_some_and(|step| step == self.scope)
    }
}

/// The scopes that cover an image, the most specific first.
fn ladder(image: &Reference) -> Vec<String> {
    let repository = image.repository();
    let mut steps = Vec::new();
    // A name with both is one that the containers project has no scope for; here each counts.
    if let Some(tag) = image.tag() {
        steps.push(format!("{repository}:{tag}"));
    }
    if let Some(digest) = image.digest() {
        steps.push(format!("{repository}@{digest}"));
    }
    if image.tag().is_none() && image.digest().is_none() {
        steps.push(format!("{repository}:latest"));
    }
    let mut name = repository;
    steps.push(name.to_owned());
    while let Some((above, _)) = name.rsplit_once('/') {
        steps.push(above.to_owned());
        name = above;
    }
    let mut domain = name.split(':').next().unwrap_or(name);
    while let Some((_, above)) = domain.split_once('.') {
        steps.push(format!("*.{above}"));
        domain = above;
    }
    steps.push(String::new());
    steps
}

#[cfg(test)]
mod tests {
    use super::{ContainersScope, ladder};
    use crate::reference::Reference;

    #[test]
    fn scopes_go_from_the_image_over_its_paths_to_its_domains() {
        let ladder = |image: &str| ladder(&Reference::parse(image).unwrap());
        assert_eq!(
            ladder("host.example.com:5000/a/b:1"),
            [
                "host.example.com:5000/a/b:1",
                "host.example.com:5000/a/b",
                "host.example.com:5000/a",
                "host.example.com:5000",
                "*.example.com",
                "*.com",
                "",
            ]
        );
        assert_eq!(
            ladder("busybox"),
            [
                "docker.io/library/busybox:latest",
                "docker.io/library/busybox",
                "docker.io/library",
                "docker.io",
                "*.io",
                "",
            ]
        );
    }

    #[test]
    fn each_image_has_one_scope() {
        let all =
            ["", "docker.io", "docker.io/library/busybox", "*.example.com", "a.example.com/x"];
        let scope = |scope: &str| ContainersScope {
            scope: scope.to_owned(),
            except: all.iter().filter(|one| **one != scope).map(|one| (*one).to_owned()).collect(),
        };
        for (image, expected) in [
            ("busybox:1", "docker.io/library/busybox"),
            ("nginx", "docker.io"),
            ("b.example.com/app", "*.example.com"),
            (
                "a.example.com/x/y@sha256:5504f2a95018e3d8a52d80d9e1a128c6ea337581808ff9fe96f5628ce2336350",
                "a.example.com/x",
            ),
            ("quay.io/app", ""),
        ] {
            let image = Reference::parse(image).unwrap();
            let found: Vec<&str> =
                all.into_iter().filter(|one| scope(one).matches(&image)).collect();
            assert_eq!(found, [expected], "{image}");
        }
    }
}
