//! Renderings of decisions, one file a format.

mod table;

pub use table::table;
