//! What policies of other engines name and do not hold: files by their path, and secrets.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::foreign::ForeignKind;
use super::load::Work;
use crate::policy::{Foreign, SuppliedFile};

/// Files and secrets that were handed in.
#[derive(Debug, Default)]
pub(super) struct Supplied<'s> {
    files: Vec<SuppliedFile<'s>>,
    /// By name; each with the texts that it holds.
    secrets: BTreeMap<String, Vec<String>>,
}

/// A `Secret` of Kubernetes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Secret {
    metadata: Metadata,
    #[serde(default)]
    data: BTreeMap<String, String>,
    #[serde(default)]
    string_data: BTreeMap<String, String>,
    #[serde(default, rename = "type")]
    _kind: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
}

impl<'s> Supplied<'s> {
    pub(super) fn read(foreign: &Foreign<'_, 's>, work: &mut Work) -> Self {
        let mut supplied = Self { files: foreign.supplied.to_vec(), secrets: BTreeMap::new() };
        for document in foreign.documents {
            if ForeignKind::of_head(document.head()) != Some(ForeignKind::Secret) {
                continue;
            }
            match document.decode::<Secret>() {
                Err(errors) => work.errors.extend(errors),
                Ok(secret) => {
                    supplied.secrets.insert(secret.metadata.name.clone(), secret.texts());
                }
            }
        }
        supplied
    }

    /// The text of the file with this path: of the source that bears it as its name, or whose name
    /// ends with it.
    pub(super) fn file(&self, path: &str) -> Option<&'s str> {
        let exact = self.files.iter().find(|file| file.name == path);
        let ends = |file: &&SuppliedFile<'_>| {
            let before = file.name.strip_suffix(path.trim_start_matches('/'));
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        exact.or_else(|| self.files.iter().find(ends)).map(|file| file.text)
    }

    /// What the secret with this name holds, which must be one text.
    pub(super) fn secret(&self, name: &str) -> Result<&str, String> {
        match self.secrets.get(name).map(Vec::as_slice) {
            None => Err(format!("the secret `{name}` is not at hand")),
            Some([only]) => Ok(only),
            Some(several) => {
                let count = several.len();
                Err(format!("the secret `{name}` holds {count} texts where one is expected"))
            }
        }
    }
}

impl Secret {
    fn texts(self) -> Vec<String> {
        let decoded = self.data.into_values().filter_map(|text| {
            let bytes = STANDARD.decode(text.split_ascii_whitespace().collect::<String>()).ok()?;
            String::from_utf8(bytes).ok()
        });
        decoded.chain(self.string_data.into_values()).collect()
    }
}
