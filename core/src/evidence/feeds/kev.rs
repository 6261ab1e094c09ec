//! CISA's catalogue of known exploited vulnerabilities (`known_exploited_vulnerabilities.json`
//! and the schema beside it).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserializer;

use super::{CveNumber, MAX_BYTES, MAX_ROWS, look_up, twice};
use crate::evidence::json::{self, Elements, Members, Value};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// One vulnerability that is exploited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KevEntry {
    cve: CveNumber,
    /// The CVE, as it is written.
    pub id: Box<str>,
    /// When it came into the catalogue.
    pub date_added: Date,
    /// Whether it is known to be used for ransomware; `None` where that is not known.
    pub ransomware: Option<bool>,
}

/// A catalogue as it stands in a file, which may be a part of the whole. It is for showing what
/// it says; [`Self::whole`] makes a feed of it.
#[derive(Debug, Clone)]
pub struct KevCatalog {
    version: Box<str>,
    released: Timestamp,
    count: u64,
    entries: Vec<KevEntry>,
}

/// The whole catalogue: a CVE that it does not list was not known to be exploited at its date.
///
/// ```
/// use cocket::evidence::feeds::Kev;
/// let text = r#"{"catalogVersion": "2026.11.20", "dateReleased": "2026-11-20T15:00:00.0000Z",
///   "count": 1, "vulnerabilities": [{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10",
///     "knownRansomwareCampaignUse": "Known"}]}"#;
/// let feed = Kev::parse(text.as_bytes())?;
/// assert_eq!(feed.entry("CVE-2021-44228").unwrap().ransomware, Some(true));
/// assert!(feed.entry("CVE-2021-0001").is_none());
/// # Ok::<(), cocket::evidence::EvidenceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Kev(KevCatalog);

impl KevCatalog {
    /// Reads a catalogue, also one that lists fewer entries than it counts.
    ///
    /// # Errors
    /// `Invalid` for a member that is missing or of another form, `Ambiguous` for duplicate keys
    /// and for a CVE that is listed twice, `TooLarge` over [`MAX_BYTES`](super::MAX_BYTES) or
    /// [`MAX_ROWS`](super::MAX_ROWS).
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let mut reader = Reader::default();
        json::read_object(json::text(bytes, MAX_BYTES)?, &mut reader)?;
        let missing = |key: &str| {
            EvidenceError::new(EvidenceErrorKind::Invalid, format!("/{key}"), "it is missing")
        };
        let catalog = Self {
            version: reader.version.ok_or_else(|| missing("catalogVersion"))?,
            released: reader.released.ok_or_else(|| missing("dateReleased"))?,
            count: reader.count.ok_or_else(|| missing("count"))?,
            entries: reader.entries.ok_or_else(|| missing("vulnerabilities"))?,
        };
        let mut by_cve: Vec<&KevEntry> = catalog.entries.iter().collect();
        by_cve.sort_unstable_by_key(|entry| entry.cve);
        match twice(&by_cve, |entry| entry.cve).map(|entry| entry.id.clone()) {
            None => Ok(catalog),
            Some(id) => Err(EvidenceError::new(
                EvidenceErrorKind::Ambiguous,
                "/vulnerabilities",
                format!("`{id}` is listed twice"),
            )),
        }
    }

    /// The catalogue's version, such as `2026.11.20`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// When it was released.
    #[must_use]
    pub fn released(&self) -> Timestamp {
        self.released
    }

    /// How many entries it says it has.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The entries, in the file's order.
    #[must_use]
    pub fn entries(&self) -> &[KevEntry] {
        &self.entries
    }

    /// The catalogue as a feed.
    ///
    /// # Errors
    /// `Invalid` where it does not list as many entries as it counts: what is missing could be
    /// exploited all the same.
    pub fn whole(mut self) -> Result<Kev, EvidenceError> {
        let listed = self.entries.len();
        if u64::try_from(listed) != Ok(self.count) {
            let detail = format!("{listed} entries are listed where `count` says {}", self.count);
            return Err(EvidenceError::new(EvidenceErrorKind::Invalid, "/count", detail));
        }
        self.entries.sort_unstable_by_key(|entry| entry.cve);
        self.entries.shrink_to_fit();
        Ok(Kev(self))
    }
}

impl Kev {
    /// Reads a whole catalogue.
    ///
    /// # Errors
    /// As [`KevCatalog::parse`] and [`KevCatalog::whole`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        KevCatalog::parse(bytes)?.whole()
    }

    /// The catalogue's version, such as `2026.11.20`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// When it was released.
    #[must_use]
    pub fn released(&self) -> Timestamp {
        self.0.released
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether there is no entry at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The entry of a CVE, by its id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&KevEntry> {
        look_up(&self.0.entries, CveNumber::parse(id)?, |entry| entry.cve)
    }
}

#[derive(Default)]
struct Reader {
    version: Option<Box<str>>,
    released: Option<Timestamp>,
    count: Option<u64>,
    entries: Option<Vec<KevEntry>>,
}

impl<'de> Members<'de> for Reader {
    const KNOWN: &'static [&'static str] =
        &["catalogVersion", "dateReleased", "count", "vulnerabilities"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "catalogVersion" => self.version = value.text()?.map(|text| text.as_ref().into()),
            "dateReleased" => self.released = value.parsed(time)?,
            "count" => self.count = value.number()?,
            _ => {
                let mut entries = Entries(Vec::new());
                let is_there = value.list(&mut entries)?;
                self.entries = is_there.then_some(entries.0);
            }
        }
        Ok(())
    }
}

struct Entries(Vec<KevEntry>);

impl<'de> Elements<'de> for Entries {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.0.len() >= MAX_ROWS {
            let detail = format!("more than {MAX_ROWS} entries");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut entry = Entry::default();
        value.object(&mut entry)?;
        match entry {
            Entry { id: Some((cve, id)), date_added: Some(date_added), ransomware } => {
                self.0.push(KevEntry { cve, id, date_added, ransomware });
                Ok(())
            }
            Entry { id: None, .. } => Err(serde::de::Error::custom("an entry without `cveID`")),
            Entry { .. } => Err(serde::de::Error::custom("an entry without `dateAdded`")),
        }
    }
}

#[derive(Default)]
struct Entry {
    id: Option<(CveNumber, Box<str>)>,
    date_added: Option<Date>,
    ransomware: Option<bool>,
}

impl<'de> Members<'de> for Entry {
    const KNOWN: &'static [&'static str] = &["cveID", "dateAdded", "knownRansomwareCampaignUse"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "cveID" => {
                self.id = value.parsed(|text| {
                    let number = CveNumber::parse(text);
                    let number = number.ok_or_else(|| format!("`{text}` is not a CVE"))?;
                    Ok((number, text.into()))
                })?;
            }
            "dateAdded" => {
                self.date_added = value.parsed(|text| {
                    text.parse().map_err(|_| format!("`{text}` is not a date as `2021-12-10`"))
                })?;
            }
            // CISA writes `Known` and `Unknown`.
            _ => {
                self.ransomware = value.text()?.and_then(|text| match &*text {
                    "Known" => Some(true),
                    _ => None,
                });
            }
        }
        Ok(())
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("`{text}` is not a time as RFC 3339 writes it"))
}
