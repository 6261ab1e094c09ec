//! Images and files really signed, with the flags of the commands that were given for them: the
//! answers that the corpus asks for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cocket::evidence::signing::{Bundle, BundleContent};
use cocket::reference::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::causes::right;
use crate::run::{Ran, verify};

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("COCKET_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if root.is_dir() {
        return Some(root.canonicalize().unwrap());
    }
    assert!(std::env::var_os("CI").is_none(), "in CI the corpus must be there");
    println!("skipped: `cocket verify` on real evidence: no corpus");
    None
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The flags of a command, without its program, its verb and its target. One chooses between what
/// is here always done.
fn flags(case: &Value) -> Vec<&str> {
    let command = case["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let mut flags: Vec<&str> = command.skip(2).collect();
    flags.pop();
    flags.retain(|flag| !flag.starts_with("--new-bundle-format"));
    flags
}

/// What is wrong with an answer: a refusal says its first cause, and a wrong command line what to
/// do instead.
fn compared(id: &str, accepts: bool, ran: &Ran) -> Option<String> {
    let as_expected = match ran.status {
        0 => accepts && ran.stdout.starts_with("VERIFIED  "),
        1 => {
            let cause = ran.stdout.lines().find(|line| line.starts_with("  cause     "));
            !accepts
                && ran.stdout.starts_with("REFUSED  ")
                && cause.is_some_and(|line| line.len() > 20)
        }
        2 => {
            let faults = ["is not taken here: ", "`--key ", "`--trusted-root "];
            !accepts && faults.iter().any(|fault| ran.stderr.contains(fault))
        }
        _ => false,
    };
    let Ran { status, stdout, stderr } = ran;
    (!as_expected).then(|| format!("{id}: {status}\n{stdout}{stderr}"))
}

/// What is wrong with the first cause that a refusal gives; with it whether it was compared.
fn cause(case: &Value, ran: &Ran) -> (Option<String>, bool) {
    let (Some(right), 1) = (right(case), ran.status) else { return (None, false) };
    let line = ran.stdout.lines().find_map(|line| line.strip_prefix("  cause     "));
    let check = line.and_then(|line| line.split(':').next()).unwrap_or_default();
    let wrong = !right.contains(&check);
    (wrong.then(|| format!("{}: {line:?}, where {right:?} is right", text(case, "id"))), true)
}

#[test]
fn every_refusal_of_the_corpus_gives_the_true_first_cause() {
    let Some(root) = corpus() else { return };
    let signed = root.join("signed");
    let manifest = read_json(&signed.join("MANIFEST.json"));
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for list in ["oci_cases", "bundle_cases"] {
        let cases = manifest[list].as_array().unwrap();
        for case in cases.iter().filter(|case| text(case, "cocket") == "reject") {
            let ran = answer(&signed, case, text(&manifest, "now"));
            let (fault, is_compared) = cause(case, &ran);
            wrong.extend(fault);
            compared += usize::from(is_compared);
        }
    }
    assert!(compared > 0);
    println!("{compared} first causes compared");
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The answer to a row of either list.
fn answer(signed: &Path, case: &Value, now: &str) -> Ran {
    let mut arguments = flags(case);
    arguments.extend(["--at", now]);
    let Some([file]) = case["files"].as_array().map(Vec::as_slice).filter(|_| is_image(case))
    else {
        let command = case["command"].as_array().unwrap();
        arguments.push(command.last().unwrap().as_str().unwrap());
        return verify(&signed.join(text(case, "cwd")), &arguments);
    };
    let reference = text(case, "reference");
    let layout = Layout::of(&read_json(&signed.join(file.as_str().unwrap())), reference);
    arguments.extend(["--evidence", layout.folder.path().to_str().unwrap(), reference]);
    verify(signed, &arguments)
}

fn is_image(case: &Value) -> bool {
    case["reference"].is_string()
}

/// An OCI layout that holds an image and what a case says is attached to it.
struct Layout {
    folder: TempDir,
    listed: Vec<Value>,
}

impl Layout {
    /// The image has the name `reference`.
    fn of(case: &Value, reference: &str) -> Self {
        let mut layout = Self { folder: tempfile::tempdir().unwrap(), listed: Vec::new() };
        fs::create_dir_all(layout.folder.path().join("blobs/sha256")).unwrap();
        let data = |value: &Value| BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap();
        let manifest = data(&case["manifest_b64"]);
        if case["config_b64"].is_string() {
            layout.blob(&data(&case["config_b64"]));
        }
        let parsed: Value = serde_json::from_slice(&manifest).unwrap();
        let (digest, size) = layout.blob(&manifest);
        let image = json!({"mediaType": parsed["mediaType"], "digest": digest, "size": size});
        let mut listed = image.clone();
        listed["annotations"] = json!({"org.opencontainers.image.ref.name": reference});
        layout.listed.push(listed);
        for (list, kind, bytes) in [
            ("signatures", "mediaType", "payload_b64"),
            ("attestations", "mediaType", "payload_b64"),
            ("bundles", "layer_mediaType", "bundle_b64"),
        ] {
            for item in case[list].as_array().into_iter().flatten() {
                layout.attach(&image, &item[kind], &data(&item[bytes]), &item["annotations"]);
            }
        }
        layout.finish();
        layout
    }

    fn blob(&self, bytes: &[u8]) -> (String, usize) {
        let digest = Digest::sha256(bytes).to_string();
        let name = digest.replace(':', "/");
        fs::write(self.folder.path().join("blobs").join(name), bytes).unwrap();
        (digest, bytes.len())
    }

    fn attach(&mut self, subject: &Value, media_type: &Value, bytes: &[u8], annotations: &Value) {
        let (config, config_size) = self.blob(b"{}");
        let (layer, size) = self.blob(bytes);
        let annotations: BTreeMap<&String, &Value> =
            annotations.as_object().into_iter().flatten().collect();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": config_size},
            "layers": [{"mediaType": media_type, "digest": layer, "size": size, "annotations": annotations}],
            "subject": subject,
        });
        let (digest, size) = self.blob(manifest.to_string().as_bytes());
        self.listed.push(json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": size,
        }));
    }

    fn finish(&self) {
        let index = json!({"schemaVersion": 2, "manifests": self.listed});
        fs::write(self.folder.path().join("index.json"), index.to_string()).unwrap();
        let marker = r#"{"imageLayoutVersion":"1.0.0"}"#;
        fs::write(self.folder.path().join("oci-layout"), marker).unwrap();
    }
}

