//! Certificates (RFC 5280).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Signer;
use crate::der::{bits, int, octets, oid, seq, set, time, tlv, utf8};

pub(crate) const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const FULCIO: &str = "1.3.6.1.4.1.57264.1.";

/// A name in a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum San {
    /// A URI.
    Uri(String),
    /// An email address.
    Email(String),
    /// A user name, in Fulcio's own kind of name.
    UserName(String),
}

/// `TBSCertificate` (RFC 5280, section 4.1).
pub(crate) fn content(
    subject: &str,
    issuer: &str,
    key: &Signer,
    (start, end): (&str, &str),
    extensions: &[Vec<u8>],
) -> Vec<u8> {
    seq(&[
        tlv(0xa0, &int(2)),
        int(5),
        seq(&[oid(ECDSA_SHA256)]),
        name(issuer),
        seq(&[validity(start), validity(end)]),
        name(subject),
        spki(key),
        tlv(0xa3, &seq(extensions)),
    ])
}

/// A time of a certificate: in two digits of the year before 2050 (RFC 5280, section 4.1.2.5).
fn validity(text: &str) -> Vec<u8> {
    match text.strip_prefix("20") {
        Some(short) if short < "50" => tlv(0x17, short.as_bytes()),
        _ => time(text),
    }
}

pub(crate) fn signed(content: Vec<u8>, by: &Signer) -> Vec<u8> {
    let signature = by.sign_bytes(&content);
    seq(&[content, seq(&[oid(ECDSA_SHA256)]), bits(&signature)])
}

pub(crate) fn name(common: &str) -> Vec<u8> {
    match common {
        "" => seq(&[]),
        common => seq(&[set(&[seq(&[oid("2.5.4.3"), utf8(common)])])]),
    }
}

pub(crate) fn general_name(name: &San) -> Vec<u8> {
    match name {
        San::Uri(uri) => tlv(0x86, uri.as_bytes()),
        San::Email(email) => tlv(0x81, email.as_bytes()),
        San::UserName(user) => {
            let kind = oid(&format!("{FULCIO}7"));
            tlv(0xa0, &[kind, tlv(0xa0, &utf8(user))].concat())
        }
    }
}

pub(crate) fn authority() -> Vec<u8> {
    extension("2.5.29.19", true, &seq(&[tlv(0x01, &[0xff])]))
}

pub(crate) fn extension(kind: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(kind)];
    if critical {
        parts.push(tlv(0x01, &[0xff]));
    }
    parts.push(octets(value));
    seq(&parts)
}

pub(crate) fn pem(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

pub(crate) fn spki(signer: &Signer) -> Vec<u8> {
    signer.info()
}
