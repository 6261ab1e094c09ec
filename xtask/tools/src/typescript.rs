//! The reason codes as types of TypeScript.

use cocket::reasons::{Code, ReasonKind};

/// A declaration file with one union of the codes of each kind.
pub(crate) fn codes() -> String {
    let mut text =
        String::from("// Generated from the catalogue in core/src/reasons.rs; do not edit.\n");
    for (kind, name, what) in [
        (ReasonKind::Pass, "PassCode", "Codes of what satisfies a rule."),
        (ReasonKind::Fail, "FailCode", "Codes of what does not satisfy a rule."),
    ] {
        text.push_str(&format!("\n/** {what} */\nexport type {name} =\n"));
        let codes = Code::ALL.iter().filter(|code| code.kind() == kind);
        let lines: Vec<String> = codes.map(|code| format!("  | '{code}'")).collect();
        text.push_str(&format!("{};\n", lines.join("\n")));
    }
    text
}
