//! Undo and redo, in one wrapper around [`super::update`].

use std::sync::Arc;

use super::workspace::Workspace;

/// Snapshots of the document before each undoable command.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// `(label of the command, workspace before it, merge key)`, oldest first.
    pub undo: Vec<Step>,
    /// Undone ones, last undone last.
    pub redo: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// The command's label, for `Undo …`.
    pub label: String,
    /// The workspace on the other side of the step.
    pub workspace: Arc<Workspace>,
    /// Consecutive commands with the same key are one step.
    pub merge: Option<String>,
}
