use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::policy::shown::{clipped, shown};

/// Most bytes of an expression.
const REGEX_BYTES: usize = 4096;
/// Most bytes of its compiled form; bounds repetitions of repetitions.
const COMPILED_BYTES: usize = 1 << 20;
/// Most nested groups.
const NESTING: u32 = 50;

/// A regular expression in the syntax of the crate `regex` (no look-around, no
/// back-references) that must match a whole text. At most 4,096 bytes.
///
/// ```
/// use cocket::policy::model::RegexText;
/// let regex = RegexText::try_from("v[0-9]+|latest".to_owned())?.compile()?;
/// assert!(regex.is_match("v12") && !regex.is_match("v12-latest"));
/// assert!(RegexText::try_from("x)|(?:.*".to_owned()).is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct RegexText {
    text: String,
    /// Compiled once, anchored; a clone shares it.
    regex: Regex,
}

impl RegexText {
    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The expression that matches whole texts.
    ///
    /// # Errors
    /// None today, because the expression was compiled on entry; callers need not rely on that.
    pub fn compile(&self) -> Result<Regex, String> {
        Ok(self.regex.clone())
    }
}

impl TryFrom<String> for RegexText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an expression is expected, and the text is empty".to_owned());
        }
        if text.len() > REGEX_BYTES {
            return Err(format!(
                "the expression {} is longer than {REGEX_BYTES} bytes",
                shown(&text)
            ));
        }
        // Alone first: `x)|(?:.*` is no expression, though it would be one inside a group.
        let fault = |error| fault(&text, &error);
        build(&text).map_err(fault)?;
        let regex = build(&format!(r"\A(?:{text})\z")).map_err(fault)?;
        Ok(Self { text, regex })
    }
}

fn build(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .size_limit(COMPILED_BYTES)
        .dfa_size_limit(COMPILED_BYTES)
        .nest_limit(NESTING)
        .build()
}

fn fault(text: &str, error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => format!(
            "the expression {} takes more than {COMPILED_BYTES} bytes when compiled",
            shown(text)
        ),
        // The last line of the parser's picture is its sentence.
        other => {
            let picture = other.to_string();
            let cause = picture.lines().next_back().unwrap_or_default();
            let cause = cause.trim().trim_start_matches("error: ");
            format!("{} is not a regular expression: {}", shown(text), clipped(cause, 200))
        }
    }
}

impl From<RegexText> for String {
    fn from(value: RegexText) -> Self {
        value.text
    }
}

impl fmt::Display for RegexText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for RegexText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RegexText {}

impl PartialOrd for RegexText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RegexText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for RegexText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::RegexText;

    fn read(text: &str) -> Result<RegexText, String> {
        RegexText::try_from(text.to_owned())
    }

    #[test]
    fn whole_texts_match() {
        let regex = read("a|ab").unwrap().compile().unwrap();
        assert!(regex.is_match("a") && regex.is_match("ab"));
        assert!(!regex.is_match("abc") && !regex.is_match("xa") && !regex.is_match("a\n"));
    }

    #[test]
    fn nothing_escapes_the_anchors() {
        for bad in ["", "x)|(?:.*", "(", "a{2}{3}{", r"\", "(?x)a # comment", "(?=a)", r"(a)\1"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert!(!read("(?m)^a$").unwrap().compile().unwrap().is_match("a\nb"));
    }

    #[test]
    fn sizes_are_bounded() {
        assert!(read(&"a".repeat(4097)).unwrap_err().contains("4096 bytes"));
        assert!(read("((a{99}){99}){99}").unwrap_err().contains("compiled"));
        assert!(read(&format!("{}a{}", "(".repeat(99), ")".repeat(99))).is_err());
    }
}
