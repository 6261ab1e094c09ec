//! Work off the event loop.

use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, Task};

use crate::fault::{Faults, guarded};

type Job<T> = Box<dyn FnOnce() -> Result<T, Faults> + Send>;

/// A piece of work for one of Node's worker threads; JavaScript gets a promise of what it gives.
pub struct Work<T>(Option<Job<T>>);

impl<T: ToNapiValue + TypeName + Send + 'static> Work<T> {
    pub(crate) fn start(
        job: impl FnOnce() -> Result<T, Faults> + Send + 'static,
    ) -> AsyncTask<Self> {
        AsyncTask::new(Self(Some(Box::new(job))))
    }
}

impl<T: ToNapiValue + TypeName + Send + 'static> Task for Work<T> {
    type Output = T;
    type JsValue = T;

    // `catch_unwind` of the macro does not reach here, and Node aborts where this unwinds.
    fn compute(&mut self) -> napi::Result<T> {
        let job = self.0.take().ok_or_else(|| napi::Error::from_reason("it ran before"))?;
        Ok(guarded(job)?)
    }

    fn resolve(&mut self, _: Env, output: T) -> napi::Result<T> {
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_off_the_event_loop_is_an_error() {
        let mut work: Work<bool> = Work(Some(Box::new(|| panic!("a bug"))));
        let error = work.compute().unwrap_err();
        assert!(error.reason.contains(r#""kind":"internal""#), "{error}");
    }
}
