//! in-toto statements (in-toto attestation framework, spec/v1/statement.md and the v0.1 layout
//! before it).

use std::collections::BTreeMap;

use super::object::{Object, short};
use super::{Claim, MAX_DOCUMENT_BYTES, Subject};
use crate::evidence::{EvidenceError, EvidenceErrorKind, json};

/// The statement types that are read.
pub const STATEMENT_TYPES: [&str; 2] =
    ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];

/// Most subjects of one statement.
pub const MAX_SUBJECTS: usize = 10_000;

/// The digest algorithms by which an image can be named.
const ALGORITHMS: [&str; 3] = ["sha256", "sha384", "sha512"];

impl Claim {
    /// Reads an in-toto statement. Members that it does not know are left alone, as the
    /// framework's parsing rules ask.
    ///
    /// ```
    /// use cocket::evidence::signing::Claim;
    /// let claim = Claim::from_statement(
    ///     br#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://a.example/b",
    ///         "subject":[{"name":"app","digest":{"gitCommit":"d20ace"}}],"predicate":{"n": 1}}"#,
    /// )?;
    /// assert_eq!(claim.predicate_type.as_deref(), Some("https://a.example/b"));
    /// assert_eq!(claim.predicate.as_deref(), Some(r#"{"n": 1}"#));
    /// assert!(claim.subjects[0].digests.is_empty());
    /// # Ok::<(), cocket::evidence::EvidenceError>(())
    /// ```
    ///
    /// # Errors
    /// `Unsupported` for another `_type`; `Ambiguous` for duplicate keys and for keys that some
    /// readers would take for known ones; `Invalid` and `TooLarge` for the rest.
    pub fn from_statement(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let text = json::check(bytes, MAX_DOCUMENT_BYTES)?;
        let known = ["_type", "subject", "predicateType", "predicate"];
        let statement = Object::read(text, "", &known)?;
        let statement_type = statement.required("_type", statement.text("_type")?)?;
        if !STATEMENT_TYPES.contains(&statement_type.as_str()) {
            let detail = format!("the statement type `{}` is not read", short(&statement_type));
            return Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "/_type", detail));
        }
        let predicate_type =
            statement.required("predicateType", statement.text("predicateType")?)?;
        let subjects = statement.list("subject", MAX_SUBJECTS)?;
        Ok(Self {
            statement_type: Some(statement_type),
            predicate_type: Some(predicate_type),
            subjects: subjects
                .iter()
                .map(|(place, text)| subject(text, place))
                .collect::<Result<_, _>>()?,
            predicate: statement.raw("predicate").map(str::to_owned),
        })
    }
}

fn subject(text: &str, place: &str) -> Result<Subject, EvidenceError> {
    let object = Object::read(text, place, &["name", "digest", "annotations"])?;
    let mut declared = BTreeMap::new();
    if let Some(digest) = object.object("digest", &ALGORITHMS)? {
        for (algorithm, _) in digest.members() {
            let value = digest.required(algorithm, digest.text(algorithm)?)?;
            declared.insert(algorithm.to_owned(), value);
        }
    }
    let annotations = match object.object("annotations", &[])? {
        None => BTreeMap::new(),
        Some(annotations) => texts(&annotations),
    };
    // What is not a digest of a known algorithm in its one spelling matches nothing, and is
    // kept in `declared` to be shown.
    let digests = declared
        .iter()
        .filter_map(|(algorithm, value)| format!("{algorithm}:{value}").parse().ok())
        .collect();
    Ok(Subject { name: object.text("name")?, declared, digests, annotations })
}

/// The members that are text: what else stands there equals no annotation that is asked for.
pub(super) fn texts(object: &Object<'_>) -> BTreeMap<String, String> {
    object
        .members()
        .filter_map(|(name, _)| Some((name.to_owned(), object.text(name).ok()??)))
        .collect()
}
