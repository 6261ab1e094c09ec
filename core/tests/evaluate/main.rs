//! The engine on generated inputs: against a second evaluator that reads the generated world
//! instead of bytes, and against laws that hold for every input.
#![cfg(test)]

mod attacks;
mod cache;
mod findings;
mod laws;
mod naive;
mod statements;
mod world;
