//! Many patterns at once: plain ones are looked up, the rest are tried in turn.

use std::collections::BTreeMap;

use super::pattern::Plain;
use super::{ImagePattern, Reference};

/// Compiled patterns. Plain ones (a literal host, and a literal path or everything under one)
/// cost a look-up for each segment of the image's path, however many there are.
#[derive(Debug, Clone)]
pub struct PatternIndex {
    exact: BTreeMap<String, usize>,
    under: BTreeMap<String, usize>,
    others: Vec<(usize, ImagePattern)>,
}

impl PatternIndex {
    /// Indexes `patterns`.
    #[must_use]
    pub fn new(patterns: &[ImagePattern]) -> Self {
        let mut index = Self { exact: BTreeMap::new(), under: BTreeMap::new(), others: Vec::new() };
        for (position, pattern) in patterns.iter().enumerate() {
            match pattern.plain() {
                Plain::Exact(key) => {
                    index.exact.entry(key).or_insert(position);
                }
                Plain::Under(key) => {
                    index.under.entry(key).or_insert(position);
                }
                Plain::No(pattern) => index.others.push((position, pattern.clone())),
            }
        }
        index
    }

    /// The position of the first pattern that matches.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> Option<usize> {
        let repository = image.repository();
        let exact = self.exact.get(repository).copied();
        let under = repository
            .match_indices('/')
            .filter_map(|(end, _)| self.under.get(repository.get(..end)?).copied())
            .min();
        let others = self.others.iter().find(|(_, pattern)| pattern.matches(image));
        [exact, under, others.map(|(position, _)| *position)].into_iter().flatten().min()
    }
}
