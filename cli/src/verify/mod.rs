//! `cocket verify`.

mod arguments;
mod authority;
mod refused;

use std::path::Path;

use cocket::Timestamp;
use cocket::evaluate::{Content, Examination, Examiner, Question, SignedHash, Target};
use cocket::evidence::signing::{Artifact, MAX_DOCUMENT_BYTES};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::model::SignedIdentity;
use cocket::reference::{Digest, Reference};
use cocket::report::{examination, examination_json};
use cocket::source::read_file;

pub(crate) use arguments::Verify;
pub(crate) use refused::advice;

use self::arguments::{Form, Hash, Naming, Wanted};
use crate::failure::{Failure, note};
use crate::inputs::is_layout;
use crate::output;
use crate::sources::Sources;

/// Largest file that a bundle may be about, in bytes; larger ones are named by their digest.
const MAX_ARTIFACT_BYTES: u64 = 1 << 30;

pub(crate) fn run(arguments: &Verify, now: Timestamp) -> Result<u8, Failure> {
    let examiner = authority::examiner(arguments)?;
    if arguments.roots.trusted_root.is_none()
        && arguments.key.is_none()
        && arguments.authority.is_none()
        && arguments.roots.ca_roots.is_none()
        && arguments.roots.certificate_chain.is_none()
    {
        note("no `--trusted-root`: the public instance's, as this version of cocket carries it");
    }
    let asked = Asked { arguments, examiner, now };
    let (examined, is_unread) = match &arguments.bundle {
        Some(bundle) => (asked.of_file(bundle)?, false),
        None => asked.of_image()?,
    };
    let text = match arguments.output {
        Form::Text => examination(&examined),
        Form::Json => format!("{}\n", examination_json(&examined)),
    };
    output::to_stdout(text.as_bytes())?;
    Ok(match (examined.is_verified(), is_unread) {
        (_, true) => 3,
        (true, false) => 0,
        (false, false) => 1,
    })
}

fn question<'a>(arguments: &Verify, target: Target<'a>) -> Question<'a> {
    let content = match &arguments.content {
        None => Content::Approval,
        Some(Wanted::Any) => Content::Any,
        Some(Wanted::Statement(wanted)) => Content::Attestation(wanted.clone()),
    };
    let mut question = Question::new(target, content);
    question.annotations = arguments.annotations.iter().cloned().collect();
    question.identity = match arguments.signed_identity {
        Naming::WhenNamed => SignedIdentity::WhenNamed,
        Naming::ExactRepository => SignedIdentity::ExactRepository,
        Naming::SameDigest => SignedIdentity::SameDigest,
    };
    question.hash = arguments.hash.map(|hash| match hash {
        Hash::Sha256 => SignedHash::Sha256,
        Hash::Sha384 => SignedHash::Sha384,
        Hash::Sha512 => SignedHash::Sha512,
    });
    question
}

/// What holds for whatever the target is.
struct Asked<'a> {
    arguments: &'a Verify,
    examiner: Examiner,
    now: Timestamp,
}

impl Asked<'_> {
    fn examine(&self, target: Target<'_>, evidence: &Evidence) -> Examination {
        self.examiner.examine(&question(self.arguments, target), evidence, self.now)
    }

    fn of_file(&self, bundle: &Path) -> Result<Examination, Failure> {
        let failed = |error: cocket::source::SourceError| Failure::Unreadable(error.to_string());
        let most = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX);
        let mut evidence = Evidence::new();
        let bytes = read_file(bundle, most).map_err(failed)?;
        evidence.attach(None, AttachedKind::Bundle, bytes, std::collections::BTreeMap::new());
        let file = Path::new(&self.arguments.target);
        match self.arguments.target.parse::<Digest>() {
            // What is there as a file is meant as one.
            Ok(digest) if !file.exists() => {
                Ok(self.examine(Target::Artifact(Artifact::from_digest(digest)), &evidence))
            }
            _ => {
                let bytes = read_file(file, MAX_ARTIFACT_BYTES).map_err(failed)?;
                Ok(self.examine(Target::Artifact(Artifact::from_bytes(&bytes)), &evidence))
            }
        }
    }

    fn of_image(&self) -> Result<(Examination, bool), Failure> {
        let mut sources = Sources::open(&self.arguments.evidence, &[]);
        let target = Path::new(&self.arguments.target);
        let (reference, digest) = match is_layout(target) {
            true => in_layout(target, &mut sources)?,
            false if self.arguments.evidence.is_empty() => {
                let text =
                    "give the layout with the image by `--evidence`, or a bundle by `--bundle`";
                return Err(Failure::Usage(text.to_owned()));
            }
            false => named(&self.arguments.target, &mut sources)?,
        };
        let evidence = sources.evidence(Some(digest));
        Ok((self.examine(Target::Image { reference, digest }, &evidence), sources.is_unread()))
    }
}

/// The only image of a layout.
fn in_layout(path: &Path, sources: &mut Sources) -> Result<(Reference, Digest), Failure> {
    let place = path.display();
    let images = sources.add(path).map_err(|error| Failure::Unreadable(error.to_string()))?;
    let [image] = images.as_slice() else {
        let names: Vec<&str> = images.iter().filter_map(|image| image.name.as_deref()).collect();
        return Err(Failure::Usage(format!(
            "{place}: it holds {} images; name one and give the layout by `--evidence`: {}",
            images.len(),
            names.join(", ")
        )));
    };
    let name = image.name.as_deref().ok_or_else(|| {
        Failure::Usage(format!(
            "{place}: the image has no name there; verify `NAME@{}` with `--evidence {place}`",
            image.digest
        ))
    })?;
    let reference = Reference::parse(name)
        .map_err(|error| Failure::Usage(format!("{place}: `{name}`: {error}")))?;
    Ok((reference, image.digest))
}

fn named(name: &str, sources: &mut Sources) -> Result<(Reference, Digest), Failure> {
    let reference =
        Reference::parse(name).map_err(|error| Failure::Usage(format!("`{name}`: {error}")))?;
    if let Some(digest) = reference.digest().copied() {
        return Ok((reference, digest));
    }
    match sources.resolve(&reference) {
        (Some(digest), _) => Ok((reference, digest)),
        (None, _) => {
            Err(Failure::Unreadable(format!("`{reference}`: no source has an image of this name")))
        }
    }
}
