//! One file per panel. Each has a `State` for what it keeps between frames and a `ui` that draws it.

pub mod chain;
pub mod findings;
pub mod graph;
pub mod inspector;
pub mod inspector_chain;
pub mod inspector_claim;
pub mod inspector_finding;
pub mod inspector_principal;
pub mod inspector_token;
pub mod log;
pub mod practice;
pub mod token;
pub mod tray;
