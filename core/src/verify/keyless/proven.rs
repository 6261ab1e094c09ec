//! When a signature was made, as logs and timestamp authorities prove it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sigstore_types::{SignatureBytes, TimestampToken};

use super::body::{self, By};
use super::root::Timestamper;
use super::sealed::{Form, Sealed};
use super::{KeylessRefusal, LogFault, TimestampFault, TrustedRoot, log};
use crate::evidence::signing::{BundleVersion, LogEntry};
use crate::policy::model::{LogUse, TimestampUse};

/// How far a proven time may lie after the time of the decision: clocks differ. What a policy
/// allows may be less, never more.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What an authority asks of logs and timestamps.
#[derive(Debug, Clone, Copy)]
pub(in crate::verify) struct Asked {
    pub(in crate::verify) log: LogUse,
    pub(in crate::verify) timestamp: TimestampUse,
    /// How many logs must hold an entry, each counted once.
    pub(in crate::verify) logs: u32,
    /// How many timestamp authorities must have made a timestamp, each counted once.
    pub(in crate::verify) timestamps: u32,
}

impl Asked {
    pub(in crate::verify) fn new(log: LogUse) -> Self {
        Self { log, timestamp: TimestampUse::Auto, logs: 0, timestamps: 0 }
    }

    /// Whether a signature beside which nothing stands is refused.
    pub(in crate::verify) fn requires_some(&self) -> bool {
        self.log == LogUse::Required
            || self.timestamp == TimestampUse::Required
            || self.logs > 0
            || self.timestamps > 0
    }
}

/// The times that are proven, and what was checked for them.
pub(in crate::verify) struct Proven {
    /// Each proves that the signature is not younger.
    pub(in crate::verify) times: Vec<Timestamp>,
    pub(in crate::verify) checks: Vec<String>,
}

/// Verifies every timestamp and, unless they are ignored, every log entry: one that does not hold
/// is a fault, whatever the others say.
pub(in crate::verify) fn verify(
    sealed: &Sealed<'_>,
    by: By<'_>,
    root: Option<&TrustedRoot>,
    asked: Asked,
    now: Timestamp,
) -> Result<Proven, KeylessRefusal> {
    let entries = match asked.log {
        LogUse::Ignore => &[][..],
        LogUse::Required if sealed.entries.is_empty() => return Err(KeylessRefusal::NoLog),
        LogUse::Required | LogUse::Optional => &sealed.entries,
    };
    if sealed.timestamps.is_empty() && asked.timestamp == TimestampUse::Required {
        return Err(KeylessRefusal::NoTimestamp);
    }
    // A key's owner may know better than what stands beside the signature; who trusts
    // certificates needs a time, whoever states it.
    let ignores_all = asked.log == LogUse::Ignore && matches!(by, By::Key(_));
    let ignored = ignores_all && asked.timestamp == TimestampUse::Auto && asked.timestamps == 0;
    let timestamps = if ignored { &[][..] } else { &sealed.timestamps };
    let mut proven = Proven { times: Vec::new(), checks: Vec::new() };
    if entries.is_empty() && timestamps.is_empty() {
        enough(asked, 0, 0)?;
        return Ok(proven);
    }
    let root = root.ok_or(KeylessRefusal::NoTrustedRoot)?;
    let stampers = stamped(timestamps, sealed, root, &mut proven)?;
    let logs = logged(entries, sealed, (by, now), root, &mut proven)?;
    enough(asked, logs, stampers)?;
    let latest = now.saturating_add(CLOCK_SKEW).unwrap_or(now);
    match proven.times.iter().find(|at| **at > latest) {
        Some(at) => Err(KeylessRefusal::Future { at: *at, now }),
        None => Ok(proven),
    }
}

/// Whether as many logs and timestamp authorities stand for it as are asked for.
fn enough(asked: Asked, logs: usize, stampers: usize) -> Result<(), KeylessRefusal> {
    let is_short = |wanted: u32, found: usize| usize::try_from(wanted).is_ok_and(|n| found < n);
    if is_short(asked.logs, logs) {
        return Err(KeylessRefusal::TooFewLogs { wanted: asked.logs, found: logs });
    }
    if is_short(asked.timestamps, stampers) {
        let (wanted, found) = (asked.timestamps, stampers);
        return Err(KeylessRefusal::TooFewTimestamps { wanted, found });
    }
    Ok(())
}

