//! The Exploit Prediction Scoring System's daily scores (FIRST, `epss_scores-<date>.csv`).

use std::fmt;

use jiff::Timestamp;

use super::{CveNumber, MAX_BYTES, MAX_ROWS, look_up, twice};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// The second line of every file.
const COLUMNS: &str = "cve,epss,percentile";

/// A share of one, in millionths: from 0 to 1,000,000. EPSS publishes up to nine decimals;
/// what is beyond the sixth is rounded up, so that a bound is never passed by rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millionths(u32);

impl Millionths {
    /// One.
    pub const ONE: Self = Self(1_000_000);

    /// So many millionths; `None` above one.
    #[must_use]
    pub fn new(value: u32) -> Option<Self> {
        (value <= Self::ONE.0).then_some(Self(value))
    }

    /// The number of millionths.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// Reads a share as it is written, such as `0.00383`, `1` or `4e-05`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let is_number = |text: &str| {
            !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit())
        };
        if !is_number(whole) || !is_number(decimals) || !(-30..=0).contains(&exponent) {
            return None;
        }
        // value = digits × 10^(exponent − decimals); in millionths six places more.
        let digits: u128 = format!("{whole}{decimals}").parse().ok()?;
        let places = i32::try_from(decimals.len()).ok()?.checked_sub(exponent)?.checked_sub(6)?;
        let power = 10_u128.checked_pow(places.unsigned_abs());
        let value = match power {
            Some(power) if places >= 0 => digits.div_ceil(power),
            Some(power) => digits.checked_mul(power)?,
            // Divided by more than any number that is read.
            None => u128::from(digits > 0),
        };
        Self::new(u32::try_from(value).ok()?)
    }
}

impl fmt::Display for Millionths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.wrapping_div(1_000_000), self.0.wrapping_rem(1_000_000));
        write!(f, "{whole}.{rest:06}")
    }
}

/// The score of one CVE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpssScore {
    /// The probability that it is exploited within 30 days.
    pub probability: Millionths,
    /// The share of all scored CVEs with this probability or less.
    pub percentile: Millionths,
}

/// The two lines before the scores, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpssHead<'a> {
    /// The comment that names the model and the date.
    pub model: &'a str,
    /// The names of the columns.
    pub columns: &'a str,
}

impl<'a> EpssHead<'a> {
    /// Takes the two lines off a file, whatever they say.
    ///
    /// # Errors
    /// `TooLarge`, or `Invalid` for a file that is not UTF-8 or has no two lines.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a str), EvidenceError> {
        if bytes.len() > MAX_BYTES {
            let detail = format!("{} bytes where {MAX_BYTES} are read", bytes.len());
            return Err(EvidenceError::new(EvidenceErrorKind::TooLarge, "", detail));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| invalid("", error.to_string()))?;
        let lines = text.split_once('\n').and_then(|(model, rest)| {
            let (columns, rows) = rest.split_once('\n')?;
            Some((Self { model: line(model), columns: line(columns) }, rows))
        });
        lines.ok_or_else(|| invalid("1:1", "no two lines before the scores"))
    }
}

/// One day's scores.
///
/// ```
/// use cocket::evidence::feeds::Epss;
/// let text = "#model_version:v2025.03.14,score_date:2026-11-20T12:55:00Z\n\
///             cve,epss,percentile\nCVE-2021-44228,0.94358,0.99958\n";
/// let feed = Epss::parse(text.as_bytes())?;
/// let score = feed.score("CVE-2021-44228").unwrap();
/// assert_eq!(score.probability.get(), 943_580);
/// assert!(feed.score("CVE-2021-0001").is_none());
/// # Ok::<(), cocket::evidence::EvidenceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Epss {
    model: Box<str>,
    date: Timestamp,
    rows: Box<[Row]>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    cve: CveNumber,
    score: EpssScore,
}

