//! The families of rules about images.

use super::authorities::Authorities;
use super::{CompiledFamily, Fault, Place};
use crate::evaluate::requirement::Parties;
use crate::evaluate::{
    alternatives, attestation, base_image, config, expression, provenance, reference, registry,
    signature, vulnerabilities,
};
use crate::policy::Policies;
use crate::policy::model::{AlternativesRule, EvidenceSource, Family, ImagePolicy};

/// Compiles one.
pub(super) fn family(
    family: &Family,
    policy: &ImagePolicy,
    policies: &Policies,
    authorities: &mut Authorities<'_>,
) -> Result<CompiledFamily, Fault> {
    let at = |key: &str| {
        let place = Place::Family(key.to_owned());
        move |detail| Fault::new(place, detail)
    };
    Ok(match family {
        Family::Registry(rule) => CompiledFamily::Registry(registry::Compiled::new(rule)),
        Family::Reference(rule) => {
            CompiledFamily::Reference(reference::Compiled::new(rule).map_err(at(""))?)
        }
        Family::Signature(rule) => {
            let named = authorities.named(&rule.require, policy)?;
            CompiledFamily::Signature(signature::Compiled::new(rule, named))
        }
        Family::Vulnerabilities(rule) => {
            let from = source(&rule.from, ".from", policy, authorities)?;
            let vex = rule.vex.as_ref();
            let vex = vex.map(|vex| source(&vex.from, ".vex.from", policy, authorities));
            let compiled = vulnerabilities::Compiled::new(rule, from, vex.transpose()?);
            CompiledFamily::Vulnerabilities(Box::new(compiled))
        }
        Family::Attestation(rule) => {
            let named = authorities.named(&rule.require, policy)?;
            let compiled = attestation::Compiled::new(rule, named).map_err(at(".where"))?;
            CompiledFamily::Attestation(Box::new(compiled))
        }
        Family::Provenance(rule) => {
            let named = authorities.named(&rule.require, policy)?;
            let compiled = provenance::Compiled::new(rule, named).map_err(at(""))?;
            CompiledFamily::Provenance(Box::new(compiled))
        }
        Family::Config(rule) => {
            CompiledFamily::Config(Box::new(config::Compiled::new(rule).map_err(at(""))?))
        }
        Family::BaseImage(rule) => {
            let mut catalogs = policies.catalogs().iter();
            let catalog = catalogs
                .find(|catalog| catalog.metadata.name == rule.catalog)
                .ok_or_else(|| at(".catalog")(format!("there is no catalog `{}`", rule.catalog)))?;
            CompiledFamily::BaseImage(base_image::Compiled::new(rule, catalog))
        }
        Family::Alternatives(rule) => {
            CompiledFamily::Alternatives(alternatives_of(rule, policy, policies, authorities)?)
        }
        Family::Expression(rule) => {
            let require = rule.statements.as_ref();
            let named = require
                .map(|require| Ok(Parties::new(require, authorities.named(require, policy)?)))
                .transpose()?;
            let compiled = expression::Compiled::new(rule, named).map_err(at(".holds"))?;
            CompiledFamily::Expression(Box::new(compiled))
        }
        Family::Static(rule) => CompiledFamily::Static(rule.clone()),
        Family::PodSecurity(_) | Family::Container(_) | Family::Annotation(_) => {
            return Err(at("")("it is about objects, and this is about an image".to_owned()));
        }
    })
}

fn alternatives_of(
    rule: &AlternativesRule,
    policy: &ImagePolicy,
    policies: &Policies,
    authorities: &mut Authorities<'_>,
) -> Result<alternatives::Compiled, Fault> {
    let mut of = Vec::new();
    for (first, alternative) in rule.of.iter().enumerate() {
        let mut checks = Vec::new();
        for (second, check) in alternative.all.iter().enumerate() {
            let place = format!(".of[{first}].all[{second}].{}", check.0.name());
            let compiled = family(&check.0, policy, policies, authorities);
            checks.push(compiled.map_err(|fault| fault.at_check(&place))?);
        }
        of.push((alternative.name.clone(), checks));
    }
    let at_least = usize::try_from(rule.at_least.unwrap_or(1)).unwrap_or(usize::MAX);
    Ok(alternatives::Compiled { at_least, of })
}

fn source(
    source: &EvidenceSource,
    key: &str,
    policy: &ImagePolicy,
    authorities: &mut Authorities<'_>,
) -> Result<vulnerabilities::Source, Fault> {
    match source {
        EvidenceSource::Trust(_) => Ok(vulnerabilities::Source::Caller),
        EvidenceSource::Attestation(source) => {
            let named =
                authorities.named(&source.require, policy).map_err(|fault| fault.under(key))?;
            Ok(vulnerabilities::Source::Attested(Parties::new(&source.require, named)))
        }
    }
}
