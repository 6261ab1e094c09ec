//! What controls find.

use std::fmt::Display;

use super::PodSecurityControl;
use crate::kubernetes::{Container, telling};

/// Something in a pod that a control forbids.
#[derive(Debug, Clone)]
pub(crate) struct Violation<'v> {
    pub(crate) control: PodSecurityControl,
    /// The field and its value.
    pub(crate) found: String,
    /// The image of the container that it is about; `None` for what is the pod's.
    pub(crate) image: Option<&'v str>,
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
    pub(super) fn pod(&mut self, at: &str, field: &str, is: impl Display) {
        self.out.push(Violation {
            control: self.control,
            found: telling(at, field, is),
            image: None,
        });
    }

    /// A field of a container, and what it is.
    pub(super) fn container(
        &mut self,
        container: &Container<'v>,
        at: &str,
        field: &str,
        is: impl Display,
    ) {
        self.out.push(Violation {
            control: self.control,
            found: container.telling(at, field, is),
            image: Some(container.image),
        });
    }
}
