//! What the single types ask for (package-url/purl-spec, `types/*-definition.json`).

use super::{PackageUrlError, PackageUrlParts};

/// Types whose namespace is not case-sensitive.
const LOWER_NAMESPACE: [&str; 15] = [
    "alpm",
    "apk",
    "bitbucket",
    "composer",
    "deb",
    "gitea",
    "github",
    "gitlab",
    "golang",
    "hex",
    "luarocks",
    "npm",
    "pypi",
    "qpkg",
    "rpm",
];
/// Types whose name is not case-sensitive.
const LOWER_NAME: [&str; 17] = [
    "alpm",
    "apk",
    "bitbucket",
    "bitnami",
    "composer",
    "deb",
    "gitea",
    "github",
    "gitlab",
    "golang",
    "hex",
    "luarocks",
    "npm",
    "oci",
    "pub",
    "pypi",
    "vscode-extension",
];
/// Types that have no namespace.
const NO_NAMESPACE: [&str; 4] = ["bitnami", "mlflow", "oci", "pub"];

/// Brings the parts into the form that their type asks for.
pub(super) fn normalise(parts: &mut PackageUrlParts) -> Result<(), PackageUrlError> {
    let kind = parts.kind.as_str();
    if let Some(namespace) = &mut parts.namespace {
        if NO_NAMESPACE.contains(&kind) {
            return Err(PackageUrlError::Namespace);
        }
        if LOWER_NAMESPACE.contains(&kind) {
            *namespace = namespace.to_lowercase();
        } else if kind == "cpan" {
            *namespace = namespace.to_uppercase();
        }
    }
    if LOWER_NAME.contains(&kind) {
        parts.name = parts.name.to_lowercase();
    }
    match kind {
        "pypi" => parts.name = parts.name.replace('_', "-"),
        "pub" => parts.name = parts.name.replace('-', "_"),
        "huggingface" => parts.version = parts.version.take().map(|text| text.to_lowercase()),
        "mlflow" if on_databricks(parts) => parts.name = parts.name.to_lowercase(),
        "swift" if parts.namespace.is_none() => return Err(PackageUrlError::Namespace),
        // With a namespace it is a distribution, which holds no `::`; without one a module,
        // which holds no `-`.
        "cpan" if parts.namespace.is_some() && parts.name.contains("::") => {
            return Err(PackageUrlError::Name);
        }
        "cpan" if parts.namespace.is_none() && parts.name.contains('-') => {
            return Err(PackageUrlError::Name);
        }
        _ => {}
    }
    Ok(())
}

/// Databricks folds the case of model names, other servers of MLflow do not.
fn on_databricks(parts: &PackageUrlParts) -> bool {
    parts.qualifiers.get("repository_url").is_some_and(|url| url.contains("databricks"))
}