impl Epss {
    /// Reads a file of scores, unpacked.
    ///
    /// # Errors
    /// `Invalid` for other columns, no model or date, or a row that is not a CVE and two shares
    /// of one, or whose line does not end; `Ambiguous` for a CVE with two rows; `TooLarge` over
    /// [`MAX_BYTES`](super::MAX_BYTES) or [`MAX_ROWS`](super::MAX_ROWS).
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let (head, rows) = EpssHead::read(bytes)?;
        let (model, date) = model_and_date(head.model)?;
        if head.columns != COLUMNS {
            let detail = format!("the columns `{}`, where `{COLUMNS}` are expected", head.columns);
            return Err(invalid("2:1", detail));
        }
        let mut rows = read_rows(rows)?;
        rows.sort_unstable_by_key(|row| row.cve);
        match twice(&rows, |row| row.cve) {
            None => Ok(Self { model: model.into(), date, rows: rows.into() }),
            Some(row) => {
                let detail = format!("two rows for the CVE with the number {}", row.cve.0);
                Err(EvidenceError::new(EvidenceErrorKind::Ambiguous, "", detail))
            }
        }
    }

    /// The model's version, such as `v2025.03.14`.
    #[must_use]
    pub fn model_version(&self) -> &str {
        &self.model
    }

    /// The day that the scores are of.
    #[must_use]
    pub fn score_date(&self) -> Timestamp {
        self.date
    }

    /// How many CVEs have a score.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no score at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The score of a CVE, by its id; `None` where the feed has none, which is no low score.
    #[must_use]
    pub fn score(&self, id: &str) -> Option<EpssScore> {
        look_up(&self.rows, CveNumber::parse(id)?, |row| row.cve).map(|row| row.score)
    }
}

/// Reads `#model_version:<text>,score_date:<time>`.
fn model_and_date(line: &str) -> Result<(&str, Timestamp), EvidenceError> {
    let parts = line.strip_prefix("#model_version:").and_then(|rest| rest.split_once(','));
    let parts = parts.and_then(|(model, date)| Some((model, date.strip_prefix("score_date:")?)));
    let Some((model, date)) = parts.filter(|(model, _)| !model.is_empty()) else {
        let detail = format!("`{line}`, where `#model_version:…,score_date:…` is expected");
        return Err(invalid("1:1", detail));
    };
    let zoned = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%z", date);
    let time = zoned.and_then(|time| time.to_timestamp()).or_else(|_| date.parse());
    match time {
        Ok(time) => Ok((model, time)),
        Err(_) => Err(invalid("1:1", format!("`{date}` is not a time"))),
    }
}

fn read_rows(text: &str) -> Result<Vec<Row>, EvidenceError> {
    // Each line ends, so a file that was cut is told from a whole one, except at a line's end.
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(invalid("", "the last line does not end: the file may be cut"));
    }
    let mut rows = Vec::new();
    for (position, text) in text.split_terminator('\n').enumerate() {
        let number = position.saturating_add(3);
        if rows.len() >= MAX_ROWS {
            let detail = format!("more than {MAX_ROWS} rows");
            return Err(EvidenceError::new(EvidenceErrorKind::TooLarge, "", detail));
        }
        match line(text) {
            "" => {}
            text => rows.push(row(text).ok_or_else(|| {
                let detail = format!("`{text}` is not a CVE and two numbers from 0 to 1");
                invalid(&format!("{number}:1"), detail)
            })?),
        }
    }
    Ok(rows)
}

fn row(text: &str) -> Option<Row> {
    let mut parts = text.split(',');
    let cve = CveNumber::parse(parts.next()?)?;
    let probability = Millionths::parse(parts.next()?)?;
    let percentile = Millionths::parse(parts.next()?)?;
    if parts.next().is_some() {
        return None;
    }
    Some(Row { cve, score: EpssScore { probability, percentile } })
}

fn line(text: &str) -> &str {
    text.strip_suffix('\r').unwrap_or(text)
}

fn invalid(place: &str, detail: impl Into<String>) -> EvidenceError {
    EvidenceError::new(EvidenceErrorKind::Invalid, place, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_one() {
        for (text, expected) in [
            ("0", 0),
            ("0.0", 0),
            ("1", 1_000_000),
            ("1.00000", 1_000_000),
            ("0.00383", 3_830),
            ("0.000000001", 1),
            ("0.0000011", 2),
            ("4e-05", 40),
            ("4.2E-05", 42),
            ("1e-30", 1),
        ] {
            assert_eq!(Millionths::parse(text).map(Millionths::get), Some(expected), "{text}");
        }
        for text in ["", ".5", "1.", "1.000001", "-0.1", "+0.1", "NaN", "0,5", "1e1", "1e-99", "2"]
        {
            assert_eq!(Millionths::parse(text), None, "{text}");
        }
        assert_eq!(Millionths::parse("0.5").unwrap().to_string(), "0.500000");
    }
}
