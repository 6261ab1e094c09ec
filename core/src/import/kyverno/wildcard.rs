//! Kyverno's wildcards: `*` is any run, `?` one character; nothing else is special, `/` included.

/// Whether `text` is what `pattern` describes. Takes at most the product of both lengths.
///
/// ```
/// use cocket::import::kyverno::wildcard_match;
/// assert!(wildcard_match("*:latest", "docker.io/a/b:latest"));
/// assert!(!wildcard_match("a?c", "ac"));
/// ```
#[must_use]
pub fn wildcard_match(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Where to go on after the last `*` when what follows it does not fit.
    let mut back = None;
    loop {
        let mut rest = pattern.clone();
        match (rest.next(), text.clone().next()) {
            (Some('*'), _) => {
                pattern = rest;
                back = Some((pattern.clone(), text.clone()));
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                pattern = rest;
                text.next();
            }
            (None, None) => return true,
            _ => {
                let Some((after, from)) = back.as_mut() else { return false };
                if from.next().is_none() {
                    return false;
                }
                pattern = after.clone();
                text = from.clone();
            }
        }
    }
}

/// Whether a text holds a wildcard.
pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::wildcard_match;

    /// The definition, without care for the time it takes.
    fn defined(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), Some((_, after))) => defined(rest, text) || defined(pattern, after),
            (Some(('*', rest)), None) => defined(rest, text),
            (Some((wanted, rest)), Some((found, after))) => {
                (*wanted == '?' || wanted == found) && defined(rest, after)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn it_is_as_defined(pattern in "[ab*?]{0,8}", text in "[abé]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                wildcard_match(&pattern, &text),
                defined(&chars(&pattern), &chars(&text))
            );
        }
    }

    #[test]
    fn many_stars_take_no_longer() {
        let pattern = "*a".repeat(2_000);
        assert!(!wildcard_match(&pattern, &"a".repeat(1_999)));
    }
}
