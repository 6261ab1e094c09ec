//! The wheel, for every Python from the oldest on.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{LICENCE, THIRD_PARTY, Workshop, done, first_use, judged, layout, only, printed};
use crate::cargo;
use crate::python::{self, Python};

pub(super) fn package(shop: &Workshop) -> Result<(), String> {
    let python = Python::find()?;
    let source = cargo::root().join("bindings-python");
    // maturin takes licences from the package's own folder; git ignores both there.
    shop.licences("cocket-python", &source)?;
    let home = shop.home.display().to_string();
    let build = ["maturin", "build", "--quiet", "--out", &home];
    let build = [&build[..], shop.profile.arguments()].concat();
    let made = python.prepared() && python.module(&source, &build);
    for file in [LICENCE, THIRD_PARTY] {
        let file = source.join(file);
        fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    match made {
        true => tried(shop, &python, &only(&shop.home, ".whl")?),
        false => Err("the wheel was not built".to_owned()),
    }
}

/// Asks the installed wheel for what is beside its code.
const LICENCES: &str = "
from importlib.metadata import distribution
found = {file.name for file in distribution('cocket').files}
assert {'LICENSE', 'THIRD-PARTY.txt', 'py.typed'} <= found, found
";

/// Installs the wheel into a new environment, and runs the page's first use there.
fn tried(shop: &Workshop, python: &Python, wheel: &Path) -> Result<(), String> {
    if !wheel.to_string_lossy().contains("-cp310-abi3-") {
        return Err(format!("{} is not for every Python from 3.10", wheel.display()));
    }
    let clean = shop.folder("clean-python")?;
    done(python.command().args(["-m", "venv"]).arg(clean.join("venv")))?;
    let interpreter = python::interpreter(&clean.join("venv"));
    let run = |arguments: &[&str]| -> Command {
        let mut command = Command::new(&interpreter);
        command.current_dir(&clean).args(arguments);
        command
    };
    let install = ["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check"];
    done(run(&install).arg(wheel))?;
    done(&mut run(&["-c", LICENCES]))?;
    let code = first_use(&cargo::root().join("bindings-python/README.md"), "python")?;
    fs::write(clean.join("first.py"), code).map_err(|error| error.to_string())?;
    judged(&printed(run(&["first.py"]).arg(layout()))?)?;
    let version = printed(&mut run(&["-m", "cocket", "--version"]))?;
    match version.trim() == concat!("cocket ", env!("CARGO_PKG_VERSION")) {
        true => Ok(()),
        false => Err(format!("`python -m cocket --version` gives {version}")),
    }
}
