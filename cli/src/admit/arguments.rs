//! What can be asked of `cocket admit`.

use std::path::PathBuf;

use clap::Args;
use cocket::Timestamp;

use crate::arguments::{EXIT_STATUS, Import, Output, label, moment, output};

#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Admit {
    /// The `AdmissionReview` in JSON, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) review: PathBuf,
    /// A file or directory of policies
    #[arg(short, long, value_name = "PATH", required = true)]
    pub(crate) policy: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) import: Import,
    /// A directory with evidence: an OCI layout, or a directory of them
    #[arg(short, long, value_name = "DIR")]
    pub(crate) evidence: Vec<PathBuf>,
    /// A report, or a directory of reports, that you vouch for yourself
    #[arg(long, value_name = "PATH")]
    pub(crate) vouch: Vec<PathBuf>,
    /// A label of the request's namespace
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub(crate) namespace_label: Vec<(String, String)>,
    /// A label of what owns the object, such as the Deployment of a pod
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub(crate) owner_label: Vec<(String, String)>,
    /// A JSON file that records which tag stood for which digest
    #[arg(long, value_name = "FILE")]
    pub(crate) tags: Option<PathBuf>,
    /// Complete names by tag with the digests that are judged, as a mutating webhook may
    #[arg(long)]
    pub(crate) pin: bool,
    /// Proofs of earlier admissions, one a line: on `UPDATE` an image that one of them covers is
    /// not judged again where it stands unchanged
    ///
    /// Whoever can write this file decides what is not judged.
    #[arg(long, value_name = "FILE")]
    pub(crate) covered: Option<PathBuf>,
    /// Where the proofs of this admission are written, for `--covered`
    #[arg(long, value_name = "FILE")]
    pub(crate) coverage: Option<PathBuf>,
    /// The moment to decide for: RFC 3339, or a date, which means its start in UTC
    /// [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    /// A format to write the decisions in, and the file it goes to; may be repeated
    ///
    /// Formats: as of `check`. Standard output has the response alone.
    #[arg(short, long, value_name = "FORMAT=FILE", value_parser = output)]
    pub(crate) output: Vec<Output>,
}
