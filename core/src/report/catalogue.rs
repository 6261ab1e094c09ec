use std::fmt::Write as _;

use crate::reasons::{Code, ReasonKind};

/// The page of all reasons, in Markdown: code, whether it passes or fails a rule, what it says,
/// and what to do.
#[must_use]
pub fn reasons_markdown() -> String {
    let mut out = String::from(
        "<!-- Generated from the catalogue in core/src/reasons.rs; do not edit. -->\n\
         # Reasons\n\n\
         Every outcome of a rule carries one or more of these codes. They are stable: a code is \
         never renamed and never used for something else. `cocket explain CODE` shows one on the \
         command line.\n",
    );
    let mut family = "";
    for code in Code::ALL {
        let own = code.code().split_once('.').map_or("", |(family, _)| family);
        if own != family {
            family = own;
            let _ = write!(
                out,
                "\n## {family}\n\n| code | rule | meaning | what to do |\n|---|---|---|---|\n"
            );
        }
        let kind = match code.kind() {
            ReasonKind::Pass => "passes",
            ReasonKind::Fail => "fails",
        };
        let (title, remedy) = (cell(code.title()), cell(code.remedy()));
        let _ = writeln!(out, "| `{code}` | {kind} | {title} | {remedy} |");
    }
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
