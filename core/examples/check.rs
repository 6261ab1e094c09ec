//! Decides on one image of the example: `cargo run -p cocket --example check`.

use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::report::{Judged, table};
use cocket::source::{EvidenceDirectory, EvidenceSource as _, read_policies};
use cocket::{policy::Policies, reference::Reference};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policies = Policies::load(&read_policies(&["docs/examples/first-look/policy"])?)?;
    let source = EvidenceDirectory::open("docs/examples/first-look/images".as_ref())?;
    let image = "registry.acme.example/shop/payments:3.2.0".to_owned();
    let digest = source.resolve(&Reference::parse(&image)?)?.ok_or("the layout lacks it")?;
    let namespace = Some("production-a".to_owned());
    let request = ImageRequest { image, digest: Some(digest), namespace, ..Default::default() };
    let (evidence, now) = (source.collect(&digest)?, "2026-11-23T12:00:00Z".parse()?);
    let decision = Engine::new(&policies)?.check(&request, &evidence, &History::default(), now);
    print!("{}", table(&[Judged { decision, origin: None }], false));
    Ok(())
}
