//! What a judge in another language is asked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::at_hand::AtHand;
use crate::kubernetes::{Operation, User};
use crate::policy::model::{Authority, Name};
use crate::policy::{NotSigned, ObjectCase, SignedImages};
use crate::reference::Digest;

/// A question about signatures, put for each image of an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Question {
    authority: Name,
    /// What is stated, in statements of this type; absent: who approves of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    predicate_type: Option<String>,
    /// What an approval must have been annotated with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl Question {
    pub(super) fn check(&self, known: &BTreeMap<Name, Authority>) -> Result<(), String> {
        if !known.contains_key(&self.authority) {
            return Err(format!("there is no authority `{}`", self.authority));
        }
        match self.predicate_type.is_some() && !self.annotations.is_empty() {
            true => Err("`annotations` are for approvals, without a `predicateType`".to_owned()),
            false => Ok(()),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case<'a> {
    object: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a Value>,
    operation: Operation,
    subresource: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a User>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace_labels: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_labels: Option<&'a BTreeMap<String, String>>,
    images: &'a [String],
    /// Of its images alone: what else a caller knows is not about this object.
    digests: BTreeMap<&'a str, Digest>,
    signed: Vec<Signed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<AtHand<'a>>,
    now: String,
}

/// What came of a question about one image.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed<'a> {
    image: &'a str,
    #[serde(flatten)]
    question: &'a Question,
    #[serde(flatten)]
    found: Found,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Found {
    Documents(Vec<Digest>),
    Statements(Vec<Statement>),
    Refused(String),
    Unknown(String),
}

#[derive(Debug, Serialize)]
struct Statement {
    document: Digest,
    statement: Value,
}

impl<'a> Case<'a> {
    pub(super) fn new(case: &ObjectCase<'a>, questions: &'a [Question], evidence: bool) -> Self {
        let named: BTreeSet<&'a str> = case.images.iter().map(String::as_str).collect();
        let digest = |image: &&'a str| Some((*image, *case.digests.get(*image)?));
        let mut signed = Vec::new();
        for image in &named {
            for question in questions {
                signed.push(Signed { image, question, found: found(case.signed, image, question) });
            }
        }
        Self {
            object: case.object,
            old: case.old,
            operation: case.operation,
            subresource: case.subresource,
            user: case.user,
            namespace: case.namespace,
            namespace_labels: case.namespace_labels,
            owner_labels: case.owner_labels,
            images: case.images,
            digests: named.iter().filter_map(digest).collect(),
            signed,
            evidence: evidence.then(|| AtHand::of(case.evidence)),
            now: case.now.to_string(),
        }
    }

    /// Every document that the judge is told of.
    pub(super) fn documents(&self) -> BTreeSet<Digest> {
        let mut documents = BTreeSet::new();
        for signed in &self.signed {
            match &signed.found {
                Found::Documents(found) => documents.extend(found),
                Found::Statements(found) => documents.extend(found.iter().map(|one| one.document)),
                Found::Refused(_) | Found::Unknown(_) => {}
            }
        }
        documents
    }
}

fn found(signed: &dyn SignedImages, image: &str, question: &Question) -> Found {
    let Question { authority, predicate_type, annotations } = question;
    let found = match predicate_type {
        None => signed.approvals(image, authority, annotations).map(Found::Documents),
        Some(kind) => signed.statements(image, authority, kind).map(|statements| {
            let statements = statements.into_iter();
            let told = statements
                .map(|one| Statement { document: one.document, statement: one.statement });
            Found::Statements(told.collect())
        }),
    };
    found.unwrap_or_else(|none| match none {
        NotSigned::Refused(why) => Found::Refused(why),
        NotSigned::Unknown(why) => Found::Unknown(why),
    })
}
