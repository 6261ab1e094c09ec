//! What Grype repeats of ratings, likelihoods and known exploits
//! (`grype/presenter/models/vulnerability_metadata.go` in anchore/grype).

use std::borrow::Cow;

use serde::Deserializer;

use super::rating::{Cvss, CvssVersion, tenths};
use super::said::{Listener, Said, date, tell};
use super::{Epss, decimal};
use crate::evidence::json::{Elements, Members, Value};

/// `cvss`: a list of ratings.
pub(super) struct Ratings<'l, L>(pub(super) &'l mut L);

impl<'de, L: Listener<'de>> Elements<'de> for Ratings<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let mut rating = Rating::default();
        if !value.object(&mut rating)? {
            return Ok(());
        }
        let Rating { source, version, vector, score_tenths } = rating;
        let of_vector = vector.as_deref().and_then(CvssVersion::of_vector);
        let version = of_vector.unwrap_or_else(|| CvssVersion::of_name(&version));
        tell(self.0, Said::Cvss(Cvss { source, version, score_tenths, vector }))
    }
}

/// One rating; `metrics` is the object that holds the score.
#[derive(Default)]
struct Rating<'de> {
    source: Cow<'de, str>,
    version: Cow<'de, str>,
    vector: Option<Cow<'de, str>>,
    score_tenths: Option<u16>,
}

impl<'de> Members<'de> for Rating<'de> {
    const KNOWN: &'static [&'static str] = &["source", "version", "vector", "metrics", "baseScore"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "source" => self.source = value.text()?.unwrap_or_default(),
            "version" => self.version = value.text()?.unwrap_or_default(),
            "vector" => self.vector = value.text()?.filter(|vector| !vector.is_empty()),
            "metrics" => {
                value.object(&mut Metrics(&mut self.score_tenths))?;
            }
            _ => self.score_tenths = value.decimal(tenths)?.flatten(),
        }
        Ok(())
    }
}

struct Metrics<'r>(&'r mut Option<u16>);

impl<'de> Members<'de> for Metrics<'_> {
    const KNOWN: &'static [&'static str] = &["baseScore"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        *self.0 = value.decimal(tenths)?.flatten();
        Ok(())
    }
}

/// `cvssV2` and `cvssV3`, as Grype 0.7 wrote them: it rated by the National Vulnerability
/// Database only, and did not say so.
pub(super) struct OldRating;

impl OldRating {
    pub(super) fn tell<'de, L: Listener<'de>, D: Deserializer<'de>>(
        listener: &mut L,
        version: CvssVersion,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let mut rating = Rating::default();
        if !value.object(&mut rating)? {
            return Ok(());
        }
        let Rating { vector, score_tenths, .. } = rating;
        let of_vector = vector.as_deref().and_then(CvssVersion::of_vector);
        let version = of_vector.unwrap_or(version);
        let source = Cow::Borrowed("nvd");
        tell(listener, Said::Cvss(Cvss { source, version, score_tenths, vector }))
    }
}

/// `epss`: a list of likelihoods.
pub(super) struct Likelihoods<'l, L>(pub(super) &'l mut L);

impl<'de, L: Listener<'de>> Elements<'de> for Likelihoods<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let mut found = Likelihood { score: None, percentile: None, date: None };
        value.object(&mut found)?;
        match found.score {
            Some(score_millionths) => tell(
                self.0,
                Said::Epss(Epss {
                    score_millionths,
                    percentile_millionths: found.percentile,
                    date: found.date,
                }),
            ),
            None => Ok(()),
        }
    }
}

struct Likelihood {
    score: Option<u32>,
    percentile: Option<u32>,
    date: Option<jiff::Timestamp>,
}

impl<'de> Members<'de> for Likelihood {
    const KNOWN: &'static [&'static str] = &["epss", "percentile", "date"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let millionths = |text: &str| decimal::scaled(text, 6, 1_000_000);
        match key {
            "epss" => self.score = value.decimal(millionths)?.flatten(),
            "percentile" => self.percentile = value.decimal(millionths)?.flatten(),
            _ => self.date = value.text()?.and_then(|text| date(&text)),
        }
        Ok(())
    }
}

/// Entries of the catalogue of known exploited vulnerabilities; that there is one is enough.
pub(super) struct KnownExploited<'l, L>(pub(super) &'l mut L);

impl<'de, L: Listener<'de>> Elements<'de> for KnownExploited<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        value.skip()?;
        tell(self.0, Said::KnownExploited)
    }
}
