//! The command line that sigstore's conformance suite drives (sigstore-conformance,
//! docs/cli_protocol.md), answered by the verifiers of the engine. Options come in any order.

use std::collections::BTreeMap;
use std::process::ExitCode;

use cocket::Timestamp;
use cocket::evaluate::{Content, Examination, Examiner, Question, Target};
use cocket::evidence::signing::{Artifact, MAX_DOCUMENT_BYTES};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket::report::examination;
use cocket::source::read_file;
use serde_json::{Value, json};

const HELP: &str = "\
usage: conformance-client verify-bundle [--staging] --bundle FILE
         (--certificate-identity IDENTITY --certificate-oidc-issuer URL | --key FILE)
         [--trusted-root FILE] [--in-toto] FILE_OR_DIGEST

Exit status: 0 verified, 1 refused, 2 the command line is wrong or a file cannot be read.
";

/// Largest file that a bundle may be about, in bytes.
const MAX_ARTIFACT_BYTES: u64 = 1 << 30;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let answered = match arguments.split_first() {
        Some((command, rest)) if command == "verify-bundle" => {
            Arguments::parse(rest).and_then(|arguments| arguments.verify(Timestamp::now()))
        }
        Some((command, _)) if command == "sign-bundle" => {
            Err("`sign-bundle`: nothing is signed here, bundles are verified only".to_owned())
        }
        Some((other, _)) => Err(format!("`{other}` is not a command")),
        None => Err("a command is expected".to_owned()),
    };
    match answered {
        Ok((true, text)) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Ok((false, text)) => {
            eprint!("{text}");
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("conformance-client: {fault}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

struct Arguments {
    options: BTreeMap<&'static str, String>,
    staging: bool,
    in_toto: bool,
    artifact: String,
}

impl Arguments {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        const OPTIONS: [&str; 5] = [
            "--bundle",
            "--certificate-identity",
            "--certificate-oidc-issuer",
            "--key",
            "--trusted-root",
        ];
        let (mut options, mut artifacts) = (BTreeMap::new(), Vec::new());
        let (mut staging, mut in_toto) = (false, false);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match (OPTIONS.iter().find(|name| **name == argument.as_str()), argument.as_str()) {
                (Some(name), _) => {
                    let value = rest.next().ok_or_else(|| format!("`{name}` needs a value"))?;
                    if options.insert(*name, value.clone()).is_some() {
                        return Err(format!("`{name}` is given twice"));
                    }
                }
                (None, "--staging") => staging = true,
                (None, "--in-toto") => in_toto = true,
                (None, other) if other.starts_with("--") => {
                    return Err(format!("`{other}` is not an option"));
                }
                (None, _) => artifacts.push(argument.clone()),
            }
        }
        match artifacts.as_slice() {
            [artifact] => Ok(Self { options, staging, in_toto, artifact: artifact.clone() }),
            _ => Err(format!("one file or digest is expected, not {}", artifacts.len())),
        }
    }

    /// Whether the bundle is verified, and what to say of it.
    fn verify(&self, now: Timestamp) -> Result<(bool, String), String> {
        let bundle = self.options.get("--bundle").ok_or("`--bundle` is missing")?;
        let most = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX);
        let mut evidence = Evidence::new();
        evidence.attach(None, AttachedKind::Bundle, read(bundle, most)?, BTreeMap::new());
        let bytes;
        let artifact = match self.artifact.parse::<Digest>() {
            // As the protocol has it: what is a path on disk is no digest.
            Ok(digest) if !std::path::Path::new(&self.artifact).exists() => {
                Artifact::from_digest(digest)
            }
            _ => {
                bytes = read(&self.artifact, MAX_ARTIFACT_BYTES)?;
                Artifact::from_bytes(&bytes)
            }
        };
        let question = Question::new(Target::Artifact(artifact), Content::Any);
        // A root or key that cannot be used verifies nothing: the suite asks for such ones.
        let examined = match self.examiner()? {
            Ok(examiner) => examiner.examine(&question, &evidence, now),
            Err(refused) => return Ok((false, format!("{refused}\n"))),
        };
        let is_statement = |examined: &Examination| {
            examined.documents.iter().all(|document| document.claimed_type.is_some())
        };
        if self.in_toto && !is_statement(&examined) {
            return Ok((false, "the bundle holds no in-toto statement\n".to_owned()));
        }
        Ok((examined.is_verified(), examination(&examined)))
    }

    /// An examiner, or why what is trusted cannot be used.
    fn examiner(&self) -> Result<Result<Examiner, String>, String> {
        let root = match self.options.get("--trusted-root") {
            Some(file) => json!({"trustedRoot": text(file)?}),
            None => json!({"instance": if self.staging { "staging" } else { "public-good" }}),
        };
        let documents = [
            (
                "ImagePolicy",
                json!({
                    "authorities": {"signer": self.authority()?},
                    "rules": [{"id": "signed", "signature": {"anyOf": ["signer"]}}],
                }),
            ),
            ("TrustRoot", json!({"sigstore": root})),
        ];
        let documents = documents.map(|(kind, spec)| {
            let api = "cocket.dev/v1alpha1";
            json!({"apiVersion": api, "kind": kind, "metadata": {"name": "client"}, "spec": spec})
                .to_string()
        });
        let policies = match Policies::from_text("client", &documents.join("\n---\n")) {
            Ok(policies) => policies,
            Err(errors) => return Ok(Err(errors.to_string())),
        };
        Ok(Examiner::new(&policies, None, "signer").map_err(|error| error.to_string()))
    }

    fn authority(&self) -> Result<Value, String> {
        let option = |name: &str| self.options.get(name);
        let identity = option("--certificate-identity");
        match (option("--key"), identity, option("--certificate-oidc-issuer")) {
            (Some(file), None, None) => {
                Ok(json!({"key": {"pem": text(file)?}, "logTrustRoot": "client"}))
            }
            (None, Some(subject), Some(issuer)) => Ok(json!({"keyless": {
                "subject": subject, "issuer": issuer, "anyRepository": true, "trustRoot": "client",
            }})),
            _ => Err("`--key`, or both `--certificate-identity` and `--certificate-oidc-issuer`, \
                      are expected"
                .to_owned()),
        }
    }
}

fn read(file: &str, most: u64) -> Result<Vec<u8>, String> {
    read_file(file.as_ref(), most).map_err(|error| error.to_string())
}

fn text(file: &str) -> Result<String, String> {
    /// Trusted roots are the largest of such files.
    const MOST: u64 = 4 << 20;
    String::from_utf8(read(file, MOST)?).map_err(|_| format!("{file}: it is not text"))
}
