//! Tables of CVSS vectors and of package URLs.

use std::collections::BTreeMap;

use cocket::evidence::cvss::{Rating, Score, Vector, Version};
use cocket::evidence::purl::{PackageUrl, PackageUrlError, PackageUrlParts};
use serde_json::Value;

use super::index::Row;
use super::{Outcome, Tally};

pub(super) fn cvss(row: &Row<'_>, tally: &mut Tally) {
    each(row, tally, |table| table.as_array().cloned(), cvss_row);
}

pub(super) fn purl(row: &Row<'_>, tally: &mut Tally) {
    each(row, tally, |table| table.get("tests")?.as_array().cloned(), purl_row);
}

/// Compares each row of a table; one without rows is a failure.
fn each(
    row: &Row<'_>,
    tally: &mut Tally,
    rows: impl FnOnce(&Value) -> Option<Vec<Value>>,
    compare: impl Fn(&Value) -> Outcome,
) {
    let table: Option<Value> = serde_json::from_slice(row.bytes).ok();
    let rows = table.as_ref().and_then(rows).unwrap_or_default();
    if rows.is_empty() {
        return tally.row(row.kind, row.file, Outcome::failed("a table", "no rows"));
    }
    for (position, vector) in rows.iter().enumerate() {
        tally.row(row.kind, &format!("{}#{position}", row.file), compare(vector));
    }
}

/// Version, base and temporal score of a complete vector; published scores stay what they are.
fn cvss_row(row: &Value) -> Outcome {
    let vector = match Vector::parse(text(row, "vector")) {
        Ok(vector) => vector,
        Err(error) => return Outcome::failed("a vector", error.to_string()),
    };
    if vector.version().name() != text(row, "version") {
        return Outcome::failed(text(row, "version"), vector.version().name());
    }
    // Version 4.0 has one score.
    let base = if vector.version() == Version::V40 { "score" } else { "base" };
    for (key, found) in [(base, vector.base_score()), ("temporal", vector.temporal_score())] {
        let expected = row.get(key).and_then(score);
        if vector.is_complete() && expected != found {
            return Outcome::failed(format!("{key} {expected:?}"), format!("{found:?}"));
        }
        if !vector.is_complete() && found.is_some() {
            return Outcome::failed(
                format!("no {key} of an incomplete vector"),
                format!("{found:?}"),
            );
        }
    }
    let published = row.get("published").and_then(Value::as_array);
    let mut differs = false;
    for one in published.into_iter().flatten() {
        let Some(written) = one.get("score").filter(|score| !score.is_null()) else { continue };
        let rating = Rating { published: score(written), vector: vector.clone() };
        if rating.published.is_none() || rating.score() != rating.published {
            return Outcome::failed(
                format!("published {written}"),
                format!("{:?}", rating.score()),
            );
        }
        differs |= rating.differs();
    }
    match row.get("published_differs").and_then(Value::as_bool) {
        Some(expected) => Outcome::equal(&expected, &differs),
        None => Outcome::Passed,
    }
}

fn score(written: &Value) -> Option<Score> {
    Score::parse(&written.as_number()?.to_string())
}

fn purl_row(row: &Value) -> Outcome {
    let input = row.get("input").unwrap_or(&Value::Null);
    let output = row.get("expected_output").unwrap_or(&Value::Null);
    let fails = row.get("expected_failure").and_then(Value::as_bool) == Some(true);
    let read = || PackageUrl::parse(input.as_str().unwrap_or_default());
    let (found, expected) = match text(row, "test_type") {
        "parse" => {
            let expected = parts(output).map(|parts| format!("{parts:?}"));
            (read().map(|url| format!("{:?}", url.parts())), expected)
        }
        "validate" => (read().map(|url| url.to_string()), output.as_str().map(str::to_owned)),
        "build" => (build(input), output.as_str().map(str::to_owned)),
        other => return Outcome::Skipped(format!("a test of type `{other}`")),
    };
    match (found, expected, fails) {
        (Err(_), _, true) => Outcome::Passed,
        (Ok(found), _, true) => Outcome::failed("a refusal", found),
        (Err(error), expected, false) => {
            Outcome::failed(format!("{expected:?}"), error.to_string())
        }
        (Ok(_), None, false) => Outcome::failed("an expected output", "none"),
        (Ok(found), Some(expected), false) => Outcome::equal(&expected, &found),
    }
}

fn build(input: &Value) -> Result<String, PackageUrlError> {
    let parts = parts(input).ok_or(PackageUrlError::Name)?;
    PackageUrl::build(parts).map(|url| url.to_string())
}

fn parts(value: &Value) -> Option<PackageUrlParts> {
    let part = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let qualifiers = value.get("qualifiers").and_then(Value::as_object);
    let qualifiers: BTreeMap<String, String> = qualifiers
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect();
    value.as_object().map(|_| PackageUrlParts {
        kind: part("type").unwrap_or_default(),
        namespace: part("namespace"),
        name: part("name").unwrap_or_default(),
        version: part("version"),
        qualifiers,
        subpath: part("subpath"),
    })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
