//! What a user can ask for: the nouns, one a line. What can be asked of each stands in its file.

use super::{
    Effect, Model, chains, encryption, file,
    forge::{self, target},
    graph, history, jobs, keys,
    noun::{Entry, Keys, Noun, Undo},
    practice, presentation, runs, servers, signatures, token, view,
};
use crate::kit::Env;

/// Makes [`Command`] of the nouns, and hands on to each what is asked of its commands.
macro_rules! nouns {
    ($($(#[$about:meta])* $name:ident($noun:ident),)*) => {
        /// What a user can ask for. One enum for menus, palette, keyboard, scripts and tests.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $($(#[$about])* $name($noun::Command),)*
        }

        $(impl From<$noun::Command> for Command {
            fn from(command: $noun::Command) -> Self {
                Self::$name(command)
            }
        })*

        impl Command {
            /// What it does, in words: for menus, the palette, and after `Undo`.
            pub fn label(&self) -> String {
                match self {
                    $(Self::$name(command) => command.label(),)*
                }
            }

            /// Its name as a step of undo.
            pub(super) fn step(&self, model: &Model) -> String {
                match self {
                    $(Self::$name(command) => command.step(model),)*
                }
            }

            /// How undo takes it.
            pub fn undo(&self) -> Undo {
                match self {
                    $(Self::$name(command) => command.undo(),)*
                }
            }

            /// Carries it out.
            pub(super) fn update(self, model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
                match self {
                    $(Self::$name(command) => command.update(model, env, effects),)*
                }
            }
        }

        /// Every command that makes sense now and needs nothing more from the user, most used first.
        pub fn palette(model: &Model) -> Vec<Entry<Command>> {
            let mut entries = Vec::new();
            $({
                let mut own = Vec::new();
                $noun::Command::palette(model, &mut own);
                entries.extend(own.into_iter().map(|entry| entry.map(Command::$name)));
            })*
            let shortcuts = shortcuts(model);
            for entry in &mut entries {
                entry.shortcut = shown(&shortcuts, &entry.act);
            }
            entries.sort_by_key(|entry: &Entry<Command>| entry.rank);
            entries
        }

        /// Every command that keys ask for, as it stands now, with its keys: the first ones are shown,
        /// the others do the same. On macOS the face writes Cmd for Ctrl.
        pub fn shortcuts(model: &Model) -> Vec<(Command, Keys)> {
            let mut all = Vec::new();
            $(for (command, keys) in $noun::Command::shortcuts(model) {
                all.push((Command::$name(command), keys));
            })*
            all
        }
    };
}

// In the order of the palette.
nouns! {
    /// Runs of chains.
    Run(runs),
    /// Tokens of the tray.
    Token(token),
    /// What is shown, and as of when.
    View(view),
    /// What is looked at of the principal graph.
    Graph(graph),
    /// Chains as documents.
    Chain(chains),
    /// Keys of the tray.
    Keys(keys),
    /// Configured authorization servers and their clients.
    Servers(servers),
    /// Practice servers.
    Practice(practice),
    /// Undo and redo.
    History(history),
    /// The workspace as a file.
    File(file),
    /// Claims and presentations of SD-JWTs.
    Presentation(presentation),
    /// The signatures of a JWS in JSON form.
    Signatures(signatures),
    /// Encrypted tokens.
    Encryption(encryption),
    /// Forgeries, firing them, weak secrets.
    Forge(forge),
    /// Targets of the forge.
    Target(target),
    /// What is under way.
    Jobs(jobs),
}

/// The keys that are shown beside a command, or nothing.
pub fn shortcut(model: &Model, command: &Command) -> &'static str {
    shown(&shortcuts(model), command)
}

fn shown(shortcuts: &[(Command, Keys)], command: &Command) -> &'static str {
    let found = shortcuts.iter().find(|(known, _)| known == command);
    found
        .and_then(|(_, keys)| keys.first().copied())
        .unwrap_or_default()
}
