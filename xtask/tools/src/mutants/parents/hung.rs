//! Documents beside images: layers of cosign's legacy layouts, and bundles.

use std::collections::BTreeMap;
use std::path::Path;

use cocket::Timestamp;
use cocket::evidence::signing::SignedDocument;
use cocket::evidence::{Attached, AttachedKind, Evidence};
use cocket::policy::model::SignedIdentity;
use cocket::reference::{Digest, Reference};
use cocket::verify::{self, SignatureVerifier, approves, attests};
use cocket_testkit::Entry;
use serde_json::{Value, json};

use super::{About, NAME, Own, Parent, Said, is_logged};
use crate::corpus::bundles;
use crate::corpus::index::read_json;
use crate::corpus::signed::{attached, digest, list, options, predicate_type, text};
use crate::mutants::layers;

/// What a document beside an image is and has to say.
pub(in crate::mutants) struct Hung {
    pub(in crate::mutants) kind: AttachedKind,
    image: Digest,
    reference: Reference,
    wanted: Wanted,
}

enum Wanted {
    Approval(BTreeMap<String, String>),
    Statement(String),
}

impl Hung {
    pub(super) fn judge(
        &self,
        document: &Value,
        verifier: &dyn SignatureVerifier,
        now: Timestamp,
    ) -> Result<Said, String> {
        let attached = self.attached(document).ok_or("it cannot be written down")?;
        let read = SignedDocument::read(&attached).map_err(|error| error.to_string())?;
        let digest = &self.image;
        let verified = verify::verify(&read, verifier, NAME, digest, now);
        let verified = verified.map_err(|refusal| refusal.to_string())?;
        let said = match &self.wanted {
            Wanted::Statement(predicate_type) => attests(&verified, digest, predicate_type),
            Wanted::Approval(annotations) => {
                let (reference, identity) = (&self.reference, &SignedIdentity::WhenNamed);
                approves(&verified, &verify::Wanted { digest, reference, identity, annotations })
            }
        };
        said.map_err(|refusal| refusal.to_string())?;
        let (claim, signer) = (verified.value().claim().clone(), verified.signer().id.clone());
        Ok(Said { claim: Some(claim), signer })
    }

    fn attached(&self, document: &Value) -> Option<Attached> {
        if self.kind != AttachedKind::Bundle {
            return layers::close(&self.kind, self.image, document);
        }
        let mut evidence = Evidence::new();
        let bytes = document.to_string().into_bytes();
        evidence.attach(Some(self.image), AttachedKind::Bundle, bytes, BTreeMap::new());
        evidence.attached().first().cloned()
    }
}

/// Layers that a Sigstore instance in small signed.
pub(super) fn own(own: &Own) -> Result<Vec<Parent>, String> {
    const NAME: &str = "registry.acme.example/shop";
    const TYPE: &str = "https://acme.example/check/v1";
    let Own { instance, image, who, key, .. } = own;
    let reference = Reference::parse(NAME).map_err(|error| error.to_string())?;
    let hung = |kind, wanted| Hung { kind, image: *image, reference: reference.clone(), wanted };
    let layer = |name: &str, hung: Hung, bytes: Vec<u8>, annotations, key| {
        let about = About::of(&hung, &bytes);
        let mut evidence = Evidence::new();
        evidence.attach(Some(*image), hung.kind.clone(), bytes, annotations);
        let layer = evidence.attached().first().ok_or("nothing is attached")?;
        let opened = layers::open(layer)?;
        Ok::<_, String>(Parent { hung: Some(hung), about, ..own.parent(name, opened, key) })
    };
    let approval = || hung(AttachedKind::SimpleSigning, Wanted::Approval(BTreeMap::new()));
    let payload = key.simple_signing(NAME, &image.to_string(), &json!(null)).bytes;
    let certified = instance.annotations(&payload, who, 7).into_iter().collect();
    let keyed = instance.annotations_by_key(&payload, key, 7).into_iter().collect();
    let mut parents = vec![
        layer("own/layer", approval(), payload.clone(), certified, None)?,
        layer("own/layer-by-key", approval(), payload, keyed, Some(key.pem()))?,
    ];
    for (name, entry) in [
        ("own/attestation", Entry::Dsse),
        ("own/attestation-intoto-0.0.1", Entry::InToto1),
        ("own/attestation-intoto-0.0.2", Entry::InToto2),
    ] {
        let made = instance.attestation(entry, &image.to_string(), TYPE, who, 7);
        let hung = hung(AttachedKind::Envelope, Wanted::Statement(TYPE.to_owned()));
        parents.push(layer(name, hung, made.bytes, made.annotations, None)?);
    }
    Ok(parents)
}

impl About {
    /// What others are told that a document is about: a payload is signed as a file is.
    fn of(hung: &Hung, bytes: &[u8]) -> Self {
        match hung.kind {
            AttachedKind::SimpleSigning => Self::Bytes(bytes.to_vec()),
            _ => Self::Digest(hung.image),
        }
    }
}

/// What hangs beside the images that cosign really signed.
pub(in crate::mutants) fn images(root: &Path) -> Result<Vec<Parent>, String> {
    let folder = root.join("signed");
    let manifest = read_json(&folder.join("MANIFEST.json"))?;
    let now: Timestamp = text(&manifest, "now").parse().map_err(|_| "no `now`")?;
    let cases = manifest.get("oci_cases").and_then(Value::as_array).ok_or("no oci_cases")?;
    let mut parents = Vec::new();
    for case in cases.iter().filter(|case| text(case, "cocket") == "accept") {
        for (position, layer) in attached(&folder, case)?.iter().enumerate() {
            let Ok(parent) = image(&folder, case, layer, now) else { continue };
            let name = format!("{} {position}", text(case, "id"));
            // Beside good documents hang others, to mislead.
            let good = parent.verifier().and_then(|by| parent.judge(&*by, &parent.bundle));
            if good.is_ok() {
                parents.push(Parent { name, ..parent });
            }
        }
    }
    Ok(parents)
}

fn image(folder: &Path, case: &Value, layer: &Attached, now: Timestamp) -> Result<Parent, String> {
    let command: Vec<&str> = list(case, "command").collect();
    let option = |name| options(&command, name).next();
    let (key, root) = bundles::trust(folder, case)?;
    let wanted = match command.get(1) {
        Some(&"verify-attestation") => {
            Wanted::Statement(predicate_type(option("--type").unwrap_or_default()).to_owned())
        }
        _ => Wanted::Approval(
            options(&command, "-a")
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        ),
    };
    let reference = Reference::parse(text(case, "reference")).map_err(|error| error.to_string())?;
    let hung = Hung { kind: layer.kind.clone(), image: digest(case)?, reference, wanted };
    let is_bundle = layer.kind == AttachedKind::Bundle;
    let bundle = match is_bundle {
        true => serde_json::from_slice(&layer.bytes).map_err(|error| error.to_string())?,
        false => layers::open(layer)?,
    };
    let is_logged = match is_bundle {
        true => is_logged(&bundle),
        false => layer.annotations.contains_key("dev.sigstore.cosign/bundle"),
    };
    Ok(Parent {
        name: String::new(),
        about: About::of(&hung, &layer.bytes),
        log: root.is_some() && is_logged && !command.contains(&"--insecure-ignore-tlog"),
        tokens: command.contains(&"--use-signed-timestamps"),
        bundle,
        hung: Some(hung),
        root,
        key,
        identity: option("--certificate-identity").unwrap_or_default().to_owned(),
        issuer: option("--certificate-oidc-issuer").unwrap_or_default().to_owned(),
        now,
    })
}
