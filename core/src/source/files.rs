//! Files are looked at before they are read: what they are, and how large.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::SourceError;

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is none.
    Missing,
    /// It is a directory, a device or the like.
    NotAFile(&'static str),
    /// It has more bytes than are read.
    TooLarge(u64),
    /// It could not be opened or read.
    Io(String),
}

/// Which files may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    /// Regular files only: a pipe among many files would keep the reader waiting for ever.
    Regular,
    /// Pipes too, such as a shell's `<(command)`: the caller named this one file.
    Named,
}

impl Fault {
    pub(super) fn error(&self, path: &Path) -> SourceError {
        SourceError { path: path.to_owned(), detail: self.to_string() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("no such file or directory"),
            Self::NotAFile(what) => write!(f, "{what} where a file is expected"),
            Self::TooLarge(most) => write!(f, "larger than the {most} bytes that are read"),
            Self::Io(error) => f.write_str(error),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // A file in the place of a directory makes everything under it as absent as it can be.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Io(error.to_string()),
        }
    }
}

/// The bytes of a file that has at most `most`. The size is asked for first, and reading stops
/// behind the bound whatever the answer was.
pub(super) fn read(path: &Path, most: u64, accept: Accept) -> Result<Vec<u8>, Fault> {
    check(&fs::metadata(path)?, most, accept)?;
    let file = File::open(path)?;
    // Once more: another file may have taken the place of the one that was looked at.
    check(&file.metadata()?, most, accept)?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= most => Ok(bytes),
        _ => Err(Fault::TooLarge(most)),
    }
}

fn check(found: &Metadata, most: u64, accept: Accept) -> Result<(), Fault> {
    if found.is_dir() {
        return Err(Fault::NotAFile("a directory"));
    }
    if !found.is_file() && (accept == Accept::Regular || !streams(found)) {
        return Err(Fault::NotAFile("a device, a pipe or a socket"));
    }
    if found.len() > most {
        return Err(Fault::TooLarge(most));
    }
    Ok(())
}

#[cfg(unix)]
fn streams(found: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    found.file_type().is_fifo() || found.file_type().is_char_device()
}

#[cfg(not(unix))]
fn streams(_found: &Metadata) -> bool {
    false
}
