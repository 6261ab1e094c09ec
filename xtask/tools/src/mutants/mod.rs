//! `mutants`: accepted bundles, changed in one place at a time. None of the changes may be
//! accepted, unless the place is one that nobody signs; other verifiers are asked about the same.

#![expect(clippy::arithmetic_side_effects, reason = "small counts, and lengths that were checked")]

mod layers;
mod parents;
mod peers;
mod reasons;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;

use cocket_testkit::mutants;

use self::parents::Parent;
use self::peers::{Answer, Peer};

/// What came of all mutants.
#[derive(Default)]
struct Counts {
    parents: usize,
    mutants: usize,
    accepted: usize,
    unexplained: usize,
    /// By peer.
    peers: BTreeMap<String, PeerCounts>,
    /// One a mutant: where it was changed, and what we say to it.
    answers: Vec<String>,
}

#[derive(Default)]
struct PeerCounts {
    parents: usize,
    mutants: usize,
    both: usize,
    only_we: usize,
    only_they: usize,
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    match Arguments::parse(arguments).and_then(|arguments| all(&arguments)) {
        Ok(counts) => print(&counts),
        Err(fault) => {
            eprintln!("mutants: {fault}");
            ExitCode::from(2)
        }
    }
}

struct Arguments {
    /// Each so many mutants one is taken.
    every: usize,
    verbose: bool,
    peers: Vec<(String, Command)>,
    /// Where our answers are written.
    answers: Option<PathBuf>,
    /// Answers that ours have to be the same as.
    same: Option<PathBuf>,
}

impl Arguments {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut parsed =
            Self { every: 1, verbose: false, peers: Vec::new(), answers: None, same: None };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "-v" {
                parsed.verbose = true;
                continue;
            }
            let value = rest.next().ok_or_else(|| format!("`{argument}` needs a value"))?;
            match argument.as_str() {
                "--every" => {
                    parsed.every = value
                        .parse()
                        .ok()
                        .filter(|every| *every > 0)
                        .ok_or("`--every` needs a number")?;
                }
                "--answers" => parsed.answers = Some(PathBuf::from(value)),
                "--same" => parsed.same = Some(PathBuf::from(value)),
                // A name, and a program with its arguments, one a line.
                "--peer" => {
                    let mut lines = value.lines();
                    let (Some(name), Some(program)) = (lines.next(), lines.next()) else {
                        return Err("`--peer` needs a name and a program".to_owned());
                    };
                    let mut command = Command::new(program);
                    command.args(lines);
                    parsed.peers.push((name.to_owned(), command));
                }
                other => {
                    return Err(format!(
                        "`{other}` is not an option: `--every N`, `--peer P`, `--answers FILE`, \
                         `--same FILE`, `-v`"
                    ));
                }
            }
        }
        Ok(parsed)
    }
}

fn all(arguments: &Arguments) -> Result<Counts, String> {
    let mut all = parents::own()?;
    let root = std::env::var_os("COCKET_CORPUS").filter(|path| !path.is_empty()).map(PathBuf::from);
    match root.as_deref().filter(|root| root.is_dir()) {
        Some(root) => {
            all.extend(corpus(root)?);
        }
        None => println!("left out: `COCKET_CORPUS` names no directory"),
    }
    // Two parents at a time, each with peers of its own.
    let (even, odd): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(position, _)| position % 2 == 0);
    let counts = thread::scope(|scope| {
        let halves = [even, odd].map(|half| scope.spawn(move || some(&half, arguments)));
        halves.map(|half| half.join().unwrap_or_else(|_| Err("a panic".to_owned())))
    });
    let mut sum = Counts::default();
    for counts in counts {
        sum.add(counts?);
    }
    sum.answers.sort();
    kept(&mut sum, arguments)?;
    Ok(sum)
}

/// Writes our answers, or compares them with those that another build wrote.
fn kept(counts: &mut Counts, arguments: &Arguments) -> Result<(), String> {
    let fault = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(path) = &arguments.answers {
        fs::write(path, counts.answers.join("\n")).map_err(|error| fault(path, error))?;
    }
    let Some(path) = &arguments.same else { return Ok(()) };
    let others = fs::read_to_string(path).map_err(|error| fault(path, error))?;
    let others: BTreeSet<&str> = others.lines().collect();
    let own: BTreeSet<&str> = counts.answers.iter().map(String::as_str).collect();
    for (whose, answer) in own
        .difference(&others)
        .map(|answer| ("here", answer))
        .chain(others.difference(&own).map(|answer| ("there", answer)))
    {
        counts.unexplained += 1;
        println!("ONLY {whose}: {answer}");
    }
    Ok(())
}

fn corpus(root: &Path) -> Result<Vec<Parent>, String> {
    let mut found = Vec::new();
    if root.join("evidence/INDEX.json").is_file() {
        found.extend(parents::evidence(root)?);
    }
    if root.join("signed/MANIFEST.json").is_file() {
        found.extend(parents::signed(root)?);
        found.extend(parents::images(root)?);
    }
    Ok(found)
}

