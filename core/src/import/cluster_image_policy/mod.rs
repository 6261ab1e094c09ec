//! `ClusterImagePolicy` and `TrustRoot` of sigstore's policy-controller.
//!
//! Of several authorities of one policy one is enough; of several policies that match an image
//! each must hold: a policy becomes one `ImagePolicy` with one rule. Names that signatures give
//! for the image are not compared, as the controller does not.

mod authority;
mod config_map;
mod kms;
mod model;
mod roots;
mod translate;
mod trust_root;
mod validate;

use std::collections::BTreeMap;

use self::model::ClusterImagePolicy;
use self::roots::Roots;
use self::trust_root::TrustRootDocument;
use super::faults::Faults;
use super::foreign::ForeignKind;
use super::load::Work;
use super::supplied::Supplied;
use crate::policy::{Foreign, ForeignDocument, PolicyErrorKind as Kind};

pub(super) fn translate(foreign: &Foreign<'_, '_>, supplied: &Supplied<'_>, work: &mut Work) {
    let mut roots = Roots::new(foreign);
    let mut policies = BTreeMap::new();
    for (position, document) in foreign.documents.iter().enumerate() {
        let kind = ForeignKind::of_head(document.head());
        if !kind.is_some_and(ForeignKind::is_of_policy_controller) {
            continue;
        }
        match document.head().kind {
            Some("TrustRoot") => trust_root(position, document, &mut roots, work),
            Some("ConfigMap") => config_map::check(document, work),
            Some("ClusterImagePolicy") => {
                if let Some(policy) = read(document, work) {
                    policies.insert(position, policy);
                }
            }
            other => {
                let detail =
                    format!("`{}` is no kind of policy-controller", other.unwrap_or_default());
                let help = Some("`ClusterImagePolicy` and `TrustRoot` are read".to_owned());
                work.errors.push(document.remark(Kind::Value, "kind", detail, help));
            }
        }
    }
    for (position, policy) in &policies {
        if let Some(document) = foreign.documents.get(*position) {
            translate::policy(*position, document, policy, supplied, &mut roots, work);
        }
    }
    roots.finish(work);
}

/// A policy that the controller would admit.
fn read(document: &ForeignDocument<'_>, work: &mut Work) -> Option<ClusterImagePolicy> {
    version(document, &["policy.sigstore.dev/v1alpha1", "policy.sigstore.dev/v1beta1"], work)?;
    let policy: ClusterImagePolicy =
        document.decode().map_err(|errors| work.errors.extend(errors)).ok()?;
    let mut faults = Faults::default();
    if policy.metadata.name.is_empty() {
        faults.missing("metadata", &["name"]);
    }
    validate::spec(&policy.spec, &mut faults);
    faults.tell(document, work).then_some(policy)
}

fn trust_root(
    position: usize,
    document: &ForeignDocument<'_>,
    roots: &mut Roots<'_>,
    work: &mut Work,
) {
    if version(document, &["policy.sigstore.dev/v1alpha1"], work).is_none() {
        return;
    }
    match document.decode::<TrustRootDocument>() {
        Err(errors) => work.errors.extend(errors),
        Ok(root) => {
            let mut faults = Faults::default();
            let text = root.trusted_root(&mut faults);
            if faults.tell(document, work) {
                roots.add(position, document, &root, text, work);
            }
        }
    }
}

fn version(document: &ForeignDocument<'_>, known: &[&str], work: &mut Work) -> Option<()> {
    let found = document.head().api_version.unwrap_or_default();
    if known.contains(&found) {
        return Some(());
    }
    let detail = format!("`{found}` is not a version that is read");
    let help = Some(format!("`{}` is", known.join("` or `")));
    work.errors.push(document.remark(Kind::Value, "apiVersion", detail, help));
    None
}
