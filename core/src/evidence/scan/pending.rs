use super::{Finding, ScanReport};
use crate::evidence::Severity;
use jiff::Timestamp;
pub struct Cvss<'a> {
    pub source: &'a str,
    pub version: CvssVersion,
    pub score_tenths: Option<u16>,
    pub vector: Option<&'a str>,
}
#[derive(PartialEq)]
pub enum CvssVersion {
    V2,
    V3_0,
    V3_1,
    V4_0,
}
pub struct Epss {
    pub score_millionths: u32,
    pub percentile_millionths: u32,
    pub date: Option<Timestamp>,
}
pub struct Database {
    pub built_at: Option<Timestamp>,
}
impl<'a> Finding<'a> {
    pub fn aliases(&self) -> impl Iterator<Item = &'a str> {
        std::iter::empty()
    }
    pub fn severities(&self) -> impl Iterator<Item = (&'a str, Severity)> {
        std::iter::empty()
    }
    pub fn cvss(&self) -> impl Iterator<Item = Cvss<'a>> {
        std::iter::empty()
    }
    pub fn epss(&self) -> Option<Epss> {
        None
    }
    pub fn known_exploited(&self) -> Option<bool> {
        None
    }
    pub fn published_at(&self) -> Option<Timestamp> {
        None
    }
    pub fn fix_available_at(&self) -> Option<Timestamp> {
        None
    }
}
impl ScanReport {
    pub fn database(&self) -> Option<Database> {
        None
    }
}
