//! `cocket verify`, as a person or a pipeline runs it.
#![cfg(test)]

mod corpus;
mod example;
mod run;
