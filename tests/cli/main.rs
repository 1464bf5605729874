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
<<<<<<< HEAD
mod servers;
=======
mod reports;
>>>>>>> 50ece2f (What is right to say of each report is a file beside it, and a test holds the program to it)
mod surface;
mod tokens;
