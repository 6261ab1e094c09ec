//! Readers of manifests and configurations, against what other parsers read differently.
#![cfg(test)]

use cocket::evidence::EvidenceErrorKind;
use cocket::evidence::config::ImageConfig;
use cocket::evidence::oci::Document;

const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn manifest(extra: &str) -> String {
    let blob = format!(r#"{{"mediaType":"a/b","digest":"{DIGEST}","size":2}}"#);
    format!(r#"{{"schemaVersion":2,"config":{blob},"layers":[{blob}]{extra}}}"#)
}

#[test]
fn what_other_parsers_would_read_differently_is_refused() {
    let parse = |text: &str| Document::parse(text.as_bytes(), None);
    assert!(parse(&manifest("")).is_ok());
    for extra in [
        r#","manifests":[]"#,
        r#","layers":[]"#,
        r#","Layers":[]"#,
        r#","mediaType":"application/vnd.oci.image.index.v1+json""#,
    ] {
        let error = parse(&manifest(extra)).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Ambiguous, "{extra}: {error}");
    }
    let declared = "application/vnd.docker.distribution.manifest.v2+json";
    let own = r#","mediaType":"application/vnd.oci.image.manifest.v1+json""#;
    let error = Document::parse(manifest(own).as_bytes(), Some(declared)).unwrap_err();
    assert_eq!(error.kind, EvidenceErrorKind::Ambiguous);
    for text in [r#"{"schemaVersion":1,"fsLayers":[]}"#, r#"{"schemaVersion":2}"#, "null", "[]"] {
        assert!(parse(text).is_err(), "{text}");
    }
    assert!(parse(&manifest("").replace("\"size\":2", "\"size\":-2")).is_err());
    assert!(parse(&manifest("").replace("sha256:44", "sha256:4A")).is_err());
}

#[test]
fn a_cut_document_is_never_read() {
    let text = manifest("");
    for end in 0..text.len() {
        assert!(Document::parse(&text.as_bytes()[..end], None).is_err(), "{end}");
    }
    let config = br#"{"config":{"User":"1"},"rootfs":{"diff_ids":[]}}"#;
    for end in 0..config.len() {
        assert!(ImageConfig::parse(&config[..end]).is_err(), "{end}");
    }
    assert!(ImageConfig::parse(br#"{"config":{"User":"1","user":"0"}}"#).is_err());
}
