//! The npm tarball, with the add-on built: who installs it needs no tool chain.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX, OS};
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{
    LICENCE, THIRD_PARTY, Workshop, copied, done, emptied, first_use, judged, layout, only,
    printed, stripped,
};
use crate::cargo;

pub(super) fn package(shop: &Workshop) -> Result<(), String> {
    shop.build()?;
    let folder = shop.folder("node")?;
    let source = cargo::root().join("bindings-node");
    let files = [
        "index.js",
        "index.mjs",
        "index.d.ts",
        "index.d.mts",
        "codes.d.ts",
        "package.json",
        "README.md",
    ];
    for file in files {
        copied(&source.join(file), &folder.join(file))?;
    }
    emptied(&folder.join("lib"))?;
    let modules = fs::read_dir(source.join("lib")).map_err(|error| error.to_string())?;
    for module in modules.flatten() {
        copied(&module.path(), &folder.join("lib").join(module.file_name()))?;
    }
    let addon = shop.profile.built().join(format!("{DLL_PREFIX}cocket_node{DLL_SUFFIX}"));
    copied(&addon, &folder.join("cocket.node"))?;
    stripped(&folder.join("cocket.node"), &["--strip-unneeded"])?;
    shop.licences("cocket-node", &folder)?;
    described(&folder)?;
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent", "--pack-destination"]).arg(&shop.home).arg(&folder);
    done(&mut pack)?;
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    tried(shop, &only(&shop.home, ".tgz")?)
}

/// What only this build runs on, and nothing of what a checkout needs.
fn described(folder: &Path) -> Result<(), String> {
    let os = match OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let cpu = match ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let mut members = vec![format!("os[]={os}"), format!("cpu[]={cpu}")];
    if cfg!(target_env = "gnu") && os == "linux" {
        members.push("libc[]=glibc".to_owned());
    }
    let more = [LICENCE, THIRD_PARTY].map(|file| format!("files[]={file}"));
    let mut npm = Command::new("npm");
    done(npm.current_dir(folder).args(["pkg", "set"]).args(members).args(more))?;
    let mut npm = Command::new("npm");
    done(npm.current_dir(folder).args(["pkg", "delete", "scripts", "devDependencies"]))
}

/// Installs the tarball into an empty project, and runs the page's first use there.
fn tried(shop: &Workshop, tarball: &Path) -> Result<(), String> {
    let clean = shop.folder("clean-node")?;
    let manifest = "{\"name\": \"first\", \"private\": true}\n";
    fs::write(clean.join("package.json"), manifest).map_err(|error| error.to_string())?;
    let mut install = Command::new("npm");
    // Nothing is fetched and nothing is built.
    install.current_dir(&clean).args(["install", "--offline", "--ignore-scripts", "--no-audit"]);
    done(install.arg("--no-fund").arg(tarball))?;
    let installed = clean.join("node_modules/cocket");
    for file in [LICENCE, THIRD_PARTY] {
        if !installed.join(file).is_file() {
            return Err(format!("{file} is not in the tarball"));
        }
    }
    let code = first_use(&installed.join("README.md"), "js")?;
    fs::write(clean.join("first.mjs"), code).map_err(|error| error.to_string())?;
    judged(&printed(Command::new("node").current_dir(&clean).arg("first.mjs").arg(layout()))?)?;
    let required = "console.log(require('cocket').version)";
    let version = printed(Command::new("node").current_dir(&clean).args(["-e", required]))?;
    match version.trim() == env!("CARGO_PKG_VERSION") {
        true => Ok(()),
        false => Err(format!("`require` gives version {version}")),
    }
}
