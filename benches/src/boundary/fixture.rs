//! What every language is given: files in a folder, written anew for each run.

use std::error::Error;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket_testkit::{Finding, Image, Report, Signer};
use serde_json::{Value, json};

const REPOSITORY: &str = "registry.example.com/team/app";
/// The moment of every decision.
pub(super) const NOW: &str = "2026-11-23T12:00:00Z";

/// One rule that needs no evidence: the decision that costs least.
fn cheap() -> Value {
    policy(
        &json!({}),
        &json!([{"id": "approved", "registry": {"allow": ["registry.example.com/**"]}}]),
    )
}

fn whole(signer: &Signer) -> Value {
    policy(
        &json!({"release": {"key": {"pem": signer.pem()}}}),
        &json!([
            {"id": "approved", "registry": {"allow": ["registry.example.com/**"]}},
            {"id": "pinned", "reference": {"digest": "required", "tag": {"deny": ["latest"]}}},
            {"id": "signed", "signature": {"anyOf": ["release"]}},
            {"id": "unprivileged", "config": {"user": "nonRoot"}},
            {"id": "vulnerabilities", "vulnerabilities": {
                "from": {"trust": "caller"}, "maxAge": "30d", "max": {"critical": 0, "high": 5},
            }},
        ]),
    )
}

fn policy(authorities: &Value, rules: &Value) -> Value {
    json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
        "metadata": {"name": "production"},
        "spec": {"authorities": authorities, "rules": rules},
    })
}

/// About 400 kB with 200 findings, none of them too bad.
fn report(image: &Image) -> String {
    let finding = |number: usize| {
        let id = format!("CVE-2026-{number:05}");
        let severity = ["LOW", "MEDIUM", "UNKNOWN", "LOW"][number % 4];
        let severity = if severity == "UNKNOWN" { "MEDIUM" } else { severity };
        let reference = |at: usize| format!("https://advisories.example.com/{id}/{at}");
        Finding::new(&id, &format!("package-{number}"), "1.2.3-4", "", severity).with(json!({
            "PkgID": format!("package-{number}@1.2.3-4"),
            "Title": format!("{id}: reading past the end of a buffer"),
            "Description": "A crafted file makes the parser read past the end of a buffer. ".repeat(18),
            "References": (0..10).map(reference).collect::<Vec<_>>(),
            "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:L/I:N/A:L", "V3Score": 4.4}},
            "PublishedDate": "2026-10-01T00:00:00Z", "LastModifiedDate": "2026-11-01T00:00:00Z",
        }))
    };
    Report::about(image, "2026-11-20T12:00:00Z", (0..200).map(finding).collect()).to_json()
}

/// Writes the files.
pub(super) fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let signer = Signer::named("release");
    let image = Image::new(&["layer"], &json!({"User": "10001"}), &json!({}));
    let (digest, report) = (image.digest(), report(&image));
    let signature = signer.simple_signing(REPOSITORY, &digest, &Value::Null);
    let name = format!("{REPOSITORY}:1.2@{digest}");
    let annotation = signature.annotations.values().next().ok_or("no signature")?;
    let (cheap, whole) = (cheap().to_string(), whole(&signer).to_string());
    let asked = json!({"op": "check", "now": NOW, "context": {"images": [{"image": name}]}});
    let mut request = asked.clone();
    let blobs = image.blobs().map(
        |(media_type, bytes)| json!({"mediaType": media_type, "data": STANDARD.encode(bytes)}),
    );
    let attached = json!({
        "mediaType": signature.media_type, "subject": digest,
        "annotations": signature.annotations, "data": STANDARD.encode(&signature.bytes),
    });
    request["policies"] = json!([{"name": "policy.json", "text": whole}]);
    request["evidence"] = blobs.chain([attached]).collect();
    request["vouched"] = json!([{"subject": digest, "data": STANDARD.encode(&report)}]);
    let [manifest, config] =
        [0, 1].map(|at| image.blobs().nth(at).map(|(_, bytes)| bytes.to_vec()));
    let files: [(&str, Vec<u8>); 11] = [
        ("cheap.json", cheap.into_bytes()),
        ("policy.json", whole.into_bytes()),
        ("image.txt", name.into_bytes()),
        ("digest.txt", digest.into_bytes()),
        ("manifest.json", manifest.unwrap_or_default()),
        ("config.json", config.unwrap_or_default()),
        ("payload.json", signature.bytes),
        ("signature.txt", annotation.clone().into_bytes()),
        ("report.json", report.into_bytes()),
        ("asked.json", asked.to_string().into_bytes()),
        ("request.json", request.to_string().into_bytes()),
    ];
    for (file, content) in files {
        fs::write(folder.join(file), content)?;
    }
    Ok(())
}
