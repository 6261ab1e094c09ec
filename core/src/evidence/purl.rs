//! Package URLs: parsing, building and comparing (package-url/purl-spec, `PURL-SPECIFICATION`
//! and the type definitions beside it).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

mod kinds;
pub(super) mod percent;

/// Longest text that is read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// Most qualifiers of one package URL.
pub const MAX_QUALIFIERS: usize = 64;

/// Qualifiers that say where a package is found or what it was built from or for, not which
/// package it is. Scanners disagree in how they spell them, or leave them out.
const NOT_IDENTIFYING: [&str; 10] = [
    "checksum",
    "distro",
    "distro_name",
    "download_url",
    "file_name",
    "package-id",
    "repository_url",
    "tag",
    "upstream",
    "vcs_url",
];

/// Why a text, or parts, are not a package URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageUrlError {
    /// It does not start with `pkg:`.
    #[error("a package URL starts with `pkg:`")]
    Scheme,
    /// There is no type, or one that breaks the grammar.
    #[error("the type starts with a letter, and holds letters, digits, `.` and `-`")]
    Type,
    /// There is no name.
    #[error("there is no name")]
    Name,
    /// The type needs a namespace, or must have none, or it breaks the type's rules.
    #[error("the namespace is not what the type asks for")]
    Namespace,
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("the percent-encoding is broken")]
    Encoding,
    /// A slash hidden in a segment.
    #[error("a segment holds an encoded slash, or is `.` or `..`")]
    Segment,
    /// A qualifier without `=`, with a bad key, or twice.
    #[error("a qualifier has no `=`, a key that is not one, or stands twice")]
    Qualifier,
    /// More text or qualifiers than are read.
    #[error("it is longer than is read")]
    TooLong,
}

/// The parts of a package URL, as they are meant, without any encoding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageUrlParts {
    /// The type, such as `deb`; upper case is lowered.
    pub kind: String,
    /// The namespace, with `/` between its segments.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// The qualifiers; those without a value are left out.
    pub qualifiers: BTreeMap<String, String>,
    /// The path inside the package, with `/` between its segments.
    pub subpath: Option<String>,
}

/// A package URL, normalised by the rules of its type.
///
/// ```
/// use cocket::evidence::purl::PackageUrl;
/// let found: PackageUrl = "pkg:PYPI/Django_package@1.11?file_name=a.whl".parse()?;
/// assert_eq!(found.to_string(), "pkg:pypi/django-package@1.11?file_name=a.whl");
/// let stated: PackageUrl = "pkg:pypi/django-package".parse()?;
/// assert!(stated.covers(&found) && !found.covers(&stated));
/// # Ok::<(), cocket::evidence::purl::PackageUrlError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageUrl(PackageUrlParts);

impl PackageUrl {
    /// Reads a package URL.
    ///
    /// # Errors
    /// [`PackageUrlError`] names what breaks the grammar.
    pub fn parse(text: &str) -> Result<Self, PackageUrlError> {
        if text.len() > MAX_BYTES {
            return Err(PackageUrlError::TooLong);
        }
        let (rest, subpath) = match text.rsplit_once('#') {
            Some((rest, subpath)) => (rest, percent::segments(subpath, Segments::Subpath)?),
            None => (text, None),
        };
        let (rest, qualifiers) = match rest.rsplit_once('?') {
            Some((rest, qualifiers)) => (rest, read_qualifiers(qualifiers)?),
            None => (rest, BTreeMap::new()),
        };
        let (scheme, rest) = rest.split_once(':').ok_or(PackageUrlError::Scheme)?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return Err(PackageUrlError::Scheme);
        }
        let (kind, rest) =
            rest.trim_start_matches('/').split_once('/').ok_or(PackageUrlError::Type)?;
        let (path, version) = split_version(rest.trim_matches('/'));
        let path = path.trim_end_matches('/');
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (percent::segments(namespace, Segments::Namespace)?, name),
            None => (None, path),
        };
        Self::build(PackageUrlParts {
            kind: kind.to_owned(),
            namespace,
            name: percent::decoded(name)?,
            version: version.map(percent::decoded).transpose()?,
            qualifiers,
            subpath,
        })
    }

    /// Makes a package URL of its parts.
    ///
    /// # Errors
    /// [`PackageUrlError`] names the part that breaks the grammar, or the rules of its type.
    pub fn build(parts: PackageUrlParts) -> Result<Self, PackageUrlError> {
        let mut parts = parts;
        parts.kind.make_ascii_lowercase();
        if !is_kind(&parts.kind) {
            return Err(PackageUrlError::Type);
        }
        if parts.name.is_empty() {
            return Err(PackageUrlError::Name);
        }
        parts.version = parts.version.filter(|version| !version.is_empty());
        parts.namespace = clean(parts.namespace, Segments::Namespace)?;
        parts.subpath = clean(parts.subpath, Segments::Subpath)?;
        if parts.qualifiers.len() > MAX_QUALIFIERS {
            return Err(PackageUrlError::TooLong);
        }
        let mut qualifiers = BTreeMap::new();
        for (key, value) in parts.qualifiers {
            insert_qualifier(&mut qualifiers, &key, value)?;
        }
        parts.qualifiers = qualifiers;
        kinds::normalise(&mut parts)?;
        Ok(Self(parts))
    }

    /// The type, in lower case.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The namespace, with `/` between its segments.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.0.namespace.as_deref()
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.0.version.as_deref()
    }

    /// The value of a qualifier; its key is in lower case.
    #[must_use]
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.0.qualifiers.get(key).map(String::as_str)
    }

    /// All parts.
    #[must_use]
    pub fn parts(&self) -> &PackageUrlParts {
        &self.0
    }

    /// Whether both are the same package, whatever their versions: type, namespace and name are
    /// equal.
    #[must_use]
    pub fn is_same_package(&self, other: &Self) -> bool {
        let (one, other) = (&self.0, &other.0);
        one.name == other.name && one.namespace == other.namespace && one.kind == other.kind
    }

    /// Whether what is said about this package holds for `found`: the same package, and what
    /// this one says of version, subpath and identifying qualifiers (such as `arch`, `epoch`
    /// or `classifier`) `found` says too. What this one leaves open is any.
    #[must_use]
    pub fn covers(&self, found: &Self) -> bool {
        let holds =
            |stated: &Option<String>, found: &Option<String>| stated.is_none() || stated == found;
        self.is_same_package(found)
            && holds(&self.0.version, &found.0.version)
            && holds(&self.0.subpath, &found.0.subpath)
            && self.identifying().all(|(key, value)| found.qualifier(key) == Some(value))
    }

    fn identifying(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.qualifiers.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        all.filter(|(key, _)| !NOT_IDENTIFYING.contains(key))
    }
}

