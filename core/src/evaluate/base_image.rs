//! `baseImage`: the image is built on a member of a catalog.

use std::collections::BTreeMap;

use super::case::{Case, Judgement, reason};
use crate::decision::{Detail, Reason};
use crate::evidence::Platform;
use crate::facts::Content;
use crate::policy::model::{BaseImageRule, BaseProof, CatalogEntry, ImageCatalog};
use crate::reasons::Code;
use crate::reference::Digest;

const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";
const BASE_NAME: &str = "org.opencontainers.image.base.name";

/// A catalog, indexed by lowest layer and by digest, so that its size does not matter.
#[derive(Debug)]
pub(super) struct Compiled {
    proof: BaseProof,
    catalog: String,
    entries: Vec<CatalogEntry>,
    by_layer: BTreeMap<Digest, Vec<usize>>,
    by_digest: BTreeMap<Digest, Vec<usize>>,
}

impl Compiled {
    pub(super) fn new(rule: &BaseImageRule, catalog: &ImageCatalog) -> Self {
        let entries = catalog.spec.entries.clone();
        let mut by_layer: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        let mut by_digest: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        for (position, entry) in entries.iter().enumerate() {
            by_digest.entry(entry.digest).or_default().push(position);
            for lowest in [entry.diff_ids.first(), entry.layers.first()].into_iter().flatten() {
                by_layer.entry(*lowest).or_default().push(position);
            }
        }
        Self {
            proof: rule.proof.unwrap_or(BaseProof::Layers),
            catalog: rule.catalog.to_string(),
            entries,
            by_layer,
            by_digest,
        }
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        case.each_platform(platforms, |case, facts| match &facts.content {
            Err(problem) => vec![reason(problem)],
            Ok(content) => vec![self.one(case, content)],
        })
        .into()
    }

    fn one(&self, case: &mut Case<'_>, content: &Content) -> Reason {
        let proven = self.proven(content);
        let (entries, passed) = match self.proof {
            BaseProof::Layers => (proven, Code::BaseImageProven),
            BaseProof::Label if proven.is_empty() => {
                (self.pointed(content), Code::BaseImageSelfAsserted)
            }
            BaseProof::Label => (proven, Code::BaseImageProven),
        };
        let mut expired = None;
        for entry in entries {
            match entry.expires {
                Some(date) if case.is_past(date) => expired = expired.or(Some((entry, date))),
                _ => return Reason::new(passed).found(entry.name.clone()),
            }
        }
        match expired {
            Some((entry, date)) => Reason::new(Code::BaseImageExpired)
                .found(format!("{} until {date}", entry.name))
                .expected(format!("a current member of catalog `{}`", self.catalog)),
            None => self.nothing(content),
        }
    }

    /// Members whose whole layer sequence starts the image's, by name.
    fn proven(&self, content: &Content) -> Vec<&CatalogEntry> {
        let layers: Vec<Digest> =
            content.manifest.layers.iter().map(|layer| layer.digest).collect();
        let starts = |own: &[Digest], base: &[Digest]| !base.is_empty() && own.starts_with(base);
        let lowest = [content.config.diff_ids.first(), layers.first()];
        let mut found: Vec<_> = lowest
            .into_iter()
            .flatten()
            .filter_map(|lowest| self.by_layer.get(lowest))
            .flatten()
            .filter_map(|position| self.entries.get(*position))
            .filter(|entry| {
                starts(&content.config.diff_ids, &entry.diff_ids) || starts(&layers, &entry.layers)
            })
            .collect();
        found.sort_by(|a, b| (&a.name, a.digest).cmp(&(&b.name, b.digest)));
        found
    }

    /// Members that the image's label, else its annotation, names by digest.
    fn pointed(&self, content: &Content) -> Vec<&CatalogEntry> {
        pointer(content, BASE_DIGEST)
            .and_then(|digest| digest.parse::<Digest>().ok())
            .and_then(|digest| self.by_digest.get(&digest))
            .into_iter()
            .flatten()
            .filter_map(|position| self.entries.get(*position))
            .collect()
    }

    fn nothing(&self, content: &Content) -> Reason {
        let expected = format!("a member of catalog `{}`", self.catalog);
        if let Some(entry) = self.pointed(content).first() {
            return Reason::new(Code::BaseImageUnproven)
                .found(format!("a label or annotation that names {}", entry.name))
                .expected("its layers at the start of the image's");
        }
        let found = pointer(content, BASE_NAME).or_else(|| pointer(content, BASE_DIGEST));
        let found = match found {
            Some(name) => Detail::from(name.to_owned()),
            None => Detail::from("a base that no label or annotation names"),
        };
        Reason::new(Code::BaseImageNotInCatalog).found(found).expected(expected)
    }
}

fn pointer<'a>(content: &'a Content, name: &str) -> Option<&'a str> {
    let labels = &content.config.labels;
    labels.get(name).or_else(|| content.manifest.annotations.get(name)).map(String::as_str)
}
