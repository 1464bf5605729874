//! A folder per panel: what it keeps between frames, how it is drawn, and what the inspector shows of what
//! is selected in it.

pub mod chain;
pub mod compare;
pub mod findings;
pub mod forge;
pub mod graph;
pub mod inspector;
pub mod log;
pub mod practice;
pub mod token;
pub mod tray;