impl FromStr for PackageUrl {
    type Err = PackageUrlError;

    fn from_str(text: &str) -> Result<Self, PackageUrlError> {
        Self::parse(text)
    }
}

/// The canonical form.
impl fmt::Display for PackageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.0;
        write!(f, "pkg:{}/", parts.kind)?;
        for segment in parts.namespace.iter().flat_map(|namespace| namespace.split('/')) {
            write!(f, "{}/", percent::Encoded(segment))?;
        }
        write!(f, "{}", percent::Encoded(&parts.name))?;
        if let Some(version) = &parts.version {
            write!(f, "@{}", percent::Encoded(version))?;
        }
        for (position, (key, value)) in parts.qualifiers.iter().enumerate() {
            let mark = if position == 0 { '?' } else { '&' };
            write!(f, "{mark}{key}={}", percent::Encoded(value))?;
        }
        let segments = parts.subpath.iter().flat_map(|subpath| subpath.split('/'));
        for (position, segment) in segments.enumerate() {
            let mark = if position == 0 { '#' } else { '/' };
            write!(f, "{mark}{}", percent::Encoded(segment))?;
        }
        Ok(())
    }
}

/// Which list of segments: a subpath leaves out `.` and `..`, a namespace may not have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segments {
    Namespace,
    Subpath,
}

/// Splits off the version. The last `@` starts it, unless that is the first character of a
/// segment that another follows, as in `@babel/core`: then it is npm's mark of a scope.
fn split_version(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once('@') {
        Some((before, after))
            if (before.is_empty() || before.ends_with('/')) && after.contains('/') =>
        {
            (path, None)
        }
        Some((before, after)) => (before, Some(after)),
        None => (path, None),
    }
}

fn read_qualifiers(text: &str) -> Result<BTreeMap<String, String>, PackageUrlError> {
    let mut qualifiers = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(PackageUrlError::Qualifier)?;
        insert_qualifier(&mut qualifiers, key, percent::decoded(value)?)?;
        if qualifiers.len() > MAX_QUALIFIERS {
            return Err(PackageUrlError::TooLong);
        }
    }
    Ok(qualifiers)
}

fn insert_qualifier(
    qualifiers: &mut BTreeMap<String, String>,
    key: &str,
    value: String,
) -> Result<(), PackageUrlError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let is_key =
        key.bytes().next().is_some_and(|b| !b.is_ascii_digit()) && key.bytes().all(allowed);
    if !is_key {
        return Err(PackageUrlError::Qualifier);
    }
    if value.is_empty() {
        return Ok(());
    }
    match qualifiers.insert(key.to_ascii_lowercase(), value) {
        None => Ok(()),
        Some(_) => Err(PackageUrlError::Qualifier),
    }
}

fn is_kind(kind: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    kind.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && kind.bytes().all(allowed)
}

