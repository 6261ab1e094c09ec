//! Predicates around scan reports: cosign's (`specs/COSIGN_VULN_ATTESTATION_SPEC.md` in
//! sigstore/cosign) and in-toto's (`spec/predicates/vulns_01.md` and `vulns_02.md` in
//! in-toto/attestation).

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserializer;

use super::said::time;
use super::{Dialect, Document, MAX_BYTES, ScanReport, in_toto};
use crate::evidence::json::{self, Members, Value};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// Cosign's type.
const COSIGN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
/// in-toto's types.
const IN_TOTO: [&str; 2] =
    ["https://in-toto.io/attestation/vulns/v0.1", "https://in-toto.io/attestation/vulns/v0.2"];

/// A scan as a signed statement tells it.
#[derive(Debug, Clone)]
pub struct AttestedScan {
    /// The report. What the predicate lists by itself names no image; and what a scanner wrote
    /// may name one, which then must be the statement's subject.
    pub report: ScanReport,
    /// The scanner as the predicate names it, by a URI; empty where it names none.
    pub scanner_uri: String,
    /// When the scan started; Go's zero time is no time.
    pub started_at: Option<Timestamp>,
    /// When the scan was finished; Go's zero time is no time.
    pub finished_at: Option<Timestamp>,
    /// The vulnerability database; `None` where the predicate does not say.
    pub database: Option<AttestedDatabase>,
}

/// A vulnerability database as a predicate names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttestedDatabase {
    /// Where it comes from; empty where the predicate does not say.
    pub uri: String,
    /// Its version; empty where the predicate does not say.
    pub version: String,
    /// When it was last updated; `None` where the predicate does not say.
    pub updated_at: Option<Timestamp>,
}

/// Reads a predicate around a scan report: cosign's `vuln/v1`, whose result is a report of
/// Trivy, Grype or OSV-Scanner, and in-toto's `vulns/v0.1` and `vulns/v0.2`, whose result is a
/// list of vulnerabilities.
///
/// ```
/// use cocket::evidence::scan::attested;
/// let scan = attested(
///     "https://in-toto.io/attestation/vulns/v0.2",
///     r#"{"scanner": {"uri": "pkg:github/aquasecurity/trivy@0.70.0",
///         "result": [{"id": "CVE-2024-1", "severity": [{"method": "nvd", "score": "high"}]}]},
///         "metadata": {"scanFinishedOn": "2026-11-01T10:00:00Z"}}"#,
/// )?;
/// assert_eq!(scan.report.scanner(), "trivy");
/// assert_eq!(scan.report.findings().len(), 1);
/// assert!(scan.finished_at.is_some());
/// # Ok::<(), cocket::evidence::EvidenceError>(())
/// ```
///
/// # Errors
/// `Unsupported` for another type of predicate, or a result that is not read, such as SARIF;
/// `NothingScanned` for a result that is absent or `null`, and for an empty list of a scan that
/// was never finished; the rest as for [`ScanReport::parse`], with the place in the predicate.
pub fn attested(predicate_type: &str, predicate: &str) -> Result<AttestedScan, EvidenceError> {
    if predicate_type == COSIGN {
        return cosign(predicate);
    }
    if IN_TOTO.contains(&predicate_type) {
        return in_toto(predicate);
    }
    let detail = format!("`{predicate_type}` is no type of predicate about a scan");
    Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "/predicateType", detail))
}

const RESULT: &str = "/scanner/result";

fn nothing_scanned(detail: &str) -> EvidenceError {
    EvidenceError::new(EvidenceErrorKind::NothingScanned, RESULT, detail)
}

fn cosign(predicate: &str) -> Result<AttestedScan, EvidenceError> {
    let text = json::text(predicate.as_bytes(), MAX_BYTES)?;
    let mut read = Predicate { head: Head::default(), result: RawResult(None) };
    json::read_object(text, &mut read)?;
    let Predicate { head, result } = read;
    let Some(result) = result.0.filter(|result| *result != "null") else {
        return Err(nothing_scanned("no result"));
    };
    // The places of broken text, as `line:column`, count from the result's start.
    let report = ScanReport::parse(&Arc::from(result.as_bytes())).map_err(|error| {
        let place = format!(
            "{RESULT}{}",
            match error.place.as_str() {
                place if place.is_empty() || place.starts_with('/') => place.to_owned(),
                place => format!(" {place}"),
            }
        );
        EvidenceError::new(error.kind, place, error.detail)
    })?;
    Ok(head.around(report))
}