/// Verifies all timestamps, and gives the number of authorities that made them.
fn stamped(
    timestamps: &[Vec<u8>],
    sealed: &Sealed<'_>,
    root: &TrustedRoot,
    proven: &mut Proven,
) -> Result<usize, KeylessRefusal> {
    let (mut seen, mut stampers) = (BTreeSet::new(), BTreeSet::new());
    for (position, token) in timestamps.iter().enumerate() {
        let at = match seen.insert(token) {
            true => timestamp(token, sealed.signature, &root.timestampers),
            false => Err(TimestampFault::Duplicate),
        };
        let (at, stamper) = at.map_err(|fault| KeylessRefusal::Timestamp { position, fault })?;
        proven.times.push(at);
        stampers.insert(stamper);
    }
    if !timestamps.is_empty() {
        proven.checks.push("rfc3161".to_owned());
    }
    Ok(stampers.len())
}

/// The time of an RFC 3161 token, and the key of the authority that signed it, whose window counts.
fn timestamp<'a>(
    token: &[u8],
    signature: &[u8],
    authorities: &'a [Timestamper],
) -> Result<(Timestamp, &'a [u8]), TimestampFault> {
    let untrusted = |detail: &dyn std::fmt::Display| {
        TimestampFault::Untrusted(detail.to_string().chars().take(200).collect())
    };
    let (token, signature) =
        (TimestampToken::from_bytes(token), SignatureBytes::from_bytes(signature));
    let mut refused = TimestampFault::NoAuthority;
    for one in authorities {
        match sigstore_tsa::verify_timestamp_for_authority(&token, &signature, &one.authority) {
            Ok(time) => {
                let at = Timestamp::from_nanosecond(time.as_nanosecond())
                    .map_err(|error| untrusted(&error))?;
                if one.window.is_none_or(|window| window.contains(at)) {
                    return Ok((at, &one.key));
                }
                refused = TimestampFault::Window { at };
            }
            Err(error) if !matches!(refused, TimestampFault::Window { .. }) => {
                refused = untrusted(&error);
            }
            Err(_) => {}
        }
    }
    Err(refused)
}

/// Verifies all log entries, and gives the number of logs that hold them.
fn logged(
    entries: &[LogEntry],
    sealed: &Sealed<'_>,
    (by, now): (By<'_>, Timestamp),
    root: &TrustedRoot,
    proven: &mut Proven,
) -> Result<usize, KeylessRefusal> {
    let stamped = proven.times.clone();
    let (mut places, mut bodies) = (BTreeSet::new(), BTreeSet::new());
    let mut logs = BTreeSet::new();
    for (position, entry) in entries.iter().enumerate() {
        let fault = |fault| KeylessRefusal::Log { position, fault };
        let log = entry.log_id.as_slice();
        if !places.insert((log, entry.index)) || !bodies.insert((log, entry.body.as_slice())) {
            return Err(fault(LogFault::Duplicate));
        }
        complete(entry, sealed.form).map_err(fault)?;
        let kind = body::matches(entry, sealed, by).map_err(fault)?;
        let logged = log::verify(entry, kind, root, &stamped, now).map_err(fault)?;
        logs.insert(log);
        proven.times.extend(logged.time);
        for check in logged.checks {
            if !proven.checks.iter().any(|known| known == check) {
                proven.checks.push(check.to_owned());
            }
        }
    }
    Ok(logs.len())
}

/// Whether an entry has what its form asks for.
fn complete(entry: &LogEntry, form: Form) -> Result<(), LogFault> {
    match form {
        Form::Annotations | Form::Bundle(BundleVersion::V0_1) if entry.promise.is_none() => {
            Err(LogFault::NoPromise)
        }
        Form::Bundle(BundleVersion::V0_2 | BundleVersion::V0_3) if entry.proof.is_none() => {
            Err(LogFault::NoProof)
        }
        _ => Ok(()),
    }
}
