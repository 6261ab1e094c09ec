//! `cocket schema`.

use crate::failure::Failure;
use crate::output;

pub(crate) fn run() -> Result<u8, Failure> {
    let schema = serde_json::to_string_pretty(&cocket::policy::schema())
        .map_err(|error| Failure::Unreadable(format!("the schema cannot be written: {error}")))?;
    output::to_stdout(format!("{schema}\n").as_bytes()).map(|()| 0)
}
