//! The example that every first use of the project shares.
//!
//! Nothing in it depends on the moment or the machine: keys come from fixed seeds, signatures
//! from RFC 6979, dates from the texts here. The private keys are never written.

mod archive;
mod deploy;
mod documents;
mod images;
mod keys;
mod layout;
mod scans;

use std::path::Path;
use std::{fs, io};

use images::Images;
use keys::Keys;

/// Writes the example into `out`, in the place of the one that is there.
///
/// # Errors
/// Where a file cannot be written.
pub(crate) fn write(out: &Path) -> io::Result<()> {
    for made in ["images", "policy", "reports", "deploy"] {
        match fs::remove_dir_all(out.join(made)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::create_dir_all(out.join("policy"))?;
    fs::create_dir_all(out.join("reports"))?;
    fs::create_dir_all(out.join("deploy"))?;
    let keys = Keys::derive();
    let images = Images::write(&out.join("images"), &keys)?;
    let write = |name: &str, text: String| fs::write(out.join(name), text);
    // Blobs are named by their bytes, and the rest is compared byte for byte.
    write(".gitattributes", "* -text\n".to_owned())?;
    write("policy/policy.yaml", documents::POLICY.to_owned())?;
    write("policy/exceptions.yaml", documents::EXCEPTIONS.to_owned())?;
    write("policy/catalog.yaml", documents::catalog(&images.bases))?;
    write("policy/trust.yaml", documents::trust(&keys.release.pem()))?;
    for (name, report) in scans::reports(&images) {
        write(&format!("reports/{name}.json"), report)?;
    }
    for (name, text) in deploy::namespaces(&images) {
        write(&format!("deploy/{name}.yaml"), text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
