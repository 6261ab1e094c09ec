use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cocket::Timestamp;
use cocket::policy::model::{PredicateType, RegexText};

use crate::arguments::moment;

const STATUS: &str = "\
Regular expressions have to match the whole text; in cosign a part is enough.
Nothing is fetched: signatures, certificates, log entries and timestamps are read from files alone.

Exit status:
  0  a signature or attestation is verified
  1  there is none, or none that counts
  2  the command line is wrong, or a key or root in it
  3  something could not be read";

/// Flags are named as in cosign where they mean the same.
#[derive(Debug, Args)]
#[command(after_help = STATUS)]
pub(crate) struct Verify {
    /// An image reference, a layout directory that holds one image, or with `--bundle` a file or
    /// its digest, `sha256:…`
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// A directory with the image and what is attached to it: an OCI layout, or a directory of them
    #[arg(short, long, value_name = "DIR", conflicts_with = "bundle")]
    pub(crate) evidence: Vec<PathBuf>,
    /// A Sigstore bundle about a file
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// The signer's public key in PEM (cosign's `cosign.pub`, too), or a certificate whose key
    /// signed
    #[arg(long, value_name = "FILE", required_unless_present_any = ["policy", "identity", "identity_regexp"], conflicts_with_all = ["policy", "identity", "identity_regexp", "issuer", "issuer_regexp", "source_repository", "workflow_repository", "workflow_ref", "workflow_sha", "workflow_trigger", "ca_roots", "certificate_chain"])]
    pub(crate) key: Option<String>,
    #[command(flatten)]
    pub(crate) identity: Identity,
    #[command(flatten)]
    pub(crate) roots: Roots,
    /// A file or directory of policies, whose `--authority` is taken instead of flags
    #[arg(short, long, value_name = "PATH", requires = "authority", conflicts_with_all = ["identity", "identity_regexp", "issuer", "issuer_regexp", "source_repository", "workflow_repository", "workflow_ref", "workflow_sha", "workflow_trigger", "ca_roots", "certificate_chain", "trusted_root"])]
    pub(crate) policy: Vec<PathBuf>,
    /// The authority of the policy, as `NAME` or `POLICY/NAME`
    #[arg(long, value_name = "NAME", requires = "policy")]
    pub(crate) authority: Option<String>,
    /// Verify an attestation of this predicate type, by its URI or cosign's name for it, instead of
    /// an approval; `any` takes whatever is signed
    #[arg(long = "type", value_name = "TYPE", value_parser = content)]
    pub(crate) content: Option<Wanted>,
    /// An annotation that the signature has to have
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = annotation, conflicts_with_all = ["content", "bundle"])]
    pub(crate) annotations: Vec<(String, String)>,
    /// How the repository that a signature names is compared with that of the image
    #[arg(long, value_name = "HOW", default_value = "when-named")]
    pub(crate) signed_identity: Naming,
    /// The only hash that a signature may be over [default: the one that goes with the key, or
    /// SHA-256]
    #[arg(long = "signature-digest-algorithm", value_name = "HASH")]
    pub(crate) hash: Option<Hash>,
    /// Do not look at transparency log entries, and require none
    #[arg(long = "insecure-ignore-tlog", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", action = clap::ArgAction::Set)]
    pub(crate) ignore_tlog: bool,
    /// Require a signed timestamp (RFC 3161)
    #[arg(long = "use-signed-timestamps", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", action = clap::ArgAction::Set)]
    pub(crate) signed_timestamps: bool,
    /// The moment to judge for: RFC 3339, or a date [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    /// How to write the answer
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Form,
}

/// Who signed, where a certificate says it.
#[derive(Debug, Args)]
pub(crate) struct Identity {
    /// The signer in the certificate: an email address, or the URI of a workflow
    #[arg(
        id = "identity",
        long = "certificate-identity",
        value_name = "TEXT",
        conflicts_with = "identity_regexp"
    )]
    pub(crate) exact: Option<String>,
    /// The same as an expression for the whole text
    #[arg(id = "identity_regexp", long = "certificate-identity-regexp", value_name = "REGEX", value_parser = regex)]
    pub(crate) regexp: Option<RegexText>,
    /// Who vouches for the signer
    #[arg(
        id = "issuer",
        long = "certificate-oidc-issuer",
        value_name = "URL",
        conflicts_with = "issuer_regexp"
    )]
    pub(crate) issuer: Option<String>,
    /// The same as an expression for the whole text
    #[arg(id = "issuer_regexp", long = "certificate-oidc-issuer-regexp", value_name = "REGEX", value_parser = regex)]
    pub(crate) issuer_regexp: Option<RegexText>,
    /// The URI of the repository that was built; without it builds of any repository count, and
    /// the answer says so
    #[arg(long, value_name = "URI", conflicts_with = "workflow_repository")]
    pub(crate) source_repository: Option<String>,
    /// The repository on GitHub that was built, as `owner/name`
    #[arg(long = "certificate-github-workflow-repository", value_name = "NAME")]
    pub(crate) workflow_repository: Option<String>,
    /// The branch or tag that was built
    #[arg(long = "certificate-github-workflow-ref", value_name = "REF")]
    pub(crate) workflow_ref: Option<String>,
    /// The commit that was built
    #[arg(long = "certificate-github-workflow-sha", value_name = "SHA")]
    pub(crate) workflow_sha: Option<String>,
    /// The event that started the build
    #[arg(long = "certificate-github-workflow-trigger", value_name = "EVENT")]
    pub(crate) workflow_trigger: Option<String>,
}

/// What certificates, logs and timestamps are verified with.
#[derive(Debug, Args)]
pub(crate) struct Roots {
    /// A `trusted_root.json` [default for certificates: the public instance's, as this version of
    /// cocket carries it]
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,
    /// Root certificates of your own in PEM, instead of those of the trusted root
    #[arg(long, value_name = "FILE", conflicts_with = "certificate_chain")]
    pub(crate) ca_roots: Option<PathBuf>,
    /// Certificates between those roots and the signers' own
    #[arg(long, value_name = "FILE", requires = "ca_roots")]
    pub(crate) ca_intermediates: Option<PathBuf>,
    /// Certificates of your own authority in PEM, its root last
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate_chain: Option<PathBuf>,
    /// Certificates of a timestamp authority in PEM, its own first and its root last
    #[arg(long, value_name = "FILE")]
    pub(crate) timestamp_certificate_chain: Option<PathBuf>,
}

/// What a document has to say.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    Any,
    Statement(PredicateType),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Naming {
    /// It is the same, where one is named
    WhenNamed,
    /// One is named, and it is the same
    ExactRepository,
    /// It is not compared
    SameDigest,
}

/// Pure Ed25519 signs no hash, and is not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hash {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people
    Text,
    /// Canonical JSON
    Json,
}

fn content(text: &str) -> Result<Wanted, String> {
    match text {
        "any" => Ok(Wanted::Any),
        _ => PredicateType::try_from(text.to_owned()).map(Wanted::Statement),
    }
}

fn regex(text: &str) -> Result<RegexText, String> {
    RegexText::try_from(text.to_owned())
}

fn annotation(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("`KEY=VALUE` is expected".to_owned()),
    }
}
