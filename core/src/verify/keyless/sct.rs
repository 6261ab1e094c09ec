//! Signed certificate timestamps inside certificates (RFC 6962, section 3).

use jiff::Timestamp;
use sigstore_crypto::SigningScheme;
use sigstore_types::SignatureBytes;
use x509_cert::Certificate;
use x509_cert::der::asn1::OctetStringRef;
use x509_cert::der::{Decode as _, Encode as _};

use super::certificate::Leaf;
use super::{SctFault, TrustedRoot};

const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";

/// Most timestamps of one certificate.
const MAX_SCTS: usize = 16;

struct Sct<'a> {
    log: [u8; 32],
    milliseconds: u64,
    extensions: &'a [u8],
    algorithm: [u8; 2],
    signature: &'a [u8],
}

/// Whether a certificate transparency log that the trusted root has signed for the certificate.
/// Those of other logs say nothing; one of a known log must hold.
pub(super) fn verify(leaf: &Leaf, issuer: &[u8], root: &TrustedRoot) -> Result<(), SctFault> {
    let list = list(&leaf.certificate)?;
    let mut found = false;
    for sct in parse(&list).ok_or(SctFault::Unreadable)? {
        let Some(log) = root.certificate_logs.iter().find(|log| log.id == sct.log) else {
            continue;
        };
        let milliseconds = i64::try_from(sct.milliseconds).map_err(|_| SctFault::Unreadable)?;
        let at = Timestamp::from_millisecond(milliseconds).map_err(|_| SctFault::Unreadable)?;
        if !log.window.contains(at) {
            return Err(SctFault::KeyWindow(at));
        }
        let key = scheme(sct.algorithm).and_then(|scheme| log.key(scheme));
        let signed = signed(&leaf.certificate, &sct, issuer).ok_or(SctFault::Unreadable)?;
        let signature = SignatureBytes::from_bytes(sct.signature);
        let good = key.is_some_and(|key| key.verify(&signed, &signature).is_ok());
        if !good {
            return Err(SctFault::Signature);
        }
        found = true;
    }
    match found {
        true => Ok(()),
        false => Err(SctFault::UnknownLog),
    }
}

/// The list in TLS's encoding (RFC 6962, section 3.3).
fn list(certificate: &Certificate) -> Result<Vec<u8>, SctFault> {
    let extensions = certificate.tbs_certificate.extensions.as_deref().unwrap_or_default();
    let extension = extensions
        .iter()
        .find(|extension| extension.extn_id.to_string() == SCT_LIST)
        .ok_or(SctFault::None)?;
    let inner = OctetStringRef::from_der(extension.extn_value.as_bytes());
    Ok(inner.map_err(|_| SctFault::Unreadable)?.as_bytes().to_vec())
}

/// Hash and signature algorithm (RFC 5246, section 7.4.1.4.1).
fn scheme(algorithm: [u8; 2]) -> Option<SigningScheme> {
    match algorithm {
        [4, 3] => Some(SigningScheme::EcdsaP256Sha256),
        [5, 3] => Some(SigningScheme::EcdsaP384Sha384),
        [4, 1] => Some(SigningScheme::RsaPkcs1Sha256),
        [5, 1] => Some(SigningScheme::RsaPkcs1Sha384),
        [6, 1] => Some(SigningScheme::RsaPkcs1Sha512),
        _ => None,
    }
}

/// `digitally-signed` of section 3.2 for a precertificate: the certificate's content without the
/// list itself.
fn signed(certificate: &Certificate, sct: &Sct<'_>, issuer: &[u8]) -> Option<Vec<u8>> {
    let mut content = certificate.tbs_certificate.clone();
    let kept = content.extensions.take().unwrap_or_default();
    let kept: Vec<_> = kept.into_iter().filter(|one| one.extn_id.to_string() != SCT_LIST).collect();
    content.extensions = Some(kept).filter(|kept| !kept.is_empty());
    let content = content.to_der().ok()?;
    let mut out = vec![0, 0];
    out.extend(sct.milliseconds.to_be_bytes());
    out.extend([0, 1]);
    out.extend(sigstore_crypto::sha256(issuer).as_bytes());
    let length = u32::try_from(content.len()).ok()?.to_be_bytes();
    match length {
        [0, rest @ ..] => out.extend(rest),
        _ => return None,
    }
    out.extend(content);
    out.extend(u16::try_from(sct.extensions.len()).ok()?.to_be_bytes());
    out.extend(sct.extensions);
    Some(out)
}

fn parse(list: &[u8]) -> Option<Vec<Sct<'_>>> {
    let (mut rest, after) = vector(list)?;
    if !after.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (one, next) = vector(rest)?;
        found.push(one_of(one)?);
        rest = next;
        if found.len() > MAX_SCTS {
            return None;
        }
    }
    Some(found)
}

fn one_of(bytes: &[u8]) -> Option<Sct<'_>> {
    let (version, rest) = bytes.split_first()?;
    let (log, rest) = rest.split_first_chunk::<32>()?;
    let (milliseconds, rest) = rest.split_first_chunk::<8>()?;
    let (extensions, rest) = vector(rest)?;
    let (algorithm, rest) = rest.split_first_chunk::<2>()?;
    let (signature, rest) = vector(rest)?;
    let whole = *version == 0 && rest.is_empty();
    whole.then_some(Sct {
        log: *log,
        milliseconds: u64::from_be_bytes(*milliseconds),
        extensions,
        algorithm: *algorithm,
        signature,
    })
}

/// Bytes after their length in two bytes, and what follows.
fn vector(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_to_their_end() {
        let mut one = vec![0];
        one.extend([7; 32]);
        one.extend([0; 8]);
        one.extend([0, 0, 4, 3, 0, 1, 9]);
        let listed = |one: &[u8]| {
            let mut list = vec![0, u8::try_from(one.len() + 2).unwrap(), 0];
            list.push(u8::try_from(one.len()).unwrap());
            list.extend(one);
            list
        };
        assert_eq!(parse(&listed(&one)).map(|found| found.len()), Some(1));
        assert!(parse(&[listed(&one), vec![0]].concat()).is_none());
        one.push(0);
        assert!(parse(&listed(&one)).is_none());
        assert!(parse(&[0, 1, 0]).is_none());
    }
}
