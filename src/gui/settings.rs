//! What is kept between starts, beside egui's own memory and the arrangement of panels.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::principal::picture::{Choice, Seen};

/// What is kept between starts, beside egui's own memory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Workspaces that were open, latest first.
    #[serde(default)]
    pub recent: Vec<PathBuf>,
    /// Dark (`true`), light (`false`), or the system's choice.
    #[serde(default)]
    pub dark: Option<bool>,
    /// What the graph shows.
    #[serde(default)]
    pub graph: GraphSettings,
}

/// What the graph shows, between starts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GraphSettings {
    /// Issuers are shown.
    pub issuers: bool,
    /// Keys are shown.
    pub keys: bool,
    /// Clients are shown.
    pub clients: bool,
    /// What is folded.
    pub fold: Choice,
}

impl GraphSettings {
    /// What is shown now.
    pub fn of(seen: &Seen) -> Self {
        Self {
            issuers: seen.issuers,
            keys: seen.keys,
            clients: seen.clients,
            fold: seen.fold,
        }
    }
}

impl Default for GraphSettings {
    fn default() -> Self {
        Self::of(&Seen::default())
    }
}
