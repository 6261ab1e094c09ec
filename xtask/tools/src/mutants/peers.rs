//! Other verifiers: the sigstore project's Rust crate in this process, the others each in a
//! process that answers line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sigstore_verify::types::{Bundle, Sha256Hash};
use sigstore_verify::{VerificationPolicy, Verifier, trust_root};

use super::parents::{About, Parent};

/// A verdict, or why a bundle is refused.
pub(super) type Answer = Result<(), String>;

pub(super) enum Peer {
    /// `sigstore-verify`, with what it trusts now.
    Rust(Option<Box<Rust>>),
    Process(Box<Process>),
}

pub(super) struct Rust {
    verifier: Verifier,
    policy: VerificationPolicy,
    about: Result<Vec<u8>, Sha256Hash>,
}

pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    pub(super) fn start(command: &mut Command) -> Result<Self, String> {
        let shown = format!("{command:?}");
        let failed = |error: &dyn std::fmt::Display| format!("{shown}: {error}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(&"no pipes"));
        };
        Ok(Self::Process(Box::new(Process { child, input, output: BufReader::new(output) })))
    }

    /// Trusts what the parent needs, and judges it. A refusal means that its mutants say nothing.
    ///
    /// # Errors
    /// The peer does not answer.
    pub(super) fn takes(&mut self, parent: &Parent) -> Result<Answer, String> {
        match self {
            Self::Rust(place) => match Rust::new(parent) {
                Ok(rust) => *place = Some(Box::new(rust)),
                Err(why) => return Ok(Err(why)),
            },
            Self::Process(process) => {
                let answer = process.ask(&trust(parent))?;
                if answer.is_err() {
                    return Ok(answer);
                }
            }
        }
        match parent.for_peers(&parent.bundle) {
            Some(bundle) => self.judges(&bundle.to_string()),
            None => Ok(Err("it cannot be told".to_owned())),
        }
    }

    /// The answer about a bundle.
    ///
    /// # Errors
    /// The peer does not answer.
    pub(super) fn judges(&mut self, bundle: &str) -> Result<Answer, String> {
        match self {
            Self::Rust(Some(rust)) => Ok(rust.answer(bundle)),
            Self::Rust(None) => Err("nothing is trusted yet".to_owned()),
            Self::Process(process) => process.ask(&json!({"bundle": bundle})),
        }
    }
}

/// What a process is told to trust.
fn trust(parent: &Parent) -> Value {
    let (artifact, digest) = match &parent.about {
        About::Bytes(bytes) => (Some(STANDARD.encode(bytes)), None),
        About::Digest(digest) => {
            (None, digest.to_string().strip_prefix("sha256:").map(str::to_owned))
        }
    };
    json!({
        "root": parent.root.as_deref().unwrap_or_default(),
        "key": parent.key.as_deref().unwrap_or_default(),
        "identity": parent.identity, "issuer": parent.issuer,
        "artifact": artifact, "sha256": digest.unwrap_or_default(),
        "log": parent.log, "tokens": parent.tokens,
    })
}

impl Process {
    fn ask(&mut self, question: &Value) -> Result<Answer, String> {
        let failed = |error: &dyn std::fmt::Display| format!("a peer does not answer: {error}");
        writeln!(self.input, "{question}").map_err(|error| failed(&error))?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| failed(&error))?;
        let answer: Value = serde_json::from_str(&line).map_err(|error| failed(&error))?;
        let why = answer.get("why").and_then(Value::as_str).unwrap_or_default();
        match answer.get("good").and_then(Value::as_bool) {
            Some(true) => Ok(Ok(())),
            Some(false) => Ok(Err(why.to_owned())),
            None => Err(failed(&"no verdict")),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Rust {
    fn new(parent: &Parent) -> Result<Self, String> {
        let (Some(root), None, true) = (&parent.root, &parent.key, parent.log) else {
            return Err("neither keys nor bundles without a log are supported".to_owned());
        };
        // Reading ours installs the cryptography that theirs calls.
        cocket::verify::TrustedRoot::parse(root).map_err(|error| error.to_string())?;
        let root = trust_root::TrustedRoot::from_json(root).map_err(|error| error.to_string())?;
        let verifier = Verifier::new(&root).map_err(|error| error.to_string())?;
        let policy = VerificationPolicy::new(&parent.identity, &parent.issuer);
        let about = match &parent.about {
            About::Bytes(bytes) => Ok(bytes.clone()),
            About::Digest(digest) => {
                let text = digest.to_string();
                let hex = text.strip_prefix("sha256:").unwrap_or_default();
                Err(Sha256Hash::from_hex(hex).map_err(|error| error.to_string())?)
            }
        };
        Ok(Self { verifier, policy, about })
    }

    fn answer(&self, json: &str) -> Answer {
        let bundle = Bundle::from_json(json).map_err(|error| error.to_string())?;
        let answer = match &self.about {
            Ok(bytes) => self.verifier.verify(bytes.as_slice(), &bundle, &self.policy),
            Err(digest) => self.verifier.verify(*digest, &bundle, &self.policy),
        };
        answer.map(|_| ()).map_err(|error| error.to_string())
    }
}
