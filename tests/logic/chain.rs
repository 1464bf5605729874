//! Chains: files, order, and runs against a scripted server, without sockets.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what tests share

mod dpop;
mod fake;
mod files;
mod plans;
mod runs;
mod waits;

use delegraph::chain::{Chain, file};

/// A chain of these nodes.
fn chain(nodes: &str) -> Chain {
    file::read(&format!("version = 1\nname = \"x\"\n{nodes}")).unwrap()
}
