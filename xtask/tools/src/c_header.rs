//! `ffi/include/cocket.h`, made from the sources of the C interface.

use std::path::Path;

use cbindgen::{Builder, Config, EnumConfig, ExportConfig, Language, RenameRule, Style};

/// The sources, in the order in which the header tells of them.
const SOURCES: [&str; 22] = [
    "version",
    "text",
    "guard",
    "error",
    "buffer",
    "answer",
    "time",
    "results",
    "policies",
    "verifier",
    "judge",
    "request",
    "evidence",
    "history",
    "source",
    "engine",
    "decision",
    "details",
    "objects",
    "review",
    "admission",
    "examination",
];

/// The types by their names in Rust; `PolicyText` is `cocket_policy_text` in C.
const TYPES: [&str; 65] = [
    "Admission",
    "AdmissionOptions",
    "Buffer",
    "Bytes",
    "CacheStatistics",
    "Check",
    "Counts",
    "Decision",
    "Digest",
    "Effect",
    "Engine",
    "EngineOptions",
    "Error",
    "Evidence",
    "EvidenceRecord",
    "Examination",
    "ExaminationHeads",
    "ExaminedDocument",
    "ExceptionUse",
    "Explanation",
    "Fault",
    "Finding",
    "FindingList",
    "History",
    "ImageRequest",
    "ImportOptions",
    "Judge",
    "Judged",
    "JudgeFunction",
    "Judgement",
    "JudgedPlatform",
    "LayoutImage",
    "Listed",
    "Missing",
    "Mode",
    "Objects",
    "ObjectsRequest",
    "Origin",
    "Outcome",
    "Pair",
    "PassedOver",
    "Policies",
    "PolicyText",
    "PolicyUse",
    "Question",
    "Reason",
    "ReleaseFunction",
    "Review",
    "RuleResult",
    "Signature",
    "Signed",
    "SignedCall",
    "SignedMaterial",
    "Source",
    "Status",
    "Summary",
    "Text",
    "Time",
    "Unjudged",
    "Verdict",
    "Verification",
    "Verifier",
    "VerifyFunction",
    "Workload",
    "WorkloadImage",
];

const HEAD: &str = "\
/* cocket: decides whether a container image may run, and says why.
 *
 * Every function but the plainest readers gives a `cocket_status`. Where it is not
 * `COCKET_STATUS_OK`, and `error` is not NULL, `*error` is an object that says why; results are
 * NULL or untouched then. Where it is, `*error` is NULL. Whoever is given a handle owns it and
 * frees it with the function named after its type, which takes the address of the variable and
 * sets it to NULL. NULL where something must be, lengths that cannot be, texts that are not
 * UTF-8 and handles that were freed are statuses, not crashes, as far as they can be told: a copy
 * of a pointer that was freed through another variable cannot always be.
 *
 * What is said below about threads holds for handles that are alive: freeing comes last.
 *
 * Written by `cargo xtask gen` from the sources in ffi/src. */";

/// The header's text.
pub(crate) fn text() -> Result<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ffi/src");
    let sources = SOURCES.iter().map(|name| folder.join(format!("{name}.rs")));
    let builder = sources.fold(Builder::new().with_config(config()), Builder::with_src);
    let header = builder.generate().map_err(|error| format!("cocket.h: {error}"))?;
    let mut text = Vec::new();
    header.write(&mut text);
    let text = String::from_utf8(text).map_err(|error| format!("cocket.h: {error}"))?;
    if let Some(name) = unprefixed(&text) {
        return Err(format!("cocket.h: `{name}` is not in the list of types"));
    }
    // Rust's heading for what a caller promises means little to others.
    Ok(text.replace(" * # Safety", " * What the caller sees to:"))
}

/// A type whose name could be another library's.
fn unprefixed(header: &str) -> Option<&str> {
    let words: Vec<&str> = header.split_whitespace().collect();
    let named = words.windows(2).filter(|pair| matches!(pair, ["struct" | "enum", _]));
    let mut names = named.filter_map(|pair| pair.last().copied());
    names.find(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
}

fn config() -> Config {
    // What only the caller or a comment names is not found by looking at the functions.
    let include = ["Missing", "Signed", "Judged", "FindingList"].map(str::to_owned).to_vec();
    Config {
        language: Language::C,
        cpp_compat: true,
        header: Some(HEAD.to_owned()),
        include_guard: Some("COCKET_H".to_owned()),
        usize_is_size_t: true,
        style: Style::Both,
        line_length: 100,
        export: ExportConfig {
            include,
            rename: TYPES.iter().map(|name| ((*name).to_owned(), c_name(name))).collect(),
            ..ExportConfig::default()
        },
        enumeration: EnumConfig {
            rename_variants: RenameRule::QualifiedScreamingSnakeCase,
            ..EnumConfig::default()
        },
        ..Config::default()
    }
}

fn c_name(name: &str) -> String {
    let mut made = "cocket".to_owned();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            made.push('_');
        }
        made.push(letter.to_ascii_lowercase());
    }
    made
}
