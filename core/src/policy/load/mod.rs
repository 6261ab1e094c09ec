//! From texts to loaded policies: text, tree of values with positions, typed documents, checks.

mod build;
mod declared;
mod decode;
mod document;
mod foreign;
mod json;
pub mod limits;
mod node;
mod plain;
mod refusal;
mod sources;
mod suggest;
mod text;
mod yaml;

pub(crate) use declared::DeclaredKind;
pub(super) use document::{API_VERSION, Typed};
pub(crate) use foreign::{ForeignDocument, Head, SuppliedFile};
pub(crate) use node::joined;
pub(super) use node::{Emptiness, Node};
pub(super) use sources::{Collection, Note, Stored, read, sorted};
pub(crate) use sources::{Recognise, well_formed};
pub(super) use suggest::help as suggestion;
pub(super) use text::PRIVATE_KEY;
