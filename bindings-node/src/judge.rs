//! Judges of Kubernetes objects written in JavaScript.

use std::sync::Arc;

use cocket::policy::ObjectJudge;
use cocket::wire::{self, JudgeHost};

use crate::fault::Faults;
use crate::round::{Asked, Said, said};

/// Stands for a judge in JavaScript, by its position among those of the policies.
#[derive(Debug)]
struct HostJudge(u32);

impl JudgeHost for HostJudge {
    fn judge(&self, case: &str) -> Result<Vec<u8>, String> {
        match said(Asked::Judge { judge: self.0, object_case: case.to_owned() }) {
            Some(Said::Judged(answer)) => Ok(answer),
            Some(Said::Refused(detail)) => Err(detail),
            // Why it has none is told where it happened: a decision is the same in every language.
            _ => Err("it gave no answer".to_owned()),
        }
    }
}

/// Judges by their declarations in JSON.
pub(crate) fn judges(declarations: &[String]) -> Result<Vec<Arc<dyn ObjectJudge>>, Faults> {
    let judge = |(position, declaration): (u32, &String)| {
        Ok(wire::judge(declaration.as_bytes(), Arc::new(HostJudge(position)))?)
    };
    (0..).zip(declarations).map(judge).collect()
}
