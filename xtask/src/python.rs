//! The Python package: its extension is built into the package's own folder, and tested from a virtual
//! environment under `target/python`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{cargo, cases, node};

/// The oldest Python that the package is for.
const OLDEST: (u32, u32) = (3, 10);

/// Does `work` where there is a Python, and gives the summary's word for it.
///
/// # Errors
/// What failed; in CI also that there is no Python.
pub(crate) fn run(work: impl FnOnce(&Python) -> bool) -> Result<String, String> {
    match Python::find() {
        Ok(python) if work(&python) => Ok("ok".to_owned()),
        Ok(_) => Err("the Python package failed".to_owned()),
        Err(missing) if env::var_os("CI").is_none() => Ok(format!("skipped: {missing}")),
        Err(missing) => Err(format!("{missing}, and CI needs it")),
    }
}

/// The interpreter that the environment is made with: `$PYTHON`, or what `python3` is.
pub(crate) struct Python(String);

impl Python {
    /// The interpreter, where there is one that is new enough.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(crate) fn find() -> Result<Self, String> {
        let name = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let print = "import sys; print(*sys.version_info[:2])";
        let asked = Command::new(&name).args(["-c", print]).output();
        let Ok(answer) = asked else {
            return Err(format!("there is no `{name}`"));
        };
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let mut numbers = text.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST => Ok(Self(name)),
            _ => Err(format!("`{name}` is not Python {}.{} or newer", OLDEST.0, OLDEST.1)),
        }
    }

    /// Builds the package and runs everything that tests it; all of it even where one part fails.
    pub(crate) fn test(&self) -> bool {
        self.checked(&[
            &["pytest", "--quiet", "-p", "no:cacheprovider"],
            &["mypy", "--cache-dir", "../target/python/mypy"],
            &["mypy.stubtest", "cocket"],
        ]) && self.pyright()
    }

    /// pyright is a program for Node, which the package of that name runs.
    fn pyright(&self) -> bool {
        if !node::is_there("node") {
            eprintln!("skipped: pyright: there is no `node`");
            return true;
        }
        let interpreter = interpreter(&environment()).display().to_string();
        let folder = cargo::root().join("bindings-python");
        self.module(&folder, &["pyright", "--pythonpath", &interpreter])
    }

    /// Builds the package and compares its answers with those of Rust.
    pub(crate) fn vectors(&self) -> bool {
        const PYTEST: [&str; 4] = ["pytest", "--quiet", "-p", "no:cacheprovider"];
        let files = ["tests/test_vectors.py", "tests/test_judges.py"];
        self.checked(&[&[&PYTEST[..], &files].concat()])
    }

    fn checked(&self, checks: &[&[&str]]) -> bool {
        let folder = cargo::root().join("bindings-python");
        // Every check reads what is built.
        self.installed()
            && checks
                .iter()
                .filter(|check| !succeeds(cases::told(&mut activated(&folder, check))))
                .count()
                == 0
    }

    /// The interpreter, to be given arguments.
    pub(crate) fn command(&self) -> Command {
        Command::new(&self.0)
    }

    /// Runs a module in the environment.
    pub(crate) fn module(&self, folder: &Path, arguments: &[&str]) -> bool {
        succeeds(&mut activated(folder, arguments))
    }

    /// Builds the extension and puts it into the package's own folder, which the environment looks
    /// into.
    pub(crate) fn installed(&self) -> bool {
        let package = cargo::root().join("bindings-python/python");
        let place = package
            .join(format!("cocket/_native.{}", if cfg!(windows) { "pyd" } else { "abi3.so" }));
        let told = |fault: String| eprintln!("xtask: python: {fault}");
        self.prepared()
            && cargo::library("cocket_python", &place).map_err(told).is_ok()
            && looked_into(&package).map_err(told).is_ok()
    }

    /// Makes the environment, unless it is there with what `requirements.txt` asks for.
    pub(crate) fn prepared(&self) -> bool {
        let environment = environment();
        let requirements = cargo::root().join("bindings-python/requirements.txt");
        let installed = environment.join("requirements.txt");
        let wanted = fs::read(&requirements).ok();
        if wanted.is_some() && fs::read(&installed).ok() == wanted {
            return true;
        }
        let make = ["-m", "venv", "--clear"];
        let made = succeeds(self.command().args(make).arg(&environment));
        let file = requirements.display().to_string();
        let install =
            ["pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", &file];
        made && self.module(&cargo::root(), &install) && fs::copy(requirements, installed).is_ok()
    }
}

/// Has the environment look into a folder for packages.
fn looked_into(folder: &Path) -> Result<(), String> {
    let interpreter = interpreter(&environment());
    let print = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let asked = Command::new(&interpreter).args(["-c", print]).output();
    let answer = asked.map_err(|error| format!("{}: {error}", interpreter.display()))?;
    if !answer.status.success() {
        return Err(format!("{}: {}", interpreter.display(), answer.status));
    }
    let file = Path::new(String::from_utf8_lossy(&answer.stdout).trim()).join("cocket.pth");
    let line = format!("{}\n", folder.display());
    fs::write(&file, line).map_err(|error| format!("{}: {error}", file.display()))
}

/// What the package is tested in.
pub(crate) fn environment() -> PathBuf {
    cargo::root().join("target/python")
}

/// A module with the environment's interpreter, as if the environment were activated.
fn activated(folder: &Path, arguments: &[&str]) -> Command {
    let environment = environment();
    let mut command = Command::new(interpreter(&environment));
    command.current_dir(folder).env("VIRTUAL_ENV", environment).arg("-m").args(arguments);
    command
}

/// The interpreter of an environment.
pub(crate) fn interpreter(environment: &Path) -> PathBuf {
    match cfg!(windows) {
        true => environment.join("Scripts/python.exe"),
        false => environment.join("bin/python"),
    }
}

fn succeeds(command: &mut Command) -> bool {
    println!("\n== python: {command:?}");
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("xtask: {error}");
            false
        }
    }
}
