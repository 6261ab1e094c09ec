//! Lists and mappings that are written and empty. An empty `allow` admits nothing, an empty
//! `images` in an exception would mean every image: what was meant cannot be told, so both are
//! refused. The typed model holds absent and empty lists alike, so this looks at the text.

use super::Report;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::load::{Emptiness, Node};

/// Keys whose empty value says exactly what their absence says.
const HARMLESS: [&str; 9] = [
    "annotations",
    "authorities",
    "controls",
    "deny",
    "ignore",
    "mirrors",
    "modes",
    "required",
    "spec",
];

pub(super) fn check(root: &Node<'_>, report: &mut Report<'_>) {
    root.each_empty(&mut |path, key, what| {
        if HARMLESS.contains(&key) {
            return;
        }
        let (detail, help) = match what {
            Emptiness::List => ("the list is empty", "leave the key out, or name at least one"),
            Emptiness::Map => ("the mapping is empty", "leave the key out, or fill it"),
        };
        report.add_help(Kind::Contradiction, path, detail, Some(help.to_owned()));
    });
}
