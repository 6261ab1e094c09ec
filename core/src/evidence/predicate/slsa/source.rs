use std::fmt;

use serde::{Deserialize, Serialize};

/// Most bytes of a repository's name.
const REPOSITORY_BYTES: usize = 1_024;

/// A source repository: host and path, such as `github.com/acme/app`. The host is in lower case;
/// scheme, user, a `.git` at the end and a slash at the end are taken off. It is compared as a
/// whole.
///
/// ```
/// use cocket::evidence::predicate::slsa::SourceRepository;
/// let repository = |text: &str| SourceRepository::try_from(text.to_owned());
/// assert_eq!(repository("git+https://GitHub.com/acme/app.git"), repository("github.com/acme/app"));
/// assert_ne!(repository("github.com/acme/app-evil"), repository("github.com/acme/app"));
/// assert!(repository("https://github.com/acme/../evil").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct SourceRepository(String);

/// A source as a builder names it: a repository, and the git reference after `@` or `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceUri {
    /// The repository.
    pub repository: SourceRepository,
    /// The reference, such as `refs/heads/main`.
    pub reference: Option<String>,
}

impl SourceUri {
    /// Reads `git+https://host/path@ref`, `https://host/path.git#ref`, `git@host:path` and
    /// `host/path`. `None` for other schemes than `https`, `ssh` and `git`, and for paths that
    /// have more than one reading: with `..`, `%`, `?` or empty segments.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > REPOSITORY_BYTES {
            return None;
        }
        let (host, rest) = match text.strip_prefix("git+").unwrap_or(text).split_once("://") {
            Some(("https" | "ssh" | "git", rest)) => {
                let (authority, rest) = rest.split_once('/')?;
                // What stands before the last `@` is a user, not a host.
                (authority.rsplit('@').next()?, rest)
            }
            Some(_) => return None,
            None => plain(text)?,
        };
        let end = rest.find(['@', '#']).unwrap_or(rest.len());
        let (path, reference) = rest.split_at_checked(end)?;
        let reference = match (reference.strip_prefix('@'), reference.strip_prefix('#')) {
            (Some(reference), _) => Some(reference),
            // BuildKit writes a directory after the reference.
            (_, Some(fragment)) => fragment.split(':').next(),
            (None, None) => None,
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let path = path.strip_suffix(".git").unwrap_or(path);
        let host = host.to_ascii_lowercase();
        if !is_host(&host) || !path.split('/').all(is_segment) {
            return None;
        }
        Some(Self {
            repository: SourceRepository(format!("{host}/{path}")),
            reference: reference.filter(|text| !text.is_empty()).map(str::to_owned),
        })
    }
}

/// Host and path of `git@host:path` or `host/path`.
fn plain(text: &str) -> Option<(&str, &str)> {
    let slash = text.find('/').unwrap_or(text.len());
    let first = text.get(..slash)?;
    match first.split_once('@') {
        Some((_, _)) => text.split_once('@')?.1.split_once(':'),
        None => text.split_once('/'),
    }
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.split('.').all(is_label)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn is_segment(segment: &str) -> bool {
    !["", ".", ".."].contains(&segment)
        && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-~+".contains(&b))
}

impl TryFrom<String> for SourceRepository {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match SourceUri::parse(&text) {
            Some(SourceUri { repository, reference: None }) => Ok(repository),
            Some(_) => Err(format!("`{text}` names a reference beside the repository")),
            None => {
                let shown: String = text.chars().take(80).collect();
                Err(format!("`{shown}` is not a repository such as `github.com/acme/app`"))
            }
        }
    }
}

impl From<SourceRepository> for String {
    fn from(repository: SourceRepository) -> Self {
        repository.0
    }
}

impl fmt::Display for SourceRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_one_name() {
        for (text, reference) in [
            ("github.com/acme/app", None),
            ("https://github.com/acme/app", None),
            ("https://GITHUB.com/acme/app/", None),
            ("git+https://github.com/acme/app@refs/heads/main", Some("refs/heads/main")),
            ("git+https://github.com/acme/app.git@refs/tags/v1", Some("refs/tags/v1")),
            ("https://github.com/acme/app.git#refs/heads/main:docker", Some("refs/heads/main")),
            ("git@github.com:acme/app.git", None),
            ("ssh://git@github.com/acme/app", None),
            ("https://user:secret@github.com/acme/app", None),
        ] {
            let uri = SourceUri::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(uri.repository.to_string(), "github.com/acme/app", "{text}");
            assert_eq!(uri.reference.as_deref(), reference, "{text}");
        }
    }

    #[test]
    fn other_repositories_stay_others() {
        for text in [
            "Agithub.com/acme/app",
            "https://github.com/acme/appA",
            "https://github.com/Aacme/app",
            "https://github.com/Acme/app",
            "https://github.com.evil.example/acme/app",
            "https://github.com@evil.example/acme/app",
            "https://evil.example/github.com/acme/app",
            "https://github.com:8443/acme/app",
            "git@evil.example:github.com/acme/app",
        ] {
            let uri = SourceUri::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_ne!(uri.repository.to_string(), "github.com/acme/app", "{text}");
        }
        for text in [
            "",
            "github.com",
            "http://github.com/acme/app",
            "file:///acme/app",
            "https://github.com/acme/../evil/app",
            "https://github.com/acme//app",
            "https://github.com/acme/app?x",
            "https://github.com/acme%2fapp",
            "https:///acme/app",
            "https://github.com/acme/app\u{200b}",
            "git+git+https://github.com/acme/app",
        ] {
            assert_eq!(SourceUri::parse(text), None, "{text}");
        }
    }
}
