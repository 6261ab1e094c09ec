//! Loading policies of other engines among our own.
//!
//! | document | becomes |
//! |---|---|
//! | `ClusterImagePolicy`, `TrustRoot` of `policy.sigstore.dev` | an `ImagePolicy`, a `TrustRoot` |
//! | `policy.json` of the containers project | an `ImagePolicy` for each of its scopes |
//! | rules of Kyverno's `ClusterPolicy` and `Policy` that verify images | an `ImagePolicy` |
//! | their other rules | judges of objects |
//! | Kyverno's `ValidatingPolicy` and `ImageValidatingPolicy`, `ValidatingAdmissionPolicy` with its bindings | judges of objects |

use std::sync::Arc;

use super::cluster_image_policy;
use super::containers_policy;
use super::foreign::ForeignKind;
use super::kyverno;
use super::outcome::Dialect;
use super::supplied::Supplied;
use super::{objects, repair};
use crate::policy::{
    Foreign, ForeignDocument, Head, ObjectJudge, Policies, PolicyError, PolicyErrorKind as Kind,
    PolicyErrors, PolicySource, Translation,
};

/// How policies of other engines are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Take a policy of which parts are not taken. What rests on such a part fails, and
    /// [`Policies::notes`] names it; without this, it is an error.
    pub allow_partial: bool,
    /// How closely Kyverno is followed.
    pub dialect: Dialect,
}

/// Loads several texts as one set, like [`Policies::load`], with policies of other engines among
/// them. Public keys and certificates that those name by a path, or by a `Secret`, are handed in as
/// further sources: PEM under that path, and the `Secret`.
///
/// ```
/// use cocket::import::{self, Options};
/// use cocket::policy::PolicySource;
/// let text = "
/// apiVersion: policy.sigstore.dev/v1beta1
/// kind: ClusterImagePolicy
/// metadata: {name: closed}
/// spec:
///   images: [{glob: 'registry.example.com/old/**'}]
///   authorities: [{static: {action: fail, message: 'use the new registry'}}]
/// ";
/// let source = PolicySource { name: "cip.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
/// let policies = import::load(&[source], Options::default())?;
/// assert_eq!(policies.image_policies()[0].metadata.name.as_str(), "closed");
/// assert!(policies.notes().is_empty());
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
///
/// # Errors
/// Every fault that was found, among them those that the other engine finds itself; and what is not
/// taken, unless `options` allow that.
pub fn load(sources: &[PolicySource], options: Options) -> Result<Policies, PolicyErrors> {
    load_with_judges(sources, options, &[])
}

/// As [`load`], with judges of Kubernetes objects that the program supplies, as
/// [`Policies::load_with_judges`] takes them.
///
/// # Errors
/// As [`load`] and [`Policies::load_with_judges`].
pub fn load_with_judges(
    sources: &[PolicySource],
    options: Options,
    judges: &[Arc<dyn ObjectJudge>],
) -> Result<Policies, PolicyErrors> {
    let errors = match read(sources, &[], options, judges) {
        Ok(policies) => return Ok(policies),
        Err(errors) => errors,
    };
    let (repaired, repairs) = repair::sources(sources);
    match repairs.is_empty() {
        true => Err(errors),
        false => read(&repaired, &repairs, options, judges),
    }
}

fn read(
    sources: &[PolicySource],
    repairs: &[PolicyError],
    options: Options,
    judges: &[Arc<dyn ObjectJudge>],
) -> Result<Policies, PolicyErrors> {
    let translate = |foreign: &Foreign<'_, '_>| translate(foreign, repairs, options);
    Policies::load_mixed(sources, recognise, &translate, judges.to_vec())
}

/// Whether a document is another engine's, or one that such a document may name.
fn recognise(head: Head<'_>) -> bool {
    ForeignKind::of_head(head).is_some()
}

fn translate(
    foreign: &Foreign<'_, '_>,
    repairs: &[PolicyError],
    options: Options,
) -> Result<Translation, Vec<PolicyError>> {
    let mut work = Work::default();
    work.made.notes.extend(repairs.iter().cloned());
    let supplied = Supplied::read(foreign, &mut work);
    cluster_image_policy::translate(foreign, &supplied, &mut work);
    containers_policy::translate(foreign, &supplied, &mut work);
    kyverno::verify::translate(foreign, &supplied, &mut work);
    objects::translate(foreign, &supplied, options, &mut work);
    if !options.allow_partial {
        let untaken = work.made.notes.iter().filter(|note| note.kind == Kind::NotTaken);
        work.errors.extend(untaken.cloned());
    }
    match work.errors.is_empty() {
        true => Ok(work.made),
        false => Err(work.errors),
    }
}

/// A translation in the making.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) made: Translation,
    pub(super) errors: Vec<PolicyError>,
}

impl Work {
    pub(super) fn not_taken(
        &mut self,
        document: &ForeignDocument<'_>,
        path: &str,
        detail: &str,
        help: Option<&str>,
    ) {
        let help = help.map(str::to_owned);
        self.made.notes.push(document.remark(Kind::NotTaken, path, detail.to_owned(), help));
    }

    pub(super) fn inexact(&mut self, document: &ForeignDocument<'_>, path: &str, detail: &str) {
        self.made.notes.push(document.remark(Kind::Inexact, path, detail.to_owned(), None));
    }
}
