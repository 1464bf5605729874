//! Floors 0 to 3, and the shape of the house.

// In tests a broken expectation is a failed test; clippy knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod analysis;
mod app;
mod architecture;
#[path = "../support/carry.rs"]
mod carry;
mod chain;
mod connect;
mod dependencies;
mod dpop;
mod encryption;
mod fixtures;
mod forge;
mod history;
mod jose;
mod jwe;
mod jws;
mod keys;
mod main_job;
#[path = "../support/wide.rs"]
mod many;
mod mass;
mod mutants;
mod oauth;
mod principal;
mod report;
mod risk;
mod targets;
mod token;
mod transcripts;
mod wide;
mod workspace;
