//! The `ConfigMap` in which policy-controller keeps policies as it has worked them out: read, so
//! that it can be told from a broken one, and not taken, because it is not what people write.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::import::load::Work;
use crate::policy::{ForeignDocument, PolicySource};

#[derive(Debug, Deserialize)]
struct ConfigMap {
    metadata: super::model::ObjectMeta,
    #[serde(default)]
    data: BTreeMap<String, String>,
}

/// The key whose value is for people to read.
const EXAMPLE: &str = "_example";

pub(super) fn check(document: &ForeignDocument<'_>, work: &mut Work) {
    let map = match document.decode::<ConfigMap>() {
        Ok(map) => map,
        Err(errors) => return work.errors.extend(errors),
    };
    for (key, text) in &map.data {
        let source = PolicySource {
            name: format!("{}#{key}", document.file()),
            bytes: text.as_bytes().to_vec(),
        };
        work.errors.extend(crate::policy::well_formed(&source));
        if key != EXAMPLE {
            let path = format!("data.{key}");
            let help = "hand in the `ClusterImagePolicy` that it was made of";
            let detail = format!(
                "the entry `{key}` of the ConfigMap `{}` is a policy as the controller keeps it",
                map.metadata.name
            );
            work.not_taken(document, &path, &detail, Some(help));
        }
    }
}
