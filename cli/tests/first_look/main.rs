//! The example that README and documentation share, as its reader runs it, and the same with
//! everything that can be wrong with its files.
#![cfg(test)]

mod bad_input;
mod formats;
mod run;
mod verdicts;