fn some(parents: &[(usize, Parent)], arguments: &Arguments) -> Result<Counts, String> {
    let mut peers = vec![("sigstore-verify".to_owned(), Peer::Rust(None))];
    for (name, command) in &arguments.peers {
        let mut again = Command::new(command.get_program());
        again.args(command.get_args());
        peers.push((name.clone(), Peer::start(&mut again)?));
    }
    let mut counts = Counts::default();
    for (position, parent) in parents {
        one(*position, parent, &mut peers, arguments, &mut counts)?;
    }
    Ok(counts)
}

/// All mutants of one parent.
fn one(
    position: usize,
    parent: &Parent,
    peers: &mut [(String, Peer)],
    arguments: &Arguments,
    counts: &mut Counts,
) -> Result<(), String> {
    let verifier = parent.verifier().map_err(|fault| format!("{}: {fault}", parent.name))?;
    let whole = parent.judge(&*verifier, &parent.bundle);
    let whole = whole.map_err(|why| format!("{}: the parent is refused: {why}", parent.name))?;
    counts.parents += 1;
    let mut taking = Vec::new();
    for (name, peer) in peers {
        match peer.takes(parent)? {
            Ok(()) => {
                counts.peers.entry(name.clone()).or_default().parents += 1;
                taking.push((name.as_str(), peer));
            }
            Err(why) if arguments.verbose => println!("{}: not for {name}: {why}", parent.name),
            Err(_) => {}
        }
    }
    // Each parent begins elsewhere, so that a sample takes every kind of place.
    let sample = mutants(&parent.bundle).into_iter().skip(position % arguments.every);
    for (place, mutant) in sample.step_by(arguments.every) {
        let own = parent.judge(&*verifier, &mutant);
        counts.mutants += 1;
        if let Ok(found) = &own {
            counts.accepted += 1;
            // Whoever may change it must not change who signed what.
            let reason = reasons::unauthenticated(&place, parent);
            if *found != whole || reason.is_none() {
                counts.unexplained += 1;
                println!("ACCEPTED {}: {place}", parent.name);
            }
        }
        counts.answers.push(match &own {
            Ok(found) => format!("{} {place}: taken from {}", parent.name, found.signer),
            Err(why) => format!("{} {place}: {}", parent.name, why.replace('\n', " ")),
        });
        let own = own.map(|_| ());
        let Some(told) = parent.for_peers(&mutant) else { continue };
        let json = told.to_string();
        for (name, peer) in &mut taking {
            let theirs = peer.judges(&json)?;
            compare(name, parent, &place, &own, &theirs, arguments.verbose, counts);
        }
    }
    Ok(())
}

fn compare(
    name: &str,
    parent: &Parent,
    place: &str,
    own: &Answer,
    theirs: &Answer,
    verbose: bool,
    counts: &mut Counts,
) {
    let peer = counts.peers.entry(name.to_owned()).or_default();
    peer.mutants += 1;
    match (own, theirs) {
        (Ok(()), Ok(())) => peer.both += 1,
        (Ok(()), Err(why)) => {
            peer.only_we += 1;
            match reasons::stricter(name, place, parent) {
                Some(reason) if verbose => {
                    println!("refused by {name} alone: {}: {place}: {why} ({reason})", parent.name);
                }
                Some(_) => {}
                None => {
                    counts.unexplained += 1;
                    println!("REFUSED by {name} alone: {}: {place}: {why}", parent.name);
                }
            }
        }
        (Err(why), Ok(())) => {
            peer.only_they += 1;
            if verbose {
                println!("refused by us alone, not by {name}: {}: {place}: {why}", parent.name);
            }
        }
        (Err(_), Err(_)) => {}
    }
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.parents += other.parents;
        self.mutants += other.mutants;
        self.accepted += other.accepted;
        self.unexplained += other.unexplained;
        self.answers.extend(other.answers);
        for (name, more) in other.peers {
            let sum = self.peers.entry(name).or_default();
            sum.parents += more.parents;
            sum.mutants += more.mutants;
            sum.both += more.both;
            sum.only_we += more.only_we;
            sum.only_they += more.only_they;
        }
    }
}

fn print(counts: &Counts) -> ExitCode {
    println!(
        "{} mutants of {} bundles: {} accepted, {} unexplained",
        counts.mutants, counts.parents, counts.accepted, counts.unexplained
    );
    println!(
        "{:<18}{:>8}{:>9}{:>10}{:>10}{:>13}",
        "peer", "bundles", "mutants", "both take", "only we", "only the peer"
    );
    for (name, peer) in &counts.peers {
        let PeerCounts { parents, mutants, both, only_we, only_they } = peer;
        println!("{name:<18}{parents:>8}{mutants:>9}{both:>10}{only_we:>10}{only_they:>13}");
    }
    match counts.unexplained == 0 && counts.mutants > 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
