//! The name under which programs find the shared library when they start.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let argument = match os.as_str() {
        "linux" | "freebsd" | "netbsd" | "openbsd" | "android" => "-Wl,-soname,libcocket.so.0",
        "macos" => "-Wl,-install_name,@rpath/libcocket.0.dylib",
        _ => return,
    };
    println!("cargo::rustc-cdylib-link-arg={argument}");
}
