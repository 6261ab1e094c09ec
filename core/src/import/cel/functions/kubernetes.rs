//! Kubernetes' quantity, semver, ip, cidr and url, and Kyverno's images.

use std::net::IpAddr;

use super::{Answer, Maybe, conversions};
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Scope;
use crate::import::cel::opaque::{Amount, Image, Opaque, Semver, Url};
use crate::import::cel::value::Value;
use crate::import::kyverno::quantity::Quantity;
use crate::import::kyverno::versions::Version;

pub(super) fn call(_: &Scope<'_>, name: &str, values: &[Value]) -> Maybe {
    match values {
        [Value::Text(text)] => reading(name, text),
        [Value::Opaque(opaque), rest @ ..] => match &**opaque {
            Opaque::Quantity(amount) => quantity(name, amount, rest),
            Opaque::Semver(version) => semver(name, &version.0, rest),
            Opaque::Ip(ip) => address(name, *ip, rest),
            Opaque::Cidr(ip, length) => network(name, *ip, *length, rest),
            Opaque::Url(url) => web(name, url, rest),
            Opaque::Image(image) => reference(name, image, rest),
        },
        _ => None,
    }
}

/// Functions that read a text, and those that ask whether they could.
fn reading(name: &str, text: &str) -> Maybe {
    let asks = name.starts_with("is");
    let (what, read) = match name {
        "quantity" | "isQuantity" => {
            ("quantity", Quantity::parse(text).map(|it| Opaque::Quantity(Amount(it))))
        }
        "semver" | "isSemver" => {
            ("semantic version", Version::parse(text).map(|it| Opaque::Semver(Semver(it))))
        }
        "ip" | "isIP" => ("IP address", plain_ip(text).map(Opaque::Ip)),
        "ip.isCanonical" => {
            let canonical = plain_ip(text).map(|ip| Value::Bool(ip.to_string() == text));
            return Some(canonical.ok_or_else(|| CelError::invalid("IP address", text)));
        }
        "cidr" | "isCIDR" => ("CIDR", cidr(text).map(|(ip, length)| Opaque::Cidr(ip, length))),
        "url" | "isURL" => ("URL", Url::parse(text).map(Opaque::Url)),
        "image" | "isImage" | "parseImageReference" => {
            ("image reference", Image::parse(text).map(Opaque::Image))
        }
        _ => return None,
    };
    Some(match (asks, read) {
        (true, read) => Ok(Value::Bool(read.is_some())),
        (false, Some(opaque)) => Ok(Value::opaque(opaque)),
        (false, None) => Err(CelError::invalid(what, text)),
    })
}

/// As Kubernetes: no zones, and no IPv4 within IPv6.
fn plain_ip(text: &str) -> Option<IpAddr> {
    text.parse().ok().filter(|ip| match ip {
        IpAddr::V4(_) => true,
        IpAddr::V6(ip) => ip.to_ipv4_mapped().is_none(),
    })
}

fn cidr(text: &str) -> Option<(IpAddr, u8)> {
    let (ip, length) = text.split_once('/')?;
    let ip = plain_ip(ip)?;
    let digits = length.bytes().all(|b| b.is_ascii_digit());
    let length = length.parse().ok().filter(|length| digits && *length <= bits(ip))?;
    Some((ip, length))
}

fn bits(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

/// The address with all bits after the prefix cleared, as a number.
fn prefix(ip: IpAddr, length: u8) -> u128 {
    let (value, width) = match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 32_u32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    };
    let dropped = width.saturating_sub(u32::from(length));
    value.checked_shr(dropped).and_then(|v| v.checked_shl(dropped)).unwrap_or(0)
}

fn holds(ip: IpAddr, length: u8, other: IpAddr) -> bool {
    ip.is_ipv4() == other.is_ipv4() && prefix(ip, length) == prefix(other, length)
}

fn quantity(name: &str, amount: &Amount, rest: &[Value]) -> Maybe {
    let other = match rest {
        [Value::Opaque(other)] => match &**other {
            Opaque::Quantity(other) => Some(other.0),
            _ => return None,
        },
        #[expect(clippy::cast_precision_loss, reason = "whole numbers of quantities are small")]
        [Value::Int(other)] => Quantity::from_f64(*other as f64),
        [] => None,
        _ => return None,
    };
    let made = |it: Option<Quantity>| {
        it.map(|it| Value::opaque(Opaque::Quantity(Amount(it))))
            .ok_or(CelError::Overflow("quantity"))
    };
    let value = amount.0.as_f64();
    let is_whole = value.fract() == 0.0 && value.abs() < 9.22e18;
    Some(match (name, other) {
        ("compareTo", Some(other)) => Ok(order(amount.0.compare(&other))),
        ("isGreaterThan", Some(other)) => Ok(Value::Bool(amount.0.compare(&other).is_gt())),
        ("isLessThan", Some(other)) => Ok(Value::Bool(amount.0.compare(&other).is_lt())),
        ("add", Some(other)) => made(amount.0.checked_add(other)),
        ("sub", Some(other)) => made(amount.0.checked_sub(other)),
        ("sign", None) => {
            Ok(Value::Int(if value > 0.0 { 1 } else { i64::from(value < 0.0).saturating_neg() }))
        }
        ("isInteger", None) => Ok(Value::Bool(is_whole)),
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        ("asInteger", None) if is_whole => Ok(Value::Int(value as i64)),
        ("asInteger", None) => Err(CelError::Overflow("quantity")),
        ("asApproximateFloat", None) => Ok(Value::Double(value)),
        _ => return None,
    })
}

