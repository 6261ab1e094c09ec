//! Scores and vectors of the Common Vulnerability Scoring System, as published.

use std::borrow::Cow;

use super::decimal::scaled;
use crate::evidence::Severity;

/// A rating by the Common Vulnerability Scoring System, as its source published it. Nothing in
/// it is computed: a published score may differ from what its vector gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cvss<'a> {
    /// Who rated, as the scanner names it, such as `nvd`, `ghsa` or `nvd@nist.gov`.
    pub source: Cow<'a, str>,
    /// The version of the system.
    pub version: CvssVersion,
    /// The base score in tenths: 98 is 9.8. `None` where none is published. More decimals than
    /// one are rounded.
    pub score_tenths: Option<u16>,
    /// The vector, unread; it may be incomplete or no vector at all.
    pub vector: Option<Cow<'a, str>>,
}

/// The versions of the Common Vulnerability Scoring System.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CvssVersion {
    /// 2.0.
    V2,
    /// 3.0.
    V3_0,
    /// 3.1; also where a report says only that it is version 3.
    V3_1,
    /// 4.0.
    V4_0,
}

impl CvssVersion {
    /// The version's number, such as `3.1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V2 => "2.0",
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
            Self::V4_0 => "4.0",
        }
    }

    /// The version of a vector, by its prefix; those of version 2 have none.
    pub(super) fn of_vector(vector: &str) -> Option<Self> {
        match vector.split('/').next()? {
            "CVSS:3.0" => Some(Self::V3_0),
            "CVSS:3.1" => Some(Self::V3_1),
            "CVSS:4.0" => Some(Self::V4_0),
            first if first.starts_with("AV:") => Some(Self::V2),
            _ => None,
        }
    }

    /// The version of a number or a scoring method, such as `3.1` or `CVSSv31`.
    pub(super) fn of_name(name: &str) -> Self {
        let digit = name.chars().find(char::is_ascii_digit);
        match digit {
            Some('2') => Self::V2,
            Some('4') => Self::V4_0,
            _ if name.contains("3.0") || name.contains("30") => Self::V3_0,
            _ => Self::V3_1,
        }
    }

    /// The metrics without which there is no base score.
    fn mandatory(self) -> &'static [&'static str] {
        match self {
            Self::V2 => &["AV", "AC", "Au", "C", "I", "A"],
            Self::V3_0 | Self::V3_1 => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
            Self::V4_0 => &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
        }
    }
}

/// Reads a base score into tenths.
pub(super) fn tenths(text: &str) -> Result<Option<u16>, String> {
    Ok(scaled(text, 1, 100)?.and_then(|score| u16::try_from(score).ok()))
}

/// The qualitative rating of a published score; a score of 0 is none, for it also stands for an
/// absent one.
pub(super) fn by_score(version: CvssVersion, tenths: u16) -> Severity {
    match (version, tenths) {
        (_, 0) => Severity::Unknown,
        (_, ..40) => Severity::Low,
        (_, ..70) => Severity::Medium,
        (CvssVersion::V2, _) | (_, ..90) => Severity::High,
        _ => Severity::Critical,
    }
}

/// The qualitative rating of a complete vector's base metrics; `Unknown` for any other text.
pub(super) fn by_vector(vector: &str) -> Severity {
    rated(vector).unwrap_or(Severity::Unknown)
}

fn rated(vector: &str) -> Option<Severity> {
    let version = CvssVersion::of_vector(vector)?;
    let metric = |name: &&str| {
        let mut given = vector.split('/').filter(|part| part.split(':').next() == Some(*name));
        given.next().filter(|_| given.next().is_none())
    };
    let metrics: Option<Vec<&str>> = version.mandatory().iter().map(metric).collect();
    let prefix = match version {
        CvssVersion::V2 => String::new(),
        _ => format!("CVSS:{}/", version.name()),
    };
    let base: cvss::Cvss = format!("{prefix}{}", metrics?.join("/")).parse().ok()?;
    Some(match base.severity() {
        cvss::Severity::Low => Severity::Low,
        cvss::Severity::Medium => Severity::Medium,
        cvss::Severity::High => Severity::High,
        cvss::Severity::Critical => Severity::Critical,
        _ => Severity::Unknown,
    })
}

/// What one text of unknown kind says: a word, a score or a vector.
pub(super) fn judged<'a>(
    method: Cow<'a, str>,
    text: &Cow<'a, str>,
) -> (Severity, Option<Cvss<'a>>) {
    if let Some(severity) = word(text) {
        return (severity, None);
    }
    if let Some(version) = CvssVersion::of_vector(text) {
        let vector = Some(text.clone());
        let cvss = Cvss { source: method, version, score_tenths: None, vector };
        return (by_vector(text), Some(cvss));
    }
    let version = CvssVersion::of_name(&method);
    match tenths(text) {
        Ok(Some(score)) => {
            let score_tenths = Some(score);
            let cvss = Cvss { source: method, version, score_tenths, vector: None };
            (by_score(version, score), Some(cvss))
        }
        _ => (Severity::Unknown, None),
    }
}

/// The severity that a word of any source means, in any case; `None` for another word.
pub(super) fn word(word: &str) -> Option<Severity> {
    const WORDS: [(&str, Severity); 8] = [
        ("critical", Severity::Critical),
        ("high", Severity::High),
        ("important", Severity::High),
        ("medium", Severity::Medium),
        ("moderate", Severity::Medium),
        ("low", Severity::Low),
        ("negligible", Severity::Negligible),
        ("unknown", Severity::Unknown),
    ];
    let found = WORDS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    found.map(|(_, severity)| severity)
}

/// The severity that one of a scanner's own `words` means, in any case; `None` for an empty one.
pub(super) fn own_word(word: &str, words: &[Severity]) -> Option<Severity> {
    let known = words.iter().find(|known| known.name().eq_ignore_ascii_case(word));
    (!word.is_empty()).then(|| known.copied().unwrap_or(Severity::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_vectors_are_classified() {
        for (vector, severity) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Severity::Critical),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:U/RL:O", Severity::High),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N", Severity::Low),
            ("AV:N/AC:M/Au:N/C:N/I:P/A:N", Severity::Medium),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:U/RL:OF/RC:C", Severity::High),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:U",
                Severity::Critical,
            ),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", Severity::Unknown),
        ] {
            assert_eq!(by_vector(vector), severity, "{vector}");
        }
    }

    #[test]
    fn an_incomplete_vector_is_unknown() {
        for vector in [
            "",
            "CVSS:3.1",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",
            "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H",
            "AV:N/AC:M/Au:N",
            "9.8",
        ] {
            assert_eq!(by_vector(vector), Severity::Unknown, "{vector}");
        }
    }
}
