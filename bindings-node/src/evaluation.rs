//! One decision off the event loop, in rounds where verifiers are written in JavaScript.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use cocket::evaluate::Engine;
use cocket::evidence;
use cocket::verify::Signer;
use cocket::wire;
use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use serde::Deserialize;

use crate::admission::Admission;
use crate::ask::{Ask, Question};
use crate::decision::Decision;
use crate::fault::{Fault, Faults, guarded};
use crate::review::Review;
use crate::round::{Answers, Asked, Said, round};
use crate::text;
use crate::verifier::Signed;
use crate::work::Work;

/// One decision that is being made.
#[napi]
pub struct Evaluation {
    state: Arc<State>,
}

struct State {
    engine: Arc<Engine>,
    evidence: Arc<evidence::Evidence>,
    question: Question,
    answers: Mutex<Answers>,
    cancelled: AtomicBool,
}

/// What a round came to: a decision, or questions.
#[napi]
pub struct Turn {
    decision: Option<Decision>,
    admission: Option<Admission>,
    review: Option<Review>,
    open: Vec<Arc<Asked>>,
    state: Arc<State>,
}

/// What a verifier is asked.
#[napi(object)]
pub struct VerifierCall {
    /// The verifier's name in the policy.
    pub verifier: String,
    /// The authority's name in the policy.
    pub authority: String,
    /// The digest that is judged.
    pub subject: String,
    /// `detached`, `envelope` or `bundle`.
    pub kind: String,
    /// The signed bytes.
    pub signed: Buffer,
    /// The signatures over them.
    pub signatures: Vec<CallSignature>,
    /// The annotations beside them, as JSON: their keys are anyone's, and one of them could be
    /// `__proto__`.
    pub annotations: String,
    /// The bundle's own bytes.
    pub bundle: Option<Buffer>,
    /// The type of the statement's predicate, for a verifier of attestations.
    pub predicate_type: Option<String>,
    /// The predicate as JSON text, for a verifier of attestations.
    pub predicate: Option<String>,
}

/// What a judge is asked.
#[napi(object)]
pub struct JudgeCall {
    /// Its position among those of the policies.
    pub judge: u32,
    /// The case, as JSON.
    pub object_case: String,
}

/// One signature.
#[napi(object)]
pub struct CallSignature {
    /// The key's id: a hint.
    pub keyid: Option<String>,
    /// The signature.
    pub signature: Buffer,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Answer {
    id: String,
    proven_at: Option<cocket::Timestamp>,
    #[serde(default)]
    checks: Vec<String>,
}

#[napi]
impl Evaluation {
    pub(crate) fn new(
        engine: Arc<Engine>,
        evidence: Arc<evidence::Evidence>,
        question: Question,
    ) -> Self {
        let (answers, cancelled) = (Mutex::default(), AtomicBool::new(false));
        Self { state: Arc::new(State { engine, evidence, question, answers, cancelled }) }
    }

    /// The moment of the decision, in UTC.
    #[napi(getter)]
    pub fn now(&self) -> String {
        self.state.question.now().to_string()
    }

    /// Runs a round, off the event loop.
    #[napi]
    pub fn run(&self) -> AsyncTask<Work<Turn>> {
        let state = Arc::clone(&self.state);
        Work::start(move || turn(&state))
    }

    /// Nobody waits for it any more.
    #[napi]
    pub fn cancel(&self) {
        self.state.cancelled.store(true, Ordering::Relaxed);
    }
}

fn turn(state: &Arc<State>) -> Result<Turn, Faults> {
    state.go_on()?;
    let answers = std::mem::take(&mut *state.answers()?);
    let (made, answers, open) = match &state.question {
        Question::Image(ask) => about_image(state, ask, answers)?,
        Question::Review { request, review, .. } => {
            let admit =
                || wire::admit_with(&state.engine, &state.evidence, request.as_bytes(), review);
            let (admitted, answers, open) = round(answers, admit);
            let admission = Admission::of(admitted.map_err(Faults::from)?);
            (Made::Admission(admission), answers, open)
        }
        Question::Objects { request, .. } => {
            let review = || wire::review_with(&state.engine, &state.evidence, request.as_bytes());
            let (reviewed, answers, open) = round(answers, review);
            let review = Review::of(reviewed.map_err(Faults::from)?);
            (Made::Review(review), answers, open)
        }
    };
    *state.answers()? = answers;
    let (mut decision, mut admission, mut review) = (None, None, None);
    // What rests on questions that nobody has answered yet is thrown away.
    match made {
        _ if !open.is_empty() => {}
        Made::Decision(made) => decision = Some(*made),
        Made::Admission(made) => admission = Some(made),
        Made::Review(made) => review = Some(made),
    }
    Ok(Turn { decision, admission, review, open, state: Arc::clone(state) })
}

enum Made {
    Decision(Box<Decision>),
    Admission(Admission),
    Review(Review),
}

type Round = (Made, Answers, Vec<Arc<Asked>>);

fn about_image(state: &State, ask: &Ask, answers: Answers) -> Result<Round, Faults> {
    let Ask { request, history, now } = ask;
    let gather = || state.engine.facts(request, &state.evidence, *now);
    let (facts, answers, open) = round(answers, gather);
    state.go_on()?;
    let decision = Decision::new(state.engine.evaluate(request, &facts, history));
    Ok((Made::Decision(Box::new(decision)), answers, open))
}

impl State {
    fn answers(&self) -> Result<std::sync::MutexGuard<'_, Answers>, Faults> {
        self.answers.lock().map_err(|_| Fault::internal().into())
    }

