//! `*` and `?` over whole texts.

/// Whether `text` as a whole matches `pattern`, in which `*` stands for any run of characters, `?`
/// for one, and everything else for itself.
///
/// It walks both once and goes back only to the last `*`: at most the product of both lengths,
/// whatever the pattern.
///
/// ```
/// use cocket::reference::wildcard_matches;
/// assert!(wildcard_matches("registry.example.com/*:v?", "registry.example.com/team/app:v1"));
/// assert!(!wildcard_matches("app*", "my-app"));
/// ```
#[must_use]
pub fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let before = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = before;
                retry = Some((pattern.clone(), text.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(own), Some(other)) if own == other => {}
            _ => {
                // The last `*` takes one character more.
                let Some((after, mut from)) = retry.take() else { return false };
                if from.next().is_none() {
                    return false;
                }
                pattern = after.clone();
                text = from.clone();
                retry = Some((after, from));
            }
        }
    }
}
