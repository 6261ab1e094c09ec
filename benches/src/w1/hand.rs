//! The limit: an evaluator that can do these nine rules and nothing else, on typed data that is
//! borrowed from the bytes. What it finds is kept as values and never written out.

use std::borrow::Cow;

use cocket::Timestamp;
use hashbrown::{HashMap, HashSet};
use serde::Deserialize;
use serde_json::Value;

use super::{Violations, text};

/// A Trivy report, as far as the rules read it.
#[derive(Deserialize)]
pub(crate) struct Report<'a> {
    #[serde(borrow, rename = "CreatedAt")]
    created: Cow<'a, str>,
    #[serde(borrow, default, rename = "Results")]
    results: Vec<Scanned<'a>>,
}

#[derive(Deserialize)]
struct Scanned<'a> {
    #[serde(borrow, default, rename = "Vulnerabilities")]
    findings: Vec<Finding<'a>>,
}

#[derive(Deserialize)]
struct Finding<'a> {
    #[serde(borrow, rename = "VulnerabilityID")]
    id: Cow<'a, str>,
    #[serde(rename = "Severity")]
    severity: Severity,
    #[serde(borrow, default, rename = "FixedVersion")]
    fixed: Cow<'a, str>,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum Severity {
    Unknown,
    Low,
    Medium,
    High,
    Critical,
}

/// A report with its time read.
pub(crate) struct Scan<'a> {
    report: Report<'a>,
    created: Timestamp,
}

impl<'a> Scan<'a> {
    pub(crate) fn read(text: &'a str) -> Result<Self, Box<dyn std::error::Error>> {
        let report: Report<'a> = serde_json::from_str(text)?;
        let created = report.created.parse()?;
        Ok(Self { report, created })
    }
}

/// The head of an image.
pub(crate) struct Head<'a> {
    reference: &'a str,
    digest: &'a str,
    user: &'a str,
    labels: HashMap<&'a str, &'a str>,
    base: &'a str,
    now: Timestamp,
}

impl<'a> Head<'a> {
    pub(crate) fn read(head: &'a Value) -> Result<Self, Box<dyn std::error::Error>> {
        let config = head.get("config").ok_or("a head without configuration")?;
        let labels = config.get("Labels").and_then(Value::as_object);
        let labels = labels.into_iter().flatten();
        Ok(Self {
            reference: text(head, "reference"),
            digest: text(head, "digest"),
            user: text(config, "User"),
            labels: labels.filter_map(|(key, value)| Some((&**key, value.as_str()?))).collect(),
            base: text(config, "BaseDigest"),
            now: text(head, "now").parse()?,
        })
    }
}

