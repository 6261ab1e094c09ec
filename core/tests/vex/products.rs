//! What a statement is about: an image, and parts of it.

use super::*;

#[test]
fn a_statement_about_the_image_is_about_all_in_it() {
    let document = read(vec![statement("not_affected", product())]);
    assert_eq!(decided(&document), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &["CVE-2024-0002"]), None);
    assert_eq!(decided_for(&document, PURL, &["cve-2024-0001"]), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &[]), None);
}

#[test]
fn a_product_of_another_image_does_not_suppress() {
    let other = Digest::sha256(b"other");
    let longer = "sha512:".to_owned() + &"a".repeat(128);
    for product in [
        json!({"@id": format!("pkg:oci/app@{other}")}),
        json!({"@id": format!("pkg:oci/app@{}", judged().to_string().to_uppercase())}),
        json!({"@id": format!("pkg:oci/app@{}", judged().to_string().get(..70).unwrap())}),
        json!({"@id": format!("pkg:oci/app@{longer}")}),
        json!({"@id": "pkg:oci/app"}),
        json!({"@id": "app"}),
        json!({}),
        // Another type, though the digest is right.
        json!({"@id": format!("pkg:docker/app@{}", judged())}),
        json!({"@id": format!("pkg:generic/app@{}", judged())}),
        json!({"@id": "pkg:deb/debian/zlib1g"}),
        // Two identities, one of them another's.
        json!({"@id": format!("pkg:oci/app@{}", judged()),
            "identifiers": {"purl": format!("pkg:oci/app@{other}")}}),
        json!({"@id": format!("pkg:oci/app@{}", judged()), "hashes": {"sha-256": other.hex()}}),
        json!({"@id": format!("pkg:oci/app@{}", judged()), "hashes": {"sha-256": "ABC"}}),
        json!({"@id": format!("pkg:oci/app@{}", judged()), "identifiers": {"purl": "pkg:oci/"}}),
    ] {
        let document = read(vec![statement("not_affected", product.clone())]);
        assert_eq!(decided(&document), None, "{product}");
    }
    for product in [
        json!({"@id": "app", "hashes": {"sha-256": judged().hex()}}),
        json!({"@id": "app", "hashes": {"sha-256": judged().hex(), "md5": "x"}}),
        json!({"identifiers": {"purl": format!("pkg:oci/app@{}", judged())}}),
    ] {
        let document = read(vec![statement("not_affected", product.clone())]);
        assert_eq!(decided(&document), SUPPRESSED, "{product}");
    }
}

#[test]
fn a_part_of_another_package_does_not_suppress() {
    for part in [
        "pkg:deb/debian/zlib1g",
        "pkg:deb/debian/zlib1g@1:1.2.13",
        "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64",
        "pkg:deb/debian/zlib1g?distro=bookworm",
    ] {
        let document = read(vec![statement("not_affected", with_parts(&[part]))]);
        assert_eq!(decided(&document), SUPPRESSED, "{part}");
    }
    for part in [
        "pkg:deb/debian/zlib1g-dev",
        "pkg:deb/ubuntu/zlib1g",
        "pkg:deb/zlib1g",
        "pkg:apk/debian/zlib1g",
        "pkg:deb/debian/zlib1g@1:1.2.14",
        "pkg:deb/debian/zlib1g@1:1.2.13?arch=arm64",
        "pkg:deb/debian/%zz",
        "zlib1g",
        "",
    ] {
        let document = read(vec![statement("not_affected", with_parts(&[part]))]);
        assert_eq!(decided(&document), None, "{part}");
    }
    let one_of_two = with_parts(&["pkg:deb/debian/bash", "pkg:deb/debian/zlib1g"]);
    assert_eq!(decided(&read(vec![statement("not_affected", one_of_two)])), SUPPRESSED);
}

#[test]
fn without_a_type_a_package_needs_name_and_version() {
    let digests = [judged()];
    let image = VexImage { digests: &digests, reference: None, by_version: false };
    let fits = |part: &str, name: &str, version: &str| {
        let document = read(vec![statement("not_affected", with_parts(&[part]))]);
        let package = VexPackage { purl: None, name, version };
        document.statement_for(&image, &package, &[ID]).is_some()
    };
    assert!(fits("pkg:deb/debian/zlib1g@1.2", "zlib1g", "1.2"));
    assert!(!fits("pkg:deb/debian/zlib1g@1.2", "zlib1g", "1.3"));
    assert!(!fits("pkg:deb/debian/zlib1g", "zlib1g", "1.2"));
    assert!(!fits("pkg:deb/debian/zlib1g@1.2", "", ""));
}

#[test]
fn by_version_needs_the_repository_and_the_tag_that_is_stated() {
    let fits = |id: &str, reference: &str| {
        let document = read(vec![statement("not_affected", json!({"@id": id}))]);
        by_version(&document, reference)
    };
    let tagged = "pkg:oci/app?repository_url=ghcr.io/acme/app&tag=1.0";
    assert!(fits(tagged, "ghcr.io/acme/app:1.0"));
    assert!(!fits(tagged, "ghcr.io/acme/app:2.0"));
    assert!(!fits(tagged, "ghcr.io/acme/app"));
    assert!(!fits(tagged, "ghcr.io/other/app:1.0"));
    assert!(!fits(tagged, "ghcr.io/acme/app/app:1.0"));
    assert!(fits("pkg:oci/app@1.0?repository_url=ghcr.io/acme", "ghcr.io/acme/app:1.0"));
    assert!(!fits(
        "pkg:oci/app@1.0?repository_url=ghcr.io/acme/app&tag=1.1",
        "ghcr.io/acme/app:1.0"
    ));
    assert!(fits("pkg:oci/app?repository_url=ghcr.io/acme/app", "ghcr.io/acme/app:7"));
    assert!(fits("pkg:oci/debian?repository_url=index.docker.io/library", "debian:12"));
    // Another name, no repository, or a digest that is another's.
    assert!(!fits("pkg:oci/mismatch", "debian:12"));
    assert!(!fits("pkg:oci/debian", "debian:12"));
    assert!(!fits("pkg:oci/mismatch?repository_url=ghcr.io/acme/app", "ghcr.io/acme/app:1"));
    assert!(!fits("pkg:oci/app?repository_url=ghcr.io/acme/app:1", "ghcr.io/acme/app:1"));
    let other = Digest::sha256(b"other");
    let pinned = format!("pkg:oci/app@{other}?repository_url=ghcr.io/acme/app&tag=1.0");
    assert!(!fits(&pinned, "ghcr.io/acme/app:1.0"));
}

#[test]
fn an_alias_joins_but_never_two_cves() {
    let mut one = statement("not_affected", product());
    one["vulnerability"]["aliases"] = json!(["GHSA-aaaa-bbbb-cccc"]);
    let document = read(vec![one]);
    let ghsa = "GHSA-aaaa-bbbb-cccc";
    assert_eq!(decided_for(&document, PURL, &[ghsa]), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &[ghsa, ID]), SUPPRESSED);
    assert_eq!(decided_for(&document, PURL, &["CVE-2024-9999", ghsa]), None);
}
