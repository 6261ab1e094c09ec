use std::fs;
use std::path::{Path, PathBuf};

use super::SourceError;
use super::files::{self, Accept};
use crate::policy::PolicySource;

/// Largest scan report that is read, in bytes.
pub const MAX_REPORT_BYTES: u64 = 256 * 1024 * 1024;
/// Largest policy file that is read, in bytes.
pub const MAX_POLICY_BYTES: u64 = 32 * 1024 * 1024;
/// Largest file of Kubernetes objects that is read, in bytes.
pub const MAX_OBJECTS_BYTES: u64 = 64 * 1024 * 1024;
/// Most bytes of all files of one kind together.
pub const MAX_INPUT_BYTES: u64 = 1024 * 1024 * 1024;
/// Most files of one kind.
pub const MAX_INPUT_FILES: usize = 10_000;
/// How many directories deep policies and objects are looked for.
pub const MAX_INPUT_DEPTH: u32 = 16;

const JSON: [&str; 1] = ["json"];
const YAML_OR_JSON: [&str; 3] = ["yaml", "yml", "json"];

/// Reads one file that the caller names, which may be a pipe, of at most `most` bytes.
///
/// ```
/// use cocket::source::read_file;
/// let marker = "../docs/examples/first-look/images/oci-layout".as_ref();
/// assert!(read_file(marker, 100)?.starts_with(b"{"));
/// assert!(read_file(marker, 3).is_err());
/// # Ok::<(), cocket::source::SourceError>(())
/// ```
///
/// # Errors
/// [`SourceError`] for a file that is missing, not readable, not a file or larger.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, SourceError> {
    files::read(path, most, Accept::Named).map_err(|fault| fault.error(path))
}

/// Reads scan reports that the caller vouches for: the file `path`, or every `*.json` in the
/// directory `path` (not below it), sorted by path.
///
/// Names that start with a dot are left out in directories. A file named by itself may be a pipe.
///
/// # Errors
/// [`SourceError`] for a file that is missing, not readable, not a file or over a limit, and for
/// a directory without any report.
pub fn read_reports(path: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, SourceError> {
    let wanted = Wanted { extensions: &JSON, most: MAX_REPORT_BYTES, depth: 0 };
    wanted.read(&[path])
}

/// Reads policy files: each of `paths`, and in directories every `*.yaml`, `*.yml` and `*.json`
/// at any depth, sorted by path. What is given twice is read once.
///
/// Names that start with a dot are left out in directories: editors, version control and mounted
/// volumes keep copies under them.
///
/// # Errors
/// [`SourceError`] for a file that is missing, not readable, not a file or over a limit, for
/// directories nested deeper than 16, and for a directory without any policy file.
pub fn read_policies<P: AsRef<Path>>(paths: &[P]) -> Result<Vec<PolicySource>, SourceError> {
    let wanted =
        Wanted { extensions: &YAML_OR_JSON, most: MAX_POLICY_BYTES, depth: MAX_INPUT_DEPTH };
    let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    let read = wanted.read(&paths)?.into_iter();
    Ok(read.map(|(path, bytes)| PolicySource { name: shown(&path), bytes }).collect())
}

/// Reads files of Kubernetes objects: the file `path`, or in the directory `path` every
/// `*.yaml`, `*.yml` and `*.json` at any depth, sorted by path; each with its name.
///
/// Names that start with a dot are left out in directories.
///
/// # Errors
/// As for [`read_policies`].
pub fn read_objects(path: &Path) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
    let wanted =
        Wanted { extensions: &YAML_OR_JSON, most: MAX_OBJECTS_BYTES, depth: MAX_INPUT_DEPTH };
    let read = wanted.read(&[path])?.into_iter();
    Ok(read.map(|(path, bytes)| (shown(&path), bytes)).collect())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What is read of the files that the caller names.
struct Wanted<'a> {
    extensions: &'a [&'a str],
    /// Bytes of one file.
    most: u64,
    /// Directories below the named one.
    depth: u32,
}

impl Wanted<'_> {
    fn read(&self, paths: &[&Path]) -> Result<Vec<(PathBuf, Vec<u8>)>, SourceError> {
        let mut found = Vec::new();
        for path in paths {
            if !path.is_dir() {
                found.push((path.to_path_buf(), Accept::Named));
                continue;
            }
            let before = found.len();
            self.list(path, self.depth, &mut found)?;
            if found.len() == before {
                let detail = format!("no `*.{}` file in it", self.extensions.join("`, `*."));
                return Err(SourceError { path: path.to_path_buf(), detail });
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found.dedup_by(|(a, _), (b, _)| a == b);
        self.contents(found)
    }

    fn contents(
        &self,
        found: Vec<(PathBuf, Accept)>,
    ) -> Result<Vec<(PathBuf, Vec<u8>)>, SourceError> {
        let mut left = MAX_INPUT_BYTES;
        let mut read = Vec::new();
        for (path, accept) in found {
            let bytes =
                files::read(&path, self.most, accept).map_err(|fault| fault.error(&path))?;
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let Some(rest) = left.checked_sub(length) else {
                let detail = format!("with it, the files have more than {MAX_INPUT_BYTES} bytes");
                return Err(SourceError { path, detail });
            };
            left = rest;
            read.push((path, bytes));
        }
        Ok(read)
    }

    fn list(
        &self,
        directory: &Path,
        depth: u32,
        found: &mut Vec<(PathBuf, Accept)>,
    ) -> Result<(), SourceError> {
        let fault = |detail: String| SourceError { path: directory.to_owned(), detail };
        let listed = fs::read_dir(directory).map_err(|error| fault(error.to_string()))?;
        for entry in listed {
            let entry = entry.map_err(|error| fault(error.to_string()))?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                match (self.depth, depth.checked_sub(1)) {
                    (0, _) => {}
                    (_, Some(depth)) => self.list(&path, depth, found)?,
                    (most, None) => {
                        return Err(fault(format!("nested deeper than {most} directories")));
                    }
                }
            } else if self.takes(&path) {
                found.push((path, Accept::Regular));
            }
            if found.len() > MAX_INPUT_FILES {
                return Err(fault(format!("more than {MAX_INPUT_FILES} files")));
            }
        }
        Ok(())
    }

    fn takes(&self, path: &Path) -> bool {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|own| self.extensions.iter().any(|one| one.eq_ignore_ascii_case(own)))
    }
}
