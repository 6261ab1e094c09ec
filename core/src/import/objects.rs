//! Policies of other engines about whole objects, as judges that the engine asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::cel::policies::{
    self as cel, Attestors, Binding, CelFault, CelJudge, CelPolicy, Exception,
};
use super::cluster_data::ClusterData;
use super::foreign::ForeignKind;
use super::judged::canonical;
use super::kyverno::verify::trust;
use super::kyverno::{self, KyvernoJudge, Loaded};
use super::load::{Options, Work};
use super::placed::{self, Placed};
use super::supplied::Supplied;
use super::text::Document;
use super::{Diagnostic, DiagnosticKind, Dialect};
use crate::policy::model::Name;
use crate::policy::{Foreign, ForeignDocument, ObjectJudge, PolicyErrorKind as Kind};
use crate::reference::Digest;

/// Makes judges of every policy about objects.
pub(super) fn translate(
    foreign: &Foreign<'_, '_>,
    supplied: &Supplied<'_>,
    options: Options,
    work: &mut Work,
) {
    let dialect = options.dialect;
    let mut making = Making { foreign, supplied, work, dialect, around: Vec::new() };
    let documents = placed::documents(foreign, making.work);
    let data = Arc::new(making.data(&documents));
    let exceptions = making.exceptions(&documents);
    let cel_exceptions = making.cel_exceptions(&documents);
    let bindings = making.bindings(&documents);
    making.around.extend(options.dialect.name().bytes());
    let digest = Digest::sha256(&making.around);
    let of_kyverno = kyverno::Surroundings {
        exceptions: exceptions.into(),
        data: Arc::clone(&data),
        digest,
        dialect,
    };
    let of_cel = cel::Surroundings { exceptions: cel_exceptions.into(), data, digest, dialect };
    let mut names = BTreeSet::new();
    for one in &documents {
        let Some(judge) = making.judge(one, &bindings, &of_kyverno, &of_cel) else { continue };
        match names.insert((one.kind, judge.name().to_owned())) {
            true => making.work.made.judges.push(judge),
            false => {
                let detail = format!("there are two policies named `{}`", judge.name());
                making.fault(one, Kind::Duplicate, "metadata.name", detail);
            }
        }
    }
    making.unbound(&documents, &bindings);
}

struct Making<'w, 'f, 's> {
    foreign: &'w Foreign<'f, 's>,
    supplied: &'w Supplied<'s>,
    work: &'w mut Work,
    dialect: Dialect,
    /// Everything beside the policies themselves that answers rest on.
    around: Vec<u8>,
}

