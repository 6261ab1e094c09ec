//! Functions on texts.

use regex::RegexBuilder;
use serde_json::Value;

use super::{Call, Function, function};
use crate::import::kyverno::jmespath::JmesError;
use crate::import::kyverno::versions;
use crate::import::kyverno::wildcard::wildcard_match;

pub(super) const FUNCTIONS: &[Function] = &[
    function("compare", 2, 2, |call| {
        let order = call.text(0)?.cmp(call.text(1)?) as i8;
        Ok(Value::from(order))
    }),
    function("contains", 2, 2, contains),
    function("ends_with", 2, 2, |call| Ok(call.text(0)?.ends_with(call.text(1)?).into())),
    function("equal_fold", 2, 2, |call| {
        Ok((call.text(0)?.to_lowercase() == call.text(1)?.to_lowercase()).into())
    }),
    function("join", 2, 2, join),
    function("label_match", 2, 2, label_match),
    function("pattern_match", 2, 2, |call| {
        Ok(wildcard_match(call.text(0)?, &call.printed(1)?).into())
    }),
    function("regex_match", 2, 2, |call| {
        Ok(regex(call, call.text(0)?)?.is_match(&call.printed(1)?).into())
    }),
    function("regex_replace_all", 3, 3, |call| {
        let replacement = call.printed(2)?;
        replaced(call, |regex, source| regex.replace_all(source, &*replacement).into_owned())
    }),
    function("regex_replace_all_literal", 3, 3, |call| {
        let replacement = call.printed(2)?;
        replaced(call, |regex, source| {
            regex.replace_all(source, regex::NoExpand(&replacement)).into_owned()
        })
    }),
    function("replace", 4, 4, |call| {
        let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
        let times = call.whole(3)?;
        grown(call, text, old, new)?;
        Ok(match usize::try_from(times) {
            Ok(times) => text.replacen(old, new, times),
            Err(_) => text.replace(old, new),
        }
        .into())
    }),
    function("replace_all", 3, 3, |call| {
        let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
        grown(call, text, old, new)?;
        Ok(text.replace(old, new).into())
    }),
    function("semver_compare", 2, 2, |call| {
        let version = call.text(0)?;
        let version = versions::Version::parse(version)
            .ok_or_else(|| call.fault(format!("`{version}` is no version")))?;
        let range = call.text(1)?;
        let fits = versions::in_range(&version, range);
        Ok(fits.ok_or_else(|| call.fault(format!("`{range}` is no range of versions")))?.into())
    }),
    function("split", 2, 2, split),
    function("starts_with", 2, 2, |call| Ok(call.text(0)?.starts_with(call.text(1)?).into())),
    function("to_lower", 1, 1, |call| Ok(call.text(0)?.to_lowercase().into())),
    function("to_upper", 1, 1, |call| Ok(call.text(0)?.to_uppercase().into())),
    function("trim", 2, 2, |call| {
        let cut: Vec<char> = call.text(1)?.chars().collect();
        Ok(call.text(0)?.trim_matches(&*cut).into())
    }),
    function("trim_prefix", 2, 2, |call| {
        let text = call.text(0)?;
        Ok(text.strip_prefix(call.text(1)?).unwrap_or(text).into())
    }),
    function("trim_suffix", 2, 2, |call| {
        let text = call.text(0)?;
        Ok(text.strip_suffix(call.text(1)?).unwrap_or(text).into())
    }),
    function("truncate", 2, 2, |call| {
        let length = usize::try_from(call.whole(1)?.max(0)).unwrap_or(usize::MAX);
        Ok(call.text(0)?.chars().take(length).collect::<String>().into())
    }),
];

/// Largest compiled expression.
const MAX_REGEX: usize = 1 << 20;

fn regex(call: &Call<'_>, pattern: &str) -> Result<regex::Regex, JmesError> {
    // Making one is work, too.
    call.spend(pattern.len().saturating_mul(16))?;
    let built = RegexBuilder::new(pattern).size_limit(MAX_REGEX).build();
    built.map_err(|_| call.fault(format!("`{pattern}` is no regular expression")))
}

fn replaced(
    call: &Call<'_>,
    replace: impl Fn(&regex::Regex, &str) -> String,
) -> Result<Value, JmesError> {
    let regex = regex(call, call.text(0)?)?;
    let source = call.printed(1)?;
    let replacement = call.printed(2)?.len();
    call.spend(source.len().saturating_add(1).saturating_mul(replacement.saturating_add(1)) / 16)?;
    Ok(replace(&regex, &source).into())
}

/// Counts what a replacement may make, before it is made.
fn grown(call: &Call<'_>, text: &str, old: &str, new: &str) -> Result<(), JmesError> {
    let places = match old.is_empty() {
        true => text.len().saturating_add(1),
        false => text.len().checked_div(old.len()).unwrap_or_default(),
    };
    call.spend(places.saturating_mul(new.len()) / 16)
}

fn contains(call: &Call<'_>) -> Result<Value, JmesError> {
    match call.value(0)? {
        Value::String(text) => match call.value(1)? {
            Value::String(part) => Ok(text.contains(part.as_str()).into()),
            _ => Ok(false.into()),
        },
        Value::Array(items) => {
            let wanted = call.value(1)?;
            let found = items.iter().any(|item| super::super::interpret::equal(item, wanted));
            Ok(found.into())
        }
        _ => Err(call.wrong(0, "a list or a string")),
    }
}

fn join(call: &Call<'_>) -> Result<Value, JmesError> {
    let glue = call.text(0)?;
    let items = call.list(1)?;
    let glued = items.len().saturating_mul(glue.len());
    let length =
        items.iter().filter_map(Value::as_str).map(str::len).fold(glued, usize::saturating_add);
    call.spend(length / 16)?;
    let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
    Ok(texts.ok_or_else(|| call.wrong(1, "a list of strings"))?.join(glue).into())
}

/// Whether all labels of the first are in the second.
fn label_match(call: &Call<'_>) -> Result<Value, JmesError> {
    let (wanted, labels) = (call.object(0)?, call.object(1)?);
    Ok(wanted.iter().all(|(key, value)| labels.get(key) == Some(value)).into())
}

fn split(call: &Call<'_>) -> Result<Value, JmesError> {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    call.spend(text.len())?;
    let parts: Vec<Value> = match separator.is_empty() {
        true => text.chars().map(|c| c.to_string().into()).collect(),
        false => text.split(separator).map(Value::from).collect(),
    };
    Ok(Value::Array(parts))
}
