//! Verifiers and judges written in JavaScript are asked in rounds.
//!
//! JavaScript runs on its own thread only, and a verifier may take long. So no worker thread waits
//! for one: Node has four of them, and four that wait for verifiers which read files would wait for
//! ever. The work is done in rounds instead. In a round, what stands for a verifier or a judge gives
//! the answers that are there and notes what it has none for; JavaScript answers that, and the next
//! round begins. The round that asks nothing new is the one that decides.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use cocket::verify::Signer;

use crate::verifier::Signed;

/// What JavaScript is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    /// A verifier, about signed material.
    Verifier(Box<Signed>),
    /// A judge, by its position among those of the policies, about a case in JSON.
    Judge { judge: u32, object_case: String },
}

/// What JavaScript said.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    /// Nothing, or something that is no answer.
    Nothing,
    /// Why it cannot say.
    Refused(String),
    /// No signature of the authority is on it.
    NotSigned,
    /// It is signed.
    Signed(Signer),
    /// A judge's answer in JSON.
    Judged(Vec<u8>),
}

pub(crate) type Answers = BTreeMap<Arc<Asked>, Said>;

/// One round: the answers that are there, and what was asked without one.
#[derive(Debug, Default)]
struct Round {
    answers: Answers,
    open: Vec<Arc<Asked>>,
}

thread_local! {
    /// The round that runs on this thread. A verifier is shared by all evaluations of its engine
    /// and is called on the thread of the one that asks.
    static ROUND: RefCell<Option<Round>> = const { RefCell::new(None) };
}

/// Runs `work` with `answers`; gives what it came to, the answers, and what was asked besides.
pub(crate) fn round<T>(
    answers: Answers,
    work: impl FnOnce() -> T,
) -> (T, Answers, Vec<Arc<Asked>>) {
    /// Leaves no round behind where `work` panics.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            ROUND.take();
        }
    }
    let _end = End;
    ROUND.set(Some(Round { answers, open: Vec::new() }));
    let done = work();
    let Round { answers, open } = ROUND.take().unwrap_or_default();
    (done, answers, open)
}

/// What was said to a question before; one that is new is noted.
pub(crate) fn said(asked: Asked) -> Option<Said> {
    ROUND.with_borrow_mut(|round| {
        let round = round.as_mut()?;
        let said = round.answers.get(&asked).cloned();
        if said.is_none() {
            // Not twice: and if it is never answered, that is so by its own word.
            let asked = Arc::new(asked);
            round.answers.insert(Arc::clone(&asked), Said::Nothing);
            round.open.push(asked);
        }
        said
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_leaves_no_round_behind() {
        let panicked = std::panic::catch_unwind(|| round(Answers::new(), || panic!("a bug")));
        assert!(panicked.is_err());
        assert!(ROUND.with_borrow(Option::is_none));
    }
}
