//! The steps that can be undone and redone.

use std::sync::Arc;

use crate::app::Workspace;

/// Steps that are kept; older ones are forgotten.
pub const MAX_STEPS: usize = 500;

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

impl History {
    /// Whether the next edit of the same field would join the last step.
    pub fn is_step_open(&self) -> bool {
        self.undo.last().is_some_and(|step| step.merge.is_some())
    }

    /// Ends the step that further edits of the same field would join.
    pub(in crate::app) fn close_step(&mut self) {
        if let Some(step) = self.undo.last_mut() {
            step.merge = None;
        }
    }
}
