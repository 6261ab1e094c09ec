//! The C archive: libraries, headers, the file for pkg-config, the page and the example.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{
    LICENCE, THIRD_PARTY, Workshop, copied, done, first_use, judged, layout, printed, stripped,
};
use crate::cargo;

pub(super) fn package(shop: &Workshop) -> Result<(), String> {
    shop.build()?;
    let name = format!("cocket-c-{}-{ARCH}-{OS}", env!("CARGO_PKG_VERSION"));
    let folder = shop.folder(&name)?;
    let source = cargo::root().join("ffi");
    let built = shop.profile.built();
    done(Command::new(source.join("install.sh")).arg(&folder).arg(built))?;
    relocatable(&folder.join("lib/pkgconfig/cocket.pc"))?;
    // Beside the machine's code stands the compiler's own form of it, which is most of the archive.
    stripped(&folder.join("lib/libcocket.a"), &["-g", "-R", ".llvmbc", "-R", ".llvmcmd"])?;
    stripped(&folder.join("lib/libcocket.so.0"), &["--strip-unneeded"])?;
    copied(&source.join("README.md"), &folder.join("README.md"))?;
    let example = cargo::root().join("docs/examples/c/check.c");
    copied(&example, &folder.join("check.c"))?;
    shop.licences("cocket-ffi", &folder)?;
    let archive = shop.home.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.current_dir(&shop.home).arg("-czf").arg(&archive).arg(&name);
    done(&mut tar)?;
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    tried(shop, &archive, &name)
}

/// So that an archive may be unpacked anywhere.
fn relocatable(file: &Path) -> Result<(), String> {
    let fault = |error| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(fault)?;
    let (_, rest) = text.split_once('\n').ok_or("cocket.pc is empty")?;
    fs::write(file, format!("prefix=${{pcfiledir}}/../..\n{rest}")).map_err(fault)
}

/// Unpacks the archive, and builds the page's first use and the example with what is in it.
fn tried(shop: &Workshop, archive: &Path, name: &str) -> Result<(), String> {
    let clean = shop.folder("clean-c")?;
    done(Command::new("tar").current_dir(&clean).arg("-xzf").arg(archive))?;
    let prefix = clean.join(name);
    for file in [LICENCE, THIRD_PARTY, "lib/libcocket.a", "include/cocket.hpp"] {
        if !prefix.join(file).is_file() {
            return Err(format!("{file} is not in the archive"));
        }
    }
    let code = first_use(&prefix.join("README.md"), "c")?;
    fs::write(clean.join("first.c"), code).map_err(|error| error.to_string())?;
    let flags = "-std=c11 -Wall -Wextra -Werror";
    let shared = format!("cc first.c {flags} $(pkg-config --cflags --libs cocket) -o first");
    // The archive's own library alone is linked in.
    let fixed = format!(
        "cc {name}/check.c {flags} $(pkg-config --cflags cocket) {name}/lib/libcocket.a \
         $(pkg-config --static --libs cocket | sed 's/-lcocket//') -o check"
    );
    for line in [shared, fixed] {
        let mut build = Command::new("sh");
        build.current_dir(&clean).args(["-ec", &line]);
        done(build.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")))?;
    }
    let mut first = Command::new("./first");
    first.current_dir(&clean).arg(layout());
    first.env("LD_LIBRARY_PATH", prefix.join("lib"));
    first.env("DYLD_LIBRARY_PATH", prefix.join("lib"));
    judged(&printed(&mut first)?)?;
    checks(&clean)
}

/// The example answers 1 where an image may not run.
fn checks(clean: &Path) -> Result<(), String> {
    let mut check = Command::new("./check");
    check.current_dir(clean).arg(layout()).arg(layout().join("../policy"));
    check.env_remove("LD_LIBRARY_PATH");
    match check.status().map(|status| status.code()) {
        Ok(Some(1)) => Ok(()),
        other => Err(format!("the example ended with {other:?}")),
    }
}
