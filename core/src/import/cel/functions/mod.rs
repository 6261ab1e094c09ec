//! Functions of the language, of Kubernetes' libraries and of Kyverno's.

mod conversions;
mod encoding;
mod kubernetes;
mod lists;
mod numbers;
mod strings;
mod times;

use super::error::CelError;
use super::evaluate::Scope;
use super::value::Value;

type Answer = Result<Value, CelError>;
/// What a library says of a call; `None` where it has no function that takes these values.
type Maybe = Option<Answer>;

/// Functions that are written with the name of their library before them.
const QUALIFIED: &[&str] = &[
    "base64.decode",
    "base64.encode",
    "globalContext.Get",
    "globalContext.get",
    "hash.md5",
    "hash.sha1",
    "hash.sha256",
    "http.Get",
    "http.Post",
    "http.get",
    "http.post",
    "http.Client",
    "http.client",
    "image.GetMetadata",
    "image.getMetadata",
    "imageData.Get",
    "imageData.get",
    "ip.isCanonical",
    "json.marshal",
    "json.unmarshal",
    "lists.range",
    "math.abs",
    "math.ceil",
    "math.floor",
    "math.greatest",
    "math.isFinite",
    "math.isInf",
    "math.isNaN",
    "math.least",
    "math.round",
    "math.sign",
    "math.trunc",
    "optional.none",
    "optional.of",
    "optional.ofNonZeroValue",
    "random.string",
    "resource.Get",
    "resource.List",
    "resource.Post",
    "resource.get",
    "resource.list",
    "resource.post",
    "sets.contains",
    "sets.equivalent",
    "sets.intersects",
    "strings.quote",
    "time.now",
    "user.parseServiceAccount",
    "yaml.parse",
];

/// Functions and methods without such a name.
const PLAIN: &[&str] = &[
    "abs",
    "add",
    "asApproximateFloat",
    "asInteger",
    "bool",
    "bytes",
    "charAt",
    "cidr",
    "compareTo",
    "contains",
    "containsCIDR",
    "containsDigest",
    "containsIP",
    "digest",
    "distinct",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "extractPayload",
    "family",
    "find",
    "findAll",
    "first",
    "flatten",
    "format",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getEscapedPath",
    "getFullYear",
    "getHost",
    "getHostname",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getPort",
    "getQuery",
    "getScheme",
    "getSeconds",
    "hasValue",
    "identifier",
    "image",
    "indexOf",
    "int",
    "ip",
    "isCIDR",
    "isGlobalUnicast",
    "isGreaterThan",
    "isIP",
    "isImage",
    "isInteger",
    "isLessThan",
    "isLinkLocalMulticast",
    "isLinkLocalUnicast",
    "isLoopback",
    "isQuantity",
    "isSemver",
    "isSorted",
    "isURL",
    "isUnspecified",
    "join",
    "last",
    "lastIndexOf",
    "lowerAscii",
    "major",
    "masked",
    "matches",
    "max",
    "md5",
    "min",
    "minor",
    "now",
    "or",
    "orValue",
    "parseImageReference",
    "parseServiceAccount",
    "patch",
    "payload",
    "prefixLength",
    "quantity",
    "random",
    "registry",
    "replace",
    "repository",
    "reverse",
    "semver",
    "sha1",
    "sha256",
    "sign",
    "size",
    "slice",
    "sort",
    "split",
    "startsWith",
    "string",
    "sub",
    "substring",
    "sum",
    "tag",
    "timestamp",
    "trim",
    "type",
    "uint",
    "upperAscii",
    "url",
    "value",
    "verifyAttestationSignatures",
    "verifyImageSignatures",
];

const TYPES: &[&str] =
    &["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

/// Whether the name, its library before it, is a function's.
pub(super) fn is_qualified(name: &str) -> bool {
    QUALIFIED.contains(&name)
}

/// Whether any function has the name.
pub(super) fn is_plain(name: &str) -> bool {
    PLAIN.contains(&name)
}

/// The type that an identifier names.
pub(super) fn type_named(name: &str) -> Option<Value> {
    TYPES.iter().find(|known| **known == name).map(|known| Value::Type(known))
}

/// Calls a function or, with the target as the first value, a method.
pub(super) fn call(scope: &Scope<'_>, name: &str, is_method: bool, values: &[Value]) -> Answer {
    if let Some(refusal) = refused(name) {
        return Err(refusal);
    }
    let libraries = [
        conversions::call,
        strings::call,
        lists::call,
        numbers::call,
        times::call,
        kubernetes::call,
        encoding::call,
    ];
    for library in libraries {
        if let Some(answer) = library(scope, name, values) {
            let answer = answer?;
            scope.budget.spend(answer.weight())?;
            return Ok(answer);
        }
    }
    if !is_qualified(name) && !is_plain(name) {
        return Err(CelError::UnknownFunction(name.to_owned()));
    }
    let types: Vec<_> = values.iter().map(Value::type_name).collect();
    Err(CelError::NoSuchOverload(match (is_method, types.split_first()) {
        (true, Some((target, types))) => format!("{target}.{name}({})", types.join(", ")),
        _ => format!("{name}({})", types.join(", ")),
    }))
}

/// Functions that would make an answer depend on more than what was handed in.
pub(super) fn refused(name: &str) -> Option<CelError> {
    let why = match name {
        _ if name.starts_with("http.") => "no policy reaches the network",
        "random" | "random.string" => "an answer may not depend on chance",
        "resource.Post" | "resource.post" => "no policy writes to a cluster",
        "hash.md5" | "hash.sha1" | "md5" | "sha1" => "broken hashes are not offered",
        _ => return None,
    };
    Some(CelError::Refused { name: name.to_owned(), why })
}
