//! Patterns over image names: host, path and tag are matched separately.

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

use super::name::{is_host, is_label, is_path, is_tag, normal_repository, split_host};
use super::{Digest, Reference};

/// A pattern over image names: `host/path[:tag][@digest]`. `*` stays inside one segment, `**`
/// crosses `/`, in the host `*` is one whole label and the last two labels are literal; nothing
/// is implied at either end. Without a tag, any tag matches.
///
/// ```
/// use cocket::reference::{ImagePattern, Reference};
/// let pattern = ImagePattern::try_from("registry.example.com/**".to_owned())?;
/// let matches = |name| Reference::parse(name).is_ok_and(|name| pattern.matches(&name));
/// assert!(matches("registry.example.com/team/app:1"));
/// assert!(!matches("registry.example.com.evil.io/team/app:1"));
/// assert!(ImagePattern::try_from("registry.example.com*".to_owned()).is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct ImagePattern {
    text: Box<str>,
    host: Box<str>,
    path: Path,
    tag: Option<GlobMatcher>,
    digest: Option<Digest>,
}

#[derive(Debug, Clone)]
enum Path {
    Exact(Box<str>),
    /// Everything under a literal path; empty: everything on the host.
    Under(Box<str>),
    Glob(Box<GlobMatcher>),
}

/// How a pattern can be found in an index.
pub(super) enum LookUp {
    /// It matches this repository and nothing else.
    Exact(String),
    /// It matches everything under this host or path and nothing else.
    Under(String),
    /// What it matches is this repository, or under it.
    Starting(String),
    /// The host of what it matches ends like this.
    HostEnding(String),
}

impl PartialEq for ImagePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ImagePattern {}

impl ImagePattern {
    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern matches the whole of the reference.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> bool {
        let path = match &self.path {
            Path::Exact(path) => **path == *image.path(),
            Path::Under(path) => is_under(image.path(), path),
            Path::Glob(glob) => glob.is_match(image.path()),
        };
        path && host_matches(&self.host, image.host())
            && self
                .tag
                .as_ref()
                .is_none_or(|glob| image.tag().is_some_and(|tag| glob.is_match(tag)))
            && self.digest.is_none_or(|digest| image.digest() == Some(&digest))
    }

    pub(super) fn look_up(&self) -> LookUp {
        if let Some(wildcard) = self.host.rfind('*') {
            let end = self.host.get(wildcard..).unwrap_or_default();
            return LookUp::HostEnding(end.trim_start_matches('*').to_owned());
        }
        let under = |path: &str| match path {
            "" => self.host.to_string(),
            path => format!("{}/{path}", self.host),
        };
        let is_plain = self.tag.is_none() && self.digest.is_none();
        match &self.path {
            Path::Exact(path) if is_plain => LookUp::Exact(under(path)),
            Path::Under(path) if is_plain => LookUp::Under(under(path)),
            Path::Exact(path) | Path::Under(path) => LookUp::Starting(under(path)),
            Path::Glob(glob) => {
                let segments = glob.glob().glob().split('/');
                let literal: Vec<&str> =
                    segments.take_while(|segment| !segment.contains(['*', '?'])).collect();
                LookUp::Starting(under(&literal.join("/")))
            }
        }
    }
}

fn is_under(path: &str, prefix: &str) -> bool {
    prefix.is_empty() || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
}

fn host_matches(pattern: &str, host: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == host;
    }
    let (mut own, mut other) = (pattern.split('.'), host.split('.'));
    loop {
        match (own.next(), other.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(own), Some(other)) if own == other => {}
            _ => return false,
        }
    }
}

