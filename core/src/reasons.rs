//! The one catalogue of reasons: every code that a decision can carry, with what it means and
//! what to do. Codes are stable: never renamed, never reused.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a reason says about the rule that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// Something was found that satisfies the rule.
    Pass,
    /// The rule is not satisfied.
    Fail,
}

macro_rules! catalogue {
    ($($variant:ident, $code:literal, $kind:ident, $title:literal, $remedy:literal;)*) => {
        /// A reason code.
        ///
        /// ```
        /// use cocket::reasons::Code;
        /// let code = Code::from_code("registry.not_allowed");
        /// assert_eq!(code.map(Code::code), Some("registry.not_allowed"));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(
                #[doc = $title]
                $variant,
            )*
        }

        impl Code {
            /// Every code there is, in the catalogue's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable dotted code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Whether it says that a rule passed or that it failed.
            #[must_use]
            pub fn kind(self) -> ReasonKind {
                match self { $(Self::$variant => ReasonKind::$kind,)* }
            }

            /// One sentence, without the case's own values.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What to do about it; empty where nothing needs doing.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }
        }
    };
}

catalogue! {
    RegistryAllowed, "registry.allowed", Pass,
        "the image comes from an allowed place", "";
    RegistryNotAllowed, "registry.not_allowed", Fail,
        "the image's name matches none of the allowed patterns",
        "pull the image from an allowed registry, or have its place added to `registry.allow`";
    RegistryDenied, "registry.denied", Fail,
        "the image's name matches a denied pattern",
        "use the internal copy of the image, or another image";
    ReferenceAccepted, "reference.accepted", Pass,
        "the image is named as the policy asks", "";
    ReferenceInvalid, "reference.invalid", Fail,
        "the image's name is not a valid reference",
        "write the name as `registry/repository:tag@digest`";
    ReferenceUnqualified, "reference.unqualified", Fail,
        "the image's name does not say its registry",
        "write the registry before the repository, as in `docker.io/library/nginx`";
    ReferenceDigestMissing, "reference.digest_missing", Fail,
        "the image is not pinned by digest",
        "append `@` and the digest to the reference";
    ReferenceTagMissing, "reference.tag_missing", Fail,
        "the image's name has no tag", "name the version by its tag";
    ReferenceTagDenied, "reference.tag_denied", Fail,
        "the tag is one that the policy denies", "use a tag that names one version";
    ReferenceTagNotAllowed, "reference.tag_not_allowed", Fail,
        "the tag has not the form that the policy asks for",
        "tag the image in the form that the policy names";
    ReferenceDrift, "reference.drift", Fail,
        "the tag is recorded for another digest",
        "find out who moved the tag; deploy by the recorded digest until then";
    SignatureVerified, "signature.verified", Pass,
        "the image is signed by whom the policy asks for", "";
    SignatureMissing, "signature.missing", Fail,
        "the image has no signature",
        "sign the image in the pipeline that builds it, with the key of a named authority";
    SignatureUntrusted, "signature.untrusted", Fail,
        "the image has signatures, but none that a named authority stands for",
        "sign the image with the key of a named authority; if the signer is right, add it to the policy";
    SignatureTooFew, "signature.too_few", Fail,
        "fewer authorities have signed than the policy asks for",
        "have the missing authorities sign the image";
    AttestationVerified, "attestation.verified", Pass,
        "signed statements say about the image what the policy asks for", "";
    AttestationMissing, "attestation.missing", Fail,
        "the image has no attestation of the type that the policy asks for",
        "attest it in the pipeline that checks the image, with the key of a named authority";
    AttestationUntrusted, "attestation.untrusted", Fail,
        "the image has attestations of this type, but none that a named authority stands for",
        "attest it with the key of a named authority; if the signer is right, add it to the policy";
    AttestationTooFew, "attestation.too_few", Fail,
        "fewer authorities have attested than the policy asks for",
        "have the missing authorities attest the image";
    AttestationCondition, "attestation.condition", Fail,
        "an attestation does not say what the policy asks for",
        "correct what the attestation reports about the image, and attest it again";
    AttestationTooOld, "attestation.too_old", Fail,
        "the attestation is older than the policy allows",
        "run the pipeline that attests the image again";
    ProvenanceVerified, "provenance.verified", Pass,
        "the image was built as the policy asks", "";
    ProvenanceMissing, "provenance.missing", Fail,
        "the image has no SLSA provenance",
        "have the image's builder attest its provenance";
    ProvenanceUntrusted, "provenance.untrusted", Fail,
        "the image has provenance, but none that a named authority stands for",
        "build the image with a named authority's builder; if the signer is right, add it to the policy";
    ProvenanceTooFew, "provenance.too_few", Fail,
        "fewer authorities have attested the provenance than the policy asks for",
        "have the missing authorities attest the provenance";
    ProvenanceTooOld, "provenance.too_old", Fail,
        "the build is older than the policy allows", "build the image again";
    ProvenanceBuilder, "provenance.builder", Fail,
        "the image was not built by a builder that the policy names",
        "build the image with one of the named builders";
    ProvenanceLevel, "provenance.level", Fail,
        "the builder's level is lower than the policy asks for",
        "build the image with a builder of a higher level";
    ProvenanceBuildType, "provenance.build_type", Fail,
        "the image was built in another way than the policy asks for",
        "build the image with the build type that the policy names";
    ProvenanceSource, "provenance.source", Fail,
        "the image was not built from a repository that the policy names",
        "build the image from one of the named repositories";
    ProvenanceRef, "provenance.ref", Fail,
        "the image was not built from the branch or tag that the policy asks for",
        "build the image from the branch or tag that the policy names";
    ProvenanceWorkflow, "provenance.workflow", Fail,
        "the image was not built by the workflow that the policy names",
        "build the image with that workflow";
    ProvenanceParameters, "provenance.parameters", Fail,
        "the parameters of the build are not as the policy asks",
        "build the image with the parameters that the policy asks for";
    ProvenanceMaterialMissing, "provenance.material_missing", Fail,
        "a material that the policy asks for is not listed with a digest",
        "use a builder that lists the materials with their digests";
    ProvenanceMaterialNotAllowed, "provenance.material_not_allowed", Fail,
        "a material comes from none of the places that the policy allows",
        "build the image from allowed materials, or have the place added to `materials.allow`";
    VulnerabilitiesWithin, "vulnerabilities.within", Pass,
        "the scan's findings are within the bounds", "";
    VulnerabilitiesTooMany, "vulnerabilities.too_many", Fail,
        "more vulnerabilities of one severity than the policy allows",
        "update the packages that the findings name, or have an exception approved";
    VulnerabilitiesTooManyFixable, "vulnerabilities.too_many_fixable", Fail,
        "more vulnerabilities with a fix than the policy allows",
        "update the packages to the fixed versions";
    VulnerabilitiesScanTooOld, "vulnerabilities.scan_too_old", Fail,
        "the scan is older than the policy allows", "scan the image again";
    VulnerabilitiesDatabaseTooOld, "vulnerabilities.database_too_old", Fail,
        "the scan used a vulnerability database that is older than the policy allows",
        "update the scanner's database and scan again";
    VulnerabilitiesFeedTooOld, "vulnerabilities.feed_too_old", Fail,
        "a feed is older than the policy allows", "hand in a newer one";
    VulnerabilitiesScannerMissing, "vulnerabilities.scanner_missing", Fail,
        "a scanner that the policy asks for has not reported", "scan the image with it";
    VulnerabilitiesCvss, "vulnerabilities.cvss", Fail,
        "more vulnerabilities with a high CVSS score than the policy allows",
        "update the packages that the findings name, or have an exception approved";
    VulnerabilitiesCvssUnknown, "vulnerabilities.cvss_unknown", Fail,
        "for more vulnerabilities than the policy allows the named source has no CVSS score",
        "look at the findings; bound them by `unknown`, or name another source";
    VulnerabilitiesEpss, "vulnerabilities.epss", Fail,
        "more vulnerabilities that are likely to be exploited than the policy allows",
        "update the packages that the findings name, or have an exception approved";
    VulnerabilitiesEpssUnknown, "vulnerabilities.epss_unknown", Fail,
        "for more vulnerabilities than the policy allows the likelihood of exploitation is not known",
        "hand in a feed of EPSS scores, or bound such findings by `unknown`";
    VulnerabilitiesKnownExploited, "vulnerabilities.known_exploited", Fail,
        "vulnerabilities that are known to be exploited",
        "update the packages that the findings name, before anything else";
    VulnerabilitiesExploitationUnknown, "vulnerabilities.exploitation_unknown", Fail,
        "neither the report nor a feed knows whether vulnerabilities are exploited",
        "hand in the list of known exploited vulnerabilities, or use a scanner that has it";
    VulnerabilitiesPublished, "vulnerabilities.published", Fail,
        "more vulnerabilities that have been public for long than the policy allows",
        "update the packages that the findings name, or have an exception approved";
    VulnerabilitiesDenied, "vulnerabilities.denied", Fail,
        "a vulnerability that the policy denies",
        "remove the package that has it; nothing waives it";
    VulnerabilitiesEndOfLife, "vulnerabilities.end_of_life", Fail,
        "the image's operating system is no longer maintained",
        "rebuild the image on a maintained release";
    VulnerabilitiesEndOfLifeUnknown, "vulnerabilities.end_of_life_unknown", Fail,
        "the report does not say which operating system the image has",
        "use a scanner that says it";
    ConfigAccepted, "config.accepted", Pass,
        "the image's configuration is as the policy asks", "";
    ConfigUserRoot, "config.user_root", Fail,
        "the image runs as root by default",
        "set `USER` to a number other than 0 in the image's build";
    ConfigUserUnknown, "config.user_unknown", Fail,
        "the image's user is a name, which may be any number",
        "set `USER` to a number other than 0 in the image's build";
    ConfigUserNotAllowed, "config.user_not_allowed", Fail,
        "the image's user is none of those that the policy allows",
        "set `USER` to one of the allowed users in the image's build";
    ConfigLabelMissing, "config.label_missing", Fail,
        "a required label is missing or empty", "set the label in the image's build";
    ConfigLabelMismatch, "config.label_mismatch", Fail,
        "a label has not the form that the policy asks for", "correct the label in the image's build";
    ConfigEnvDenied, "config.env_denied", Fail,
        "the image sets an environment variable that the policy denies",
        "remove the variable from the image's build; set it where the image is deployed";
    ConfigSecret, "config.secret", Fail,
        "the image's configuration seems to hold a credential",
        "revoke the credential, remove it from the build, and rebuild without its layer";
    ConfigPortDenied, "config.port_denied", Fail,
        "the image exposes a port that the policy does not allow",
        "expose an allowed port in the image's build";
    ConfigPlatformNotAllowed, "config.platform_not_allowed", Fail,
        "the image is for a platform that the policy does not allow",
        "build the image for an allowed platform";
    ConfigEntrypointNotAllowed, "config.entrypoint_not_allowed", Fail,
        "the image's entrypoint is none that the policy allows",
        "set an allowed entrypoint in the image's build";
    ConfigTooOld, "config.too_old", Fail,
        "the image is older than the policy allows", "rebuild the image";
    ConfigUndated, "config.undated", Fail,
        "the image does not say when it was made",
        "build the image with a true creation date";
    ConfigTooLarge, "config.too_large", Fail,
        "the image's layers are larger than the policy allows", "make the image smaller";
    BaseImageProven, "baseImage.proven", Pass,
        "the image's layers start with those of a catalog member", "";
    BaseImageSelfAsserted, "baseImage.self_asserted", Pass,
        "the image says of itself that it is built on a catalog member", "";
    BaseImageNotInCatalog, "baseImage.not_in_catalog", Fail,
        "the image is built on no member of the catalog",
        "rebuild the image on a base of the catalog";
    BaseImageUnproven, "baseImage.unproven", Fail,
        "the image points to a catalog member, but its layers do not start with that member's",
        "rebuild the image on the base that it names";
    BaseImageExpired, "baseImage.expired", Fail,
        "the catalog member that the image is built on has expired",
        "rebuild the image on a current base of the catalog";
    EvidenceMissing, "evidence.missing", Fail,
        "the evidence that the rule rests on is not there",
        "supply the evidence with the request";
    EvidenceInvalid, "evidence.invalid", Fail,
        "the evidence breaks the rules of its format", "make the evidence again";
    EvidenceAmbiguous, "evidence.ambiguous", Fail,
        "the evidence can be read in two ways",
        "find out who wrote it; make the evidence again";
    EvidenceUnsupported, "evidence.unsupported", Fail,
        "the evidence is in a form that is not read",
        "supply the evidence in a form that is read";
    EvidenceUnavailable, "evidence.unavailable", Fail,
        "the evidence could not be fetched", "try again; then look at the source";
    EvidenceIncomplete, "evidence.incomplete", Fail,
        "the evidence was read only in part", "try again; then look at the source";
    EvidenceUnbound, "evidence.unbound", Fail,
        "the evidence does not say which image it is about",
        "make the evidence for the image's digest";
    EvidenceWrongSubject, "evidence.wrong_subject", Fail,
        "the evidence is about another image",
        "make the evidence for this image's digest";
    EvidenceNothingScanned, "evidence.nothing_scanned", Fail,
        "the scan looked at nothing", "scan the image with a scanner that understands its packages";
    EvidenceUndated, "evidence.undated", Fail,
        "the evidence does not say when it was made", "use a tool that dates its output";
    EvidenceRollback, "evidence.rollback", Fail,
        "the evidence is older than what was recorded before",
        "fetch the evidence again and find out why the later one is not there";
    EvidenceTooMuch, "evidence.too_much", Fail,
        "more is attached to the image than is verified",
        "remove what nobody needs from the image's attachments";
    ReferenceMutable, "reference.mutable", Fail,
        "the image is named by a tag, which may stand for another image when it is pulled",
        "name the image by its digest";
    PolicyExcluded, "policy.excluded", Pass,
        "the policy set keeps this namespace out", "";
    PolicyNotCovered, "policy.not_covered", Fail,
        "no enforced or warned rule covers the image",
        "write a policy that covers it, or set the policy set's `default`";
    PolicyObjectNotCovered, "policy.object_not_covered", Fail,
        "no enforced or warned rule covers the object, and no rule is about images",
        "write a policy that covers it, or set the policy set's `default`";
    AlternativesMet, "alternatives.met", Pass,
        "as many alternatives are met as the policy asks for", "";
    AlternativesTooFew, "alternatives.too_few", Fail,
        "fewer alternatives are met than the policy asks for",
        "meet one of the alternatives; the reasons beside this one say what each lacks";
    ExpressionHolds, "expression.holds", Pass,
        "the expression holds", "";
    ExpressionFails, "expression.fails", Fail,
        "the expression does not hold",
        "compare what it names with the image, or change the policy";
    ExpressionError, "expression.error", Fail,
        "the expression has no value for this image",
        "give the image what the expression reads, or ask with `has` whether it is there";
    StaticPassed, "static.passed", Pass,
        "the policy lets every image pass here", "";
    StaticFailed, "static.failed", Fail,
        "the policy lets no image pass here",
        "use an image from another place, or change the policy";
    ObjectInvalid, "object.invalid", Fail,
        "the pods of the object cannot be read",
        "give the field the form that the Kubernetes API has for it; declare a kind of your own in the policy set";
    PodSecurityMet, "podSecurity.met", Pass,
        "the pods meet the level of the Pod Security Standards", "";
    PodSecurityExempt, "podSecurity.exempt", Pass,
        "a control is not met, and the policy exempts from it", "";
    PodSecurityHostNamespaces, "podSecurity.host_namespaces", Fail,
        "the pod shares a namespace of its host",
        "remove `hostNetwork`, `hostPID` and `hostIPC`, or write `false`";
    PodSecurityHostPathVolumes, "podSecurity.host_path_volumes", Fail,
        "the pod mounts a path of its host",
        "use another kind of volume, such as `emptyDir`, `persistentVolumeClaim` or `csi`";
    PodSecurityHostPorts, "podSecurity.host_ports", Fail,
        "a container takes a port of its host",
        "remove `hostPort`; let a `Service` lead to the container";
    PodSecurityHostProbes, "podSecurity.host_probes", Fail,
        "a probe or lifecycle handler names another host than the pod",
        "remove `host` from the probe or handler";
    PodSecurityHostProcess, "podSecurity.host_process", Fail,
        "a container runs as a process of its Windows host",
        "remove `windowsOptions.hostProcess`, or write `false`";
    PodSecurityPrivileged, "podSecurity.privileged", Fail,
        "a container is privileged",
        "remove `securityContext.privileged`, or write `false`; add the one capability that is needed";
    PodSecurityCapabilities, "podSecurity.capabilities", Fail,
        "a container adds capabilities beyond the default ones",
        "remove them from `securityContext.capabilities.add`";
    PodSecurityCapabilitiesRestricted, "podSecurity.capabilities_restricted", Fail,
        "a container keeps or adds capabilities",
        "write `securityContext: {capabilities: {drop: [ALL]}}` for each container; add `NET_BIND_SERVICE` at most";
    PodSecurityPrivilegeEscalation, "podSecurity.privilege_escalation", Fail,
        "a process of a container can gain more privileges than its parent has",
        "write `securityContext: {allowPrivilegeEscalation: false}` for each container";
    PodSecurityRunAsNonRoot, "podSecurity.run_as_non_root", Fail,
        "a container may run as root",
        "write `securityContext: {runAsNonRoot: true}` for the pod, and `false` for no container";
    PodSecurityRunAsUser, "podSecurity.run_as_user", Fail,
        "a container runs as user 0",
        "write another number as `securityContext.runAsUser`, or leave it to the image";
    PodSecurityAppArmor, "podSecurity.app_armor", Fail,
        "an AppArmor profile is switched off, or is none that is known",
        "remove it, or write `securityContext: {appArmorProfile: {type: RuntimeDefault}}`";
    PodSecuritySeccomp, "podSecurity.seccomp", Fail,
        "a seccomp profile is switched off, or is none that is known",
        "remove it, or write `securityContext: {seccompProfile: {type: RuntimeDefault}}`";
    PodSecuritySeccompRestricted, "podSecurity.seccomp_restricted", Fail,
        "a container has no seccomp profile",
        "write `securityContext: {seccompProfile: {type: RuntimeDefault}}` for the pod";
    PodSecuritySeLinux, "podSecurity.se_linux", Fail,
        "SELinux options are set that are not for containers",
        "remove `securityContext.seLinuxOptions`, or write `type: container_t` and neither `user` nor `role`";
    PodSecurityProcMount, "podSecurity.proc_mount", Fail,
        "a container sees `/proc` without its masks",
        "remove `securityContext.procMount`, or write `hostUsers: false` for the pod";
    PodSecurityProcMountRestricted, "podSecurity.proc_mount_restricted", Fail,
        "a container sees `/proc` without its masks, in a pod that has users of its own",
        "remove `securityContext.procMount`";
    PodSecuritySysctls, "podSecurity.sysctls", Fail,
        "a sysctl is set that can touch other pods or the host",
        "remove it from `securityContext.sysctls`";
    PodSecurityVolumes, "podSecurity.volumes", Fail,
        "a volume is of a kind that the level does not allow",
        "use `persistentVolumeClaim`, `csi`, `emptyDir` or another kind that the level allows";
    ContainerAccepted, "container.accepted", Pass,
        "the containers are set up as the policy asks", "";
    ContainerPrivileged, "container.privileged", Fail,
        "a container is privileged",
        "remove `securityContext.privileged`, or write `false`";
    ContainerPrivilegeEscalation, "container.privilege_escalation", Fail,
        "a process of a container can gain more privileges than its parent has",
        "write `securityContext: {allowPrivilegeEscalation: false}` for each container";
    ContainerRunAsRoot, "container.run_as_root", Fail,
        "a container may run as root",
        "write `securityContext: {runAsNonRoot: true}` for the pod, and no `runAsUser: 0`";
    ContainerRootFilesystem, "container.root_filesystem", Fail,
        "a container can write to its root file system",
        "write `securityContext: {readOnlyRootFilesystem: true}` for each container, and mount an `emptyDir` where it must write";
    ContainerCapabilityKept, "container.capability_kept", Fail,
        "a container keeps a capability that the policy has it drop",
        "add it to `securityContext.capabilities.drop` of each container, or drop `ALL`";
    ContainerCapabilityAdded, "container.capability_added", Fail,
        "a container adds a capability that the policy does not allow",
        "remove it from `securityContext.capabilities.add`";
    ContainerSeccomp, "container.seccomp", Fail,
        "a container has no seccomp profile that the policy allows",
        "write `securityContext: {seccompProfile: {type: RuntimeDefault}}` for the pod";
    ContainerAppArmor, "container.app_armor", Fail,
        "a container has no AppArmor profile that the policy allows",
        "write `securityContext: {appArmorProfile: {type: RuntimeDefault}}` for the pod";
    ContainerSeLinux, "container.se_linux", Fail,
        "SELinux options are set that the policy does not allow",
        "write an allowed `type` in `securityContext.seLinuxOptions`, and neither `user` nor `role`";
    ContainerHostNamespaces, "container.host_namespaces", Fail,
        "the pod shares a namespace of its host",
        "remove `hostNetwork`, `hostPID` and `hostIPC`, or write `false`";
    ContainerHostPorts, "container.host_ports", Fail,
        "a container takes a port of its host",
        "remove `hostPort`; let a `Service` lead to the container";
    ContainerHostPath, "container.host_path", Fail,
        "the pod mounts a path of its host that the policy does not allow",
        "use another kind of volume, such as `emptyDir`, `persistentVolumeClaim` or `csi`";
    ContainerResources, "container.resources", Fail,
        "a container does not say which resources it needs",
        "write the missing ones in `resources.requests` and `resources.limits` of the container";
    ContainerPullPolicy, "container.pull_policy", Fail,
        "an image is pulled otherwise than the policy allows",
        "write an allowed `imagePullPolicy` for the container";
    ContainerPullSecret, "container.pull_secret", Fail,
        "the images are not pulled with a secret that the policy allows",
        "name the secret in the pod's `imagePullSecrets`";
    ContainerServiceAccountToken, "container.service_account_token", Fail,
        "the containers are given the token of their service account",
        "write `automountServiceAccountToken: false` for the pod";
    AnnotationAccepted, "annotation.accepted", Pass,
        "an annotation says what the policy asks for", "";
    AnnotationSelfAsserted, "annotation.self_asserted", Pass,
        "an annotation is self-asserted: whoever writes the object can write it", "";
    AnnotationMissing, "annotation.missing", Fail,
        "the pods do not have the annotation that the policy asks for",
        "annotate the pods, in `metadata.annotations` of their template, once what it says is true";
    AnnotationMismatch, "annotation.mismatch", Fail,
        "an annotation does not say what the policy asks for",
        "find out why it says so; correct it once what it says is true";
    ForeignPassed, "foreign.passed", Pass,
        "a rule of another engine's policy is satisfied", "";
    ForeignFailed, "foreign.failed", Fail,
        "a rule of another engine's policy is not satisfied",
        "change the object as the rule's own message says";
    ForeignError, "foreign.error", Fail,
        "a rule of another engine's policy could not be decided",
        "give the object the fields that the rule reads, or repair the rule";
    ForeignSkipped, "foreign.skipped", Pass,
        "a rule of another engine's policy leaves the object alone by its own conditions", "";
    ForeignQuirk, "foreign.quirk", Pass,
        "a peculiarity of the other engine had a part in the answer", "";
    AdmissionMalformed, "admission.malformed", Fail,
        "the review is not one that the API server sends",
        "send the request that the API server made, unchanged";
    AdmissionKindUnknown, "admission.kind_unknown", Fail,
        "the object seems to carry pods, in a kind that is not known",
        "keep the kind out of the webhook's rules, and let its pods be judged when they are made";
    AdmissionFailed, "admission.failed", Fail,
        "the engine failed while it decided",
        "report it with the review; nothing was decided";
    AdmissionNoImages, "admission.no_images", Pass,
        "the object names no image", "";
    AdmissionNotRun, "admission.not_run", Pass,
        "the operation runs no container, so its images are not judged", "";
    AdmissionUnchanged, "admission.unchanged", Pass,
        "the image stands unchanged in the same container, and was allowed before by these policies", "";
    AdmissionPinned, "admission.pinned", Pass,
        "the image was judged, and is to be pulled, by the digest that the response adds to its name", "";
}

impl Code {
    /// The code of this spelling.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.code() == code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_dotted() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in codes {
            let (family, name) = code.split_once('.').expect("a dot");
            assert!(family.bytes().all(|b| b.is_ascii_alphabetic()), "{code}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
        }
    }

    #[test]
    fn every_failure_says_what_to_do() {
        for code in Code::ALL {
            assert!(!code.title().is_empty() && !code.title().ends_with('.'), "{code}");
            assert_eq!(code.remedy().is_empty(), code.kind() == ReasonKind::Pass, "{code}");
        }
    }
}
