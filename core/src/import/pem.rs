//! PEM as far as trust roots of other engines need it: blocks of one kind after each other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most blocks of one text.
const MAX_BLOCKS: usize = 64;

/// The contents of the blocks, which all have this label.
///
/// # Errors
/// What is there instead.
pub(super) fn blocks(text: &str, label: &str) -> Result<Vec<Vec<u8>>, String> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut rest = text.trim();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let inner = rest
            .strip_prefix(&begin)
            .and_then(|rest| rest.split_once(&end))
            .ok_or_else(|| format!("PEM blocks `{label}` are expected, and nothing else"))?;
        let base64: String = inner.0.split_ascii_whitespace().collect();
        found.push(STANDARD.decode(base64).map_err(|error| format!("not base64: {error}"))?);
        if found.len() > MAX_BLOCKS {
            return Err(format!("more than {MAX_BLOCKS} PEM blocks"));
        }
        rest = inner.1.trim_start();
    }
    match found.is_empty() {
        true => Err(format!("a PEM block `{label}` is expected, and the text is empty")),
        false => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn blocks_follow_each_other() {
        let one = "-----BEGIN X-----\nAAEC\n-----END X-----\n";
        assert_eq!(blocks(one, "X").unwrap(), [vec![0, 1, 2]]);
        assert_eq!(blocks(&format!("{one}\n{one}"), "X").unwrap().len(), 2);
        for bad in ["", "junk", "-----BEGIN X-----\nA", "-----BEGIN Y-----\nAAEC\n-----END Y-----"]
        {
            assert!(blocks(bad, "X").is_err(), "{bad}");
        }
        assert!(blocks(&format!("{one}junk"), "X").is_err());
    }
}
