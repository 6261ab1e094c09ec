//! Decides on one image: `cargo run --example check -- POLICY IMAGE`.

use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::{evidence::Evidence, policy::Policies};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [policy, image] = [1, 2].map(|position| std::env::args().nth(position).unwrap_or_default());
    let engine = Engine::new(&Policies::from_text(&policy, &std::fs::read_to_string(&policy)?)?)?;
    let request = ImageRequest { image, ..ImageRequest::default() };
    let now = "2026-11-23T12:00:00Z".parse()?;
    let decision = engine.check(&request, &Evidence::new(), &History::default(), now);
    for result in &decision.results {
        println!("{}/{}: {:?}", result.policy, result.rule, result.outcome);
        result.reasons.iter().for_each(|reason| println!("  {}: {reason}", reason.code));
    }
    println!("{:?}: {}", decision.verdict, decision.to_canonical_json()?);
    Ok(())
}
