//! What objects weigh. The garbage collector sees a few bytes of each, whatever it holds here, and
//! would let thousands of them pile up; so it is told.

use napi::Env;

/// How many bytes the collector was told of for one object.
#[derive(Debug, Default)]
pub(crate) struct Told(i64);

impl Told {
    /// Tells of `bytes` more.
    pub(crate) fn more(&mut self, env: &Env, bytes: usize) -> napi::Result<()> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        env.adjust_external_memory(bytes)?;
        self.0 = self.0.saturating_add(bytes);
        Ok(())
    }

    /// Takes all of it back.
    pub(crate) fn end(&self, env: &Env) -> napi::Result<()> {
        env.adjust_external_memory(self.0.saturating_neg()).map(drop)
    }

    pub(crate) fn bytes(&self) -> usize {
        usize::try_from(self.0).unwrap_or_default()
    }
}
