//! Scan reports in the format of `trivy image --format json`.
//!
//! The findings are true of the packages and versions named: severities and vectors are those of
//! the National Vulnerability Database, fixed versions those of the distribution or project.

use serde_json::{Value, json};

use super::images::{Image, Images, Layer};

/// One vulnerability in one package.
struct Finding {
    id: &'static str,
    title: &'static str,
    severity: &'static str,
    weaknesses: &'static [&'static str],
    vector: &'static str,
    score: f64,
    package: &'static str,
    installed: &'static str,
    fixed: &'static str,
}

/// Where a kind of finding comes from.
#[derive(Clone, Copy)]
enum Source {
    Debian,
    Alpine,
    Maven,
}

/// File names and reports.
pub(super) fn reports(images: &Images) -> Vec<(&'static str, String)> {
    let findings = |image: &Image| match image.short_name() {
        "orders" => vec![(Source::Debian, vec![APT]), (Source::Maven, java())],
        "newsletter" => vec![(Source::Alpine, alpine())],
        _ => vec![(Source::Debian, vec![APT])],
    };
    let mut minute = 0_u32;
    let all = images.all().into_iter();
    all.map(|image| {
        minute = minute.saturating_add(4);
        let created = format!("2026-11-23T06:{minute:02}:17.25Z");
        let report = report(image, &created, &findings(image));
        (image.short_name(), format!("{report:#}\n"))
    })
    .collect()
}

const APT: Finding = Finding {
    id: "CVE-2011-3374",
    title: "It was found that apt-key in apt, all versions, do not correctly valid ...",
    severity: "LOW",
    weaknesses: &["CWE-347"],
    vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N",
    score: 3.7,
    package: "apt",
    installed: "2.6.1",
    fixed: "",
};

const JACKSON: Finding = Finding {
    id: "CVE-2022-42003",
    title: "jackson-databind: deep wrapper array nesting wrt UNWRAP_SINGLE_VALUE_ARRAYS",
    severity: "HIGH",
    weaknesses: &["CWE-502"],
    vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
    score: 7.5,
    package: "com.fasterxml.jackson.core:jackson-databind",
    installed: "2.13.4",
    fixed: "2.12.7.1, 2.13.4.2",
};

/// All four of log4j-core 2.14.1, and one of another library.
fn java() -> Vec<Finding> {
    let log4j = |id, title, severity, weaknesses, vector, score, fixed| Finding {
        id,
        title,
        severity,
        weaknesses,
        vector,
        score,
        package: "org.apache.logging.log4j:log4j-core",
        installed: "2.14.1",
        fixed,
    };
    vec![
        log4j(
            "CVE-2021-44228",
            "log4j-core: Remote code execution in Log4j 2.x when logs contain an attacker-controlled string value",
            "CRITICAL",
            &["CWE-20", "CWE-400", "CWE-502", "CWE-917"],
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
            10.0,
            "2.15.0, 2.3.1, 2.12.2",
        ),
        log4j(
            "CVE-2021-45046",
            "log4j-core: DoS in log4j 2.x with thread context message pattern and context lookup pattern",
            "CRITICAL",
            &["CWE-917"],
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H",
            9.0,
            "2.16.0, 2.12.2",
        ),
        log4j(
            "CVE-2021-44832",
            "log4j-core: remote code execution via JDBC Appender",
            "MEDIUM",
            &["CWE-20", "CWE-74"],
            "CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:H/I:H/A:H",
            6.6,
            "2.17.1, 2.12.4, 2.3.2",
        ),
        log4j(
            "CVE-2021-45105",
            "log4j-core: DoS in log4j 2.x with Thread Context Map (MDC) input data contains a recursive lookup and context lookup pattern",
            "MEDIUM",
            &["CWE-20", "CWE-674"],
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H",
            5.9,
            "2.17.0, 2.12.3, 2.3.1",
        ),
        JACKSON,
    ]
}

/// Alpine 3.18.4 before the fixes of October 2023.
fn alpine() -> Vec<Finding> {
    let curl = |package| Finding {
        id: "CVE-2023-38545",
        title: "curl: heap based buffer overflow in the SOCKS5 proxy handshake",
        severity: "CRITICAL",
        weaknesses: &["CWE-787"],
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        score: 9.8,
        package,
        installed: "8.3.0-r0",
        fixed: "8.4.0-r0",
    };
    let openssl = |package| Finding {
        id: "CVE-2023-5363",
        title: "openssl: Incorrect cipher key and IV length processing",
        severity: "HIGH",
        weaknesses: &[],
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        score: 7.5,
        package,
        installed: "3.1.3-r0",
        fixed: "3.1.4-r0",
    };
    vec![curl("curl"), openssl("libcrypto3"), curl("libcurl"), openssl("libssl3")]
}

