//! The bases and the five images.

use std::io;
use std::path::Path;

use cocket::reference::Digest;
use serde_json::{Value, json};

use super::archive::{gzip, tar};
use super::keys::Keys;
use super::layout::{CONFIG, LAYER, Layout, MANIFEST, Stored};

pub(super) struct Images {
    pub(super) bases: Vec<Base>,
    /// Signed by the release key.
    pub(super) checkout: Image,
    /// Not signed.
    pub(super) search: Image,
    /// Signed by a stranger.
    pub(super) payments: Image,
    /// With an old log4j.
    pub(super) orders: Image,
    /// Root, from elsewhere, on a base that nobody reviewed.
    pub(super) newsletter: Image,
}

/// A base image; only its layers are in the layout, as parts of the images on it.
pub(super) struct Base {
    pub(super) name: &'static str,
    pub(super) digest: Digest,
    pub(super) layers: Vec<Layer>,
    /// The day on which it leaves the catalog.
    pub(super) expires: Option<&'static str>,
}

#[derive(Clone)]
pub(super) struct Layer {
    pub(super) stored: Stored,
    pub(super) diff_id: Digest,
    bytes: Vec<u8>,
    step: String,
}

pub(super) struct Image {
    pub(super) repository: &'static str,
    pub(super) tag: &'static str,
    pub(super) manifest: Stored,
    pub(super) config: Stored,
    /// The configuration, as a scanner copies it.
    pub(super) config_json: Value,
    pub(super) layers: Vec<Layer>,
}

/// What an image is made from.
struct Plan<'a> {
    repository: &'static str,
    tag: &'static str,
    created: &'static str,
    user: &'static str,
    labels: Value,
    base: &'a [Layer],
    file: &'static str,
}

impl Images {
    pub(super) fn write(root: &Path, keys: &Keys) -> io::Result<Self> {
        let bases = bases();
        let layers = |name: &str| {
            let base = bases.iter().find(|base| base.name == name);
            base.map(|base| base.layers.as_slice()).unwrap_or_default()
        };
        let (debian, java) = (layers(DEBIAN), layers(JAVA));
        let unknown = [layer("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\n")];
        let mut layout = Layout::create(root)?;
        let mut image = |plan: Plan<'_>| plan.write(&mut layout);
        let checkout = image(shop("checkout", "2.8.1", "2026-11-20T09:12:00Z", debian))?;
        let search = image(shop("search", "1.4.0", "2026-11-20T10:40:00Z", debian))?;
        let payments = image(shop("payments", "3.2.0", "2026-11-21T08:05:00Z", debian))?;
        let orders = image(shop("orders", "5.0.2", "2026-11-21T16:30:00Z", java))?;
        let newsletter = image(Plan {
            repository: "docker.io/acme-labs/newsletter",
            tag: "latest",
            created: "2026-11-22T22:10:00Z",
            user: "root",
            labels: json!({
                "maintainer": "someone@acme.example",
                "org.opencontainers.image.base.name": "docker.io/library/alpine:3.18.4",
            }),
            base: &unknown,
            file: "newsletter",
        })?;
        layout.sign_by_tag(&checkout.manifest, checkout.repository, &keys.release)?;
        layout.sign_by_referrer(&payments.manifest, &keys.stranger, "2026-11-21T08:31:00Z")?;
        layout.sign_by_referrer(&orders.manifest, &keys.release, "2026-11-21T16:41:00Z")?;
        layout.finish()?;
        Ok(Self { bases, checkout, search, payments, orders, newsletter })
    }

    pub(super) fn all(&self) -> [&Image; 5] {
        [&self.checkout, &self.search, &self.payments, &self.orders, &self.newsletter]
    }
}

impl Image {
    /// The last part of its repository.
    pub(super) fn short_name(&self) -> &'static str {
        self.repository.rsplit('/').next().unwrap_or(self.repository)
    }

    pub(super) fn by_digest(&self) -> String {
        format!("{}@{}", self.by_tag(), self.manifest.digest)
    }

    pub(super) fn by_tag(&self) -> String {
        format!("{}:{}", self.repository, self.tag)
    }
}

const DEBIAN: &str = "registry.acme.example/base/debian:12-2026.11";
const JAVA: &str = "registry.acme.example/base/java:21-2026.11";

