//! Many patterns at once: each is looked up by what every image that it matches has in its name.

use std::collections::BTreeMap;

use super::pattern::LookUp;
use super::{ImagePattern, Reference};

/// Compiled patterns. Plain ones (a literal host, and a literal path or everything under one) are
/// looked up; of the others those are tried whose literal beginning, or the literal end of whose
/// host, is the image's. That costs a look-up for each segment of the image's path and each label of
/// its host, however many patterns there are.
#[derive(Debug, Clone)]
pub struct PatternIndex {
    exact: BTreeMap<String, usize>,
    under: BTreeMap<String, usize>,
    /// By host and leading segments without wildcards.
    starting: BTreeMap<String, Vec<(usize, ImagePattern)>>,
    /// By the labels of the host behind the last wildcard, with the dot before them.
    host_ending: BTreeMap<String, Vec<(usize, ImagePattern)>>,
}

impl PatternIndex {
    /// Indexes `patterns`.
    #[must_use]
    pub fn new(patterns: &[ImagePattern]) -> Self {
        let (exact, under) = (BTreeMap::new(), BTreeMap::new());
        let (starting, host_ending) = (BTreeMap::new(), BTreeMap::new());
        let mut index = Self { exact, under, starting, host_ending };
        for (position, pattern) in patterns.iter().enumerate() {
            let (map, key) = match pattern.look_up() {
                LookUp::Exact(key) => {
                    index.exact.entry(key).or_insert(position);
                    continue;
                }
                LookUp::Under(key) => {
                    index.under.entry(key).or_insert(position);
                    continue;
                }
                LookUp::Starting(key) => (&mut index.starting, key),
                LookUp::HostEnding(key) => (&mut index.host_ending, key),
            };
            map.entry(key).or_default().push((position, pattern.clone()));
        }
        index
    }

    /// The position of the first pattern that matches.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> Option<usize> {
        let (repository, host) = (image.repository(), image.host());
        let first = |patterns: &Vec<(usize, ImagePattern)>| {
            let found = patterns.iter().find(|(_, pattern)| pattern.matches(image));
            found.map(|(position, _)| *position)
        };
        let ends = repository.match_indices('/').map(|(end, _)| end);
        let starts = ends.filter_map(|end| repository.get(..end));
        let exact = self.exact.get(repository).copied();
        let under = starts.clone().filter_map(|start| self.under.get(start).copied());
        let starting = starts.chain([repository]).filter_map(|start| self.starting.get(start));
        let labels = host.match_indices('.').filter_map(|(dot, _)| host.get(dot..));
        let host_ending = labels.filter_map(|end| self.host_ending.get(end));
        let tried = starting.chain(host_ending).filter_map(first);
        exact.into_iter().chain(under).chain(tried).min()
    }
}
