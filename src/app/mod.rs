//! Floor 3: the program without a face. [`update`] is the only way in which state changes.

pub mod analysis;
pub mod command;
pub mod directory;
pub mod effect;
pub mod format;
pub mod log;
pub mod migrate;
pub mod model;
pub mod noun;
pub mod past;
pub mod recovery;
mod selection;
pub mod session;
pub mod target;
pub mod update;
pub mod vault;
pub mod workspace;

// The nouns: what can be asked of each, and what comes of it.
pub mod chains;
pub mod encryption;
pub mod file;
pub mod forge;
pub mod graph;
pub mod history;
pub mod jobs;
pub mod keys;
pub mod practice;
pub mod presentation;
pub mod runs;
pub mod servers;
pub mod signatures;
pub mod token;
pub mod view;

pub use command::Command;
pub use effect::{Effect, Outcome};
pub use model::Model;
pub use update::{apply, update};
pub use workspace::Workspace;
