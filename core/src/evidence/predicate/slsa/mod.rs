//! SLSA provenance, v0.2 (slsa.dev/spec/v0.2/provenance) and v1 (slsa.dev/spec/v1.0/provenance):
//! how the image was built, as its builder says.

mod source;

use std::collections::BTreeMap;

pub use self::source::{SourceRepository, SourceUri};
use super::{Segment, Value, find};
use crate::evidence::signing::object::Object;
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// The predicate type of v0.2.
pub const V0_2: &str = "https://slsa.dev/provenance/v0.2";
/// The predicate type of v1.
pub const V1: &str = "https://slsa.dev/provenance/v1";

/// Most materials of one provenance.
pub const MAX_MATERIALS: usize = 10_000;

/// What a provenance says, as far as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The builder's id.
    pub builder: Option<String>,
    /// The build type.
    pub build_type: Option<String>,
    /// Every place that names the source that was built. In v1 these are `workflow`, `source`,
    /// `configSource` and `buildConfigSource` of the external parameters, else the first resolved
    /// dependency, where builders put it that have none of them.
    pub sources: Vec<Source>,
    /// The branch on which a tag was pushed or released, such as `refs/heads/main`, as the event
    /// that started the build on GitHub says it.
    pub tagged_on: Option<String>,
    /// The file that defines the build, such as `.github/workflows/release.yml`.
    pub workflow: Option<String>,
    /// The external parameters, as JSON text.
    pub parameters: Option<String>,
    /// What went into the build.
    pub materials: Vec<Material>,
}

/// A source as a provenance names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The repository's URI, as written.
    pub uri: String,
    /// The git reference, where it stands beside the URI.
    pub reference: Option<String>,
}

/// Something that went into a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// What it is.
    pub uri: Option<String>,
    /// Its digests, by algorithm.
    pub digests: BTreeMap<String, String>,
}

impl Provenance {
    /// Reads the predicate of a statement of type [`V0_2`] or [`V1`], as
    /// [`Claim`](crate::evidence::signing::Claim) holds it.
    ///
    /// ```
    /// use cocket::evidence::predicate::slsa::{Provenance, V0_2};
    /// let text = r#"{"builder": {"id": "https://ci.example.com/builder"}}"#;
    /// let provenance = Provenance::read(V0_2, text)?;
    /// assert_eq!(provenance.builder.as_deref(), Some("https://ci.example.com/builder"));
    /// assert!(provenance.sources.is_empty());
    /// # Ok::<(), cocket::evidence::EvidenceError>(())
    /// ```
    ///
    /// # Errors
    /// `Unsupported` for another type, `Invalid` where a member has not the type that the
    /// specification gives it, `Ambiguous` for keys that some readers would take for known ones,
    /// `TooLarge` for too many materials.
    pub fn read(predicate_type: &str, predicate: &str) -> Result<Self, EvidenceError> {
        match predicate_type {
            V0_2 => v0_2(predicate),
            V1 => v1(predicate),
            other => {
                let detail = format!("`{}` is no SLSA provenance", super::query::clip(other));
                Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "", detail))
            }
        }
    }
}

fn v0_2(text: &str) -> Result<Provenance, EvidenceError> {
    let known = ["builder", "buildType", "invocation", "materials"];
    let predicate = Object::read(text, "", &known)?;
    let invocation = predicate.object("invocation", &["configSource", "parameters"])?;
    let config = match &invocation {
        Some(invocation) => invocation.object("configSource", &["uri", "entryPoint"])?,
        None => None,
    };
    let mut provenance = Provenance {
        builder: id(&predicate)?,
        build_type: filled(predicate.text("buildType")?),
        parameters: invocation.and_then(|one| one.raw("parameters").map(str::to_owned)),
        materials: materials(&predicate, "materials")?,
        tagged_on: tagged_on(text, ["invocation", "environment", "github_event_payload"]),
        ..Provenance::default()
    };
    if let Some(config) = config {
        provenance.sources = source(config.text("uri")?, None);
        provenance.workflow = filled(config.text("entryPoint")?);
    }
    Ok(provenance)
}

fn v1(text: &str) -> Result<Provenance, EvidenceError> {
    let predicate = Object::read(text, "", &["buildDefinition", "runDetails"])?;
    let known = ["buildType", "externalParameters", "resolvedDependencies"];
    let definition = predicate.object("buildDefinition", &known)?;
    let mut provenance = Provenance::default();
    if let Some(details) = predicate.object("runDetails", &["builder"])? {
        provenance.builder = id(&details)?;
    }
    let Some(definition) = definition else { return Ok(provenance) };
    provenance.build_type = filled(definition.text("buildType")?);
    provenance.materials = materials(&definition, "resolvedDependencies")?;
    let event = ["buildDefinition", "internalParameters", "GITHUB_EVENT_PAYLOAD"];
    provenance.tagged_on = tagged_on(text, event);
    let named = ["workflow", "source", "configSource", "buildConfigSource"];
    if let Some(parameters) = definition.object("externalParameters", &named)? {
        provenance.parameters = definition.raw("externalParameters").map(str::to_owned);
        for name in named {
            let Some(text) = parameters.raw(name) else { continue };
            if text.starts_with('"') {
                provenance.sources.extend(source(parameters.text(name)?, None));
                continue;
            }
            let keys = ["uri", "repository", "ref", "path"];
            let place = Object::read(text, &parameters.at(name), &keys)?;
            let reference = filled(place.text("ref")?);
            for key in ["repository", "uri"] {
                provenance.sources.extend(source(place.text(key)?, reference.clone()));
            }
            provenance.workflow = provenance.workflow.or(filled(place.text("path")?));
        }
    }
    if provenance.sources.is_empty() {
        let first = provenance.materials.first().and_then(|material| material.uri.clone());
        provenance.sources = source(first, None);
    }
    Ok(provenance)
}

