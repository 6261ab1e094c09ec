//! Everything that can be wrong with a file: a clear error or a failing rule, never an allow.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::run::{Ran, check, cocket, copy};

const CHECKOUT: &str = "registry.acme.example/shop/checkout:2.8.1";

fn refused(ran: &Ran, status: i32, part: &str) {
    let text = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.status, status, "{text}");
    assert!(text.contains(part), "`{part}` in {text}");
    assert!(!text.contains("panicked"), "{text}");
}

/// A change of one file of the example, and what `check` of one image then says.
fn with(file: &str, change: impl FnOnce(&Path), targets: &[&str], status: i32, part: &str) {
    let copy = copy();
    change(&copy.path().join(file));
    refused(&check(copy.path(), targets, &[]), status, part);
}

fn edit(change: impl Fn(Vec<u8>) -> Vec<u8>) -> impl FnOnce(&Path) {
    move |path| {
        let changed = change(fs::read(path).unwrap());
        fs::write(path, changed).unwrap();
    }
}

fn text(change: impl Fn(&str) -> String) -> impl FnOnce(&Path) {
    edit(move |bytes| change(std::str::from_utf8(&bytes).unwrap()).into_bytes())
}

/// 2 GiB that take no room on the disk.
fn huge(path: &Path) {
    File::create(path).unwrap().set_len(2 << 30).unwrap();
}

#[test]
fn policies() {
    let file = "policy/policy.yaml";
    let one: &[&str] = &[CHECKOUT];
    with(file, |path| fs::remove_file(path).unwrap(), one, 2, "policy");
    with(file, huge, one, 2, "policy.yaml");
    with(file, |path| drop(fs::remove_file(path).and(fs::create_dir(path))), one, 2, "policy");
    // A mark at the start and Windows line ends are how some editors write.
    with(file, text(|text| format!("\u{feff}{text}")), one, 0, "ALLOW");
    with(file, text(|text| text.replace('\n', "\r\n")), one, 0, "ALLOW");
    with(file, text(|text| format!("{text}\0")), one, 2, "policy.yaml:");
    with(file, edit(|bytes| [bytes, vec![0xff]].concat()), one, 2, "policy.yaml");
    with(file, text(|text| text.replace("mode: enforce", "mod: enforce")), one, 2, "did you mean");
    with(file, text(|text| format!("{text}\n  mode: audit\n")), one, 2, "mode");
    with(
        file,
        text(|text| text.replace("{critical: 0", &"[".repeat(5_000))),
        one,
        2,
        "policy.yaml",
    );
    with(file, text(|text| text.replace("anyOf: [release]", "anyOf: [relese]")), one, 2, "release");
    with("policy/trust.yaml", text(|text| text.replace("MFkw", "MFkx")), one, 2, "trust.yaml");
}

#[test]
fn objects() {
    let file = "deploy/production.yaml";
    let one: &[&str] = &[file];
    with(file, |path| fs::remove_file(path).unwrap(), one, 3, "production.yaml");
    with("deploy", |path| fs::remove_dir_all(path).unwrap(), &["./deploy"], 3, "deploy");
    with(file, huge, one, 3, "production.yaml");
    with(file, text(|text| format!("\u{feff}{}", text.replace('\n', "\r\n"))), one, 1, "7 images");
    with(file, text(|text| format!("{text}\0")), one, 3, "production.yaml");
    with(file, text(|text| text.replace("containers:", "Containers:")), one, 3, "Containers");
    with(file, text(|text| format!("{text}\n          image: x\n")), one, 3, "image");
    with(file, text(|_| "[".repeat(10_000)), one, 3, "production.yaml");
    with(file, text(|text| text.replace("apps/v1", "apps.example.com/v1")), one, 3, "Deployment");
    with(file, text(|_| String::new()), one, 3, "nothing was judged");
}

/// The blob of the layout whose text has this part.
fn blob(folder: &Path, part: &str) -> PathBuf {
    let blobs = fs::read_dir(folder.join("images/blobs/sha256")).unwrap();
    let mut paths: Vec<PathBuf> = blobs.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let holds = |path: &PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap()).contains(part);
    paths.into_iter().find(holds).unwrap_or_else(|| panic!("{part}"))
}