impl TryFrom<String> for ImagePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if let Some(odd) =
            text.chars().find(|c| !(c.is_ascii_alphanumeric() || "._-/:@*?".contains(*c)))
        {
            return Err(format!(
                "`{odd}` in the pattern `{text}` is not part of any image name; `*`, `**` and `?` are the wildcards"
            ));
        }
        let (rest, digest) = match text.split_once('@') {
            None => (text.as_str(), None),
            Some((rest, digest)) => {
                (rest, Some(digest.parse::<Digest>().map_err(|error| error.to_string())?))
            }
        };
        // What stands before a colon is a host with a port, or a name with a tag.
        let first = rest.split(':').next().unwrap_or(rest);
        if !rest.contains('/') && (first.contains(['*', '.']) || first.is_empty()) {
            let host = rest.trim_end_matches(['*', '.']);
            return Err(format!(
                "the pattern `{text}` has no `/` after its host; write `{host}/**` for all images there"
            ));
        }
        let (host, _, rest) = split_host(rest);
        let (path, tag) = match rest.split_once(':') {
            None => (rest, None),
            Some((path, tag)) => (path, Some(tag)),
        };
        check_host(&text, host)?;
        let tag = tag.map(|tag| tag_glob(&text, tag)).transpose()?;
        let (host, path) = path_of(&text, host, path)?;
        Ok(Self { host: host.into(), path, tag, digest, text: text.into() })
    }
}

impl From<ImagePattern> for String {
    fn from(pattern: ImagePattern) -> Self {
        pattern.text.into()
    }
}

fn check_host(text: &str, host: &str) -> Result<(), String> {
    if !host.contains(['*', '?']) {
        return match is_host(host) {
            true => Ok(()),
            false => Err(format!("`{host}` in the pattern `{text}` is not a registry host")),
        };
    }
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let labels: Vec<&str> = name.split('.').collect();
    let literal = labels.iter().rev().take(2).all(|label| is_label(label));
    if labels.len() < 3 || !literal {
        return Err(format!(
            "the last two labels of the host `{host}` in the pattern `{text}` must be literal"
        ));
    }
    let whole = labels.iter().all(|label| *label == "*" || is_label(label));
    if !whole || port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "in the host `{host}` of the pattern `{text}`, `*` stands for one whole label"
        ));
    }
    Ok(())
}

fn tag_glob(text: &str, tag: &str) -> Result<GlobMatcher, String> {
    let plain: String = tag.chars().map(|c| if "*?".contains(c) { 'x' } else { c }).collect();
    if !is_tag(&plain) {
        return Err(format!("`{tag}` in the pattern `{text}` is not a tag"));
    }
    glob(text, tag)
}

fn path_of(text: &str, host: &str, path: &str) -> Result<(String, Path), String> {
    let segments: Vec<&str> = path.split('/').collect();
    for segment in &segments {
        let plain: String =
            segment.chars().map(|c| if "*?".contains(c) { 'x' } else { c }).collect();
        if segment.is_empty() || !(is_path(&plain) || is_joined(&plain)) {
            return Err(format!(
                "`{segment}` in the pattern `{text}` cannot be part of a repository path"
            ));
        }
        if segment.contains("**") && *segment != "**" {
            return Err(format!(
                "`**` in the pattern `{text}` must be a whole segment, as in `team/**`"
            ));
        }
    }
    if let [only] = segments.as_slice()
        && let Some(name) = only.strip_suffix('*').filter(|name| !name.is_empty() && *name != "*")
    {
        return Err(format!(
            "the pattern `{text}` ends in `{name}*`, which also matches `{name}-evil`; write `{host}/{name}/**` for all images under `{name}`"
        ));
    }
    let repository = normal_repository(host, path);
    let (host, normal) = repository.split_once('/').unwrap_or((host, path));
    // `*` and `**` as a whole path mean paths, not one of Docker Hub's own images.
    let normal =
        if segments.first().is_some_and(|first| first.starts_with('*')) { path } else { normal };
    let path = match normal.strip_suffix("**") {
        Some("") => Path::Under("".into()),
        Some(prefix) if !prefix.contains(['*', '?']) => {
            Path::Under(prefix.trim_end_matches('/').into())
        }
        None if !normal.contains(['*', '?']) => Path::Exact(normal.into()),
        _ => Path::Glob(Box::new(glob(text, normal)?)),
    };
    Ok((host.to_owned(), path))
}

/// Wildcards beside a separator, as in `app-*`, where a letter was put in for each.
fn is_joined(plain: &str) -> bool {
    plain.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

fn glob(text: &str, part: &str) -> Result<GlobMatcher, String> {
    GlobBuilder::new(part)
        .literal_separator(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| format!("the pattern `{text}` is not a glob: {error}"))
}
