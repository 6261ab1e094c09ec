//! CVSS vectors: which version, whether complete, and what score they come to (FIRST, CVSS v2.0
//! guide, v3.0, v3.1 and v4.0 specification documents).
//!
//! A score that a source published is never replaced by one computed here: sources round, and
//! err. A vector without all of its mandatory metrics has no score.

use std::fmt;
use std::str::FromStr;

use cvss::v3::Metric as _;
use cvss::{Error, v2, v3, v4};

/// Longest text that is read, in bytes.
pub const MAX_BYTES: usize = 512;

/// The versions of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 2.0.
    V20,
    /// 3.0.
    V30,
    /// 3.1.
    V31,
    /// 4.0.
    V40,
}

impl Version {
    /// The version as it is written, such as `3.1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }
}

/// A score in tenths, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

impl Score {
    /// A score of so many tenths; `None` above 100.
    #[must_use]
    pub fn from_tenths(tenths: u8) -> Option<Self> {
        (tenths <= 100).then_some(Self(tenths))
    }

    /// The score in tenths.
    #[must_use]
    pub fn tenths(self) -> u8 {
        self.0
    }

    /// Reads a score as it is published, with at most one decimal that is not zero.
    ///
    /// ```
    /// use cocket::evidence::cvss::Score;
    /// assert_eq!(Score::parse("7.5").map(Score::tenths), Some(75));
    /// assert_eq!(Score::parse("10").map(Score::tenths), Some(100));
    /// assert_eq!(Score::parse("7.54"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let (first, zeros) = decimals.split_at_checked(1)?;
        if !is_number(whole) || !is_number(first) || zeros.bytes().any(|b| b != b'0') {
            return None;
        }
        let whole: u8 = whole.parse().ok()?;
        let tenths = whole.checked_mul(10)?.checked_add(first.parse().ok()?)?;
        Self::from_tenths(tenths)
    }

    /// The nearest tenth of a computed score.
    fn near(value: f64) -> Option<Self> {
        let tenths = (value * 10.0).round();
        // Checked before: from 0 to 100, and whole.
        (0.0..=100.0).contains(&tenths).then_some(Self(tenths as u8))
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0.wrapping_div(10), self.0.wrapping_rem(10))
    }
}

/// Why a text is not a CVSS vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VectorError {
    /// It is longer than is read.
    #[error("it has {0} bytes, more than a vector can have")]
    TooLong(usize),
    /// A version that is not read.
    #[error("a version of CVSS that is not read")]
    Version,
    /// A metric or a value that the version does not have, or one that stands twice.
    #[error("{0}")]
    Metric(Error),
}

/// A CVSS vector.
///
/// ```
/// use cocket::evidence::cvss::Vector;
/// let vector: Vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".parse()?;
/// assert_eq!(vector.base_score().map(|score| score.to_string()).as_deref(), Some("9.8"));
/// // Not 0.0: nobody knows what the rest would be.
/// let part: Vector = "CVSS:3.1/AV:N/AC:L".parse()?;
/// assert!(!part.is_complete() && part.base_score().is_none());
/// # Ok::<(), cocket::evidence::cvss::VectorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector {
    version: Version,
    /// `None` where a mandatory metric is missing.
    complete: Option<Metrics>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Metrics {
    V2(Box<v2::Vector>),
    V3(Box<v3::Vector>),
    V4(Box<v4::Vector>),
}

impl Vector {
    /// Reads a vector; one of version 2.0 has no prefix.
    ///
    /// # Errors
    /// [`VectorError`] for a version, metric or value that does not exist, and for a metric that
    /// stands twice. A vector that lacks mandatory metrics is not an error.
    pub fn parse(text: &str) -> Result<Self, VectorError> {
        if text.len() > MAX_BYTES {
            return Err(VectorError::TooLong(text.len()));
        }
        let prefix = text.split('/').next().unwrap_or_default();
        let version = match prefix {
            "CVSS:3.0" => Version::V30,
            "CVSS:3.1" => Version::V31,
            "CVSS:4.0" => Version::V40,
            other if other.starts_with("CVSS") => return Err(VectorError::Version),
            _ => Version::V20,
        };
        let complete = match version {
            Version::V20 => text.parse().map(|vector| Metrics::V2(Box::new(vector))),
            Version::V30 | Version::V31 => text.parse().map(|vector| Metrics::V3(Box::new(vector))),
            Version::V40 => text.parse().map(|vector| Metrics::V4(Box::new(vector))),
        };
        match complete {
            Ok(Metrics::V3(vector)) if !has_mandatory(&vector) => {
                Ok(Self { version, complete: None })
            }
            Ok(metrics) => Ok(Self { version, complete: Some(metrics) }),
            Err(
                Error::MissingMandatoryMetricV2 { .. } | Error::MissingMandatoryMetricV4 { .. },
            ) => Ok(Self { version, complete: None }),
            Err(error) => Err(VectorError::Metric(error)),
        }
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether all mandatory metrics are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete.is_some()
    }

