//! Tables of globs as other engines read them.

use cocket::reference::{Reference, SigstoreGlob, wildcard_matches};
use serde_json::Value;

use super::index::Row;
use super::{Outcome, Tally};

pub(super) fn table(row: &Row<'_>, tally: &mut Tally) {
    let rows: Vec<Value> = serde_json::from_slice(row.bytes).unwrap_or_default();
    if rows.is_empty() {
        return tally.row(row.kind, row.file, Outcome::failed("a table", "no rows"));
    }
    for (position, vector) in rows.iter().enumerate() {
        tally.row(row.kind, &format!("{}#{position}", row.file), one(vector));
    }
}

/// A row of `pattern` and `text` is Kyverno's, one of `glob` and `image` policy-controller's.
fn one(vector: &Value) -> Outcome {
    let text = |key: &str| vector.get(key).and_then(Value::as_str);
    let expected = vector.get("match").and_then(Value::as_bool);
    let refused = vector.get("err").and_then(Value::as_bool) == Some(true);
    let found = match (text("pattern"), text("text"), text("glob"), text("image")) {
        (Some(pattern), Some(text), None, None) => Ok(wildcard_matches(pattern, text)),
        (None, None, Some(glob), Some(image)) => sigstore(glob, image),
        _ => return Outcome::failed("a pattern and a text", vector.to_string()),
    };
    match (found, refused) {
        (Err(_), true) => Outcome::Passed,
        (Err(error), false) => Outcome::failed(format!("{expected:?}"), error),
        (Ok(found), true) => Outcome::failed("a refusal", found.to_string()),
        (Ok(found), false) => Outcome::equal(&expected, &Some(found)),
    }
}

fn sigstore(glob: &str, image: &str) -> Result<bool, String> {
    let glob = SigstoreGlob::try_from(glob.to_owned())?;
    let image = Reference::parse(image).map_err(|error| error.to_string())?;
    Ok(glob.matches(&image))
}
