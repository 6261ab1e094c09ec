//! References, against the distribution project's own answers.

use cocket::reference::Reference;
use serde_json::Value;

use super::index::Row;
use super::{Outcome, Tally};

pub(super) fn table(row: &Row<'_>, tally: &mut Tally) {
    let rows: Vec<Value> = match serde_json::from_slice(row.bytes) {
        Ok(rows) => rows,
        Err(error) => {
            return tally.row(row.kind, row.file, Outcome::failed("a table", error.to_string()));
        }
    };
    for vector in &rows {
        let input = vector.get("input").and_then(Value::as_str).unwrap_or_default();
        let want = vector.get("normalized").unwrap_or(&Value::Null);
        let text = |key: &str| want.get(key).and_then(Value::as_str).map(str::to_owned);
        let expected = (want.get("ok") == Some(&Value::Bool(true)))
            .then(|| (text("string"), text("domain"), text("path"), text("tag"), text("digest")));
        let found = Reference::parse(input).ok().map(|reference| {
            (
                Some(reference.to_string()),
                Some(reference.host().to_owned()),
                Some(reference.path().to_owned()),
                reference.tag().map(str::to_owned),
                reference.digest().map(ToString::to_string),
            )
        });
        tally.row(row.kind, input, Outcome::equal(&expected, &found));
    }
}
