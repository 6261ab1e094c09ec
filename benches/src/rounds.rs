//! Measuring in turns. What is compared has to meet the same moments of a machine that has other
//! work, too: every round gives each case a few milliseconds, and of all rounds the least counts.

use rustix::time::{ClockId, clock_gettime};

/// Rounds, unless a case is so slow that they would take minutes.
pub(crate) const ROUNDS: usize = 12;

/// What a case runs for in one round, in nanoseconds of processor time.
const SLICE: f64 = 4e6;

/// Something that is measured.
pub(crate) struct Case<'a> {
    name: String,
    calls: usize,
    work: Box<dyn FnMut() + 'a>,
}

impl<'a> Case<'a> {
    /// `work` makes so many calls each time it is run.
    pub(crate) fn new(name: &str, calls: usize, work: impl FnMut() + 'a) -> Self {
        Self { name: name.to_owned(), calls, work: Box::new(work) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self, times: usize) -> f64 {
        let start = now();
        (0..times).for_each(|_| (self.work)());
        (now() - start) / (times * self.calls) as f64
    }
}

/// Nanoseconds of processor time that this thread has used.
pub(crate) fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Nanoseconds a call for each case, the least of all rounds.
pub(crate) fn minima(cases: &mut [Case<'_>], rounds: usize) -> Vec<f64> {
    let times: Vec<usize> = cases
        .iter_mut()
        .map(|case| {
            case.run(1);
            let whole = case.run(1) * case.calls as f64;
            ((SLICE / whole) as usize).max(1)
        })
        .collect();
    let mut least = vec![f64::INFINITY; cases.len()];
    for _ in 0..rounds {
        for ((case, times), least) in cases.iter_mut().zip(&times).zip(&mut least) {
            *least = least.min(case.run(*times));
        }
    }
    least
}
