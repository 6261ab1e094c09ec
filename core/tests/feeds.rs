//! Feeds of exploitation: EPSS scores and the catalogue of known exploited vulnerabilities.
#![cfg(test)]

use cocket::evidence::feeds::{Epss, EpssHead, Kev, KevCatalog, Millionths};
use cocket::evidence::{EvidenceErrorKind as Kind, VouchedDocument};
use proptest::prelude::*;
use serde_json::{Value, json};

const HEAD: &str = "#model_version:v2025.03.14,score_date:2026-11-20T12:55:00Z\n";
const COLUMNS: &str = "cve,epss,percentile\n";
const ROWS: &str = "CVE-2021-44228,0.94358,0.99958\nCVE-1999-0001,0.00383,0.73075\n";

fn epss(text: &str) -> Result<Epss, Kind> {
    Epss::parse(text.as_bytes()).map_err(|error| error.kind)
}

#[test]
fn scores_are_dated_and_looked_up() {
    let feed = epss(&[HEAD, COLUMNS, ROWS].concat()).unwrap();
    assert_eq!((feed.model_version(), feed.len()), ("v2025.03.14", 2));
    assert_eq!(feed.score_date().to_string(), "2026-11-20T12:55:00Z");
    let score = feed.score("cve-1999-0001").unwrap();
    assert_eq!((score.probability.get(), score.percentile.get()), (3_830, 730_750));
    for absent in ["CVE-1999-0002", "GHSA-aaaa-bbbb-cccc", "", "CVE-1999-00001"] {
        assert!(feed.score(absent).is_none(), "{absent}");
    }
    let old = "#model_version:v2023.03.01,score_date:2025-02-20T00:00:00+0000\n";
    let feed = epss(&[old, COLUMNS].concat()).unwrap();
    assert_eq!(feed.score_date().to_string(), "2025-02-20T00:00:00Z");
    assert!(feed.is_empty());
    assert!(epss(&[HEAD, COLUMNS, ROWS].concat().replace('\n', "\r\n")).is_ok());
}

