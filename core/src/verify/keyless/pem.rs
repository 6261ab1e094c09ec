//! PEM blocks (RFC 7468), as they stand in annotations and log entries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most blocks of one text.
const MAX_BLOCKS: usize = 16;

/// The labels and contents of all blocks; `None` where the text is anything but blocks and white
/// space.
pub(super) fn blocks(text: &str) -> Option<Vec<(&str, Vec<u8>)>> {
    let mut rest = text.trim_ascii();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (label, body) = rest.strip_prefix("-----BEGIN ")?.split_once("-----")?;
        let (body, after) = body.split_once("-----END ")?;
        let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        found.push((label, STANDARD.decode(body).ok()?));
        rest = after.strip_prefix(label)?.strip_prefix("-----")?.trim_ascii_start();
        if found.len() > MAX_BLOCKS {
            return None;
        }
    }
    Some(found)
}

/// The contents of blocks that are all certificates.
pub(super) fn certificates(text: &str) -> Option<Vec<Vec<u8>>> {
    let one = |(label, der)| (label == "CERTIFICATE").then_some(der);
    blocks(text)?.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_nothing_else() {
        let one = "-----BEGIN A-----\nAAE=\n-----END A-----\n";
        assert_eq!(blocks(one), Some(vec![("A", vec![0, 1])]));
        assert_eq!(blocks(&one.repeat(2)).map(|found| found.len()), Some(2));
        assert_eq!(blocks(""), Some(vec![]));
        for bad in ["x", "-----BEGIN A-----\nAAE=\n-----END B-----", "-----BEGIN A-----AAE="] {
            assert_eq!(blocks(bad), None, "{bad}");
        }
        assert_eq!(blocks(&format!("{one}x")), None);
        assert_eq!(blocks(&one.repeat(17)), None);
        assert_eq!(certificates(one), None);
    }
}
