//! What Trivy says of the image and of itself (`pkg/types/report.go` and
//! `pkg/fanal/artifact` in aquasecurity/trivy).

use serde::Deserializer;

use super::MAX_LAYERS;
use super::document::{Document, StoredOs};
use super::grype::RepoDigests;
use super::report::text;
use super::store::{Span, Texts};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

/// `Trivy`: the scanner itself.
pub(super) struct Tool<'d>(pub(super) &'d mut Document);

impl<'de> Members<'de> for Tool<'_> {
    const KNOWN: &'static [&'static str] = &["Version"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        self.0.scanner_version = Some(text(&mut self.0.texts, value)?);
        Ok(())
    }
}

/// `Metadata`: what was scanned.
pub(super) struct Metadata<'d>(pub(super) &'d mut Document);

impl<'de> Members<'de> for Metadata<'_> {
    const KNOWN: &'static [&'static str] =
        &["OS", "ImageID", "DiffIDs", "RepoDigests", "ImageConfig"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "OS" => {
                let mut os = Os { texts: &mut self.0.texts, os: StoredOs::default() };
                let is_there = value.object(&mut os)?;
                self.0.os = is_there.then_some(os.os);
            }
            "ImageID" => {
                let id = text(&mut self.0.texts, value)?;
                self.0.config_digest = self.0.digest(id);
            }
            "DiffIDs" => {
                value.list(&mut DiffIds(self.0))?;
            }
            "ImageConfig" => {
                value.object(&mut ImageConfig(self.0))?;
            }
            _ => {
                value.list(&mut RepoDigests(self.0))?;
            }
        }
        Ok(())
    }
}

struct Os<'d> {
    texts: &'d mut Texts,
    os: StoredOs,
}

impl<'de> Members<'de> for Os<'_> {
    const KNOWN: &'static [&'static str] = &["Family", "Name", "EOSL"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "Family" => self.os.family = text(self.texts, value)?,
            "Name" => self.os.name = text(self.texts, value)?,
            _ => self.os.is_end_of_life = value.flag()?.unwrap_or_default(),
        }
        Ok(())
    }
}

struct DiffIds<'d>(&'d mut Document);

impl<'de> Elements<'de> for DiffIds<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.0.diff_ids.len() >= MAX_LAYERS {
            let detail = format!("more than {MAX_LAYERS} layers");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let id: Span = text(&mut self.0.texts, value)?;
        self.0.diff_ids.push(id);
        Ok(())
    }
}

/// The image's configuration, of which only the user is read, and the inner object `config`
/// that holds it. It is for showing: rules read the configuration itself.
struct ImageConfig<'d>(&'d mut Document);

impl<'de> Members<'de> for ImageConfig<'_> {
    const KNOWN: &'static [&'static str] = &["config"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        value.object(&mut User(self.0)).map(drop)
    }
}

struct User<'d>(&'d mut Document);

impl<'de> Members<'de> for User<'_> {
    const KNOWN: &'static [&'static str] = &["User"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        if let Some(user) = value.text()? {
            self.0.image_user = Some(self.0.kept(user)?);
        }
        Ok(())
    }
}
