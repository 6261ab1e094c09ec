//! Predicate types: the names that cosign has for some, and where they keep their time.

/// cosign's names for predicate types (`cosign attest --type`), with the URIs that it writes.
pub const SHORT_NAMES: [(&str, &str); 9] = [
    ("custom", "https://cosign.sigstore.dev/attestation/v1"),
    ("cyclonedx", "https://cyclonedx.org/bom"),
    ("link", "https://in-toto.io/Link/v1"),
    ("openvex", "https://openvex.dev/ns"),
    ("slsaprovenance", super::slsa::V0_2),
    ("slsaprovenance1", super::slsa::V1),
    ("spdx", "https://spdx.dev/Document"),
    ("spdxjson", "https://spdx.dev/Document"),
    ("vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"),
];

/// Places of times by predicate type; the last column holds for every version below the URI too.
const TIMES: [(&str, &str, bool); 9] = [
    ("https://cosign.sigstore.dev/attestation/vuln/v1", "/metadata/scanFinishedOn", false),
    ("https://in-toto.io/attestation/vulns", "/metadata/scanFinishedOn", true),
    (super::slsa::V1, "/runDetails/metadata/finishedOn", false),
    (super::slsa::V0_2, "/metadata/buildFinishedOn", false),
    ("https://slsa.dev/verification_summary/v1", "/timeVerified", false),
    ("https://spdx.dev/Document", "/creationInfo/created", true),
    ("https://cyclonedx.org/bom", "/metadata/timestamp", true),
    ("https://openvex.dev/ns", "/timestamp", true),
    ("https://cosign.sigstore.dev/attestation/v1", "/Timestamp", false),
];

/// The JSON pointer of the time in a predicate of a known type.
///
/// ```
/// use cocket::evidence::predicate::time_place;
/// assert_eq!(time_place("https://cyclonedx.org/bom/v1.6"), Some("/metadata/timestamp"));
/// assert_eq!(time_place("https://cyclonedx.org/bombs"), None);
/// ```
#[must_use]
pub fn time_place(predicate_type: &str) -> Option<&'static str> {
    let found = TIMES.iter().find(|(uri, _, versioned)| {
        let rest = predicate_type.strip_prefix(uri);
        rest.is_some_and(|rest| rest.is_empty() || (*versioned && rest.starts_with('/')))
    });
    found.map(|(_, place, _)| *place)
}
