use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::KeyError;

/// Largest PEM text that is read; a key of any common algorithm is a tenth of it.
pub const MAX_PEM_BYTES: usize = 16 * 1024;

/// Longest label of a PEM block.
const MAX_LABEL_BYTES: usize = 40;

/// What a PEM block is, with its DER.
pub(super) enum Block {
    /// `PUBLIC KEY`: subject public key info (RFC 7468, section 13).
    Info(Vec<u8>),
    /// `RSA PUBLIC KEY` (RFC 8017, appendix A.1.1).
    Rsa(Vec<u8>),
    /// `CERTIFICATE` (RFC 7468, section 5).
    Certificate(Vec<u8>),
}

/// The one PEM block of a text that holds nothing else.
pub(super) fn unarmour(pem: &str) -> Result<Block, KeyError> {
    const BEGIN: &str = "-----BEGIN ";
    if pem.len() > MAX_PEM_BYTES {
        return Err(KeyError::TooLarge(pem.len()));
    }
    let blocks = pem.matches(BEGIN).count();
    if blocks > 1 {
        return Err(KeyError::Several(blocks));
    }
    let (before, rest) = pem.split_once(BEGIN).ok_or(KeyError::NotPem)?;
    let (label, rest) = rest.split_once("-----").ok_or(KeyError::NotPem)?;
    // Labels are short and on one line. Without its closing dashes, a label would run on into
    // the key, and errors repeat labels.
    let in_label = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
    if label.len() > MAX_LABEL_BYTES || !label.chars().all(in_label) {
        return Err(KeyError::NotPem);
    }
    let block = match label {
        "PUBLIC KEY" => Block::Info,
        "RSA PUBLIC KEY" => Block::Rsa,
        "CERTIFICATE" | "X509 CERTIFICATE" => Block::Certificate,
        _ if label.contains("PRIVATE KEY") => return Err(KeyError::PrivateKey(label.to_owned())),
        _ => return Err(KeyError::Label(label.to_owned())),
    };
    let body = rest.trim_end().strip_suffix("-----").and_then(|rest| rest.strip_suffix(label));
    let body = body.and_then(|rest| rest.strip_suffix("-----END "));
    let (Some(body), true) = (body, before.trim().is_empty()) else {
        return Err(KeyError::Frame(label.to_owned()));
    };
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(body).map_err(|_| KeyError::broken("it is not base64"))?;
    Ok(block(der))
}
