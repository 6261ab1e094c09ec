//! Certificate authorities of one's own, as PEM.

use rustls_pki_types::CertificateDer;
use sigstore_types::{DerCertificate, TsaAuthority};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

use super::chain::is_self_issued;
use super::root::{CertificateAuthority, Timestamper, anchor};
use super::{TrustedRoot, pem, provider};

impl TrustedRoot {
    /// A trusted root of these certificate authorities alone: `roots` and `intermediates` are
    /// certificates in PEM, of which each root signed itself. It has no logs and no timestamp
    /// authorities.
    ///
    /// # Errors
    /// What is not a certificate of its kind.
    ///
    /// ```
    /// use cocket::verify::TrustedRoot;
    /// assert!(TrustedRoot::of_certificates("-----BEGIN CERTIFICATE-----", None).is_err());
    /// ```
    pub fn of_certificates(roots: &str, intermediates: Option<&str>) -> Result<Self, String> {
        provider::install();
        let mut root = Self {
            logs: Vec::new(),
            certificate_logs: Vec::new(),
            authorities: Vec::new(),
            timestampers: Vec::new(),
            own_authorities: true,
        };
        root.set_authorities(roots, intermediates)?;
        Ok(root)
    }

    /// The same logs and timestamp authorities, with these certificate authorities in the place of
    /// its own. They log their certificates nowhere, so no certificate transparency log counts.
    ///
    /// # Errors
    /// As [`of_certificates`](Self::of_certificates).
    pub fn with_certificates(
        mut self,
        roots: &str,
        intermediates: Option<&str>,
    ) -> Result<Self, String> {
        self.certificate_logs.clear();
        self.own_authorities = true;
        self.set_authorities(roots, intermediates)?;
        Ok(self)
    }

    /// The same with a further timestamp authority: its certificates in PEM, its own first and the
    /// root last.
    ///
    /// # Errors
    /// What is not a certificate.
    pub fn with_timestamp_authority(mut self, chain: &str) -> Result<Self, String> {
        let chain = certificates("timestampAuthority", chain)?;
        let (leaf, between, root) = match chain.as_slice() {
            [only] => (only, &[][..], only),
            [leaf, between @ .., root] => (leaf, between, root),
            [] => return Err("`timestampAuthority` has no certificate".to_owned()),
        };
        let der = |bytes: &Vec<u8>| DerCertificate::new(bytes.clone());
        let key = Certificate::from_der(leaf)
            .and_then(|one| one.tbs_certificate.subject_public_key_info.to_der())
            .map_err(|error| format!("`timestampAuthority`: {error}"))?;
        let between = between.iter().map(der).collect();
        let authority = TsaAuthority::new(der(leaf), between, der(root), None);
        self.timestampers.push(Timestamper { authority, key, window: None });
        Ok(self)
    }

    fn set_authorities(&mut self, roots: &str, intermediates: Option<&str>) -> Result<(), String> {
        let intermediates = match intermediates {
            Some(text) => certificates("intermediates", text)?,
            None => Vec::new(),
        };
        if let Some(position) = intermediates.iter().position(|der| is_self_issued(der)) {
            return Err(format!("`intermediates`: the certificate {position} is a root"));
        }
        let intermediates: Vec<CertificateDer<'static>> =
            intermediates.into_iter().map(CertificateDer::from).collect();
        self.authorities.clear();
        for (position, der) in certificates("roots", roots)?.iter().enumerate() {
            if !is_self_issued(der) {
                return Err(format!("`roots`: the certificate {position} names another issuer"));
            }
            let (anchor, root_window) =
                anchor(der, &format!("roots/{position}")).map_err(|error| error.to_string())?;
            let intermediates = intermediates.clone();
            let one = CertificateAuthority { anchor, root_window, intermediates, window: None };
            self.authorities.push(one);
        }
        Ok(())
    }
}

/// The certificates of a text, at least one.
fn certificates(name: &str, text: &str) -> Result<Vec<Vec<u8>>, String> {
    let found = pem::certificates(text)
        .filter(|found| !found.is_empty())
        .ok_or_else(|| format!("`{name}` is not one to 16 certificates in PEM and nothing else"))?;
    for (position, der) in found.iter().enumerate() {
        Certificate::from_der(der)
            .map_err(|error| format!("`{name}`: the certificate {position}: {error}"))?;
    }
    Ok(found)
}
