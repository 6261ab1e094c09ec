//! A certificate as a vessel of a key (RFC 5280, section 4.1).

use jiff::{SignedDuration, Timestamp};
use p256::pkcs8::SubjectPublicKeyInfoRef;
use p256::pkcs8::der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use p256::pkcs8::der::{Decode as _, Error, Reader, SliceReader, Tag, Tagged as _};

use super::{KeyError, Kind, info};

/// When a certificate is valid.
pub(in crate::verify) struct Dates {
    /// From this moment on.
    pub(in crate::verify) not_before: Timestamp,
    /// Until before this moment; `None` where it never comes.
    pub(in crate::verify) not_after: Option<Timestamp>,
}

/// What is read of a certificate.
pub(super) struct Certificate {
    pub(super) kind: Kind,
    /// The key's subject public key info in DER.
    pub(super) der: Vec<u8>,
    pub(super) dates: Dates,
}

impl Certificate {
    pub(super) fn read(der: &[u8]) -> Result<Self, KeyError> {
        let certificate = SliceReader::new(der).map_err(KeyError::broken)?;
        let (times, key) = fields(certificate).map_err(KeyError::broken)?;
        let [not_before, last] = times.map(|seconds| {
            i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok())
        });
        let not_before = not_before.ok_or_else(|| KeyError::broken("it is never valid"))?;
        // The second of `notAfter` still counts. The last one of the year 9999 stands for no end
        // (section 4.1.2.5); like all that lies beyond the calendar here, it never comes.
        let second = SignedDuration::from_secs(1);
        let not_after = last.and_then(|last| last.checked_add(second).ok());
        let info = SubjectPublicKeyInfoRef::from_der(key).map_err(KeyError::broken)?;
        let (kind, der) = info::read(info)?;
        Ok(Self { kind, der, dates: Dates { not_before, not_after } })
    }
}

/// The two times in seconds since 1970, and the subject public key info.
fn fields(mut outer: SliceReader<'_>) -> Result<([u64; 2], &[u8]), Error> {
    let read = outer.sequence(|certificate| {
        let read = certificate.sequence(|signed| {
            if Tag::peek(signed)?.is_context_specific() {
                signed.tlv_bytes()?;
            }
            // Serial number, signature algorithm and issuer.
            for tag in [Tag::Integer, Tag::Sequence, Tag::Sequence] {
                AnyRef::decode(signed)?.tag().assert_eq(tag)?;
            }
            let times = signed.sequence(|times| Ok::<_, Error>([time(times)?, time(times)?]))?;
            AnyRef::decode(signed)?.tag().assert_eq(Tag::Sequence)?;
            let key = signed.tlv_bytes()?;
            // Unique ids and extensions.
            while !signed.is_finished() {
                signed.tlv_bytes()?;
            }
            Ok::<_, Error>((times, key))
        })?;
        // The issuer's algorithm and signature.
        AnyRef::decode(certificate)?.tag().assert_eq(Tag::Sequence)?;
        AnyRef::decode(certificate)?.tag().assert_eq(Tag::BitString)?;
        Ok::<_, Error>(read)
    })?;
    outer.finish()?;
    Ok(read)
}

fn time<'r>(reader: &mut impl Reader<'r>) -> Result<u64, Error> {
    let time = match Tag::peek(reader)? {
        Tag::UtcTime => UtcTime::decode(reader)?.to_unix_duration(),
        _ => GeneralizedTime::decode(reader)?.to_unix_duration(),
    };
    Ok(time.as_secs())
}