    fn go_on(&self) -> Result<(), Faults> {
        match self.cancelled.load(Ordering::Relaxed) {
            true => Err(Fault::aborted().into()),
            false => Ok(()),
        }
    }
}

#[napi]
impl Turn {
    /// The decision, once; `null` where there are questions first.
    #[napi]
    pub fn decision(&mut self, env: &Env) -> napi::Result<Option<Decision>> {
        self.decision.take().map(|decision| decision.told(env)).transpose()
    }

    /// What came of a review, once; `null` where there are questions first.
    #[napi]
    pub fn admission(&mut self) -> Option<Admission> {
        self.admission.take()
    }

    /// What came of objects, once; `null` where there are questions first.
    #[napi]
    pub fn review(&mut self) -> Option<Review> {
        self.review.take()
    }

    /// How many questions there are.
    #[napi(getter)]
    pub fn open(&self) -> u32 {
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }

    /// One of the questions, where it is for a verifier.
    #[napi]
    pub fn call(&self, position: u32) -> napi::Result<Option<VerifierCall>> {
        match self.asked(position).map(|asked| &**asked) {
            Some(Asked::Verifier(signed)) => Ok(Some(guarded(|| VerifierCall::new(signed))?)),
            _ => Ok(None),
        }
    }

    /// One of the questions, where it is for a judge.
    #[napi]
    pub fn judge_call(&self, position: u32) -> Option<JudgeCall> {
        match &**self.asked(position)? {
            Asked::Judge { judge, object_case } => {
                Some(JudgeCall { judge: *judge, object_case: object_case.clone() })
            }
            Asked::Verifier(_) => None,
        }
    }

    /// Answers one of the questions for a judge, in JSON.
    #[napi]
    pub fn judged(&self, position: u32, answer: &[u8]) -> napi::Result<()> {
        Ok(guarded(|| self.say(position, Said::Judged(answer.to_vec())))?)
    }

    /// Answers one of the questions: with a signer as JSON, or with `null` where no signature of
    /// the authority is on it.
    #[napi]
    pub fn answer(&self, position: u32, answer: String) -> napi::Result<()> {
        Ok(guarded(|| {
            let said = match text::read::<Option<Answer>>(&answer)? {
                None => Said::NotSigned,
                Some(Answer { id, .. }) if id.is_empty() => {
                    return Err(Fault::request("/id", "the answer names no signer").into());
                }
                Some(Answer { id, proven_at, checks }) => {
                    Said::Signed(Signer { id, proven_at, signed_after: None, checks })
                }
            };
            self.say(position, said)
        })?)
    }

    /// Answers one of the questions with why there is no answer to it.
    #[napi]
    pub fn refuse(&self, position: u32, detail: String) -> napi::Result<()> {
        Ok(guarded(|| self.say(position, Said::Refused(detail)))?)
    }

    fn say(&self, position: u32, said: Said) -> Result<(), Faults> {
        if let Some(asked) = self.asked(position) {
            self.state.answers()?.insert(Arc::clone(asked), said);
        }
        Ok(())
    }

    fn asked(&self, position: u32) -> Option<&Arc<Asked>> {
        self.open.get(usize::try_from(position).ok()?)
    }
}

impl VerifierCall {
    fn new(asked: &Signed) -> Result<Self, Faults> {
        let signature = |(keyid, bytes): &(Option<String>, Vec<u8>)| CallSignature {
            keyid: keyid.clone(),
            signature: bytes.clone().into(),
        };
        Ok(Self {
            verifier: asked.verifier.to_string(),
            authority: asked.authority.clone(),
            subject: asked.subject.to_string(),
            kind: asked.kind.to_owned(),
            signed: asked.signed.clone().into(),
            signatures: asked.signatures.iter().map(signature).collect(),
            annotations: text::write(&asked.annotations)?,
            bundle: asked.bundle.clone().map(Buffer::from),
            predicate_type: asked.stated.as_ref().map(|(kind, _)| kind.clone()),
            predicate: asked.stated.as_ref().map(|(_, predicate)| predicate.clone()),
        })
    }
}
