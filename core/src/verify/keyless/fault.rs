use jiff::Timestamp;

use super::Claim;

/// Why a certificate's signature, or what a log or a timestamp authority says about a signature,
/// does not count. The order is that of the variants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum KeylessRefusal {
    /// It is signed with a key.
    #[error("it is signed with a key, and the authority has certificates only")]
    NeedsKey,
    /// There is no certificate beside the signature.
    #[error("no certificate stands beside the signature")]
    NoCertificate,
    /// An annotation of cosign's cannot be read.
    #[error("the annotation `{name}` is not {expected}")]
    Annotation {
        /// The annotation.
        name: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// A bundle of 0.3 carries a chain.
    #[error("a bundle of version 0.3 carries one certificate, and this one a chain")]
    Chain,
    /// A root stands among the certificates of a bundle, which has to come from the trusted root.
    #[error("the bundle carries a root certificate, at position {position} of its chain")]
    RootInChain {
        /// Its position.
        position: usize,
    },
    /// The certificate cannot be used.
    #[error("the certificate {0}")]
    Certificate(CertificateFault),
    /// Another issuer vouched for the signer.
    #[error("the certificate's issuer is `{found}`, where `{wanted}` is wanted")]
    OtherIssuer {
        /// The issuer or pattern asked for.
        wanted: String,
        /// That of the certificate.
        found: String,
    },
    /// Somebody else signed.
    #[error("the certificate's subject is {kind} `{found}`, where `{wanted}` is wanted")]
    OtherSubject {
        /// The subject or pattern asked for.
        wanted: String,
        /// What kind of name the certificate has.
        kind: &'static str,
        /// That of the certificate.
        found: String,
    },
    /// A statement of the certificate is another one, or missing.
    #[error(
        "the certificate's `{claim}` is {}, where `{wanted}` is wanted",
        match found {
            None => "absent".to_owned(),
            Some(found) => format!("`{found}`"),
        }
    )]
    OtherClaim {
        /// Which statement.
        claim: Claim,
        /// The value or pattern asked for.
        wanted: String,
        /// That of the certificate.
        found: Option<String>,
    },
    /// The issuer is a CI service, and the authority names no source repository.
    #[error(
        "the issuer `{issuer}` vouches for builds, and the authority names no `repository`: a workflow's name is shared by all who call it; say `anyRepository: true` if that is meant"
    )]
    NoRepositoryNamed {
        /// The issuer.
        issuer: String,
    },
    /// The signature is not that of the certificate's key.
    #[error("the key of the certificate did not make the signature")]
    Signature,
    /// The file is another one.
    #[error("it signs a file with the digest `{found}`, not `{wanted}`")]
    OtherArtifact {
        /// The digest judged.
        wanted: String,
        /// The digest that the bundle states.
        found: String,
    },
    /// A signature over a file says nothing about which file.
    #[error("it states no digest of the file that it signs")]
    NoMessageDigest,
    /// The file's digest by an algorithm cannot be told.
    #[error("the `{algorithm}` digest of the file cannot be told without the file")]
    NeedsFile {
        /// The algorithm.
        algorithm: String,
    },
    /// There is no trusted root to verify log entries and timestamps with.
    #[error("log entries or timestamps stand beside it, and there is no trusted root for them")]
    NoTrustedRoot,
    /// No log entry is there.
    #[error("no transparency log entry stands beside it, and one is required")]
    NoLog,
    /// Too few logs stand for it.
    #[error("{found} logs hold an entry of it, and {wanted} are asked for")]
    TooFewLogs {
        /// How many are asked for.
        wanted: u32,
        /// How many hold one, each counted once.
        found: usize,
    },
    /// Too few timestamp authorities stand for it.
    #[error("{found} timestamp authorities stamped it, and {wanted} are asked for")]
    TooFewTimestamps {
        /// How many are asked for.
        wanted: u32,
        /// How many did, each counted once.
        found: usize,
    },
    /// A log entry does not hold.
    #[error("the log entry at position {position} {fault}")]
    Log {
        /// Its position.
        position: usize,
        /// Why not.
        fault: LogFault,
    },
    /// No timestamp is there.
    #[error("no RFC 3161 timestamp stands beside it, and one is required")]
    NoTimestamp,
    /// A timestamp does not hold.
    #[error("the timestamp at position {position} {fault}")]
    Timestamp {
        /// Its position.
        position: usize,
        /// Why not.
        fault: TimestampFault,
    },
    /// Nothing proves when it was signed.
    #[error("nothing proves when it was signed: neither a log's promise nor a timestamp")]
    NoTime,
    /// A proven time lies in the future.
    #[error("it is proven for {at}, which is after {now}, the time of the decision")]
    Future {
        /// The proven time.
        at: Timestamp,
        /// The time of the decision.
        now: Timestamp,
    },
    /// The certificate was not valid then.
    #[error("the certificate is valid from {not_before} to {not_after}, and it was signed at {at}")]
    Outside {
        /// The proven time.
        at: Timestamp,
        /// From when the certificate is valid.
        not_before: Timestamp,
        /// Until when.
        not_after: Timestamp,
    },
    /// No certificate authority counts at that time.
    #[error("the trusted root has no certificate authority that counts at {at}")]
    NoAuthority {
        /// The proven time.
        at: Timestamp,
    },
    /// The certificate does not come from a trusted authority.
    #[error("no trusted authority issued the certificate: {detail}")]
    Untrusted {
        /// What the last path tried came to.
        detail: String,
    },
    /// The certificate transparency log's signature in the certificate does not hold.
    #[error("the certificate {0}")]
    Sct(SctFault),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateFault {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// An extension is there twice.
    #[error("has the extension `{0}` twice")]
    Duplicate(String),
    /// It has no name, or several.
    #[error("has {0} names, where exactly one says who signed")]
    Names(usize),
    /// Its name is of a kind that says nothing about a signer.
    #[error("has a name that is no URI, email address or user name")]
    NameKind,
    /// It does not say who vouches for the name.
    #[error("names no issuer of the identity")]
    NoIssuer,
    /// It says it twice, and differently.
    #[error("names two issuers of the identity, `{0}` and `{1}`")]
    Issuers(String, String),
    /// An extension is not text.
    #[error("has something else than text as `{0}`")]
    NotText(String),
    /// A name or an issuer has white space in it, by which it could be taken for another.
    #[error("has white space or control characters in its issuer or subject")]
    Spelling,
    /// Its key may not make signatures.
    #[error("has a key that is not for signatures")]
    KeyUsage,
    /// Its key is of a kind that is not supported.
    #[error("has a key that is not supported: {0}")]
    Key(String),
}

