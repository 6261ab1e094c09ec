//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cocket::Timestamp;
use cocket::import::{Dialect, Options};
use cocket::report::Format;

use crate::admit::Admit;
use crate::verify::Verify;

pub(crate) const EXIT_STATUS: &str = "\
Exit status:
  0  every image may run (allow or warn)
  1  an image is denied
  2  the command line or a policy is wrong
  3  something could not be read, and nothing was denied";

/// Decides whether container images may run, and says why.
#[derive(Debug, Parser)]
#[command(name = "cocket", version, after_help = EXIT_STATUS)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Decide on images, workloads or a layout
    Check(Check),
    /// Answer a Kubernetes admission review
    Admit(Box<Admit>),
    /// Verify one signature or attestation, and tell each check
    Verify(Box<Verify>),
    /// Explain a reason code, or recorded decisions
    Explain(Explain),
    /// Work with policies
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Write policies of other engines as policies of our own
    Import(ImportPolicies),
    /// Show what scan reports say, in the scanner's own numbers and as a rule counts
    ScanSummary(ScanSummary),
    /// Write the JSON schema of policy documents
    Schema,
    /// Write a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Check policies for faults and for what was probably not meant
    Lint(Lint),
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Check {
    /// What to judge: an OCI layout directory, a file or directory of Kubernetes objects,
    /// `-` for Kubernetes objects on standard input, or an image reference
    ///
    /// What exists as a file or directory is read as one. All images of a layout are judged, and
    /// the layout is evidence for every other target, too.
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<String>,
    /// A file or directory of policies
    #[arg(short, long, value_name = "PATH", required = true)]
    pub(crate) policy: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) import: Import,
    /// A directory with evidence: an OCI layout, or a directory of them
    #[arg(short, long, value_name = "DIR")]
    pub(crate) evidence: Vec<PathBuf>,
    /// A report, or a directory of reports, that you vouch for yourself
    ///
    /// It counts only for rules that say `trust: caller`.
    #[arg(long, value_name = "PATH")]
    pub(crate) vouch: Vec<PathBuf>,
    /// The namespace that the images would run in
    ///
    /// Without it the objects' own `metadata.namespace` holds: who runs this command vouches for
    /// the files. Where a cluster decides (admission), the request's namespace is taken instead.
    #[arg(short, long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) namespace: Option<String>,
    /// A label of that namespace
    #[arg(long, value_name = "KEY=VALUE", requires = "namespace", value_parser = label)]
    pub(crate) namespace_label: Vec<(String, String)>,
    /// A label of what owns the objects, such as the Deployment of a pod
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub(crate) owner_label: Vec<(String, String)>,
    /// A JSON file that records which tag stood for which digest:
    /// `{"registry.example.com/app:1.0": "sha256:…"}`
    #[arg(long, value_name = "FILE")]
    pub(crate) tags: Option<PathBuf>,
    /// The moment to decide for: RFC 3339, or a date, which means its start in UTC
    /// [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    /// A format to write, and where to; may be repeated [default: table]
    ///
    /// Formats: table, json, yaml, junit, sarif, github, markdown. Without a file, or with `-`,
    /// standard output is meant.
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = output)]
    pub(crate) output: Vec<Output>,
    /// Which verdict makes the exit status 1
    #[arg(long, value_name = "VERDICT", default_value = "deny")]
    pub(crate) fail_on: FailOn,
    /// Report, and do not fail on verdicts
    #[arg(long)]
    pub(crate) audit: bool,
    /// When the table has colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

#[derive(Debug, Args)]
pub(crate) struct ImportPolicies {
    /// A file or directory of policies; keys and secrets that they name are given alike
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) import: Import,
}

/// How policies of other engines are taken.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Import {
    /// Take policies of other engines of which parts are not taken: what rests on such a part fails
    #[arg(long)]
    pub(crate) allow_partial: bool,
    /// How closely Kyverno is followed: `strict` leaves its quirks out
    #[arg(long, value_enum, default_value_t = FollowedDialect::Strict)]
    pub(crate) dialect: FollowedDialect,
}

/// How closely Kyverno is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FollowedDialect {
    Strict,
    Kyverno,
}

impl Import {
    pub(crate) fn options(self) -> Options {
        let dialect = match self.dialect {
            FollowedDialect::Strict => Dialect::Strict,
            FollowedDialect::Kyverno => Dialect::Kyverno,
        };
        Options { allow_partial: self.allow_partial, dialect }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code, such as `registry.not_allowed`
    #[arg(value_name = "CODE", required_unless_present_any = ["all", "decisions"])]
    pub(crate) code: Option<String>,
    /// Every code there is
    #[arg(long, conflicts_with = "code")]
    pub(crate) all: bool,
    /// The decisions that `check -o json=FILE` wrote, in full: every rule, every finding, links
    #[arg(long, value_name = "FILE", conflicts_with_all = ["code", "all"])]
    pub(crate) decisions: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// A file or directory of policies
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) import: Import,
    /// Exit with 1 where there are warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// The moment for which dates are looked at: RFC 3339, or a date [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct ScanSummary {
    /// A report, or a directory of reports
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// A file or directory of policies, whose way of counting is shown
    #[arg(short, long, value_name = "PATH")]
    pub(crate) policy: Vec<PathBuf>,
    /// The `vulnerabilities` rule that is meant, where there are several
    #[arg(long, value_name = "POLICY/RULE")]
    pub(crate) rule: Option<String>,
    /// The moment for which ignored ids are looked at: RFC 3339, or a date [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// An image is denied
    Deny,
    /// An image is denied or has warnings
    Warn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A format, and the file it goes to; `None` is standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) file: Option<PathBuf>,
}

pub(crate) fn output(text: &str) -> Result<Output, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("no file after `=`".to_owned()),
        Some((name, "-")) => (name, None),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let format = name.parse().map_err(|error: cocket::report::UnknownFormat| error.to_string())?;
    Ok(Output { format, file })
}

pub(crate) fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("`KEY=VALUE` is expected".to_owned()),
    }
}

pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).map_err(|_| {
        "a moment such as `2026-11-23T12:00:00Z` or a date such as `2026-11-23` is expected"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_date_is_its_start_in_utc() {
        assert_eq!(moment("2026-11-23"), moment("2026-11-23T00:00:00Z"));
        assert!(moment("2026-11-23T01:00:00+01:00") == moment("2026-11-23"));
        // A local time without its offset would be a guess.
        for wrong in ["", "today", "23.11.2026", "2026-11", "2026-02-30", "2026-11-23T12:00:00"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn outputs_name_a_format_and_perhaps_a_file() {
        let file = |text: &str| output(text).map(|output| output.file);
        assert_eq!(file("json"), Ok(None));
        assert_eq!(file("json=-"), Ok(None));
        assert_eq!(file("sarif=a=b.sarif"), Ok(Some(PathBuf::from("a=b.sarif"))));
        assert!(file("json=").is_err() && file("xml").is_err() && file("=x").is_err());
    }
}
