//! Components of a bill of materials, and references to them.

use std::sync::Arc;

use serde::Deserializer;

use super::super::VexComponent;
use super::super::read::{Budget, shared, text};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};
use crate::evidence::purl::percent;

/// A component while it is read.
#[derive(Default)]
pub(super) struct Component {
    id: Box<str>,
    group: Option<Box<str>>,
    name: Option<Box<str>>,
    version: Option<Arc<str>>,
    purl: Option<Box<str>>,
    hashes: Vec<(Box<str>, Box<str>)>,
}

impl Component {
    /// The reader of its members; components inside it go to `inner`.
    pub(super) fn members<'c>(
        &'c mut self,
        inner: &'c mut Vec<Self>,
        budget: &'c mut Budget,
    ) -> ComponentMembers<'c> {
        ComponentMembers { into: self, inner, budget }
    }

    pub(super) fn into_component(self) -> VexComponent {
        let mut component = VexComponent::new(self.id);
        component.name = match (self.group, self.name) {
            (Some(group), Some(name)) => Some(format!("{group}/{name}").into()),
            (_, name) => name.map(Arc::from),
        };
        component.version = self.version;
        if let Some(purl) = self.purl {
            component.identify(&purl);
        }
        for (algorithm, value) in self.hashes {
            component.hash(&algorithm, &value);
        }
        component
    }
}

pub(super) struct Components<'c> {
    pub(super) into: &'c mut Vec<Component>,
    pub(super) budget: &'c mut Budget,
}

impl<'de> Elements<'de> for Components<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut component = Component::default();
        value.object(&mut component.members(self.into, self.budget))?;
        self.into.push(component);
        Ok(())
    }
}

pub(super) struct ComponentMembers<'c> {
    into: &'c mut Component,
    inner: &'c mut Vec<Component>,
    budget: &'c mut Budget,
}

impl<'de> Members<'de> for ComponentMembers<'_> {
    const KNOWN: &'static [&'static str] =
        &["bom-ref", "group", "name", "version", "purl", "hashes", "components"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "bom-ref" => self.into.id = text(value)?.unwrap_or_default(),
            "group" => self.into.group = text(value)?,
            "name" => self.into.name = text(value)?,
            "version" => self.into.version = shared(value)?,
            "purl" => self.into.purl = text(value)?,
            "hashes" => {
                value.list(&mut Hashes { into: &mut self.into.hashes, budget: self.budget })?;
            }
            _ => {
                value.list(&mut Components { into: self.inner, budget: self.budget })?;
            }
        }
        Ok(())
    }
}

struct Hashes<'c> {
    into: &'c mut Vec<(Box<str>, Box<str>)>,
    budget: &'c mut Budget,
}

impl<'de> Elements<'de> for Hashes<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut hash = Hash::default();
        value.object(&mut hash)?;
        self.into.extend(hash.algorithm.zip(hash.content));
        Ok(())
    }
}

#[derive(Default)]
struct Hash {
    algorithm: Option<Box<str>>,
    content: Option<Box<str>>,
}

impl<'de> Members<'de> for Hash {
    const KNOWN: &'static [&'static str] = &["alg", "content"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "alg" => self.algorithm = text(value)?,
            _ => self.content = text(value)?,
        }
        Ok(())
    }
}

/// Where a reference points.
pub(super) enum Reference<'r> {
    /// To a component of the document.
    Here(&'r str),
    /// To a component of another document, by its reference there.
    Elsewhere(&'r str),
}

impl<'r> Reference<'r> {
    /// Reads a `bom-ref`, or a BOM-Link `urn:cdx:<serial>/<version>#<bom-ref>`, of a document
    /// with the serial number `urn:uuid:<serial>`.
    pub(super) fn read(text: &'r str, serial: Option<&str>) -> Self {
        let link = text.strip_prefix("urn:cdx:").map(|link| link.split_once('#'));
        match link {
            None => Self::Here(text),
            Some(None) => Self::Elsewhere(""),
            Some(Some((bom, fragment))) => {
                let named = bom.split('/').next();
                let own = serial.and_then(|serial| serial.strip_prefix("urn:uuid:"));
                match own.is_some() && own == named {
                    true => Self::Here(fragment),
                    false => Self::Elsewhere(fragment),
                }
            }
        }
    }
}

/// Something that is not in the document: all that is known is its reference, which often is a
/// package URL.
pub(super) fn elsewhere(id: &str, fragment: &str) -> VexComponent {
    let mut component = VexComponent::new(id);
    match fragment.starts_with("pkg:") {
        true => component.identify(fragment),
        // The fragment of a link is encoded once more.
        false => match percent::decoded(fragment) {
            Ok(decoded) => component.identify(&decoded),
            Err(_) => component.set_unknown(),
        },
    }
    component
}