/// Segments without empty ones.
fn clean(text: Option<String>, which: Segments) -> Result<Option<String>, PackageUrlError> {
    let Some(text) = text else { return Ok(None) };
    let mut kept = Vec::new();
    for segment in text.split('/') {
        match (segment, which) {
            ("", _) | ("." | "..", Segments::Subpath) => {}
            ("." | "..", Segments::Namespace) => return Err(PackageUrlError::Segment),
            (segment, _) => kept.push(segment),
        }
    }
    Ok((!kept.is_empty()).then(|| kept.join("/")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_canonical_form_is_read_as_the_same(
            kind in "[a-z][a-z0-9.-]{0,6}",
            namespace in prop::option::of("\\PC{1,8}(/\\PC{1,8})?"),
            name in "\\PC{1,12}",
            version in prop::option::of("\\PC{1,8}"),
            qualifiers in prop::collection::btree_map("[a-z][a-z0-9._-]{0,5}", "\\PC{1,8}", 0..4),
            subpath in prop::option::of("\\PC{1,8}(/\\PC{1,8})?"),
        ) {
            let name = name.replace('/', "");
            let parts = PackageUrlParts { kind, namespace, name, version, qualifiers, subpath };
            let Ok(url) = PackageUrl::build(parts) else { return Ok(()) };
            let text = url.to_string();
            let read = PackageUrl::parse(&text);
            prop_assert_eq!(read.as_ref(), Ok(&url), "{}", text);
            prop_assert!(url.covers(&url));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            for text in [text.clone(), format!("pkg:{text}"), format!("pkg:deb/{text}")] {
                if let Ok(url) = PackageUrl::parse(&text) {
                    let canonical = url.to_string();
                    prop_assert_eq!(PackageUrl::parse(&canonical), Ok(url), "{}", canonical);
                }
            }
        }
    }

    fn canonical(text: &str) -> Result<String, PackageUrlError> {
        PackageUrl::parse(text).map(|url| url.to_string())
    }

    #[test]
    fn canonical_forms() {
        for (text, expected) in [
            ("pkg://npm//%40a/b@1?Arch=x&z=#/p/./q/", "pkg:npm/%40a/b@1?arch=x#p/q"),
            ("PKG:deb/Debian/LibC6@2:1+b", "pkg:deb/debian/libc6@2:1%2Bb"),
            ("pkg:generic/a%20b@1%2F2", "pkg:generic/a%20b@1%2F2"),
            ("pkg:oci/App@sha256%3Aab", "pkg:oci/app@sha256:ab"),
            ("pkg:npm/@scope/n", "pkg:npm/%40scope/n"),
            ("pkg:cpan/drolsky/DateTime", "pkg:cpan/DROLSKY/DateTime"),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(expected), "{text}");
            assert_eq!(canonical(expected).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn refused() {
        use PackageUrlError as Fault;
        for (text, fault) in [
            ("deb/debian/a", Fault::Scheme),
            ("pkg:", Fault::Type),
            ("pkg:deb", Fault::Type),
            ("pkg:1deb/a", Fault::Type),
            ("pkg:de+b/a", Fault::Type),
            ("pkg:deb/", Fault::Name),
            ("pkg:deb/@1", Fault::Name),
            ("pkg:deb/a%4", Fault::Encoding),
            ("pkg:deb/a%ff", Fault::Encoding),
            ("pkg:deb/a%2Fb/c", Fault::Segment),
            ("pkg:deb/%2E%2E/c", Fault::Segment),
            ("pkg:deb/a?arch", Fault::Qualifier),
            ("pkg:deb/a?arch=x&ARCH=y", Fault::Qualifier),
            ("pkg:deb/a?1a=x", Fault::Qualifier),
            ("pkg:oci/library/app", Fault::Namespace),
            ("pkg:swift/app@1", Fault::Namespace),
        ] {
            assert_eq!(canonical(text), Err(fault), "{text}");
        }
        assert_eq!(canonical(&format!("pkg:deb/{}", "a".repeat(MAX_BYTES))), Err(Fault::TooLong));
    }

    #[test]
    fn what_a_statement_leaves_open_is_any() {
        let covers = |stated: &str, found: &str| {
            let read = |text: &str| PackageUrl::parse(text).unwrap();
            read(stated).covers(&read(found))
        };
        let found = "pkg:apk/alpine/git@2.38.1-r0?arch=x86_64&distro=3.17.1";
        assert!(covers("pkg:apk/alpine/git", found));
        assert!(covers("pkg:apk/alpine/git@2.38.1-r0?distro=alpine-3.17.1", found));
        assert!(covers("pkg:apk/alpine/git@2.38.1-r0?arch=x86_64", found));
        assert!(!covers("pkg:apk/alpine/git@2.38.1-r0?arch=ppc64le", found));
        assert!(!covers("pkg:apk/alpine/git@2.38.1-r1", found));
        assert!(!covers("pkg:apk/wolfi/git@2.38.1-r0", found));
        assert!(!covers("pkg:apk/git", found));
        assert!(!covers("pkg:deb/alpine/git", found));
        assert!(!covers(found, "pkg:apk/alpine/git@2.38.1-r0"));
    }
}
