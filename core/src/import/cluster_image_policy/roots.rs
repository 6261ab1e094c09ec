//! Whose certificates, logs and timestamps an authority trusts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::trust_root::TrustRootDocument;
use crate::import::load::Work;
use crate::policy::model::{
    Metadata, Name, SigstoreInstance, SigstoreRoot, TrustRoot, TrustRootSpec,
};
use crate::policy::{Foreign, ForeignDocument};
use crate::verify::TrustedRoot;

/// The document for what is trusted where nothing else is named.
pub(super) const PUBLIC_GOOD: &str = "sigstore-public-good";

/// What an authority names; `None` is the public instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trusted<'a> {
    pub(super) certificates: Option<&'a str>,
    pub(super) logs: Option<&'a str>,
    pub(super) timestamps: Option<&'a str>,
}

impl<'a> Trusted<'a> {
    /// One root for everything.
    pub(super) fn all(root: Option<&'a str>) -> Self {
        Self { certificates: root, logs: root, timestamps: root }
    }
}

#[derive(Debug)]
pub(super) struct Roots<'f> {
    /// The names of our own documents.
    native: BTreeSet<&'f str>,
    /// By name, each with its document; `None` for a TUF repository.
    foreign: BTreeMap<String, Option<Value>>,
    made: BTreeMap<String, (usize, SigstoreRoot)>,
}

impl<'f> Roots<'f> {
    pub(super) fn new(foreign: &Foreign<'f, '_>) -> Self {
        let native = foreign.trust_roots.clone();
        Self { native, foreign: BTreeMap::new(), made: BTreeMap::new() }
    }

    /// Adds a `TrustRoot` of the controller.
    pub(super) fn add(
        &mut self,
        position: usize,
        document: &ForeignDocument<'_>,
        root: &TrustRootDocument,
        text: Option<Value>,
        work: &mut Work,
    ) {
        let name = root.metadata.name.clone();
        match &text {
            Some(json) => {
                self.made.insert(name.clone(), (position, written(json)));
            }
            None if self.native.contains(name.as_str()) => {}
            None => {
                let detail = "a TUF repository is not read: what rests on it is not taken, unless a \
                              `TrustRoot` of `cocket.dev` with this name takes its place";
                work.inexact(document, "spec", detail);
            }
        }
        self.foreign.insert(name, text);
    }

    /// The name of the document for what an authority trusts.
    ///
    /// # Errors
    /// What of it is not at hand.
    pub(super) fn named(&mut self, position: usize, trusted: Trusted<'_>) -> Result<Name, String> {
        let Trusted { certificates, logs, timestamps } = trusted;
        if certificates == logs && logs == timestamps {
            return self.one(position, certificates);
        }
        let title = |root: Option<&str>| root.unwrap_or(PUBLIC_GOOD).to_owned();
        let name = [title(certificates), title(logs), title(timestamps)].join(".");
        let mut joined = self.text(certificates)?;
        for (key, root) in [("tlogs", logs), ("timestampAuthorities", timestamps)] {
            let part = self.text(root)?.get(key).cloned().unwrap_or_else(|| Value::Array(vec![]));
            if let Some(members) = joined.as_object_mut() {
                members.insert(key.to_owned(), part);
            }
        }
        self.made.insert(name.clone(), (position, written(&joined)));
        Name::try_from(name)
    }

    fn one(&mut self, position: usize, root: Option<&str>) -> Result<Name, String> {
        let name = root.unwrap_or(PUBLIC_GOOD);
        match root {
            _ if self.native.contains(name) => {}
            None => {
                let instance = Some(SigstoreInstance::PublicGood);
                let root = SigstoreRoot { instance, trusted_root: None };
                self.made.insert(name.to_owned(), (position, root));
            }
            Some(_) => {
                self.text(root)?;
            }
        }
        Name::try_from(name.to_owned())
    }

    /// A root in sigstore's own form.
    fn text(&self, root: Option<&str>) -> Result<Value, String> {
        match root {
            None => {
                let text = TrustedRoot::embedded(SigstoreInstance::PublicGood.name());
                serde_json::from_str(text.unwrap_or_default()).map_err(|error| error.to_string())
            }
            Some(name) => match self.foreign.get(name) {
                Some(Some(json)) => Ok(json.clone()),
                Some(None) => {
                    Err(format!("the trust root `{name}` is a TUF repository, which is not read"))
                }
                None => Err(format!("there is no `TrustRoot` `{name}`")),
            },
        }
    }

    /// Hands over the documents.
    pub(super) fn finish(self, work: &mut Work) {
        for (name, (position, sigstore)) in self.made {
            let Ok(name) = Name::try_from(name) else { continue };
            let spec = TrustRootSpec {
                keys: BTreeMap::new(),
                revoked: Vec::new(),
                pki: None,
                sigstore: Some(sigstore),
            };
            let metadata = Metadata { name, version: None, description: None };
            work.made.trust_roots.push((position, TrustRoot { metadata, spec }));
        }
    }
}

fn written(json: &Value) -> SigstoreRoot {
    SigstoreRoot { instance: None, trusted_root: Some(json.to_string()) }
}
