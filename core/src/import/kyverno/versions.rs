//! Semantic versions, and the ranges of `semver_compare` (<https://semver.org>, blang/semver).

use std::cmp::Ordering;

/// A version; build metadata does not order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Version {
    pub(in crate::import) core: [u64; 3],
    pre: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Text(String),
}

impl Version {
    /// Reads `1.2.3-rc.1+build`; nothing shorter is a version.
    pub(in crate::import) fn parse(text: &str) -> Option<Self> {
        let text = text.split_once('+').map_or(text, |(version, _)| version);
        let (core, pre) =
            text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
        let mut numbers = core.split('.').map(number);
        let core = [numbers.next()??, numbers.next()??, numbers.next()??];
        if numbers.next().is_some() {
            return None;
        }
        let pre = pre.map_or(Some(Vec::new()), |pre| pre.split('.').map(part).collect())?;
        Some(Self { core, pre })
    }
}

fn number(text: &str) -> Option<u64> {
    let is_plain = text == "0" || !text.starts_with('0');
    (is_plain && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn part(text: &str) -> Option<Part> {
    if let Some(number) = number(text) {
        return Some(Part::Number(number));
    }
    let is_good = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (!text.is_empty() && text.bytes().all(is_good)).then(|| Part::Text(text.to_owned()))
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        // A version with a suffix is before the one without.
        let bare = |version: &Self| version.pre.is_empty();
        self.core
            .cmp(&other.core)
            .then(bare(self).cmp(&bare(other)))
            .then_with(|| self.pre.cmp(&other.pre))
    }
}

/// Whether a version is in a range such as `>=1.0.0 <2.0.0 || >3.0.0`; `None` for what is none.
pub(in crate::import) fn in_range(version: &Version, range: &str) -> Option<bool> {
    let mut is_in = false;
    for all in range.split("||") {
        let mut holds = true;
        let spaced = all.split_whitespace().collect::<Vec<_>>().join(" ");
        // An operator may stand apart from its version.
        let joined = ["= ", "> ", "< ", "! "]
            .iter()
            .fold(spaced, |text, apart| text.replace(apart, apart.trim_end()));
        let mut parts = joined.split(' ').filter(|part| !part.is_empty()).peekable();
        parts.peek()?;
        for part in parts {
            holds &= holds_for(version, part)?;
        }
        is_in |= holds;
    }
    Some(is_in)
}

fn holds_for(version: &Version, part: &str) -> Option<bool> {
    type Holds = fn(Ordering) -> bool;
    const OPERATORS: [(&str, Holds); 8] = [
        (">=", Ordering::is_ge),
        ("<=", Ordering::is_le),
        ("!=", Ordering::is_ne),
        ("==", Ordering::is_eq),
        (">", Ordering::is_gt),
        ("<", Ordering::is_lt),
        ("=", Ordering::is_eq),
        ("!", Ordering::is_ne),
    ];
    let found = OPERATORS
        .iter()
        .find_map(|(sign, holds)| part.strip_prefix(sign).map(|rest| (rest, *holds)));
    let (rest, holds) = found.unwrap_or((part, Ordering::is_eq));
    let wild = rest.trim_end_matches(['x', 'X', '*']);
    if wild.len() == rest.len() {
        return Version::parse(rest).map(|bound| holds(version.cmp(&bound)));
    }
    // `1.2.x` is a range of its own, which only equality is read with.
    let prefix: Option<Vec<u64>> =
        wild.split('.').filter(|part| !part.is_empty()).map(number).collect();
    let is_in = version.core.iter().zip(prefix?).all(|(own, wanted)| *own == wanted);
    match found.map(|(_, holds)| holds(Ordering::Equal)) {
        None | Some(true) if !part.starts_with(['<', '>']) => Some(is_in),
        Some(false) if part.starts_with('!') => Some(!is_in),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Version, in_range};

    #[test]
    fn versions_are_ordered() {
        let ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-rc.2", "1.0.0-rc.11", "1.0.0"];
        for pair in ordered.windows(2) {
            assert!(Version::parse(pair[0]) < Version::parse(pair[1]), "{pair:?}");
        }
        for text in ["1.0", "v1.0.0", "01.0.0", "1.0.0.0", "", "1.0.0-"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_are_read() {
        let holds = |version: &str, range: &str| in_range(&Version::parse(version).unwrap(), range);
        assert_eq!(holds("1.5.0", ">=1.0.0 <2.0.0"), Some(true));
        assert_eq!(holds("2.5.0", ">=1.0.0 <2.0.0 || >3.0.0"), Some(false));
        assert_eq!(holds("1.2.9", "1.2.x"), Some(true));
        assert_eq!(holds("1.5.0", "> 1.0.0"), Some(true));
        assert_eq!(holds("1.5.0", "about 1"), None);
        assert_eq!(holds("1.5.0", ""), None);
    }
}
