use jiff::Timestamp;

use super::public_key::Dates;
use super::{KeyError, PublicKey, Refusal};

/// A key, and when it counts.
#[derive(Debug, Clone)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// Not before this time.
    pub not_before: Option<Timestamp>,
    /// Not at or after this time.
    pub not_after: Option<Timestamp>,
    /// Only what was proven before this time counts.
    pub compromised_at: Option<Timestamp>,
    /// The key was taken back.
    pub revoked: Option<Revoked>,
}

/// That a key was taken back, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// What was proven before this time still counts; `None`: nothing does.
    pub since: Option<Timestamp>,
}

impl TrustedKey {
    /// A key that counts at all times.
    #[must_use]
    pub fn new(key: PublicKey) -> Self {
        Self { key, not_before: None, not_after: None, compromised_at: None, revoked: None }
    }

    /// Reads a key in PEM as [`PublicKey::from_pem`] does, or the key of a certificate (`CERTIFICATE`,
    /// RFC 7468, section 5).
    ///
    /// A certificate's own dates become the key's window; its last second still counts. Nothing
    /// else in it is checked: whoever gives it vouches for the key, as for a bare one. So its
    /// names, usages, extensions, issuer and the issuer's signature say nothing, and signatures
    /// that carry certificates are not matched with it.
    ///
    /// # Errors
    /// A [`KeyError`] that says what was found instead.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (key, dates) = PublicKey::with_dates(pem)?;
        let own = Self::new(key);
        Ok(match dates {
            None => own,
            Some(Dates { not_before, not_after }) => {
                Self { not_before: Some(not_before), not_after, ..own }
            }
        })
    }

    /// Whether a signature counts that provably existed at `proven_at`. Windows hold at that
    /// time, else at `now`. For a revoked or compromised key `now` is no help: without a proven
    /// time the signature may be younger than the event, whenever one looks.
    pub(super) fn counts(
        &self,
        proven_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let key = || self.key.id();
        let too_late = |event: Timestamp| proven_at.is_none_or(|proven| proven >= event);
        if let Some(Revoked { since }) = self.revoked
            && since.is_none_or(too_late)
        {
            return Err(Refusal::KeyRevoked { key: key(), since, proven_at });
        }
        if let Some(compromised_at) = self.compromised_at.filter(|event| too_late(*event)) {
            return Err(Refusal::KeyCompromised { key: key(), compromised_at, proven_at });
        }
        let at = proven_at.unwrap_or(now);
        match (self.not_before, self.not_after) {
            (Some(not_before), _) if at < not_before => {
                Err(Refusal::KeyNotYetValid { key: key(), not_before, at })
            }
            (_, Some(not_after)) if at >= not_after => {
                Err(Refusal::KeyExpired { key: key(), not_after, at })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn key() -> TrustedKey {
        let pem = "-----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOy3TraKsGtNGhL8g7pBRdOwt4n+y
            VSG1Z6ZYfMtaddEqzYqVjmLQZSiv4bSGTWYg5bziP6zD5k8FETAQxSrp6g==
            -----END PUBLIC KEY-----";
        TrustedKey {
            not_before: Some(time("2026-01-01T00:00:00Z")),
            not_after: Some(time("2027-01-01T00:00:00Z")),
            ..TrustedKey::new(PublicKey::from_pem(pem).unwrap())
        }
    }

    #[test]
    fn a_window_holds_at_the_proven_time_and_not_at_now() {
        let (inside, outside) = (time("2026-06-01T00:00:00Z"), time("2030-01-01T00:00:00Z"));
        assert_eq!(key().counts(Some(inside), outside), Ok(()));
        let late = key().counts(Some(outside), inside);
        assert!(matches!(late, Err(Refusal::KeyExpired { at, .. }) if at == outside));
        let early = key().counts(Some(time("2025-12-31T23:59:59Z")), inside);
        assert!(matches!(early, Err(Refusal::KeyNotYetValid { .. })), "{early:?}");
    }

    #[test]
    fn only_what_was_proven_before_a_compromise_counts() {
        let compromised_at = time("2026-06-01T00:00:00Z");
        let key = TrustedKey { compromised_at: Some(compromised_at), ..key() };
        let now = time("2026-11-23T15:00:00Z");
        assert_eq!(key.counts(Some(time("2026-05-31T23:59:59Z")), now), Ok(()));
        for proven_at in [None, Some(compromised_at), Some(now)] {
            let refusal = key.counts(proven_at, now).unwrap_err();
            assert!(matches!(refusal, Refusal::KeyCompromised { .. }), "{refusal}");
        }
    }

    #[test]
    fn a_revoked_key_counts_for_what_was_proven_before_and_else_never() {
        let since = time("2026-06-01T00:00:00Z");
        let now = time("2026-11-23T15:00:00Z");
        let before = Some(time("2026-05-31T23:59:59Z"));
        let revoked = |since| TrustedKey { revoked: Some(Revoked { since }), ..key() };
        assert_eq!(revoked(Some(since)).counts(before, now), Ok(()));
        for (of, proven_at) in
            [(Some(since), None), (Some(since), Some(since)), (None, None), (None, before)]
        {
            let expected = Refusal::KeyRevoked { key: key().key.id(), since: of, proven_at };
            assert_eq!(revoked(of).counts(proven_at, now), Err(expected));
        }
    }
}
