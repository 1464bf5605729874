//! Pieces of panels that more than one panel shows. They keep nothing between frames.

pub mod finding;
pub mod http;
pub mod practice;
pub mod server;
pub mod severity;
pub mod token_text;
pub mod tokens;
