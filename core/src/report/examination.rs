use std::fmt::Write as _;

use super::escape::visible;
use super::json::canonical;
use crate::evaluate::{Examination, ExaminedDocument};

/// An examination as text: its answer and first cause, then each document with every check that
/// was made, the failed one last, and what was not asked for.
#[must_use]
pub fn examination(examined: &Examination) -> String {
    let mut out = String::new();
    let word = if examined.is_verified() { "VERIFIED" } else { "REFUSED" };
    let target = &examined.target;
    let name = target.image.clone().unwrap_or_else(|| target.digest.to_string());
    line(&mut out, &format!("{word}  {name}"));
    line(&mut out, &format!("  asked     {} of `{}`", examined.content, examined.authority));
    line(&mut out, &format!("  for       {}", examined.now));
    if let Some(cause) = &examined.cause {
        line(&mut out, &format!("  cause     {}: {}", cause.check.name(), cause.message));
    }
    for document in &examined.documents {
        one(&mut out, document);
    }
    let documents = if examined.documents.len() == 1 { "document" } else { "documents" };
    let verified = examined.documents.iter().filter(|document| document.is_verified()).count();
    out.push('\n');
    line(&mut out, &format!("{verified} of {} {documents} verified", examined.documents.len()));
    if examined.cut {
        line(&mut out, "more is attached than is looked at");
    }
    examined.gaps.iter().for_each(|gap| line(&mut out, &format!("not read: {gap}")));
    examined.not_asked.iter().for_each(|text| line(&mut out, &format!("not asked: {text}")));
    out
}

/// An examination as canonical JSON (RFC 8785), as the wire has it but for its `answer`.
#[must_use]
pub fn examination_json(examined: &Examination) -> String {
    canonical(examined)
}

fn one(out: &mut String, document: &ExaminedDocument) {
    let word = if document.is_verified() { "verified" } else { "refused" };
    let claims = document.claimed_type.as_ref().map(|claims| format!("  claims {claims}"));
    let claims = claims.unwrap_or_default();
    out.push('\n');
    line(out, &format!("{word}  {}  {}{claims}", document.digest, document.form));
    for check in &document.checks {
        let word = if check.passed { "pass" } else { "FAIL" };
        let name = check.check.name();
        let found = check.found.as_deref().unwrap_or_default();
        line(out, format!("  {word}  {name:<16}{found}").trim_end());
    }
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}", visible(text));
}