#[test]
fn images() {
    let folder = copy();
    let digest = "4bfbc3eef15190c5dc17fc26e3e24a26d8572bdcc3c375062cfde9004a5d1c60";
    assert_eq!(check(folder.path(), &[CHECKOUT], &[]).status, 0);
    let manifest = folder.path().join("images/blobs/sha256").join(digest);
    let straight = fs::read(&manifest).unwrap();
    let text = String::from_utf8(straight.clone()).unwrap();
    // Other bytes are not the image, whatever they say.
    for other in [
        text.replacen('{', r#"{"manifests":[],"#, 1),
        text.replacen('{', r#"{"Layers":[],"#, 1),
        text.replace("application/", "application\\u002f"),
        format!("{text} "),
        String::new(),
    ] {
        fs::write(&manifest, other).unwrap();
        refused(&check(folder.path(), &[CHECKOUT], &[]), 1, "evidence.");
    }
    huge(&manifest);
    refused(&check(folder.path(), &[CHECKOUT], &[]), 1, "evidence.");
    fs::remove_file(&manifest).unwrap();
    refused(&check(folder.path(), &[CHECKOUT], &[]), 1, "evidence.");
    fs::create_dir(&manifest).unwrap();
    let ran = check(folder.path(), &[CHECKOUT], &[]);
    assert!(ran.status == 1 || ran.status == 3, "{}{}", ran.stdout, ran.stderr);
    fs::remove_dir(&manifest).unwrap();
    fs::write(&manifest, straight).unwrap();
    assert_eq!(check(folder.path(), &[CHECKOUT], &[]).status, 0);
    // A signature's payload that says another digest is no signature of this image.
    let payload = blob(folder.path(), "docker-manifest-digest");
    let other = fs::read_to_string(&payload).unwrap().replace(digest, &"0".repeat(64));
    fs::write(&payload, other).unwrap();
    refused(&check(folder.path(), &[CHECKOUT], &[]), 1, "production/signed");
}

#[test]
fn layouts() {
    let one: &[&str] = &[CHECKOUT];
    with("images/index.json", |path| fs::remove_file(path).unwrap(), one, 3, "index.json");
    with("images/oci-layout", text(|_| "{}".to_owned()), one, 3, "oci-layout");
    with("images/index.json", huge, one, 3, "index.json");
    with(
        "images/index.json",
        edit(|bytes| bytes[..bytes.len() / 2].to_vec()),
        one,
        3,
        "index.json",
    );
    with(
        "images/index.json",
        text(|text| text.replacen('{', r#"{"manifests":[],"#, 1)),
        one,
        3,
        "index.json",
    );
}

#[test]
fn reports() {
    let file = "reports/checkout.json";
    let one: &[&str] = &[CHECKOUT];
    let scan = "production/vulnerabilities";
    with(file, |path| fs::remove_file(path).unwrap(), one, 1, scan);
    with(file, huge, one, 1, "larger than");
    with(file, edit(|bytes| bytes[..bytes.len().saturating_sub(3)].to_vec()), one, 1, scan);
    with(file, text(|text| format!("\u{feff}{text}")), one, 1, scan);
    with(file, text(|text| text.replace("2026-11-2", "2027-11-2")), one, 1, "evidence.invalid");
    with(file, text(|text| text.replace("2026-11-2", "2026-10-2")), one, 1, "scan_too_old");
    with(file, text(|text| text.replacen('{', r#"{"Results":[],"#, 1)), one, 1, scan);
    with(file, text(|text| text.replacen('{', r#"{"results":[],"#, 1)), one, 1, scan);
    with(file, text(|_| "[".repeat(100_000)), one, 1, scan);
}

#[test]
fn arguments() {
    let folder = copy();
    let run = |arguments: &[&str]| cocket(folder.path(), arguments);
    refused(&run(&["check", CHECKOUT]), 2, "--policy");
    refused(&run(&["check", CHECKOUT, "--policy", "nowhere.yaml"]), 2, "nowhere.yaml");
    refused(&run(&["check", CHECKOUT, "-p", "policy", "--at", "yesterday"]), 2, "yesterday");
    refused(&run(&["check", CHECKOUT, "-p", "policy", "-o", "pdf"]), 2, "pdf");
    refused(&run(&["check", CHECKOUT, "-p", "policy", "--evidence", "none"]), 3, "none");
    refused(&run(&["explain", "signature.mising"]), 2, "signature.missing");
}

#[test]
fn records_of_decisions_that_cannot_be_read_are_refused() {
    let copy = copy();
    let large = std::fs::File::create(copy.path().join("large.json")).unwrap();
    large.set_len((256 << 20) + 1).unwrap();
    let records = [
        ("missing", None, "missing: "),
        ("deploy", None, "deploy: "),
        ("large.json", None, "larger than 268435456 bytes"),
        ("empty.json", Some(""), "this is no record"),
        ("cut.json", Some(r#"{"decisions":[{"verdict":"allow""#), "this is no record"),
        ("twice.json", Some(r#"{"decisions":[],"decisions":[]}"#), "duplicate field"),
        ("other.json", Some(r#"{"decision":[]}"#), "missing field `decisions`"),
    ];
    for (name, text, part) in records {
        if let Some(text) = text {
            std::fs::write(copy.path().join(name), text).unwrap();
        }
        refused(&cocket(copy.path(), &["explain", "--decisions", name]), 3, part);
    }
}

#[test]
fn a_record_cannot_move_the_cursor_or_add_lines() {
    let copy = copy();
    let text = r#"{"decisions":[{"verdict":"deny","now":"x","image":{"given":"a\u001b[2J\nALLOW b"},
        "results":[]}]}"#;
    std::fs::write(copy.path().join("hostile.json"), text).unwrap();
    let ran = cocket(copy.path(), &["explain", "--decisions", "hostile.json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains("\nALLOW"), "{}", ran.stdout);
}
