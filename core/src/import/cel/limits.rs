//! What bounds the work that a stranger's expression or object can ask for.

/// Bytes of one expression.
pub const MAX_SOURCE: usize = 64 * 1024;
/// Parentheses, brackets, braces, signs and conditionals inside one another.
pub(super) const MAX_NESTING: usize = 40;
/// Levels of the tree, chains of members and operators among them.
pub(super) const MAX_DEPTH: usize = 160;
/// Variables of one policy: each may nest values by the depth of its tree.
pub const MAX_VARIABLES: usize = 100;
/// Steps of one evaluation: one for each node that is evaluated, more for long texts and lists.
pub const MAX_STEPS: u64 = 1_000_000;
/// Levels of a value that is compared, shown or kept in a variable.
pub(super) const MAX_VALUE_DEPTH: usize = 300;
/// Bytes of one regular expression, compiled.
pub(super) const MAX_REGEX: usize = 1 << 18;