/// What is wrong with a log entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum LogFault {
    /// It is of a kind that is not read.
    #[error("is of the kind `{0}`, which is not read here")]
    Kind(String),
    /// Its body is of another kind than it says.
    #[error("says that it is of the kind `{stated}`, and its body is of `{found}`")]
    OtherKind {
        /// What it says.
        stated: String,
        /// What its body says.
        found: String,
    },
    /// It is there twice.
    #[error("is there twice")]
    Duplicate,
    /// It is of a log that the trusted root does not have.
    #[error("is of the log `{0}`, which the trusted root does not have")]
    UnknownLog(String),
    /// The log's key is of a kind that is not supported.
    #[error("is of the log `{0}`, whose key is not supported")]
    UnsupportedKey(String),
    /// The log's key did not count then.
    #[error("is of the log `{log}`, whose key does not count at {at}")]
    KeyWindow {
        /// The log.
        log: String,
        /// The time.
        at: Timestamp,
    },
    /// It lacks the log's promise.
    #[error("has no signed entry timestamp, which bundles of version 0.1 must have")]
    NoPromise,
    /// The promise is not the log's.
    #[error("has a signed entry timestamp that the log did not sign")]
    Promise,
    /// It has a promise where its log gives none.
    #[error("has a signed entry timestamp, which logs of its kind do not give")]
    StrayPromise,
    /// It lacks the proof.
    #[error("has no inclusion proof, which bundles from version 0.2 on must have")]
    NoProof,
    /// The proof does not lead to the root.
    #[error("has an inclusion proof that does not lead to the root of the tree")]
    Proof,
    /// The proof lacks its checkpoint.
    #[error("has an inclusion proof without a checkpoint, which proves nothing")]
    NoCheckpoint,
    /// The checkpoint cannot be read.
    #[error("has a checkpoint that cannot be read")]
    CheckpointUnreadable,
    /// The checkpoint is of another tree.
    #[error("has a checkpoint of another tree than its proof")]
    OtherTree,
    /// The checkpoint is not the log's.
    #[error("has a checkpoint that the log did not sign")]
    Checkpoint,
    /// Its body cannot be read.
    #[error("has a body without a readable `{0}`")]
    Body(&'static str),
    /// It is about something else.
    #[error("is about another {0}")]
    Other(&'static str),
}

/// What is wrong with a timestamp.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampFault {
    /// The trusted root has no timestamp authority.
    #[error("is of an unknown authority: the trusted root has none")]
    NoAuthority,
    /// It is there twice.
    #[error("is there twice")]
    Duplicate,
    /// The authority that signed it did not count then.
    #[error("is for {at}, when the authority that signed it does not count")]
    Window {
        /// The time that it states.
        at: Timestamp,
    },
    /// No trusted authority signed it over this signature.
    #[error("was not made by a trusted authority over this signature: {0}")]
    Untrusted(String),
}

/// What is wrong with the certificate transparency log's signature in a certificate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum SctFault {
    /// There is none.
    #[error("has no signed certificate timestamp")]
    None,
    /// The list cannot be read.
    #[error("has a list of signed certificate timestamps that cannot be read")]
    Unreadable,
    /// None is of a known log.
    #[error("has no signed certificate timestamp of a log that the trusted root has")]
    UnknownLog,
    /// The log's key did not count then.
    #[error("has a signed certificate timestamp of {0}, when the log's key does not count")]
    KeyWindow(Timestamp),
    /// It is not the log's.
    #[error("has a signed certificate timestamp that the log did not sign")]
    Signature,
}
