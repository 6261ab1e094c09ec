//! `cocket verify`, as a person or a pipeline runs it.
#![cfg(test)]

mod causes;
mod corpus;
mod example;
mod run;
