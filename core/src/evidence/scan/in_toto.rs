//! The list of vulnerabilities in in-toto's predicates (in-toto attestation framework,
//! spec/predicates/vulns_01.md and vulns_02.md).

use std::borrow::Cow;

use serde::Deserializer;

use super::document::Document;
use super::osv_advisory::Severities;
use super::said::{Listener, Said, tell, tell_text};
use super::store::Keeper;
use crate::evidence::Severity;
use crate::evidence::json::{Elements, Members, Value};

/// `scanner.result`.
pub(super) struct Results<'d>(pub(super) &'d mut Document);

impl<'de> Elements<'de> for Results<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let value = self.0.room(value, 0)?;
        let mut keeper = Keeper::new(&mut self.0.texts, 0);
        value.object(&mut Vulnerability::new(&mut keeper))?;
        let (stored, aliases, _) = keeper.done();
        self.0.add(stored, &aliases);
        Ok(())
    }
}

/// One vulnerability. It names no package. Its severity is the worst of those that it lists, by
/// whatever method. The text of version 0.1 puts it into a member `vulnerability`, the examples
/// there do not: both are read.
pub(super) struct Vulnerability<'l, L> {
    listener: &'l mut L,
    worst: Option<Severity>,
    is_inner: bool,
}

impl<'l, L> Vulnerability<'l, L> {
    pub(super) fn new(listener: &'l mut L) -> Self {
        Self { listener, worst: None, is_inner: false }
    }
}

impl<'de, L: Listener<'de>> Members<'de> for Vulnerability<'_, L> {
    const KNOWN: &'static [&'static str] = &["id", "severity", "vulnerability"];

    fn opens(&mut self, first: Cow<'de, str>) -> Result<(), &'static str> {
        match self.is_inner {
            true => Ok(()),
            false => self.listener.opens(first),
        }
    }

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "id" => tell_text(self.listener, value, Said::Id),
            "severity" => {
                let Self { listener, worst, .. } = self;
                value.list(&mut Severities { listener: *listener, source: None, worst })?;
                match *worst {
                    Some(severity) => tell(*listener, Said::Severity(severity)),
                    None => Ok(()),
                }
            }
            _ => {
                let was_inner = std::mem::replace(&mut self.is_inner, true);
                let read = value.object(self);
                self.is_inner = was_inner;
                read.map(drop)
            }
        }
    }
}
