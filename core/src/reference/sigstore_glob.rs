//! Patterns over image names as sigstore's policy-controller reads them.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::Reference;

/// Most bytes of a glob.
const GLOB_BYTES: usize = 1_024;
/// Most bytes of its compiled form.
const COMPILED_BYTES: usize = 1 << 20;

/// A glob as sigstore's policy-controller reads it (`images[].glob` of a `ClusterImagePolicy`):
/// `*` stands for any run of characters without `/`, `**` for any run at all. It is compared with
/// whole names, in which Docker Hub is `index.docker.io`, and with the name as it was given.
///
/// An image has several names: by tag (`latest` where none is written), by digest, and as given.
/// The glob matches if it matches one of them.
///
/// ```
/// use cocket::reference::{Reference, SigstoreGlob};
/// let glob = SigstoreGlob::try_from("index.docker.io/library/*".to_owned())?;
/// assert!(glob.matches(&Reference::parse("nginx")?));
/// assert!(!glob.matches(&Reference::parse("registry.example.com/nginx")?));
/// assert!(SigstoreGlob::try_from("[a-z]*".to_owned()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct SigstoreGlob {
    text: Box<str>,
    regex: Regex,
}

impl SigstoreGlob {
    /// The glob as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches one of the image's names.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> bool {
        let repository = match image.host() {
            "docker.io" => format!("index.docker.io/{}", image.path()),
            _ => image.repository().to_owned(),
        };
        let tag = match (image.tag(), image.digest()) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some("latest"),
            (None, Some(_)) => None,
        };
        let by_tag = tag.map(|tag| format!("{repository}:{tag}"));
        let by_digest = image.digest().map(|digest| format!("{repository}@{digest}"));
        let names = by_tag.iter().chain(&by_digest);
        names.into_iter().any(|name| self.regex.is_match(name)) || self.matches_given(image)
    }

    /// Whether it matches the name as given. A name that a mirror took the place of is not one of
    /// the image's.
    fn matches_given(&self, image: &Reference) -> bool {
        self.regex.is_match(image.given())
            && Reference::parse(image.given())
                .is_ok_and(|given| given.repository() == image.repository())
    }
}

impl TryFrom<String> for SigstoreGlob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.len() > GLOB_BYTES {
            return Err(format!("a glob has 1 to {GLOB_BYTES} bytes, and this has {}", text.len()));
        }
        if let Some(odd) =
            text.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_:/*.@".contains(*c)))
        {
            return Err(format!("`{odd}` in the glob `{text}` is not part of any image name"));
        }
        // Without a registry these two mean Docker Hub.
        let spelled = match &*text {
            "*/*" => "index.docker.io/*/*",
            "*" => "index.docker.io/library/*",
            other => other,
        };
        let regex = RegexBuilder::new(&expression(spelled))
            .size_limit(COMPILED_BYTES)
            .build()
            .map_err(|_| format!("the glob `{text}` is too large"))?;
        Ok(Self { text: text.into(), regex })
    }
}

/// The glob as an expression over whole names. Three stars are two and one.
fn expression(glob: &str) -> String {
    let parts = glob
        .split("**")
        .map(|part| part.split('*').map(regex::escape).collect::<Vec<_>>().join("[^/]*"));
    format!(r"\A(?:{})\z", parts.collect::<Vec<_>>().join(".*"))
}

impl From<SigstoreGlob> for String {
    fn from(glob: SigstoreGlob) -> Self {
        glob.text.into()
    }
}

impl PartialEq for SigstoreGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for SigstoreGlob {}

#[cfg(test)]
mod tests {
    use super::SigstoreGlob;
    use crate::reference::{Reference, RepositoryPrefix};

    fn matches(glob: &str, image: &str) -> bool {
        let glob = SigstoreGlob::try_from(glob.to_owned()).unwrap();
        glob.matches(&Reference::parse(image).unwrap())
    }

    const DIGEST: &str = "sha256:5504f2a95018e3d8a52d80d9e1a128c6ea337581808ff9fe96f5628ce2336350";

    #[test]
    fn one_star_stays_inside_a_segment_and_two_do_not() {
        assert!(matches("registry.example.com/*", "registry.example.com/app:1"));
        assert!(!matches("registry.example.com/*", "registry.example.com/team/app:1"));
        assert!(matches("registry.example.com/**", "registry.example.com/team/app:1"));
        assert!(matches("**app**", "registry.example.com/team/app"));
        // The dot is a dot.
        assert!(!matches("registry.example.com/**", "registryxexample.com/app"));
    }

    #[test]
    fn an_image_has_a_name_by_tag_one_by_digest_and_the_given_one() {
        let both = format!("registry.example.com/app:1@{DIGEST}");
        assert!(matches("registry.example.com/app:*", &both));
        assert!(matches("registry.example.com/app@sha256:*", &both));
        assert!(matches(&format!("registry.example.com/app:1@{DIGEST}"), &both));
        let pinned = format!("registry.example.com/app@{DIGEST}");
        assert!(!matches("registry.example.com/app:*", &pinned));
        assert!(matches("nginx", "nginx"));
        assert!(matches("index.docker.io/library/nginx:latest", "nginx"));
        assert!(!matches("docker.io/library/nginx:latest", "nginx"));
        assert!(matches("docker.io/library/nginx", "docker.io/library/nginx"));
    }

    #[test]
    fn the_given_name_of_a_mirrored_image_is_not_its_own() {
        let prefix = |text: &str| RepositoryPrefix::parse(text).unwrap();
        let given = Reference::parse("nginx").unwrap();
        let moved = given.relocated(&prefix("docker.io"), &prefix("mirror.example.com/hub"));
        let glob = |text: &str| SigstoreGlob::try_from(text.to_owned()).unwrap();
        assert!(!glob("nginx").matches(moved.as_ref().unwrap()));
        assert!(glob("mirror.example.com/hub/**").matches(moved.as_ref().unwrap()));
    }

    #[test]
    fn other_characters_and_sizes_are_refused() {
        for bad in ["", "[a-z]*", "a?", "a b", "a#b", "é"] {
            assert!(SigstoreGlob::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(SigstoreGlob::try_from("a".repeat(1_025)).is_err());
    }
}
