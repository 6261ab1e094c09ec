//! Measurements, beside peers: `cargo xtask bench` builds and starts this. Only an answer that is
//! not the expected one fails; no time does.

mod allocations;
mod boundary;
mod core;
mod instructions;
mod rounds;
mod signed;
mod table;
mod w1;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = std::env::var_os("COCKET_CORPUS").map(PathBuf::from);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["boundary", packages] => boundary::measure(&std::path::absolute(packages)?),
        ["serve", folder] => boundary::serve(folder.as_ref()),
        ["serve", folder, way, times] => boundary::repeat(folder.as_ref(), way, times),
        ["core"] => core::measure(corpus.as_deref()),
        [instructions::REPEAT, way, findings, times] => {
            let corpus = corpus.ok_or("no corpus")?;
            instructions::repeat(&corpus, way, findings, times)
        }
        other => Err(format!("{other:?} is not known here").into()),
    }
}