fn order(order: std::cmp::Ordering) -> Value {
    Value::Int(order as i64)
}

fn semver(name: &str, version: &Version, rest: &[Value]) -> Maybe {
    let [major, minor, patch] = version.core;
    let number =
        |it: u64| i64::try_from(it).map(Value::Int).map_err(|_| CelError::Overflow("semver"));
    if let [Value::Opaque(other)] = rest {
        let Opaque::Semver(other) = &**other else { return None };
        let found = version.cmp(&other.0);
        return Some(Ok(match name {
            "compareTo" => order(found),
            "isGreaterThan" => Value::Bool(found.is_gt()),
            "isLessThan" => Value::Bool(found.is_lt()),
            _ => return None,
        }));
    }
    match (name, rest) {
        ("major", []) => Some(number(major)),
        ("minor", []) => Some(number(minor)),
        ("patch", []) => Some(number(patch)),
        _ => None,
    }
}

fn address(name: &str, ip: IpAddr, rest: &[Value]) -> Maybe {
    if !rest.is_empty() {
        return None;
    }
    let (link_local, multicast) = match ip {
        IpAddr::V4(ip) => (ip.is_link_local(), ip.octets().starts_with(&[224, 0, 0])),
        IpAddr::V6(ip) => {
            let first = ip.segments().first().copied().unwrap_or(0);
            (first & 0xffc0 == 0xfe80, first & 0xff0f == 0xff02)
        }
    };
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    let special = ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || link_local;
    Some(Ok(match name {
        "family" => Value::Int(if ip.is_ipv4() { 4 } else { 6 }),
        "isUnspecified" => Value::Bool(ip.is_unspecified()),
        "isLoopback" => Value::Bool(ip.is_loopback()),
        "isLinkLocalMulticast" => Value::Bool(multicast),
        "isLinkLocalUnicast" => Value::Bool(link_local),
        "isGlobalUnicast" => Value::Bool(!special && !broadcast),
        _ => return None,
    }))
}

fn network(name: &str, ip: IpAddr, length: u8, rest: &[Value]) -> Maybe {
    let masked = match ip {
        IpAddr::V4(_) => IpAddr::from(u32::try_from(prefix(ip, length)).unwrap_or(0).to_be_bytes()),
        IpAddr::V6(_) => IpAddr::from(prefix(ip, length).to_be_bytes()),
    };
    let inside = |text: &str| -> Answer {
        match (name, plain_ip(text), cidr(text)) {
            ("containsIP", Some(other), _) => Ok(Value::Bool(holds(ip, length, other))),
            ("containsCIDR", _, Some((other, longer))) => {
                Ok(Value::Bool(longer >= length && holds(ip, length, other)))
            }
            _ => Err(CelError::invalid("address", text)),
        }
    };
    Some(match (name, rest) {
        ("containsIP" | "containsCIDR", [Value::Text(text)]) => inside(text),
        ("containsIP" | "containsCIDR", [other @ Value::Opaque(_)]) => {
            return conversions::string(other).map(|text| inside(&text));
        }
        ("ip", []) => Ok(Value::opaque(Opaque::Ip(ip))),
        ("masked", []) => Ok(Value::opaque(Opaque::Cidr(masked, length))),
        ("prefixLength", []) => Ok(Value::Int(i64::from(length))),
        _ => return None,
    })
}

fn web(name: &str, url: &Url, rest: &[Value]) -> Maybe {
    if !rest.is_empty() {
        return None;
    }
    let text = match name {
        "getScheme" => &url.scheme,
        "getHost" => &url.host,
        "getHostname" => url.hostname(),
        "getPort" => url.port(),
        "getEscapedPath" => &url.path,
        "getQuery" => return Some(Ok(query(&url.query))),
        _ => return None,
    };
    Some(Ok(Value::from(text)))
}

fn query(text: &str) -> Value {
    let mut found = std::collections::BTreeMap::<String, Vec<Value>>::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        found.entry(key.to_owned()).or_default().push(Value::from(value));
    }
    Value::map(found.into_iter().map(|(key, values)| (key, Value::list(values))))
}

fn reference(name: &str, image: &Image, rest: &[Value]) -> Maybe {
    if !rest.is_empty() {
        return None;
    }
    let text = match name {
        "registry" => &image.registry,
        "repository" => &image.repository,
        "tag" => &image.tag,
        "digest" => &image.digest,
        "identifier" => image.identifier(),
        "containsDigest" => return Some(Ok(Value::Bool(!image.digest.is_empty()))),
        _ => return None,
    };
    Some(Ok(Value::from(text)))
}

/// As `string()` writes it.
pub(super) fn text(opaque: &Opaque) -> String {
    match opaque {
        Opaque::Quantity(amount) => amount.0.plain(),
        Opaque::Semver(version) => {
            let [major, minor, patch] = version.0.core;
            format!("{major}.{minor}.{patch}")
        }
        Opaque::Ip(ip) => ip.to_string(),
        Opaque::Cidr(ip, length) => format!("{ip}/{length}"),
        Opaque::Url(url) => format!("{}://{}{}", url.scheme, url.host, url.path),
        Opaque::Image(image) => {
            let digest =
                if image.digest.is_empty() { String::new() } else { format!("@{}", image.digest) };
            let tag = if image.tag.is_empty() { String::new() } else { format!(":{}", image.tag) };
            format!("{}/{}{tag}{digest}", image.registry, image.repository)
        }
    }
}
