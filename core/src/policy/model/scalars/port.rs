use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use crate::policy::shown::shown;

/// Ports of one protocol: `8080/tcp`, `1-1023/tcp`, `53/udp`; without a protocol, any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct PortRange {
    /// Lowest port.
    pub first: u16,
    /// Highest port.
    pub last: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: Option<String>,
}

impl PortRange {
    /// Whether every port of `other` is in this range.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.first <= other.first
            && other.last <= self.last
            && (self.protocol.is_none() || self.protocol == other.protocol)
    }
}

impl TryFrom<String> for PortRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (ports, protocol) = match text.split_once('/') {
            None => (text.as_str(), None),
            Some((ports, protocol)) => (ports, Some(protocol)),
        };
        if let Some(protocol) = protocol
            && !["tcp", "udp", "sctp"].contains(&protocol)
        {
            return Err(format!(
                "{} in {} is not one of `tcp`, `udp`, `sctp`",
                shown(protocol),
                shown(&text)
            ));
        }
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let (first, last) = (port(&text, first)?, port(&text, last)?);
        if first > last {
            return Err(format!("the range {} ends before it starts", shown(&text)));
        }
        Ok(Self { first, last, protocol: protocol.map(str::to_owned) })
    }
}

fn port(text: &str, digits: &str) -> Result<u16, String> {
    let plain = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    let port = if plain { digits.parse::<u16>().ok() } else { None };
    port.ok_or_else(|| {
        format!(
            "{} is not a port or range: `8080/tcp` or `1-1023/tcp` is expected, from 1 to 65535",
            shown(text)
        )
    })
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last != self.first {
            write!(f, "-{}", self.last)?;
        }
        match &self.protocol {
            Some(protocol) => write!(f, "/{protocol}"),
            None => Ok(()),
        }
    }
}

impl From<PortRange> for String {
    fn from(value: PortRange) -> Self {
        value.to_string()
    }
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Range;
        impl Visitor<'_> for Range {
            type Value = PortRange;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a port or range such as `8080/tcp`")
            }

            // A bare `8080` is a number to YAML.
            fn visit_u64<E: Error>(self, port: u64) -> Result<PortRange, E> {
                PortRange::try_from(port.to_string()).map_err(E::custom)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<PortRange, E> {
                PortRange::try_from(text.to_owned()).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Range)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PortRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PortRange".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Ports of one protocol: `8080/tcp`, `1-1023/tcp`, `53/udp`; without a protocol, any.",
            "oneOf": [
                {"type": "integer", "minimum": 1, "maximum": 65535},
                {"type": "string", "pattern": "^[1-9][0-9]*(-[1-9][0-9]*)?(/(tcp|udp|sctp))?$"},
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::PortRange;

    #[test]
    fn ranges_are_read_and_written_in_one_spelling() {
        for (text, canonical) in [
            ("8080/tcp", "8080/tcp"),
            ("8080-8080/tcp", "8080/tcp"),
            ("1-1023", "1-1023"),
            ("53/udp", "53/udp"),
            ("65535/sctp", "65535/sctp"),
        ] {
            assert_eq!(PortRange::try_from(text.to_owned()).unwrap().to_string(), canonical);
        }
        for bad in
            ["", "0", "65536", "080", "a", "1-", "-1", "5-4", "1/TCP", "1/", "1-2-3", "+1", " 1"]
        {
            assert!(PortRange::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert_eq!(serde_json::from_str::<PortRange>("8080").unwrap().to_string(), "8080");
        assert!(serde_json::from_str::<PortRange>("70000").is_err());
    }
}
