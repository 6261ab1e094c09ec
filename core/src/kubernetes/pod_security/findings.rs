//! What controls find.

use std::fmt;

use super::PodSecurityControl;
use crate::kubernetes::{Container, telling};
use crate::shown::shown;

/// Something in a pod that a control forbids.
#[derive(Debug, Clone)]
pub(crate) struct Violation<'v> {
    pub(crate) control: PodSecurityControl,
    /// The field and its value, for people.
    pub(crate) found: String,
    /// The field, such as `spec.containers[0].securityContext.privileged`.
    pub(crate) field: String,
    /// The values that it may not have; none where it may not be absent, or not be at all.
    pub(crate) values: Vec<String>,
    /// The image of the container that it is about; `None` for what is the pod's.
    pub(crate) image: Option<&'v str>,
}

/// What a field is that it may not be.
pub(super) enum Is<'i> {
    /// This.
    Value(&'i str),
    /// A list that holds this.
    With(&'i str),
    /// A list that lacks what it has to hold, in these words, and holds these.
    Without(&'static str, &'i [&'i str]),
    /// Absent, in these words.
    Absent(&'static str),
    /// There, and of this kind: the name of the member that says it.
    Kind(&'i str),
}

impl Is<'_> {
    fn values(&self) -> Vec<String> {
        match self {
            Self::Value(value) | Self::With(value) => vec![(*value).to_owned()],
            Self::Without(_, values) => values.iter().map(|value| (*value).to_owned()).collect(),
            Self::Absent(_) | Self::Kind(_) => Vec::new(),
        }
    }

    /// The field that it is about.
    fn field(&self, at: &str, field: &str) -> String {
        let member = match self {
            Self::Kind(kind) => kind,
            _ => field,
        };
        let dot = if member.is_empty() { "" } else { "." };
        format!("{at}{dot}{member}")
    }
}

impl fmt::Display for Is<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => f.write_str(&shown(value)),
            Self::With(value) => write!(f, "with {}", shown(value)),
            Self::Without(words, _) | Self::Absent(words) => f.write_str(words),
            Self::Kind(kind) => write!(f, "of the kind {}", shown(kind)),
        }
    }
}

/// What one control finds.
pub(super) struct Findings<'v, 'o> {
    control: PodSecurityControl,
    out: &'o mut Vec<Violation<'v>>,
}

impl<'v, 'o> Findings<'v, 'o> {
    pub(super) fn new(control: PodSecurityControl, out: &'o mut Vec<Violation<'v>>) -> Self {
        Self { control, out }
    }

    /// A field of the pod, and what it is.
    pub(super) fn pod(&mut self, at: &str, field: &str, is: &Is<'_>) {
        self.out.push(Violation {
            control: self.control,
            found: telling(at, field, is),
            field: is.field(at, field),
            values: is.values(),
            image: None,
        });
    }

    /// A field of a container, and what it is.
    pub(super) fn container(
        &mut self,
        container: &Container<'v>,
        at: &str,
        field: &str,
        is: &Is<'_>,
    ) {
        self.out.push(Violation {
            control: self.control,
            found: container.telling(at, field, is),
            field: is.field(at, field),
            values: is.values(),
            image: Some(container.image),
        });
    }
}
