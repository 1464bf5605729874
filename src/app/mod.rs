//! Floor 3: the program without a face. [`update`] is the only way in which state changes.

pub mod analysis;
pub mod command;
pub mod effect;
pub mod history;
pub mod model;
pub mod session;
pub mod update;
pub mod workspace;

pub use command::Command;
pub use effect::{Effect, Outcome};
pub use model::Model;
pub use update::{apply, update};
pub use workspace::Workspace;
