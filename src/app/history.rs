//! Undo and redo, in one wrapper around [`super::update`].

mod steps;

use std::sync::Arc;

use super::{
    Effect, Model,
    noun::{Entry, Keys, Noun, Rank, Undo, offer},
    workspace::Workspace,
};
use crate::kit::Env;

pub use self::steps::{History, MAX_STEPS, Step};

/// What can be asked of the history.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Undo the last undoable command.
    Undo,
    /// Redo it.
    Redo,
    /// The edit is made: what is typed or dragged from now on is the next step.
    EndStep,
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Undo => "Undo".into(),
            Self::Redo => "Redo".into(),
            Self::EndStep => "End the step".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Undo | Self::Redo | Self::EndStep => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, _effects: &mut Vec<Effect>) {
        match self {
            Self::Undo if model.history.undo.is_empty() => {
                model.say("There is nothing to undo.");
            }
            Self::Undo => undo(model),
            Self::Redo if model.history.redo.is_empty() => {
                model.say("There is nothing to redo.");
            }
            Self::Redo => redo(model),
            Self::EndStep => model.history.close_step(),
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        let History { undo, redo } = &model.history;
        for (steps, command) in [(undo, Self::Undo), (redo, Self::Redo)] {
            if let Some(step) = steps.last() {
                entries.push(offer(Rank::Whole, &step.label, command));
            }
        }
    }

    fn shortcuts(_model: &Model) -> Vec<(Self, Keys)> {
        vec![
            (Self::Undo, &["Ctrl+Z"]),
            (Self::Redo, &["Ctrl+Shift+Z", "Ctrl+Y"]),
        ]
    }
}

/// Records that the document changed from `before` to what it is now. Nothing when it did not.
pub(super) fn record(
    model: &mut Model,
    before: Arc<Workspace>,
    label: String,
    merge: Option<String>,
) {
    if Arc::ptr_eq(&before, &model.workspace) {
        return;
    }
    if *before == *model.workspace {
        model.workspace = before;
        return;
    }
    model.history.redo.clear();
    let joins = merge.is_some() && model.history.undo.last().is_some_and(|s| s.merge == merge);
    if joins {
        // Typed there and back again: nothing is left to undo.
        if model
            .history
            .undo
            .last()
            .is_some_and(|s| *s.workspace == *model.workspace)
            && let Some(step) = model.history.undo.pop()
        {
            model.workspace = step.workspace;
        }
        return;
    }
    model.history.undo.push(Step {
        label,
        workspace: before,
        merge,
    });
    let surplus = model.history.undo.len().saturating_sub(MAX_STEPS);
    model.history.undo.drain(..surplus);
}

/// Takes the last step back.
fn undo(model: &mut Model) {
    if let Some(step) = model.history.undo.pop() {
        let now = std::mem::replace(&mut model.workspace, step.workspace);
        model.history.redo.push(Step {
            label: step.label,
            workspace: now,
            merge: None,
        });
        model.history.close_step();
    }
}

/// Makes the last undone step again.
fn redo(model: &mut Model) {
    if let Some(step) = model.history.redo.pop() {
        let now = std::mem::replace(&mut model.workspace, step.workspace);
        model.history.undo.push(Step {
            label: step.label,
            workspace: now,
            merge: None,
        });
    }
}

/// Changes the document now and in every snapshot: for what was learnt from outside (a server's
/// metadata), which undo must not take back.
pub(super) fn amend(model: &mut Model, change: impl Fn(&mut Workspace)) {
    let History { undo, redo } = &mut model.history;
    let snapshots = undo.iter_mut().chain(redo).map(|s| &mut s.workspace);
    for workspace in snapshots.chain([&mut model.workspace, &mut model.saved]) {
        let mut changed = (**workspace).clone();
        change(&mut changed);
        if changed != **workspace {
            *workspace = Arc::new(changed);
        }
    }
}
