//! What it costs to ask the core from another language: the same policy, image and evidence in
//! each, with the packages that `cargo xtask package` has made.

mod direct;
mod fixture;
mod served;

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::instructions::{OFTEN, per_call, valgrind};
use crate::rounds::ROUNDS;
use crate::table::{listed, time};
use served::{Packages, Served};

pub(crate) use direct::{repeat, serve};

/// What a program runs for in one round, in nanoseconds.
const SLICE: f64 = 4e6;

/// How the programs are told what to do, and what that is.
const WAYS: [(&str, &str); 7] = [
    ("cheap", "one rule about the name, engine and evidence made before"),
    ("check", "five rules, a signature and a report, engine and evidence made before"),
    ("verdict", "… and the verdict read"),
    ("json", "… and its canonical JSON taken"),
    ("bytes", "engine made before, report and signature given as bytes each time"),
    ("asked", "a wire request, engine and evidence made before"),
    ("request", "a wire request that holds policy and evidence"),
];

pub(crate) fn measure(packages: &Path) -> Result<(), Box<dyn Error>> {
    let folder = packages.join("boundary");
    fixture::write(&folder)?;
    let packages = Packages::at(packages)?;
    let mut served = packages.served(&folder)?;
    same(&served)?;
    calls(&mut served)?;
    served.into_iter().try_for_each(Served::end)?;
    instructions(&packages, &folder)?;
    starting(&packages)
}

/// Fails unless every language gives the same bytes, and they allow the image.
fn same(served: &[Served]) -> Result<(), Box<dyn Error>> {
    let first = served.first().ok_or("no languages")?;
    if !first.decision.trim_end().ends_with(r#""verdict":"allow"}"#) {
        return Err(format!("not allowed: {}", first.decision).into());
    }
    match served.iter().find(|one| one.decision != first.decision) {
        None => Ok(()),
        Some(other) => {
            let (found, expected) = (&other.decision, &first.decision);
            Err(format!("{} decides otherwise:\n{found}\n{expected}", other.language).into())
        }
    }
}

fn calls(served: &mut [Served]) -> Result<(), Box<dyn Error>> {
    print!("\n| a decision |");
    served.iter().for_each(|one| print!(" {} |", one.language));
    println!("\n|---|{}", "--:|".repeat(served.len()));
    for (way, what) in WAYS {
        let mut times = Vec::new();
        for one in &mut *served {
            one.run(way, 3)?;
            let whole = one.run(way, 3)? / 3.0;
            times.push(((SLICE / whole) as u64).max(1));
        }
        let mut least = vec![f64::INFINITY; served.len()];
        for _ in 0..ROUNDS {
            for ((one, times), least) in served.iter_mut().zip(&times).zip(&mut least) {
                *least = least.min(one.run(way, *times)? / *times as f64);
            }
        }
        let first = least.first().copied().unwrap_or(f64::NAN);
        print!("| {what} |");
        for (at, least) in least.iter().enumerate() {
            match at {
                0 => print!(" {} |", time(*least)),
                _ => print!(" {} ({}, ×{:.3}) |", time(*least), more(least - first), least / first),
            }
        }
        println!();
    }
    Ok(())
}

fn more(nanoseconds: f64) -> String {
    let sign = if nanoseconds < 0.0 { '−' } else { '+' };
    format!("{sign}{}", time(nanoseconds.abs()))
}

/// Of C beside Rust, which no noise reaches.
fn instructions(packages: &Packages, folder: &Path) -> Result<(), Box<dyn Error>> {
    let (rust, c) = (env::current_exe()?, packages.c_program(folder)?);
    let mut rows = Vec::new();
    for (way, what) in &WAYS[..3] {
        let often = if *way == "cheap" { OFTEN } else { [10, 60] };
        let direct = per_call(often, |times| {
            let mut command = valgrind();
            command.arg(&rust).arg("serve").arg(folder).args([way, &*times.to_string()]);
            command
        })?;
        let through = per_call(often, |times| {
            let mut command = valgrind();
            command.arg(&c).arg(folder).args([way, &*times.to_string()]);
            command
        })?;
        let (Some(direct), Some(through)) = (direct, through) else {
            println!("\nskipped: instructions, for there is no valgrind");
            return Ok(());
        };
        let difference = through as i64 - direct as i64;
        rows.push(((*what).to_owned(), format!("{direct}, {through} ({difference:+})")));
    }
    listed("instructions a decision, Rust and C", &rows);
    Ok(())
}

/// What loading a package adds to starting an interpreter.
fn starting(packages: &Packages) -> Result<(), Box<dyn Error>> {
    let python = |code: &str| {
        let mut command = Command::new(&packages.python);
        command.args(["-c", code]);
        command
    };
    let node = |code: &str| {
        let mut command = Command::new("node");
        command.current_dir(&packages.node).args(["-e", code]);
        command
    };
    let mut programs = [
        ("python, nothing", python("pass"), f64::INFINITY),
        ("python, `import cocket`", python("import cocket"), f64::INFINITY),
        ("node, nothing", node(""), f64::INFINITY),
        ("node, `require('cocket')`", node("require('cocket')"), f64::INFINITY),
    ];
    for _ in 0..2 * ROUNDS {
        for (_, command, least) in &mut programs {
            let start = Instant::now();
            if !command.stdout(Stdio::null()).status()?.success() {
                return Err(format!("{command:?} failed").into());
            }
            *least = least.min(start.elapsed().as_nanos() as f64);
        }
    }
    let rows = programs.iter().map(|(what, _, least)| ((*what).to_owned(), time(*least)));
    listed("starting, by the clock", &rows.collect::<Vec<_>>());
    Ok(())
}
