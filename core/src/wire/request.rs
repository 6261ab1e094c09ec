//! What a request may hold.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;

use crate::evaluate::{History, SignedHash, StatementKey};
use crate::import::Dialect;
use crate::policy::model::SignedIdentity;
use crate::reference::Digest;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Request {
    pub(super) op: Op,
    /// Texts with policy documents.
    #[serde(default)]
    pub(super) policies: Vec<Text>,
    /// Texts with trust roots; kept apart from policies only for the caller's convenience.
    #[serde(default)]
    pub(super) trust: Vec<Text>,
    /// Take policies of other engines of which parts are not taken.
    #[serde(default)]
    pub(super) allow_partial: bool,
    /// How closely Kyverno is followed.
    #[serde(default)]
    pub(super) dialect: Dialect,
    /// What is at hand about the images, unverified.
    #[serde(default)]
    pub(super) evidence: Vec<Item>,
    /// What the caller vouches for.
    #[serde(default)]
    pub(super) vouched: Vec<VouchedItem>,
    /// What should have been read and was not.
    #[serde(default)]
    pub(super) gaps: Vec<GapItem>,
    /// What `verify` asks.
    pub(super) verify: Option<VerifyItem>,
    /// What `summary` sums up.
    pub(super) summary: Option<SummaryItem>,
    /// The `AdmissionReview` that `admit` decides on and `objects` lists: its text, as it came.
    pub(super) review: Option<String>,
    #[serde(default)]
    pub(super) context: Context,
    #[serde(default)]
    pub(super) history: HistoryItem,
    /// RFC 3339; needed wherever something is decided.
    pub(super) now: Option<Timestamp>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Op {
    Check,
    Verify,
    Admit,
    Objects,
    Import,
    Summary,
    Schema,
    Version,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SummaryItem {
    /// `POLICY/RULE`, where several rules of the policies count.
    pub(super) rule: Option<String>,
    pub(super) reports: Vec<ReportItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportItem {
    pub(super) name: String,
    /// Base64.
    pub(super) data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct VerifyItem {
    /// The policy that has the authority, where several have one of its name.
    pub(super) policy: Option<String>,
    pub(super) authority: String,
    pub(super) target: VerifyTarget,
    /// A predicate type, one of cosign's names for one, or `any`; absent: an approval.
    #[serde(rename = "type")]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) signed_identity: Option<SignedIdentity>,
    /// The hash that was signed, where only one kind counts.
    pub(super) signed_hash: Option<SignedHash>,
}

/// An image with its digest, or a file by its content or its digest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyTarget {
    pub(super) image: Option<String>,
    /// Base64.
    pub(super) artifact: Option<String>,
    pub(super) digest: Option<Digest>,
}

#[derive(PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    /// The name that errors give.
    pub(super) name: String,
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Item {
    pub(super) media_type: String,
    /// The digest that a manifest, index or configuration is named by, where it is not SHA-256.
    pub(super) digest: Option<Digest>,
    /// The image that it is attached to.
    pub(super) subject: Option<Digest>,
    /// Annotations of the layer that held it.
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
    /// Base64.
    pub(super) data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct VouchedItem {
    pub(super) subject: Option<Digest>,
    /// Base64.
    pub(super) data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GapItem {
    pub(super) subject: Option<Digest>,
    pub(super) kind: GapItemKind,
    pub(super) detail: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum GapItemKind {
    Unavailable,
    Incomplete,
}

#[derive(Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Context {
    #[serde(default)]
    pub(super) images: Vec<Image>,
    /// Kubernetes objects whose images are judged.
    #[serde(default)]
    pub(super) objects: Vec<Text>,
    /// The namespace of images and objects that do not say one.
    pub(super) namespace: Option<String>,
    /// The labels of that namespace.
    pub(super) namespace_labels: Option<BTreeMap<String, String>>,
    /// The labels of the owner of each object, and of the images that do not say other ones.
    pub(super) owner_labels: Option<BTreeMap<String, String>>,
    /// Whether the caller vouches for the namespaces that the objects themselves name.
    #[serde(default)]
    pub(super) object_namespaces: bool,
    /// Whether the images will be pulled by the names given.
    #[serde(default)]
    pub(super) admission: bool,
    /// The digests that references stand for, by reference as written.
    #[serde(default)]
    pub(super) resolved: BTreeMap<String, Digest>,
    /// Whether the answer to a review may complete names with digests.
    #[serde(default)]
    pub(super) pin: bool,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Image {
    pub(super) image: String,
    pub(super) digest: Option<Digest>,
    pub(super) parent: Option<Digest>,
    /// The kind of the object that names it.
    pub(super) kind: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) namespace_labels: Option<BTreeMap<String, String>>,
    pub(super) owner_labels: Option<BTreeMap<String, String>>,
}

#[derive(PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementItem {
    subject: Digest,
    /// The authority's name in the policy.
    authority: String,
    /// The URI of the predicate type.
    #[serde(rename = "type")]
    predicate_type: String,
    at: Timestamp,
}

impl From<HistoryItem> for History {
    fn from(item: HistoryItem) -> Self {
        let mut history = Self { tags: item.tags, first_seen: item.first_seen, ..Self::default() };
        for StatementItem { subject, authority, predicate_type, at } in item.statements {
            history.record_statement(StatementKey { subject, authority, predicate_type }, at);
        }
        history
    }
}

#[derive(Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct HistoryItem {
    #[serde(default)]
    pub(super) tags: BTreeMap<String, Digest>,
    #[serde(default)]
    pub(super) first_seen: BTreeMap<String, Timestamp>,
    /// The latest statements that were seen.
    #[serde(default)]
    pub(super) statements: Vec<StatementItem>,
    /// What earlier admissions proved.
    #[serde(default)]
    pub(super) covered: BTreeSet<Digest>,
}
