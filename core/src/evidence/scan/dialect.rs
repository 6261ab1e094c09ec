//! Which format a document has.

use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// The formats of scan reports that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Trivy's JSON before its version 0.20: a list of results that names no image, or `null`
    /// where it found nothing.
    TrivyV1,
    /// Trivy's JSON, `SchemaVersion` 2.
    TrivyV2,
    /// Grype's JSON.
    Grype,
    /// OSV-Scanner's JSON.
    OsvScanner,
    /// The list of vulnerabilities in an in-toto predicate.
    InTotoVulns,
}

impl Dialect {
    /// Trivy's, Grype's and OSV-Scanner's formats of one object, in the order of their keys in
    /// [`KEYS`].
    const OBJECTS: [Self; 3] = [Self::TrivyV2, Self::Grype, Self::OsvScanner];

    /// The name, such as `trivy-v2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TrivyV1 => "trivy-v1",
            Self::TrivyV2 => "trivy-v2",
            Self::Grype => "grype",
            Self::OsvScanner => "osv-scanner",
            Self::InTotoVulns => "in-toto-vulns",
        }
    }
}

/// The keys of the top level that are read, by format. The first of each gives it away.
const KEYS: [&[&str]; 3] = [
    &["SchemaVersion", "Trivy", "CreatedAt", "ArtifactName", "ArtifactType", "Metadata", "Results"],
    &["matches", "ignoredMatches", "source", "distro", "descriptor"],
    &["results", "image_metadata"],
];

/// All of [`KEYS`].
pub(super) const ALL_KEYS: &[&str] = &[
    "SchemaVersion",
    "Trivy",
    "CreatedAt",
    "ArtifactName",
    "ArtifactType",
    "Metadata",
    "Results",
    "matches",
    "ignoredMatches",
    "source",
    "distro",
    "descriptor",
    "results",
    "image_metadata",
];

/// The keys of the top level, as far as they tell the format.
#[derive(Debug, Default)]
pub(super) struct Keys {
    is_any: bool,
    /// The first key of each format that was read.
    seen: [Option<&'static str>; 3],
    /// Whether the key that gives a format away was read.
    given_away: [bool; 3],
    /// The first key that differs by case only from one of each format.
    twins: [Option<String>; 3],
    mark: Option<usize>,
}

impl Keys {
    /// Sees a key that is read.
    pub(super) fn known(&mut self, key: &'static str) {
        self.is_any = true;
        for ((seen, given_away), keys) in self.seen.iter_mut().zip(&mut self.given_away).zip(KEYS) {
            if keys.contains(&key) {
                seen.get_or_insert(key);
                *given_away |= keys.first() == Some(&key);
            }
        }
    }

    /// Sees a key that is passed over.
    pub(super) fn other(&mut self, key: &str) {
        self.is_any = true;
        self.mark = self.mark.into_iter().chain(mark(key)).min();
    }

    /// Sees a key that differs by case only from one that is read.
    pub(super) fn twin(&mut self, key: &str) {
        for (twin, keys) in self.twins.iter_mut().zip(KEYS) {
            if keys.iter().any(|known| crate::evidence::json::differs_by_case_only(key, known)) {
                twin.get_or_insert_with(|| key.to_owned());
            }
        }
    }

    /// Whether there is no key at all.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_any
    }

    /// The format.
    ///
    /// # Errors
    /// `Unsupported` for another format, `Ambiguous` for keys of two.
    pub(super) fn dialect(&self) -> Result<Dialect, EvidenceError> {
        let given_away = self.given_away.iter().position(|given_away| *given_away);
        let Some(position) = given_away else { return Err(foreign(self.mark)) };
        let dialect = Dialect::OBJECTS.get(position).copied().unwrap_or(Dialect::TrivyV2);
        // `results` alone says little: many formats have it.
        if dialect == Dialect::OsvScanner && self.mark.is_some() {
            return Err(foreign(self.mark));
        }
        let ambiguous = |key: &str, detail| {
            Err(EvidenceError::new(EvidenceErrorKind::Ambiguous, format!("/{key}"), detail))
        };
        if let Some(Some(twin)) = self.twins.get(position) {
            let detail = format!("the key `{twin}` differs from a known one by case only");
            return ambiguous(twin, detail);
        }
        let seen = self.seen.iter().enumerate().filter(|(other, _)| *other != position);
        match seen.filter_map(|(_, key)| *key).next() {
            Some(key) => {
                let name = dialect.name();
                ambiguous(key, format!("`{key}` is a key of another format than `{name}`"))
            }
            None => Ok(dialect),
        }
    }
}

/// Keys of the top level that give a format away, with what it is.
const MARKS: [(&str, &str); 16] = [
    ("runs", "a SARIF log, which names no image digest"),
    ("ClusterName", "a report of `trivy k8s`, which mixes many images"),
    ("Resources", "a report of `trivy k8s`, which mixes many images"),
    ("apiVersion", "a Kubernetes object, such as a report of trivy-operator"),
    ("bomFormat", "a CycloneDX document"),
    ("spdxVersion", "an SPDX document"),
    ("@context", "a JSON-LD document, such as OpenVEX or SPDX 3"),
    ("predicateType", "an in-toto statement"),
    ("payloadType", "a DSSE envelope"),
    ("dsseEnvelope", "a Sigstore bundle"),
    ("mediaType", "an OCI document or a Sigstore bundle"),
    ("schemaVersion", "an OCI manifest or index"),
    ("critical", "a simple signing payload"),
    ("artifacts", "an inventory of Syft"),
    ("scanner", "a scan summary, such as of the cosign vulnerability predicate"),
    ("vulnerabilities", "a report of another scanner"),
];

/// The first mark of a key, as a position in the table; a lower one is a better guess.
fn mark(key: &str) -> Option<usize> {
    if key.starts_with("application/vnd.") {
        return Some(MARKS.len());
    }
    MARKS.iter().position(|(mark, _)| *mark == key)
}

const READ: &str = "only the JSON of Trivy, Grype and OSV-Scanner is read";

/// The refusal of another format.
fn foreign(mark: Option<usize>) -> EvidenceError {
    let looks = mark.map(|position| match MARKS.get(position) {
        Some((_, what)) => what,
        None => "a report for Harbor, of its scanner adapters",
    });
    let detail = match looks {
        Some(what) => format!("this looks like {what}; {READ}"),
        None => {
            format!("an object without `SchemaVersion`, `matches` or `results`; {READ}")
        }
    };
    EvidenceError::new(EvidenceErrorKind::Unsupported, "", detail)
}

/// The refusal of an object in whose `keys` no format gives itself away.
pub(super) fn refusal_of(keys: &[String]) -> Option<EvidenceError> {
    let is_read = |key: &String| KEYS.iter().any(|keys| keys.first() == Some(&key.as_str()));
    if keys.is_empty() || keys.iter().any(is_read) {
        return None;
    }
    Some(foreign(keys.iter().filter_map(|key| mark(key)).min()))
}
