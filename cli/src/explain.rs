//! `cocket explain`.

use cocket::reasons::{Code, ReasonKind};

use crate::arguments::Explain;
use crate::failure::Failure;
use crate::{output, recorded};

pub(crate) fn run(arguments: &Explain) -> Result<u8, Failure> {
    let text = match (&arguments.decisions, &arguments.code) {
        (Some(file), _) => recorded::explained(file)?,
        (None, Some(name)) => explained(Code::from_code(name).ok_or_else(|| unknown(name))?),
        (None, None) => {
            Code::ALL.iter().map(|code| explained(*code)).collect::<Vec<_>>().join("\n")
        }
    };
    output::to_stdout(text.as_bytes()).map(|()| 0)
}

fn explained(code: Code) -> String {
    let kind = match code.kind() {
        ReasonKind::Pass => "passes",
        ReasonKind::Fail => "fails",
    };
    let mut text = format!("{code}\n  the rule {kind}: {}\n", code.title());
    if !code.remedy().is_empty() {
        text.push_str(&format!("  what to do: {}\n", code.remedy()));
    }
    text
}

fn unknown(name: &str) -> Failure {
    let nearest = Code::ALL
        .iter()
        .map(|code| {
            (strsim::damerau_levenshtein(&name.to_lowercase(), &code.code().to_lowercase()), code)
        })
        .min_by_key(|(distance, _)| *distance)
        // Further away it is another word, not a slip.
        .filter(|(distance, code)| distance.saturating_mul(3) <= code.code().len());
    let hint = match nearest {
        Some((_, code)) => format!("did you mean `{code}`?"),
        None => "`cocket explain --all` shows all codes".to_owned(),
    };
    Failure::Usage(format!("`{name}` is not a reason code; {hint}"))
}
