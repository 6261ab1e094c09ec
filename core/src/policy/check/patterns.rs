//! Whether one pattern takes in another, as far as the texts tell. It never says so wrongly;
//! it may miss a case.

use crate::policy::model::NameGlob;
use crate::reference::{ImagePattern, Reference};

/// Whether `wide` matches everything that `narrow` matches.
pub(in crate::policy) fn covers(wide: &ImagePattern, narrow: &ImagePattern) -> bool {
    let (outer, inner) = (wide.as_str(), narrow.as_str());
    if outer == inner {
        return true;
    }
    let under = outer
        .strip_suffix("/**")
        .filter(|prefix| !prefix.contains(['*', '?']))
        .and_then(|prefix| inner.strip_prefix(prefix))
        .is_some_and(|rest| rest.starts_with('/'));
    // A literal pattern matches its own name with any tag and digest that it leaves open; `wide`
    // matches that name as it is only if it leaves them open too.
    let literal = !inner.contains(['*', '?'])
        && Reference::parse(inner).is_ok_and(|name| wide.matches(&name));
    under || literal
}

/// Whether each tag that `allow` admits is denied.
pub(in crate::policy) fn all_denied(allow: &[NameGlob], deny: &[NameGlob]) -> bool {
    !allow.is_empty()
        && allow.iter().all(|own| {
            deny.iter().any(|other| {
                own == other
                    || other.as_str().bytes().all(|b| b == b'*')
                    || (own.is_literal() && other.matches(own.as_str()))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::covers;
    use crate::reference::ImagePattern;

    #[test]
    fn wider_patterns_cover_narrower_ones() {
        let pattern = |text: &str| ImagePattern::try_from(text.to_owned()).unwrap();
        for (wide, narrow, expected) in [
            ("r.example/**", "r.example/a/*", true),
            ("r.example/a/**", "r.example/a/b:1", true),
            ("r.example/a/**", "r.example/a", false),
            ("r.example/a/**", "r.example/ab/c", false),
            ("docker.io/library/**", "nginx", true),
            ("docker.io/library/**", "docker.io/library/nginx:1.27", true),
            ("docker.io/library/nginx:1.27", "nginx", false),
            ("r.example/*", "r.example/*", true),
            ("r.example/*", "r.example/a/b", false),
            ("*.r.example.com/**", "a.r.example.com/x", true),
        ] {
            assert_eq!(covers(&pattern(wide), &pattern(narrow)), expected, "{wide} {narrow}");
        }
    }
}
