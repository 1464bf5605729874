//! What the forge keeps between frames.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    app::{forge::target, target::TargetEntry},
    attack::Family,
    gui::{context, widgets::rows},
    kit::ids::TargetId,
};

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
    pub(super) list: ListState,
    pub(super) fire: FireState,
    pub(super) matrix: MatrixState,
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

/// What the form keeps between frames.
#[derive(Default)]
pub(super) struct FireState {
    /// The target is being named.
    pub naming: bool,
    /// An actor token that is being pasted.
    pub pasted: String,
    /// Statuses as they are typed, for this target.
    pub refused: Option<(TargetId, String)>,
    pub error: Option<String>,
}

/// What the list keeps between frames.
#[derive(Default)]
pub(super) struct ListState {
    pub rows: rows::TableState,
    pub selected: Option<Selected>,
    pub search: String,
    pub folded: BTreeSet<&'static str>,
    /// Only what can be made of this token.
    pub makeable: bool,
}

/// What is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selected {
    /// A family.
    Family(&'static Family),
    /// A forgery, by its place in the catalogue.
    Forgery(usize),
    /// The stack.
    Stack,
}

/// What the matrix keeps between frames.
#[derive(Default)]
pub(super) struct MatrixState {
    pub rows: rows::TableState,
    pub show: Show,
    pub selected: Option<usize>,
}

/// Rows that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Show {
    #[default]
    All,
    Accepted,
    Refused,
    Noted,
    Unclear,
    Open,
}

/// The target that is in front: a copy to be edited, or a new one that is not kept yet.
pub(super) fn current(cx: &Cx<'_>) -> TargetEntry {
    cx.model
        .session
        .target
        .and_then(|id| cx.model.workspace.target(id))
        .cloned()
        .unwrap_or_default()
}

/// Keeps a change. A new target comes into the workspace by its first change.
pub(super) fn keep(cx: &mut Cx<'_>, before: &TargetEntry, entry: TargetEntry, field: &'static str) {
    if *before == entry {
        return;
    }
    if entry.id == TargetId(0) {
        cx.push(target::Command::Add(Box::new(entry)));
    } else {
        cx.push(target::Command::Set(Box::new(entry), field));
    }
}
