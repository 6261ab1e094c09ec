//! `seeds`: what the fuzz targets start from, out of the test vectors and, where it is there, the
//! real evidence.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evidence::AttachedKind;
use cocket::reference::Digest;
use serde_json::{Value, json};

/// Larger files teach a fuzzer nothing that smaller ones do not, and slow it down.
const MAX_SEED_BYTES: usize = 64 * 1024;

/// The kinds of the corpus' index, and the number by which `fuzz_targets/evidence.rs` chooses
/// their reader.
const READERS: &[(&str, u8)] = &[
    ("trivy-json", 0),
    ("grype-json", 0),
    ("osv-scanner-json", 0),
    ("openvex", 1),
    ("epss", 2),
    ("kev", 3),
    ("image-config", 4),
    ("oci-manifest", 5),
    ("oci-index", 5),
];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let [root] = arguments else {
        eprintln!("seeds: one argument is expected: the project's folder");
        return ExitCode::from(2);
    };
    match write(Path::new(root)) {
        Ok(count) => {
            println!("seeds {count}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("seeds: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn write(root: &Path) -> Result<usize, String> {
    let mut seeds = Seeds { folder: root.join("fuzz/corpus"), count: 0 };
    for area in folders(&root.join("core/tests/vectors"))? {
        for case in folders(&area)? {
            vector(&case, &mut seeds)?;
        }
    }
    for area in folders(&root.join("core/tests/judges"))? {
        for case in folders(&area)? {
            judge(&case, &mut seeds)?;
        }
    }
    if let Some(corpus) = std::env::var_os("COCKET_CORPUS").filter(|path| !path.is_empty()) {
        index(&PathBuf::from(corpus).join("evidence"), &mut seeds)?;
    }
    Ok(seeds.count)
}

struct Seeds {
    folder: PathBuf,
    count: usize,
}

impl Seeds {
    /// Under the digest of its bytes, so that equal ones are one.
    fn add(&mut self, target: &str, bytes: &[u8]) -> Result<(), String> {
        if bytes.len() > MAX_SEED_BYTES {
            return Ok(());
        }
        let folder = self.folder.join(target);
        let name = Digest::sha256(bytes).to_string().replace("sha256:", "");
        let written = fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join(name), bytes))
            .map_err(|error| format!("{}: {error}", folder.display()));
        self.count = self.count.saturating_add(1);
        written
    }

    /// As `fuzz_targets/signed.rs` takes it apart.
    fn signed(
        &mut self,
        media_type: &str,
        annotations: &BTreeMap<String, String>,
        payload: &[u8],
    ) -> Result<(), String> {
        let kind = match AttachedKind::from_media_type(media_type) {
            AttachedKind::Bundle => 0,
            AttachedKind::Envelope => 1,
            AttachedKind::SimpleSigning => 2,
            _ => return Ok(()),
        };
        let mut seed = vec![kind];
        for (key, value) in annotations {
            seed.extend(format!("{key}={}\n", value.replace('\n', "\u{1}")).bytes());
        }
        if !annotations.is_empty() {
            seed.push(b'\n');
        }
        seed.extend(payload);
        self.add("signed", &seed)
    }
}

/// As `fuzz_targets/judges.rs` takes it apart.
fn judge(case: &Path, seeds: &mut Seeds) -> Result<(), String> {
    let script: Value = serde_json::from_str(&text_of(&case.join("judge.json"))?)
        .map_err(|error| format!("{}: {error}", case.display()))?;
    let declaration = script.get("declaration").map(Value::to_string).unwrap_or_default();
    let answers = script.get("answers").and_then(Value::as_object).into_iter().flatten();
    for answer in answers.filter_map(|(_, answer)| answer.as_str()) {
        seeds.add("judges", format!("{declaration}\n\n{answer}").as_bytes())?;
    }
    Ok(())
}

fn vector(case: &Path, seeds: &mut Seeds) -> Result<(), String> {
    let policy = text_of(&case.join("policy.yaml"))?;
    let mut request: Value = serde_json::from_str(&text_of(&case.join("request.json"))?)
        .map_err(|error| format!("{}: {error}", case.display()))?;
    seeds.add("policies", policy.as_bytes())?;
    let list = |value: &Value, pointer: &str| -> Vec<Value> {
        value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let text = |value: &Value, key: &str| -> String {
        value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    for item in list(&request, "/evidence") {
        let data = STANDARD.decode(text(&item, "data")).unwrap_or_default();
        let annotations = item.get("annotations").cloned().unwrap_or(json!({}));
        let annotations = serde_json::from_value(annotations).unwrap_or_default();
        seeds.signed(&text(&item, "mediaType"), &annotations, &data)?;
    }
    for item in list(&request, "/vouched") {
        let data = STANDARD.decode(text(&item, "data")).unwrap_or_default();
        seeds.add("evidence", &[&[6], data.as_slice()].concat())?;
    }
    for object in list(&request, "/context/objects") {
        seeds.add("objects", text(&object, "text").as_bytes())?;
    }
    for image in list(&request, "/context/images") {
        seeds.add("references", text(&image, "image").as_bytes())?;
    }
    if let Some(request) = request.as_object_mut() {
        let policies = json!([{"name": "policy.yaml", "text": policy}]);
        request.insert("policies".to_owned(), policies);
    }
    seeds.add("wire", request.to_string().as_bytes())
}

fn index(folder: &Path, seeds: &mut Seeds) -> Result<(), String> {
    let index: Value = serde_json::from_str(&text_of(&folder.join("INDEX.json"))?)
        .map_err(|error| format!("INDEX.json: {error}"))?;
    for entry in index.get("entries").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let path = folder.join(text("file"));
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let kind = text("kind");
        if let Some((_, reader)) = READERS.iter().find(|(known, _)| *known == kind) {
            seeds.add("evidence", &[&[*reader], bytes.as_slice()].concat())?;
        } else if kind == "sigstore-bundle" {
            seeds.add("signed", &[&[0], bytes.as_slice()].concat())?;
        } else if kind == "dsse" {
            seeds.add("signed", &[&[1], bytes.as_slice()].concat())?;
        }
    }
    Ok(())
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    Ok(found)
}

fn text_of(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