fn in_toto(predicate: &str) -> Result<AttestedScan, EvidenceError> {
    let source: Arc<[u8]> = Arc::from(predicate.as_bytes());
    let text = json::text(&source, MAX_BYTES)?;
    let document = Document::new(Dialect::InTotoVulns, &source);
    let mut read = Predicate { head: Head::default(), result: ListResult(document) };
    json::read_object(text, &mut read)?;
    let Predicate { head, result: ListResult(mut document) } = read;
    if document.scanned_packages && document.findings().len() == 0 && head.finished_at.is_none() {
        return Err(nothing_scanned("an empty list, of a scan that was never finished"));
    }
    let no_room = |_: serde::de::value::Error| {
        EvidenceError::new(EvidenceErrorKind::TooLarge, "", "more text than is read")
    };
    document.tool = document.kept(head.uri.clone().into()).map_err(no_room)?;
    if !head.version.is_empty() {
        let version = document.kept(head.version.clone().into()).map_err(no_room)?;
        document.scanner_version = Some(version);
    }
    document.created_at = head.finished_at;
    Ok(head.around(ScanReport::checked(document.finished())?))
}

/// What both formats say beside the result.
#[derive(Default)]
struct Head {
    uri: String,
    version: String,
    database: Option<AttestedDatabase>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
}

impl Head {
    fn around(self, report: ScanReport) -> AttestedScan {
        let Self { uri, database, started_at, finished_at, .. } = self;
        let database = database.filter(|database| *database != AttestedDatabase::default());
        AttestedScan { report, scanner_uri: uri, started_at, finished_at, database }
    }
}

/// Something that takes `scanner.result`.
trait TakesResult<'de> {
    fn take<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error>;
}

/// The result as it is written, to be read as a document of its own.
struct RawResult<'de>(Option<&'de str>);

impl<'de> TakesResult<'de> for RawResult<'de> {
    fn take<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        self.0 = Some(value.raw()?);
        Ok(())
    }
}

/// The result as a list of vulnerabilities.
struct ListResult(Document);

impl<'de> TakesResult<'de> for ListResult {
    fn take<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        self.0.scanned_packages = value.list(&mut in_toto::Results(&mut self.0))?;
        Ok(())
    }
}

struct Predicate<R> {
    head: Head,
    result: R,
}

impl<'de, R: TakesResult<'de>> Members<'de> for Predicate<R> {
    const KNOWN: &'static [&'static str] = &["scanner", "metadata"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "scanner" => value.object(&mut Scanner(self)).map(drop),
            _ => value.object(&mut Metadata(&mut self.head)).map(drop),
        }
    }
}

struct Scanner<'p, R>(&'p mut Predicate<R>);

impl<'de, R: TakesResult<'de>> Members<'de> for Scanner<'_, R> {
    const KNOWN: &'static [&'static str] = &["uri", "version", "db", "result"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let Predicate { head, result } = &mut *self.0;
        match key {
            "uri" => head.uri = value.text()?.unwrap_or_default().into_owned(),
            "version" => head.version = value.text()?.unwrap_or_default().into_owned(),
            "db" => {
                let mut database = AttestedDatabase::default();
                head.database = value.object(&mut database)?.then_some(database);
            }
            _ => result.take(value)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for AttestedDatabase {
    const KNOWN: &'static [&'static str] = &["uri", "version", "lastUpdate"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "uri" => self.uri = value.text()?.unwrap_or_default().into_owned(),
            "version" => self.version = value.text()?.unwrap_or_default().into_owned(),
            _ => self.updated_at = time(value)?,
        }
        Ok(())
    }
}

struct Metadata<'h>(&'h mut Head);

impl<'de> Members<'de> for Metadata<'_> {
    const KNOWN: &'static [&'static str] = &["scanStartedOn", "scanFinishedOn"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "scanStartedOn" => self.0.started_at = time(value)?,
            _ => self.0.finished_at = time(value)?,
        }
        Ok(())
    }
}
