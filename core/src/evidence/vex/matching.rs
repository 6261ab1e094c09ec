//! Which statement of a document decides about one finding.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::{VexComponent, VexDocument, VexProduct, VexStatement, VexStatus, VexVulnerability};
use crate::evidence::purl::PackageUrl;
use crate::reference::{Digest, Reference};

/// The image that is judged.
#[derive(Debug, Clone, Copy)]
pub struct VexImage<'a> {
    /// The digests that name it: of its manifest, and of its index where that speaks for it.
    pub digests: &'a [Digest],
    /// Its name; its tag is its version.
    pub reference: Option<&'a Reference>,
    /// Whether a product without a digest fits by repository and version too. A product that
    /// names a digest fits by that alone.
    pub by_version: bool,
}

/// The package that a finding is in.
#[derive(Debug, Clone, Copy)]
pub struct VexPackage<'a> {
    /// Its package URL, with its version, where the scanner gives one.
    pub purl: Option<&'a PackageUrl>,
    /// Its name.
    pub name: &'a str,
    /// Its installed version.
    pub version: &'a str,
}

/// How a product fits an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VexBinding {
    /// By repository and version, which can be moved to other content.
    Version,
    /// By digest.
    Digest,
}

/// The statement that decides.
#[derive(Debug, Clone, Copy)]
pub struct VexMatch<'a> {
    /// Its position in the document.
    pub position: usize,
    /// The statement.
    pub statement: &'a VexStatement,
    /// How its product fits the image.
    pub binding: VexBinding,
}

impl<'a> VexMatch<'a> {
    /// What it says.
    #[must_use]
    pub fn status(&self) -> VexStatus {
        self.statement.status
    }

    /// Since when; it may lie in the future.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.statement.timestamp
    }

    /// As [`VexStatement::suppresses`].
    #[must_use]
    pub fn suppresses(&self) -> bool {
        self.statement.suppresses()
    }

    /// The stronger of two matches is the greater one. The latest wins, of two equally late ones
    /// the worse. One without a time is taken as the latest where it is bad news, else as the
    /// earliest. The rest only makes the choice independent of the document's order.
    fn strength(&self, other: &Self) -> Ordering {
        let key = |one: &Self| {
            let statement = one.statement;
            let undated = match statement.suppresses() {
                true => Timestamp::MIN,
                false => Timestamp::MAX,
            };
            (statement.timestamp.unwrap_or(undated), badness(statement), one.binding)
        };
        let words = |one: &Self| -> (Option<&'a str>, Option<&'a str>) {
            let statement = one.statement;
            (statement.justification.as_deref(), statement.impact_statement.as_deref())
        };
        key(self)
            .cmp(&key(other))
            .then_with(|| words(self).cmp(&words(other)))
            .then(other.position.cmp(&self.position))
    }
}

/// How bad the news is, for a tie.
fn badness(statement: &VexStatement) -> u8 {
    match statement.status {
        VexStatus::Affected => 3,
        VexStatus::UnderInvestigation => 2,
        _ if !statement.suppresses() => 1,
        VexStatus::NotAffected | VexStatus::Fixed => 0,
    }
}

impl VexDocument {
    /// The statement that decides about a finding: of those about the vulnerability (by name or
    /// alias), the image and the package, the latest; `affected` wins a tie. `None` where the
    /// document says nothing.
    ///
    /// `ids` are the finding's id and its aliases. An alias never joins two CVEs: where both
    /// sides name CVEs, they must share one.
    #[must_use]
    pub fn statement_for(
        &self,
        image: &VexImage<'_>,
        package: &VexPackage<'_>,
        ids: &[&str],
    ) -> Option<VexMatch<'_>> {
        let positions = self.index.find(ids).into_iter();
        let matches = positions.filter_map(|position| {
            let statement = self.statements.get(position)?;
            if !shares_cve(&statement.vulnerability, ids) {
                return None;
            }
            let products = statement.products.iter();
            let bindings = products.filter_map(|product| product.binding(image, package));
            Some(VexMatch { position, statement, binding: bindings.max()? })
        });
        matches.max_by(VexMatch::strength)
    }
}

