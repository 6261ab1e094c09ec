use std::fmt;

use serde::{Deserialize, Serialize};

use crate::policy::shown::shown;
use crate::reference::wildcard_matches;

/// Most bytes of a name, as in DNS (RFC 1035, section 2.3.4).
const NAME_BYTES: usize = 253;
/// Most bytes of a glob.
const GLOB_BYTES: usize = 256;

/// A name of something in a policy set: letters, digits, `.`, `_` and `-`, the first and the
/// last of them a letter or digit; at most 253.
///
/// ```
/// use cocket::policy::model::Name;
/// assert!(Name::try_from("ci-key.2026".to_owned()).is_ok());
/// assert!(Name::try_from("ci key".to_owned()).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(
        with = "String",
        extend("pattern" = "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", "maxLength" = 253)
    )
)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// A literal that is a name.
    pub(crate) fn of(literal: &'static str) -> Self {
        Self(literal.to_owned())
    }

    /// `base-number` for a `base` that is a name, or starts like one; clipped where it would be
    /// too long.
    pub(crate) fn numbered(base: &str, number: usize) -> Self {
        let base: String = base.chars().take(NAME_BYTES / 2).collect();
        Self(format!("{base}-{number}"))
    }

    fn check(text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Err("a name is expected, and the text is empty".to_owned());
        }
        if text.len() > NAME_BYTES {
            return Err(format!("{} is longer than {NAME_BYTES} characters", shown(text)));
        }
        if let Some(odd) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || "._-".contains(*c)))
        {
            return Err(format!(
                "{} is not a name: {} is none of letters, digits, `.`, `_` and `-`",
                shown(text),
                shown(odd.encode_utf8(&mut [0; 4]))
            ));
        }
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        match edge(text.chars().next()) && edge(text.chars().next_back()) {
            true => Ok(()),
            false => Err(format!(
                "{} is not a name: it must start and end with a letter or digit",
                shown(text)
            )),
        }
    }
}

/// A name in which `*` stands for any run of characters and `?` for one; everything else is
/// literal, and the whole name must match. At most 256 bytes.
///
/// ```
/// use cocket::policy::model::NameGlob;
/// let glob = NameGlob::try_from("team-*".to_owned())?;
/// assert!(glob.matches("team-a") && !glob.matches("my-team-a"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(with = "String", extend("minLength" = 1, "maxLength" = 256))
)]
#[serde(try_from = "String", into = "String")]
pub struct NameGlob(String);

impl NameGlob {
    fn check(text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Err("a name is expected, and the text is empty; `*` means any".to_owned());
        }
        if text.len() > GLOB_BYTES {
            return Err(format!("{} is longer than {GLOB_BYTES} bytes", shown(text)));
        }
        match text.chars().find(|c| c.is_whitespace() || c.is_control()) {
            None => Ok(()),
            Some(_) => Err(format!("{} holds white space or a control character", shown(text))),
        }
    }

    /// Whether `name` matches as a whole.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        wildcard_matches(&self.0, name)
    }

    /// Whether it has no wildcard.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.0.contains(['*', '?'])
    }
}

macro_rules! text {
    ($name:ident) => {
        impl $name {
            /// The text as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::check(&text)?;
                Ok(Self(text))
            }
        }
    };
}

text!(Name);
text!(NameGlob);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Name, NameGlob};
    use crate::reference::wildcard_matches;

    #[test]
    fn names_are_like_dns_labels() {
        for good in ["a", "A1", "ci-key", "a.b_c-d", &"x".repeat(253)] {
            assert!(Name::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", ".a", "a b", "a/b", "ä", "a\n", "a\0", &"x".repeat(254)] {
            assert!(Name::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn globs_match_whole_names_literally() {
        let rows = [
            ("*", "", true),
            ("*", "anything/at:all", true),
            ("prod-*", "prod-", true),
            ("prod-*", "xprod-a", false),
            ("*-prod", "a-prod-b", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "é", true),
            ("a.c", "abc", false),
            ("[a]", "a", false),
            ("[a]", "[a]", true),
            ("**", "x", true),
        ];
        for (glob, name, expected) in rows {
            let glob = NameGlob::try_from(glob.to_owned()).unwrap();
            assert_eq!(glob.matches(name), expected, "{glob} {name}");
        }
        for bad in ["", "a b", "a\tb", &"x".repeat(257)] {
            assert!(NameGlob::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn many_stars_do_not_blow_up() {
        let glob = format!("{}b", "a*".repeat(120));
        assert!(!wildcard_matches(&glob, &"a".repeat(5_000)));
    }

    /// A plain recursive reading of the same rule.
    fn model(glob: &[u8], name: &[u8]) -> bool {
        match glob.split_first() {
            None => name.is_empty(),
            Some((b'*', rest)) => (0..=name.len()).any(|at| model(rest, &name[at..])),
            Some((b'?', rest)) => !name.is_empty() && model(rest, &name[1..]),
            Some((own, rest)) => name.first() == Some(own) && model(rest, &name[1..]),
        }
    }

    proptest! {
        #[test]
        fn globs_agree_with_the_recursive_reading(glob in "[ab*?]{0,8}", name in "[ab]{0,10}") {
            prop_assert_eq!(wildcard_matches(&glob, &name), model(glob.as_bytes(), name.as_bytes()));
        }
    }
}
