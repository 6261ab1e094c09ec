//! What the functions about signatures answer, from what the engine verified.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::attestors::{Attestor, Attestors};
use super::host::ImageVerifier;
use super::policy::CelPolicy;
use crate::policy::{NotSigned, SignedImages, SignedStatement};
use crate::reference::Digest;

/// Answers for the attestors of one policy about the images of one object.
pub(super) struct Verifying<'v> {
    policy: &'v CelPolicy,
    attestors: &'v Attestors,
    signed: &'v dyn SignedImages,
    seen: RefCell<Seen>,
}

/// What was asked for so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The documents that counted.
    pub(super) evidence: BTreeSet<Digest>,
    /// Why others did not.
    pub(super) refused: BTreeSet<String>,
    /// Verified statements, by image and attestation.
    statements: BTreeMap<(String, String), Vec<Value>>,
}

impl<'v> Verifying<'v> {
    pub(super) fn new(
        policy: &'v CelPolicy,
        attestors: &'v Attestors,
        signed: &'v dyn SignedImages,
    ) -> Self {
        Self { policy, attestors, signed, seen: RefCell::default() }
    }

    pub(super) fn finish(self) -> Seen {
        self.seen.into_inner()
    }

    /// How many of the attestors stand for something about the image; why the others do not is
    /// kept. Nobody stands for an image that the policy is not about.
    fn count<T>(
        &self,
        image: &str,
        attestors: &[Value],
        ask: impl Fn(&Attestor) -> Result<Vec<T>, NotSigned>,
        mut keep: impl FnMut(&mut Seen, T),
    ) -> Result<u32, String> {
        let mut count: u32 = 0;
        if !self.policy.is_about(image) {
            let why = format!("`{image}` is not among `matchImageReferences`");
            self.seen.borrow_mut().refused.insert(why);
            return Ok(count);
        }
        for one in attestors {
            let name = name_of(one)?;
            match ask(self.attestors.attestor(name)?) {
                Ok(found) => {
                    let mut seen = self.seen.borrow_mut();
                    found.into_iter().for_each(|one| keep(&mut seen, one));
                    count = count.saturating_add(1);
                }
                Err(NotSigned::Refused(why)) => {
                    self.seen.borrow_mut().refused.insert(format!("{name}: {why}"));
                }
                Err(NotSigned::Unknown(why)) => return Err(why),
            }
        }
        Ok(count)
    }
}

impl ImageVerifier for Verifying<'_> {
    fn signatures(&self, image: &str, attestors: &[Value]) -> Result<u32, String> {
        let ask = |attestor: &super::attestors::Attestor| {
            any(&attestor.authorities, |name| {
                self.signed.approvals(image, name, &attestor.annotations)
            })
        };
        self.count(image, attestors, ask, |seen, document| _ = seen.evidence.insert(document))
    }

    fn attestations(&self, image: &str, kind: &Value, attestors: &[Value]) -> Result<u32, String> {
        let name = name_of(kind)?;
        let kind = self.attestors.attestation(name)?;
        let ask = |attestor: &super::attestors::Attestor| {
            if !attestor.annotations.is_empty() {
                let why = "annotations of statements are not compared".to_owned();
                return Err(NotSigned::Unknown(why));
            }
            any(&attestor.authorities, |name| self.signed.statements(image, name, kind.as_str()))
        };
        self.count(image, attestors, ask, |seen, SignedStatement { document, statement }| {
            seen.evidence.insert(document);
            let known = seen.statements.entry((image.to_owned(), name.to_owned())).or_default();
            if !known.contains(&statement) {
                known.push(statement);
            }
        })
    }

    fn payload(&self, image: &str, kind: &Value) -> Result<Value, String> {
        let name = name_of(kind)?;
        self.attestors.attestation(name)?;
        let seen = self.seen.borrow();
        match seen.statements.get(&(image.to_owned(), name.to_owned())).map(Vec::as_slice) {
            Some([only]) => Ok(only.clone()),
            Some(several) => {
                // Which of them Kyverno gives rests on the order in which a registry lists them.
                Err(format!("there are {} statements `{name}` about `{image}`", several.len()))
            }
            None => Err(format!(
                "the payload of `{name}` cannot be had before its signature is verified"
            )),
        }
    }
}

/// What any of the authorities stands for; else the first cause.
fn any<N, T>(
    authorities: &[N],
    ask: impl Fn(&N) -> Result<Vec<T>, NotSigned>,
) -> Result<Vec<T>, NotSigned> {
    let (mut found, mut causes) = (Vec::new(), Vec::new());
    for one in authorities {
        match ask(one) {
            Ok(own) => found.extend(own),
            Err(cause) => causes.push(cause),
        }
    }
    let unknown = causes.iter().position(|cause| matches!(cause, NotSigned::Unknown(_)));
    match (found.is_empty(), unknown) {
        (false, _) => Ok(found),
        (true, Some(at)) => Err(causes.swap_remove(at)),
        (true, None) => {
            let none = || NotSigned::Unknown("nobody is named".to_owned());
            Err(causes.into_iter().next().unwrap_or_else(none))
        }
    }
}

fn name_of(value: &Value) -> Result<&str, String> {
    let name = value.get("name").and_then(Value::as_str);
    name.ok_or_else(|| "an attestor or attestation of the policy is expected".to_owned())
}