/// What is wrong with an image.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Violation<'a> {
    Registry(&'a str),
    NoTag,
    Latest,
    Unpinned,
    Critical(Vec<&'a str>),
    High(Vec<&'a str>),
    ScanAge,
    User,
    Label(&'a str),
    Base(&'a str),
}

/// The policy, with everything looked up by hash that can be.
pub(crate) struct Policy<'a> {
    /// `a/b/**`: the part before the stars.
    below: HashSet<&'a str>,
    /// `a/b/*`.
    within: HashSet<&'a str>,
    /// Stars in the host: by the host's literal end and the one segment after it.
    hosts: HashMap<(&'a str, &'a str), Vec<&'a str>>,
    ignored: Vec<(&'a str, Timestamp)>,
    critical: usize,
    high: usize,
    age: i64,
    labels: Vec<&'a str>,
    bases: HashSet<&'a str>,
}

impl<'a> Policy<'a> {
    pub(crate) fn read(w1: &'a Value) -> Result<Self, Box<dyn std::error::Error>> {
        let texts = |key: &str| {
            let all = w1.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str)
        };
        let number = |key: &str| w1.get(key).and_then(Value::as_u64).unwrap_or_default();
        let ignored = w1.get("ignore").and_then(Value::as_array).into_iter().flatten();
        let ignored = ignored.map(|one| Ok((text(one, "id"), text(one, "expires").parse()?)));
        let mut policy = Self {
            below: HashSet::new(),
            within: HashSet::new(),
            hosts: HashMap::new(),
            ignored: ignored.collect::<Result<_, Box<dyn std::error::Error>>>()?,
            critical: number("max_critical") as usize,
            high: number("max_high_fixable") as usize,
            age: number("max_scan_age_days") as i64 * 86_400,
            labels: texts("required_labels").collect(),
            bases: texts("base_catalog").collect(),
        };
        texts("allowed_registries").try_for_each(|glob| policy.admit(glob).ok_or(glob))?;
        Ok(policy)
    }

    /// Files a glob by its form; `None` for forms that the workload does not have.
    fn admit(&mut self, glob: &'a str) -> Option<()> {
        if let Some(parent) = glob.strip_suffix("/*").filter(|parent| !parent.contains('*')) {
            self.within.insert(parent);
            return Some(());
        }
        let parent = glob.strip_suffix("/**")?;
        if !parent.contains('*') {
            self.below.insert(parent);
            return Some(());
        }
        let (host, segment) = parent.split_once('/')?;
        let end = host.get(host.rfind('*')? + 1..)?;
        self.hosts.entry((end, segment)).or_default().push(host);
        (!segment.contains(['/', '*'])).then_some(())
    }

    fn allows(&self, name: &str) -> bool {
        let parents = || name.match_indices('/').filter_map(|(at, _)| name.get(..at));
        parents().any(|parent| self.below.contains(parent))
            || parents().next_back().is_some_and(|parent| self.within.contains(parent))
            || self.allows_host(name)
    }

    fn allows_host(&self, name: &str) -> bool {
        let Some((host, rest)) = name.split_once('/') else { return false };
        let Some((segment, _)) = rest.split_once('/') else { return false };
        host.match_indices('.').any(|(at, _)| {
            let known = host.get(at..).and_then(|end| self.hosts.get(&(end, segment)));
            known.is_some_and(|globs| globs.iter().any(|glob| covers(glob, host)))
        })
    }

    /// What is wrong with the image, in no order.
    pub(crate) fn judge(&self, head: &Head<'a>, scan: &'a Scan<'a>) -> Vec<Violation<'a>> {
        let mut found = Vec::new();
        let (path, digest) = match head.reference.split_once('@') {
            Some((path, digest)) => (path, Some(digest)),
            None => (head.reference, None),
        };
        let (name, tag) = match path.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (path, None),
        };
        if !self.allows(name) {
            found.push(Violation::Registry(name));
        }
        match tag {
            None => found.push(Violation::NoTag),
            Some("latest") => found.push(Violation::Latest),
            Some(_) => {}
        }
        if digest != Some(head.digest) || !is_digest(head.digest) {
            found.push(Violation::Unpinned);
        }
        self.count(head.now, scan, &mut found);
        if head.now.as_second() - scan.created.as_second() > self.age {
            found.push(Violation::ScanAge);
        }
        if matches!(head.user.split(':').next(), None | Some("" | "root" | "0")) {
            found.push(Violation::User);
        }
        let is_missing =
            |label: &&&str| head.labels.get(**label).is_none_or(|value| value.is_empty());
        found.extend(self.labels.iter().filter(is_missing).map(|label| Violation::Label(label)));
        if !self.bases.contains(head.base) {
            found.push(Violation::Base(head.base));
        }
        found
    }

    fn count(&self, now: Timestamp, scan: &'a Scan<'a>, found: &mut Vec<Violation<'a>>) {
        let (mut critical, mut high) = (Vec::new(), Vec::new());
        for finding in scan.report.results.iter().flat_map(|one| &one.findings) {
            let counted = match finding.severity {
                Severity::Critical => &mut critical,
                Severity::High if !finding.fixed.is_empty() => &mut high,
                _ => continue,
            };
            let id = &*finding.id;
            let is_ignored = self.ignored.iter().any(|(known, until)| *known == id && *until > now);
            if !is_ignored && !counted.contains(&id) {
                counted.push(id);
            }
        }
        if critical.len() > self.critical {
            found.push(Violation::Critical(critical));
        }
        if high.len() > self.high {
            found.push(Violation::High(high));
        }
    }
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a host is covered by one with stars, each for any text: hosts hold no `/`.
fn covers(glob: &str, host: &str) -> bool {
    match glob.split_once('*') {
        None => glob == host,
        Some((start, rest)) => host.strip_prefix(start).is_some_and(|host| {
            let mut ends = host.char_indices().map(|(at, _)| at).chain([host.len()]);
            ends.any(|at| host.get(at..).is_some_and(|host| covers(rest, host)))
        }),
    }
}

/// In the form in which answers are compared.
pub(crate) fn written(found: &[Violation<'_>]) -> Violations {
    let mut violations = Violations::new();
    for violation in found {
        let (rule, ids): (&str, &[&str]) = match violation {
            Violation::Registry(_) => ("registry", &[]),
            Violation::NoTag | Violation::Latest => ("tag", &[]),
            Violation::Unpinned => ("digest", &[]),
            Violation::Critical(ids) => ("critical", ids),
            Violation::High(ids) => ("high", ids),
            Violation::ScanAge => ("scan-age", &[]),
            Violation::User => ("user", &[]),
            Violation::Label(_) => ("label", &[]),
            Violation::Base(_) => ("base", &[]),
        };
        let ids = ids.iter().map(|id| (*id).to_owned());
        violations.entry(rule.to_owned()).or_default().extend(ids);
    }
    violations
}
