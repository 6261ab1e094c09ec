//! `cocket admit`.

mod arguments;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Admission, AdmissionContext, Engine};
use cocket::evidence::Evidence;
use cocket::kubernetes::{AdmissionReview, MAX_BYTES};
use cocket::reference::{Digest, Reference};
use cocket::report::{Judged, admission_response};
use cocket::source::read_file;

pub(crate) use arguments::Admit;

use crate::failure::{Failure, note};
use crate::inputs::standard_input;
use crate::sources::Sources;
use crate::{check, output, policies, tags};

/// Largest file of proofs that is read, in bytes.
const MAX_PROOFS: u64 = 64 << 20;

pub(crate) fn run(arguments: &Admit, now: Timestamp) -> Result<u8, Failure> {
    let outputs = output::files_only(&arguments.output)?;
    let namespace_labels = check::labels("namespace", &arguments.namespace_label)?;
    let owner_labels = check::labels("owner", &arguments.owner_label)?;
    let policies = policies::load(&arguments.policy, arguments.import.options())?;
    let engine = Engine::new(&policies).map_err(Failure::Policies)?;
    let history = arguments.tags.as_deref().map(tags::read).transpose()?.unwrap_or_default();
    let covered = arguments.covered.as_deref().map(proofs).transpose()?.unwrap_or_default();
    let review = engine.review(&text(&arguments.review)?);
    let mut sources = Sources::open(&arguments.evidence, &arguments.vouch);
    let (digests, evidence) = gathered(&review, &mut sources);
    let context =
        AdmissionContext { namespace_labels, owner_labels, digests, pin: arguments.pin, covered };
    let admission = engine.admit(&review, &context, &evidence, &history, now);
    answer(arguments, &outputs, admission)
}

/// The review's text.
fn text(review: &Path) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let read = match review.to_str() {
        Some("-") => standard_input(most),
        _ => read_file(review, most),
    };
    read.map_err(|failed| Failure::Unreadable(failed.to_string()))
}

/// Digests, one a line.
fn proofs(path: &Path) -> Result<BTreeSet<Digest>, Failure> {
    let failed = |detail: String| Failure::Unreadable(format!("{}: {detail}", path.display()));
    let bytes =
        read_file(path, MAX_PROOFS).map_err(|error| Failure::Unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("not UTF-8".to_owned()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
    let parsed = lines.map(|(position, line)| {
        line.parse().map_err(|_| {
            failed(format!("line {}: `{line}` is not a digest", position.saturating_add(1)))
        })
    });
    parsed.collect()
}

/// The digests of the review's images, and the evidence about all of them.
fn gathered(
    review: &AdmissionReview,
    sources: &mut Sources,
) -> (BTreeMap<String, Digest>, Evidence) {
    let (mut digests, mut missing) = (BTreeMap::new(), Vec::new());
    let mut several = BTreeSet::new();
    for name in review.images() {
        let Ok(reference) = Reference::parse(name) else { continue };
        if let Some(digest) = reference.digest() {
            several.insert(*digest);
            continue;
        }
        let (digest, gaps) = sources.resolve(&reference);
        missing.extend(gaps);
        several.extend(digest);
        digests.extend(digest.map(|digest| (name.to_owned(), digest)));
    }
    let mut evidence = sources.evidence_of(several);
    missing.into_iter().for_each(|gap| evidence.add_gap(gap));
    (digests, evidence)
}

/// The response goes to standard output, whatever else is written.
fn answer(
    arguments: &Admit,
    outputs: &[crate::arguments::Output],
    admission: Admission,
) -> Result<u8, Failure> {
    let response = admission_response(&admission).to_review();
    for reason in &admission.reasons {
        note(format!("{}: {reason}", reason.code));
    }
    if let Some(path) = &arguments.coverage {
        let lines: String = admission.coverage.iter().map(|one| format!("{one}\n")).collect();
        output::to_file(path, lines.as_bytes())?;
    }
    let judged: Vec<Judged> = admission.decisions.into_iter().map(Judged::from).collect();
    let failures = output::write(outputs, &judged, crate::arguments::Color::Never);
    failures.iter().for_each(Failure::say);
    output::to_stdout(format!("{response}\n").as_bytes())?;
    Ok(match (admission.verdict, failures.is_empty()) {
        (Verdict::Deny, _) => 1,
        (_, true) => 0,
        (_, false) => 3,
    })
}
