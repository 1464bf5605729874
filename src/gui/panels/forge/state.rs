//! What the forge keeps between frames.

use std::path::PathBuf;

use super::{fire, list, matrix};
use crate::gui::context;

/// What is in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mode {
    /// The catalogue and one forgery.
    #[default]
    Forgeries,
    /// Target and matrix.
    Fire,
    /// Weak secrets.
    Secrets,
}

/// The forge: what it keeps between frames.
#[derive(Default)]
pub struct ForgePanel {
    pub(super) mode: Mode,
    pub(super) list: list::State,
    pub(super) fire: fire::State,
    pub(super) matrix: matrix::State,
    /// The user's word list.
    pub(super) words: Option<PathBuf>,
    /// The secret that was found is shown in clear.
    pub(super) revealed: bool,
}

impl ForgePanel {
    /// Puts target and matrix in front.
    pub(super) fn show_firing(&mut self) {
        self.mode = Mode::Fire;
    }

    /// A word list was chosen.
    pub(super) fn choose_words(&mut self, path: PathBuf) {
        self.words = Some(path);
    }
}

/// What is drawn with in this panel.
pub(super) type Cx<'a> = context::Cx<'a, ForgePanel>;
