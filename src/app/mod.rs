//! Floor 3: the program without a face. [`update`] is the only way in which state changes.

pub mod analysis;
pub mod command;
pub mod directory;
pub mod effect;
pub mod format;
pub mod history;
pub mod log;
pub mod migrate;
pub mod model;
pub mod past;
pub mod session;
pub mod target;
pub mod update;
pub mod workspace;

pub mod chains;
mod encryption;
mod file;
pub mod forge;
mod graph;
mod keys;
pub mod practice;
pub mod presentation;
pub mod runs;
mod servers;
pub mod signatures;
pub mod token;
mod view;

pub use command::Command;
pub use effect::{Effect, Outcome};
pub use model::Model;
pub use update::{apply, update};
pub use workspace::Workspace;