#[test]
fn signed_images_have_the_answers_of_the_corpus() {
    let Some(root) = corpus() else { return };
    let signed = root.join("signed");
    let manifest = read_json(&signed.join("MANIFEST.json"));
    let mut wrong = Vec::new();
    let cases = manifest["oci_cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let ran = answer(&signed, case, text(&manifest, "now"));
        wrong.extend(compared(text(case, "id"), text(case, "cocket") == "accept", &ran));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn signed_files_have_the_answers_of_the_corpus() {
    let Some(root) = corpus() else { return };
    let signed = root.join("signed");
    let manifest = read_json(&signed.join("MANIFEST.json"));
    let mut wrong = Vec::new();
    let cases = manifest["bundle_cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let ran = answer(&signed, case, text(&manifest, "now"));
        wrong.extend(compared(text(case, "id"), text(case, "cocket") == "accept", &ran));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The digest that a bundle itself names; that of nothing where it names none.
fn own_digest(bytes: &[u8]) -> String {
    let named = Bundle::parse(bytes).ok().and_then(|bundle| match bundle.content {
        BundleContent::MessageSignature(message) => {
            let (_, digest) = message.digest?;
            Some(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
                .map(|hex| format!("sha256:{hex}"))
        }
        BundleContent::Envelope(envelope) => {
            let claim = envelope.statement().ok()?;
            let mut digests = claim.subjects.into_iter().flat_map(|subject| subject.digests);
            digests.next().map(|digest| digest.to_string())
        }
        _ => None,
    });
    named.filter(|text| text.parse::<Digest>().is_ok()).unwrap_or(Digest::sha256(b"").to_string())
}

#[test]
fn bundles_of_other_clients_have_the_answers_of_the_corpus() {
    let Some(root) = corpus() else { return };
    let folder = root.join("evidence");
    let index = read_json(&folder.join("INDEX.json"));
    let now = index["now"].as_str().unwrap();
    let (mut wrong, mut compared_rows) = (Vec::new(), 0);
    for row in index["entries"].as_array().unwrap() {
        if text(&row["check"], "how") != "verify" {
            continue;
        }
        compared_rows += 1;
        let file = text(row, "file");
        let with = &row["check"]["with"];
        let companions = row["companions"].as_array().into_iter().flatten();
        let beside =
            companions.map(|one| text(one, "file")).find(|name| name.ends_with("/artifact"));
        let target = match (with["artifactSha256"].as_str(), beside) {
            (Some(hex), _) => format!("sha256:{hex}"),
            (None, Some(name)) => name.to_owned(),
            (None, None) => own_digest(&fs::read(folder.join(file)).unwrap()),
        };
        let mut arguments = vec!["--at", now, "--type", "any", "--bundle", file];
        arguments.extend(["--trusted-root", text(with, "trustRoot")]);
        match (text(with, "key"), text(with, "identity"), text(with, "issuer")) {
            ("", identity, issuer) => {
                for (flag, value) in
                    [("--certificate-identity", identity), ("--certificate-oidc-issuer", issuer)]
                {
                    match (value, flag) {
                        ("any", "--certificate-identity") => {
                            arguments.extend(["--certificate-identity-regexp", ".+"]);
                        }
                        ("any", _) => arguments.extend(["--certificate-oidc-issuer-regexp", ".+"]),
                        (exact, flag) => arguments.extend([flag, exact]),
                    }
                }
            }
            (key, ..) => arguments.extend(["--key", key]),
        }
        arguments.push(&target);
        let ran = verify(&folder, &arguments);
        wrong.extend(compared(file, text(&row["check"], "expect") == "pass", &ran));
    }
    assert!(compared_rows > 0);
    assert!(wrong.is_empty(), "{} of {compared_rows}:\n{}", wrong.len(), wrong.join("\n"));
}