impl Making<'_, '_, '_> {
    fn source(&self, one: &Placed) -> Option<&ForeignDocument<'_>> {
        self.foreign.documents.get(one.position)
    }

    fn fault(&mut self, one: &Placed, kind: Kind, path: &str, detail: String) {
        let fault = self.source(one).map(|source| source.remark(kind, path, detail, None));
        self.work.errors.extend(fault);
    }

    fn note(&mut self, one: &Placed, kind: Kind, path: &str, detail: String) {
        let note = self.source(one).map(|source| source.remark(kind, path, detail, None));
        self.work.made.notes.extend(note);
    }

    /// The documents of a kind that stand beside policies, in an order that is theirs and not the
    /// texts': neither answers nor digests may depend on where a document stands.
    fn beside<'p>(&mut self, documents: &'p [Placed], kind: ForeignKind) -> Vec<&'p Placed> {
        let own = documents.iter().filter(|one| one.kind == kind);
        let mut own: Vec<_> = own.map(|one| (canonical(&one.document.value), one)).collect();
        own.sort_by(|a, b| a.0.cmp(&b.0));
        own.iter().for_each(|(bytes, _)| self.around.extend(bytes));
        own.into_iter().map(|(_, one)| one).collect()
    }

    /// Rules that verify images are policies about images, which this exception does not reach.
    fn unexcepted(&mut self, exception: &Placed, documents: &[Placed]) {
        let text = |value: &Value, pointer: &str| {
            value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let named = exception.document.value.pointer("/spec/exceptions").and_then(Value::as_array);
        let named: BTreeSet<String> =
            named.into_iter().flatten().map(|one| text(one, "/policyName")).collect();
        let verifies = |one: &&Placed| !verifying(&one.document).is_empty();
        let mut policies = documents.iter().filter(verifies);
        if policies.any(|one| named.contains(&text(&one.document.value, "/metadata/name"))) {
            let detail = "it leaves the rules that verify images as they are";
            self.note(exception, Kind::Inexact, "spec.exceptions", detail.to_owned());
        }
    }

    fn data(&mut self, documents: &[Placed]) -> ClusterData {
        let mut data = ClusterData::default();
        for one in self.beside(documents, ForeignKind::ClusterData) {
            for (path, detail) in data.add(&one.document.value).err().into_iter().flatten() {
                self.fault(one, Kind::Value, &path, detail);
            }
            if let Some(name) = data.doubled() {
                let detail = format!("`{name}` is there twice");
                self.fault(one, Kind::Duplicate, "metadata.name", detail);
                break;
            }
            if self.dialect == Dialect::Strict && data.replaces_the_request() {
                let detail = "values in place of the request's own (`request.…`) are taken in the \
                              dialect `kyverno` alone";
                self.fault(one, Kind::Value, "", detail.to_owned());
                break;
            }
        }
        data
    }

    fn exceptions(&mut self, documents: &[Placed]) -> Vec<kyverno::KyvernoException> {
        let mut found = Vec::new();
        for one in self.beside(documents, ForeignKind::KyvernoPolicyException) {
            self.unexcepted(one, documents);
            let mut loaded = Loaded::default();
            let said = loaded.document("", &one.document);
            self.said(one, &said);
            found.append(&mut loaded.exceptions);
        }
        found
    }

    fn cel_exceptions(&mut self, documents: &[Placed]) -> Vec<Exception> {
        let mut found = Vec::new();
        for one in self.beside(documents, ForeignKind::KyvernoCelException) {
            match Exception::read(&one.document.value) {
                Ok(exception) => found.push(exception),
                Err(faults) => self.faults(one, &faults),
            }
        }
        found
    }

    fn bindings(&mut self, documents: &[Placed]) -> Vec<Binding> {
        let mut found = Vec::new();
        for one in self.beside(documents, ForeignKind::ValidatingAdmissionPolicyBinding) {
            match Binding::read(&one.document.value) {
                Ok(binding) => found.push(binding),
                Err(faults) => self.faults(one, &faults),
            }
        }
        found
    }

    fn judge(
        &mut self,
        one: &Placed,
        bindings: &[Binding],
        of_kyverno: &kyverno::Surroundings,
        of_cel: &cel::Surroundings,
    ) -> Option<Arc<dyn ObjectJudge>> {
        match one.kind {
            ForeignKind::KyvernoClusterPolicy | ForeignKind::KyvernoPolicy => {
                self.kyverno(one, of_kyverno)
            }
            ForeignKind::KyvernoValidatingPolicy
            | ForeignKind::KyvernoImageValidatingPolicy
            | ForeignKind::ValidatingAdmissionPolicy => self.cel(one, bindings, of_cel),
            ForeignKind::KyvernoNotDeciding => {
                let detail = "it changes, makes or removes objects and decides nothing";
                self.note(one, Kind::NotTaken, "kind", detail.to_owned());
                None
            }
            _ => None,
        }
    }

    fn kyverno(
        &mut self,
        one: &Placed,
        around: &kyverno::Surroundings,
    ) -> Option<Arc<dyn ObjectJudge>> {
        let mut loaded = Loaded::default();
        loaded.document("", &one.document);
        let policy = loaded.policies.pop()?;
        let of_images = verifying(&one.document);
        let said = policy.diagnostics().iter();
        let said = said.filter(|said| !of_images.iter().any(|path| is_below(&said.path, path)));
        let said: Vec<Diagnostic> = said.cloned().collect();
        self.said(one, &said);
        let judge = KyvernoJudge::new(policy, &one.document.value, around)?;
        Some(Arc::new(judge))
    }

    fn cel(
        &mut self,
        one: &Placed,
        bindings: &[Binding],
        around: &cel::Surroundings,
    ) -> Option<Arc<dyn ObjectJudge>> {
        let policy = match CelPolicy::read(&one.document) {
            Ok(policy) => policy,
            Err(faults) => {
                self.faults(one, &faults);
                return None;
            }
        };
        let attestors = self.attestors(one, policy.name())?;
        let is_own = one.kind == ForeignKind::ValidatingAdmissionPolicy;
        let own = bindings.iter().filter(|binding| is_own && binding.policy == policy.name());
        let own: Vec<Binding> = own.cloned().collect();
        if is_own && own.is_empty() {
            let detail = "no `ValidatingAdmissionPolicyBinding` names it: in a cluster it would do \
                          nothing; here it denies";
            self.note(one, Kind::Inexact, "metadata.name", detail.to_owned());
        }
        Some(Arc::new(CelJudge::new(policy, &one.document.value, own, attestors, around.clone())))
    }

    /// The attestors that an `ImageValidatingPolicy` names; none where its own name cannot be one
    /// of ours.
    fn attestors(&mut self, one: &Placed, policy: &str) -> Option<Attestors> {
        if one.kind != ForeignKind::KyvernoImageValidatingPolicy {
            return Some(Attestors::default());
        }
        let owner = match Name::try_from(policy.to_owned()) {
            Ok(owner) => owner,
            Err(detail) => {
                self.fault(one, Kind::Value, "metadata.name", detail);
                return None;
            }
        };
        let spec = one.document.value.get("spec").unwrap_or(&Value::Null);
        let (ours, work) = (&self.foreign.trust_roots, &mut *self.work);
        let install = &mut |root| trust::document(root, (one.position, &owner), ours, work);
        let (attestors, remarks) = Attestors::read(spec, self.supplied, install);
        let source = self.foreign.documents.get(one.position);
        for (source, remark) in
            source.into_iter().flat_map(|source| remarks.iter().map(move |remark| (source, remark)))
        {
            let (path, detail) = (&remark.path, &remark.detail);
            match remark.is_taken {
                true => self.work.inexact(source, path, detail),
                false => self.work.not_taken(source, path, detail, remark.help),
            }
        }
        Some(attestors)
    }

    /// Bindings of policies that are not there.
    fn unbound(&mut self, documents: &[Placed], bindings: &[Binding]) {
        let kind = ForeignKind::ValidatingAdmissionPolicy;
        let name = |one: &Placed, pointer: &str| {
            one.document.value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
        };
        let policies = documents.iter().filter(|one| one.kind == kind);
        let known: BTreeSet<String> =
            policies.filter_map(|one| name(one, "/metadata/name")).collect();
        if bindings.iter().all(|binding| known.contains(&binding.policy)) {
            return;
        }
        let kind = ForeignKind::ValidatingAdmissionPolicyBinding;
        for one in documents.iter().filter(|one| one.kind == kind) {
            if let Some(of) = name(one, "/spec/policyName").filter(|of| !known.contains(of)) {
                let detail = format!("there is no policy `{of}`");
                self.fault(one, Kind::Reference, "spec.policyName", detail);
            }
        }
    }

    fn faults(&mut self, one: &Placed, faults: &[CelFault]) {
        for fault in faults {
            self.fault(one, Kind::Value, &fault.path, fault.error.to_string());
        }
    }

    fn said(&mut self, one: &Placed, said: &[Diagnostic]) {
        for Diagnostic { kind, path, detail, .. } in said {
            match kind {
                DiagnosticKind::Invalid => self.fault(one, Kind::Value, path, detail.clone()),
                DiagnosticKind::NotTaken => self.note(one, Kind::NotTaken, path, detail.clone()),
                _ => self.note(one, Kind::Tolerated, path, detail.clone()),
            }
        }
    }
}

/// Where rules stand that verify images, which others read.
fn verifying(document: &Document) -> Vec<String> {
    let rules = document.value.pointer("/spec/rules").and_then(Value::as_array);
    let numbered = rules.into_iter().flatten().enumerate();
    let found = numbered.filter(|(_, rule)| rule.get("verifyImages").is_some());
    found.map(|(position, _)| format!("spec.rules[{position}]")).collect()
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
