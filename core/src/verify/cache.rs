use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use quick_cache::sync::Cache;

use super::keyless::KeylessRefusal;
use super::{Refusal, SignatureVerifier, Signer, Verified, verify};
use crate::evidence::signing::{Material, SignedDocument};
use crate::reference::Digest;

/// Results of verification, kept so that the same signature is not verified twice.
///
/// A result is found again for the same bytes with the same annotations, judged for the same image
/// and by the same authority with the same trust, as long as no date of keys or logs lies between:
/// no decision depends on whether it was kept. Kept are signatures that hold, and refusals that no
/// passing of time can change; never the answers of a program's own verifiers. The number of
/// results is bounded, and threads share them.
///
/// ```
/// use cocket::verify::VerificationCache;
/// let cache = VerificationCache::new(1_000);
/// assert_eq!(cache.statistics().hits, 0);
/// ```
pub struct VerificationCache {
    /// `None` where nothing is kept.
    kept: Option<Cache<CacheKey, Entry>>,
    capacity: usize,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// What a cache did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheStatistics {
    /// How many results were found again.
    pub hits: u64,
    /// How many had to be worked out.
    pub misses: u64,
    /// How many results are kept.
    pub entries: usize,
    /// How many are kept at most.
    pub capacity: usize,
    /// The earliest time of a decision for which a kept result was worked out.
    pub oldest: Option<Timestamp>,
}

/// Everything but the time that the result of a verification depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CacheKey {
    /// Of the document with its kind and annotations.
    pub(crate) document: Digest,
    /// The image that it is judged for.
    pub(crate) subject: Digest,
    /// Of the authority with its trust.
    pub(crate) trust: Digest,
}

/// A result, and when it holds: from the time that it was worked out for until the next date.
#[derive(Clone)]
struct Entry {
    result: Result<Signer, Refusal>,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl fmt::Debug for VerificationCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationCache").field("statistics", &self.statistics()).finish()
    }
}

impl VerificationCache {
    /// How many results an engine keeps unless it is told otherwise.
    pub const DEFAULT_CAPACITY: usize = 4_096;

    /// A cache of at most so many results; of none where it is 0.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let kept = (capacity > 0).then(|| Cache::new(capacity));
        Self { kept, capacity, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// What it did so far.
    #[must_use]
    pub fn statistics(&self) -> CacheStatistics {
        let kept = self.kept.as_ref();
        CacheStatistics {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            entries: kept.map_or(0, Cache::len),
            capacity: self.capacity,
            oldest: kept.and_then(|kept| kept.iter().map(|(_, entry)| entry.from).min()),
        }
    }

    /// [`verify`], or what it gave before for the same.
    pub(crate) fn verify(
        &self,
        key: CacheKey,
        document: &SignedDocument,
        verifier: &dyn SignatureVerifier,
        authority: &str,
        now: Timestamp,
    ) -> Result<Verified<SignedDocument>, Refusal> {
        let Some(kept) = &self.kept else {
            return verify(document, verifier, authority, &key.subject, now);
        };
        if let Some(entry) = kept.get(&key).filter(|entry| entry.holds_at(now)) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return entry.result.map(|signer| Verified::new(document.clone(), signer));
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let result = verify(document, verifier, authority, &key.subject, now);
        let lasting = match &result {
            Ok(verified) if has_one_signature(document) => Some(Ok(verified.signer().clone())),
            Err(refusal) if is_lasting(refusal, document) => Some(Err(refusal.clone())),
            _ => None,
        };
        if let Some(result) = lasting {
            let until = verifier.dates().into_iter().filter(|date| *date >= now).min();
            kept.insert(key, Entry { result, from: now, until });
        }
        result
    }
}

impl Entry {
    fn holds_at(&self, now: Timestamp) -> bool {
        now >= self.from && self.until.is_none_or(|until| now < until)
    }
}

/// Of several signatures another one may be the first to count at another time.
fn has_one_signature(document: &SignedDocument) -> bool {
    match document.material() {
        Material::Detached { .. } | Material::File { .. } => true,
        Material::Envelope { signatures, .. } | Material::Bundle { signatures, .. } => {
            signatures.len() == 1
        }
    }
}

/// Whether a refusal has to do neither with time nor with what a program says.
fn is_lasting(refusal: &Refusal, document: &SignedDocument) -> bool {
    match refusal {
        // All signatures were looked at, and nobody who is trusted made any.
        Refusal::Signature | Refusal::Keyless(KeylessRefusal::Signature) => true,
        Refusal::NeedsCertificate { .. } => true,
        Refusal::Keyless(
            KeylessRefusal::NeedsKey
            | KeylessRefusal::NoCertificate
            | KeylessRefusal::OtherIssuer { .. }
            | KeylessRefusal::OtherSubject { .. }
            | KeylessRefusal::OtherClaim { .. }
            | KeylessRefusal::NoRepositoryNamed { .. },
        ) => has_one_signature(document),
        _ => false,
    }
}
