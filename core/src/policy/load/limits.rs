//! How much the loader takes. Reaching a bound is a [`PolicyErrorKind::Limit`] fault; nothing
//! is cut short silently.
//!
//! [`PolicyErrorKind::Limit`]: crate::policy::PolicyErrorKind::Limit

/// Most sources in one load.
pub const MAX_SOURCES: usize = 10_000;
/// Most bytes of one source: 64 MiB.
pub const MAX_SOURCE_BYTES: usize = 64 << 20;
/// Most bytes of all sources together: 128 MiB.
pub const MAX_TOTAL_BYTES: usize = 128 << 20;
/// Most documents in all sources together.
pub const MAX_DOCUMENTS: usize = 10_000;
/// Most mappings and lists inside each other.
pub const MAX_DEPTH: usize = 32;
/// Most values of all sources together, aliases counted as what they stand for.
pub const MAX_NODES: usize = 4_000_000;
/// Most aliases (`*name`) in one source.
pub const MAX_ALIASES: usize = 1_000;
/// Most bytes of one text.
pub const MAX_TEXT_BYTES: usize = 64 << 10;
/// Most rules of all policies together.
pub const MAX_RULES: usize = 10_000;
/// Most catalog entries of all catalogs together.
pub const MAX_CATALOG_ENTRIES: usize = 100_000;
/// Most faults that one load reports.
pub const MAX_FAULTS: usize = 50;

/// Every bound with its name and meaning, for the reference page.
pub const ALL: [(&str, usize, &str); 11] = [
    ("sources", MAX_SOURCES, "files or texts in one load"),
    ("bytes per source", MAX_SOURCE_BYTES, "size of one file"),
    ("bytes in all", MAX_TOTAL_BYTES, "size of all files together"),
    ("documents", MAX_DOCUMENTS, "documents in all files together"),
    ("depth", MAX_DEPTH, "mappings and lists inside each other"),
    ("values", MAX_NODES, "values in all files together, aliases counted as what they stand for"),
    ("aliases", MAX_ALIASES, "`*name` in one file"),
    ("text", MAX_TEXT_BYTES, "bytes of one text"),
    ("rules", MAX_RULES, "rules of all policies together"),
    ("catalog entries", MAX_CATALOG_ENTRIES, "entries of all catalogs together"),
    ("faults", MAX_FAULTS, "faults reported by one load"),
];
