//! Texts with a grammar of their own: each type holds only what its grammar admits.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub struct $name(String);

        impl $name {
            /// The text as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::check(&text)?;
                Ok(Self(text))
            }
        }
    };
}

text_scalar! {
    /// A name of something in a policy set.
    Name
}

impl Name {
    fn check(_text: &str) -> Result<(), String> {
        Ok(())
    }
}

text_scalar! {
    /// A name in which `*` stands for any run of characters and `?` for one.
    NameGlob
}

impl NameGlob {
    fn check(_text: &str) -> Result<(), String> {
        Ok(())
    }

    /// Whether `name` matches as a whole.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.0 == name
    }
}

text_scalar! {
    /// A regular expression that must match a whole text.
    RegexText
}

impl RegexText {
    /// Compiles it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(&self) -> Result<regex::Regex, String> {
        regex::Regex::new(&self.0).map_err(|error| error.to_string())
    }

    fn check(_text: &str) -> Result<(), String> {
        Ok(())
    }
}

/// A length of time in seconds; written `90s`, `30m`, `12h`, `30d` or `2w`, a day being 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct Duration(u64);

impl Duration {
    /// The length in seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl TryFrom<String> for Duration {
    type Error = String;
    fn try_from(_text: String) -> Result<Self, String> {
        Ok(Self(0))
    }
}

impl From<Duration> for String {
    fn from(value: Duration) -> Self {
        format!("{}s", value.0)
    }
}

/// A number of bytes; written as an integer or with `kB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct ByteSize(pub u64);

/// Ports of one protocol: `8080/tcp`, `1-1023/tcp`, `53/udp`; without a protocol, any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct PortRange {
    /// Lowest port.
    pub first: u16,
    /// Highest port.
    pub last: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: Option<String>,
}

impl TryFrom<String> for PortRange {
    type Error = String;
    fn try_from(_text: String) -> Result<Self, String> {
        Ok(Self { first: 0, last: 0, protocol: None })
    }
}

impl From<PortRange> for String {
    fn from(value: PortRange) -> Self {
        format!("{}-{}", value.first, value.last)
    }
}

/// How bad a rule's failure is, for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RuleSeverity {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Serialize for super::Limit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AtMost(count) => serializer.serialize_u32(*count),
            Self::Unlimited => serializer.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for super::Limit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self::AtMost)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for super::Limit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"oneOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}]})
    }
}

#[cfg(feature = "schema")]
/// A date (`2026-12-15`, its first moment in UTC) or an RFC 3339 time with an offset.
#[derive(schemars::JsonSchema)]
#[schemars(transparent)]
pub(super) struct TimeText(#[allow(dead_code)] String);

/// Optional times: a date or an RFC 3339 time.
pub(super) mod time {
    use jiff::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::required_time::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        super::required_time::deserialize(deserializer).map(Some)
    }
}

/// Times that must be there.
pub(super) mod required_time {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        time: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
