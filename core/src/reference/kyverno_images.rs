//! Wildcards over image names as Kyverno reads them.

use serde::{Deserialize, Serialize};

use super::{Reference, wildcard_matches};

/// Which images a `verifyImages` entry of Kyverno is about: `*` stands for any run of characters,
/// `/` among them, and `?` for one. They are compared with whole names, in which Docker Hub is
/// `docker.io`.
///
/// An image is meant if any of its names is, by tag (`latest` where none is written) or by digest;
/// it is left out only by the name that Kyverno itself compares, which is that by digest where one
/// is written.
///
/// ```
/// use cocket::reference::{KyvernoImages, Reference};
/// let images = KyvernoImages {
///     any: vec!["registry.example.com/*".to_owned()],
///     except: vec!["registry.example.com/open/*".to_owned()],
/// };
/// assert!(images.matches(&Reference::parse("registry.example.com/team/app:1")?));
/// assert!(!images.matches(&Reference::parse("registry.example.com/open/app:1")?));
/// # Ok::<(), cocket::reference::ReferenceError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KyvernoImages {
    /// One of these must match.
    pub any: Vec<String>,
    /// None of these may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

impl KyvernoImages {
    /// Whether the image is meant.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> bool {
        let names = names(image);
        let own = names.first().map_or("", String::as_str);
        let meant = |pattern: &String| names.iter().any(|name| wildcard_matches(pattern, name));
        self.any.iter().any(meant)
            && !self.except.iter().any(|pattern| wildcard_matches(pattern, own))
    }
}

/// The names of an image; the one that Kyverno compares first. It does not write `library/`.
fn names(image: &Reference) -> Vec<String> {
    let repository = image.repository();
    let short = repository.strip_prefix("docker.io/library/");
    let short = short.map(|name| format!("docker.io/{name}"));
    let mut names = Vec::new();
    for repository in short.iter().map(String::as_str).chain([repository]) {
        if let Some(digest) = image.digest() {
            names.push(format!("{repository}@{digest}"));
        }
        if let Some(tag) = image.tag() {
            names.push(format!("{repository}:{tag}"));
        }
        if image.digest().is_none() && image.tag().is_none() {
            names.push(format!("{repository}:latest"));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::KyvernoImages;
    use crate::reference::Reference;

    const DIGEST: &str = "sha256:5504f2a95018e3d8a52d80d9e1a128c6ea337581808ff9fe96f5628ce2336350";

    fn matches(any: &str, except: &str, image: &str) -> bool {
        let except = Some(except.to_owned()).filter(|text| !text.is_empty());
        let images =
            KyvernoImages { any: vec![any.to_owned()], except: except.into_iter().collect() };
        images.matches(&Reference::parse(image).unwrap())
    }

    #[test]
    fn an_image_is_meant_by_any_of_its_names() {
        let both = format!("r.example/app:1@{DIGEST}");
        assert!(matches("r.example/app:*", "", &both) && matches("r.example/app@*", "", &both));
        assert!(matches("docker.io/nginx*", "", "nginx"));
        assert!(matches("docker.io/library/nginx:latest", "", "nginx"));
        assert!(!matches("nginx*", "", "nginx"));
        assert!(matches("*", "", "nginx") && matches("r.example/???:1", "", "r.example/app:1"));
    }

    #[test]
    fn an_image_is_left_out_by_one_name_alone() {
        let both = format!("r.example/app:free@{DIGEST}");
        assert!(matches("r.example/*", "*:free", &both));
        assert!(!matches("r.example/*", "*:free", "r.example/app:free"));
    }
}
