//! cosign's flags that would weaken the answer, mean nothing here, or need a network.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Flags of `cosign verify…`, and what to do instead.
const FLAGS: [(&str, &str); 29] = [
    ("--check-claims", "what is signed is always compared with the image; leave the flag out"),
    ("--insecure-ignore-sct", "give the instance's own roots by `--trusted-root` or `--ca-roots`"),
    ("--private-infrastructure", "give the instance's own keys by `--trusted-root`"),
    (
        "--allow-certificate-chain",
        "a bundle of version 0.3 carries one certificate; give the others by `--ca-intermediates`",
    ),
    ("--new-bundle-format", "both forms of signatures are always read; leave the flag out"),
    (
        "--experimental-oci11",
        "attachments are found in every way that cosign stores them; leave the flag out",
    ),
    ("--hash-algorithm", "the hash follows the key; leave the flag out"),
    (
        "--certificate-github-workflow-name",
        "a workflow's name may be anyone's; give its URI by `--certificate-identity`",
    ),
    (
        "--certificate",
        "the certificate is read from the signature or bundle; a certificate whose key you trust goes to `--key`",
    ),
    (
        "--cert",
        "the certificate is read from the signature or bundle; a certificate whose key you trust goes to `--key`",
    ),
    ("--signature", "a signature is read from the layout, or from a bundle by `--bundle`"),
    ("--payload", "what is signed is read from the layout"),
    ("--attachment", "name the attached image itself"),
    ("--rfc3161-timestamp", "timestamps are read from the signature or bundle"),
    ("--rekor-url", "nothing is fetched; give the log's key by `--trusted-root`"),
    ("--offline", "nothing is ever fetched; leave the flag out"),
    ("--local-image", "give the layout as the target, or by `--evidence`"),
    ("--sk", "export the key of the token and give it by `--key`"),
    ("--slot", "export the key of the token and give it by `--key`"),
    ("--sct", "the timestamp of the certificate log is read from the certificate"),
    ("--policy-file", "write the conditions into a policy and use `cocket check`"),
    ("--max-workers", "leave the flag out"),
    ("--allow-insecure-registry", "nothing is fetched; copy the image into a layout first"),
    ("--allow-http-registry", "nothing is fetched; copy the image into a layout first"),
    ("--registry-username", "nothing is fetched; copy the image into a layout first"),
    ("--registry-password", "nothing is fetched; copy the image into a layout first"),
    ("--registry-token", "nothing is fetched; copy the image into a layout first"),
    ("--k8s-keychain", "nothing is fetched; copy the image into a layout first"),
    ("--attachment-tag-prefix", "name the repository of the signatures by `--evidence`"),
];

/// What to say of a flag that is cosign's and not taken here.
pub(crate) fn advice(refused: &clap::Error) -> Option<String> {
    if refused.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(argument)) = refused.get(ContextKind::InvalidArg) else {
        return None;
    };
    let name = argument.split_once('=').map_or(argument.as_str(), |(name, _)| name);
    let (name, instead) = FLAGS.iter().find(|(flag, _)| *flag == name)?;
    Some(format!("cosign's `{name}` is not taken here: {instead}"))
}
