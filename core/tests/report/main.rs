//! The report formats: decisions made by hand, rendered, and read back by other parsers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what it is for"
)]

mod data;
mod junit;
mod markdown;
mod people;
mod sample;
mod sarif;

use cocket::reasons::Code;
use cocket::report::{Format, json, reasons_markdown, sarif, table};
use cocket::wire::read_decision;

use crate::sample::{image_of, sample, warned};
use crate::sarif::results;

#[test]
fn nothing_judged_is_said_and_is_no_allow() {
    assert_eq!(table(&[], false), "no image was judged\n");
    assert_eq!(json(&[]), r#"{"decisions":[],"verdict":null}"#);
    for format in [Format::Yaml, Format::Junit, Format::Github, Format::Markdown] {
        assert!(!format.render(&[], false).contains("allow"), "{format}");
    }
    assert!(results(&sarif(&[])).is_empty());
}

#[test]
fn a_decision_that_was_written_and_read_again_is_reported_in_the_same_way() {
    let judged = sample();
    let again = judged.iter().map(|one| {
        let text = one.to_canonical_json().unwrap();
        read_decision(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"))
    });
    let again: Vec<_> = again.collect();
    assert!(judged.iter().any(|one| one.origin.is_some()));
    for format in [
        Format::Table,
        Format::Json,
        Format::Yaml,
        Format::Junit,
        Format::Sarif,
        Format::Github,
        Format::Markdown,
    ] {
        assert_eq!(format.render(&again, false), format.render(&judged, false), "{format}");
    }
}

#[test]
fn an_image_without_a_name_is_told_by_its_digest() {
    let mut one = warned();
    image_of(&mut one.decision).given = String::new();
    image_of(&mut one.decision).canonical = None;
    let digest = image_of(&mut one.decision).digest.unwrap().to_string();
    let judged = [one];
    for format in [Format::Github, Format::Markdown, Format::Junit, Format::Sarif] {
        let text = format.render(&judged, false);
        assert!(text.contains(&format!("(no name) {digest}")), "{format}");
    }
    assert!(table(&judged, false).starts_with("WARN   (no name)\n"));
}

#[test]
fn endless_text_is_cut_where_people_read() {
    let mut one = warned();
    image_of(&mut one.decision).given = "x".repeat(1_000_000);
    let judged = [one];
    for format in [Format::Table, Format::Github, Format::Markdown, Format::Junit, Format::Sarif] {
        let text = format.render(&judged, false);
        assert!(text.len() < 60_000, "{format}");
        assert!(text.contains("… (998000 characters more)"), "{format}");
    }
    assert!(json(&judged).len() > 1_000_000);
}

#[test]
fn formats_are_found_by_name() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(*format));
        assert_eq!(format.render(&sample(), false), format.render(&sample(), false));
    }
    let error = "Table".parse::<Format>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Table` is not a format: table, json, yaml, junit, sarif, github or markdown"
    );
}

#[test]
fn the_page_of_reasons_has_every_code_once() {
    let page = reasons_markdown();
    for code in Code::ALL {
        assert_eq!(page.matches(&format!("| `{code}` |")).count(), 1, "{code}");
    }
    for line in page.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 5, "{line}");
    }
}
