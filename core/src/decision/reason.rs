use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use crate::evidence::{Platform, Severity};
use crate::reasons::Code;
use crate::reference::Digest;
use crate::shown::shown;

/// A value in a reason, kept as what it is and written out on demand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Detail {
    /// Text.
    Text(Cow<'static, str>),
    /// A count.
    Count(u64),
    /// A digest.
    Digest(Digest),
    /// A moment.
    Time(Timestamp),
    /// Findings of one severity: how many, and the first of them.
    Findings {
        /// How many.
        count: u64,
        /// Their severity.
        severity: Severity,
        /// The worst of them, by package.
        items: Vec<String>,
        /// How many more there are.
        more: u64,
    },
    /// A list that may have been cut: the first items, and how many more there are.
    List {
        /// The first items, sorted.
        items: Vec<String>,
        /// How many more there are.
        more: u64,
    },
}

impl Detail {
    /// A list that is not cut.
    pub fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> Self {
        Self::List { items: items.into_iter().map(str::to_owned).collect(), more: 0 }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Count(count) => write!(f, "{count}"),
            Self::Digest(digest) => write!(f, "{digest}"),
            Self::Time(time) => write!(f, "{time}"),
            Self::Findings { count, severity, items, more } => {
                write!(f, "{count} {}: {}", severity.name(), items.join("; "))?;
                match more {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::List { items, more: 0 } => f.write_str(&items.join(", ")),
            Self::List { items, more } => write!(f, "{} and {more} more", items.join(", ")),
        }
    }
}

impl Serialize for Detail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<&'static str> for Detail {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// Why a rule came out as it did: a code of the catalogue, what was found and what was expected.
///
/// ```
/// use cocket::decision::Reason;
/// use cocket::reasons::Code;
/// let reason = Reason::new(Code::ReferenceTagDenied).found("latest").expected("not `latest`");
/// assert_eq!(
///     reason.to_string(),
///     "the tag is one that the policy denies: found latest, expected not `latest`"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "Read")]
pub struct Reason {
    /// The stable code.
    pub code: Code,
    /// The platform it is about, where the image has several.
    pub platform: Option<Platform>,
    /// What was found.
    pub found: Option<Detail>,
    /// What was expected.
    pub expected: Option<Detail>,
    /// The digests of the evidence it comes from.
    pub evidence: Vec<Digest>,
    /// Whether trying again may help.
    pub retryable: bool,
}

impl Reason {
    /// A reason with nothing but its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            platform: None,
            found: None,
            expected: None,
            evidence: Vec::new(),
            retryable: code == Code::EvidenceUnavailable,
        }
    }

    /// With what was found.
    #[must_use]
    pub fn found(mut self, found: impl Into<Detail>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// With what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<Detail>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// With the digest of evidence that it comes from.
    #[must_use]
    pub fn from_evidence(mut self, digest: Digest) -> Self {
        self.evidence.push(digest);
        self
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.title())?;
        match (&self.found, &self.expected) {
            (Some(found), Some(expected)) => write!(f, ": found {found}, expected {expected}"),
            (Some(found), None) => write!(f, ": {found}"),
            (None, Some(expected)) => write!(f, ": expected {expected}"),
            (None, None) => Ok(()),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Written<'a> {
            code: Code,
            message: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            platform: &'a Option<Platform>,
            #[serde(skip_serializing_if = "Option::is_none")]
            found: &'a Option<Detail>,
            #[serde(skip_serializing_if = "Option::is_none")]
            expected: &'a Option<Detail>,
            #[serde(skip_serializing_if = "str::is_empty")]
            remedy: &'a str,
            #[serde(skip_serializing_if = "<[Digest]>::is_empty")]
            evidence: &'a [Digest],
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            retryable: bool,
        }
        Written {
            code: self.code,
            message: self.to_string(),
            platform: &self.platform,
            found: &self.found,
            expected: &self.expected,
            remedy: self.code.remedy(),
            evidence: &self.evidence,
            retryable: self.retryable,
        }
        .serialize(serializer)
    }
}

/// A reason as it stands in a decision. Its message and remedy are made again of the rest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Read {
    code: String,
    #[serde(rename = "message")]
    _message: String,
    platform: Option<Platform>,
    found: Option<String>,
    expected: Option<String>,
    #[serde(default, rename = "remedy")]
    _remedy: String,
    #[serde(default)]
    evidence: Vec<Digest>,
    #[serde(default)]
    retryable: bool,
}

impl TryFrom<Read> for Reason {
    type Error = String;

    fn try_from(read: Read) -> Result<Self, String> {
        let unknown = || format!("{} is not in the catalogue of reasons", shown(&read.code));
        Ok(Self {
            code: Code::from_code(&read.code).ok_or_else(unknown)?,
            platform: read.platform,
            found: read.found.map(Detail::from),
            expected: read.expected.map(Detail::from),
            evidence: read.evidence,
            retryable: read.retryable,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_list_says_how_many_more() {
        let list = Detail::List { items: vec!["a".to_owned(), "b".to_owned()], more: 3 };
        assert_eq!(list.to_string(), "a, b and 3 more");
    }

    #[test]
    fn a_reason_carries_message_and_remedy() {
        let reason = Reason::new(Code::EvidenceUnavailable).found("blob store");
        let json = serde_json::to_value(&reason).unwrap();
        assert_eq!(json["code"], "evidence.unavailable");
        assert_eq!(json["message"], "the evidence could not be fetched: blob store");
        assert_eq!(json["retryable"], true);
        assert!(json["remedy"].as_str().is_some_and(|text| !text.is_empty()));
    }
}
