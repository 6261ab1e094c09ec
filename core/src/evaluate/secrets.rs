//! What looks like a credential. A look-out, not a proof: it knows formats that say what they
//! are, and names that promise a secret.

use std::sync::LazyLock;

use regex::RegexSet;

/// Formats that issuers made recognisable, each with what people call it.
const FORMATS: &[(&str, &str)] = &[
    (r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY", "a private key"),
    (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "an AWS access key"),
    (r"\bgh[pousr]_[0-9A-Za-z]{36,}", "a GitHub token"),
    (r"\bgithub_pat_[0-9A-Za-z_]{22,}", "a GitHub token"),
    (r"\bglpat-[0-9A-Za-z_-]{20,}", "a GitLab token"),
    (r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}", "a Slack token"),
    (r"\bAIza[0-9A-Za-z_-]{35}\b", "a Google API key"),
    (r"\bnpm_[0-9A-Za-z]{36}\b", "an npm token"),
    (r"\bsk_live_[0-9A-Za-z]{16,}", "a Stripe key"),
    (r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*", "a JSON web token"),
    (r"[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@$]+@", "a password in a URL"),
];

/// An assignment to a name that promises a secret, in a build command.
const ASSIGNMENT: &str = r#"(?i)\b[a-z0-9_]*(?:password|passwd|secret|api_?key|access_?key|auth_?token|private_?key)[a-z0-9_]*=["']?[^\s"'$<]{4,}"#;

static KNOWN: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new(FORMATS.iter().map(|(pattern, _)| *pattern).chain([ASSIGNMENT])).ok()
});

/// What `text` seems to hold, if anything.
pub(super) fn in_text(text: &str) -> Option<&'static str> {
    // Without its patterns the look-out cannot say that there is nothing.
    let Some(known) = KNOWN.as_ref() else { return Some("something that could not be examined") };
    let first = known.matches(text).iter().next()?;
    Some(FORMATS.get(first).map_or("an assignment of a secret", |(_, what)| *what))
}

/// What a variable of the image's environment seems to hold.
pub(super) fn in_variable(name: &str, value: &str) -> Option<&'static str> {
    in_text(&format!("{name}={value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_compile() {
        assert!(KNOWN.is_some());
    }

    #[test]
    fn credentials_are_seen_and_names_alone_are_not() {
        assert_eq!(in_variable("KEY", "AKIAABCDEFGHIJKLMNOP"), Some("an AWS access key"));
        assert_eq!(in_variable("DB_PASSWORD", "hunter22"), Some("an assignment of a secret"));
        assert_eq!(in_variable("DB_PASSWORD", ""), None);
        assert_eq!(in_variable("DB_PASSWORD", "$DB_PASSWORD"), None);
        assert_eq!(in_variable("PATH", "/usr/bin:/bin"), None);
        assert_eq!(in_text("RUN curl https://u:p4ss@host/x"), Some("a password in a URL"));
        assert_eq!(in_text("RUN curl https://host/x@1.2"), None);
    }
}
