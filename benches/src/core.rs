//! The core beside its peers, on the reference workload.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use cocket::evaluate::{Engine, History};
use cocket::evidence::{Evidence, Vouched, VouchedDocument};
use cocket::policy::Policies;
use cocket_testkit::w1;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::allocations::counted;
use crate::rounds::{Case, ROUNDS};
use crate::table::{compared, listed};
use crate::w1::product::{Subject, policies, report};
use crate::w1::rego::Rego;
use crate::w1::{Workload, hand, input, which, with};
use crate::{instructions, signed};

/// Every row; those of the workload only where the corpus is.
pub(crate) fn measure(corpus: Option<&Path>) -> Result<(), Box<dyn Error>> {
    signed::measure()?;
    let Some(corpus) = corpus.filter(|corpus| corpus.join("w1").is_dir()) else {
        println!("\nskipped: the reference workload, for `COCKET_CORPUS` has no folder `w1`");
        return Ok(());
    };
    let workload = Workload::read(corpus)?;
    workload.gate()?;
    println!("\nall {} decisions of the workload are the expected ones", workload.heads.len());
    for (findings, images) in [(0, 1000), (200, 40), (2000, 10)] {
        parsed(&workload, findings, images)?;
    }
    raw(&workload)?;
    registries(&workload)?;
    compiled(&workload)?;
    allocated(&workload)?;
    instructions::of_the_core(corpus)
}

fn parsed(workload: &Workload, findings: usize, images: usize) -> Result<(), Box<dyn Error>> {
    let policy = workload.policy(3)?;
    let w1: Value = serde_json::from_str(&policy)?;
    let texts = workload.reports(findings)?;
    // From all over the list, so that some are denied.
    let heads: Vec<Value> =
        workload.heads.iter().step_by(workload.heads.len() / images).cloned().collect();
    let heads = heads.as_slice();
    let engine = Engine::new(&policies(&w1)?)?;
    let reports = texts.each_ref().map(|text| report(&text.as_bytes().into()));
    let subjects = heads.iter().map(|head| Subject::new(&engine, head, &reports[which(head)]));
    let subjects = subjects.collect::<Result<Vec<_>, _>>()?;
    let limit = hand::Policy::read(&w1)?;
    let [allow, deny] = &texts;
    let scans = [hand::Scan::read(allow)?, hand::Scan::read(deny)?];
    let typed = heads.iter().map(hand::Head::read).collect::<Result<Vec<_>, _>>()?;
    let pairs: Vec<_> = typed.iter().zip(heads.iter().map(|head| &scans[which(head)])).collect();
    let mut peer = Rego::compile(&policy)?;
    let values = [regorus::Value::from_json_str(allow)?, regorus::Value::from_json_str(deny)?];
    let inputs = heads.iter().map(|head| with(head, values[which(head)].clone()));
    let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
    compared(
        &format!("W1, parsed input, {findings} findings, {images} images in turn"),
        vec![
            Case::new("by hand", images, || {
                for (head, scan) in &pairs {
                    black_box(limit.judge(head, scan));
                }
            }),
            Case::new("cocket, from facts", images, || {
                for subject in &subjects {
                    black_box(subject.judge(&engine));
                }
            }),
            Case::new("cocket, from evidence", images, || {
                for subject in &subjects {
                    black_box(subject.check(&engine));
                }
            }),
            Case::new("regorus", images, || {
                for input in &inputs {
                    drop(black_box(peer.judge(input.clone())));
                }
            }),
        ],
        if findings == 2000 { ROUNDS / 2 } else { ROUNDS },
    );
    Ok(())
}

fn raw(workload: &Workload) -> Result<(), Box<dyn Error>> {
    let policy = workload.policy(3)?;
    let w1: Value = serde_json::from_str(&policy)?;
    let [text, _] = workload.reports(200)?;
    let bytes: Arc<[u8]> = text.as_bytes().into();
    let head = workload.heads.first().ok_or("no images")?;
    let engine = Engine::new(&policies(&w1)?)?;
    let read = report(&bytes);
    let Subject { request, now, evidence: at_hand, .. } = Subject::new(&engine, head, &read)?;
    let (subject, digest) = (request.digest, read.0);
    let mut blobs = Evidence::new();
    for (_, blob) in at_hand.blobs() {
        blobs.add_blob(blob.media_type.as_deref(), Arc::clone(&blob.bytes));
    }
    let history = History::default();
    let limit = hand::Policy::read(&w1)?;
    let typed = hand::Head::read(head)?;
    let by_hand = || {
        let scan = hand::Scan::read(&text);
        scan.map(|scan| limit.judge(&typed, &scan).len())
    };
    let mut peer = Rego::compile(&policy)?;
    compared(
        &format!("W1, a report of {} kB to a decision", text.len() / 1000),
        vec![
            Case::new("serde_json typed, then by hand", 1, || {
                black_box(by_hand()).unwrap_or_default();
            }),
            Case::new("cocket, digest known to the caller", 1, || {
                let mut evidence = blobs.clone();
                let document = Arc::new(VouchedDocument::read(&bytes));
                evidence.vouch_read(Vouched { subject, digest, document });
                black_box(engine.check(&request, &evidence, &history, now));
            }),
            Case::new("SHA-256, serde_json typed, then by hand", 1, || {
                black_box(Sha256::digest(&bytes));
                black_box(by_hand()).unwrap_or_default();
            }),
            Case::new("cocket, digest computed", 1, || {
                let mut evidence = blobs.clone();
                evidence.vouch(subject, Arc::clone(&bytes));
                black_box(engine.check(&request, &evidence, &history, now));
            }),
            Case::new("regorus", 1, || {
                let judged = input(head, &text).and_then(|input| peer.judge(input));
                drop(black_box(judged));
            }),
        ],
        ROUNDS,
    );
    Ok(())
}

