//! Rules about the pods of an object.

use super::case::Judgement;
use super::compile::{CompiledRule, CompiledSet};
use super::{annotation, container, pod_security};
use crate::decision::{Detail, Reason};
use crate::kubernetes::{Object, Pod, PodError};
use crate::policy::model::Family;
use crate::reasons::Code;
use crate::reference::Reference;

/// An object by its pods.
pub(super) struct Workload<'a> {
    pods: Result<Vec<Pod<'a>>, PodError>,
    names_images: bool,
    set: &'a CompiledSet,
}

impl<'a> Workload<'a> {
    pub(super) fn of(object: &'a Object, set: &'a CompiledSet) -> Self {
        Self { pods: Pod::all_of(object), names_images: !object.images.is_empty(), set }
    }

    /// Whether there is something to judge: pods, or what cannot be read as such.
    pub(super) fn carries_pods(&self) -> bool {
        self.pods.as_ref().map_or(true, |pods| !pods.is_empty())
    }

    /// Whether containers come of it: of its pods, or of images in places that the set declares.
    pub(super) fn runs_containers(&self) -> bool {
        self.carries_pods() || self.names_images
    }

    /// The name under which an image is judged.
    pub(super) fn judged(&self, image: &str) -> Option<Reference> {
        self.set.judged(image)
    }
}

/// A rule family about pods.
#[derive(Debug)]
pub(super) enum PodFamily {
    PodSecurity(pod_security::Compiled),
    Container(Box<container::Compiled>),
    Annotation(annotation::Compiled),
}

impl PodFamily {
    /// The compiled family; `None` for one about images.
    pub(super) fn new(family: &Family) -> Result<Option<Self>, String> {
        Ok(match family {
            Family::PodSecurity(rule) => Some(Self::PodSecurity(pod_security::Compiled::new(rule))),
            Family::Container(rule) => {
                Some(Self::Container(Box::new(container::Compiled::new(rule))))
            }
            Family::Annotation(rule) => Some(Self::Annotation(annotation::Compiled::new(rule)?)),
            _ => None,
        })
    }
}

impl CompiledRule<PodFamily> {
    pub(super) fn judge(&self, workload: &Workload<'_>) -> Judgement {
        let pods = match &workload.pods {
            Ok(pods) => pods,
            Err(error) => {
                return Reason::new(Code::ObjectInvalid).found(error.to_string()).into();
            }
        };
        match &self.family {
            PodFamily::PodSecurity(rule) => rule.judge(pods, workload),
            PodFamily::Container(rule) => rule.judge(pods),
            PodFamily::Annotation(rule) => rule.judge(pods),
        }
    }
}

/// What was found in several places, cut where a person stops reading.
pub(super) fn listed(mut found: Vec<String>) -> Detail {
    const LISTED: usize = 10;
    let more = found.len().saturating_sub(LISTED);
    found.truncate(LISTED);
    Detail::List { items: found, more: u64::try_from(more).unwrap_or(u64::MAX) }
}