    /// The score that the base metrics come to; `None` for an incomplete vector. Version 4.0 has
    /// one score, which takes all metrics of the vector into account.
    #[must_use]
    pub fn base_score(&self) -> Option<Score> {
        match self.complete.as_ref()? {
            Metrics::V2(vector) => Score::near(vector.score().value()),
            Metrics::V3(vector) => Score::near(vector.base_score().value()),
            Metrics::V4(vector) => Score::near(vector.score().value()),
        }
    }

    /// The score with the temporal metrics, which is the base score where there are none; `None`
    /// for an incomplete vector, and for version 4.0, which has no such score.
    #[must_use]
    pub fn temporal_score(&self) -> Option<Score> {
        match self.complete.as_ref()? {
            Metrics::V2(vector) => Score::near(vector.temporal_score().value()),
            Metrics::V3(vector) => temporal(vector, self.base_score()?),
            Metrics::V4(_) => None,
        }
    }
}

impl FromStr for Vector {
    type Err = VectorError;

    fn from_str(text: &str) -> Result<Self, VectorError> {
        Self::parse(text)
    }
}

/// A vector with the score that a source published beside it. The published one stands, also
/// where the vector comes to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The score as published; `None` where only the vector is.
    pub published: Option<Score>,
    /// The vector.
    pub vector: Vector,
}

impl Rating {
    /// The score: the published one, else what the vector comes to; `None` where neither is
    /// there, which is not 0.0.
    #[must_use]
    pub fn score(&self) -> Option<Score> {
        self.published.or_else(|| self.vector.base_score())
    }

    /// Whether the published score is not what the vector comes to.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.published.zip(self.vector.base_score()).is_some_and(|(one, other)| one != other)
    }
}

fn has_mandatory(vector: &v3::Vector) -> bool {
    vector.av.is_some()
        && vector.ac.is_some()
        && vector.pr.is_some()
        && vector.ui.is_some()
        && vector.s.is_some()
        && vector.c.is_some()
        && vector.i.is_some()
        && vector.a.is_some()
}