fn registries(workload: &Workload) -> Result<(), Box<dyn Error>> {
    let [text, _] = workload.reports(0)?;
    let read = report(&text.as_bytes().into());
    let mut prepared = Vec::new();
    for number in [3, 10, 100, 1000] {
        let engine = Engine::new(&policies(&serde_json::from_str(&workload.policy(number)?)?)?)?;
        let subjects = workload.heads.iter().map(|head| Subject::new(&engine, head, &read));
        let subjects = subjects.collect::<Result<Vec<_>, _>>()?;
        prepared.push((number, engine, subjects));
    }
    let cases = prepared.iter().map(|(number, engine, subjects)| {
        Case::new(&format!("{number}"), subjects.len(), move || {
            for subject in subjects {
                black_box(subject.judge(engine));
            }
        })
    });
    compared("W1, so many registries, 0 findings, from facts", cases.collect(), ROUNDS);
    Ok(())
}

fn compiled(workload: &Workload) -> Result<(), Box<dyn Error>> {
    for number in [3, 1000] {
        let text = workload.policy(number)?;
        let w1: Value = serde_json::from_str(&text)?;
        let written = w1::policies(&w1);
        let typed = policies(&w1)?;
        compared(
            &format!("W1, a policy with {number} registries"),
            vec![
                Case::new("cocket, typed to engine", 1, || drop(black_box(Engine::new(&typed)))),
                Case::new("cocket, text to typed, every check", 1, || {
                    drop(black_box(Policies::from_text("w1.yaml", &written)));
                }),
                Case::new("serde_json, the policy to values", 1, || {
                    drop(black_box(serde_json::from_str::<Value>(&text)));
                }),
                Case::new("by hand, values to evaluator", 1, || {
                    drop(black_box(hand::Policy::read(&w1)));
                }),
                Case::new("regorus, text to machine", 1, || drop(black_box(Rego::compile(&text)))),
            ],
            ROUNDS,
        );
    }
    Ok(())
}

fn allocated(workload: &Workload) -> Result<(), Box<dyn Error>> {
    let w1: Value = serde_json::from_str(&workload.policy(3)?)?;
    let engine = Engine::new(&policies(&w1)?)?;
    let limit = hand::Policy::read(&w1)?;
    let head = workload.heads.first().ok_or("no images")?;
    let typed = hand::Head::read(head)?;
    let mut rows = Vec::new();
    for findings in [0, 200, 2000] {
        let [text, _] = workload.reports(findings)?;
        let bytes: Arc<[u8]> = text.as_bytes().into();
        let subject = Subject::new(&engine, head, &report(&bytes))?;
        let scan = hand::Scan::read(&text)?;
        // What a report keeps for all decisions about it, the first one makes.
        let first = counted(|| subject.judge(&engine));
        let judged = counted(|| subject.judge(&engine));
        let checked = counted(|| subject.check(&engine)).count;
        let by_hand = counted(|| limit.judge(&typed, &scan)).count;
        let read = counted(|| VouchedDocument::read(&bytes));
        let share = 100.0 * read.peak as f64 / bytes.len() as f64;
        rows.extend([
            (format!("allow, {findings} findings: by hand"), by_hand.to_string()),
            ("… cocket, from facts".to_owned(), judged.count.to_string()),
            ("… cocket, from evidence".to_owned(), checked.to_string()),
            ("… bytes that its decision keeps".to_owned(), judged.held.to_string()),
            (
                "… bytes that its report keeps for all decisions".to_owned(),
                first.held.saturating_sub(judged.held).to_string(),
            ),
            (
                format!("… most bytes while reading the report ({} kB)", bytes.len() / 1000),
                format!("{} ({share:.1} %)", read.peak),
            ),
        ]);
    }
    listed("W1, allocations", &rows);
    Ok(())
}