fn report(image: &Image, created: &str, findings: &[(Source, Vec<Finding>)]) -> Value {
    let os = match image.short_name() {
        "newsletter" => json!({"Family": "alpine", "Name": "3.18.4"}),
        _ => json!({"Family": "debian", "Name": "12.11"}),
    };
    let results = findings.iter().map(|(source, found)| source.result(image, found));
    let results: Vec<Value> = results.collect();
    let diff_ids: Vec<_> = image.layers.iter().map(|layer| layer.diff_id).collect();
    let size: usize = image.layers.iter().map(|layer| layer.stored.size).sum();
    let layers: Vec<Value> = image
        .layers
        .iter()
        .map(|layer| {
            json!({"Size": layer.stored.size, "Digest": layer.stored.digest,
                   "DiffID": layer.diff_id})
        })
        .collect();
    json!({
        "SchemaVersion": 2,
        "CreatedAt": created,
        "ArtifactName": image.by_tag(),
        "ArtifactType": "container_image",
        "Metadata": {
            "Size": size,
            "OS": os,
            "ImageID": image.config.digest,
            "DiffIDs": diff_ids,
            "RepoTags": [image.by_tag()],
            "RepoDigests": [format!("{}@{}", image.repository, image.manifest.digest)],
            "ImageConfig": image.config_json,
            "Layers": layers,
        },
        "Results": results,
    })
}

impl Source {
    fn result(self, image: &Image, findings: &[Finding]) -> Value {
        let layer = match self {
            Self::Maven => image.layers.last(),
            Self::Debian | Self::Alpine => image.layers.first(),
        };
        let rows: Vec<Value> = findings.iter().map(|finding| self.row(finding, layer)).collect();
        let (target, class, kind) = match self {
            Self::Debian => (format!("{} (debian 12.11)", image.by_tag()), "os-pkgs", "debian"),
            Self::Alpine => (format!("{} (alpine 3.18.4)", image.by_tag()), "os-pkgs", "alpine"),
            Self::Maven => ("Java".to_owned(), "lang-pkgs", "jar"),
        };
        json!({"Target": target, "Class": class, "Type": kind, "Vulnerabilities": rows})
    }

    fn row(self, finding: &Finding, layer: Option<&Layer>) -> Value {
        let layer =
            layer.map(|layer| json!({"Digest": layer.stored.digest, "DiffID": layer.diff_id}));
        let level = match finding.severity {
            "CRITICAL" => 4,
            "HIGH" => 3,
            "MEDIUM" => 2,
            _ => 1,
        };
        let status = if finding.fixed.is_empty() { "affected" } else { "fixed" };
        let mut row = json!({
            "VulnerabilityID": finding.id,
            "PkgName": finding.package,
            "PkgIdentifier": {"PURL": self.purl(finding)},
            "InstalledVersion": finding.installed,
            "Status": status,
            "Layer": layer,
            "SeveritySource": "nvd",
            "PrimaryURL": format!("https://avd.aquasec.com/nvd/{}", finding.id.to_lowercase()),
            "DataSource": self.database(),
            "Title": finding.title,
            "Severity": finding.severity,
            "VendorSeverity": {"nvd": level},
            "CVSS": {"nvd": {"V3Vector": finding.vector, "V3Score": finding.score}},
            "References": [format!("https://nvd.nist.gov/vuln/detail/{}", finding.id)],
        });
        // Trivy leaves out what is empty.
        if let Some(members) = row.as_object_mut() {
            if !finding.fixed.is_empty() {
                members.insert("FixedVersion".to_owned(), json!(finding.fixed));
            }
            if !finding.weaknesses.is_empty() {
                members.insert("CweIDs".to_owned(), json!(finding.weaknesses));
            }
            match self {
                Self::Maven => {
                    let artifact = finding.package.rsplit(':').next().unwrap_or_default();
                    let path = format!("app/lib/{artifact}-{}.jar", finding.installed);
                    members.insert("PkgPath".to_owned(), json!(path));
                }
                Self::Debian | Self::Alpine => {
                    let id = format!("{}@{}", finding.package, finding.installed);
                    members.insert("PkgID".to_owned(), json!(id));
                }
            }
        }
        row
    }

    fn purl(self, finding: &Finding) -> String {
        let (name, version) = (finding.package, finding.installed.replace('+', "%2B"));
        match self {
            Self::Debian => {
                format!("pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12.11")
            }
            Self::Alpine => format!("pkg:apk/alpine/{name}@{version}?arch=x86_64&distro=3.18.4"),
            Self::Maven => format!("pkg:maven/{}@{version}", name.replace(':', "/")),
        }
    }

    fn database(self) -> Value {
        match self {
            Self::Debian => json!({
                "ID": "debian", "Name": "Debian Security Tracker",
                "URL": "https://salsa.debian.org/security-tracker-team/security-tracker",
            }),
            Self::Alpine => json!({
                "ID": "alpine", "Name": "Alpine Secdb", "URL": "https://secdb.alpinelinux.org/",
            }),
            Self::Maven => json!({
                "ID": "ghsa", "Name": "GitHub Security Advisory Maven",
                "URL": "https://github.com/advisories?query=type%3Areviewed+ecosystem%3Amaven",
            }),
        }
    }
}
