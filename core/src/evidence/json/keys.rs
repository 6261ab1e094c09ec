//! The keys of an object while it is read.

use std::borrow::Cow;
use std::collections::HashSet;

/// Up to so many keys are compared one by one; that is faster than hashing them all.
const NARROW: usize = 24;
/// Most keys of one object.
pub(super) const MAX_KEYS: usize = 65_536;

/// What was found about one more key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    New,
    Duplicate,
    TooMany,
}

/// The keys of one object so far. Those of a narrow object stand on a stack that all open
/// objects share, so that most objects cost no allocation.
pub(super) struct Seen<'de> {
    base: usize,
    /// One bit for each [`mark`] that was seen: without it, a key is certainly new.
    marks: u64,
    wide: Option<HashSet<Cow<'de, str>>>,
}

impl<'de> Seen<'de> {
    pub(super) fn new(stack: &[Cow<'de, str>]) -> Self {
        Self { base: stack.len(), marks: 0, wide: None }
    }

    pub(super) fn admit(
        &mut self,
        stack: &mut Vec<Cow<'de, str>>,
        key: Cow<'de, str>,
    ) -> Admission {
        if let Some(wide) = &mut self.wide {
            return match wide.len() {
                MAX_KEYS.. => Admission::TooMany,
                _ if wide.insert(key) => Admission::New,
                _ => Admission::Duplicate,
            };
        }
        let own = stack.get(self.base..).unwrap_or_default();
        let mark = mark(&key);
        if self.marks & mark != 0 && own.contains(&key) {
            return Admission::Duplicate;
        }
        self.marks |= mark;
        let is_full = own.len() >= NARROW;
        stack.push(key);
        if is_full {
            self.wide = Some(stack.drain(self.base..).collect());
        }
        Admission::New
    }

    pub(super) fn close(self, stack: &mut Vec<Cow<'de, str>>) {
        stack.truncate(self.base);
    }
}

/// One of 64 bits, from the length and three bytes of the key: cheap, and good enough to tell
/// most keys of one object apart.
fn mark(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let at = |position: usize| bytes.get(position).copied().map_or(0, u32::from);
    let hash = at(0)
        .wrapping_mul(7)
        .wrapping_add(at(bytes.len() >> 1).wrapping_mul(11))
        .wrapping_add(at(bytes.len().wrapping_sub(1)).wrapping_mul(29))
        .wrapping_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX).wrapping_mul(5));
    1_u64.wrapping_shl(hash)
}

/// Whether `key` is not `known`, but would be taken for it by a reader that folds case.
/// Go's `encoding/json` folds as Unicode does, where the long s and the Kelvin sign are letters
/// of ASCII words.
pub(crate) fn differs_by_case_only(key: &str, known: &str) -> bool {
    if key.len() == known.len() {
        return key != known && key.eq_ignore_ascii_case(known);
    }
    // The letters that fold into ASCII from beyond it are longer than one byte.
    if key.len() < known.len() || key.is_ascii() {
        return false;
    }
    let folded = key.chars().map(|letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    });
    folded.eq(known.chars().map(|letter| letter.to_ascii_lowercase()))
}
