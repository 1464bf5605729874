//! Chains at servers that others wrote, from files alone: no workspace, no window. Each server is
//! installed into the target folder and started by the test that needs it.
//!
//! `cargo test --test interop` needs Node.js 20 or later with npm, and a registry for the first run.

// In tests a broken expectation is a failed test; clippy knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../cli/harness.rs"]
#[allow(dead_code)] // shared with the tests of the command line, which use all of it
mod harness;
mod oidc_provider;
