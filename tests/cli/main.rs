//! The command line as scripts use it: output, exit status, bad input.

mod bad_input;
mod chain;
mod graph;
mod harness;
mod keys;
mod practice;
mod surface;
mod tokens;
