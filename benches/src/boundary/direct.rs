//! The core itself, called from Rust: what the other languages are compared with.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;

use cocket::Timestamp;
use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket::wire;

use super::fixture::NOW;
use crate::rounds::now;

struct Direct {
    cheap: Engine,
    whole: Engine,
    image: String,
    digest: Digest,
    files: BTreeMap<&'static str, Vec<u8>>,
    evidence: Evidence,
    nothing: Evidence,
    history: History,
    moment: Timestamp,
}

const FILES: [&str; 7] = [
    "manifest.json",
    "config.json",
    "payload.json",
    "signature.txt",
    "report.json",
    "asked.json",
    "request.json",
];

impl Direct {
    fn new(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let text = |file: &str| fs::read_to_string(folder.join(file));
        let engine = |file: &str| -> Result<Engine, Box<dyn Error>> {
            Ok(Engine::new(&Policies::from_text(file, &text(file)?)?)?)
        };
        let read = FILES.iter().map(|file| Ok((*file, fs::read(folder.join(file))?)));
        let mut direct = Self {
            cheap: engine("cheap.json")?,
            whole: engine("policy.json")?,
            image: text("image.txt")?,
            digest: text("digest.txt")?.parse()?,
            files: read.collect::<io::Result<_>>()?,
            evidence: Evidence::new(),
            nothing: Evidence::new(),
            history: History::default(),
            moment: NOW.parse()?,
        };
        direct.evidence = direct.evidence()?;
        Ok(direct)
    }

    fn file(&self, name: &str) -> &[u8] {
        self.files.get(name).map_or(&[], Vec::as_slice)
    }

    fn evidence(&self) -> Result<Evidence, Box<dyn Error>> {
        let mut evidence = Evidence::new();
        let kind = "application/vnd.oci.image.manifest.v1+json";
        evidence.add_blob(Some(kind), self.file("manifest.json"));
        let kind = "application/vnd.oci.image.config.v1+json";
        evidence.add_blob(Some(kind), self.file("config.json"));
        let signature = String::from_utf8(self.file("signature.txt").to_vec())?;
        let annotation = ("dev.cosignproject.cosign/signature".to_owned(), signature);
        let annotations = BTreeMap::from([annotation]);
        let payload = self.file("payload.json");
        evidence.attach(Some(self.digest), AttachedKind::SimpleSigning, payload, annotations);
        evidence.vouch(Some(self.digest), self.file("report.json"));
        Ok(evidence)
    }

    fn check(&self, engine: &Engine, evidence: &Evidence) -> Decision {
        let request = ImageRequest { image: self.image.clone(), ..ImageRequest::default() };
        engine.check(&request, evidence, &self.history, self.moment)
    }

    /// Nanoseconds of so many calls.
    fn run(&self, way: &str, times: u64) -> Result<f64, Box<dyn Error>> {
        let start = now();
        for _ in 0..times {
            match way {
                "cheap" => drop(black_box(self.check(&self.cheap, &self.nothing))),
                "check" => drop(black_box(self.check(&self.whole, &self.evidence))),
                "verdict" => {
                    let decision = self.check(&self.whole, &self.evidence);
                    (black_box(decision.verdict) == Verdict::Allow).then_some(()).ok_or(way)?;
                }
                "json" => {
                    let decision = self.check(&self.whole, &self.evidence);
                    drop(black_box(decision.to_canonical_json()?));
                }
                "bytes" => drop(black_box(self.check(&self.whole, &self.evidence()?))),
                "asked" => {
                    let asked = self.file("asked.json");
                    drop(black_box(wire::answer_with(&self.whole, &self.evidence, asked)));
                }
                "request" => drop(black_box(wire::answer(self.file("request.json")))),
                other => return Err(format!("there is no way `{other}`").into()),
            }
        }
        Ok(now() - start)
    }
}

/// Tells its decision, then answers lines of a way and a number with nanoseconds, until there are
/// no more.
pub(crate) fn serve(folder: &Path) -> Result<(), Box<dyn Error>> {
    let direct = Direct::new(folder)?;
    let decision = direct.check(&direct.whole, &direct.evidence);
    println!("{}", decision.to_canonical_json()?);
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (way, times) = line.split_once(' ').ok_or("a way and a number are expected")?;
        println!("{}", direct.run(way, times.parse()?)?);
        io::stdout().flush()?;
    }
    Ok(())
}

/// Goes one way so many times, to be counted.
pub(crate) fn repeat(folder: &Path, way: &str, times: &str) -> Result<(), Box<dyn Error>> {
    Direct::new(folder)?.run(way, times.parse()?).map(drop)
}
