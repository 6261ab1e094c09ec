//! VEX documents: what they say, and what they must not be taken to say.
#![cfg(test)]

use cocket::evidence::purl::PackageUrl;
use cocket::evidence::vex::{VexBinding, VexDocument, VexFormat, VexImage, VexPackage, VexStatus};
use cocket::evidence::{EvidenceError, EvidenceErrorKind};
use cocket::reference::{Digest, Reference};
use proptest::prelude::*;
use serde_json::{Value, json};

mod csaf;
mod cyclonedx;
mod products;
mod refusals;
mod statements;

const ID: &str = "CVE-2024-0001";
const PURL: &str = "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64&distro=debian-12";

fn judged() -> Digest {
    Digest::sha256(b"judged")
}

fn parse(document: &Value) -> Result<VexDocument, EvidenceError> {
    VexDocument::parse(document.to_string().as_bytes())
}

fn kind(document: &Value) -> EvidenceErrorKind {
    parse(document).expect_err(&document.to_string()).kind
}

/// What the document decides about `PURL` in the judged image: by digest only.
fn decided(document: &VexDocument) -> Option<(VexStatus, bool)> {
    decided_for(document, PURL, &[ID])
}

fn decided_for(document: &VexDocument, purl: &str, ids: &[&str]) -> Option<(VexStatus, bool)> {
    let digests = [judged()];
    let image = VexImage { digests: &digests, reference: None, by_version: false };
    let purl = PackageUrl::parse(purl).unwrap();
    let package = VexPackage {
        purl: Some(&purl),
        name: purl.name(),
        version: purl.version().unwrap_or_default(),
    };
    let found = document.statement_for(&image, &package, ids)?;
    Some((found.status(), found.suppresses()))
}

/// Whether it fits the image of that name by version, where that is allowed.
fn by_version(document: &VexDocument, reference: &str) -> bool {
    let reference = Reference::parse(reference).unwrap();
    let digests = [judged()];
    let image = VexImage { digests: &digests, reference: Some(&reference), by_version: true };
    let package = VexPackage { purl: None, name: "zlib1g", version: "1:1.2.13" };
    let found = document.statement_for(&image, &package, &[ID]);
    let strict = VexImage { by_version: false, ..image };
    assert!(document.statement_for(&strict, &package, &[ID]).is_none(), "without leave");
    found.inspect(|found| assert_eq!(found.binding, VexBinding::Version)).is_some()
}

fn product() -> Value {
    json!({"@id": format!("pkg:oci/app@{}", judged())})
}

fn with_parts(parts: &[&str]) -> Value {
    let parts: Vec<Value> = parts.iter().map(|part| json!({"@id": part})).collect();
    json!({"@id": format!("pkg:oci/app@{}", judged()), "subcomponents": parts})
}

fn statement(status: &str, product: Value) -> Value {
    let mut statement =
        json!({"vulnerability": {"name": ID}, "status": status, "products": [product]});
    if status == "not_affected" {
        statement["justification"] = json!("vulnerable_code_not_present");
    }
    statement
}

fn openvex(statements: Vec<Value>) -> Value {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1",
        "author": "Acme", "timestamp": "2026-11-01T00:00:00Z", "version": 3,
        "statements": statements,
    })
}

fn read(statements: Vec<Value>) -> VexDocument {
    parse(&openvex(statements)).unwrap()
}

const SUPPRESSED: Option<(VexStatus, bool)> = Some((VexStatus::NotAffected, true));

/// Each proper start of a document is refused: nothing is half read.
fn refused_at_every_cut(document: &Value) {
    let text = document.to_string();
    assert!(VexDocument::parse(text.as_bytes()).is_ok(), "{text}");
    for end in 0..text.len() {
        assert!(VexDocument::parse(text.as_bytes().get(..end).unwrap()).is_err(), "cut at {end}");
    }
}
