//! Evidence sources: layouts that tools write, layouts that are broken, and files of the caller.
#![cfg(test)]

mod broken;
mod corpus;
mod layouts;
mod reading;

use cocket::evidence::{Attached, Evidence};
use cocket::reference::{Digest, Reference};
use cocket::source::{EvidenceSource, ImageLayout};
use layouts::Layout;

fn open(layout: &Layout) -> ImageLayout {
    ImageLayout::open(layout.path()).unwrap()
}

fn resolve(source: &dyn EvidenceSource, name: &str) -> Option<Digest> {
    source.resolve(&Reference::parse(name).unwrap()).unwrap()
}

fn contents(evidence: &Evidence) -> Vec<String> {
    let show = |one: &Attached| format!("{:?} {}", one.kind, String::from_utf8_lossy(&one.bytes));
    let mut shown: Vec<String> = evidence.attached().iter().map(show).collect();
    shown.sort();
    shown
}

fn collect(source: &dyn EvidenceSource, digest: &Digest) -> Evidence {
    source.collect(digest).unwrap()
}
