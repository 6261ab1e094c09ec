//! Instructions, which a busy machine does not change: valgrind counts them over two runs of
//! different length, and the difference is that of the calls.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use cocket::evaluate::Engine;
use serde_json::Value;

use crate::table::listed;
use crate::w1::product::{Subject, policies, report};
use crate::w1::{Workload, hand};

/// How often something small is repeated.
pub(crate) const OFTEN: [u64; 2] = [100, 1_100];

/// How a program is told what to repeat, and how often.
pub(crate) const REPEAT: &str = "repeat";

/// What is counted, on the first image of the workload, which is allowed.
const WAYS: [&str; 3] = ["by hand", "from facts", "from evidence"];

pub(crate) fn of_the_core(corpus: &Path) -> Result<(), Box<dyn Error>> {
    let this = env::current_exe()?;
    let mut rows = Vec::new();
    for (findings, often) in [("0", OFTEN), ("200", [10, 60]), ("2000", [2, 12])] {
        for way in WAYS {
            let count = per_call(often, |times| {
                let mut command = valgrind();
                command.arg(&this).args([REPEAT, way, findings, &times.to_string()]);
                command.env("COCKET_CORPUS", corpus);
                command
            })?;
            let Some(count) = count else {
                println!("\nskipped: instructions, for there is no valgrind");
                return Ok(());
            };
            rows.push((format!("{findings} findings, {way}"), count.to_string()));
        }
    }
    listed("W1, instructions for one compliant image", &rows);
    Ok(())
}

/// Valgrind, to be given a program.
pub(crate) fn valgrind() -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command
}

/// Instructions a call of what `command` repeats so many times; `None` without valgrind.
pub(crate) fn per_call(
    [few, many]: [u64; 2],
    mut command: impl FnMut(u64) -> Command,
) -> Result<Option<u64>, Box<dyn Error>> {
    let mut version = Command::new("valgrind");
    if version.arg("--version").stdout(Stdio::null()).status().is_err() {
        return Ok(None);
    }
    let mut run = |times: u64| -> Result<u64, Box<dyn Error>> {
        let output = command(times).output()?;
        let told = String::from_utf8_lossy(&output.stderr);
        let count = told.lines().find_map(|line| line.split_once("Collected : "));
        match count {
            Some((_, count)) if output.status.success() => Ok(count.trim().parse()?),
            _ => Err(format!("valgrind: {}\n{told}", output.status).into()),
        }
    };
    let more = run(many)? - run(few)?;
    Ok(Some(more / (many - few)))
}

/// What valgrind runs.
pub(crate) fn repeat(
    corpus: &Path,
    way: &str,
    findings: &str,
    times: &str,
) -> Result<(), Box<dyn Error>> {
    let workload = Workload::read(corpus)?;
    let w1: Value = serde_json::from_str(&workload.policy(3)?)?;
    let [text, _] = workload.reports(findings.parse()?)?;
    let head = workload.heads.first().ok_or("no images")?;
    let engine = Engine::new(&policies(&w1)?)?;
    let subject = Subject::new(&engine, head, &report(&text.as_bytes().into()))?;
    let (limit, typed) = (hand::Policy::read(&w1)?, hand::Head::read(head)?);
    let scan = hand::Scan::read(&text)?;
    for _ in 0..times.parse::<u64>()? {
        match way {
            "by hand" => drop(black_box(limit.judge(&typed, &scan))),
            "from facts" => drop(black_box(subject.judge(&engine))),
            _ => drop(black_box(subject.check(&engine))),
        }
    }
    Ok(())
}
