//! The command line as scripts use it: output, exit status, bad input.

// In tests a broken expectation is a failed test; clippy knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod chain;
mod examples;
mod forge;
mod frozen;
mod graph;
mod harness;
mod jose;
#[path = "../support/keep.rs"]
mod keep;
mod keys;
mod log;
mod practice;
mod reading;
mod reference;
mod reports;
mod servers;
mod surface;
mod tokens;
