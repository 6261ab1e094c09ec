//! Which tag stood for which digest, as recorded by the caller.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use cocket::evaluate::History;
use cocket::reference::{Digest, Reference};
use cocket::source::read_file;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::failure::Failure;

/// Largest record that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a JSON map of `host/path:tag` to digest. Names are normalised, so that a record for
/// `nginx:1` is found for `docker.io/library/nginx:1`.
pub(crate) fn read(path: &Path) -> Result<History, Failure> {
    let failed = |detail: String| Failure::Unreadable(format!("{}: {detail}", path.display()));
    let bytes =
        read_file(path, MAX_BYTES).map_err(|error| Failure::Unreadable(error.to_string()))?;
    let Pairs(pairs) = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    parse(pairs).map_err(failed)
}

fn parse(pairs: Vec<(String, Digest)>) -> Result<History, String> {
    let mut tags = BTreeMap::new();
    for (name, digest) in pairs {
        let reference = Reference::parse(&name).map_err(|error| error.to_string())?;
        let tag = match (reference.tag(), reference.digest()) {
            (Some(tag), None) => tag,
            _ => return Err(format!("`{name}` is not a name with a tag and without a digest")),
        };
        // Two records of one tag: whichever won, the other would be dropped without a word.
        if tags.insert(format!("{}:{tag}", reference.repository()), digest).is_some() {
            return Err(format!("`{name}` is recorded twice"));
        }
    }
    Ok(History { tags, ..History::default() })
}

/// The members of a JSON object, equal keys kept.
struct Pairs(Vec<(String, Digest)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tags and digests")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<History, String> {
        let Pairs(pairs) = serde_json::from_str(text).map_err(|error| error.to_string())?;
        parse(pairs)
    }

    #[test]
    fn names_are_normalised() {
        let digest = Digest::sha256(b"x");
        let history = read_text(&format!(r#"{{"nginx:1": "{digest}"}}"#)).unwrap();
        assert_eq!(history.tags.get("docker.io/library/nginx:1"), Some(&digest));
    }

    #[test]
    fn a_record_that_says_two_things_is_refused() {
        let (one, two) = (Digest::sha256(b"1"), Digest::sha256(b"2"));
        for text in [
            format!(r#"{{"nginx:1": "{one}", "nginx:1": "{two}"}}"#),
            format!(r#"{{"nginx:1": "{one}", "docker.io/nginx:1": "{two}"}}"#),
        ] {
            assert!(read_text(&text).unwrap_err().contains("recorded twice"), "{text}");
        }
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let digest = Digest::sha256(b"x");
        for text in [
            format!(r#"{{"nginx": "{digest}"}}"#),
            format!(r#"{{"nginx:1@{digest}": "{digest}"}}"#),
            format!(r#"{{"NGINX:1": "{digest}"}}"#),
            r#"{"nginx:1": "sha256:12"}"#.to_owned(),
            r#"{"nginx:1": null}"#.to_owned(),
            "[]".to_owned(),
            String::new(),
        ] {
            assert!(read_text(&text).is_err(), "{text}");
        }
    }
}