/// Only its first look, which is not strict, tells what a document is.
#[test]
fn a_document_with_a_key_twice_is_unreadable_whatever_it_is() {
    let vex = r#""statements":[],"@id":"a","author":"a","timestamp":"2026-11-01T00:00:00Z""#;
    for text in [
        r#"{"catalogVersion":"1","catalogVersion":"2","vulnerabilities":[]}"#.to_owned(),
        r#"{"catalogVersion":"1","x":[{"cveID":"a","cveID":"b"}]}"#.to_owned(),
        format!(r#"{{"@context":"https://openvex.dev/ns/v0.2.0","version":1,"version":1,{vex}}}"#),
        format!(r#"{{"@context":"https://openvex.dev/ns/v0.2.0","x":{{"a":1,"a":1}},{vex}}}"#),
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","x":[{"a":1,"a":1}]}"#.to_owned(),
        r#"{"document":{"category":"csaf_vex","category":"csaf_vex"}}"#.to_owned(),
        r#"{"SchemaVersion":2,"SchemaVersion":2,"Results":[]}"#.to_owned(),
    ] {
        match VouchedDocument::read(&text.as_bytes().into()) {
            VouchedDocument::Unreadable(error) => assert_eq!(error.kind, Kind::Ambiguous, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn broken_scores_are_refused() {
    for text in [
        "".to_owned(),
        HEAD.to_owned(),
        [COLUMNS, ROWS].concat(),
        [HEAD, "cve,epss\n", ROWS].concat(),
        [HEAD, "CVE,EPSS,PERCENTILE\n", ROWS].concat(),
        [HEAD, "cve,percentile,epss\n", ROWS].concat(),
        ["#score_date:2026-11-20T12:55:00Z\n", COLUMNS, ROWS].concat(),
        ["#model_version:,score_date:2026-11-20T12:55:00Z\n", COLUMNS, ROWS].concat(),
        ["#model_version:v1,score_date:today\n", COLUMNS, ROWS].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-0001,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-0001,0.5,0.5,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-0001,1.5,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-0001,-0.5,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-0001,NaN,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-0001,,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "\"CVE-2020-0001\",0.5,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-1,0.5,0.5\n"].concat(),
        [HEAD, COLUMNS, ROWS, "CVE-2020-0001,0.5,0.5"].concat(),
    ] {
        assert_eq!(epss(&text).unwrap_err(), Kind::Invalid, "{text}");
    }
    let twice = [HEAD, COLUMNS, ROWS, "CVE-1999-0001,0.1,0.1\n"].concat();
    assert_eq!(epss(&twice).unwrap_err(), Kind::Ambiguous);
    assert_eq!(Epss::parse(&[0xff, b'\n', b'\n']).unwrap_err().kind, Kind::Invalid);
}

#[test]
fn the_head_is_shown_as_it_is_written() {
    let (head, rows) = EpssHead::read(b"#a\r\nwrong,columns\r\nx\n").unwrap();
    assert_eq!((head.model, head.columns, rows), ("#a", "wrong,columns", "x\n"));
    assert!(EpssHead::read(b"#a\n").is_err());
}

#[test]
fn a_cut_file_is_refused_but_at_the_end_of_a_line() {
    let text = [HEAD, COLUMNS, ROWS].concat();
    for end in 0..text.len() {
        let cut = text.get(..end).unwrap();
        let is_line_end = cut.ends_with('\n') && cut.lines().count() >= 2;
        assert_eq!(epss(cut).is_ok(), is_line_end, "{cut}");
    }
}

proptest! {
    #[test]
    fn shares_are_exact_and_never_rounded_down(millionths in 0..=1_000_000_u32, more in 0..10_u8) {
        let share = Millionths::new(millionths).unwrap();
        prop_assert_eq!(Millionths::parse(&share.to_string()), Some(share));
        let longer = Millionths::parse(&format!("{share}{more}"));
        prop_assert_eq!(longer, Millionths::new(millionths.saturating_add(u32::from(more > 0))));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(order in Just((0..40_u32).collect::<Vec<_>>()).prop_shuffle()) {
        let rows: String =
            order.iter().map(|n| format!("CVE-2020-7{n:03},0.{n:02},0.5\n")).collect();
        let feed = epss(&[HEAD, COLUMNS, &rows].concat()).unwrap();
        for n in 0..40_u32 {
            let score = feed.score(&format!("CVE-2020-7{n:03}")).unwrap();
            prop_assert_eq!(score.probability.get(), n.saturating_mul(10_000));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Epss::parse(&bytes), Kev::parse(&bytes));
    }
}

fn catalog() -> Value {
    json!({
        "title": "CISA Catalog", "catalogVersion": "2026.11.20",
        "dateReleased": "2026-11-20T15:00:00.1234Z", "count": 2,
        "vulnerabilities": [
            {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "notes": "x",
             "knownRansomwareCampaignUse": "Known"},
            {"cveID": "CVE-2014-0160", "dateAdded": "2022-05-04",
             "knownRansomwareCampaignUse": "Unknown"},
        ],
    })
}

fn kev(document: &Value) -> Result<Kev, Kind> {
    Kev::parse(document.to_string().as_bytes()).map_err(|error| error.kind)
}

#[test]
fn the_catalogue_is_dated_and_looked_up() {
    let feed = kev(&catalog()).unwrap();
    assert_eq!((feed.version(), feed.len(), feed.is_empty()), ("2026.11.20", 2, false));
    assert_eq!(feed.released().to_string(), "2026-11-20T15:00:00.1234Z");
    let entry = feed.entry("CVE-2014-0160").unwrap();
    assert_eq!((entry.date_added.to_string().as_str(), entry.ransomware), ("2022-05-04", None));
    assert_eq!(feed.entry("cve-2021-44228").unwrap().ransomware, Some(true));
    assert!(feed.entry("CVE-2021-4422").is_none());
}

#[test]
fn a_part_of_the_catalogue_is_shown_but_is_no_feed() {
    for count in [0, 1, 3, 1_273] {
        let mut part = catalog();
        part["count"] = json!(count);
        let shown = KevCatalog::parse(part.to_string().as_bytes()).unwrap();
        assert_eq!((shown.count(), shown.entries().len()), (count, 2));
        assert_eq!(&*shown.entries()[0].id, "CVE-2021-44228", "in the file's order");
        assert_eq!(kev(&part).unwrap_err(), Kind::Invalid);
    }
}

#[test]
fn broken_catalogues_are_refused() {
    for (pointer, value) in [
        ("/count", json!(null)),
        ("/count", json!("2")),
        ("/count", json!(-2)),
        ("/count", json!(2.0)),
        ("/catalogVersion", json!(null)),
        ("/dateReleased", json!(null)),
        ("/dateReleased", json!("today")),
        ("/vulnerabilities", json!(null)),
        ("/vulnerabilities", json!({})),
        ("/vulnerabilities/0", json!("CVE-2021-44228")),
        ("/vulnerabilities/0/cveID", json!(null)),
        ("/vulnerabilities/0/cveID", json!("log4shell")),
        ("/vulnerabilities/0/dateAdded", json!(null)),
        ("/vulnerabilities/0/dateAdded", json!("2021-13-10")),
    ] {
        let mut broken = catalog();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert_eq!(kev(&broken).unwrap_err(), Kind::Invalid, "{broken}");
    }
    let mut twice = catalog();
    twice["vulnerabilities"][0]["cveID"] = json!("CVE-2014-0160");
    assert_eq!(kev(&twice).unwrap_err(), Kind::Ambiguous);
    let text = catalog().to_string();
    for (from, to) in [("\"count\":2", "\"count\":2,\"Count\":3"), ("\"notes\"", "\"cveid\"")] {
        let error = Kev::parse(text.replace(from, to).as_bytes()).unwrap_err();
        assert_eq!(error.kind, Kind::Ambiguous, "{to}");
    }
}

#[test]
fn a_catalogue_cut_at_any_byte_is_refused() {
    let text = catalog().to_string();
    for end in 0..text.len() {
        assert!(Kev::parse(text.as_bytes().get(..end).unwrap()).is_err(), "cut at {end}");
    }
}