fn bases() -> Vec<Base> {
    let release = layer("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    let older = layer("etc/os-release", "ID=debian\nVERSION_ID=\"11\"\n");
    let python = layer("usr/bin/python3", "Python 3.13\n");
    let java = layer("opt/java/release", "JAVA_VERSION=\"21\"\n");
    vec![
        base(DEBIAN, vec![release.clone()], None),
        base(JAVA, vec![release.clone(), java], None),
        base("registry.acme.example/base/python:3.13-2026.11", vec![release, python], None),
        base("registry.acme.example/base/debian:11-2026.05", vec![older], Some("2026-11-15")),
    ]
}

fn base(name: &'static str, layers: Vec<Layer>, expires: Option<&'static str>) -> Base {
    let config = config_json("2026-11-02T06:00:00Z", "65532:65532", json!({}), &layers, "");
    let config = Stored::of(CONFIG, config.to_string().as_bytes());
    let manifest = manifest_json(&config, &layers);
    Base { name, digest: Digest::sha256(manifest.to_string().as_bytes()), layers, expires }
}

/// A service of the shop: built the same way, and labelled as the policy asks.
fn shop<'a>(
    name: &'static str,
    tag: &'static str,
    created: &'static str,
    base: &'a [Layer],
) -> Plan<'a> {
    let repository = match name {
        "checkout" => "registry.acme.example/shop/checkout",
        "search" => "registry.acme.example/shop/search",
        "payments" => "registry.acme.example/shop/payments",
        _ => "registry.acme.example/shop/orders",
    };
    let labels = json!({
        "org.opencontainers.image.source": format!("https://git.acme.example/shop/{name}"),
        "org.opencontainers.image.version": tag,
    });
    Plan { repository, tag, created, user: "65532:65532", labels, base, file: name }
}

fn layer(path: &str, content: &str) -> Layer {
    let archive = tar(path, content);
    let bytes = gzip(&archive);
    Layer {
        stored: Stored::of(LAYER, &bytes),
        diff_id: Digest::sha256(&archive),
        bytes,
        step: format!("COPY /{path} # buildkit"),
    }
}

impl Plan<'_> {
    fn write(self, layout: &mut Layout) -> io::Result<Image> {
        let mut layers = self.base.to_vec();
        layers.push(layer(&format!("app/{}", self.file), &format!("{} {}\n", self.file, self.tag)));
        let entrypoint = format!("/app/{}", self.file);
        let config_json = config_json(self.created, self.user, self.labels, &layers, &entrypoint);
        let config = layout.store(CONFIG, config_json.to_string().as_bytes())?;
        for layer in &layers {
            layout.store(LAYER, &layer.bytes)?;
        }
        let manifest = manifest_json(&config, &layers).to_string();
        let manifest = layout.store(MANIFEST, manifest.as_bytes())?;
        layout.name(&manifest, &format!("{}:{}", self.repository, self.tag));
        let (repository, tag) = (self.repository, self.tag);
        Ok(Image { repository, tag, manifest, config, config_json, layers })
    }
}

fn config_json(
    created: &str,
    user: &str,
    labels: Value,
    layers: &[Layer],
    entrypoint: &str,
) -> Value {
    let history = layers.iter().map(|layer| {
        json!({"created": created, "created_by": layer.step, "comment": "buildkit.dockerfile.v0"})
    });
    let user_step = json!({
        "created": created, "created_by": format!("USER {user}"),
        "comment": "buildkit.dockerfile.v0", "empty_layer": true,
    });
    let history: Vec<Value> = history.chain([user_step]).collect();
    let diff_ids: Vec<Digest> = layers.iter().map(|layer| layer.diff_id).collect();
    let mut run = json!({"User": user, "Env": ["PATH=/usr/bin:/bin"], "Labels": labels});
    if !entrypoint.is_empty()
        && let Some(members) = run.as_object_mut()
    {
        members.insert("Entrypoint".to_owned(), json!([entrypoint]));
    }
    json!({
        "architecture": "amd64", "os": "linux", "created": created, "config": run,
        "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": history,
    })
}

fn manifest_json(config: &Stored, layers: &[Layer]) -> Value {
    let layers: Vec<Value> = layers.iter().map(|layer| layer.stored.descriptor()).collect();
    json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": config.descriptor(), "layers": layers,
    })
}