/// The builder's id under a member `builder`.
fn id(parent: &Object<'_>) -> Result<Option<String>, EvidenceError> {
    match parent.object("builder", &["id"])? {
        Some(builder) => Ok(filled(builder.text("id")?)),
        None => Ok(None),
    }
}

fn source(uri: Option<String>, reference: Option<String>) -> Vec<Source> {
    filled(uri).map(|uri| Source { uri, reference }).into_iter().collect()
}

/// The branch of a tag, by GitHub's event: `base_ref` of a push, `target_commitish` of a release.
/// What cannot be told is left out, so that a rule that asks for a branch fails.
fn tagged_on(text: &str, event: [&str; 3]) -> Option<String> {
    let at = |rest: &[&str]| {
        let keys = event.iter().chain(rest).map(|key| Segment::Key((*key).to_owned()));
        let found = find(text, &keys.collect::<Vec<_>>()).ok()?;
        match found.values.into_iter().next().flatten() {
            Some(Value::Text(text)) => filled(Some(text.into_owned())),
            _ => None,
        }
    };
    at(&["base_ref"])
        .or_else(|| Some(format!("refs/heads/{}", at(&["release", "target_commitish"])?)))
}

/// Text that says something.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn materials(parent: &Object<'_>, name: &str) -> Result<Vec<Material>, EvidenceError> {
    let mut found = Vec::new();
    for (place, text) in parent.list(name, MAX_MATERIALS)? {
        let item = Object::read(text, &place, &["uri", "digest"])?;
        let mut digests = BTreeMap::new();
        if let Some(digest) = item.object("digest", &[])? {
            for (algorithm, _) in digest.members() {
                let value = digest.required(algorithm, digest.text(algorithm)?)?;
                digests.insert(algorithm.to_owned(), value);
            }
        }
        found.push(Material { uri: filled(item.text("uri")?), digests });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1_names_its_source_in_several_places() {
        let read = |parameters: &str| {
            let text = format!(
                r#"{{"buildDefinition": {{"buildType": "t", "externalParameters": {parameters},
                    "resolvedDependencies": [{{"uri": "git+https://a.example/d", "digest": {{"sha1": "00"}}}}]}},
                    "runDetails": {{"builder": {{"id": "b"}}}}}}"#
            );
            Provenance::read(V1, &text)
        };
        let uris = |parameters: &str| -> Vec<String> {
            read(parameters).unwrap().sources.into_iter().map(|source| source.uri).collect()
        };
        assert_eq!(uris("{}"), ["git+https://a.example/d"]);
        assert_eq!(uris(r#"{"source": "u"}"#), ["u"]);
        let both =
            r#"{"workflow": {"repository": "w", "ref": "r", "path": "p"}, "source": {"uri": "s"}}"#;
        assert_eq!(uris(both), ["w", "s"]);
        let provenance = read(both).unwrap();
        assert_eq!(provenance.sources[0].reference.as_deref(), Some("r"));
        assert_eq!(
            (provenance.workflow.as_deref(), provenance.builder.as_deref()),
            (Some("p"), Some("b"))
        );
        assert_eq!(provenance.parameters.as_deref(), Some(both));
        for broken in
            [r#"{"source": 1}"#, r#"{"workflow": {"ref": 1}}"#, "[]", r#"{"Source": "u"}"#]
        {
            assert!(read(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_branch_of_a_tag() {
        let branch = |event: &str| {
            let text = format!(
                r#"{{"invocation": {{"environment": {{"github_event_payload": {event}}}}}}}"#
            );
            Provenance::read(V0_2, &text).unwrap().tagged_on
        };
        assert_eq!(
            branch(r#"{"base_ref": "refs/heads/main"}"#).as_deref(),
            Some("refs/heads/main")
        );
        let release = r#"{"base_ref": "", "release": {"target_commitish": "v1"}}"#;
        assert_eq!(branch(release).as_deref(), Some("refs/heads/v1"));
        for event in
            ["null", "\"refs/heads/main\"", "{}", r#"{"base_ref": null}"#, r#"{"base_ref": 1}"#]
        {
            assert_eq!(branch(event), None, "{event}");
        }
    }

    #[test]
    fn version_0_2() {
        let text = r#"{"builder": {"id": ""}, "buildType": "t", "materials": [{"digest": {}}],
            "invocation": {"configSource": {"uri": "u", "entryPoint": "e"}, "parameters": {"a": 1}}}"#;
        let provenance = Provenance::read(V0_2, text).unwrap();
        assert_eq!(provenance.builder, None);
        assert_eq!(provenance.sources, [Source { uri: "u".to_owned(), reference: None }]);
        assert_eq!(provenance.parameters.as_deref(), Some(r#"{"a": 1}"#));
        assert_eq!(provenance.materials, [Material { uri: None, digests: BTreeMap::new() }]);
        assert_eq!(provenance.tagged_on, None);
        assert!(Provenance::read(V1, r#"{"buildDefinition": null}"#).is_ok());
        let error = Provenance::read("https://slsa.dev/provenance/v0.1", "{}").unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Unsupported);
    }
}
