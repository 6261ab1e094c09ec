//! From the signer's certificate to an authority of the trusted root (RFC 5280, section 6).

use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::certificate::Leaf;
use super::root::CertificateAuthority;
use super::sealed::Form;
use super::{KeylessRefusal, TrustedRoot, certified};
use crate::evidence::signing::BundleVersion;

/// `id-kp-codeSigning`, 1.3.6.1.5.5.7.3.3, without tag and length.
const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];

/// Finds a path at the time `at`, and gives the issuer's subject public key info in DER.
pub(super) fn issuer(
    leaf: &Leaf,
    chain: &[Vec<u8>],
    root: &TrustedRoot,
    at: Timestamp,
) -> Result<Vec<u8>, KeylessRefusal> {
    if !leaf.window.contains(at) {
        let (not_before, not_after) = (leaf.not_before, leaf.not_after);
        return Err(KeylessRefusal::Outside { at, not_before, not_after });
    }
    let mut refused = KeylessRefusal::NoAuthority { at };
    for authority in &root.authorities {
        let counts = authority.window.is_none_or(|window| window.contains(at));
        if !counts || !authority.root_window.contains(at) {
            continue;
        }
        match path(chain, authority, at) {
            Ok(issuer) => return Ok(issuer),
            Err(detail) => refused = KeylessRefusal::Untrusted { detail },
        }
    }
    Err(refused)
}

fn path(
    chain: &[Vec<u8>],
    authority: &CertificateAuthority,
    at: Timestamp,
) -> Result<Vec<u8>, String> {
    let (leaf, given) = chain.split_first().ok_or("there is none")?;
    let given = given.iter().map(|der| CertificateDer::from(der.as_slice()));
    let intermediates: Vec<CertificateDer<'_>> =
        given.chain(authority.intermediates.iter().cloned()).collect();
    let leaf = CertificateDer::from(leaf.as_slice());
    let leaf = EndEntityCert::try_from(&leaf).map_err(|error| error.to_string())?;
    let seconds = u64::try_from(at.as_second()).map_err(|error| error.to_string())?;
    let path = leaf.verify_for_usage(
        certified::algorithms(),
        std::slice::from_ref(&authority.anchor),
        &intermediates,
        UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        KeyUsage::required(CODE_SIGNING),
        None,
        None,
    );
    let path = path.map_err(|error| error.to_string())?;
    Ok(path.issuer_spki().as_ref().to_vec())
}

/// The position of a root among the certificates that come with a signature: it has to come from
/// the trusted root (sigstore_common.proto, `X509CertificateChain`). Writers of the first version
/// of bundles ended their chains with it, where it is passed over: no path ends there.
pub(super) fn root_in(chain: &[Vec<u8>], form: Form) -> Option<usize> {
    let position = chain.iter().position(|der| is_self_issued(der))?;
    let is_last = position.saturating_add(1) == chain.len();
    let passed_over = form == Form::Bundle(BundleVersion::V0_1) && is_last && is_in_order(chain);
    (!passed_over).then_some(position)
}

/// Whether each certificate names the next one as its issuer.
fn is_in_order(chain: &[Vec<u8>]) -> bool {
    let read = chain.iter().map(|der| Certificate::from_der(der).map(|one| one.tbs_certificate));
    let Ok(read) = read.collect::<Result<Vec<_>, _>>() else { return false };
    read.iter().zip(read.iter().skip(1)).all(|(one, next)| one.issuer == next.subject)
}

/// Whether a certificate names itself as its issuer.
pub(super) fn is_self_issued(der: &[u8]) -> bool {
    Certificate::from_der(der)
        .is_ok_and(|one| one.tbs_certificate.issuer == one.tbs_certificate.subject)
}
