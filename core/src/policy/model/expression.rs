use serde::{Deserialize, Serialize};

use super::{Name, Requirement};

/// `expression`: an expression in CEL holds for each platform of the image.
///
/// It sees `image` (`repository`, `host`, `path`, and `tag` and `digest` where there are such),
/// `platform` (`os`, `architecture`, `variant` where there is one), `config` (`user`, `env` and
/// `labels` by name, `entrypoint`, `cmd`, `exposedPorts`, `volumes`, `created` where it is a time),
/// `layers` (`digest`, `size`), `namespace` and `namespaceLabels` where the caller gives them, and
/// `statements` of the authorities in `anyOf` (`type`, `predicate`, `authority`, `signer`).
///
/// What is not there, `all` over nothing, and a value other than `true` fail. Where authorities are
/// named, one statement of theirs has to be there at least.
///
/// ```
/// use cocket::policy::Policies;
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec:
///   rules:
///     - id: owned
///       expression: {holds: \"config.labels['com.example.team'] in ['web', 'pay']\"}
/// ")?;
/// assert_eq!(policies.image_policies()[0].spec.rules[0].family.name(), "expression");
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "RawExpression", into = "RawExpression")]
#[cfg_attr(feature = "schema", schemars(with = "RawExpression"))]
pub struct ExpressionRule {
    /// The expression.
    pub holds: String,
    /// Whose statements it sees.
    pub statements: Option<Requirement>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExpressionRule"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
/// An expression in CEL that holds for each platform of the image. It sees `image` (`repository`,
/// `host`, `path`, and `tag` and `digest` where there are such), `platform` (`os`, `architecture`,
/// `variant` where there is one), `config` (`user`, `env` and `labels` by name, `entrypoint`, `cmd`,
/// `exposedPorts`, `volumes`, `created` where it is a time), `layers` (`digest`, `size`),
/// `namespace` and `namespaceLabels` where the caller gives them, and `statements` of the
/// authorities in `anyOf` (`type`, `predicate`, `authority`, `signer`). What is not there, `all`
/// over nothing, and a value other than `true` fail.
struct RawExpression {
    /// The expression.
    holds: String,
    /// Authorities whose statements it sees; at least one statement has to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    any_of: Option<Vec<Name>>,
}

impl From<RawExpression> for ExpressionRule {
    fn from(raw: RawExpression) -> Self {
        Self { holds: raw.holds, statements: raw.any_of.map(Requirement::AnyOf) }
    }
}

impl From<ExpressionRule> for RawExpression {
    fn from(rule: ExpressionRule) -> Self {
        let any_of = rule.statements.map(|require| require.authorities().to_vec());
        Self { holds: rule.holds, any_of }
    }
}