/// Whether the two name a CVE in common, or one of them names none.
fn shares_cve(vulnerability: &VexVulnerability, ids: &[&str]) -> bool {
    let is_cve = |id: &str| id.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("CVE-"));
    let ours = || ids.iter().filter(|id| is_cve(id));
    let mut theirs = vulnerability.ids().filter(|id| is_cve(id)).peekable();
    theirs.peek().is_none()
        || ours().next().is_none()
        || theirs.any(|their| ours().any(|our| our.eq_ignore_ascii_case(their)))
}

impl VexProduct {
    /// How the product fits the image, if it does and the package is in what is said.
    fn binding(&self, image: &VexImage<'_>, package: &VexPackage<'_>) -> Option<VexBinding> {
        let parts = &self.subcomponents;
        let is_meant = parts.is_empty() || parts.iter().any(|part| part.is_package(package));
        if is_meant { self.component.binding(image) } else { None }
    }
}

impl VexComponent {
    fn binding(&self, image: &VexImage<'_>) -> Option<VexBinding> {
        // Only `oci` names images; a package of another type is never one.
        if self.is_unknown() || self.purls.iter().any(|purl| purl.kind() != "oci") {
            return None;
        }
        let mut digests = self.digests.clone();
        for version in self.purls.iter().filter_map(PackageUrl::version) {
            if version.contains(':') {
                digests.push(version.parse().ok()?);
            }
        }
        if !digests.is_empty() {
            return are_of(&digests, image.digests).then_some(VexBinding::Digest);
        }
        let reference = image.reference.filter(|_| image.by_version && !self.purls.is_empty())?;
        let is_named = self.purls.iter().all(|purl| names(purl, reference))
            && self.version_beside_purls().is_none_or(|version| reference.tag() == Some(version));
        is_named.then_some(VexBinding::Version)
    }

    fn is_package(&self, package: &VexPackage<'_>) -> bool {
        if self.is_unknown() {
            return false;
        }
        let (name, version) = (Some(package.name), Some(package.version));
        if package.name.is_empty() || package.version.is_empty() {
            return false;
        }
        match package.purl {
            Some(found) if !self.purls.is_empty() => {
                self.purls.iter().all(|stated| stated.covers(found))
                    && self.version_beside_purls().is_none_or(|stated| stated == package.version)
            }
            // Without its type, a package is told only by name and version together.
            _ if !self.purls.is_empty() => self
                .purls
                .iter()
                .all(|stated| Some(stated.name()) == name && stated.version() == version),
            _ => self.name.as_deref() == name && self.version.as_deref() == version,
        }
    }
}

impl VexComponent {
    /// The version that narrows a component whose package URLs say none. Beside one that does it
    /// is not compared: it may be spelled otherwise.
    fn version_beside_purls(&self) -> Option<&str> {
        let says = self.purls.iter().any(|purl| purl.version().is_some());
        self.version.as_deref().filter(|_| !says)
    }
}

/// Whether the digests name the image: at least one does, and none of the same algorithm names
/// something else.
fn are_of(stated: &[Digest], image: &[Digest]) -> bool {
    let is_comparable =
        |digest: &&Digest| image.iter().any(|known| known.algorithm() == digest.algorithm());
    let mut comparable = stated.iter().filter(is_comparable).peekable();
    comparable.peek().is_some() && comparable.all(|digest| image.contains(digest))
}

/// Whether a package URL without a digest names the repository, and, where it gives a version
/// or tag, the tag. It must say the repository: its name alone is only the last part of one.
fn names(purl: &PackageUrl, reference: &Reference) -> bool {
    let Some(url) = purl.qualifier("repository_url") else { return false };
    let url = url.strip_prefix("https://").unwrap_or(url).trim_end_matches('/');
    // Some leave the name out of the repository.
    let repository = match url.rsplit('/').next() == Some(purl.name()) {
        true => url.to_owned(),
        false => format!("{url}/{}", purl.name()),
    };
    let is_it = Reference::parse(&repository).is_ok_and(|named| {
        named.tag().is_none()
            && named.digest().is_none()
            && named.repository() == reference.repository()
    });
    let mut versions = purl.version().into_iter().chain(purl.qualifier("tag"));
    is_it && versions.all(|version| reference.tag() == Some(version))
}
