use serde_json::{Value, json};

use crate::Image;

/// A report in the form of Trivy's JSON, schema version 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When it was made; absent where it does not say.
    pub created_at: Option<String>,
    /// The configuration's digest, as `ImageID`.
    pub image_id: Option<String>,
    /// `repository@digest`.
    pub repo_digests: Vec<String>,
    /// The operating system, as `Metadata.OS`.
    pub os: Value,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id.
    pub id: String,
    /// The package.
    pub package: String,
    /// The installed version.
    pub installed: String,
    /// The fixed version; empty where there is none.
    pub fixed: String,
    /// The severity in Trivy's spelling.
    pub severity: String,
    /// Further members of the row.
    pub extra: Value,
}

impl Finding {
    /// A finding from its parts: id, package, installed version, fixed version, severity.
    #[must_use]
    pub fn new(id: &str, package: &str, installed: &str, fixed: &str, severity: &str) -> Self {
        Self {
            id: id.to_owned(),
            package: package.to_owned(),
            installed: installed.to_owned(),
            fixed: fixed.to_owned(),
            severity: severity.to_owned(),
            extra: json!({}),
        }
    }

    /// The same with further members of the row.
    #[must_use]
    pub fn with(self, extra: Value) -> Self {
        Self { extra, ..self }
    }
}

impl Report {
    /// A report about `image`, which it names by configuration and by manifest.
    #[must_use]
    pub fn about(image: &Image, created_at: &str, findings: Vec<Finding>) -> Self {
        Self {
            created_at: Some(created_at.to_owned()),
            image_id: Some(image.config_digest()),
            repo_digests: vec![format!("registry.example.com/app@{}", image.digest())],
            os: json!({"Family": "debian", "Name": "12.8"}),
            findings,
        }
    }

    /// The report's text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                let mut row = json!({
                    "VulnerabilityID": finding.id,
                    "PkgName": finding.package,
                    "InstalledVersion": finding.installed,
                    "Severity": finding.severity,
                });
                if !finding.fixed.is_empty() {
                    row["FixedVersion"] = json!(finding.fixed);
                    row["Status"] = json!("fixed");
                }
                if let (Value::Object(row), Value::Object(extra)) = (&mut row, &finding.extra) {
                    row.extend(extra.clone());
                }
                row
            })
            .collect();
        let mut report = json!({
            "SchemaVersion": 2,
            "ArtifactName": "registry.example.com/app",
            "ArtifactType": "container_image",
            "Metadata": {"OS": self.os},
            "Results": [{
                "Target": "registry.example.com/app (debian 12.8)",
                "Class": "os-pkgs",
                "Type": "debian",
                "Vulnerabilities": findings,
            }],
        });
        if let Some(created_at) = &self.created_at {
            report["CreatedAt"] = json!(created_at);
        }
        if let Some(image_id) = &self.image_id {
            report["Metadata"]["ImageID"] = json!(image_id);
        }
        if !self.repo_digests.is_empty() {
            report["Metadata"]["RepoDigests"] = json!(self.repo_digests);
        }
        report.to_string()
    }
}
