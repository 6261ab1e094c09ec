use serde::{Serialize, Serializer};

use super::{KeylessRefusal, Refusal};

/// What is checked of a signed document.
///
/// ```
/// use cocket::verify::{Refusal, Step};
/// assert_eq!(Refusal::Signature.step(), Step::Signature);
/// assert_eq!(Step::CertificateLog.name(), "certificateLog");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// `document`: it can be read, and says what it is.
    Document,
    /// `form`: it is signed in the way that the authority verifies.
    Form,
    /// `subject`: it is about what is judged.
    Subject,
    /// `certificate`: the signer's certificate can be read and is fit for its use.
    Certificate,
    /// `identity`: the certificate names whom the authority trusts.
    Identity,
    /// `signature`: a key of the authority, or the certificate's, made the signature.
    Signature,
    /// `timestamp`: timestamps hold, and those that are asked for are there.
    Timestamp,
    /// `log`: log entries hold, and those that are asked for are there.
    Log,
    /// `time`: what proves when it was signed is enough, and agrees.
    Time,
    /// `key`: the key counted at that time, and was neither compromised nor revoked.
    Key,
    /// `certificatePath`: a trusted authority issued the certificate, which was valid at that time.
    CertificatePath,
    /// `certificateLog`: the certificate was published in a certificate transparency log.
    CertificateLog,
    /// `content`: it says what is asked for: an approval, or a statement of a type.
    Content,
    /// `repository`: the repository that it names is the judged one.
    Repository,
    /// `annotations`: it has the annotations that are asked for.
    Annotations,
}

impl Step {
    /// Its name in machine-readable answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Form => "form",
            Self::Subject => "subject",
            Self::Certificate => "certificate",
            Self::Identity => "identity",
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
            Self::Log => "log",
            Self::Time => "time",
            Self::Key => "key",
            Self::CertificatePath => "certificatePath",
            Self::CertificateLog => "certificateLog",
            Self::Content => "content",
            Self::Repository => "repository",
            Self::Annotations => "annotations",
        }
    }

    /// How far verification has come where this step fails: every step of a lower stage was
    /// passed. Of those with the same stage, which comes first depends on the form.
    #[must_use]
    pub fn stage(self) -> u8 {
        match self {
            Self::Document => 0,
            Self::Form | Self::Subject => 1,
            Self::Certificate => 2,
            Self::Identity => 3,
            Self::Signature => 4,
            Self::Timestamp | Self::Log | Self::Time => 5,
            Self::Key | Self::CertificatePath => 6,
            Self::CertificateLog => 7,
            Self::Content => 8,
            Self::Repository => 9,
            Self::Annotations => 10,
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Refusal {
    /// The step that failed.
    #[must_use]
    pub fn step(&self) -> Step {
        match self {
            Self::Malformed(_) => Step::Document,
            Self::NeedsCertificate { .. } | Self::OtherFormat { .. } | Self::AttestsOnly { .. } => {
                Step::Form
            }
            Self::Signature | Self::VerifierFailed { .. } | Self::OtherHash { .. } => {
                Step::Signature
            }
            Self::KeyRevoked { .. }
            | Self::KeyCompromised { .. }
            | Self::KeyNotYetValid { .. }
            | Self::KeyExpired { .. } => Step::Key,
            Self::LogNotVerified { .. } => Step::Log,
            Self::Keyless(refusal) => refusal.step(),
            Self::ProvenInTheFuture { .. } => Step::Time,
            Self::NoSubject { .. } | Self::WrongSubject { .. } => Step::Subject,
            Self::NotAnApproval { .. } | Self::OtherPredicate { .. } => Step::Content,
            Self::AnnotationMissing { .. } | Self::AnnotationDifferent { .. } => Step::Annotations,
            Self::NoRepository { .. }
            | Self::UnreadableRepository { .. }
            | Self::OtherRepository { .. }
            | Self::NotMirrored { .. } => Step::Repository,
        }
    }
}

impl KeylessRefusal {
    fn step(&self) -> Step {
        match self {
            Self::NeedsKey | Self::NoCertificate | Self::Annotation { .. } => Step::Form,
            Self::OtherArtifact { .. } | Self::NoMessageDigest | Self::NeedsFile { .. } => {
                Step::Subject
            }
            Self::Chain | Self::RootInChain { .. } | Self::Certificate(_) => Step::Certificate,
            Self::OtherIssuer { .. }
            | Self::OtherSubject { .. }
            | Self::OtherClaim { .. }
            | Self::NoRepositoryNamed { .. } => Step::Identity,
            Self::Signature => Step::Signature,
            Self::NoTrustedRoot | Self::NoLog | Self::TooFewLogs { .. } | Self::Log { .. } => {
                Step::Log
            }
            Self::NoTimestamp | Self::TooFewTimestamps { .. } | Self::Timestamp { .. } => {
                Step::Timestamp
            }
            Self::NoTime | Self::Future { .. } => Step::Time,
            Self::Outside { .. } | Self::NoAuthority { .. } | Self::Untrusted { .. } => {
                Step::CertificatePath
            }
            Self::Sct(_) => Step::CertificateLog,
        }
    }
}