/// `Roundup(base × E × RL × RC)` (CVSS v3.1 specification, section 7.2), in whole numbers: the
/// factors have two decimals.
fn temporal(vector: &v3::Vector, base: Score) -> Option<Score> {
    let factors = [
        vector.e.map_or(1.0, |metric| metric.score()),
        vector.rl.map_or(1.0, |metric| metric.score()),
        vector.rc.map_or(1.0, |metric| metric.score()),
    ];
    let mut product = u32::from(base.tenths());
    for factor in factors {
        // Between 91 and 100 hundredths.
        product = product.checked_mul((factor * 100.0).round() as u32)?;
    }
    Score::from_tenths(u8::try_from(product.div_ceil(1_000_000)).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A prefix, the mandatory metrics and the others, each with its values.
    type Metrics = (&'static str, &'static [(&'static str, &'static str)]);

    const V2: Metrics = (
        "",
        &[
            ("AV", "L A N"),
            ("AC", "H M L"),
            ("Au", "M S N"),
            ("C", "N P C"),
            ("I", "N P C"),
            ("A", "N P C"),
            ("E", "U POC F H ND"),
            ("RL", "OF TF W U ND"),
            ("RC", "UC UR C ND"),
            ("CDP", "N L LM MH H ND"),
            ("TD", "N L M H ND"),
            ("CR", "L M H ND"),
        ],
    );
    const V31: Metrics = (
        "CVSS:3.1/",
        &[
            ("AV", "N A L P"),
            ("AC", "L H"),
            ("PR", "N L H"),
            ("UI", "N R"),
            ("S", "U C"),
            ("C", "N L H"),
            ("I", "N L H"),
            ("A", "N L H"),
            ("E", "X H F P U"),
            ("RL", "X U W T O"),
            ("RC", "X C R U"),
            ("MAV", "X N A L P"),
            ("MS", "X U C"),
        ],
    );
    const V4: Metrics = (
        "CVSS:4.0/",
        &[
            ("AV", "N A L P"),
            ("AC", "L H"),
            ("AT", "N P"),
            ("PR", "N L H"),
            ("UI", "N P A"),
            ("VC", "H L N"),
            ("VI", "H L N"),
            ("VA", "H L N"),
            ("SC", "H L N"),
            ("SI", "H L N"),
            ("SA", "H L N"),
            ("E", "X A P U"),
            ("CR", "X H M L"),
            ("MAV", "X N A L P"),
            ("MVC", "X H L N"),
            ("MSI", "X S H L N"),
            ("MSA", "X S H L N"),
        ],
    );

    /// Each metric by a number, which chooses its value, or leaves it out.
    fn written((prefix, metrics): Metrics, chosen: &[usize]) -> String {
        let values = metrics.iter().zip(chosen).filter_map(|((name, values), choice)| {
            let value = values.split(' ').nth(*choice)?;
            Some(format!("{name}:{value}"))
        });
        prefix.to_owned() + &values.collect::<Vec<_>>().join("/")
    }

    proptest! {
        #[test]
        fn every_vector_has_a_score_or_is_incomplete(
            which in 0..3_usize,
            chosen in prop::collection::vec(0..6_usize, 17),
        ) {
            let metrics = [V2, V31, V4].into_iter().nth(which).unwrap();
            let text = written(metrics, &chosen);
            if let Ok(vector) = Vector::parse(&text) {
                prop_assert_eq!(vector.is_complete(), vector.base_score().is_some(), "{}", text);
                let temporal = vector.temporal_score();
                prop_assert!(temporal.is_none_or(|score| Some(score) <= vector.base_score()));
            } else {
                // Nothing is left of it.
                prop_assert!(!text.contains("AV:") || !text.contains('/'), "{}", text);
            }
        }

        #[test]
        fn every_complete_vector_has_a_score(
            which in 0..3_usize,
            chosen in prop::collection::vec(0..2_usize, 17),
        ) {
            let metrics = [V2, V31, V4].into_iter().nth(which).unwrap();
            let text = written(metrics, &chosen);
            prop_assert!(Vector::parse(&text).unwrap().base_score().is_some(), "{}", text);
        }
    }

    fn scores(text: &str) -> (Option<u8>, Option<u8>) {
        let vector = Vector::parse(text).unwrap();
        (vector.base_score().map(Score::tenths), vector.temporal_score().map(Score::tenths))
    }

    #[test]
    fn scores_of_all_versions() {
        // The examples of the specifications.
        assert_eq!(scores("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C"), (Some(78), Some(64)));
        assert_eq!(scores("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N"), (Some(64), Some(64)));
        let temporal = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C";
        assert_eq!(scores(temporal), (Some(78), Some(70)));
        let v4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H";
        assert_eq!(scores(v4), (Some(100), None));
        assert_eq!(scores("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), (Some(0), Some(0)));
    }

    #[test]
    fn without_a_mandatory_metric_there_is_no_score() {
        for whole in [
            "AV:N/AC:L/Au:N/C:N/I:N/A:C",
            "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
        ] {
            assert!(Vector::parse(whole).unwrap().is_complete(), "{whole}");
            let metrics: Vec<&str> = whole.split('/').collect();
            let first = usize::from(whole.starts_with("CVSS"));
            for left_out in first..metrics.len() {
                let mut metrics = metrics.clone();
                metrics.remove(left_out);
                let part = Vector::parse(&metrics.join("/")).unwrap();
                assert_eq!((part.is_complete(), part.base_score()), (false, None), "{metrics:?}");
                assert_eq!(part.temporal_score(), None);
            }
        }
    }

    #[test]
    fn a_published_score_stands() {
        let vector = Vector::parse("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:N/A:N").unwrap();
        let rating = Rating { published: Score::parse("7.5"), vector: vector.clone() };
        assert_eq!((rating.score().map(Score::tenths), rating.differs()), (Some(75), true));
        let rating = Rating { published: None, vector };
        assert_eq!((rating.score().map(Score::tenths), rating.differs()), (Some(60), false));
        let vector = Vector::parse("CVSS:3.1/AV:L").unwrap();
        assert_eq!(Rating { published: None, vector }.score(), None);
        for text in ["", ".", "5.", ".5", "-1", "10.1", "7.55", "1e1", "300", "+5"] {
            assert_eq!(Score::parse(text), None, "{text}");
        }
        assert_eq!(Score::parse("9.80").map(Score::tenths), Some(98));
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "AV:N",
            "CVSS:3.2/AV:N/AC:L",
            "CVSS:3.1",
            "CVSS:2.0/AV:N/AC:L/Au:N/C:N/I:N/A:C",
            "CVSS:3.1/AV:N/AV:L/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
            "CVSS:3.1/AV:Z/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N/",
            "AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
        ] {
            let read = Vector::parse(text);
            let scored = read.as_ref().is_ok_and(|vector| vector.base_score().is_some());
            assert!(!scored, "{text}: {read:?}");
        }
        assert_eq!(Vector::parse(&"A".repeat(513)), Err(VectorError::TooLong(513)));
    }
}
