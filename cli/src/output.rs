//! Where results go.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use cocket::report::{Format, Judged};

use crate::arguments::{Color, Output};
use crate::failure::Failure;

/// The outputs that were asked for; the table on standard output where none was.
///
/// # Errors
/// Two of them go to one place.
pub(crate) fn plan(wanted: &[Output]) -> Result<Vec<Output>, Failure> {
    if wanted.is_empty() {
        return Ok(vec![Output { format: Format::Table, file: None }]);
    }
    for (position, one) in wanted.iter().enumerate() {
        let earlier = wanted.iter().take(position);
        if let Some(twin) = earlier.into_iter().find(|other| other.file == one.file) {
            let place = match &one.file {
                Some(file) => format!("`{}`", file.display()),
                None => "standard output".to_owned(),
            };
            return Err(Failure::Usage(format!(
                "`{}` and `{}` both go to {place}; give one of them a file, as in `-o {}=FILE`",
                twin.format, one.format, one.format
            )));
        }
    }
    Ok(wanted.to_vec())
}

/// The outputs that were asked for, where standard output has something else.
///
/// # Errors
/// One of them has no file, or two go to one place.
pub(crate) fn files_only(wanted: &[Output]) -> Result<Vec<Output>, Failure> {
    if let Some(one) = wanted.iter().find(|output| output.file.is_none()) {
        return Err(Failure::Usage(format!(
            "standard output has the response; give `{0}` a file, as in `-o {0}=FILE`",
            one.format
        )));
    }
    if wanted.is_empty() { Ok(Vec::new()) } else { plan(wanted) }
}

/// Writes all outputs, the files first; every one is tried.
pub(crate) fn write(outputs: &[Output], judged: &[Judged], color: Color) -> Vec<Failure> {
    let mut failures = Vec::new();
    let (files, stdout): (Vec<&Output>, Vec<&Output>) =
        outputs.iter().partition(|output| output.file.is_some());
    for output in files.into_iter().chain(stdout) {
        let to_terminal = output.file.is_none() && wants_color(color);
        let mut text = output.format.render(judged, to_terminal);
        if text.is_empty() {
            let format = output.format;
            failures.push(Failure::Unreadable(format!("`{format}` could not be rendered")));
            continue;
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let written = match &output.file {
            None => to_stdout(text.as_bytes()),
            Some(file) => to_file(file, text.as_bytes()),
        };
        failures.extend(written.err());
    }
    failures
}

fn wants_color(color: Color) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            // https://no-color.org: set and not empty, whatever it says.
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
        }
    }
}

/// Writes to standard output. A reader that has gone away has seen enough.
pub(crate) fn to_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Unreadable(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a file whole or not at all: beside it first, then in its place. What is no regular
/// file, such as `/dev/null` or a pipe, is written to as it is.
pub(crate) fn to_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = match fs::metadata(path) {
        Ok(found) if !found.is_file() => fs::write(path, bytes),
        // The place that a link leads to, so that the link stays.
        Ok(_) => fs::canonicalize(path).and_then(|real| replace(&real, bytes)),
        Err(_) => replace(path, bytes),
    };
    written.map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside: PathBuf = path.with_file_name(beside);
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Best effort: the first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}
