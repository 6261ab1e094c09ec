//! Feeds about vulnerabilities: how likely one is to be exploited, and which ones are.
//!
//! Both are dated, and both are looked up by CVE. Who vouches for a feed, and how old it may be,
//! is not judged here.

mod epss;
mod kev;

pub use epss::{Epss, EpssHead, EpssScore, Millionths};
pub use kev::{Kev, KevCatalog, KevEntry};

/// Largest feed that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most rows that are read.
pub const MAX_ROWS: usize = 2_000_000;

/// A CVE's year and number, by which the rows are sorted: eight bytes instead of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct CveNumber(u64);

impl CveNumber {
    /// Reads `CVE-<four digits>-<four to twelve digits>`, in any case.
    fn parse(text: &str) -> Option<Self> {
        let (prefix, rest) = text.split_at_checked(4)?;
        let (year, number) = rest.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !prefix.eq_ignore_ascii_case("CVE-")
            || year.len() != 4
            || !(4..=12).contains(&number.len())
            || !digits(year)
            || !digits(number)
            // One spelling for one number, as the CVE numbering rules have it.
            || (number.len() > 4 && number.starts_with('0'))
        {
            return None;
        }
        let (year, number): (u64, u64) = (year.parse().ok()?, number.parse().ok()?);
        Some(Self(year.checked_mul(1_000_000_000_000)?.checked_add(number)?))
    }
}

/// The entry of `key` in rows that are sorted by it.
fn look_up<T>(rows: &[T], key: CveNumber, of: impl Fn(&T) -> CveNumber) -> Option<&T> {
    rows.binary_search_by_key(&key, of).ok().and_then(|position| rows.get(position))
}

/// The first of two neighbours with one key.
fn twice<T>(rows: &[T], of: impl Fn(&T) -> CveNumber) -> Option<&T> {
    let pairs = rows.iter().zip(rows.iter().skip(1));
    pairs.into_iter().find(|(one, next)| of(one) == of(next)).map(|(one, _)| one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_cves() {
        let one = CveNumber::parse("CVE-1999-0001");
        assert!(one.is_some() && one == CveNumber::parse("cve-1999-0001"));
        assert!(CveNumber::parse("CVE-2021-44228") > CveNumber::parse("CVE-2021-4422"));
        assert!(CveNumber::parse("CVE-2000-0001") > CveNumber::parse("CVE-1999-999999999999"));
        for text in ["", "CVE", "CVE-1999-1", "CVE-99-0001", "CVE-1999-00001", "CVE-1999-+001"] {
            assert_eq!(CveNumber::parse(text), None, "{text}");
        }
        for text in ["GHSA-1999-0001", "CVE-1999-0001 ", "é-1999-0001", "CVE-1999-1234567890123"] {
            assert_eq!(CveNumber::parse(text), None, "{text}");
        }
    }
}
