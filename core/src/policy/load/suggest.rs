//! "did you mean": the known word that is nearest to an unknown one.

use crate::policy::shown::shown;

/// A sentence that names the nearest of `known`, else all of them if they are few.
pub(in crate::policy) fn help<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(word, &known) {
        return Some(format!("did you mean {}?", shown(near)));
    }
    const FEW: usize = 24;
    match known.as_slice() {
        [] => None,
        [only] => Some(format!("{} is expected", shown(only))),
        some if some.len() <= FEW => {
            let words: Vec<String> = some.iter().map(|word| shown(word)).collect();
            Some(format!("one of {} is expected", words.join(", ")))
        }
        _ => None,
    }
}

/// The word within a third of its letters of `word`; `max_age` and `MaxAge` are `maxAge`.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    /// Longer words are not typing mistakes, and comparing costs the product of both lengths.
    const LONGEST: usize = 128;
    let plain = |word: &str| -> String {
        word.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
    };
    if word.len() > LONGEST {
        return None;
    }
    let own = plain(word);
    known
        .iter()
        .filter(|other| other.len() <= LONGEST)
        .map(|other| (strsim::damerau_levenshtein(&own, &plain(other)), *other))
        .filter(|(distance, other)| *distance <= other.chars().count().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::help;

    #[test]
    fn near_words_are_suggested_and_few_are_listed() {
        let known = ["vulnerabilities", "registry", "maxAge"];
        let help = |word| help(word, known).unwrap();
        assert_eq!(help("vulnerabilites"), "did you mean `vulnerabilities`?");
        assert_eq!(help("max_age"), "did you mean `maxAge`?");
        assert_eq!(help("Registry"), "did you mean `registry`?");
        assert!(help("something").starts_with("one of `vulnerabilities`, "));
        assert!(help(&"x".repeat(10_000)).starts_with("one of"));
    }
}
