//! What the commands of every noun have to say of themselves, and the lines that they put into the
//! palette.

use super::{Effect, Model};
use crate::kit::Env;

/// Keys that ask for one command, as shown to people.
pub type Keys = &'static [&'static str];

/// The commands of one noun: what each is called, how undo takes it, which keys ask for it, and what it
/// does. All of it stands in the file of the noun.
pub(super) trait Noun: Sized {
    /// What it does, in words: for menus, the palette, and after `Undo`.
    fn label(&self) -> String;

    /// Its name as a step of undo: by what it is about to change in the document, where the words for
    /// menus do not say it.
    fn step(&self, _model: &Model) -> String {
        self.label()
    }

    /// How undo takes it.
    fn undo(&self) -> Undo;

    /// Carries it out.
    fn update(self, model: &mut Model, env: &Env, effects: &mut Vec<Effect>);

    /// Those that make sense now and need nothing more from the user, most used first.
    fn palette(_model: &Model, _entries: &mut Vec<Entry<Self>>) {}

    /// Those that keys ask for, as it stands now, with their keys: the first ones are shown, the others
    /// do the same. On macOS the face writes Cmd for Ctrl.
    fn shortcuts(_model: &Model) -> Vec<(Self, Keys)> {
        Vec::new()
    }
}

/// How undo takes a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// It does not change the document: it is no step, and ends the one that typing made.
    No,
    /// Nobody asked for it, it came by itself: typing goes on in the same step.
    Unasked,
    /// It is a step.
    Step,
    /// It is a step, together with the commands before it that have the same key: typing in one field,
    /// dragging one node.
    Merged(String),
}

/// Where a line of the palette stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// What is done with what is in front.
    Front,
    /// What is made, or done with the whole.
    Whole,
    /// What ends or resets something.
    Last,
    /// What the window itself does.
    Window,
}

/// A line of the palette, with what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<Act> {
    /// What it does, in words.
    pub label: String,
    /// What it is about, or why one would want it; may be empty.
    pub hint: String,
    /// The keys that are shown beside it, or nothing.
    pub shortcut: &'static str,
    /// Where it stands.
    pub rank: Rank,
    /// The act.
    pub act: Act,
}

impl<Act> Entry<Act> {
    /// The same line with its act as another type.
    pub fn map<Other>(self, to: impl FnOnce(Act) -> Other) -> Entry<Other> {
        Entry {
            label: self.label,
            hint: self.hint,
            shortcut: self.shortcut,
            rank: self.rank,
            act: to(self.act),
        }
    }
}

/// A line of the palette for a command, with a hint. Its keys are those of [`Noun::shortcuts`].
pub(super) fn offer<C: Noun>(rank: Rank, hint: impl Into<String>, command: C) -> Entry<C> {
    Entry {
        label: command.label(),
        hint: hint.into(),
        shortcut: "",
        rank,
        act: command,
    }
}
