//! What is asked of an engine: members are named as in requests of the wire.

use std::collections::BTreeMap;

use cocket::Timestamp;
use cocket::evaluate::{History, ImageRequest, StatementKey};
use cocket::reference::Digest;
use serde::Deserialize;

use crate::fault::{Fault, Faults};
use crate::text;

/// What one evaluation is asked.
#[derive(Debug)]
pub(crate) enum Question {
    /// About an image.
    Image(Box<Ask>),
    /// About an admission review: a request of the wire, and the review's bytes.
    Review { request: String, review: Vec<u8>, now: Timestamp },
    /// About Kubernetes objects: a request of the wire.
    Objects { request: String, now: Timestamp },
}

impl Question {
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Image(ask) => ask.now,
            Self::Review { now, .. } | Self::Objects { now, .. } => *now,
        }
    }

    /// `request` is of the operation `admit`, without the review.
    pub(crate) fn review(request: String, review: &[u8]) -> Result<Self, Faults> {
        let now = moment(&request)?;
        Ok(Self::Review { request, review: review.to_vec(), now })
    }

    /// `request` is of the operation `check`, about objects.
    pub(crate) fn objects(request: String) -> Result<Self, Faults> {
        let now = moment(&request)?;
        Ok(Self::Objects { request, now })
    }
}

/// The moment of a request of the wire.
fn moment(request: &str) -> Result<Timestamp, Faults> {
    #[derive(Deserialize)]
    struct Moment {
        now: Option<Timestamp>,
    }
    let Moment { now } = text::read(request)?;
    now.ok_or_else(|| Fault::request("/now", NEEDED).into())
}

/// An image, what was recorded before, and the moment.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) request: ImageRequest,
    pub(crate) history: History,
    pub(crate) now: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    request: Request,
    history: Option<Recorded>,
    now: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    image: String,
    digest: Option<Digest>,
    parent: Option<Digest>,
    kind: Option<String>,
    owner_labels: Option<BTreeMap<String, String>>,
    namespace: Option<String>,
    namespace_labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    admission: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Recorded {
    #[serde(default)]
    tags: BTreeMap<String, Digest>,
    #[serde(default)]
    first_seen: BTreeMap<String, Timestamp>,
    #[serde(default)]
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    subject: Digest,
    authority: String,
    #[serde(rename = "type")]
    predicate_type: String,
    at: Timestamp,
}

impl From<Recorded> for History {
    fn from(recorded: Recorded) -> Self {
        let (tags, first_seen) = (recorded.tags, recorded.first_seen);
        let mut history = Self { tags, first_seen, ..Self::default() };
        for Statement { subject, authority, predicate_type, at } in recorded.statements {
            history.record_statement(StatementKey { subject, authority, predicate_type }, at);
        }
        history
    }
}

const NEEDED: &str = "`now` is needed to decide: a valid Date, or RFC 3339 text with an offset";

impl Ask {
    pub(crate) fn read(json: &str) -> Result<Self, Faults> {
        let Written { request, history, now } = text::read(json)?;
        let history = history.unwrap_or_default();
        Ok(Self {
            request: ImageRequest {
                image: request.image,
                digest: request.digest,
                parent: request.parent,
                kind: request.kind,
                owner_labels: request.owner_labels,
                namespace: request.namespace,
                namespace_labels: request.namespace_labels,
                admission: request.admission,
            },
            history: history.into(),
            now: now.ok_or_else(|| Fault::request("/now", NEEDED))?,
        })
    }
}
