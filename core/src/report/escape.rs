//! Text from outside made safe to show.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::decision::{Decision, JudgedImage, Subject};
use crate::reference::Digest;

/// Longest text that is shown whole, in characters; the JSON of a decision keeps all of it.
const SHOWN: usize = 2_000;

/// The text on one line, with every character that a reader cannot see written out: control
/// characters, line separators, characters without width, those that turn the direction of
/// writing around (Unicode Standard Annex 9, section 2), and the two that no XML 1.0 document
/// may hold. More than 2,000 characters are cut, and the cut is said.
///
/// ```
/// use cocket::report::visible;
/// assert_eq!(visible("a\u{1b}[2J\nb"), "a\\u{1b}[2J\\nb");
/// assert_eq!(visible("\u{202e}cod.exe"), "\\u{202e}cod.exe");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars().take(SHOWN) {
        if is_hidden(character) {
            let _ = write!(out, "{}", character.escape_default());
        } else {
            out.push(character);
        }
    }
    let more = text.chars().skip(SHOWN).count();
    if more > 0 {
        let _ = write!(out, "… ({more} characters more)");
    }
    out
}

/// Whether a character is not seen, or changes how its neighbours are seen.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// What the decision is about, as it was named, not escaped.
pub(super) fn subject_name(decision: &Decision) -> Cow<'_, str> {
    match &decision.subject {
        Subject::Image(image) => image_name(image),
        Subject::Object(object) => format!("{}/{}", object.kind, object.name).into(),
    }
}

/// The image as it was named, not escaped, or its digest where it was not named.
pub(super) fn image_name(image: &JudgedImage) -> Cow<'_, str> {
    match (image.given.as_str(), &image.digest) {
        ("", Some(digest)) => format!("(no name) {digest}").into(),
        ("", None) => "(no name)".into(),
        (given, _) => given.into(),
    }
}

/// The first twelve digits of a digest, for places where it only helps to recognise it.
pub(super) fn short(digest: &Digest) -> String {
    let hex: String = digest.hex().chars().take(12).collect();
    format!("{}:{hex}…", digest.algorithm())
}

/// A reference with the digest in it shortened.
pub(super) fn short_reference(reference: &str) -> String {
    match reference.rsplit_once('@').map(|(name, digest)| (name, digest.parse())) {
        Some((name, Ok(digest))) => format!("{}@{}", visible(name), short(&digest)),
        _ => visible(reference),
    }
}
