//! One file per panel. Each has a `State` for what it keeps between frames and a `ui` that draws it.

pub mod chain;
mod chain_canvas;
mod chain_form;
mod chain_paint;
mod chain_scene;
pub mod compare;
pub mod findings;
pub mod graph;
mod graph_canvas;
mod graph_export;
mod graph_paint;
mod graph_table;
mod http;
pub mod inspector;
pub mod inspector_chain;
pub mod inspector_claim;
pub mod inspector_finding;
pub mod inspector_key;
mod inspector_kind;
pub mod inspector_principal;
mod inspector_summary;
pub mod inspector_token;
pub mod log;
pub mod practice;
pub mod rows;
pub mod token;
pub mod tray;
