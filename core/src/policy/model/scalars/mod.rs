//! Texts with a grammar of their own: each type holds only what its grammar admits, and is
//! written back in one spelling.

mod amount;
mod decimal;
mod name;
mod port;
mod regex_text;
mod scalar;
mod time_text;

pub use amount::{ByteSize, Duration};
pub use decimal::{Fraction, Score};
pub use name::{Name, NameGlob};
pub use port::PortRange;
pub use regex_text::RegexText;
pub use scalar::Scalar;
#[cfg(feature = "schema")]
pub(super) use time_text::TimeText;
pub(super) use time_text::{required_time, time};

use serde::{Deserialize, Serialize};

/// How bad a rule's failure is, for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RuleSeverity {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}
