//! Answers to admission reviews.

use cocket::wire::Admitted;
use napi::Env;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::decision::Decision;

/// What came of an admission review.
#[napi]
pub struct Admission {
    decisions: Vec<Decision>,
    response: Vec<u8>,
    answer: Vec<u8>,
}

impl Admission {
    pub(crate) fn of(admitted: Admitted) -> Self {
        let Admitted { response, decisions, answer, .. } = admitted;
        let decisions = decisions.into_iter().map(|one| Decision::new(one.decision));
        Self { decisions: decisions.collect(), response, answer }
    }
}

#[napi]
impl Admission {
    /// The review to send back.
    #[napi]
    pub fn response(&self) -> Buffer {
        self.response.clone().into()
    }

    /// The answer of the wire.
    #[napi]
    pub fn answer(&self) -> Buffer {
        self.answer.clone().into()
    }

    /// The decisions, once.
    #[napi]
    pub fn decisions(&mut self, env: &Env) -> napi::Result<Vec<Decision>> {
        std::mem::take(&mut self.decisions).into_iter().map(|one| one.told(env)).collect()
    }
}
