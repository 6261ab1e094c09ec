//! Decisions on Kubernetes objects.

use cocket::wire;
use napi::Env;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::decision::Decision;

/// The decisions on everything that objects would run, and on the objects themselves.
#[napi]
pub struct Review {
    decisions: Vec<Decision>,
    answer: Vec<u8>,
}

impl Review {
    pub(crate) fn of(reviewed: wire::Review) -> Self {
        let wire::Review { decisions, answer, .. } = reviewed;
        let decisions = decisions.into_iter().map(Decision::placed);
        Self { decisions: decisions.collect(), answer }
    }
}

#[napi]
impl Review {
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
