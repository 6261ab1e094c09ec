//! Tables in Markdown, as `docs/performance.md` has them.

use crate::rounds::{Case, minima};

/// Measures the cases in turns and prints them beside the first one.
pub(crate) fn compared(title: &str, mut cases: Vec<Case<'_>>, rounds: usize) -> Vec<f64> {
    let least = minima(&mut cases, rounds);
    println!("\n| {title} | time | ratio |\n|---|--:|--:|");
    let first = least.first().copied().unwrap_or(f64::NAN);
    for (case, nanoseconds) in cases.iter().zip(&least) {
        let ratio = nanoseconds / first;
        println!("| {} | {} | {ratio:.2} |", case.name(), time(*nanoseconds));
    }
    least
}

/// A heading and a list of rows.
pub(crate) fn listed(title: &str, rows: &[(String, String)]) {
    println!("\n| {title} | |\n|---|--:|");
    rows.iter().for_each(|(name, value)| println!("| {name} | {value} |"));
}

/// Nanoseconds in the unit that a person would say.
pub(crate) fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e5 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e6 => format!("{:.0} µs", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}
